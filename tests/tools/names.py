#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The names of functions. A public function begins with the name of its file: asked of the objects in the built archives. A
static function of the product is no bare word, and two files give one name to two functions only where names-shared.txt says
why: read from the sources. `names.py ROOT ARCHIVE...` prints each violation and fails when there is one."""
import collections
import fnmatch
import glob
import os
import re
import subprocess
import sys

COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
ATTRIBUTE = re.compile(r'__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)')
# From `static` at the beginning of a line to the name before the first parenthesis, and over the parameters to the body.
STATIC = re.compile(r'^static\b[^;={}()]*\b(\w+)\([^;{}=]*\)[^;{}=()]*\n?\{', re.M)


def public_names(archive):
    """(object's base name, function) of each global text symbol."""
    listing = subprocess.run(['nm', '-A', '--defined-only', archive], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        m = re.search(r':([^:/]+)\.o:\S*\s+T (\w+)$', line)
        if m:
            yield m.group(1), m.group(2)


def static_names(path):
    with open(path, encoding='utf-8') as source:
        text = COMMENT_OR_TEXT.sub(lambda m: '\n' * m.group(0).count('\n'), source.read())
    return {m.group(1) for m in STATIC.finditer(ATTRIBUTE.sub('', text))}


def shared_patterns():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'names-shared.txt')
    with open(beside, encoding='utf-8') as lines:
        for line in lines:
            if line.strip() and not line.startswith('#'):
                pattern, _, reason = line.partition(':')
                if not reason.strip():
                    sys.exit(f'names-shared.txt: {pattern.strip()} has no reason')
                yield pattern.strip()


def violations(root, archives):
    for archive in archives:
        for base, name in public_names(archive):
            if name != 'main' and name != base and not name.startswith(base + '_'):
                yield f'{base}.c: the public function {name} does not begin with {base}_'
    files = collections.defaultdict(list)
    for room in ('daemon', 'geo'):
        for path in sorted(glob.glob(os.path.join(root, room, '**', '*.c'), recursive=True)):
            for name in sorted(static_names(path)):
                if '_' not in name:
                    yield f'{path}: the static function {name} is a bare word: a verb and its object are wanted'
                files[name].append(path)
    shared = list(shared_patterns())
    for name, paths in sorted(files.items()):
        if '_' in name and len(paths) > 1 and not any(fnmatch.fnmatchcase(name, p) for p in shared):
            yield f'{" ".join(paths)}: {name} names a static function in each of them'


found = list(violations(sys.argv[1], sys.argv[2:]))
print('\n'.join(found))
sys.exit(1 if found else 0)
