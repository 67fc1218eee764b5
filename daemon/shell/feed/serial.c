/* SPDX-License-Identifier: Apache-2.0 */
/* A receiver on a serial line. The device may be missing at first, may vanish (unplugged)
 * and come back under the same name: it is opened again with growing waits. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "feed_int.h"
#include "lookout/sys/log.h"

/* One opening of the device; when its handle is closed, it is freed and the descriptor
 * closed. */
struct serial_port {
    uv_poll_t poll;
    int fd;            /* owned */
    struct feed *feed; /* borrowed */
};

struct serial_feed {
    struct feed *feed; /* borrowed */
    uv_timer_t timer;
    struct serial_port *port; /* borrowed, its handle owns it; NULL: not open */
    uint64_t wait_ms;
};

/* clang-format off */
static const struct {
    uint32_t baud;
    speed_t speed;
} speeds[] = {
    {1200,   B1200},
    {2400,   B2400},
    {4800,   B4800},   /* IEC 61162-1 */
    {9600,   B9600},
    {19200,  B19200},
    {38400,  B38400},  /* IEC 61162-2: AIS */
#ifdef B57600
    {57600,  B57600},
#endif
#ifdef B115200
    {115200, B115200},
#endif
#ifdef B230400
    {230400, B230400},
#endif
#ifdef B460800
    {460800, B460800},
#endif
#ifdef B921600
    {921600, B921600},
#endif
};
/* clang-format on */
enum { SPEEDS = sizeof speeds / sizeof speeds[0] };

static void open_port(struct serial_feed *serial);

static void on_port_closed(uv_handle_t *handle)
{
    struct serial_port *port = handle->data;
    struct feed *feed = port->feed;
    close(port->fd); /* only now, when the loop has released the descriptor */
    free(port);
    feeds_release(feed);
}

static void close_port(struct serial_feed *serial)
{
    if (serial->port == NULL)
        return;
    uv_close((uv_handle_t *)&serial->port->poll, on_port_closed);
    serial->port = NULL;
}

static void on_retry(uv_timer_t *timer)
{
    open_port(timer->data);
}

static void retry_serial_later(struct serial_feed *serial, const char *what,
                               const char *why)
{
    struct feed *feed = serial->feed;
    close_port(serial);
    uint64_t wait_ms = feed_net_backoff(feed->feeds, &serial->wait_ms);
    log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, what,
                 "%s reason=\"%s\" device=\"%s\" next_attempt_ms=%llu", what, why,
                 feed->conf.address, (unsigned long long)wait_ms);
    uv_timer_start(&serial->timer, on_retry, wait_ms, 0);
}

static void lose_port(struct serial_feed *serial, const char *why)
{
    struct feed *feed = serial->feed;
    feed->is_open = false;
    feed->disconnects++;
    input_reset(feed->input);
    retry_serial_later(serial, "lost the device", why);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct serial_port *port = poll->data;
    struct feed *feed = port->feed;
    struct serial_feed *serial = feed->state;
    (void)events;
    if (serial->port != port)
        return;
    if (status != 0) {
        lose_port(serial, status == UV_EBADF ? "hung up" : uv_strerror(status));
        return;
    }
    ssize_t n = read(port->fd, feed->feeds->scratch, FEED_STREAM_BYTES);
    if (n > 0) {
        serial->wait_ms = 0;
        feed_path_bytes(feed, feed->input, feed->feeds->scratch, (size_t)n);
        feed_path_flush(feed->feeds);
    } else if (n == 0) {
        lose_port(serial, "hung up");
    } else if (errno != EAGAIN && errno != EINTR) {
        lose_port(serial, strerror(errno));
    }
}

/* Raw bytes, 8N1, no flow control, no modem lines. */
static int set_raw(int fd, speed_t speed)
{
    struct termios t;
    if (tcgetattr(fd, &t) != 0)
        return -1;
    t.c_iflag = IGNBRK;
    t.c_oflag = 0;
    t.c_lflag = 0;
    t.c_cflag = CS8 | CREAD | CLOCAL;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    if (cfsetispeed(&t, speed) != 0 || cfsetospeed(&t, speed) != 0)
        return -1;
    return tcsetattr(fd, TCSANOW, &t);
}

static speed_t speed_of(uint32_t baud)
{
    for (size_t i = 0; i < SPEEDS; i++)
        if (speeds[i].baud == baud)
            return speeds[i].speed;
    return B0;
}

static void open_port(struct serial_feed *serial)
{
    struct feed *feed = serial->feed;
    int fd = open(feed->conf.address, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || set_raw(fd, speed_of(feed->conf.baud)) != 0) {
        const char *why = strerror(errno);
        if (fd >= 0)
            close(fd);
        retry_serial_later(serial, "cannot open the device", why);
        return;
    }
    struct serial_port *port = calloc(1, sizeof *port);
    int rc = port == NULL ? UV_ENOMEM : uv_poll_init(feed->feeds->loop, &port->poll, fd);
    if (rc != 0) {
        free(port);
        close(fd);
        retry_serial_later(serial, "cannot open the device", uv_strerror(rc));
        return;
    }
    port->fd = fd;
    port->feed = feed;
    port->poll.data = port;
    serial->port = port;
    feeds_hold(feed);
    if (!feed_path_is_paused(feed))
        uv_poll_start(&port->poll, UV_READABLE, on_readable);
    feed->is_open = true;
    feed->connects++;
    log_info("feed", feed->conf.id, "opened the device device=\"%s\" baud=%u",
             feed->conf.address, (unsigned)feed->conf.baud);
}

static int serial_open(struct feed *feed, struct err *err)
{
    if (speed_of(feed->conf.baud) == B0)
        return err_set(err, ERR_INVALID, "baud %u is not among 1200 to 921600",
                       (unsigned)feed->conf.baud);
    struct serial_feed *serial = calloc(1, sizeof *serial);
    if (serial == NULL)
        return ERR_NOMEM;
    feed->state = serial;
    serial->feed = feed;
    uv_timer_init(feed->feeds->loop, &serial->timer);
    serial->timer.data = serial;
    feeds_hold(feed);
    open_port(serial);
    return 0;
}

static void serial_pause(struct feed *feed, bool paused)
{
    struct serial_feed *serial = feed->state;
    if (serial->port == NULL)
        return;
    if (paused)
        uv_poll_stop(&serial->port->poll);
    else
        uv_poll_start(&serial->port->poll, UV_READABLE, on_readable);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct serial_feed *serial = handle->data;
    feeds_release(serial->feed);
}

static void serial_close(struct feed *feed)
{
    struct serial_feed *serial = feed->state;
    if (serial == NULL)
        return;
    close_port(serial);
    uv_close((uv_handle_t *)&serial->timer, on_timer_closed);
}

const struct feed_ops feed_serial = {
    .name = "serial",
    .open = serial_open,
    .pause = serial_pause,
    .close = serial_close,
};
