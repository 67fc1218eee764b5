#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validate alerts against their JSON Schema: schema.py SCHEMA FILE... ; each FILE holds one alert a line.
Prints the first faults and exits 1; prints how many were valid, and of which types."""
import collections
import json
import sys

import jsonschema


def main():
    schema = json.load(open(sys.argv[1], encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    types, faults = collections.Counter(), 0
    for path in sys.argv[2:]:
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            alert = json.loads(line)
            types[alert["type"]] += 1
            for fault in validator.iter_errors(alert):
                faults += 1
                if faults <= 10:
                    print(f"{path}:{number}: {'.'.join(map(str, fault.absolute_path))}: {fault.message[:200]}")
    print(f"{sum(types.values())} alerts of {len(types)} types, {faults} faults:", ", ".join(sorted(types)))
    return 1 if faults or not types else 0


sys.exit(main())
