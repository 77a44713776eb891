/* The board's end of the control protocol: one session, a sliding window with credits and go-back-N in
 * both directions (control-protocol.md §3, §4). Names are those of RFC 9293.
 *
 *            OPEN                     CLOSE, a newer OPEN, N2 expiries, the port going down
 *   CLOSED ---------> OPEN (session) ----------------------------------------------------> CLOSED
 *
 * Invariants
 *  1. SND.UNA <= snd_sent <= SND.NXT (modulo 256); the out queue's records are SND.UNA, SND.UNA+1, …
 *     and record `sent` is the next to be put on the line, for the first time or again.
 *  2. The costs of SND.UNA … SND.NXT-1 are `in_flight`, and never pass `edge`, the peer's credit
 *     counted from SND.UNA.
 *  3. `given`, the credit that we gave counted from RCV.NXT, never passes what the in queue can take.
 */
#ifndef NL_LINK_H
#define NL_LINK_H

#include "identity.h"
#include "statistics.h"
#include "store.h"

enum { NL_PORTS_MAX = 2 };

/* No deadline. Any wait is less. */
#define NL_FOREVER UINT32_MAX

struct nl_link {
    struct nl_line *lines;
    unsigned line_count;
    struct nl_queue *in;  /* Messages received. */
    struct nl_queue *out; /* Messages to send, kept until acknowledged. */
    struct nl_statistics *statistics;
    const struct nl_identity *identity;
    uint8_t own_window;
    uint8_t version; /* Of the protocol; NL_PROTOCOL_VERSION but in tests. */

    struct nl_line *active; /* NULL: no session. */
    bool changed;           /* The session ended or another began; see nl_link_take_change(). */
    uint16_t session;
    uint32_t nonce;
    uint8_t window;
    uint16_t message_max; /* The peer's. */
    uint32_t line_rate;
    uint32_t heard_at; /* When the last valid frame of the session came. */
    uint32_t reset_at; /* When RESET was last sent. */

    uint8_t rcv_nxt;
    uint32_t given;
    uint32_t advertised;   /* The credit of the last frame sent. */
    uint32_t taken_frames; /* DATA taken since then. */
    uint32_t taken_cost;
    uint32_t taken_at; /* When the first of them came. */
    bool ack_now;
    bool nak_now;
    bool nak_sent;
    uint32_t nak_at;

    uint8_t sending;              /* The number of what was last begun on the line. */
    bool ack_waits;               /* Until that has gone, since it would take it away. */
    struct nl_header waiting_ack; /* Of the peer's frame with that acknowledgement. */
    uint8_t snd_una;
    uint8_t snd_sent;
    uint8_t snd_nxt;
    uint32_t sent; /* The record of snd_sent. */
    uint32_t in_flight;
    uint32_t edge;
    uint32_t t1_at; /* When T1 was started. */
    uint8_t t1_factor;
    uint8_t expiries;
    bool blocked; /* By credit, with nothing unacknowledged, since blocked_at. */
    uint32_t blocked_at;
};

/* The struct's fields up to `version` are the caller's to set; this sets the rest. */
void nl_link_init(struct nl_link *link);

/* Takes what the ports have received. */
void nl_link_receive(struct nl_link *link, uint32_t now);

/* Sends what may be sent, and sees to the timers. */
void nl_link_transmit(struct nl_link *link, uint32_t now);

/* Microseconds until a timer is due, or NL_FOREVER. */
uint32_t nl_link_wait(const struct nl_link *link, uint32_t now);

/* The port can carry octets, or no longer can. The first time BOOT goes out there. */
void nl_link_port_up(struct nl_link *link, unsigned port, uint32_t now);
void nl_link_port_down(struct nl_link *link, unsigned port);

/* True once after each change of session; all that the board holds for the old one is to go. */
bool nl_link_take_change(struct nl_link *link);

/* The oldest of the messages received (link->in) was carried out. */
void nl_link_pop(struct nl_link *link, uint32_t now);

/* For those to send: whether one of `length` can be put together at nl_queue_place(link->out). */
bool nl_link_room(const struct nl_link *link, uint32_t length);
/* Whether an event can go at once and leave the peer credit for a longest message (§4). */
bool nl_link_event_room(const struct nl_link *link, uint32_t length);
/* Appends the message at nl_queue_place(link->out). Returns its number. */
uint8_t nl_link_send(struct nl_link *link, uint32_t length);
bool nl_link_acknowledged(const struct nl_link *link, uint8_t seq);

/* Messages that were never on the line. */
bool nl_link_unsent(const struct nl_link *link);

#endif
