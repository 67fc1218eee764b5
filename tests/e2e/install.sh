#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `make install` and `make uninstall`, in a directory of its own: what is there, that it works from there alone, that it is complete
# (every option that a command's help names is in the man page and in the completions of both shells), and what is left.
. "${LOOKOUT_ROOT:-.}/tests/e2e/lib.sh"
dest=$work/dest
# The program as it is built, with whatever flags.
to() { # TARGET
    make -s -o "${build#"$root"/}/lookoutd" BUILD="${build#"$root"/}" DESTDIR="$dest" prefix=/opt/look sysconfdir=/opt/etc unitdir=/opt/units "$1"
}
text=$(to install 2>&1)
result "it installs" $? "$text"
data=$dest/opt/look/share/lookoutd
for f in look/bin/lookoutd look/share/lookoutd/{ports.csv,port-areas.geojson,destinations.csv,coast.txt,water.bin,shore.bin} look/share/man/man{1/lookoutd.1,5/lookoutd.yaml.5} \
    look/share/lookoutd/schema/{alert.schema,lookoutd.yaml}.json look/share/lookoutd/examples/{lookoutd.yaml,credentials.conf} \
    look/share/bash-completion/completions/lookoutd look/share/zsh/site-functions/_lookoutd units/lookoutd.service \
    look/lib/sysusers.d/lookoutd.conf etc/lookoutd/lookoutd.yaml; do
    [ -s "$dest/opt/$f" ] || missing="${missing:-} $f"
done
[ -z "${missing:-}" ]
result "nothing is missing" $? "${missing:-}"
grep -q '^ExecStart=/opt/look/bin/lookoutd run -c /opt/etc/lookoutd/lookoutd.yaml$' "$dest/opt/units/lookoutd.service" &&
    ! grep -q '/usr/bin/lookoutd\|[ =]/etc/lookoutd' "$dest/opt/units/lookoutd.service"
result "the unit names the installed places" $? "$(cat "$dest/opt/units/lookoutd.service")"
echo "site: mine" >"$dest/opt/etc/lookoutd/lookoutd.yaml"
to install && [ "$(cat "$dest/opt/etc/lookoutd/lookoutd.yaml")" = "site: mine" ]
result "a configuration that is there stays" $?

# From the installed place alone: its data lie beside it.
installed=$dest/opt/look/bin/lookoutd
cd "$work" || exit 2
echo "XXLKO,Lookout Rock,1.5,2.5,,,here,,,," >row.csv
head -n 1 "$data/ports.csv" | grep -q '^locode,name,lat,lon,' && cat row.csv >>"$data/ports.csv"
text=$("$installed" ports "lookout rock" 2>&1) && grep -q '^XXLKO' <<<"$text"
result "the installed gazetteer is read, no other" $? "$text"
text=$("$installed" check -c "$data/examples/lookoutd.yaml" 2>&1) && grep -q "distances over water.* MB" <<<"$text"
result "the installed example is sound, distances over water are there" $? "$text"

for command in run check replay decode listen vessels calls export alerts acknowledge mute status redeliver test-webhook ports zones; do
    for option in $("$bin" "$command" --help | grep -oE -- '--[a-z][a-z-]*' | sort -u); do
        sed 's/\\-/-/g' "$dest/opt/look/share/man/man1/lookoutd.1" | awk -v c="$command" '$1 == ".SS" { on = $2 == c } on' |
            grep -qF -- "$option" || lacking="${lacking:-} man:$command:$option"
        [ "$(bash -c '. "$1"; COMP_WORDS=(lookoutd "$2" "$3"); COMP_CWORD=2; _lookoutd; printf "%s\n" "${COMPREPLY[@]}"' - \
            "$dest/opt/look/share/bash-completion/completions/lookoutd" "$command" "$option" | grep -cxF -- "$option")" = 1 ] ||
            lacking="${lacking:-} bash:$command:$option"
        awk -v c="$command)" '$1 == c { on = 1 } on; /;;$/ { on = 0 }' "$dest/opt/look/share/zsh/site-functions/_lookoutd" |
            sed 's/\$stored/$configuration --state/; s/\$credentials/--credentials/; s/\$configuration/--config/' | grep -qF -- "$option" || lacking="${lacking:-} zsh:$command:$option"
    done
    grep -q "'$command:" "$dest/opt/look/share/zsh/site-functions/_lookoutd" || lacking="${lacking:-} zsh:$command"
done
[ -z "${lacking:-}" ]
result "man page and completions know every option" $? "${lacking:-}"
if command -v man >/dev/null; then
    text=$(for page in "$dest"/opt/look/share/man/man?/*; do man --warnings -l -Tutf8 "$page" 2>&1 >/dev/null; done)
    [ -z "$text" ]
    result "the man pages are well formed" $? "$text"
else
    skip "the man pages are well formed" "no man here"
fi
cd "$root" || exit 2
text=$(to uninstall 2>&1) && [ "$(find "$dest" -type f)" = "$dest/opt/etc/lookoutd/lookoutd.yaml" ]
result "uninstalled, the configuration alone is left" $? "$text $(find "$dest" -type f)"
finish
