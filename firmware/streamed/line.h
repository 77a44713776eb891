/* Frames in and out of one port by pieces: COBS, the 0x00 between frames, and the CRC (control-protocol.md
 * §1, §2).
 *
 * In: the octets gather in `buffer`, of which the head stays, that is the frame's header and a message's near
 * octets; what comes behind it goes to the chip, NL_PIECE octets at a time, as soon as the head says that
 * this frame is the next. A frame whose CRC is bad has only written where the next one will.
 *
 * Out: a block's length is known when its end has been found, up to 254 octets ahead. They are looked through
 * for that, in the queue and in the chip, and then read again and sent: no RAM holds them. The look also
 * makes the CRC.
 */
#ifndef NL_LINE_H
#define NL_LINE_H

#include "hal.h"
#include "queue.h"
#include "statistics.h"

enum {
    /* A HAL's port_reserve() says whether there is room for as many octets as it was asked for, and gives
     * this many of them, or fewer, in one piece. */
    NL_PIECE = 32,
    NL_LINE_CHUNK = 64,
    NL_LINE_HEAD = NL_FRAME_HEADER + NL_IN_NEAR,
    NL_LINE_BUFFER = NL_LINE_HEAD + NL_LINE_CHUNK + NL_FRAME_CRC,
    NL_LINE_CACHE = 48,
};

struct nl_line_in {
    uint8_t buffer[NL_LINE_BUFFER];
    uint8_t fill;
    uint8_t left; /* Octets that the present block still has. */
    bool zero_pending;
    bool oversized;
    bool begun;
    bool spilled; /* Octets have left the buffer: `crc` is of all before those behind the head. */
    bool kept;    /* They went to `far`. */
    uint16_t decoded;
    uint32_t crc;
    struct nl_far far;
};

struct nl_line_out {
    bool busy;
    bool went;     /* A piece, since the link last looked. */
    bool cut;      /* The frame before this one has no end. */
    bool zero;     /* The block that was found ends in a zero, so that another one follows. */
    uint8_t left;  /* Octets of it to send. */
    uint16_t sent; /* All before it are. */
    uint16_t scanned;
    uint16_t total; /* Octets of the frame, its CRC included. */
    uint32_t crc;
    uint8_t crc_octets[NL_FRAME_CRC];
    uint8_t header[NL_FRAME_HEADER];
    const uint8_t *payload; /* Of a frame that is in RAM; else: */
    const struct nl_queue *queue;
    uint16_t record;
    struct nl_record message;
    uint16_t cache_at;
    uint8_t cached;
    uint8_t cache[NL_LINE_CACHE];
};

struct nl_line {
    const struct nl_hal *hal;
    struct nl_statistics *statistics;
    struct nl_board *board;
    unsigned port;
    bool booted; /* BOOT went out here. */
    uint32_t sent_at;
    const uint8_t *frame;
    size_t length;
    struct nl_line_in in;
    struct nl_line_out out;
};

void nl_line_init(struct nl_line *line, const struct nl_hal *hal, struct nl_board *board, unsigned port);

#endif
