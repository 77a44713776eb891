#include "check.h"
#include "queue.h"

#include <string.h>

/* Messages of random lengths through a queue, against a counter that says what must come. */
void test_queue(void);

void test_queue(void)
{
    static uint32_t octets[8192 / 4];
    struct nl_queue queue;
    uint32_t seed = 0x51ee7, pushed = 0, popped = 0, wrong = 0, full = 0;
    nl_queue_init(&queue, octets, sizeof octets);
    for (int step = 0; step < 50000; step++) {
        uint32_t length = next_random(&seed) % (next_random(&seed) % 4 == 0 ? NL_MESSAGE_MAX + 1 : 80);
        if (next_random(&seed) % 2 == 0) {
            if (nl_queue_room(&queue) < length + NL_MESSAGE_COST) {
                full++;
                continue;
            }
            uint8_t *place = nl_queue_place(&queue);
            wrong += ((uintptr_t)place & 3) != 0;
            wrong += place + NL_MESSAGE_MAX + NL_FRAME_CRC > (uint8_t *)octets + sizeof octets;
            memset(place, (int)(pushed & 0xff), length);
            nl_queue_push(&queue, length);
            pushed++;
        } else if (queue.count > 0) {
            const uint8_t *payload = nl_queue_payload(&queue, queue.tail);
            uint32_t size = nl_queue_length(&queue, queue.tail);
            for (uint32_t i = 0; i < size; i++) wrong += payload[i] != (popped & 0xff);
            nl_queue_pop(&queue);
            popped++;
        }
    }
    check(wrong == 0 && popped > 10000 && full > 0, "queue: %u messages in order and whole, %u times full",
          (unsigned)popped, (unsigned)full);
    while (queue.count > 0) nl_queue_pop(&queue);
    check(queue.used == 0 && nl_queue_room(&queue) == sizeof octets - 2 * NL_QUEUE_SPAN - NL_QUEUE_SLACK,
          "queue: an empty one has all its room again");
}
