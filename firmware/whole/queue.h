/* Messages in order, each in one piece, in octets that the caller gives.
 *
 * A record is { length 4, pad 1, room for the frame's header 7, payload, rounded up to 4 }. The header's
 * place before the payload lets a frame be decoded into the queue, or encoded from it, without a copy.
 *
 * Invariants
 *  1. A whole frame fits at `place`, always: the caller may decode there before it knows what it gets.
 *  2. `used` <= capacity, where capacity = size - 2 * NL_QUEUE_SPAN. One span is that place, the other the
 *     gap that may be left before the end because no record is broken in two.
 */
#ifndef NL_QUEUE_H
#define NL_QUEUE_H

#include "store.h"

enum {
    NL_RECORD_HEAD = 12,                /* Keeps the payload aligned, for the word loops and DMA. */
    NL_QUEUE_SPAN = 1612,               /* A record's head, the longest payload, its CRC, rounded up to 4. */
    NL_QUEUE_SLACK = 7 * NL_WINDOW_MAX, /* By what a window of records may outgrow the cost of §4. */
};

struct nl_queue {
    uint8_t *octets; /* Aligned to 4. */
    uint32_t size;   /* At least 2 * NL_QUEUE_SPAN + NL_QUEUE_SLACK + one message. */
    uint32_t head;   /* Where the next record goes. */
    uint32_t tail;   /* The oldest record. */
    uint32_t wrap;   /* Where the records before the end stop, once `head` went back to 0. */
    uint32_t used;
    uint32_t count;
};

void nl_queue_init(struct nl_queue *queue, void *octets, uint32_t size);

static inline uint32_t nl_samples_depth(uint32_t ring)
{
    return ring;
}

#endif
