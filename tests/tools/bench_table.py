#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of `make bench`: a line a figure of the file of JSON lines, with its bound and how it stands to it."""
import json
import sys

# What a figure's value is, the first of these that it has, and whether less of it is better.
VALUES = (("value", False), ("times_floor", True), ("times_first", True), ("lost", True), ("ns_per_sentence", True))
NAMES = ("bench", "figure", "name")
BOUNDS = ("must", "must_min", "must_max", "most", "aim")
PARAMETERS = ("zones", "vessels", "rate_per_s")


def name_of(row):
    words = [str(row[key]) for key in NAMES if key in row]
    words += [f"{key.removesuffix('_per_s')}={row[key]}" for key in PARAMETERS if key in row]
    return " ".join(words)


def value_of(row):
    for key, is_less in VALUES:
        if key in row:
            return key, row[key], is_less or "most" in row or "must_max" in row or row.get("unit") == "x floor"
    return "", None, True


def verdict_of(row, value, is_less):
    must = next((row[key] for key in BOUNDS[:4] if key in row), None)
    reaches = (lambda bound: value <= bound) if is_less else (lambda bound: value >= bound)
    if must is not None and not reaches(must):
        return "MISSED"
    if "aim" in row:
        return "aim reached" if reaches(row["aim"]) else "ok" if must is not None else "short of the aim"
    return "" if must is None else "ok"


def show(number):
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.startswith("{")]
    missed = []
    print(f"\n{'figure':58s} {'value':>10s} {'unit':12s} {'must':>8s} {'aim':>8s}  {'':11s}  besides")
    for row in rows:
        key, value, is_less = value_of(row)
        if value is None:
            continue
        must = next((show(row[bound]) for bound in BOUNDS[:4] if bound in row), "")
        aim = show(row["aim"]) if "aim" in row else ""
        verdict = verdict_of(row, value, is_less)
        if verdict == "MISSED":
            missed.append(name_of(row))
        unit = row.get("unit", {"times_floor": "x floor", "times_first": "x first", "lost": "lost"}.get(key, ""))
        besides = " ".join(
            f"{k}={show(v)}" for k, v in row.items()
            if isinstance(v, (int, float)) and k not in (key, *BOUNDS, *PARAMETERS))
        print(f"{name_of(row):58s} {show(value):>10s} {unit:12s} {must:>8s} {aim:>8s}  {verdict:11s}  {besides}")
    if missed:
        print(f"\n{len(missed)} of {len(rows)} figures miss their bound: " + "; ".join(missed))
    else:
        print(f"\nNone of {len(rows)} figures misses its bound.")


main()
