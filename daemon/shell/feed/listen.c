/* SPDX-License-Identifier: Apache-2.0 */
/* A port that senders connect to: at most max_clients, shared fairly by their addresses,
 * only those that `from` names, each with an input of its own, put out after idle_timeout
 * of silence. */
#include <stdlib.h>
#include <string.h>

#include "feed_int.h"
#include "lookout/net/inherit.h"
#include "lookout/sys/clock.h"
#include "lookout/sys/log.h"

enum { LISTEN_BACKLOG = 128 };

struct listen_feed;

struct client {
    uv_tcp_t handle;
    struct listen_feed *owner;       /* borrowed */
    struct input *input;             /* owned */
    struct sockaddr_storage address; /* without its port */
    uint64_t since_loop_ms;          /* connected */
    uint64_t received_loop_ms;
    bool is_doubted;     /* idle for too long, unless something lies in the socket */
    struct client *next; /* in the owner's list; owned by its handle */
};

struct listen_feed {
    struct feed *feed; /* borrowed */
    uv_tcp_t server;
    uv_timer_t timer; /* looks for idle clients */
    struct client *clients;
    uint32_t count;
    bool has_server;
};

static void on_client_closed(uv_handle_t *handle)
{
    struct client *client = handle->data;
    struct feed *feed = client->owner->feed;
    feed_path_retire_input(feed, client->input);
    free(client);
    feeds_release(feed);
}

/* Remove the client from the list and close it; its input is kept until then. */
static void drop_client(struct client *client)
{
    struct listen_feed *l = client->owner;
    struct client **place = &l->clients;
    while (*place != NULL && *place != client)
        place = &(*place)->next;
    if (*place == NULL)
        return;
    *place = client->next;
    l->count--;
    l->feed->disconnects++;
    uv_close((uv_handle_t *)&client->handle, on_client_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    const struct client *client = handle->data;
    (void)suggested;
    *ret_buf = uv_buf_init(client->owner->feed->feeds->scratch, FEED_STREAM_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct client *client = stream->data;
    struct feed *feed = client->owner->feed;
    if (n == 0 || uv_is_closing((uv_handle_t *)stream))
        return;
    client->received_loop_ms = uv_now(feed->feeds->loop);
    client->is_doubted = false;
    if (n > 0) {
        feed_path_bytes(feed, client->input, buf->base, (size_t)n);
    } else {
        log_debug("feed", feed->conf.id, "a sender closed the connection reason=\"%s\"",
                  uv_strerror((int)n));
        /* A sender that closes the connection may leave its last line without a line end.
         */
        if (n != UV_EOF)
            input_reset(client->input);
        else if (input_finish(client->input, clock_wall_ms()) != 0)
            log_error("feed", feed->conf.id, "lost a sender's last line: out of memory");
        drop_client(client);
    }
    feed_path_flush(feed->feeds);
}

static uint32_t count_address(const struct listen_feed *l,
                              const struct sockaddr_storage *address)
{
    uint32_t count = 0;
    for (const struct client *c = l->clients; c != NULL; c = c->next)
        count += memcmp(&c->address, address, sizeof *address) == 0;
    return count;
}

/* All places are taken: who makes room for a sender of that address? First who was there
 * for a while and brought no report: whoever drips bytes takes no place from one that
 * reports. Then, where one address has two places more than the newcomer's, the one of it
 * that was unheard for longest. NULL: nobody. */
static struct client *find_displaced(const struct listen_feed *l,
                                     const struct sockaddr_storage *address)
{
    const struct feeds *f = l->feed->feeds;
    uint64_t now = uv_now(f->loop);
    uint32_t own = count_address(l, address), most = own + 1;
    struct client *mute = NULL, *crowding = NULL;
    for (struct client *c = l->clients; c != NULL; c = c->next) {
        uint32_t count = count_address(l, &c->address);
        const struct input_counts *heard = input_counts(c->input);
        bool is_mute = heard->messages + heard->reports == 0 &&
                       now - c->since_loop_ms >= f->limits.mute_ms;
        if (is_mute && (mute == NULL || c->since_loop_ms <= mute->since_loop_ms))
            mute = c;
        bool is_longer = crowding == NULL || count > most ||
                         c->received_loop_ms <= crowding->received_loop_ms;
        if (count > own + 1 && count >= most && is_longer) {
            most = count;
            crowding = c;
        }
    }
    return mute != NULL ? mute : crowding;
}

/* May this one stay? */
static bool is_welcome(struct listen_feed *l, struct client *client)
{
    struct feed *feed = l->feed;
    int n = sizeof client->address;
    if (uv_tcp_getpeername(&client->handle, (struct sockaddr *)&client->address, &n) !=
            0 ||
        !feed_net_accepts(feed, (const struct sockaddr *)&client->address))
        return false;
    feed_net_clear_port(&client->address);
    if (l->count < feed->conf.max_clients)
        return true;
    struct client *displaced = find_displaced(l, &client->address);
    if (displaced != NULL) {
        feed->refused_senders++;
        log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, "displaced",
                     "put out a sender for another: %u are connected (max_clients)",
                     (unsigned)l->count);
        input_reset(displaced->input);
        drop_client(displaced);
        return true;
    }
    feed->refused_senders++;
    log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, "max_clients",
                 "refused a sender: %u are connected (max_clients)", (unsigned)l->count);
    return false;
}

static void on_connection(uv_stream_t *server, int status)
{
    struct listen_feed *l = server->data;
    struct feed *feed = l->feed;
    struct client *client = status == 0 ? calloc(1, sizeof *client) : NULL;
    if (client == NULL || uv_tcp_init(feed->feeds->loop, &client->handle) != 0) {
        log_repeated(LOG_LEVEL_WARNING, "feed", feed->conf.id, "accept",
                     "cannot accept a sender reason=\"%s\"",
                     status != 0 ? uv_strerror(status) : "out of memory");
        free(client);
        return;
    }
    client->owner = l;
    client->handle.data = client;
    client->since_loop_ms = client->received_loop_ms = uv_now(feed->feeds->loop);
    feeds_hold(feed);
    int rc = uv_accept(server, (uv_stream_t *)&client->handle);
    if (rc == 0 && is_welcome(l, client))
        client->input = feed_path_create_input(feed);
    if (client->input != NULL && !feed_path_is_paused(feed))
        rc = uv_read_start((uv_stream_t *)&client->handle, on_alloc, on_read);
    if (rc != 0 || client->input == NULL) {
        uv_close((uv_handle_t *)&client->handle, on_client_closed);
        return;
    }
    enum { KEEPALIVE_S = 60 };
    uv_tcp_keepalive(&client->handle, 1, KEEPALIVE_S);
    client->next = l->clients;
    l->clients = client;
    l->count++;
    feed->connects++;
}

/* Put out those that were silent for idle_timeout; half of it again later. After a freeze
 * the timer comes before the sockets: who seems idle is judged at the next look. */
static void on_timer(uv_timer_t *timer)
{
    struct listen_feed *l = timer->data;
    struct feed *feed = l->feed;
    uint64_t now = uv_now(feed->feeds->loop);
    struct client *next;
    for (struct client *c = l->clients; c != NULL && !feed_path_is_paused(feed);
         c = next) {
        next = c->next;
        bool is_idle = now - c->received_loop_ms >= (uint64_t)feed->conf.idle_timeout_ms;
        bool is_sure = is_idle && c->is_doubted;
        c->is_doubted = is_idle;
        if (!is_sure)
            continue;
        log_info("feed", feed->conf.id, "closed the connection of an idle sender");
        input_reset(c->input);
        drop_client(c);
    }
}

static int listen_open(struct feed *feed, struct err *err)
{
    struct sockaddr_storage address;
    if (feed_net_address(feed->conf.address, feed->conf.port, &address) != 0)
        return err_set(err, ERR_INVALID, "'%s' is not an IP address", feed->conf.address);
    struct listen_feed *l = calloc(1, sizeof *l);
    if (l == NULL)
        return ERR_NOMEM;
    feed->state = l;
    l->feed = feed;
    int rc = uv_tcp_init(feed->feeds->loop, &l->server);
    if (rc == 0) {
        uv_timer_init(feed->feeds->loop, &l->timer);
        l->server.data = l->timer.data = l;
        l->has_server = true;
        feeds_hold(feed);
        feeds_hold(feed);
        int inherited = inherit_socket((const struct sockaddr *)&address, SOCK_STREAM);
        rc = inherited >= 0
                 ? uv_tcp_open(&l->server, inherited)
                 : uv_tcp_bind(&l->server, (const struct sockaddr *)&address, 0);
    }
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&l->server, LISTEN_BACKLOG, on_connection);
    if (rc != 0)
        return err_set(err, ERR_IO, "cannot listen on %s port %u: %s", feed->conf.address,
                       (unsigned)feed->conf.port, uv_strerror(rc));
    uint64_t look_ms = (uint64_t)feed->conf.idle_timeout_ms / 4 + 1;
    uv_timer_start(&l->timer, on_timer, look_ms, look_ms);
    feed->is_open = true;
    return 0;
}

static void listen_pause(struct feed *feed, bool paused)
{
    struct listen_feed *l = feed->state;
    uint64_t now = uv_now(feed->feeds->loop);
    for (struct client *c = l->clients; c != NULL; c = c->next) {
        c->received_loop_ms = now;
        if (paused)
            uv_read_stop((uv_stream_t *)&c->handle);
        else
            uv_read_start((uv_stream_t *)&c->handle, on_alloc, on_read);
    }
}

static void on_own_closed(uv_handle_t *handle)
{
    struct listen_feed *l = handle->data;
    feeds_release(l->feed);
}

static void listen_close(struct feed *feed)
{
    struct listen_feed *l = feed->state;
    if (l == NULL || !l->has_server)
        return;
    while (l->clients != NULL)
        drop_client(l->clients);
    uv_close((uv_handle_t *)&l->timer, on_own_closed);
    uv_close((uv_handle_t *)&l->server, on_own_closed);
}

static void listen_status(const struct feed *feed, struct feed_status *status)
{
    const struct listen_feed *l = feed->state;
    struct sockaddr_storage address;
    int n = sizeof address;
    status->clients = l->count;
    for (const struct client *c = l->clients; c != NULL; c = c->next)
        feed_path_add_counts(&status->input, input_counts(c->input));
    if (feed->is_open &&
        uv_tcp_getsockname(&l->server, (struct sockaddr *)&address, &n) == 0)
        status->port = feed_net_port(&address);
}

const struct feed_ops feed_listen = {
    .name = "listen",
    .open = listen_open,
    .pause = listen_pause,
    .close = listen_close,
    .status = listen_status,
};
