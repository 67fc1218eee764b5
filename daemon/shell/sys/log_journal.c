/* SPDX-License-Identifier: Apache-2.0 */
/* Lines with fields for journald, by its native protocol
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL): a datagram of FIELD=value lines. It never waits:
 * a line that journald does not take at once goes the way of all others. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log_int.h"
#include "lookout/base/text.h"
#include "lookout/sys/log.h"

enum { DATAGRAM_BYTES = 4096 };

static const char *journal_path = "/run/systemd/journal/socket";
static atomic_int journal_fd = -1;

/* What a line's group calls its identity. */
static const struct {
    const char *group, *field;
} identities[] = {{"feed", "FEED"}, {"delivery", "WEBHOOK"}, {"relay", "RELAY"}};

void log_journal_use(const char *path)
{
    journal_path = path;
}

/* One socket for ever, not connected: journald may be restarted, and a socket that is
 * closed meanwhile would be another one by the time that another thread sends. */
static int open_journal(void)
{
    int fd = atomic_load(&journal_fd), none = -1;
    if (fd >= 0)
        return fd;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || atomic_compare_exchange_strong(&journal_fd, &none, fd))
        return fd;
    close(fd); /* another thread was faster */
    return none;
}

/* Append "NAME=value\n" without control characters; a field that does not fit, or has no
 * value, is left out. */
static size_t add_field(char *text, size_t length, const char *name, const char *value)
{
    size_t room = DATAGRAM_BYTES - length;
    if (value == NULL || value[0] == '\0')
        return length;
    int n = snprintf(text + length, room, "%s=%s", name, value);
    if (n < 0 || (size_t)n + 1 >= room)
        return length;
    for (char *s = text + length; *s != '\0'; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            *s = '?';
    length += (size_t)n;
    text[length] = '\n';
    return length + 1;
}

bool log_journal_send(const struct log_line *line)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[DATAGRAM_BYTES], priority[4];
    const struct log_about *about = line->about;
    int fd = open_journal();
    if (fd < 0)
        return false;
    snprintf(priority, sizeof priority, "%d", line->priority);
    size_t n = add_field(text, 0, "MESSAGE", line->message);
    n = add_field(text, n, "PRIORITY", priority);
    n = add_field(text, n, "SYSLOG_IDENTIFIER", "lookoutd");
    for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++)
        if (strcmp(identities[i].group, line->group) == 0)
            n = add_field(text, n, identities[i].field, line->identity);
    if (about != NULL) {
        n = add_field(text, n, "VESSEL", about->vessel);
        n = add_field(text, n, "RULE", about->rule);
        n = add_field(text, n, "ALERT", about->alert);
    }
    text_copy(address.sun_path, sizeof address.sun_path, journal_path);
    return sendto(fd, text, n, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
                  sizeof address) == (ssize_t)n;
}
