#include "link.h"

#include "line.h"
#include "link_session.h"
#include "queue.h"

static const uint32_t T1_US = 200000;
static const uint32_t T2_US = 2000;

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

/* The credit to say now. It never takes back what was given (invariant 3 holds by NL_QUEUE_SLACK). */
static uint16_t credit(struct nl_link *link)
{
    uint32_t room = nl_queue_room(link->in);
    if (room > UINT16_MAX) room = UINT16_MAX;
    if (room > link->given) link->given = room;
    return (uint16_t)link->given;
}

/* Of the messages received whose acknowledgement waits until they are carried out: how many, and their costs.
 */
static uint8_t held(const struct nl_link *link, uint32_t *costs)
{
    const struct nl_queue *in = link->in;
    *costs = 0;
    if (!nl_queue_late(in)) return 0;
    uint32_t record = in->tail;
    for (uint32_t i = 0; i < in->count; i++) {
        *costs += nl_queue_length(in, record) + NL_MESSAGE_COST;
        record = nl_queue_next(in, record);
    }
    return (uint8_t)in->count;
}

/* Every frame of the session says what was received and the credit, so each is an acknowledgement. */
static struct nl_header session_header(struct nl_link *link, enum nl_kind kind, uint8_t seq)
{
    uint32_t costs;
    uint8_t late = held(link, &costs);
    return (struct nl_header){
        .version = link->version,
        .kind = (uint8_t)kind,
        .session = link->session,
        .seq = seq,
        .ack = (uint8_t)(link->rcv_nxt - late),
        .credit = (uint16_t)(credit(link) + costs),
    };
}

static void sent_in_session(struct nl_link *link, const struct nl_header *header)
{
    link->advertised = header->credit;
    link->taken_frames = link->taken_cost = 0;
    link->ack_now = false;
}

bool nl_link_send_frame(struct nl_link *link, enum nl_kind kind, uint8_t *frame, size_t length, uint32_t now)
{
    struct nl_header header = session_header(link, kind, link->snd_nxt);
    nl_header_encode(&header, frame);
    if (!nl_line_send(link->active, frame, length, now)) return false;
    sent_in_session(link, &header);
    return true;
}

static bool send_control(struct nl_link *link, enum nl_kind kind, uint32_t now)
{
    uint8_t frame[NL_FRAME_HEADER];
    return nl_link_send_frame(link, kind, frame, sizeof frame, now);
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

    if (nl_line_busy(link->active) && released > (uint8_t)(link->sending - link->snd_una)) {
        /* What is on its way for the second time stays until it has gone. */
        link->waiting_ack = *header;
        link->ack_waits = true;
        return true;
    }
    link->ack_waits = false;
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

/* What was received is owed an acknowledgement. */
static void owe_ack(struct nl_link *link, uint32_t cost, uint32_t now)
{
    if (link->taken_frames == 0) link->taken_at = now;
    link->taken_frames++;
    link->taken_cost += cost;
    if (link->taken_frames * 4 >= link->window || link->taken_cost * 2 >= link->advertised)
        link->ack_now = true;
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
    if (ahead != 0 || cost > link->given || !nl_queue_fits(link->in, (uint32_t)length, 0)) {
        handle_gap(link, now);
        return;
    }
    nl_queue_push(link->in, (uint32_t)length);
    link->rcv_nxt++;
    link->given -= cost;
    link->nak_sent = link->nak_now = false;
    if (!nl_queue_late(link->in)) owe_ack(link, cost, now);
}

void nl_link_pop(struct nl_link *link, uint32_t now)
{
    uint32_t cost = nl_queue_length(link->in, link->in->tail) + NL_MESSAGE_COST;
    nl_queue_pop(link->in);
    if (nl_queue_late(link->in)) owe_ack(link, cost, now);
}

static void handle_frame(struct nl_link *link, struct nl_line *line, uint32_t now)
{
    struct nl_header header = nl_header_decode(line->frame);
    if (header.kind == NL_OPEN) {
        nl_link_handle_open(link, line, &header, now);
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
        nl_link_send_reset(link, line, header.session, now);
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
        nl_link_forget(link);
    }
}

void nl_link_receive(struct nl_link *link, uint32_t now)
{
    for (unsigned i = 0; i < link->line_count; i++) {
        struct nl_line *line = &link->lines[i];
        for (;;) {
            struct nl_expected expected = { line == link->active ? link->in : NULL, link->session,
                                            link->rcv_nxt };
            enum nl_line_event event = nl_line_receive(line, &expected);
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
    while (nl_line_continue(link->active) && may_send(link)) {
        uint32_t length = nl_queue_length(link->out, link->sent);
        struct nl_header header = session_header(link, NL_DATA, link->snd_sent);
        if (!nl_line_send_message(link->active, &header, link->out, link->sent, now)) return;
        sent_in_session(link, &header);
        link->sending = link->snd_sent;
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
    if (nl_line_continue(link->active) && link->ack_waits) (void)handle_ack(link, &link->waiting_ack, now);
    if (!see_to_timers(link, now)) {
        nl_link_forget(link);
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
    if (nl_line_paused(link->active)) return 0;
    if (link->taken_frames > 0 && !link->ack_now) wait = sooner(wait, link->taken_at, T2_US, now);
    if (unacknowledged(link)) wait = sooner_t1(wait, link, link->t1_at, now);
    if (link->blocked) wait = sooner_t1(wait, link, link->blocked_at, now);
    return wait;
}
