/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies for chat services: Slack's incoming webhooks (Mattermost reads the same `text`)
 * and Microsoft Teams' (an Adaptive Card in a message). What ships say of themselves is
 * shown as plain text: it can neither link, nor call anybody by name. */
#include <stdio.h>
#include <string.h>

#include "body_int.h"
#include "lookout/buf.h"
#include "lookout/text.h"

enum {
    SLACK_SECTION_BYTES =
        2800,                /* of 3000 characters, docs.slack.dev block kit: section */
    SLACK_FIELD_BYTES = 1800 /* of 2000 */
};

/* What stands for a character that the service would read as markup; NULL: itself. */
struct escape {
    char character;
    const char *text;
};

/* docs.slack.dev, "Escaping text"; a word joiner after @ keeps Mattermost from calling
 * everybody. */
static const struct escape slack_escapes[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'@', "@\xe2\x81\xa0"}};
/* Markdown links of Adaptive Cards' facts. */
static const struct escape card_escapes[] = {{'[', "\\["}, {']', "\\]"}, {'*', "\\*"},
                                             {'_', "\\_"}, {'`', "\\`"}, {'\\', "\\\\"}};

static json_t *escaped(const char *before, const char *text, size_t most,
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
    return escaped(before, text, most, slack_escapes,
                   sizeof slack_escapes / sizeof slack_escapes[0]);
}

static json_t *card_text(const char *text)
{
    return escaped("", text, SLACK_FIELD_BYTES, card_escapes,
                   sizeof card_escapes / sizeof card_escapes[0]);
}

/* "<circle> CRITICAL " */
static const char *heading(const struct body_view *view, char ret_text[64])
{
    char word[32];
    text_copy(word, sizeof word, view->severity);
    text_upper(word);
    snprintf(ret_text, 64, "%s %s ", view->mark, word);
    return ret_text;
}

json_t *body_slack(const struct body_view *view)
{
    char mark[64];
    json_t *fields = json_array();
    for (size_t i = 0; i < view->fact_count; i++) {
        char name[40];
        snprintf(name, sizeof name, "*%s*\n", view->facts[i].name);
        json_array_append_new(
            fields, json_pack("{s:s,s:o}", "type", "mrkdwn", "text",
                              slack_text(name, view->facts[i].value, SLACK_FIELD_BYTES)));
    }
    heading(view, mark);
    json_t *blocks = json_array();
    json_array_append_new(
        blocks,
        json_pack("{s:s,s:{s:s,s:o}}", "type", "section", "text", "type", "mrkdwn",
                  "text", slack_text(mark, view->summary, SLACK_SECTION_BYTES)));
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

/* Colours of a card's text by severity. */
static const char *card_colour(const struct body_view *view)
{
    return strcmp(view->severity, "critical") == 0  ? "attention"
           : strcmp(view->severity, "warning") == 0 ? "warning"
                                                    : "accent";
}

json_t *body_teams(const struct body_view *view)
{
    char mark[64];
    json_t *facts = json_array();
    for (size_t i = 0; i < view->fact_count; i++)
        json_array_append_new(facts, json_pack("{s:s,s:o}", "title", view->facts[i].name,
                                               "value", card_text(view->facts[i].value)));
    /* A TextRun is plain text, a TextBlock would read Markdown. */
    json_t *summary = json_pack(
        "{s:s,s:[{s:s,s:s,s:s,s:s},{s:s,s:s}]}", "type", "RichTextBlock", "inlines",
        "type", "TextRun", "text", heading(view, mark), "weight", "bolder", "color",
        card_colour(view), "type", "TextRun", "text", view->summary);
    json_t *card = json_pack("{s:s,s:s,s:s,s:[o,{s:s,s:o}]}", "$schema",
                             "http://adaptivecards.io/schemas/adaptive-card.json", "type",
                             "AdaptiveCard", "version", "1.4", "body", summary, "type",
                             "FactSet", "facts", facts);
    if (card != NULL && view->link != NULL)
        json_object_set_new(card, "actions",
                            json_pack("[{s:s,s:s,s:s}]", "type", "Action.OpenUrl",
                                      "title", "Open", "url", view->link));
    return json_pack("{s:s,s:[{s:s,s:n,s:o}]}", "type", "message", "attachments",
                     "contentType", "application/vnd.microsoft.card.adaptive",
                     "contentUrl", "content", card);
}
