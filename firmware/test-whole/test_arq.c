/* Two links over a line that loses, flips, inserts and repeats octets: every message arrives once and in
 * order, in both directions, whatever the seed. */
#include "check.h"
#include "rig.h"

#include <string.h>

enum { MESSAGES = 300, LONGEST = 700 };

struct end {
    struct rig rig;
    uint32_t sent, received;
    bool wrong;
};

static struct end ends[2];

/* DATA is symmetrical: each end is put into one and the same session. */
static void join(struct end *end)
{
    rig_init(&end->rig, 0xffff0000);
    rig_open(&end->rig, 0, 12000);
    end->sent = end->received = 0;
    end->wrong = false;
}

static uint32_t message_length(uint32_t number)
{
    return 4 + number * 7919 % LONGEST;
}

static void offer(struct end *end)
{
    struct nl_link *link = &end->rig.board.link;
    while (end->sent < MESSAGES && nl_link_room(link, LONGEST + 4)) {
        uint8_t *place = nl_queue_place(link->out);
        uint32_t length = message_length(end->sent);
        nl_put32(place, end->sent);
        memset(place + 4, (int)(end->sent & 0xff), length - 4);
        (void)nl_link_send(link, length);
        end->sent++;
    }
}

static void take(struct end *end)
{
    struct nl_queue *in = end->rig.board.link.in;
    while (in->count > 0) {
        const uint8_t *payload = nl_queue_payload(in, in->tail);
        uint32_t length = nl_queue_length(in, in->tail);
        end->wrong =
            end->wrong || length != message_length(end->received) || nl_get32(payload) != end->received;
        for (uint32_t i = 4; i < length; i++) end->wrong = end->wrong || payload[i] != (end->received & 0xff);
        nl_queue_pop(in);
        end->received++;
    }
}

/* One octet in `rarity` is lost, flipped, repeated, or has another put before it. */
static void carry(struct rig *from, struct rig *to, uint32_t *seed, uint32_t rarity)
{
    struct rig_port *port = &from->ports[0];
    for (size_t i = 0; i < port->out_length; i++) {
        uint8_t octet = port->outbox[i], stray = (uint8_t)next_random(seed);
        uint32_t fault = rarity == 0 ? 99 : next_random(seed) % (4 * rarity);
        if (fault == 0) continue;
        if (fault == 1) octet ^= (uint8_t)(1u << next_random(seed) % 8);
        if (fault == 2) rig_feed(to, 0, &octet, 1);
        if (fault == 3) rig_feed(to, 0, &stray, 1);
        rig_feed(to, 0, &octet, 1);
    }
    port->out_length = 0;
}

static bool run(uint32_t seed, uint32_t rarity, uint32_t *virtual_ms)
{
    for (int i = 0; i < 2; i++) join(&ends[i]);
    uint32_t limit = 400000, step = 0;
    for (; step < limit; step++) {
        uint32_t wait = 2000;
        for (int i = 0; i < 2; i++) {
            struct nl_link *link = &ends[i].rig.board.link;
            uint32_t now = (uint32_t)ends[i].rig.now;
            offer(&ends[i]);
            nl_link_receive(link, now);
            take(&ends[i]);
            nl_link_transmit(link, now);
            if (link->active == NULL) return false;
        }
        for (int i = 0; i < 2; i++) carry(&ends[i].rig, &ends[1 - i].rig, &seed, rarity);
        bool busy = ends[0].rig.ports[0].in_to + ends[1].rig.ports[0].in_to > 0;
        for (int i = 0; i < 2; i++) ends[i].rig.now += busy ? 500 : wait;
        if (ends[0].received == MESSAGES && ends[1].received == MESSAGES) break;
    }
    *virtual_ms = (uint32_t)((ends[0].rig.now - 0xffff0000) / 1000);
    return step < limit && !ends[0].wrong && !ends[1].wrong;
}

void test_arq(void);

void test_arq(void)
{
    static const uint32_t rarities[] = { 0, 20000, 5000, 1500 };
    for (size_t i = 0; i < sizeof rarities / sizeof *rarities; i++) {
        int bad = 0;
        uint32_t longest = 0;
        for (uint32_t seed = 1; seed <= 12; seed++) {
            uint32_t took = 0;
            if (run(seed * 2654435761u, rarities[i], &took)) {
                if (took > longest) longest = took;
            } else {
                bad++;
            }
        }
        check(bad == 0, "arq: %d messages each way, one octet in %u bad, 12 seeds: %d failed, at most %u ms",
              MESSAGES, (unsigned)rarities[i], bad, (unsigned)longest);
    }
}
