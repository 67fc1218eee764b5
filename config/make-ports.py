#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make config/ports.csv from public reference data and config/ports-reviewed.csv.

usage: config/make-ports.py REFERENCE-FOLDER [OUTPUT]

The folder holds wpi-pub150.csv (NGA Pub. 150, the World Port Index), unlocode-ports-not-
geocoded.csv (UN/LOCODE entries of function "port" with UNECE's own position) and
gfw-anchorage-overrides.csv (anchorage cells with the port they belong to).

 1. Every port of the index that carries a UN/LOCODE is a port. One code on two entries, a
    code of another country, or a position more than 25 km from UNECE's must be decided in
    ports-reviewed.csv, else the script fails (a note on a position says "UN/LOCODE").
 2. A UN/LOCODE adds a port where no port of the index of its own country lies within
    25 km; else it becomes another code of the nearest of them, unless reviewed. It is left
    out where fewer than two other ports of its country lie within 250 km: many of UNECE's
    positions have a wrong sign or digit, and would make a port of the open sea.
 3. Names are those of the index and of UN/LOCODE, of the other codes too.
 4. The entry distance is the 90th percentile of the distance of the port's anchorage cells
    within 40 km, 5 to 25 km, from 10 cells on (30 where that is less than the default of
    10 km); empty where there are fewer. Only this one number per port is derived.

ports-reviewed.csv: kind,key,locode,name,lat,lon,entry_km,codes,names,note
  wpi,NUMBER,LOCODE    the right code of that entry of the index; '-' leaves it out
  unlocode,CODE,OTHER  another code of port OTHER; 'self' a port of its own; '-' left out
  port,CODE,...        replaces what is given (entry_km '-': default), or adds the port
Every row says why in its note. The same input gives the same bytes.

The World Port Index is in the public domain; of UN/LOCODE only facts are taken (codes,
names, positions), of the anchorage cells (Global Fishing Watch, Apache-2.0) only the one
number above."""
import csv
import math
import os
import re
import sys

NEAR_KM = 24.85  # 25 km on the ellipsoid: the sphere is up to 0.56 % off
ALONE_KM = 250.0
CELL_KM = 40.0
HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = ["locode", "name", "lat", "lon", "entry_km", "codes", "source", "note", "names"]
CODE = re.compile(r"[A-Z]{2}[A-Z0-9]{3}")

# Country of the index by its name where the majority of its codes would not tell.
COUNTRIES = {"Western Sahara": "EH", "Equatorial Guinea": "GQ"}
# Codes of another country that are right: territories with codes of their own.
TERRITORIES = {("Guadeloupe", "BL"), ("Western Sahara", "MA")}
# Three letters of the anchorage cells to two; the rest follows from the labels of ports.
ISO3 = dict(zip(
    "AGO ALB ARE ARG AUS AZE BEL BEN BGD BGR BHR BHS BLZ BMU BRA BRB BRN CAN CHL CHN CIV CMR COD COG COL COM CPV CRI CUB "
    "CYP DEU DJI DMA DNK DOM DZA ECU EGY ERI ESP EST FIN FJI FLK FRA FRO GAB GBR GEO GHA GIN GLP GMB GNB GNQ GRC GRL GTM "
    "GUM GUY HKG HND HRV HTI IDN IND IRL IRN IRQ ISL ISR ITA JAM JOR JPN KAZ KEN KHM KIR KOR KWT LBN LBR LBY LKA LTU LVA "
    "MAR MDG MDV MEX MHL MLT MMR MNE MOZ MRT MTQ MUS MYS NAM NCL NGA NIC NLD NOR NZL OMN PAK PAN PER PHL PNG POL PRI PRT "
    "PYF QAT REU ROU RUS SAU SDN SEN SGP SLB SLE SLV SOM SUR SVN SWE SYC SYR TGO THA TKM TTO TUN TUR TWN TZA UKR URY USA "
    "VEN VNM VUT YEM ZAF".split(),
    "AO AL AE AR AU AZ BE BJ BD BG BH BS BZ BM BR BB BN CA CL CN CI CM CD CG CO KM CV CR CU "
    "CY DE DJ DM DK DO DZ EC EG ER ES EE FI FJ FK FR FO GA GB GE GH GN GP GM GW GQ GR GL GT "
    "GU GY HK HN HR HT ID IN IE IR IQ IS IL IT JM JO JP KZ KE KH KI KR KW LB LR LY LK LT LV "
    "MA MG MV MX MH MT MM ME MZ MR MQ MU MY NA NC NG NI NL NO NZ OM PK PA PE PH PG PL PR PT "
    "PF QA RE RO RU SA SD SN SG SB SL SV SO SR SI SE SC SY TG TH TM TT TN TR TW TZ UA UY US "
    "VE VN VU YE ZA".split()))


def distance_km(a, b):
    """Great circle on the sphere of mean radius."""
    la, lo, lb, lob = map(math.radians, (a[0], a[1], b[0], b[1]))
    h = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin((lob - lo) / 2) ** 2
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(h)))


def read_rows(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def squeeze(name):
    """A name as it is compared: upper-case letters and digits."""
    return re.sub("[^A-Z0-9]", "", name.upper())


def split_names(*texts):
    """All ways a source writes a name: 'Abo (Turku)', 'Civet / Guandong', 'Chuuk; Weno'."""
    for text in texts:
        for part in re.split(r"[;]", text):
            inside = re.findall(r"\(([^()]*)\)", part)
            outside = re.sub(r"\([^()]*\)", " ", part)
            for name in [outside] + inside:
                name = " ".join(name.replace("?", "").split()).strip(" ,;/-")
                name = re.sub(r"^ex ", "", name)
                if len(squeeze(name)) >= 3 and "/" not in name:
                    yield name
                    bare = re.sub("( Ko| Hang| Gang| Kang)$", "", name)  # "port", in Japan, Korea, China
                    if bare != name:
                        yield bare


class Review:
    """ports-reviewed.csv; notes what was used, so that a stale row is found."""

    def __init__(self, path):
        self.rows, self.used, self.faults, self.left_out = {}, set(), [], []
        with open(path, encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                key = (row["kind"], row["key"])
                if row["kind"] not in ("wpi", "unlocode", "port") or key in self.rows:
                    self.faults.append("ports-reviewed.csv: %s %s: unknown kind or twice" % key)
                if not row["note"]:
                    self.faults.append("ports-reviewed.csv: %s %s: no note" % key)
                self.rows[key] = row

    def get(self, kind, key):
        row = self.rows.get((kind, key))
        if row is not None:
            self.used.add((kind, key))
        return row


def port(code, name, pos, source):
    return {"locode": code, "name": name, "pos": pos, "source": source, "entry_km": "", "codes": set(),
            "names": [], "parts": [], "note": "", "is_reviewed_entry": False}


def read_index(folder, review):
    """Ports of the World Port Index by code."""
    rows = read_rows(folder, "wpi-pub150.csv")
    votes = {}
    for row in rows:
        row["code"] = row["UN/LOCODE"].replace(" ", "")
        if CODE.fullmatch(row["code"]):
            votes.setdefault(row["Country Code"], []).append(row["code"][:2])
    country = {k: max(sorted(set(v)), key=v.count) for k, v in votes.items()}
    country.update(COUNTRIES)
    ports = {}
    for row in sorted(rows, key=lambda r: float(r["World Port Index Number"])):
        number, code = row["World Port Index Number"], row["code"]
        decided = review.get("wpi", number)
        if decided is not None:
            code = decided["locode"]
            if code == "-":
                continue
        if not code:
            continue
        where = "index %s %s" % (number, row["Main Port Name"])
        if not CODE.fullmatch(code):
            review.faults.append("%s: bad code %r" % (where, code))
            continue
        home = row["Country Code"]
        if decided is None and code[:2] != country[home] and (home, code[:2]) not in TERRITORIES:
            review.faults.append("%s: code %s is of another country than %s" % (where, code, home))
        if code in ports and ports[code]["source"] == "WPI " + number:
            ports[code]["names"] += split_names(row["Main Port Name"], row["Alternate Port Name"])
            continue
        if code in ports:
            review.faults.append("%s: code %s is also that of %s" % (where, code, ports[code]["source"]))
            continue
        name = next(split_names(row["Main Port Name"]), row["Main Port Name"].strip())
        ports[code] = port(code, name, (float(row["Latitude"]), float(row["Longitude"])), "WPI " + number)
        ports[code]["names"] += split_names(row["Main Port Name"], row["Alternate Port Name"])
        if decided is not None:
            ports[code]["note"] = decided["note"]
    return ports


def read_unlocode(folder):
    """Code -> (names, position); the first of several positions of a code holds."""
    out = {}
    for row in read_rows(folder, "unlocode-ports-not-geocoded.csv"):
        entry = out.setdefault(row["locode"], ([], (float(row["lat"]), float(row["lon"]))))
        entry[0].append(row["name"])
    return out


class Near:
    """Ports by whole degree, to find the nearest."""

    def __init__(self, ports):
        self.cells = {}
        for p in ports.values():
            self.cells.setdefault((math.floor(p["pos"][0]), math.floor(p["pos"][1])), []).append(p)

    def find(self, pos, country, limit_km):
        return min(self.walk(pos, country, limit_km), default=None)

    def count(self, pos, country, limit_km):
        return sum(1 for _ in self.walk(pos, country, limit_km))

    def walk(self, pos, country, limit_km):
        """(km, code) of the ports within limit_km, of one country or any (None)."""
        lat, lon = math.floor(pos[0]), math.floor(pos[1])
        wide = min(180, math.ceil(limit_km / 111.0 / max(0.01, math.cos(math.radians(min(89.9, abs(pos[0]) + 1))))))
        high = math.ceil(limit_km / 111.0)
        for y in range(lat - high, lat + high + 1):
            for x in range(lon - wide, lon + wide + 1):
                for p in self.cells.get((y, (x + 180) % 360 - 180), ()):
                    d = distance_km(pos, p["pos"])
                    if d <= limit_km and (country is None or p["locode"][:2] == country):
                        yield d, p["locode"]


def apply_review(ports, review):
    for (kind, code), row in sorted(review.rows.items()):
        if kind != "port":
            continue
        review.used.add((kind, code))
        if code not in ports:
            if not (row["name"] and row["lat"] and row["lon"]):
                review.faults.append("ports-reviewed.csv: port %s is new: name, lat and lon are needed" % code)
                continue
            ports[code] = port(code, row["name"], None, "reviewed")
        p = ports[code]
        if row["name"]:
            p["names"].insert(0, p["name"])
            p["name"] = row["name"]
        if row["lat"]:
            pos = (float(row["lat"]), float(row["lon"]))
            if p["pos"] is None or distance_km(p["pos"], pos) > 1:
                p["source"] = "reviewed"
            p["pos"] = pos
        if row["entry_km"]:
            p["entry_km"] = "" if row["entry_km"] == "-" else row["entry_km"]
            p["is_reviewed_entry"] = True
        p["codes"] |= set(row["codes"].split())
        p["names"] += split_names(row["names"])
        p["note"] = "; ".join(filter(None, [p["note"], row["note"]]))


def note_moved_codes(folder, ports, review):
    """Where a reviewed entry of the index lost its code to a place elsewhere, say so there."""
    owner = {c: p for code, p in ports.items() for c in p["codes"] | {code}}
    for row in read_rows(folder, "wpi-pub150.csv"):
        number, code = row["World Port Index Number"], row["UN/LOCODE"].replace(" ", "")
        decided, p = review.rows.get(("wpi", number)), owner.get(code)
        pos = (float(row["Latitude"]), float(row["Longitude"]))
        if decided is not None and p is not None and distance_km(p["pos"], pos) > NEAR_KM:
            p["note"] = "; ".join(filter(None, [p["note"], "WPI %s: %s" % (number, decided["note"])]))


def add_unlocode(ports, unlocode, review):
    """Own ports where the index has none, else other codes; positions are compared."""
    near = Near(ports)
    taken = {c for p in ports.values() for c in p["codes"]}
    added = {}
    for code, (names, pos) in sorted(unlocode.items()):
        p = ports.get(code)
        if p is not None:
            p["names"] += split_names(*names)
            d = distance_km(p["pos"], pos)
            if d > NEAR_KM and "UN/LOCODE" not in p["note"]:
                review.faults.append("%s %s: %s is %.0f km from UN/LOCODE's %s %s" %
                                     (code, p["name"], p["pos"], d, names[0], pos))
            continue
        if code in taken:
            owner = next(q for q in ports.values() if code in q["codes"])
            owner["parts"] += split_names(*names)
            continue
        decided = review.get("unlocode", code)
        target = decided["locode"] if decided is not None else ""
        if target == "-":
            continue
        found = near.find(pos, code[:2], NEAR_KM) if not target else None
        if target and target != "self":
            ports[target]["codes"].add(code)
            ports[target]["parts"] += split_names(*names)
        elif found is not None:
            ports[found[1]]["codes"].add(code)
            ports[found[1]]["parts"] += split_names(*names)
        else:
            own = list(split_names(names[0].split("/")[0])) or [names[0]]
            added[code] = port(code, own[0], pos, "UN/LOCODE")
            added[code]["names"] += split_names(*names)
            foreign = near.find(pos, None, NEAR_KM)
            if decided is not None:
                added[code]["note"] = decided["note"]
            elif foreign is not None and foreign[1][:2] != code[:2]:
                added[code]["note"] = "the port of the index within 25 km, %s, is another country's" % foreign[1]
    everyone = Near({**ports, **added})
    alone = [code for code, p in added.items() if everyone.count(p["pos"], code[:2], ALONE_KM) < 3]
    for code in alone:
        decided = review.get("unlocode", code)
        if decided is None or decided["locode"] != "self":
            del added[code]
            review.left_out.append(code)
    ports.update(added)


def add_entries(folder, ports):
    """Entry distances from the cells that bear the port's name, in its country."""
    cells = {}
    for row in read_rows(folder, "gfw-anchorage-overrides.csv"):
        country = ISO3.get(row["iso3"])
        if country is not None:
            key = (country, squeeze(row["label"]))
            cells.setdefault(key, []).append((float(row["latitude"]), float(row["longitude"])))
    bearers = {}
    for p in ports.values():
        for name in {squeeze(n) for n in [p["name"]] + p["names"]}:
            bearers.setdefault((p["locode"][:2], name), []).append(p)
    for p in ports.values():
        if p["is_reviewed_entry"]:
            continue
        distances = []
        for name in sorted({squeeze(n) for n in [p["name"]] + p["names"]}):
            key = (p["locode"][:2], name)
            for cell in cells.get(key, ()):
                d = distance_km(cell, p["pos"])
                if d <= CELL_KM and all(d <= distance_km(cell, q["pos"]) for q in bearers[key]):
                    distances.append(d)
        if len(distances) < 10:
            continue
        distances.sort()
        km = distances[math.ceil(0.9 * len(distances)) - 1]
        km = min(25.0, max(5.0, math.ceil(km * 2) / 2))
        if km < 10 and len(distances) < 30:
            continue
        p["entry_km"] = "%g" % km
        p["source"] += " + anchorages"


def check(ports, review):
    own = set(ports)
    seen = {}
    for code, p in sorted(ports.items()):
        for other in sorted(p["codes"]):
            if other in own:
                review.faults.append("%s: other code %s is a port itself" % (code, other))
            if other in seen:
                review.faults.append("%s: other code %s is one of %s too" % (code, other, seen[other]))
            seen[other] = code
    for key in sorted(set(review.rows) - review.used):
        review.faults.append("ports-reviewed.csv: %s %s decides nothing" % key)


def write(ports, out):
    w = csv.writer(out, lineterminator="\n")
    w.writerow(HEADER)
    for code, p in sorted(ports.items()):
        names, seen = [], {squeeze(p["name"])}
        for name in p["names"] + p["parts"]:
            if squeeze(name) not in seen:
                seen.add(squeeze(name))
                names.append(name)
        w.writerow([code, p["name"], "%.4f" % p["pos"][0], "%.4f" % p["pos"][1], p["entry_km"],
                    " ".join(sorted(p["codes"])), p["source"], p["note"], "; ".join(names)])


def main(argv):
    if len(argv) not in (2, 3) or argv[1].startswith("-"):
        print(__doc__)
        return 0 if "--help" in argv else 2
    review = Review(os.path.join(HERE, "ports-reviewed.csv"))
    ports = read_index(argv[1], review)
    apply_review(ports, review)
    add_unlocode(ports, read_unlocode(argv[1]), review)
    note_moved_codes(argv[1], ports, review)
    add_entries(argv[1], ports)
    check(ports, review)
    for fault in review.faults:
        print(fault, file=sys.stderr)
    if review.faults:
        print("%d faults; nothing written" % len(review.faults), file=sys.stderr)
        return 1
    path = argv[2] if len(argv) == 3 else os.path.join(HERE, "ports.csv")
    with open(path, "w", encoding="utf-8", newline="") as out:
        write(ports, out)
    print("left out, too far from other ports: " + " ".join(review.left_out), file=sys.stderr)
    print("%d ports, %d other codes, %d entry distances" %
          (len(ports), sum(len(p["codes"]) for p in ports.values()),
           sum(p["entry_km"] != "" for p in ports.values())), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
