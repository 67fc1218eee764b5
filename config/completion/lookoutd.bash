# SPDX-License-Identifier: Apache-2.0
# Completion of lookoutd for bash; installed as share/bash-completion/completions/lookoutd.
_lookoutd() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-} options=
    local state="-c --config --state"
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "run check replay decode listen vessels calls export alerts acknowledge mute status redeliver test-webhook ports
            reach zones lists help --help --version" -- "$current")
        return
    fi
    case $previous in
    -c | --config | --alerts | --summary | --secret | --svg | --png)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    --state | --credentials)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    --format)
        if [ "$command" = export ]; then
            mapfile -t COMPREPLY < <(compgen -W "geojson csv nmea" -- "$current")
        else
            mapfile -t COMPREPLY < <(compgen -W "auto nmea jsonl csv" -- "$current")
        fi
        return
        ;;
    --verdict)
        mapfile -t COMPREPLY < <(compgen -W "confirmed explained false" -- "$current")
        return
        ;;
    --start | --columns | --since | --for | --wait | --delay | --address | --fail | --rule | --vessel | --port | --webhook | --from | --to | --own | --max | --stay | --note | --as | --until | --why | --end)
        return
        ;;
    esac
    case $command in
    run) options="-c --config --once --wait" ;;
    check) options="-c --config --connect --for --credentials --without-secrets" ;;
    replay) options="$state --start --format --columns --alerts --summary --deliver" ;;
    decode) options="--unscaled --format --columns" ;;
    listen) options="--address --secret --fail --delay --json" ;;
    vessels) options="$state --json --text" ;;
    calls) options="$state --since --port --csv --json" ;;
    export) options="$state --vessel --since --until --format" ;;
    alerts) options="$state --since --rule --vessel --pending --dead --unacknowledged --follow --json" ;;
    acknowledge) options="$state --case --note --verdict --as --undo" ;;
    mute) options="$state --rule --until --why --as --list --json --end" ;;
    status) options="$state --json --watch" ;;
    redeliver) options="$state --dead --webhook" ;;
    test-webhook) options="-c --config --credentials" ;;
    ports) options="--places --missed --for" ;;
    reach) options="-c --config --from --to --own --max --stay" ;;
    zones) options="-c --config --svg --png" ;;
    lists) options="-c --config --json" ;;
    help) options="run check replay decode listen vessels calls export alerts acknowledge mute status redeliver test-webhook ports reach zones lists" ;;
    esac
    if [[ $current == -* || $command == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$current")
    elif [[ $command == replay || $command == decode || $command == zones || $command == lists ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -F _lookoutd lookoutd
