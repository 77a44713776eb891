/* Messages in order, in few octets: what is long of them stays in the chip.
 *
 * A record is { struct nl_record, its near octets }, and lies in a ring. Near are the octets up to where the
 * far ones begin; of a message received, its op, its tag and the first NL_NEAR_BODY octets of the body. Far
 * is a stretch of the chip's memory: all of the body of a message received, the end of one to send.
 *
 *   NL_FRAMES    a MAC_SEND's frame, where the chip will send it from: nothing is copied
 *   NL_SCRATCH   any other long body, and the echo of it until the host has acknowledged that
 *   NL_RECEIVED  a frame in the receive buffer, until the host has acknowledged it
 *   NL_SAMPLES   samples of the raw line, as long
 *
 * Invariants
 *  1. The bodies in the scratch lie behind one another in the order of the messages, received before to send:
 * what is used of it reaches from the oldest of them to `scratch_head`.
 *  2. A message received is acknowledged when it is popped, so a window of them fits into `in`.
 */
#ifndef NL_QUEUE_H
#define NL_QUEUE_H

#include "store.h"
#include "w5500.h"

enum nl_where { NL_NEAR, NL_FRAMES, NL_SCRATCH, NL_RECEIVED, NL_SAMPLES };

struct nl_far {
    uint8_t where;  /* enum nl_where */
    uint8_t opened; /* Of the frames: which opening of the socket the address is of. */
    uint16_t at;
    uint16_t length;
};

struct nl_record {
    uint16_t length; /* Of the message. */
    uint8_t near;
    struct nl_far far;
};

enum {
    NL_IN_NEAR = NL_MESSAGE_HEAD + NL_NEAR_BODY,
    NL_IN_SLOT = sizeof(struct nl_record) + NL_IN_NEAR,
    /* What is kept free behind `scratch_head`: a body that is coming in, and its CRC. */
    NL_SCRATCH_SPAN = NL_FRAME_MAX,
};

struct nl_queue {
    uint8_t *octets;
    uint16_t size;
    bool received;       /* `in`: every record takes NL_IN_SLOT, of which `size` is a multiple. */
    uint8_t *draft;      /* The near octets of the next message; NL_FRAME_HEADER octets are before it. */
    uint16_t draft_size; /* Of `out`. */
    struct nl_board *board;

    struct nl_far far; /* Of the next message. */
    uint16_t scratch_head;
    uint16_t head, tail, used;
    uint8_t count;
};

/* `octets`: a window of NL_IN_SLOT. */
void nl_queue_init_in(struct nl_queue *in, struct nl_board *board, uint8_t *octets, uint16_t size);
/* `draft`: NL_FRAME_HEADER and `draft_size` octets; the longest message is SYSTEM_STATISTICS' or an identity.
 */
void nl_queue_init_out(struct nl_queue *out, struct nl_board *board, uint8_t *octets, uint16_t size,
                       uint8_t *draft, uint16_t draft_size);

struct nl_record nl_queue_record(const struct nl_queue *queue, uint32_t record);
/* The oldest record whose far octets are there. False: none. */
bool nl_queue_find(const struct nl_queue *queue, enum nl_where where, struct nl_record *found);
/* Copies near octets, from `offset` on. */
void nl_queue_read(const struct nl_queue *queue, uint16_t record, uint16_t offset, uint8_t *octets,
                   uint16_t count);

/* Where the body of a message with this op is to stand, of which no end is known. */
struct nl_far nl_queue_choose(const struct nl_queue *in, uint8_t op);

enum nl_w5500_memory nl_far_memory(uint8_t where);
/* Its first `length` octets, to a place that is in front of them or in other memory. */
enum nl_status nl_far_copy(struct nl_w5500 *chip, const struct nl_far *from, enum nl_w5500_memory memory,
                           uint16_t to, uint16_t length);

static inline uint32_t nl_samples_depth(uint32_t ring)
{
    (void)ring;
    return NL_W5500_SAMPLES;
}

#endif
