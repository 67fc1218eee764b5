#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sizes of functions. `sizes.py ROOT` fails when a function has more than 60 lines, or when more functions than MANY have
more than 5 parameters: each new one takes another's place. With `-v` it lists these."""
import glob
import re
import sys

LINES, PARAMETERS, MANY = 60, 5, 29
COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
FUNCTION = re.compile(r'^[a-z][^\n;={}#]*?\b(\w+)\(((?:[^;{}()]|\([^;{}()]*\)(?:\([^;{}()]*\))?)*)\)\n\{\n(.*?)^\}', re.M | re.S)


def functions(path):
    """(name, parameters, lines of the body) of each function of a file."""
    with open(path, encoding='utf-8') as source:
        text = COMMENT_OR_TEXT.sub(lambda m: '0' + '\n' * m.group(0).count('\n'), source.read())
    for m in FUNCTION.finditer(text):
        parameters = re.sub(r'\([^()]*\)', '', m.group(2))
        yield m.group(1), parameters.count(',') + 1, m.group(3).count('\n')


root, bad, many = sys.argv[1], [], []
for path in sorted(p for room in ('daemon', 'geo') for p in glob.glob(f'{root}/{room}/**/*.c', recursive=True)):
    for name, parameters, lines in functions(path):
        if lines > LINES:
            bad.append(f'{path}: {name} has {lines} lines')
        if parameters > PARAMETERS:
            many.append(f'{path}: {name} has {parameters} parameters')
if len(many) > MANY:
    bad.append(f'{len(many)} functions have more than {PARAMETERS} parameters, {MANY} are the most')
print('\n'.join(bad + (many if '-v' in sys.argv or len(many) > MANY else [])))
sys.exit(1 if bad else 0)
