/* SPDX-License-Identifier: Apache-2.0 */
/* What may be typed: every command with its help, every option with its member of struct
 * cmd_args. Only data; cmd.c reads it. */
#include "cmd.h"

/* clang-format off */
#define FLAG(name, member, help)           {name, 0, CMD_FLAG, offsetof(struct cmd_args, member), NULL, help}
#define TEXT(name, member, argument, help) {name, 0, CMD_TEXT, offsetof(struct cmd_args, member), argument, help}
#define CONFIG(help)                       {"config", 'c', CMD_TEXT, offsetof(struct cmd_args, config), "FILE", help}
#define STATE                              CONFIG("the configuration; its `state` is the directory, its secrets are not read"), \
                                           TEXT("state", state, "DIR", "the state directory itself")
#define FORMAT                             TEXT("format", format, "F", "auto, nmea, jsonl or csv instead of recognising it")
#define CREDENTIALS                        TEXT("credentials", credentials, "DIR", "where credentials are read from; default $CREDENTIALS_DIRECTORY, which systemd sets for the service alone")
#define END                                {0}

static const struct cmd_option run_options[] = {
    CONFIG("the configuration"),
    FLAG("once", is_once, "end when the recordings of the `file` feeds are through and their alerts delivered"),
    TEXT("wait", wait, "DURATION", "with --once: how long to wait for the deliveries, 60s; what is not delivered then is a failure"),
    END,
};
static const struct cmd_option check_options[] = {
    CONFIG("the configuration"),
    FLAG("connect", is_connecting, "then listen to each feed for 10 s and say what came"),
    TEXT("for", listen_for, "DURATION", "not 10 s, but 1s to 1h"),
    CREDENTIALS,
    FLAG("without-secrets", is_without_secrets, "secrets are not read: what systemd does before a reload"),
    END,
};
static const struct cmd_option replay_options[] = {
    CONFIG("the configuration; its feeds are not opened"),
    TEXT("start", start, "TIME", "event time of lines before the first one with a time of its own (RFC 3339)"),
    FORMAT,
    TEXT("alerts", alerts, "FILE", "alerts to FILE instead of stdout"),
    {"state", 0, CMD_PLACE, offsetof(struct cmd_args, state), "[DIR]", "keep what was learned in the database of DIR, so that `run` starts warm; without DIR, which then is the last word or stands before another option, in that of the configuration, with the installed file the service's; its alerts are marked history"},
    FLAG("deliver", is_delivering, "post the alerts to the configured webhooks and wait until all are settled"),
    END,
};
static const struct cmd_option decode_options[] = {
    FLAG("unscaled", is_unscaled, "raw values as sent (messages only; csv and json bring none)"),
    FORMAT,
    END,
};
static const struct cmd_option listen_options[] = {
    TEXT("address", address, "A:P", "where to listen; default 127.0.0.1:8080, port 0: any free one"),
    TEXT("secret", secret, "FILE", "verify signatures: whsec_<base64>, one a line; what is not signed by one of them is answered 401 and not printed"),
    TEXT("fail", fail, "CODE[:COUNT]", "answer the first COUNT requests (all) with this status, or reset: break the connection; hang: never answer"),
    TEXT("delay", delay, "DURATION", "wait before each answer (2s, 500ms)"),
    FLAG("json", is_json, "print each alert's JSON instead"),
    END,
};
#define JSON FLAG("json", is_json, "JSON lines on a terminal too, where there would be a table")
static const struct cmd_option vessels_options[] = {
    STATE,
    JSON,
    END,
};
static const struct cmd_option calls_options[] = {
    STATE,
    TEXT("since", since, "T", "what ended at T or later or goes on: RFC 3339, a date, or a duration back from now (30d)"),
    TEXT("port", port, "P", "at, from or to a port: a code, a country (\"KP*\"), a name or part of one"),
    FLAG("csv", is_csv, "comma-separated, quoted as in RFC 4180"),
    JSON,
    END,
};
static const struct cmd_option alerts_options[] = {
    STATE,
    TEXT("since", since, "T", "alerts of T or later: RFC 3339, a date, or a duration back from now (24h)"),
    TEXT("rule", rule, "ID", "of that rule"),
    {"vessel", 0, CMD_LIST, offsetof(struct cmd_args, vessels), "X", "of that MMSI or IMO number, or a name or part of one; repeatable"},
    FLAG("pending", is_pending, "with a delivery that waits"),
    FLAG("dead", is_dead, "with a delivery that was given up"),
    FLAG("follow", is_following, "go on with new alerts as they are accepted"),
    JSON,
    END,
};
static const struct cmd_option status_options[] = {
    STATE,
    FLAG("json", is_json, "one JSON object, also on a terminal"),
    FLAG("watch", is_watching, "again every two seconds, until interrupted"),
    END,
};
static const struct cmd_option redeliver_options[] = {
    STATE,
    FLAG("dead", is_dead, "all deliveries that were given up"),
    TEXT("webhook", webhook, "ID", "only those to that webhook"),
    END,
};
static const struct cmd_option test_webhook_options[] = {
    CONFIG("the configuration"),
    CREDENTIALS,
    END,
};
static const struct cmd_option ports_options[] = {
    FLAG("places", with_places, "each further place on a line of its own, behind a tab: position and entry radius"),
    FLAG("missed", is_missed, "of recordings: places where ships lay still outside every port, those of most ships first: position, "
         "ships, stays, hours, the ship that lay longest, the nearest port and its distance"),
    TEXT("for", listen_for, "D", "with --missed: so long at least (default 6h)"),
    END,
};
static const struct cmd_option zones_options[] = {
    CONFIG("the zones of this configuration, where no files are given; on pictures the watched ports as well: those that its "
           "rules name (not all of them, '*') and those that it defines"),
    TEXT("svg", svg, "FILE", "draw the zones, the ports and the land around them"),
    TEXT("png", png, "FILE", "the same in pixels"),
    END,
};

const struct cmd cmd_table[] = {
    {.name = "run", .run = cmd_run, .options = run_options, .needs_config = true,
     .line = "the daemon, in the foreground",
     .synopsis = "-c FILE [options]",
     .about = "The daemon, in the foreground: systemd's form. SIGTERM and SIGINT end it within seconds, SIGHUP reads the "
              "configuration again.",
     .fails = "failed at run time, or with --once not all alerts were delivered"},
    {.name = "check", .run = cmd_check, .options = check_options, .needs_config = true,
     .line = "read the configuration; every fault, then what would be watched",
     .synopsis = "-c FILE [options]",
     .about = "Reads the configuration, its zones, ports, lists and secrets. Every fault goes to stderr as file:line:col: error: "
              "path: what (what would be accepted); then what would be watched goes to stdout, each route and rule in words.",
     .fails = "a feed could not be reached"},
    {.name = "replay", .run = cmd_replay, .options = replay_options, .needs_config = true, .takes_words = true,
     .line = "recordings through the rules; alerts as JSON lines",
     .synopsis = "-c FILE [options] INPUT...",
     .about = "Recordings through the rules of a configuration, merged by event time; alerts go to stdout as JSON lines, a summary "
              "to stderr. INPUT is a path or - ; .gz and .zst are read as they are.",
     .fails = "an input is damaged, or a delivery was given up"},
    {.name = "decode", .run = cmd_decode, .options = decode_options, .takes_words = true,
     .line = "AIS messages as JSON lines",
     .synopsis = "[options] [INPUT...]",
     .about = "AIS messages as JSON lines on stdout: gpsd's names, scaling and units (class AIS), with t (event time) and source "
              "(station) where they are known. Each part of a message 24 stands alone. What was refused is counted on stderr. "
              "INPUT is a path, plain, .gz or .zst; - or none: standard input.",
     .fails = "an input could not be read"},
    {.name = "listen", .run = cmd_listen, .options = listen_options,
     .line = "a webhook receiver for trying things out",
     .synopsis = "[options]",
     .about = "A webhook receiver: prints each alert in one line, answers 200. SIGINT or SIGTERM ends it. Marks: [signed] the "
              "signature was verified; (again) the id came before.",
     .fails = "cannot listen, or not all could be printed"},
    {.name = "vessels", .run = cmd_vessels, .options = vessels_options, .takes_words = true,
     .line = "what is known of vessels",
     .synopsis = "(-c FILE | --state DIR) [X...]",
     .about = "What is known of vessels: a table on a terminal, else one JSON object a line, with the last fix and its age in "
              "seconds, the port and zones it is in, open route runs, and why it is watched. X: an MMSI or IMO number, or a vessel's name or part of it; none: all "
              "vessels.",
     .fails = "nothing matches, or the state cannot be read"},
    {.name = "calls", .run = cmd_calls, .options = calls_options, .takes_words = true,
     .line = "port calls and voyages on record",
     .synopsis = "(-c FILE | --state DIR) [options] [X...]",
     .about = "Port calls and voyages on record in the order they began: a table on a terminal, else one JSON object a line; with "
              "--csv the columns below, unknown is empty. X: an MMSI or IMO number, or a vessel's name or part of it; none: all vessels.\n"
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
    {.name = "alerts", .run = cmd_alerts, .options = alerts_options,
     .line = "stored alerts and their delivery",
     .synopsis = "(-c FILE | --state DIR) [options]",
     .about = "Stored alerts in the order they were accepted: a table on a terminal, else one JSON object a line: id, type, rule, severity, time, detected_at, "
              "mmsi, imo, state, deliveries (webhook, state, attempts, next_attempt, status, reason, delivered_at or given_up_at), "
              "event (what was sent). state: pending, dead or delivered; muted, folded (why says by what) or history where the "
              "alert is not for delivery; stored where no webhook wants it.",
     .fails = "the state cannot be read"},
    {.name = "status", .run = cmd_status, .options = status_options,
     .line = "how it stands, on one screen",
     .synopsis = "(-c FILE | --state DIR) [--json] [--watch]",
     .about = "How it stands: what is wrong first; feeds with lines a second, what was refused by reason, the last report and how "
              "far its time was behind; vessels and open runs; webhooks with what waits, what was given up and the last answer; the "
              "database. Asks the running daemon, else looks into the database. Where the output is no terminal it is JSON.",
     .fails = "nothing is known: no daemon, no database"},
    {.name = "redeliver", .run = cmd_redeliver, .options = redeliver_options, .takes_words = true,
     .line = "put deliveries back in the queue",
     .synopsis = "(-c FILE | --state DIR) (ID... | --dead) [--webhook ID]",
     .about = "Puts deliveries back in the queue, to be tried at once: those of the alerts named (32 hex digits, as `lookoutd "
              "alerts` prints them), delivered ones too, or all that were given up; each with its whole schedule of attempts "
              "before it again, from now on. A running daemon notices by itself. Prints how many. When an alert is not on record, "
              "or has no delivery, nothing is changed.",
     .fails = "nothing was changed"},
    {.name = "test-webhook", .run = cmd_test_webhook, .options = test_webhook_options, .needs_config = true, .takes_words = true,
     .line = "send a test alert",
     .synopsis = "-c FILE [--credentials DIR] [ID...]",
     .about = "Sends the alert lookoutd.test to all webhooks of a configuration, or to those named, by the same code that delivers "
              "alerts, and prints a line for each: its id, the status, how long it took, what came back.",
     .fails = "one of them did not take it"},
    {.name = "ports", .run = cmd_ports, .options = ports_options, .takes_words = true,
     .line = "look up the gazetteer",
     .synopsis = "[--places] [QUERY...] | --missed INPUT... [--for 6h]",
     .about = "Look up the gazetteer of ports. QUERY is a UN/LOCODE (RUVVO), a country (\"KP*\") or a part of a name; without one "
              "all ports are printed. One port a line, tab-separated: code, name, latitude and longitude in degrees with the number of its "
              "further places, entry radius "
              "(\"area\" where a polygon bounds the port), source of the position, and the other codes that are the same port.",
     .fails = "a query found nothing, or an input failed"},
    {.name = "zones", .run = cmd_zones, .options = zones_options, .takes_words = true,
     .line = "check GeoJSON, a line per zone",
     .synopsis = "[-c FILE] [--svg FILE] [--png FILE] [FILE...]",
     .about = "Reads zones and gates from GeoJSON files ('-' is standard input) as the daemon would, all of them as one set, and "
              "prints a line for each, its columns separated by tabs:\n"
              "\n"
              "  id            properties.id\n"
              "  kind          properties.kind, '-' where there is none\n"
              "  vertices      without the repeated last one of each ring\n"
              "  area          on the WGS 84 ellipsoid, in km2; for a gate its length, in km\n"
              "  bounding box  south,west,north,east in degrees; west is greater than east\n"
              "                where the zone lies over the antimeridian\n"
              "  antimeridian  yes or no\n"
              "\n"
              "A terminal gets a line with the columns' names first. Every fault is printed to standard error as "
              "FILE:LINE:COLUMN: error: PATH: what is wrong and how to mend it; zones without a fault are listed all the same.",
     .fails = "out of memory, or a picture cannot be written"},
};
/* clang-format on */
const size_t cmd_table_count = sizeof cmd_table / sizeof cmd_table[0];
