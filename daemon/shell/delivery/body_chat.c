/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies for chat services: incoming webhooks of Slack (Mattermost reads the same `text`)
 * and of Microsoft Teams (an Adaptive Card in a message). Texts that ships send are shown
 * as plain text: they cannot make links or notify people. */
#include <stdio.h>
#include <string.h>

#include "body_int.h"
#include "lookout/base/buf.h"
#include "lookout/base/text.h"

enum {
    SLACK_SECTION_BYTES =
        2800,                 /* of 3000 characters, docs.slack.dev block kit: section */
    SLACK_FIELD_BYTES = 1800, /* of 2000 */
    LIST_BYTES = 900 /* of a summary among others: twenty are below Teams' 28 KB */
};

/* The text that replaces a character which the service would read as markup. */
struct escape {
    char character;
    const char *text;
};

/* docs.slack.dev, "Escaping text". A word joiner after @ keeps Mattermost from notifying
 * everybody; one after ] keeps it from making [text](address) a link. */
static const struct escape slack_escapes[] = {{'&', "&amp;"},
                                              {'<', "&lt;"},
                                              {'>', "&gt;"},
                                              {'@', "@\xe2\x81\xa0"},
                                              {']', "]\xe2\x81\xa0"}};
/* The facts of Adaptive Cards read Markdown. */
static const struct escape card_escapes[] = {{'[', "\\["}, {']', "\\]"}, {'*', "\\*"},
                                             {'_', "\\_"}, {'`', "\\`"}, {'\\', "\\\\"}};

static json_t *escape_text(const char *before, const char *text, size_t most,
                           const struct escape *escapes, size_t count)
{
    struct buf out = {0};
    size_t n = text_cut(text, strlen(text), most);
    int rc = buf_add_text(&out, before);
    for (size_t i = 0; i < n && rc == 0; i++) {
        const char *instead = NULL;
        for (size_t k = 0; k < count; k++)
            if (escapes[k].character == text[i])
                instead = escapes[k].text;
        rc = instead != NULL ? buf_add_text(&out, instead) : buf_add_char(&out, text[i]);
    }
    json_t *string = rc == 0 ? json_stringn(buf_text(&out), out.length) : NULL;
    buf_finish(&out);
    return string;
}

static json_t *slack_text(const char *before, const char *text, size_t most)
{
    return escape_text(before, text, most, slack_escapes,
                       sizeof slack_escapes / sizeof slack_escapes[0]);
}

static json_t *make_card_text(const char *text)
{
    return escape_text("", text, SLACK_FIELD_BYTES, card_escapes,
                       sizeof card_escapes / sizeof card_escapes[0]);
}

/* verbatim: Slack makes no links from texts that look like addresses. */
static json_t *slack_mrkdwn(json_t *text)
{
    return json_pack("{s:s,s:o,s:b}", "type", "mrkdwn", "text", text, "verbatim", 1);
}

static json_t *slack_section(json_t *text)
{
    return json_pack("{s:s,s:o}", "type", "section", "text", slack_mrkdwn(text));
}

/* "<circle> CRITICAL " */
static const char *write_heading(const struct body_view *view, char ret_text[64])
{
    char word[32];
    text_copy(word, sizeof word, view->severity);
    text_upper(word);
    snprintf(ret_text, 64, "%s %s ", view->mark, word);
    return ret_text;
}

json_t *body_chat_slack(const struct body_view *view)
{
    char mark[64];
    json_t *fields = json_array();
    for (size_t i = 0; i < view->fact_count; i++) {
        char name[40];
        snprintf(name, sizeof name, "*%s*\n", view->facts[i].name);
        json_array_append_new(fields, slack_mrkdwn(slack_text(name, view->facts[i].value,
                                                              SLACK_FIELD_BYTES)));
    }
    write_heading(view, mark);
    json_t *blocks = json_array();
    json_array_append_new(
        blocks, slack_section(slack_text(mark, view->summary, SLACK_SECTION_BYTES)));
    json_array_append_new(blocks,
                          json_pack("{s:s,s:o}", "type", "section", "fields", fields));
    if (view->link != NULL)
        json_array_append_new(blocks, json_pack("{s:s,s:[{s:s,s:{s:s,s:s},s:s}]}", "type",
                                                "actions", "elements", "type", "button",
                                                "text", "type", "plain_text", "text",
                                                "Open", "url", view->link));
    return json_pack("{s:o,s:o}", "text",
                     slack_text(mark, view->summary, SLACK_SECTION_BYTES), "blocks",
                     blocks);
}

/* "20 alerts, the gravest critical" */
static void list_heading(const struct body_view *views, size_t count,
                         struct body_view *ret_gravest, char ret_text[80])
{
    static const char *const order[] = {"critical", "warning", "info"};
    *ret_gravest = views[0];
    for (size_t k = sizeof order / sizeof order[0]; k-- > 0;)
        for (size_t i = 0; i < count; i++)
            if (strcmp(views[i].severity, order[k]) == 0)
                *ret_gravest = views[i];
    snprintf(ret_text, 80, "%zu alerts", count);
}

/* Notifications show the first lines of the text. Each alert is a line of the text and a
 * section of the blocks. */
json_t *body_chat_slack_list(const struct body_view *views, size_t count)
{
    char title[80], before[160], mark[64];
    struct body_view gravest;
    list_heading(views, count, &gravest, title);
    snprintf(before, sizeof before, "%s%s", write_heading(&gravest, mark), title);
    json_t *blocks = json_array();
    struct buf text = {0};
    json_array_append_new(blocks, slack_section(json_string(before)));
    int rc = buf_add_text(&text, before);
    for (size_t i = 0; i < count && rc == 0; i++) {
        json_t *line =
            slack_text(write_heading(&views[i], mark), views[i].summary, LIST_BYTES);
        json_t *block = slack_section(json_incref(line));
        if (block != NULL && views[i].link != NULL)
            json_object_set_new(block, "accessory",
                                json_pack("{s:s,s:{s:s,s:s},s:s}", "type", "button",
                                          "text", "type", "plain_text", "text", "Open",
                                          "url", views[i].link));
        json_array_append_new(blocks, block);
        rc =
            line != NULL ? buf_printf(&text, "\n%s", json_string_value(line)) : ERR_NOMEM;
        json_decref(line);
    }
    json_t *message =
        rc == 0 ? json_pack("{s:s,s:O}", "text", buf_text(&text), "blocks", blocks)
                : NULL;
    json_decref(blocks);
    buf_finish(&text);
    return message;
}

/* The colour of a card's text, by severity. */
static const char *card_colour(const struct body_view *view)
{
    if (strcmp(view->severity, "critical") == 0)
        return "attention";
    return strcmp(view->severity, "warning") == 0 ? "warning" : "accent";
}

/* "<circle> CRITICAL summary": a TextRun is plain text, a TextBlock would read Markdown.
 */
static json_t *card_summary(const struct body_view *view, size_t most, json_t *action)
{
    char mark[64];
    size_t n = text_cut(view->summary, strlen(view->summary), most);
    json_t *run = json_pack("{s:s,s:s%}", "type", "TextRun", "text", view->summary, n);
    if (run != NULL && action != NULL)
        json_object_set_new(run, "selectAction", action);
    else
        json_decref(action);
    return json_pack("{s:s,s:[{s:s,s:s,s:s,s:s},o]}", "type", "RichTextBlock", "inlines",
                     "type", "TextRun", "text", write_heading(view, mark), "weight",
                     "bolder", "color", card_colour(view), run);
}

static json_t *card_open(const struct body_view *view)
{
    return json_pack("{s:s,s:s,s:s}", "type", "Action.OpenUrl", "title", "Open", "url",
                     view->link);
}

static json_t *card_message(json_t *body, json_t *actions)
{
    json_t *card = json_pack("{s:s,s:s,s:s,s:o}", "$schema",
                             "http://adaptivecards.io/schemas/adaptive-card.json", "type",
                             "AdaptiveCard", "version", "1.4", "body", body);
    if (card != NULL && actions != NULL)
        json_object_set_new(card, "actions", actions);
    return json_pack("{s:s,s:[{s:s,s:n,s:o}]}", "type", "message", "attachments",
                     "contentType", "application/vnd.microsoft.card.adaptive",
                     "contentUrl", "content", card);
}

json_t *body_chat_teams(const struct body_view *view)
{
    json_t *facts = json_array();
    for (size_t i = 0; i < view->fact_count; i++)
        json_array_append_new(facts,
                              json_pack("{s:s,s:o}", "title", view->facts[i].name,
                                        "value", make_card_text(view->facts[i].value)));
    json_t *body =
        json_pack("[o,{s:s,s:o}]", card_summary(view, strlen(view->summary), NULL),
                  "type", "FactSet", "facts", facts);
    return card_message(body,
                        view->link != NULL ? json_pack("[o]", card_open(view)) : NULL);
}

/* Each alert is its summary, which opens its link. */
json_t *body_chat_teams_list(const struct body_view *views, size_t count)
{
    char title[80];
    struct body_view gravest;
    list_heading(views, count, &gravest, title);
    gravest.summary = title;
    json_t *body = json_pack("[o]", card_summary(&gravest, sizeof title, NULL));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            body, card_summary(&views[i], LIST_BYTES,
                               views[i].link != NULL ? card_open(&views[i]) : NULL));
    return card_message(body, NULL);
}
