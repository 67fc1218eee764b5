#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.py counts what programs say and how they end, in TAP: a test that fails, crashes, says nothing or takes too long is not lost.
cd "${LOOKOUT_ROOT:-.}" || exit 2
build=$(mktemp -d) || exit 2
trap 'rm -rf "$build"' EXIT
mkdir "$build/log"
BUILD=$build PYTHONDONTWRITEBYTECODE=1 python3 - <<'END'
import contextlib, io, sys
sys.path.insert(0, "tests/tools")
import check

rows = [  # what it does, limit in s, passed failed skipped, a part of what is printed
    ("passes", 'echo "ok 1 - a"; echo "ok 2 - b"', 60, (2, 0, 0), "ok      "),
    ("fails once", 'echo "ok 1 - a"; echo "not ok 2 - b"; exit 1', 60, (1, 1, 0), "    not ok 2 - b"),
    ("is killed", 'echo "ok 1 - a"; kill -SEGV $$', 60, (1, 1, 0), "exit -11"),
    ("says nothing", "true", 60, (0, 1, 0), "FAILED  "),
    ("takes too long", 'echo "ok 1 - a"; sleep 60', 1, (1, 1, 0), "exit none in 1 s"),
    ("skips as scripts do", 'echo "ok 1 - a # SKIP no pty"', 60, (0, 0, 1), "    skipped: a: no pty"),
    ("skips as cmocka does", 'echo "# skipped: no data"; echo "not ok 1 # SKIP a"', 60, (0, 0, 1), "    skipped: a: no data"),
]
for n, (name, does, limit, wanted, part) in enumerate(rows, 1):
    check.count.update(passed=0, failed=0, skipped=0)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        check.run(check.Job(name, ["sh", "-c", does], limit_s=limit), 0)
    got = tuple(check.count.values())
    good = got == wanted and part in out.getvalue()
    print(f"{'ok' if good else 'not ok'} {n} - a test that {name}" + ("" if good else f"\n# {got} {out.getvalue()!r}"))

# Each of the two waits for the other to have begun.
check.JOBS = 2
check.count.update(passed=0, failed=0, skipped=0)
meet = 'cd "$BUILD" && touch "met$0" && until [ -e "met$1" ]; do sleep 0.05; done && echo ok 1'
with contextlib.redirect_stdout(io.StringIO()):
    check.side_by_side(check.Job(f"meets {i}", ["sh", "-c", meet, str(i), str(1 - i)], limit_s=60) for i in range(2))
print(f"{'ok' if check.count['passed'] == 2 else 'not ok'} {len(rows) + 1} - two go at a time")
print(f"1..{len(rows) + 1}")
END
