/* A board on a bench: a port of octets in memory, the model of the chip, a clock that moves by hand and one
 * microsecond a look (so that a bounded wait ends). */
#ifndef NL_RIG_H
#define NL_RIG_H

#include "board.h"
#include "cobs.h"
#include "crc32.h"
#include "jumper.h"
#include "rig_store.h"
#include "w5500_model.h"

enum { RIG_INBOX = 16384, RIG_OUTBOX = 65536 };

struct rig_port {
    uint8_t inbox[RIG_INBOX];
    size_t in_from, in_to;
    uint8_t outbox[RIG_OUTBOX];
    size_t out_length;
    size_t out_limit; /* How much the port takes; less than RIG_OUTBOX for one that is full. */
    uint32_t rate, highest;
};

struct rig {
    struct nl_hal hal;
    struct nl_board board;
    struct nl_crc32 crc; /* The host's. */
    struct rig_store store;
    struct rig_port ports[RIG_PORTS];
    struct w5500_model chip;
    struct jumper jumper; /* Of the raw line, for who gives it to the board. */
    uint64_t now;
    uint32_t restarts;
    enum nl_restart restarted_as;
    uint32_t lost;
    unsigned frames_sent; /* On the cable. */
    uint8_t sent[1536];   /* The last. */
    size_t sent_length;
};

/* The clock starts at `now`: tests run over its wrap at 2^32, too. */
void rig_init(struct rig *rig, uint64_t now);

void rig_feed(struct rig *rig, unsigned port, const uint8_t *octets, size_t length);
/* Feeds a whole frame, with CRC and COBS. */
void rig_feed_frame(struct rig *rig, unsigned port, const struct nl_header *header, const uint8_t *payload,
                    size_t length);
/* OPEN on the port with session 0x1234, window 32 and the credit; the answer is dropped. */
void rig_open(struct rig *rig, unsigned port, uint16_t credit);
/* A DATA frame of that session that acknowledges `ack`, with credit 65535. */
void rig_feed_data(struct rig *rig, unsigned port, uint8_t seq, uint8_t ack, const uint8_t *message,
                   size_t length);

/* Takes the next frame that the board sent. False: none. `frame` has NL_FRAME_MAX octets. */
bool rig_take_frame(struct rig *rig, unsigned port, struct nl_header *header, uint8_t *frame, size_t *length);

/* Polls until `microseconds` have passed, sleeping as a board would. */
void rig_run(struct rig *rig, uint32_t microseconds);

#endif
