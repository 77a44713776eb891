#include "link.h"

static const uint32_t T1_US = 200000;
static const uint32_t T2_US = 2000;
static const uint32_t RESET_EVERY_US = 100000;

enum {
    N2 = 10,
    T1_FACTOR_MAX = 8,
    /* What may stand before a frame in a peer's buffers, in octets (§4). */
    T1_BUFFERED = 8192,
    BITS_AN_OCTET = 10,
};

static uint32_t t1(const struct nl_link *link)
{
    if (link->line_rate == 0) return T1_US * link->t1_factor;
    /* In milliseconds: 32 bits hold it, for a credit has 16. Small cores divide in software. */
    uint32_t bits = BITS_AN_OCTET * (link->in_flight + T1_BUFFERED);
    return (T1_US + bits * 1000u / link->line_rate * 1000u) * link->t1_factor;
}

/* T1 is T1_US at least: who has not waited so long needs no division to know. */
static bool t1_over(const struct nl_link *link, uint32_t since, uint32_t now)
{
    return now - since >= T1_US && now - since >= t1(link);
}

static bool unacknowledged(const struct nl_link *link)
{
    return link->snd_una != link->snd_nxt;
}

static uint32_t longest_cost(void)
{
    return NL_MESSAGE_MAX + NL_MESSAGE_COST;
}

/* Clears all that belongs to a session. */
static void forget(struct nl_link *link)
{
    nl_queue_clear(link->in);
    nl_queue_clear(link->out);
    link->active = NULL;
    link->changed = true;
    link->rcv_nxt = link->snd_una = link->snd_sent = link->snd_nxt = 0;
    link->sent = link->out->tail;
    link->given = link->advertised = link->taken_frames = link->taken_cost = 0;
    link->in_flight = link->edge = 0;
    link->ack_now = link->nak_now = link->nak_sent = link->blocked = false;
    link->t1_factor = 1;
    link->expiries = 0;
}

void nl_link_init(struct nl_link *link)
{
    forget(link);
    link->changed = false;
    link->reset_at = link->lines[0].sent_at - RESET_EVERY_US;
}

bool nl_link_take_change(struct nl_link *link)
{
    bool changed = link->changed;
    link->changed = false;
    return changed;
}

/* The credit to say now. It never takes back what was given (invariant 3 holds by NL_QUEUE_SLACK). */
static uint16_t credit(struct nl_link *link)
{
    uint32_t room = nl_queue_room(link->in);
    if (room > UINT16_MAX) room = UINT16_MAX;
    if (room > link->given) link->given = room;
    return (uint16_t)link->given;
}

/* Every frame of the session says RCV.NXT and credit, so each is an acknowledgement. */
static bool send_in_session(struct nl_link *link, enum nl_kind kind, uint8_t seq, uint8_t *frame,
                            size_t length, uint32_t now)
{
    struct nl_header header = {
        .version = link->version,
        .kind = (uint8_t)kind,
        .session = link->session,
        .seq = seq,
        .ack = link->rcv_nxt,
        .credit = credit(link),
    };
    nl_header_encode(&header, frame);
    if (!nl_line_send(link->active, frame, length, now)) return false;
    link->advertised = header.credit;
    link->taken_frames = link->taken_cost = 0;
    link->ack_now = false;
    return true;
}

static bool send_control(struct nl_link *link, enum nl_kind kind, uint32_t now)
{
    uint8_t frame[NL_FRAME_HEADER];
    return send_in_session(link, kind, link->snd_nxt, frame, sizeof frame, now);
}

static void send_reset(struct nl_link *link, struct nl_line *line, uint16_t session, uint32_t now)
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

static void send_boot(struct nl_link *link, struct nl_line *line, uint32_t now)
{
    uint8_t frame[NL_FRAME_HEADER + NL_IDENTITY_MAX];
    struct nl_header header = { .version = link->version, .kind = NL_BOOT };
    nl_header_encode(&header, frame);
    size_t length = NL_FRAME_HEADER + encode_identity(link, line, frame + NL_FRAME_HEADER);
    line->booted = nl_line_send(line, frame, length, now);
}

/* A lost answer is asked for again, so no room is no failure. */
static void send_opened(struct nl_link *link, struct nl_line *line, uint16_t session, uint32_t nonce,
                        uint32_t now)
{
    uint8_t frame[NL_FRAME_HEADER + NL_OPENED_LENGTH + NL_IDENTITY_MAX];
    uint8_t *payload = frame + NL_FRAME_HEADER;
    payload[0] = link->version;
    payload[1] = link->own_window;
    nl_put16(payload + 2, NL_MESSAGE_MAX);
    nl_put32(payload + 4, nonce);
    size_t length =
        NL_FRAME_HEADER + NL_OPENED_LENGTH + encode_identity(link, line, payload + NL_OPENED_LENGTH);
    if (line == link->active) {
        (void)send_in_session(link, NL_OPENED, link->snd_nxt, frame, length, now);
        return;
    }
    struct nl_header header = { .version = link->version, .kind = NL_OPENED, .session = session };
    nl_header_encode(&header, frame);
    (void)nl_line_send(line, frame, length, now);
}

static void handle_open(struct nl_link *link, struct nl_line *line, const struct nl_header *header,
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
        forget(link);
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

static void go_back(struct nl_link *link)
{
    link->snd_sent = link->snd_una;
    link->sent = link->out->tail;
}

/* `ack` in SND.UNA … SND.NXT releases what lies before it and moves the edge; any other is ignored. */
static bool handle_ack(struct nl_link *link, const struct nl_header *header, uint32_t now)
{
    uint8_t released = (uint8_t)(header->ack - link->snd_una);
    if (released > (uint8_t)(link->snd_nxt - link->snd_una)) return false;

    bool overtaken = released > (uint8_t)(link->snd_sent - link->snd_una);
    for (uint8_t i = 0; i < released; i++) {
        uint32_t cost = nl_queue_length(link->out, link->out->tail) + NL_MESSAGE_COST;
        link->in_flight -= cost;
        link->edge -= cost;
        nl_queue_pop(link->out);
    }
    link->snd_una = header->ack;
    if (overtaken) go_back(link);
    if (header->credit > link->edge) link->edge = header->credit;
    if (released > 0) {
        link->t1_at = now;
        link->t1_factor = 1;
        link->expiries = 0;
    }
    return true;
}

static void handle_gap(struct nl_link *link, uint32_t now)
{
    link->statistics->value[NL_GAPS]++;
    if (!link->nak_sent || t1_over(link, link->nak_at, now)) link->nak_now = true;
}

static void handle_data(struct nl_link *link, const struct nl_header *header, size_t length, uint32_t now)
{
    uint8_t ahead = (uint8_t)(header->seq - link->rcv_nxt);
    if (ahead >= 128) {
        link->statistics->value[NL_DUPLICATES]++;
        link->ack_now = true;
        return;
    }
    uint32_t cost = (uint32_t)length + NL_MESSAGE_COST;
    if (ahead != 0 || cost > link->given) {
        handle_gap(link, now);
        return;
    }
    nl_queue_push(link->in, (uint32_t)length);
    link->rcv_nxt++;
    link->given -= cost;
    link->nak_sent = link->nak_now = false;
    if (link->taken_frames == 0) link->taken_at = now;
    link->taken_frames++;
    link->taken_cost += cost;
    if (link->taken_frames * 4 >= link->window || link->taken_cost * 2 >= link->advertised)
        link->ack_now = true;
}

static void handle_frame(struct nl_link *link, struct nl_line *line, uint32_t now)
{
    struct nl_header header = nl_header_decode(line->frame);
    if (header.kind == NL_OPEN) {
        handle_open(link, line, &header, now);
        return;
    }
    if (header.version != link->version) {
        link->statistics->value[NL_BAD_VERSION]++;
        if (line == link->active) handle_gap(link, now);
        return;
    }
    switch (header.kind) {
        case NL_DATA:
        case NL_ACK:
        case NL_NAK:
        case NL_CLOSE:
        case NL_POLL: break;
        /* Only a board sends these: the line is looped. */
        case NL_OPENED:
        case NL_RESET:
        case NL_BOOT: return;
        default: link->statistics->value[NL_UNKNOWN_KIND]++; return;
    }
    if (line != link->active || header.session != link->session) {
        send_reset(link, line, header.session, now);
        return;
    }
    link->heard_at = now;
    bool current = handle_ack(link, &header, now);
    if (header.kind == NL_DATA) {
        handle_data(link, &header, line->length - NL_FRAME_HEADER, now);
    } else if (header.kind == NL_NAK) {
        if (current) go_back(link);
    } else if (header.kind == NL_POLL) {
        link->ack_now = true;
    } else if (header.kind == NL_CLOSE) {
        forget(link);
    }
}

void nl_link_receive(struct nl_link *link, uint32_t now)
{
    for (unsigned i = 0; i < link->line_count; i++) {
        struct nl_line *line = &link->lines[i];
        for (;;) {
            bool active = line == link->active;
            uint8_t *place = active ? nl_queue_place(link->in) - NL_FRAME_HEADER : line->buffer;
            enum nl_line_event event =
                nl_line_receive(line, place, active ? NL_FRAME_MAX : line->buffer_size);
            if (event == NL_LINE_NOTHING) break;
            if (event == NL_LINE_FRAME) {
                handle_frame(link, line, now);
            } else if (line == link->active) {
                handle_gap(link, now);
            }
        }
    }
}

static bool may_send(const struct nl_link *link)
{
    if (link->snd_sent != link->snd_nxt) return true;
    if (!nl_link_unsent(link) || (uint8_t)(link->snd_nxt - link->snd_una) >= link->window) return false;
    return link->in_flight + nl_queue_length(link->out, link->sent) + NL_MESSAGE_COST <= link->edge;
}

static void send_data(struct nl_link *link, uint32_t now)
{
    while (may_send(link)) {
        uint32_t length = nl_queue_length(link->out, link->sent);
        uint8_t *frame = nl_queue_payload(link->out, link->sent) - NL_FRAME_HEADER;
        if (!send_in_session(link, NL_DATA, link->snd_sent, frame, NL_FRAME_HEADER + length, now)) return;
        if (link->snd_sent == link->snd_nxt) {
            if (!unacknowledged(link)) link->t1_at = now;
            link->snd_nxt++;
            link->in_flight += length + NL_MESSAGE_COST;
        } else {
            link->statistics->value[NL_DATA_RESENT]++;
        }
        link->snd_sent++;
        link->sent = nl_queue_next(link->out, link->sent);
    }
}

/* T1, and the POLL of a sender that waits for credit. False: the link has failed. */
static bool see_to_timers(struct nl_link *link, uint32_t now)
{
    if (unacknowledged(link)) {
        link->blocked = false;
        if (!t1_over(link, link->t1_at, now)) return true;
        link->statistics->value[NL_T1_EXPIRIES]++;
        if (++link->expiries >= N2) return false;
        if (link->t1_factor < T1_FACTOR_MAX) link->t1_factor = (uint8_t)(link->t1_factor * 2);
        link->t1_at = now;
        go_back(link);
        return true;
    }
    if (!nl_link_unsent(link) || may_send(link)) {
        link->blocked = false;
    } else if (!link->blocked) {
        link->blocked = true;
        link->blocked_at = now;
    } else if (t1_over(link, link->blocked_at, now) && send_control(link, NL_POLL, now)) {
        link->blocked_at = now;
    }
    return true;
}

void nl_link_transmit(struct nl_link *link, uint32_t now)
{
    if (link->active == NULL) return;
    if (!see_to_timers(link, now)) {
        forget(link);
        return;
    }
    if (link->nak_now && send_control(link, NL_NAK, now)) {
        link->nak_now = false;
        link->nak_sent = true;
        link->nak_at = now;
        link->statistics->value[NL_NAKS_SENT]++;
    }
    send_data(link, now);
    /* §4: whoever gave less than a whole message needs says so as soon as there is more. */
    if (link->given < longest_cost() && nl_queue_room(link->in) >= longest_cost()) link->ack_now = true;
    if (link->taken_frames > 0 && now - link->taken_at >= T2_US) link->ack_now = true;
    if (link->ack_now) (void)send_control(link, NL_ACK, now);
}

static uint32_t sooner(uint32_t wait, uint32_t since, uint32_t period, uint32_t now)
{
    uint32_t passed = now - since;
    uint32_t left = passed < period ? period - passed : 0;
    return left < wait ? left : wait;
}

/* As sooner(), for T1; the first look is at its least, which is early if anything. */
static uint32_t sooner_t1(uint32_t wait, const struct nl_link *link, uint32_t since, uint32_t now)
{
    return sooner(wait, since, now - since < T1_US ? T1_US : t1(link), now);
}

uint32_t nl_link_wait(const struct nl_link *link, uint32_t now)
{
    uint32_t wait = NL_FOREVER;
    if (link->active == NULL) return wait;
    if (link->taken_frames > 0 && !link->ack_now) wait = sooner(wait, link->taken_at, T2_US, now);
    if (unacknowledged(link)) wait = sooner_t1(wait, link, link->t1_at, now);
    if (link->blocked) wait = sooner_t1(wait, link, link->blocked_at, now);
    return wait;
}

void nl_link_port_up(struct nl_link *link, unsigned port, uint32_t now)
{
    struct nl_line *line = &link->lines[port];
    if (!line->booted) send_boot(link, line, now);
}

void nl_link_port_down(struct nl_link *link, unsigned port)
{
    if (link->active == &link->lines[port]) forget(link);
}
