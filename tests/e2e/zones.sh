#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lookoutd zones from outside: a line per zone, all faults at once, exit statuses, pictures. Speaks TAP.
set -u
bin=${LOOKOUT_BIN:-build/lookoutd}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
check() {
    n=$((n + 1))
    if [ "$2" = "$3" ]; then echo "ok $n - $1"; else
        echo "not ok $n - $1"
        printf '# wanted: %s\n# got:    %s\n' "$3" "$2"
    fi
}
tab=$(printf '\t')

cat >"$dir/good.geojson" <<'END'
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"box","kind":"watch"},"geometry":{"type":"Polygon","coordinates":[[[179,0],[-179,0],[-179,1],[179,1],[179,0]]]}},
{"type":"Feature","properties":{"id":"gate"},"geometry":{"type":"LineString","coordinates":[[0,0],[0,1]]}}]}
END
cat >"$dir/bad.geojson" <<'END'
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"bow"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}},
{"type":"Feature","properties":{"id":"box"},"geometry":{"type":"Polygon","coordinates":[[[34,127],[35,127],[35,128],[34,127]]]}}]}
END

out=$("$bin" zones "$dir/good.geojson" 2>"$dir/err")
check "sound zones end with 0" "$?" 0
check "nothing on standard error" "$(cat "$dir/err")" ""
# A degree of latitude at the equator is 110.574 km on WGS 84 (NGA, Length of a Degree of Latitude and Longitude).
check "a line per zone" "$(echo "$out" | wc -l | tr -d ' ')" 2
check "columns of an area" "$(echo "$out" | sed -n 1p | cut -f 1-3,5-6)" "box${tab}watch${tab}4${tab}0,179,1,-179${tab}yes"
check "columns of a gate" "$(echo "$out" | sed -n 2p)" "gate${tab}-${tab}2${tab}110.574 km${tab}0,0,1,0${tab}no"

"$bin" zones "$dir/good.geojson" "$dir/bad.geojson" >"$dir/out" 2>"$dir/err"
check "a fault ends with 2" "$?" 2
check "all faults at once" "$(cut -d: -f2-4 "$dir/err" | tr '\n' '|')" "2:89: error|3:38: error|3:90: error|"
check "faults name the file" "$(grep -c "^$dir/bad.geojson:" "$dir/err")" 3
check "a duplicate names both" "$(grep -c "taken by features\[0\] of $dir/good.geojson" "$dir/err")" 1
check "swapped latitude and longitude" "$(grep -c 'latitude and longitude may be swapped' "$dir/err")" 1
check "sound zones are listed all the same" "$(wc -l <"$dir/out" | tr -d ' ')" 2

check "standard input" "$("$bin" zones - <"$dir/good.geojson" | cut -f1 | tr '\n' ' ')" "box gate "
"$bin" zones "$dir/nothing" 2>/dev/null
check "a missing file ends with 2" "$?" 2
"$bin" zones 2>/dev/null
check "no file ends with 2" "$?" 2
"$bin" zones --nonsense "$dir/good.geojson" 2>/dev/null
check "an unknown option ends with 2" "$?" 2
"$bin" zones --help | grep -q '^usage: lookoutd zones'
check "--help" "$?" 0

"$bin" zones --svg "$dir/a.svg" --png "$dir/a.png" "$dir/good.geojson" >/dev/null
check "pictures end with 0" "$?" 0
python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$dir/a.svg"
check "SVG is XML" "$?" 0
check "PNG has its signature" "$(head -c 8 "$dir/a.png" | od -An -tx1 | tr -d ' ')" 89504e470d0a1a0a
"$bin" zones --png "$dir/no/such/folder.png" "$dir/good.geojson" >/dev/null 2>&1
check "a picture that cannot be written ends with 1" "$?" 1
# Watched ports come from a configuration: those its rules name, with all of a group, and those that it defines; not those of '*'.
cat >"$dir/conf.yaml" <<'END'
site: test
state: state
feeds: [{id: tape, file: "-"}]
zones: [good.geojson]
ports:
  define: [{locode: CNSHD, name: Shidao, lat: 36.88, lon: 122.43, entry: 8km}]
  groups: {dprk: ["KP*"]}
rules:
  - {id: r, when: route, route: "KPNAM >> * >> RUVVO"}
  - {id: c, when: port_call, ports: [JPUKB]}
  - {id: all, when: port_call}
  - {id: v, when: voyage, from: [KRPUS], to: ["*"]}
END
"$bin" zones -c "$dir/conf.yaml" --svg "$dir/c.svg" >"$dir/out"
check "a configuration's picture ends with 0" "$?" 0
check "a configuration's zones" "$(cut -f1 "$dir/out" | tr '\n' ' ')" "box gate "
# Each port has a dot of this colour (#0b5345): CNSHD, JPUKB, KPNAM, KRPUS, RUVVO.
check "its ports" "$(grep -c 'fill:rgb(4.313725%,32.54902%,27.058824%)' "$dir/c.svg")" 5
"$bin" zones --config="$dir/conf.yaml" --png "$dir/c.png" "$dir/a.geojson" >/dev/null 2>&1
check "a configuration with a file that is not there" "$?" 2
sed 's/"id":"box"/"id":"other"/' "$dir/good.geojson" >"$dir/other.geojson"
check "files take the place of its zones" "$("$bin" zones -c "$dir/conf.yaml" "$dir/other.geojson" | cut -f1 | head -1)" other
echo "rules: 1" >"$dir/faulty.yaml"
"$bin" zones -c "$dir/faulty.yaml" >/dev/null 2>&1
check "a faulty configuration ends with 2" "$?" 2
echo "1..$n"
