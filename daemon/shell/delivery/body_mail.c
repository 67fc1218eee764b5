/* SPDX-License-Identifier: Apache-2.0 */
/* A mail of one or several alerts: RFC 5322, its text plain UTF-8 (RFC 2045), its subject
 * in encoded words where it is not plain ASCII (RFC 2047). Texts that ships send cannot
 * make header lines: no control character gets into one. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body_int.h"
#include "lookout/base/text.h"
#include "lookout/base/time.h"

enum {
    SUBJECT_MOST = 400, /* bytes, before they are encoded */
    SUBJECT_PLAIN = 66, /* "Subject: " and so much are 75 characters */
    WORD_BYTES = 42,    /* of an encoded word: 56 characters of base64, 68 in all */
    QUOTED_LINE = 75    /* characters, then '=' (RFC 2045 6.7) */
};

/* --- what it is about --- */

static const char *event_member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* The vessel's name, else its MMSI; a feed's id; else the site. */
static void write_who(const json_t *event, char *ret_text, size_t size)
{
    const json_t *data = json_object_get(event, "data");
    const json_t *vessel = json_object_get(data, "vessel");
    const json_t *mmsi = json_object_get(vessel, "mmsi");
    const char *name = event_member(vessel, "name");
    const char *feed = event_member(json_object_get(data, "feed"), "id");
    if (name[0] != '\0')
        text_copy(ret_text, size, name);
    else if (json_is_integer(mmsi))
        snprintf(ret_text, size, "MMSI %09" JSON_INTEGER_FORMAT,
                 json_integer_value(mmsi));
    else if (feed[0] != '\0')
        snprintf(ret_text, size, "feed %s", feed);
    else
        text_copy(ret_text, size, event_member(event, "source"));
}

/* The rule; of what is about no ship the type's last words. */
static void write_what(const json_t *event, char *ret_text, size_t size)
{
    const char *rule = event_member(json_object_get(event, "data"), "rule");
    const char *type = event_member(event, "type");
    if (strncmp(type, "lookoutd.", 9) == 0)
        type += 9;
    text_copy(ret_text, size, rule[0] != '\0' ? rule : type);
}

static int grade_of(const json_t *event)
{
    const char *severity = event_member(json_object_get(event, "data"), "severity");
    return strcmp(severity, "critical") == 0 ? 2 : strcmp(severity, "warning") == 0;
}

/* One word for all events, or how many: "3 vessels". */
static void write_shared(const struct body_events *events, const char *many,
                         void (*write)(const json_t *event, char *ret_text, size_t size),
                         char ret_text[128])
{
    char other[128];
    write(events->items[0], ret_text, 128);
    for (size_t i = 1; i < events->count; i++) {
        write(events->items[i], other, sizeof other);
        if (strcmp(other, ret_text) != 0) {
            snprintf(ret_text, 128, "%zu alerts of several %s", events->count, many);
            return;
        }
    }
}

/* "[critical] EXAMPLE TRADER: arms-route" */
static void write_subject(const struct body_events *events, char ret_text[SUBJECT_MOST])
{
    static const char *const words[] = {"info", "warning", "critical"};
    char who[128], what[128], text[SUBJECT_MOST];
    int grade = 0;
    for (size_t i = 0; i < events->count; i++)
        grade = grade_of(events->items[i]) > grade ? grade_of(events->items[i]) : grade;
    write_shared(events, "vessels", write_who, who);
    write_shared(events, "rules", write_what, what);
    snprintf(text, sizeof text, "[%s] %s: %s", words[grade], who, what);
    text_clean(text, strlen(text), ret_text, SUBJECT_MOST);
}

/* --- header --- */

static bool is_plain(const char *text)
{
    for (const char *s = text; *s != '\0'; s++)
        if (*s < ' ' || *s > '~')
            return false;
    return strlen(text) <= SUBJECT_PLAIN && strstr(text, "=?") == NULL;
}

/* Words of at most 75 characters that cut no character in two, a line each. */
static int add_encoded_words(const char *text, struct buf *out)
{
    unsigned char word[4 * (WORD_BYTES / 3 + 1) + 1];
    size_t left = strlen(text);
    int rc = 0;
    for (bool is_first = true; left > 0 && rc == 0; is_first = false) {
        size_t n = text_cut(text, left, WORD_BYTES);
        EVP_EncodeBlock(word, (const unsigned char *)text, (int)n);
        rc = buf_printf(out, "%s=?utf-8?B?%s?=", is_first ? "" : "\r\n ", (char *)word);
        text += n;
        left -= n;
    }
    return rc;
}

/* RFC 5322 3.3, always in UTC. */
static int add_date(int64_t clock_ms, struct buf *out)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct time_parts p;
    time_to_parts(clock_ms, &p);
    return buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
                      days[clock_ms / DAY_MS % 7], p.day, months[p.month - 1], p.year,
                      p.hour, p.minute, p.second);
}

/* A receiver a line, so that no line gets long. */
static int add_receivers(const char *to, struct buf *out)
{
    int rc = buf_add_text(out, "To: ");
    for (; *to != '\0' && rc == 0; to++)
        rc = *to == ' ' ? buf_add_text(out, "\r\n ") : buf_add_char(out, *to);
    return rc == 0 ? buf_add_text(out, "\r\n") : rc;
}

static int add_header(const struct body_mail *frame, const struct body_events *events,
                      struct buf *out)
{
    char subject[SUBJECT_MOST];
    const char *id =
        events->count == 1 ? event_member(events->items[0], "id") : frame->id;
    write_subject(events, subject);
    int rc = add_date(frame->clock_ms, out);
    if (rc == 0)
        rc = buf_printf(out, "From: lookoutd <%s>\r\n", frame->mail->from);
    if (rc == 0)
        rc = add_receivers(frame->mail->to, out);
    if (rc == 0)
        rc = buf_printf(out, "Message-ID: <%s%s>\r\nSubject: ", id,
                        strchr(frame->mail->from, '@'));
    if (rc == 0)
        rc = is_plain(subject) ? buf_add_text(out, subject)
                               : add_encoded_words(subject, out);
    return rc == 0
               ? buf_add_text(out, "\r\n"
                                   "Auto-Submitted: auto-generated\r\n" /* RFC 3834 */
                                   "MIME-Version: 1.0\r\n"
                                   "Content-Type: text/plain; charset=utf-8\r\n"
                                   "Content-Transfer-Encoding: quoted-printable\r\n\r\n")
               : rc;
}

/* --- text --- */

static int add_view(const struct body_view *view, struct buf *text)
{
    int rc = buf_printf(text, "%s\n\n", view->summary);
    for (size_t i = 0; i < view->fact_count && rc == 0; i++)
        rc = buf_printf(text, "%-9s %s\n", view->facts[i].name, view->facts[i].value);
    if (rc == 0 && view->link != NULL)
        rc = buf_printf(text, "%-9s %s\n", "Link", view->link);
    return rc;
}

/* Quoted-printable, a line feed as CR LF; blanks at a line's end and '.' at its begin are
 * coded, too, which mail servers are known to change. */
static int add_quoted(const char *text, size_t n, struct buf *out)
{
    size_t column = 0;
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n') {
            rc = buf_add_text(out, "\r\n");
            column = 0;
            continue;
        }
        bool is_last = i + 1 == n || text[i + 1] == '\n';
        bool is_coded = c < ' ' || c > '~' || c == '=' || (c == ' ' && is_last) ||
                        (c == '.' && column == 0);
        if (column + (is_coded ? 3 : 1) > QUOTED_LINE) {
            rc = buf_add_text(out, "=\r\n");
            column = 0;
            is_coded = is_coded || c == '.';
        }
        if (rc == 0)
            rc = is_coded ? buf_printf(out, "=%02X", c) : buf_add_char(out, (char)c);
        column += is_coded ? 3 : 1;
    }
    return rc;
}

int body_mail_make(const struct body_mail *frame, const struct body_events *events,
                   const struct body_view *views, struct buf *out)
{
    struct buf text = {0};
    int rc = add_header(frame, events, out);
    for (size_t i = 0; i < events->count && rc == 0; i++) {
        rc = i > 0 ? buf_add_text(&text, "\n----\n\n") : 0;
        if (rc == 0)
            rc = add_view(&views[i], &text);
    }
    if (rc == 0)
        rc = add_quoted(buf_text(&text), text.length, out);
    buf_finish(&text);
    return rc;
}
