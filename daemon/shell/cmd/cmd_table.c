/* SPDX-License-Identifier: Apache-2.0 */
/* The commands with their help, and the options with their members of struct cmd_args.
 * Only data; cmd.c reads it. */
#include "cmd.h"

/* clang-format off */
#define FLAG(name, member, help)           {name, 0, CMD_FLAG, offsetof(struct cmd_args, member), NULL, help}
#define TEXT(name, member, argument, help) {name, 0, CMD_TEXT, offsetof(struct cmd_args, member), argument, help}
#define CONFIG(help)                       {"config", 'c', CMD_TEXT, offsetof(struct cmd_args, config), "FILE", help}
#define STATE                              CONFIG("the configuration, which names the state directory; its secrets are not read"), \
                                           TEXT("state", state, "DIR", "the state directory, given directly")
#define FORMAT                             TEXT("format", format, "F", "format of the inputs: auto, nmea, jsonl or csv; default auto, which recognises it")
#define COLUMNS                            TEXT("columns", columns, "MAP", "the header of each of our columns in CSV, or its member in JSON, as a feed's `columns` and `fields` have them: \"{mmsi: MMSI_NO, time: When (dd/mm/yyyy), sog: Speed (km/h)}\"")
#define CREDENTIALS                        TEXT("credentials", credentials, "DIR", "directory of the credentials; default $CREDENTIALS_DIRECTORY, which systemd sets for the service only")
#define END                                {0}

static const struct cmd_option run_options[] = {
    CONFIG("the configuration"),
    FLAG("once", is_once, "end when the recordings of the `file` feeds are read and their alerts are delivered"),
    TEXT("wait", wait, "DURATION", "with --once: how long to wait for the deliveries; default 60s; alerts not delivered by then are a failure"),
    END,
};
static const struct cmd_option check_options[] = {
    CONFIG("the configuration"),
    FLAG("connect", is_connecting, "then listen to each feed for 10 s and print what was received"),
    TEXT("for", listen_for, "DURATION", "listen for this time instead of 10 s: 1s to 1h"),
    CREDENTIALS,
    FLAG("without-secrets", is_without_secrets, "do not read secrets; the systemd service uses this before a reload"),
    END,
};
static const struct cmd_option replay_options[] = {
    CONFIG("the configuration; its feeds are not opened"),
    TEXT("start", start, "TIME", "event time (RFC 3339) of the lines before the first line that carries a time"),
    FORMAT,
    COLUMNS,
    TEXT("alerts", alerts, "FILE", "write the alerts to FILE instead of stdout"),
    TEXT("summary", summary, "FILE", "also write the closing summary to FILE: one JSON line, an event of the type lookoutd.summary"),
    {"state", 0, CMD_PLACE, offsetof(struct cmd_args, state), "[DIR]", "keep vessels, calls, voyages and alerts in the database of DIR, so that a later `run` already knows them; the alerts are marked \"history\"; without DIR: the database of the configuration (with the installed file, that of the service); leave DIR out only where --state is the last word or stands before another option"},
    FLAG("deliver", is_delivering, "post the alerts to the configured webhooks and wait until each is delivered or given up"),
    END,
};
static const struct cmd_option decode_options[] = {
    FLAG("unscaled", is_unscaled, "print raw values as sent (only AIS messages have them, not records of CSV or JSON)"),
    FORMAT,
    COLUMNS,
    END,
};
static const struct cmd_option listen_options[] = {
    TEXT("address", address, "A:P", "address to listen at; default 127.0.0.1:8080; port 0 takes any free port"),
    TEXT("secret", secret, "FILE", "verify signatures with the secrets of FILE, one whsec_<base64> in each line; a request that none of them signed is answered 401 and not printed"),
    TEXT("fail", fail, "CODE[:COUNT]", "answer the first COUNT requests (default: all) with the status CODE; CODE `reset` breaks the connection, `hang` never answers"),
    TEXT("delay", delay, "DURATION", "wait before each answer (2s, 500ms)"),
    FLAG("json", is_json, "print the JSON of each alert instead of one line"),
    END,
};
#define JSON FLAG("json", is_json, "print JSON lines on a terminal too, instead of a table")
static const struct cmd_option vessels_options[] = {
    STATE,
    FLAG("text", is_text, "print the story of one ship as text also where the output is not a terminal"),
    JSON,
    END,
};
static const struct cmd_option calls_options[] = {
    STATE,
    TEXT("since", since, "T", "only calls and voyages that ended at T or later, or have not ended; T: a time (RFC 3339), a date, or a duration back from now (30d)"),
    TEXT("port", port, "P", "only calls at this port and voyages from or to it; P: a code, a country (\"KP*\"), a name or part of a name"),
    FLAG("csv", is_csv, "print comma-separated values, quoted as in RFC 4180"),
    JSON,
    END,
};
static const struct cmd_option export_options[] = {
    STATE,
    {"vessel", 0, CMD_LIST, offsetof(struct cmd_args, vessels), "X", "the vessel: an MMSI, an IMO number, a name or part of a name; may be given several times"},
    TEXT("since", since, "T", "only fixes of T or later; T: a time (RFC 3339), a date, or a duration back from now (30d)"),
    TEXT("until", until, "T", "only fixes before T"),
    TEXT("format", format, "F", "geojson, csv or nmea; default geojson"),
    END,
};
static const struct cmd_option alerts_options[] = {
    STATE,
    TEXT("since", since, "T", "only alerts of T or later; T: a time (RFC 3339), a date, or a duration back from now (24h)"),
    TEXT("rule", rule, "ID", "only alerts of this rule"),
    {"vessel", 0, CMD_LIST, offsetof(struct cmd_args, vessels), "X", "only alerts of this vessel; X: an MMSI, an IMO number, a name or part of a name; may be given several times"},
    FLAG("pending", is_pending, "only alerts with a delivery that waits"),
    FLAG("dead", is_dead, "only alerts with a delivery that was given up"),
    FLAG("unacknowledged", is_unacknowledged, "only alerts for people that nobody has acknowledged: neither muted nor folded nor history"),
    FLAG("follow", is_following, "then print each new alert when it is stored"),
    JSON,
    END,
};
static const struct cmd_option status_options[] = {
    STATE,
    FLAG("json", is_json, "print one JSON object on a terminal too"),
    FLAG("watch", is_watching, "print the screen again every two seconds, until interrupted"),
    END,
};
static const struct cmd_option acknowledge_options[] = {
    STATE,
    FLAG("case", is_case, "all alerts so far of the same route run, too"),
    TEXT("note", note, "TEXT", "what to tell others; at most 1000 bytes"),
    TEXT("verdict", verdict, "V", "confirmed, explained or false"),
    TEXT("as", by, "NAME", "who acknowledges; default: the login name"),
    FLAG("undo", is_undone, "take the acknowledgement back"),
    END,
};
static const struct cmd_option mute_options[] = {
    STATE,
    TEXT("rule", rule, "ID", "only alerts of this rule; without a vessel: of every vessel"),
    TEXT("until", until, "TIME", "when it ends, in event time (RFC 3339, or a date); at most 90 days ahead"),
    TEXT("why", why, "TEXT", "a note for the reader; at most 500 bytes"),
    TEXT("as", by, "NAME", "who mutes; default: the login name"),
    FLAG("list", is_list, "print all mutes, those of the configuration last"),
    TEXT("end", end, "ID", "end a mute that was added"),
    JSON,
    END,
};
static const struct cmd_option redeliver_options[] = {
    STATE,
    FLAG("dead", is_dead, "put back all deliveries that were given up"),
    TEXT("webhook", webhook, "ID", "only deliveries to this webhook"),
    END,
};
static const struct cmd_option test_webhook_options[] = {
    CONFIG("the configuration"),
    CREDENTIALS,
    END,
};
static const struct cmd_option ports_options[] = {
    FLAG("places", with_places, "also print each further place of a port in a line that begins with a tab: position and entry radius"),
    FLAG("missed", is_missed, "from recordings, list the places where ships lay still outside every port, the place with the most ships first: position, "
         "ships, stays, hours, the ship that lay longest, the nearest port and its distance"),
    TEXT("for", listen_for, "D", "with --missed: the shortest stay that counts; default 6h"),
    END,
};
static const struct cmd_option lists_options[] = {
    CONFIG("read the lists of this configuration, with its names, filters and tags"),
    FLAG("json", is_json, "print a line of JSON for each ship instead of a line for each list"),
    END,
};
static const struct cmd_option reach_options[] = {
    TEXT("from", from, "LAT,LON,TIME", "where and when the ship was heard last before it was silent, in degrees and RFC 3339: 38.3,124.4,2024-03-24T08:00:00Z"),
    TEXT("to", to, "LAT,LON,TIME", "where and when it was heard again"),
    TEXT("own", own, "KN", "its usual speed; default 12, or detect.reach.own of the configuration"),
    TEXT("max", max, "KN", "its greatest speed; default 25, or detect.fix.slow_max of the configuration"),
    TEXT("stay", stay, "D", "how long the call takes; default 3h"),
    CONFIG("the configuration, for its groups and ports (\"$dprk\") and its distances over water"),
    END,
};
static const struct cmd_option zones_options[] = {
    CONFIG("when no files are given, take the zones of this configuration; pictures then also show its watched ports: those that "
           "its rules name (except by '*') and those that it defines"),
    TEXT("svg", svg, "FILE", "draw a map of the zones, the ports and the land around them"),
    TEXT("png", png, "FILE", "draw the same map as a PNG file"),
    END,
};

const struct cmd cmd_table[] = {
    {.name = "run", .run = cmd_run, .options = run_options, .needs_config = true,
     .line = "run the daemon in the foreground",
     .synopsis = "-c FILE [options]",
     .about = "Runs the daemon in the foreground, as systemd expects. SIGTERM and SIGINT end it within seconds; SIGHUP reads "
              "the configuration again.",
     .fails = "failed at run time, or with --once some alerts were not delivered"},
    {.name = "check", .run = cmd_check, .options = check_options, .needs_config = true,
     .line = "check the configuration and print what would be watched",
     .synopsis = "-c FILE [options]",
     .about = "Reads the configuration, its zones, ports, lists and secrets. Prints every fault to stderr as file:line:col: error: "
              "path: fault (what would be accepted). Then prints to stdout what would be watched: each route and each rule in words.",
     .fails = "a feed could not be reached"},
    {.name = "replay", .run = cmd_replay, .options = replay_options, .needs_config = true, .takes_words = true,
     .line = "apply the rules to recordings; print the alerts",
     .synopsis = "-c FILE [options] INPUT...",
     .about = "Applies the rules of a configuration to recordings, merged by event time. Alerts go to stdout as JSON lines, a summary "
              "to stderr. INPUT is a path, or - for standard input; .gz and .zst files are read directly.",
     .fails = "an input is damaged, nothing in one was understood, or a delivery was given up"},
    {.name = "decode", .run = cmd_decode, .options = decode_options, .takes_words = true,
     .line = "print AIS messages as JSON lines",
     .synopsis = "[options] [INPUT...]",
     .about = "Prints AIS messages as JSON lines with gpsd's names, scaling and units (class AIS), and with t (event time) and source "
              "(station) where they are known. Each part of a message 24 is printed by itself. Refused input is counted on stderr. "
              "INPUT is a path (.gz and .zst files are read directly), or - for standard input, which is also the default.",
     .fails = "an input could not be read, or nothing in it was understood"},
    {.name = "listen", .run = cmd_listen, .options = listen_options,
     .line = "run a webhook receiver for tests",
     .synopsis = "[options]",
     .about = "Runs a webhook receiver for tests. It prints each alert in one line and answers 200. SIGINT or SIGTERM ends it. [signed] "
              "marks a verified signature; (again) marks an id that was received before.",
     .fails = "cannot listen, or cannot print"},
    {.name = "vessels", .run = cmd_vessels, .options = vessels_options, .takes_words = true,
     .line = "print what is known of vessels",
     .synopsis = "(-c FILE | --state DIR) [X...]",
     .about = "Prints what is known of vessels: the last fix and its age in seconds, the port and zones where the vessel is, its open "
              "route runs, and why it is watched. A table on a terminal, else one JSON object in each line. X: an MMSI, an IMO "
              "number, a vessel's name or part of a name; without X: all vessels.\n"
              "\n"
              "When X means one ship, it tells its story in order of time: the identities it bore, port calls, voyages, silences with "
              "the ports that it could have reached, meetings, loitering, what other rules told, and alerts of other ships that "
              "name it. Text on a terminal and with --text; else the member `story` of the object, an array of objects with time, "
              "until, kind, text, the record, and the alerts. Two MMSIs that send one IMO number are one ship here: the first line "
              "is that of the one heard last, and bears the story. Silences and meetings are known where a rule told of them.",
     .fails = "no vessel matches, or the state cannot be read"},
    {.name = "calls", .run = cmd_calls, .options = calls_options, .takes_words = true,
     .line = "print port calls and voyages on record",
     .synopsis = "(-c FILE | --state DIR) [options] [X...]",
     .about = "Prints the port calls and voyages on record in the order they began: a table on a terminal, else one JSON object in each "
              "line; with --csv the columns below, where unknown values are empty. X: an MMSI, an IMO number, a vessel's name or part "
              "of a name; without X: all vessels.\n"
              "\n"
              "  record         call or voyage\n"
              "  mmsi imo name  the ship\n"
              "  port port_name of the call; of a voyage: where it began\n"
              "  to to_name     of a voyage: where it ended\n"
              "  entered_at arrived_at departed_at left_at   UTC; a voyage departs, then arrives\n"
              "  kind confidence lat lon   of the call: anchorage or berth, 1 to 4, where it lay\n"
              "  draught_m draught_to_m    at the call's arrival; a voyage's begin and end\n"
              "  distance_nm longest_gap_h destinations   of a voyage; destinations as declared",
     .fails = "the state cannot be read"},
    {.name = "export", .run = cmd_export, .options = export_options,
     .line = "print the fixes that are kept of a vessel",
     .synopsis = "(-c FILE | --state DIR) --vessel X [options]",
     .about = "Prints all believed fixes that `retain: {fixes: D}` keeps of a vessel, in the order of time, however many they are. Of a "
              "ship that has changed its MMSI, an IMO number or a name also means the fixes under its former ones. geojson is "
              "one FeatureCollection with a Feature for each track and day (UTC), whose properties are mmsi, track, times and "
              "complete (false where what is stored is damaged). csv is a table that `lookoutd replay` reads:\n"
              "\n"
              "  mmsi time lat lon   time to the second, UTC; places to 0.2 m\n"
              "  sog cog heading     knots, degrees, degrees; empty where unknown\n"
              "  status              the navigational status, a number\n"
              "  track               two ships that share an MMSI have one each\n"
              "\n"
              "nmea is AIVDM sentences, with the time in their tag blocks: message 1, or 18 of a ship without a navigational status.",
     .fails = "no such vessel or no fixes are on record, or some are damaged"},
    {.name = "alerts", .run = cmd_alerts, .options = alerts_options,
     .line = "print stored alerts and their deliveries",
     .synopsis = "(-c FILE | --state DIR) [options]",
     .about = "Prints the stored alerts in the order in which they were stored: a table on a terminal, else one JSON object in each "
              "line with id, type, rule, severity, time, detected_at, mmsi, imo, state, deliveries (webhook, state, attempts, "
              "next_attempt, status, reason, delivered_at or given_up_at), acknowledged (by, at, verdict, note) and event (the alert that was sent). state is pending, dead "
              "or delivered; muted, folded (`why` names the cause) or history for an alert that is not to be delivered; stored when "
              "no webhook takes the alert.",
     .fails = "the state cannot be read"},
    {.name = "status", .run = cmd_status, .options = status_options,
     .line = "print the daemon's state on one screen",
     .synopsis = "(-c FILE | --state DIR) [--json] [--watch]",
     .about = "Prints the daemon's state: problems first; then the feeds (lines per second, refused input by reason, the last report "
              "and how old its time was), the vessels and open route runs, the webhooks (waiting and given-up deliveries, the last "
              "answer) and the database. The command asks the running daemon; when none runs, it reads the database. When the output "
              "is not a terminal, it is JSON.",
     .fails = "no daemon answers and there is no database"},
    {.name = "acknowledge", .run = cmd_acknowledge, .options = acknowledge_options, .takes_words = true,
     .line = "mark alerts as seen",
     .synopsis = "(-c FILE | --state DIR) ID... [options]",
     .about = "Marks alerts (32 hex digits, as `lookoutd alerts` prints them) as seen, by whom and when, or takes that back. The page and "
              "`lookoutd alerts` show it. A second acknowledgement replaces the first; both stay on record. An acknowledgement tells "
              "people: no rule, repeat or delivery of alerts depends on it. The daemon may be running. Prints a line for each alert. When an "
              "alert is not on record, nothing is changed.",
     .fails = "an alert is not on record, or the state cannot be written"},
    {.name = "mute", .run = cmd_mute, .options = mute_options, .takes_words = true,
     .line = "store alerts without sending them, for a time",
     .synopsis = "(-c FILE | --state DIR) ([VESSEL] [--rule ID] --until TIME --why TEXT | --list | --end ID)",
     .about = "Mutes a vessel, a rule, or a rule for a vessel, besides the mutes of the configuration: their alerts are stored and not sent. "
              "VESSEL: an MMSI, an IMO number, a call sign, a name, or a part of a name that only one vessel has. A mute counts in event "
              "time and follows the ship over MMSIs where its IMO number is known. The daemon may be running. Prints the mute, or all: a "
              "table on a terminal, otherwise one JSON object in each line: id, vessel, rule, zone, feed, from, until, why, by, ended. A "
              "mute of the configuration ends in the file.",
     .fails = "the mute is refused, or the state cannot be written"},
    {.name = "redeliver", .run = cmd_redeliver, .options = redeliver_options, .takes_words = true,
     .line = "put deliveries back in the queue",
     .synopsis = "(-c FILE | --state DIR) (ID... | --dead) [--webhook ID]",
     .about = "Puts deliveries back in the queue: all deliveries of the named alerts (32 hex digits, as `lookoutd alerts` prints them), "
              "also delivered ones, or all that were given up. Each delivery is tried at once, and its schedule of attempts begins "
              "again. The daemon may be running. Prints how many deliveries were put back. When an alert is not on record or has no "
              "delivery, nothing is changed.",
     .fails = "nothing was changed"},
    {.name = "test-webhook", .run = cmd_test_webhook, .options = test_webhook_options, .needs_config = true, .takes_words = true,
     .line = "send a test alert",
     .synopsis = "-c FILE [--credentials DIR] [ID...]",
     .about = "Sends the alert lookoutd.test to all webhooks of a configuration, or to the named ones, with the same code that delivers "
              "alerts. Prints one line for each webhook: its id, the status, the time taken and the answer.",
     .fails = "a webhook did not accept the alert"},
    {.name = "ports", .run = cmd_ports, .options = ports_options, .takes_words = true,
     .line = "look up ports in the gazetteer",
     .synopsis = "[--places] [QUERY...] | --missed INPUT... [--for 6h]",
     .about = "Looks up ports in the gazetteer. QUERY is a UN/LOCODE (RUVVO), a country (\"KP*\") or a part of a name; without QUERY, "
              "all ports are printed. Each line is one port, separated by tabs: code, name, latitude and longitude in degrees with the "
              "number of further places, entry radius (\"area\" where a polygon bounds the port), source of the position, and the "
              "other codes of the same port.",
     .fails = "a query found nothing, or an input could not be read"},
    {.name = "reach", .run = cmd_reach, .options = reach_options, .takes_words = true,
     .line = "could a ship have called at a port while it was silent?",
     .synopsis = "--from LAT,LON,TIME --to LAT,LON,TIME [options] PORT...",
     .about = "Prints for each port whether a ship could have called there between two fixes, one JSON object in each line: locode, name, "
              "verdict, way_nm (over water, from the first fix to the port's nearest place and on to the second), needed_kn (on that "
              "way, less the stay), earliest and latest (when it could be there at its usual speed). verdict is impossible: not even at "
              "the greatest speed; possible: at the usual speed; or unknown: neither, or no way over water is known. PORT is a UN/LOCODE "
              "(RUVVO), a country (\"KP*\"), or a group of the configuration (\"$dprk\"); 64 ports at most. Without a configuration, the "
              "distances to a port take half a second.",
     .fails = "the distances over water cannot be made"},
    {.name = "zones", .run = cmd_zones, .options = zones_options, .takes_words = true,
     .line = "check GeoJSON and print one line per zone",
     .synopsis = "[-c FILE] [--svg FILE] [--png FILE] [FILE...]",
     .about = "Reads zones and gates from GeoJSON files ('-' is standard input) as the daemon does, all files as one set. Prints one "
              "line for each zone, with these columns separated by tabs:\n"
              "\n"
              "  id            properties.id\n"
              "  kind          properties.kind; '-' when there is none\n"
              "  vertices      their number, without the repeated last one of each ring\n"
              "  area          on the WGS 84 ellipsoid, in km2; for a gate: its length in km\n"
              "  bounding box  south,west,north,east in degrees; west is greater than east\n"
              "                where the zone lies over the antimeridian\n"
              "  antimeridian  yes or no\n"
              "\n"
              "On a terminal, the first line holds the names of the columns. Every fault is printed to standard error as "
              "FILE:LINE:COLUMN: error: PATH: fault and its cure. Zones without a fault are still listed.",
     .fails = "out of memory, or a picture cannot be written"},
    {.name = "lists", .run = cmd_lists, .options = lists_options, .takes_words = true,
     .line = "print what was read of lists of ships",
     .synopsis = "[-c FILE] [--json] [FILE...]",
     .about = "Reads the lists of ships of a configuration, and lists in files: OFAC's SDN.CSV and CONS_PRIM.CSV, the UK Sanctions "
              "List as CSV, OpenSanctions' maritime.csv, FollowTheMoney entities, and any CSV file with a header; the format is "
              "recognised by the content. Prints a line for each list: format, the date that the file bears, SHA-256, ships, "
              "ships without IMO number, and what is left out and why. With --json it prints a line for each ship: list, entry, "
              "name, imo, mmsi, callsign, flag, programs, owners, aliases, tags; mmsis where there are several. What is wrong "
              "with a row goes to standard error.",
     .fails = "the result cannot be written"},
};
/* clang-format on */
const size_t cmd_table_count = sizeof cmd_table / sizeof cmd_table[0];
