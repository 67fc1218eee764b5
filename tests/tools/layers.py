#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The layers: the room of a file and of a public header is its folder; layers.txt says which rooms a room may use.
`layers.py [ROOT]` prints each violation and fails when there is one."""
import glob
import os
import re
import sys

root = sys.argv[1] if len(sys.argv) > 1 else '.'
with open(os.path.join(os.path.dirname(__file__), 'layers.txt'), encoding='utf-8') as f:
    rooms = {room: uses.split() for room, uses in re.findall(r'^(\w+):(.*)$', f.read(), re.M)}


def fault_of(path, room, opening, what):
    """What is wrong with a line that includes `what`; None: nothing."""
    if what.startswith('lookout/') and '/' in what[8:]:
        owner = what.split('/')[1]
        if owner != room and owner not in rooms[room]:
            return f'{room} may not include {what} of {owner}'
    elif opening == '"' and '/' in what:
        return f'includes {what}: private headers stay in their room'
    elif opening == '"' and not os.path.isfile(os.path.join(os.path.dirname(path), what)):
        return f'includes {what}, which is not beside it'
    elif what.endswith('geos_c.h') and path != f'{root}/geo/geos.c':
        return 'only geo/geos.c may see geos_c.h'
    return None


bad = []
for path in sorted(p for top in ('geo', 'daemon', 'include') for p in glob.glob(f'{root}/{top}/**/*.[ch]', recursive=True)):
    room = 'geo' if path.startswith(f'{root}/geo/') else os.path.basename(os.path.dirname(path))
    if room not in rooms:
        bad.append(f'{path}: its room {room} is not in layers.txt')
        continue
    with open(path, encoding='utf-8') as f:
        for opening, what in re.findall(r'^ *# *include *(["<])([^">]*)[">]', f.read(), re.M):
            fault = fault_of(path, room, opening, what)
            if fault:
                bad.append(f'{path}: {fault}')
print('\n'.join(bad), end='\n' if bad else '')
sys.exit(1 if bad else 0)
