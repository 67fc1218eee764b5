#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Write NAME.err for every NAME.yaml beside this script, as `lookoutd check` prints them. Review the difference line by
# line before it is committed: the files say what is right, not the program.
cd "$(dirname "$0")" || exit 1
for f in *.yaml; do
    LOOKOUT_DATADIR=$PWD CREDENTIALS_DIRECTORY= "${1:-../../../build/lookoutd}" check -c "$f" 2>"${f%.yaml}.err" >/dev/null
done
