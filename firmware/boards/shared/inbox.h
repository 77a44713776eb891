/* Octets that a port received: an interrupt writes, the main loop takes. */
#ifndef NL_INBOX_H
#define NL_INBOX_H

#include <stddef.h>
#include <stdint.h>

enum { INBOX = 8192 };

struct inbox {
    uint8_t octets[INBOX];
    volatile uint32_t head; /* The interrupt's. Both count octets, modulo 2^32. */
    volatile uint32_t tail; /* The main loop's. */
};

static inline uint32_t inbox_room(const struct inbox *box)
{
    return INBOX - (box->head - box->tail);
}

static inline void inbox_put(struct inbox *box, uint8_t octet)
{
    box->octets[box->head % INBOX] = octet;
    box->head = box->head + 1;
}

static inline const uint8_t *inbox_front(const struct inbox *box, size_t *length)
{
    uint32_t waiting = box->head - box->tail, at = box->tail % INBOX;
    *length = waiting < INBOX - at ? waiting : INBOX - at;
    __asm volatile("" ::: "memory");
    return box->octets + at;
}

static inline void inbox_take(struct inbox *box, size_t length)
{
    box->tail = box->tail + (uint32_t)length;
}

#endif
