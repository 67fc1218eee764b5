#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The figures of a replay's summary, as JSON and as text, against the alerts, calls and recording, counted here."""
import collections
import datetime
import json
import re
import sys

summary_file, text_file, alerts_file, calls_file, tape_file = sys.argv[1:]
event = json.load(open(summary_file))
told = event["data"]["replay"]
text = open(text_file).read()
alerts = [json.loads(line) for line in open(alerts_file)]
calls = [json.loads(line) for line in open(calls_file)]
faults = []


def same(what, got, wanted):
    if got != wanted:
        faults.append(f"{what}: {got}, not {wanted}")


def near(what, got, wanted):
    if abs(got - wanted) > 0.0006 + 1e-4 * wanted:
        faults.append(f"{what}: {got}, not {wanted}")


# The span, from the tag blocks' own times.
times = [int(t) for t in re.findall(r"^\\[^\\]*?c:(\d+)", open(tape_file, errors="replace").read(), re.M)]
first, last = min(times), max(times)
for name, at in (("from", first), ("to", last)):
    same(name, told[name], datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
days = (last - first) / 86400
near("days", told["days"], days)

vessels = len({a["data"]["vessel"]["mmsi"] for a in alerts if a["type"] == "lookoutd.vessel.sighted"}) + 1  # muted
same("vessels", told["vessels"], vessels)
same("alerts", told["alerts"]["total"], len(alerts))
same("critical", told["alerts"]["critical"], sum(a["data"]["severity"] == "critical" for a in alerts))
near("a day", told["alerts"]["per_day"], len(alerts) / days)
near("a day and 1,000 vessels", told["alerts"]["per_day_per_1000_vessels"], len(alerts) / days / vessels * 1000)
if told["alerts"]["muted"] == 0:
    faults.append("nothing is muted")

rows = collections.Counter((a["data"]["rule"], a["type"][len("lookoutd."):]) for a in alerts)
same("rules", {(r["rule"], r["type"]): r["alerts"] for r in told["rules"]}, dict(rows))
for r in told["rules"]:
    near(f"{r['rule']} {r['type']} a day", r["per_day"], r["alerts"] / days)
    row = rf"^    {r['rule']} +{re.escape(r['type'])} +{r['alerts']} +{r['per_day']:.2f} "
    if not re.search(row, text, re.M):
        faults.append(f"not in the text: {row}")

ports = collections.Counter(a["data"]["port"]["locode"] for a in alerts if "port" in a["data"])
arrived = [c for c in calls if c["record"] == "call" and c["confidence"] >= 2]
at = collections.Counter(c["locode"] for c in arrived)
wanted = sorted(set(ports) | set(at), key=lambda code: (-ports[code], -at[code], code))[:10]
same("ports", [(p["locode"], p["alerts"], p["calls"]) for p in told["ports"]], [(c, ports[c], at[c]) for c in wanted])
same("calls", told["calls"]["total"], len(arrived))
same("calls by evidence", told["calls"]["seen"] + told["calls"]["summed"] + told["calls"]["silence"], len(arrived))
same("voyages", told["voyages"], sum(c["record"] == "voyage" for c in calls))

by_vessel = collections.defaultdict(collections.Counter)
names = {}
for a in alerts:
    by_vessel[a["data"]["vessel"]["mmsi"]][a["data"]["rule"]] += 1
    names[a["data"]["vessel"]["mmsi"]] = a["data"]["vessel"].get("name")
wanted = sorted(by_vessel, key=lambda mmsi: (-sum(by_vessel[mmsi].values()), mmsi))[:10]
same("noisiest", [n["mmsi"] for n in told["noisiest"]], wanted)
for n in told["noisiest"]:
    same(f"name of {n['mmsi']}", n.get("name"), names[n["mmsi"]])
    same(f"rules of {n['mmsi']}", {r["rule"]: r["alerts"] for r in n["rules"]}, dict(by_vessel[n["mmsi"]]))
    if n["type"] not in ("passenger", "cargo", "tanker", "fishing", "tug", "other"):
        faults.append(f"type of {n['mmsi']}: {n['type']}")
    row = rf"^    {n['mmsi']:09d}  {re.escape(n['name'])} +{n['type']} +{n['alerts']}  {n['rules'][0]['rule']} {n['rules'][0]['alerts']}"
    if not re.search(row, text, re.M):
        faults.append(f"not in the text: {row}")

lines = sum(1 for line in open(tape_file, errors="replace") if line.strip())
refused = {r["reason"]: (r["count"], r["line"], r["column"]) for r in told["inputs"][0]["refused"]}
same("lines", told["inputs"][0]["lines"], lines)
same("refused", refused, {"bad_checksum": (1, lines - 2, 1), "not_a_sentence": (2, lines - 1, 1)})
if f"refused 2 not_a_sentence, first in line {lines - 1}, column 1" not in text:
    faults.append("the text lacks the place of the first rubbish")

# RU* reaches four oceans, KP* and KR* one. Of the recording's Russian ports all lie at the Pacific.
patterns = {(p["rule"], p["pattern"]): {o["ocean"]: o["calls"] for o in p["oceans"]} for p in told["patterns"]}
russian = sum(n for code, n in at.items() if code.startswith("RU"))
wanted = {"Atlantic": 0, "Pacific": russian, "Arctic": 0}
same("patterns", {k: {o: n for o, n in v.items() if o != "Caspian"} for k, v in patterns.items()},
     {("legs", "RU*"): wanted, ("way", "RU*"): wanted})
if russian == 0 or f"        Pacific " not in text or f" ports, {russian} calls here" not in text:
    faults.append("the text does not tell the oceans")

print("\n".join(faults))
sys.exit(bool(faults))
