/* Octets on their way out of a port: the main loop writes pieces, an interrupt takes them from the front.
 * A piece is never broken by the buffer's end, so that it can be written, and sent by DMA, in one go. */
#ifndef NL_OUTBOX_H
#define NL_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

struct outbox {
    uint8_t *octets;
    uint32_t size;
    volatile uint32_t head; /* The writer's. */
    volatile uint32_t tail; /* The reader's. */
    volatile uint32_t wrap; /* Where the reader goes back to 0; `size` while the writer has not. */
    uint32_t reserved;      /* Where the piece stands that is being written. */
};

static inline void outbox_init(struct outbox *box, uint8_t *octets, uint32_t size)
{
    *box = (struct outbox){ .octets = octets, .size = size, .wrap = size };
}

/* NULL when there is no room for it in one piece. */
static inline uint8_t *outbox_reserve(struct outbox *box, uint32_t length)
{
    uint32_t head = box->head, tail = box->tail;
    if (head >= tail) {
        box->reserved = head;
        if (box->size - head > length) return box->octets + head;
        box->reserved = 0;
        head = 0;
    } else {
        box->reserved = head;
    }
    return tail > head && tail - head > length ? box->octets + head : NULL;
}

static inline void outbox_commit(struct outbox *box, uint32_t length)
{
    /* In this order: the reader may look between any two of these. */
    if (box->reserved != box->head) {
        box->wrap = box->head;
    }
    box->head = box->reserved + length;
}

/* What can be sent in one piece; 0 when the box is empty. */
static inline uint32_t outbox_front(struct outbox *box, const uint8_t **octets)
{
    uint32_t head = box->head;
    if (head < box->tail && box->tail == box->wrap) {
        box->wrap = box->size;
        box->tail = 0;
    }
    uint32_t tail = box->tail;
    *octets = box->octets + tail;
    return tail <= head ? head - tail : box->wrap - tail;
}

static inline void outbox_take(struct outbox *box, uint32_t length)
{
    box->tail += length;
}

static inline void outbox_clear(struct outbox *box)
{
    box->head = box->tail = 0;
    box->wrap = box->size;
}

#endif
