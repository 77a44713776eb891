/* The inbox and the outbox: what goes in comes out, in order and once, whatever the pieces. */
#include "check.h"
#include "inbox.h"
#include "outbox.h"

enum { ROUNDS = 200000, BOX = 512, LONGEST = 200 };

static void test_inbox(void)
{
    static struct inbox box;
    uint8_t in = 0, out = 0;
    bool good = true;
    for (int round = 0; round < ROUNDS; round++) {
        for (unsigned i = next_random() % LONGEST; i > 0 && inbox_room(&box) > 0; i--) inbox_put(&box, in++);
        size_t length;
        const uint8_t *octets = inbox_front(&box, &length);
        size_t take = length == 0 ? 0 : next_random() % (length + 1);
        for (size_t i = 0; i < take; i++) good = good && octets[i] == out++;
        inbox_take(&box, take);
    }
    check(good, "an inbox gives what it got");
}

static void test_outbox(void)
{
    static uint8_t room[BOX];
    struct outbox box;
    uint8_t in = 0, out = 0;
    bool good = true, refused = false;
    outbox_init(&box, room, BOX);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t asked = 1 + next_random() % LONGEST, used = next_random() % (asked + 1);
        uint8_t *piece = outbox_reserve(&box, asked);
        if (piece != NULL) {
            good = good && piece >= room && piece + asked <= room + BOX;
            for (uint32_t i = 0; i < used; i++) piece[i] = in++;
            outbox_commit(&box, used);
        }
        refused = refused || piece == NULL;
        const uint8_t *octets;
        uint32_t length = outbox_front(&box, &octets);
        uint32_t take = length == 0 ? 0 : next_random() % (length + 1);
        for (uint32_t i = 0; i < take; i++) good = good && octets[i] == out++;
        outbox_take(&box, take);
    }
    check(good && refused, "an outbox gives what it got, and never breaks a piece");
    for (;;) {
        const uint8_t *octets;
        uint32_t length = outbox_front(&box, &octets);
        if (length == 0) break;
        for (uint32_t i = 0; i < length; i++) good = good && octets[i] == out++;
        outbox_take(&box, length);
    }
    check(good && in == out, "an outbox gives all of it");
}

void test_boxes(void)
{
    test_inbox();
    test_outbox();
}
