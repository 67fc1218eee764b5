#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The purity line: what the core's libraries ask of the outside. `purity.sh LIBRARY...` prints each forbidden symbol with its
# object and fails when there is one.
set -eu
forbidden='^(uv_|curl_|sqlite3_|fy_|MHD_|sd_|time$|clock|gettimeofday|localtime|gmtime|mktime|strftime|nanosleep|sleep|usleep'
forbidden="$forbidden|f?open(64)?\$|fopen|fread|fwrite|fclose|fgets|fputs|fputc|fflush|read\$|write\$|pread|pwrite|close\$|socket|connect|bind\$|listen\$|accept"
forbidden="$forbidden|send|recv|poll\$|select\$|pthread_|rand|srand|random|drand|getrandom|arc4random|getenv|secure_getenv|setenv|setlocale"
forbidden="$forbidden|printf|vprintf|fprintf|vfprintf|puts\$|putchar|perror|syslog|__printf_chk|__fprintf_chk|__vfprintf_chk|__vprintf_chk|stdout|stderr|stdin|exit\$|abort\$|system\$|fork|exec)"
bad=0
for library in "$@"; do
    # Not nm: of objects for optimisation at link time it lists what is kept for that, without printf and the like.
    found=$(readelf --symbols --wide "$library" | awk -v bad="$forbidden" '
        /^File:/ { split($2, part, /[()]/); object = part[2] }
        $7 != "UND" || $8 == "" { next }
        { symbol = $8; sub(/@.*/, "", symbol) }
        symbol ~ bad { print object ": " symbol }
        symbol ~ /^GEOS/ && object != "geos.o" { print object ": " symbol " (only geos.o may)" }' | sort -u)
    if [ -n "$found" ]; then
        echo "$found"
        bad=1
    fi
done
exit $bad
