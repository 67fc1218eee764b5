#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The way of one sentence in daemon/README.md: each function named there is defined in daemon/, behind a file's name in that file,
and what stands behind an arrow is called in the body of what stands before it. `way.py ROOT` prints each fault and fails when
there is one."""
import glob
import os
import re
import sys

HEADING = '## The way of one sentence'
COMMENT = re.compile(r'/\*.*?\*/', re.S)
# A definition begins at the left edge, and its body ends with a brace there.
DEFINITION = re.compile(r'^(?!static const)[a-z][^\n;={}]*?\b(\w+)\([^;{}=]*\)\n\{(.*?)^\}', re.M | re.S)
ARROW = re.compile(r'`(\w+)`\s*->\s*(?=((?:`\w+`,?\s*)+))')


def definitions(root):
    """name -> [(file, body)]"""
    found = {}
    for path in sorted(glob.glob(os.path.join(root, 'daemon', '**', '*.c'), recursive=True)):
        with open(path, encoding='utf-8') as source:
            text = COMMENT.sub('', source.read())
        for m in DEFINITION.finditer(text):
            found.setdefault(m.group(1), []).append((path, m.group(2)))
    return found


def faults(root):
    with open(os.path.join(root, 'daemon/README.md'), encoding='utf-8') as readme:
        _, _, way = readme.read().partition(HEADING)
    way = way.split('\n## ')[0]
    known = definitions(root)
    if len(ARROW.findall(way)) < 5:
        yield f'daemon/README.md has no section "{HEADING}" with arrows'
    for name in sorted(set(re.findall(r'`(\w*_\w+)`', way)) - set(known)):
        yield f'{name}: no function of that name is defined'
    for path, name in re.findall(r'`(\w+/\w+\.c)`\s+`(\w+)`', way):
        if not any(file.endswith('/' + path) for file, _ in known.get(name, [])):
            yield f'{name}: not in {path}'
    for caller, called in ARROW.findall(way):
        for name in re.findall(r'\w+', called):
            if not any(re.search(rf'\b{name}\(', body) for _, body in known.get(caller, [])):
                yield f'{caller} -> {name}: it does not call that'


found = list(faults(sys.argv[1]))
print('\n'.join(found))
sys.exit(1 if found else 0)
