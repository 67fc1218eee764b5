# SPDX-License-Identifier: Apache-2.0
"""metrics_lint.py METRICS FILE...: METRICS, as /metrics says it, keeps the rules of `promtool check metrics`, and the FILEs (rules
for Prometheus, a dashboard) name only metrics that stand there. Prints what does not; exit 1 then.

The rules (prometheus/client_golang promlint): help and type for each family, before its samples and once; counters end in _total and
nothing else does; base units (seconds, bytes), written out; no type in the name; lower case."""
import re, sys

faults = []
kinds, helps, seen = {}, {}, []
for line in open(sys.argv[1]):
    if m := re.match(r"# HELP (\S+) (.+)", line):
        if m[1] in helps:
            faults.append(f"{m[1]}: help twice")
        helps[m[1]] = m[2]
    elif m := re.match(r"# TYPE (\S+) (\S+)$", line):
        if m[1] in kinds:
            faults.append(f"{m[1]}: type twice")
        kinds[m[1]] = m[2]
    elif m := re.match(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)$", line):
        seen.append(m[1])
    elif line.strip():
        faults.append(f"no line of the text format: {line.rstrip()}")
for name in dict.fromkeys(seen):
    if name not in helps or name not in kinds:
        faults.append(f"{name}: no help or no type")
for name, kind in kinds.items():
    if kind == "counter" and not name.endswith("_total"):
        faults.append(f"{name}: a counter should end in _total")
    if kind != "counter" and name.endswith(("_total", "_count", "_sum", "_bucket")):
        faults.append(f"{name}: a {kind} should not end so")
    words = name.split("_")
    for bad in ("milliseconds", "ms", "minutes", "hours", "days", "kilobytes", "megabytes", "mb", "kb", "percent", "gauge", "counter"):
        if bad in words:
            faults.append(f"{name}: {bad} is no base unit, or a type")
    if name != name.lower() or ":" in name:
        faults.append(f"{name}: capitals or colons")
for path in sys.argv[2:]:
    text = open(path).read()
    names = set(re.findall(r"\b(?:lookoutd|process)_[a-z0-9_]+", text))
    if not names:
        faults.append(f"{path}: names no metric")
    faults += [f"{path}: there is no metric {name}" for name in sorted(names - set(kinds))]
print("\n".join(faults))
sys.exit(bool(faults))
