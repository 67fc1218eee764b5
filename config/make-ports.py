#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make config/ports.csv from public reference data and config/ports-reviewed.csv.

usage: config/make-ports.py REFERENCE-FOLDER COUNTRIES [OUTPUT]

The folder holds wpi-pub150.csv (NGA Pub. 150, the World Port Index), unlocode-ports-not-
geocoded.csv (UN/LOCODE entries of function "port" with UNECE's own position) and
gfw-anchorage-overrides.csv (anchorage cells with the port they belong to). COUNTRIES is
countries-10m.json of the npm package world-atlas: npm pack world-atlas@2.0.2

 1. Every port of the index that carries a UN/LOCODE is a port. One code on two entries, a
    code of another country, or a position more than 25 km from UNECE's must be decided in
    ports-reviewed.csv, else the script fails (a note on a position says "UN/LOCODE").
 2. A UN/LOCODE adds a port where no port of the index of its own country lies within
    25 km; else it becomes another code of the nearest of them, unless reviewed. Its country
    is where its flag flies: a code of the mother country at a place overseas becomes another
    code of the port there, or is left out. Left out are also places inland, by no water that
    ships use, and those off their country's coast with fewer than two other ports of the
    country within 250 km: many of UNECE's positions have a wrong sign or digit, and would
    make a port of the open sea.
 3. Names are those of the index and of UN/LOCODE, of the other codes too.
 4. A port is a set of places: its own position; UNECE's of its code and of its other codes;
    entries of the index without a code of their own within 25 km; and discs that cover the
    anchorage cells whose label names it, or that lie within 40 km of it and name no other.
    A ship is in port within 10 km of a point, 3 km of a cell. `places` holds all but the
    first as "lat lon km" (no km: the default), separated by semicolons.
 5. `same` is the port that a harbour of several codes is known by.
 6. Every row lies on or by the land of its country (Natural Earth, see portlib/land.py), or
    the review says why not.

ports-reviewed.csv: kind,key,locode,name,lat,lon,entry_km,codes,names,note
  wpi,NUMBER,LOCODE    the right code of that entry of the index; '-' leaves it out
  unlocode,CODE,OTHER  another code of port OTHER; 'self' a port of its own; '-' left out
  port,CODE,...        replaces what is given (entry_km '-': default), or adds the port
  place,KEY,LOCODE     one more place of that port: lat, lon, entry_km (empty: default)
  label,"CC LABEL",... the port that the label of the anchorage cells means there; '-' none
  same,CODE,,,,,,CODES the ports of these codes are one harbour, known by the first
  land,CODE            off the land of its country: the note says why
Every row says why in its note. The same input gives the same bytes.

The World Port Index is in the public domain; of UN/LOCODE only facts are taken (codes,
names, positions); the discs are made from the anchorage cells of Global Fishing Watch
(pipe-anchorages, Apache-2.0); Natural Earth is in the public domain."""
import csv
import math
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "portlib"))
import cells as cells_lib  # noqa: E402
import waterways  # noqa: E402
from land import Land  # noqa: E402

NEAR_KM = 24.85  # 25 km on the ellipsoid: the sphere is up to 0.56 % off
ALONE_KM = 250.0
SEA_KM = 30.0     # farther from the sea is inland
OFF_KM = 30.0     # farther from its country's land is off it
FOREIGN_KM = 5.0  # on another country's land, and so far from its own
LABEL_KM = 150.0  # a label means a port within this
ENTRY_KM = 10.0
COAST_KM = 5.0    # on the coast: so far from its country's land and from the sea
AT_SEA = r"\b(FIELD|BASIN|FPSO|FSO|BLOCK|PLATFORM|OILFIELD)\b"  # labels of no port
CELL_NEAR_KM = 40.0  # a cell whose label names no port is of the nearest within this
HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = ["locode", "name", "lat", "lon", "entry_km", "codes", "source", "note", "names", "places", "same"]
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
ISO3.update(zip(
    "BES CUW SJM ESH VIR GRD TUV VGB FSM PRY ALA HUN SRB VCT GIB LCA TON CYM COK ASM TCA SVK MCO WSM CXR BLM MYT SGS BOL CCK CHE CZE".split(),
    "BQ CW SJ EH VI GD TV VG FM PY FI HU RS VC GI LC TO KY CK AS TC SK MC WS CX BL YT GS BO CC CH CZ".split()))


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


KINDS = ("wpi", "unlocode", "port", "place", "label", "same", "land")


class Review:
    """ports-reviewed.csv; notes what was used, so that a stale row is found."""

    def __init__(self, path):
        self.rows, self.used, self.faults, self.left_out = {}, set(), [], []
        self.inland, self.elsewhere, self.foreign = [], [], {}
        with open(path, encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                key = (row["kind"], row["key"])
                if row["kind"] not in KINDS or key in self.rows:
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
            "names": [], "parts": [], "note": "", "places": [], "discs": [], "same": ""}


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
    ports, nameless = {}, []
    for row in sorted(rows, key=lambda r: float(r["World Port Index Number"])):
        number, code = row["World Port Index Number"], row["code"]
        spot = (float(row["Latitude"]), float(row["Longitude"]))
        decided = review.get("wpi", number)
        if decided is not None:
            code = decided["locode"]
        if not code or code == "-":
            nameless.append((country.get(row["Country Code"]), spot))
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
            ports[code]["places"].append(spot)
            continue
        if code in ports:
            review.faults.append("%s: code %s is also that of %s" % (where, code, ports[code]["source"]))
            continue
        name = next(split_names(row["Main Port Name"]), row["Main Port Name"].strip())
        ports[code] = port(code, name, (float(row["Latitude"]), float(row["Longitude"])), "WPI " + number)
        ports[code]["names"] += split_names(row["Main Port Name"], row["Alternate Port Name"])
        if decided is not None:
            ports[code]["note"] = decided["note"]
    return ports, nameless


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


def flag_at(land, country, pos):
    """The country whose port it is: its own within 5 km or when no other is near, else the nearest; None at sea."""
    near = land.flags(pos[0], pos[1], OFF_KM)
    if not near:
        return None
    best = min(near, key=lambda c: (near[c], c))
    own = near.get(country)
    return country if own is not None and (own <= FOREIGN_KM or near[best] > 0) else best


def read_labels(folder):
    """(country, name) -> positions of the anchorage cells that bear it."""
    out = {}
    for row in read_rows(folder, "gfw-anchorage-overrides.csv"):
        key = label_key(ISO3.get(row["iso3"].strip(), ""), row["label"])
        out.setdefault(key, []).append((float(row["latitude"]), float(row["longitude"])))
    return out


def add_unlocode(ports, unlocode, review, land, labels):
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
            add_place(p, code, pos, land)
            continue
        if code in taken:
            owner = next(q for q in ports.values() if code in q["codes"])
            owner["parts"] += split_names(*names)
            add_place(owner, code, pos, land)
            continue
        decided = review.get("unlocode", code)
        target = decided["locode"] if decided is not None else ""
        if target == "-":
            continue
        country = flag_at(land, code[:2], pos) or code[:2]
        found = near.find(pos, country, NEAR_KM) if not target else None
        if target and target != "self":
            fold(ports[target], code, names, pos, land)
        elif found is not None:
            fold(ports[found[1]], code, names, pos, land)
        elif not target and country != code[:2]:
            review.foreign[code] = (names, pos, country)
        elif not target and is_inland(land, pos) and not is_borne(labels, code, names, pos):
            review.inland.append(code)
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
        if (decided is None or decided["locode"] != "self") and not is_on_coast(land, code, added[code]["pos"]):
            del added[code]
            review.left_out.append(code)
    ports.update(added)
    everyone = Near(ports)
    for code, (names, pos, country) in sorted(review.foreign.items()):
        found = everyone.find(pos, country, NEAR_KM)
        if found is not None:
            fold(ports[found[1]], code, names, pos, land)
        else:
            review.elsewhere.append(code + "@" + country)


def is_on_coast(land, code, pos):
    return land.flags(pos[0], pos[1], COAST_KM).get(code[:2]) is not None and land.sea_km(*pos, COAST_KM) is not None


def is_inland(land, pos):
    return land.sea_km(pos[0], pos[1], SEA_KM) is None and bool(land.flags(pos[0], pos[1], OFF_KM)
                                                                or land.holder(*pos)) and not waterways.is_by(*pos)


def is_borne(labels, code, names, pos):
    """Whether ships lie within 80 km at cells of its name."""
    return any(distance_km(pos, cell) < 80 for name in split_names(*names)
               for cell in labels.get((code[:2], squeeze(name)), ()))


def fold(p, code, names, pos, land):
    p["codes"].add(code)
    p["parts"] += split_names(*names)
    add_place(p, code, pos, land)


def add_place(p, code, pos, land):
    """UNECE's position of one of the port's codes; where it lies far off, on the land of the port's country only."""
    d = distance_km(p["pos"], pos)
    if d <= 40:
        p["places"].append(pos)
    elif d <= 80 and land.holder(*pos) == p["locode"][:2]:
        p["discs"].append((pos[0], pos[1], 2.0))


class Points:
    """All points that ports are known by, by whole degree."""

    def __init__(self, ports):
        self.cells = {}
        for code, p in ports.items():
            for pos in [p["pos"]] + p["places"]:
                self.cells.setdefault((math.floor(pos[0]), math.floor(pos[1])), []).append((pos, code))

    def near(self, pos, limit_km):
        lat, lon = math.floor(pos[0]), math.floor(pos[1])
        wide = math.ceil(limit_km / 111.0 / max(0.05, math.cos(math.radians(min(89.0, abs(pos[0]) + 1)))))
        for y in (lat - 1, lat, lat + 1):
            for x in range(lon - wide, lon + wide + 1):
                for spot, code in self.cells.get((y, (x + 180) % 360 - 180), ()):
                    d = distance_km(pos, spot)
                    if d <= limit_km:
                        yield d, code


def label_key(country, label):
    return country, squeeze(re.sub(r" (OFFSHORE|ANCHORAGE|OFF|ROADS)$", "", label.strip()))


def read_cells(folder, ports, review):
    """(pos, country, label, port or None, how) of every anchorage cell."""
    bearers = {}
    for code, p in sorted(ports.items()):
        for name in sorted({squeeze(n) for n in [p["name"]] + p["names"] + p["parts"]}):
            bearers.setdefault((code[:2], name), []).append(code)
    points = Points(ports)

    def bearer(country, label, pos, limit_km):
        found = bearers.get(label_key(country, label), ()) if label else ()
        spots = ((distance_km(pos, spot), c) for c in found for spot in [ports[c]["pos"]] + ports[c]["places"])
        return min(((d, c) for d, c in spots if d <= limit_km), default=(0, None))[1]

    out = []
    for row in read_rows(folder, "gfw-anchorage-overrides.csv"):
        pos, label = (float(row["latitude"]), float(row["longitude"])), row["label"].strip()
        country = ISO3.get(row["iso3"].strip(), "")
        decided = review.get("label", "%s %s" % (country, label))
        code, how = None, "no port of the country within %.0f km" % CELL_NEAR_KM
        if decided is not None:
            code, how = (decided["locode"], "label") if decided["locode"] != "-" else (None, decided["note"])
        else:
            code = bearer(country, label, pos, LABEL_KM)
            how = "label" if code else how
        if code is None and decided is None:
            code = bearer(country, row["sublabel"], pos, 60)
            how = "sublabel" if code else how
        if code is None and decided is None and not re.search(AT_SEA, label):
            code = min(((d, c) for d, c in points.near(pos, CELL_NEAR_KM) if c[:2] == country), default=(0, None))[1]
            how = "near" if code else how
        out.append((pos, country, label, code, how))
    return out


class Places:
    """Which port holds a position, as the daemon finds it: the nearest place that holds it."""

    def __init__(self, ports):
        self.grid = {}
        for code, p in ports.items():
            self.add(code, p["pos"], float(p["entry_km"] or ENTRY_KM))
            for pos in p["places"]:
                self.add(code, pos, ENTRY_KM)
            for lat, lon, km in p["discs"]:
                self.add(code, (lat, lon), km)

    def add(self, code, pos, km):
        kx = max(0.05, math.cos(math.radians(min(89.0, abs(pos[0]) + 0.5)))) * 111.0
        for y in range(math.floor((pos[0] - km / 111) * 4), math.floor((pos[0] + km / 111) * 4) + 1):
            for x in range(math.floor((pos[1] - km / kx) * 4), math.floor((pos[1] + km / kx) * 4) + 1):
                self.grid.setdefault((y, (x + 720) % 1440 - 720), []).append((pos, km, code))

    def at(self, pos):
        best = (1e9, None)
        for spot, km, code in self.grid.get((math.floor(pos[0] * 4), math.floor(pos[1] * 4)), ()):
            if abs(spot[0] - pos[0]) * 111 > km:
                continue
            d = distance_km(spot, pos)
            if d <= km and d < best[0]:
                best = (d, code)
        return best[1]


def is_one(ports, a, b):
    return a is not None and b is not None and (ports[a]["same"] or a) == (ports[b]["same"] or b)


def add_cells(ports, cells):
    """Discs over the cells of each port, smaller ones where another port's place lies nearer."""
    for spread in (3.0, 1.5, 0.7):
        held = Places(ports)
        missing = {}
        for pos, _, _, code, _ in cells:
            if code is not None and not is_one(ports, held.at(pos), code):
                missing.setdefault(code, []).append(pos)
        for code, points in sorted(missing.items()):
            ports[code]["discs"] += cells_lib.cover(sorted(points), spread, 3.0 if spread > 1 else 1.5)
    return Places(ports)


def add_nameless(ports, nameless):
    """Entries of the index without a code of their own are places of the nearest port of their country."""
    near, left = Near(ports), []
    for country, pos in nameless:
        found = near.find(pos, country, NEAR_KM)
        if found is None:
            left.append(pos)
        else:
            ports[found[1]]["places"].append(pos)
    return left


def apply_places(ports, review):
    for (kind, key), row in sorted(review.rows.items()):
        if kind == "place" and row["locode"] in ports:
            review.used.add((kind, key))
            pos = (float(row["lat"]), float(row["lon"]))
            if row["entry_km"]:
                ports[row["locode"]]["discs"].append(pos + (float(row["entry_km"]),))
            else:
                ports[row["locode"]]["places"].append(pos)
        if kind == "same":
            review.used.add((kind, key))
            for code in [key] + row["codes"].split():
                if code not in ports:
                    review.faults.append("ports-reviewed.csv: same %s: %s is no port" % (key, code))
                elif code != key:
                    if code[:2] != key[:2]:
                        review.faults.append("ports-reviewed.csv: same %s: %s is another country's" % (key, code))
                    if ports[code]["same"]:
                        review.faults.append("ports-reviewed.csv: same %s: %s is in a group" % (key, code))
                    ports[code]["same"] = key


def thin_places(p):
    """Points within 1 km of one that reaches as far say nothing new."""
    kept = [p["pos"]]
    for pos in p["places"]:
        if all(distance_km(pos, other) > 1.0 for other in kept):
            kept.append(pos)
    p["places"] = kept[1:]


def check_land(ports, land, review, path):
    """Every row on or by its country's land, or reviewed; what was found is kept for the test."""
    lines = []
    for code, p in sorted(ports.items()):
        near = land.flags(p["pos"][0], p["pos"][1], OFF_KM)
        flag = flag_at(land, code[:2], p["pos"])
        lines.append([code, "%.4f" % p["pos"][0], "%.4f" % p["pos"][1], flag or "", "%.0f" % near[flag] if flag else ""])
        if flag != code[:2] and review.get("land", code) is None:
            review.faults.append("%s %s at %.4f %.4f is %s" % (code, p["name"], p["pos"][0], p["pos"][1],
                                 "by the land of " + flag if flag else "off all land"))
    with open(path, "w", encoding="utf-8", newline="") as out:
        w = csv.writer(out, lineterminator="\n")
        w.writerow(["locode", "lat", "lon", "flag", "km"])
        w.writerows(lines)


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
                    " ".join(sorted(p["codes"])), p["source"], p["note"], "; ".join(names), "; ".join(
                        ["%.4f %.4f" % pos for pos in sorted(p["places"])] +
                        ["%g %g %g" % disc for disc in sorted(p["discs"])]), p["same"]])


def report_cells(ports, held, cells):
    """The share of anchorage cells held, and why the others are not."""
    named = [c for c in cells if c[4] == "label"]
    good = sum(is_one(ports, held.at(c[0]), c[3]) for c in named)
    some = sum(held.at(c[0]) is not None for c in cells)
    print("cells labelled with a port: %d, in that port %d (%.2f %%); of all %d in a port %d (%.2f %%)" %
          (len(named), good, 100.0 * good / len(named), len(cells), some, 100.0 * some / len(cells)), file=sys.stderr)
    reasons = {}
    for pos, country, label, code, how in cells:
        at = held.at(pos)
        if code is None and at is None:
            reasons.setdefault("%s %s: %s" % (country, label, how), []).append(pos)
        elif code is not None and not is_one(ports, at, code):
            reasons.setdefault("%s %s is %s: a place of %s lies nearer" % (country, label, code, at), []).append(pos)
    return sorted(((len(v), k, v[0]) for k, v in reasons.items()), key=lambda r: (-r[0], r[1]))


def main(argv):
    if len(argv) not in (3, 4) or argv[1].startswith("-"):
        print(__doc__)
        return 0 if "--help" in argv else 2
    review = Review(os.path.join(HERE, "ports-reviewed.csv"))
    land = Land(argv[2])
    path = argv[3] if len(argv) == 4 else os.path.join(HERE, "ports.csv")
    ports, nameless = read_index(argv[1], review)
    apply_review(ports, review)
    add_unlocode(ports, read_unlocode(argv[1]), review, land, read_labels(argv[1]))
    note_moved_codes(argv[1], ports, review)
    left = add_nameless(ports, nameless)
    apply_places(ports, review)
    for p in ports.values():
        thin_places(p)
    cells = read_cells(argv[1], ports, review)
    held = add_cells(ports, cells)
    check_land(ports, land, review, os.path.join(HERE, "../tests/data/ports-land.csv"))
    check(ports, review)
    for fault in review.faults:
        print(fault, file=sys.stderr)
    with open(os.path.join(HERE, "ports-cells-left.txt"), "w", encoding="utf-8") as out:
        for n, reason, pos in report_cells(ports, held, cells):
            print("%d\t%s\t%.3f %.3f" % (n, reason, *pos), file=out)
    if review.faults:
        print("%d faults; nothing written" % len(review.faults), file=sys.stderr)
    with open(path, "w", encoding="utf-8", newline="") as out:
        write(ports, out)
    print("left out, too far from other ports: " + " ".join(review.left_out), file=sys.stderr)
    print("left out, inland: %d" % len(review.inland), file=sys.stderr)
    print("left out, another flag's and no port there: " + " ".join(review.elsewhere), file=sys.stderr)
    print("entries of the index without a code that are far from every port: %d" % len(left), file=sys.stderr)
    print("%d ports, %d other codes, %d points, %d discs" %
          (len(ports), sum(len(p["codes"]) for p in ports.values()), sum(len(p["places"]) for p in ports.values()),
           sum(len(p["discs"]) for p in ports.values())), file=sys.stderr)
    return 1 if review.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
