# SPDX-License-Identifier: Apache-2.0
"""Whose land a position is on or by, and how far the sea is: Natural Earth's countries (1:10m,
public domain) in the form of the npm package world-atlas (ISC), countries-10m.json.

Places overseas that Natural Earth draws with the mother country have their own flag here, by
boxes. A country is a code of ISO 3166: the country whose ports are those of the place."""
import json
import math

KM_A_DEGREE = 111.195
BAND = 10  # bands of a tenth of a degree for the ray, cells of a quarter for distances
CELL = 4

ISO = dict((pair[:3], pair[3:]) for pair in """
004AF 008AL 010AQ 012DZ 016AS 020AD 024AO 028AG 031AZ 032AR 036AU 040AT 044BS 048BH 050BD 051AM 052BB 056BE 060BM
064BT 068BO 070BA 072BW 076BR 084BZ 086IO 090SB 092VG 096BN 100BG 104MM 108BI 112BY 116KH 120CM 124CA 132CV 136KY
140CF 144LK 148TD 152CL 156CN 158TW 170CO 174KM 178CG 180CD 184CK 188CR 191HR 192CU 196CY 203CZ 204BJ 208DK 212DM
214DO 218EC 222SV 226GQ 231ET 232ER 233EE 234FO 238FK 239GS 242FJ 246FI 248AX 250FR 258PF 260TF 262DJ 266GA 268GE
270GM 275PS 276DE 288GH 292GI 296KI 300GR 304GL 308GD 316GU 320GT 324GN 328GY 332HT 334HM 336VA 340HN 344HK 348HU
352IS 356IN 360ID 364IR 368IQ 372IE 376IL 380IT 384CI 388JM 392JP 398KZ 400JO 404KE 408KP 410KR 414KW 417KG 418LA
422LB 426LS 428LV 430LR 434LY 438LI 440LT 442LU 446MO 450MG 454MW 458MY 462MV 466ML 470MT 478MR 480MU 484MX 492MC
496MN 498MD 499ME 500MS 504MA 508MZ 512OM 516NA 520NR 524NP 528NL 531CW 533AW 534SX 540NC 548VU 554NZ 558NI 562NE
566NG 570NU 574NF 578NO 580MP 581UM 583FM 584MH 585PW 586PK 591PA 598PG 600PY 604PE 608PH 612PN 616PL 620PT 624GW
626TL 630PR 634QA 642RO 643RU 646RW 652BL 654SH 659KN 660AI 662LC 663MF 666PM 670VC 674SM 678ST 682SA 686SN 688RS
690SC 694SL 702SG 703SK 704VN 705SI 706SO 710ZA 716ZW 724ES 728SS 729SD 732EH 740SR 748SZ 752SE 756CH 760SY 762TJ
764TH 768TG 776TO 780TT 784AE 788TN 792TR 795TM 796TC 798TV 800UG 804UA 807MK 818EG 826GB 831GG 832JE 833IM 834TZ
840US 850VI 854BF 858UY 860UZ 862VE 876WF 882WS 887YE 894ZM""".split())
# Without a number in Natural Earth.
NAMED = {"Dhekelia": "CY", "Akrotiri": "CY", "N. Cyprus": "CY", "Cyprus U.N. Buffer Zone": "CY", "Somaliland": "SO",
         "USNB Guantanamo Bay": "CU", "Baikonur": "KZ", "Kosovo": "XK"}
# country drawn, south, west, north, east, whose ports they are
OVERSEAS = [
    ("FR", 14.3, -61.4, 14.95, -60.7, "MQ"), ("FR", 15.7, -62.0, 16.6, -60.9, "GP"), ("FR", 2, -55, 6.5, -51, "GF"),
    ("FR", -21.6, 55, -20.7, 56, "RE"), ("FR", -13.2, 44.8, -12.4, 45.5, "YT"),
    ("NL", 11.9, -68.6, 12.4, -68.0, "BQ"), ("NL", 17.3, -63.4, 17.8, -62.8, "BQ"),
    ("NO", 74, 5, 81.5, 35, "SJ"), ("NO", 70.5, -10, 71.5, -7, "SJ"),
    ("GB", -8.2, -15, -7.5, -14, "SH"), ("AX", 59, 19, 61, 22, "FI"), ("NZ", -10, -173, -8, -171, "TK"),
    ("Indian Ocean Ter.", -13, 96, -11, 98, "CC"), ("Indian Ocean Ter.", -11, 105, -10, 106, "CX"),
]


def flag_of(name, lat, lon):
    for drawn, south, west, north, east, flag in OVERSEAS:
        if drawn == name and south <= lat <= north and west <= lon <= east:
            return flag
    return name


class Land:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            topology = json.load(f)
        scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
        self.arcs = []
        for arc in topology["arcs"]:
            x = y = 0
            points = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                points.append((x * scale[0] + move[0], y * scale[1] + move[1]))
            self.arcs.append(points)
        self.bands, self.cells, self.users = {}, {}, {}
        for shape in topology["objects"]["countries"]["geometries"]:
            name = ISO.get(shape.get("id")) or NAMED.get(shape["properties"]["name"], shape["properties"]["name"])
            polygons = shape.get("arcs", [])
            for polygon in polygons if shape["type"] == "MultiPolygon" else [polygons]:
                for ring in polygon:
                    self.add_ring(name, ring)

    def add_ring(self, name, ring):
        """The ring's longitudes go on past 180 where it crosses the antimeridian."""
        turn, last = 0, None
        for i in ring:
            arc = i if i >= 0 else ~i
            self.users.setdefault(arc, set()).add(name)
            points = self.arcs[arc] if i >= 0 else self.arcs[arc][::-1]
            for a, b in zip(points, points[1:]):
                if last is not None and abs(a[0] + turn - last) > 180:
                    turn += 360 if a[0] + turn < last else -360
                a = (a[0] + turn, a[1])
                if abs(b[0] + turn - a[0]) > 180:
                    turn += 360 if b[0] + turn < a[0] else -360
                b = (b[0] + turn, b[1])
                last = b[0]
                low, high = sorted((a[1], b[1]))
                for band in range(math.floor(low * BAND), math.floor(high * BAND) + 1):
                    self.bands.setdefault(band, []).append((name, a, b))
                west, east = sorted((a[0], b[0]))
                for y in range(math.floor(low * CELL), math.floor(high * CELL) + 1):
                    for x in range(math.floor(west * CELL), math.floor(east * CELL) + 1):
                        cell = (y, (x + 180 * CELL) % (360 * CELL) - 180 * CELL)
                        self.cells.setdefault(cell, []).append((name, a, b, arc))

    def holder(self, lat, lon):
        """The flag of the country that the position is on, else None."""
        inside = {}
        for name, a, b in self.bands.get(math.floor(lat * BAND), ()):
            if (a[1] > lat) != (b[1] > lat):
                cut = (b[0] - a[0]) * (lat - a[1]) / (b[1] - a[1]) + a[0]
                for turn in (-360, 0, 360):
                    if lon + turn < cut:
                        inside[name, turn] = not inside.get((name, turn), False)
        names = sorted(name for (name, _), odd in inside.items() if odd)
        return flag_of(names[0], lat, lon) if names else None

    def edges(self, lat, lon, km):
        """(km, name, arc) of the edges within km."""
        wide = km / KM_A_DEGREE / max(0.02, math.cos(math.radians(lat)))
        high = km / KM_A_DEGREE
        kx = KM_A_DEGREE * math.cos(math.radians(lat))
        for y in range(math.floor((lat - high) * CELL), math.floor((lat + high) * CELL) + 1):
            for x in range(math.floor((lon - wide) * CELL), math.floor((lon + wide) * CELL) + 1):
                for name, a, b, arc in self.cells.get((y, (x + 180 * CELL) % (360 * CELL) - 180 * CELL), ()):
                    turn = 360 * round((lon - a[0]) / 360)
                    ax, ay = (a[0] + turn - lon) * kx, (a[1] - lat) * KM_A_DEGREE
                    bx, by = (b[0] + turn - lon) * kx, (b[1] - lat) * KM_A_DEGREE
                    dx, dy = bx - ax, by - ay
                    n = dx * dx + dy * dy
                    t = 0 if n == 0 else min(1, max(0, -(ax * dx + ay * dy) / n))
                    d = math.hypot(ax + t * dx, ay + t * dy)
                    if d <= km:
                        yield d, name, arc

    def flags(self, lat, lon, km):
        """Flag -> how far its land is, 0 on it, of those within km."""
        out = {}
        for d, name, _ in self.edges(lat, lon, km):
            name = flag_of(name, lat, lon)
            out[name] = min(d, out.get(name, d))
        here = self.holder(lat, lon)
        if here is not None:
            out[here] = 0.0
        return out

    def sea_km(self, lat, lon, km):
        """How far the nearest coast of the sea is; None: beyond km. An edge of one country is coast."""
        return min((d for d, _, arc in self.edges(lat, lon, km) if len(self.users[arc]) == 1), default=None)
