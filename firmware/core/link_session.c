/* How sessions begin and end (control-protocol.md §3). */
#include "link_session.h"

#include "line.h"
#include "queue.h"

static const uint32_t RESET_EVERY_US = 100000;

/* Clears all that belongs to a session. */
void nl_link_forget(struct nl_link *link)
{
    if (link->active != NULL) nl_line_abandon(link->active);
    nl_queue_clear(link->in);
    nl_queue_clear(link->out);
    link->active = NULL;
    link->changed = true;
    link->rcv_nxt = link->snd_una = link->snd_sent = link->snd_nxt = 0;
    link->sent = link->out->tail;
    link->given = link->advertised = link->taken_frames = link->taken_cost = 0;
    link->in_flight = link->edge = 0;
    link->ack_now = link->nak_now = link->nak_sent = link->blocked = link->ack_waits = false;
    link->t1_factor = 1;
    link->expiries = 0;
}

void nl_link_init(struct nl_link *link)
{
    nl_link_forget(link);
    link->changed = false;
    link->reset_at = link->lines[0].sent_at - RESET_EVERY_US;
}

bool nl_link_take_change(struct nl_link *link)
{
    bool changed = link->changed;
    link->changed = false;
    return changed;
}

void nl_link_send_reset(struct nl_link *link, struct nl_line *line, uint16_t session, uint32_t now)
{
    if (now - link->reset_at < RESET_EVERY_US) return;
    struct nl_header header = { .version = link->version, .kind = NL_RESET, .session = session };
    uint8_t frame[NL_FRAME_HEADER];
    nl_header_encode(&header, frame);
    if (nl_line_send(line, frame, sizeof frame, now)) link->reset_at = now;
}

static size_t encode_identity(const struct nl_link *link, const struct nl_line *line, uint8_t *out)
{
    uint32_t highest;
    uint32_t rate = line->hal->port_rate(line->hal->context, line->port, &highest);
    return nl_identity_encode(link->identity, rate, highest, out);
}

/* With the queues empty the next message's place is free to put a frame together. */
static uint8_t *frame_place(const struct nl_link *link)
{
    return nl_queue_place(link->out) - NL_FRAME_HEADER;
}

static void send_boot(struct nl_link *link, struct nl_line *line, uint32_t now)
{
    uint8_t *frame = frame_place(link);
    struct nl_header header = { .version = link->version, .kind = NL_BOOT };
    nl_header_encode(&header, frame);
    size_t length = NL_FRAME_HEADER + encode_identity(link, line, frame + NL_FRAME_HEADER);
    line->booted = nl_line_send(line, frame, length, now);
}

/* A lost answer is asked for again, so no room is no failure. */
static void send_opened(struct nl_link *link, struct nl_line *line, uint16_t session, uint32_t nonce,
                        uint32_t now)
{
    uint8_t *frame = frame_place(link);
    uint8_t *payload = frame + NL_FRAME_HEADER;
    payload[0] = link->version;
    payload[1] = link->own_window;
    nl_put16(payload + 2, NL_MESSAGE_MAX);
    nl_put32(payload + 4, nonce);
    size_t length =
        NL_FRAME_HEADER + NL_OPENED_LENGTH + encode_identity(link, line, payload + NL_OPENED_LENGTH);
    if (line == link->active) {
        (void)nl_link_send_frame(link, NL_OPENED, frame, length, now);
        return;
    }
    struct nl_header header = { .version = link->version, .kind = NL_OPENED, .session = session };
    nl_header_encode(&header, frame);
    (void)nl_line_send(line, frame, length, now);
}

void nl_link_handle_open(struct nl_link *link, struct nl_line *line, const struct nl_header *header,
                         uint32_t now)
{
    if (line->length < NL_FRAME_HEADER + NL_OPEN_LENGTH || header->session == 0) return;
    struct nl_open open = nl_open_decode(line->frame + NL_FRAME_HEADER);

    if (open.version_min > link->version || open.version_max < link->version || open.window == 0) {
        /* Nothing is opened, and a session on this very port is none of this host's. */
        struct nl_line *active = link->active;
        link->active = NULL;
        send_opened(link, line, header->session, open.nonce, now);
        link->active = active;
        return;
    }
    if (link->active != line || open.nonce != link->nonce || header->session != link->session) {
        nl_link_forget(link);
        link->active = line;
        link->session = header->session;
        link->nonce = open.nonce;
        link->window = open.window < link->own_window ? open.window : link->own_window;
        link->message_max = open.message_max;
        link->edge = header->credit;
        link->heard_at = now;
        uint32_t highest;
        link->line_rate = line->hal->port_rate(line->hal->context, line->port, &highest);
    }
    send_opened(link, line, header->session, open.nonce, now);
}

void nl_link_port_up(struct nl_link *link, unsigned port, uint32_t now)
{
    struct nl_line *line = &link->lines[port];
    if (!line->booted) send_boot(link, line, now);
}

void nl_link_port_down(struct nl_link *link, unsigned port)
{
    if (link->active == &link->lines[port]) nl_link_forget(link);
}
