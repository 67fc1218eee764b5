#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Circles of calls between the files of a room. `circles.py ROOT OBJECTS` reads what each object file defines and uses, and
prints each set of files that use each other in a circle, unless a header of the room justifies it in a line of its comments:
"Circle: a, b*: why". Fails when there is one, or when a line justifies a circle that is not there."""
import collections
import fnmatch
import glob
import os
import re
import subprocess
import sys


def symbols(paths):
    """Per object file the functions that it defines, and the names that it uses of others."""
    found = {path: (set(), set()) for path in paths}
    for line in subprocess.run(['nm', '-P', '-A', *paths], capture_output=True, text=True, check=True).stdout.splitlines():
        path, name, kind = line.split()[:3]
        if kind in 'TU':
            found[path.rstrip(':')]['TU'.index(kind)].add(name)
    return found


def circles(uses):
    """The sets of two and more files that reach each other (Tarjan)."""
    index, low, stack, found, on = {}, {}, [], [], set()

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        on.add(v)
        for w in sorted(uses[v]):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in on:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            part = []
            while not part or part[-1] != v:
                part.append(stack.pop())
                on.discard(part[-1])
            if len(part) > 1:
                found.append(sorted(part))

    for v in sorted(uses):
        if v not in index:
            visit(v)
    return found


def read_room(directory, known):
    """Per file of a room the other files that it uses, and by which symbols."""
    objects = {os.path.basename(o)[:-2]: known[o] for o in known if os.path.dirname(o) == directory}
    owner = {name: file for file, (defined, _) in objects.items() for name in defined}
    uses = {file: collections.defaultdict(set) for file in objects}
    for file, (_, used) in objects.items():
        for name in used:
            if owner.get(name, file) != file:
                uses[file][owner[name]].add(name)
    return uses


def justified(root, room):
    """The circles that the room's headers justify: patterns of names."""
    found = []
    for header in sorted(glob.glob(f'{root}/{room}/*.h')):
        with open(header, encoding='utf-8') as f:
            text = re.sub(r'\n \* ?', ' ', f.read())
        found += [files.split(', ') for files in re.findall(r'Circle: ([a-z0-9_*, ]+): \S', text)]
    return found


def main():
    root, objects = sys.argv[1:3]
    bad = 0
    found = symbols([o for part in ('geo', 'daemon') for o in glob.glob(f'{objects}/{part}/**/*.o', recursive=True)])
    for directory in sorted({os.path.dirname(o) for o in found}):
        room = os.path.relpath(directory, objects)
        uses = read_room(directory, found)
        unused = justified(root, room)
        for circle in circles(uses):
            known = [j for j in unused if all(any(fnmatch.fnmatch(c, p) for p in j) for c in circle)]
            if known:
                unused.remove(known[0])
                continue
            bad = 1
            print(f'{room}: a circle of {", ".join(circle)}')
            for a in circle:
                for b in circle:
                    if b in uses[a]:
                        print(f'    {a} -> {b}: {", ".join(sorted(uses[a][b]))}')
        for files in unused:
            bad = 1
            print(f'{room}: the circle of {", ".join(files)} is justified, but it is not there')
    sys.exit(bad)


main()
