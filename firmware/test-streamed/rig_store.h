/* The store of a rig: queues that leave what is long in the chip. */
#ifndef NL_RIG_STORE_H
#define NL_RIG_STORE_H

#include "board.h"
#include "crc32.h"
#include "line.h"
#include "queue.h"

enum {
    RIG_PORTS = 2,
    RIG_WINDOW = 32,
    RIG_OUT_QUEUE = 1024,
    RIG_DIVIDED = true,
    RIG_DEPTH = NL_W5500_SAMPLES
};

struct rig_store {
    struct nl_queue in, out;
    struct nl_line lines[RIG_PORTS];
    uint8_t in_octets[RIG_WINDOW * NL_IN_SLOT], out_octets[RIG_OUT_QUEUE];
    uint8_t draft[NL_FRAME_HEADER + NL_IDENTITY_MAX + NL_OPENED_LENGTH];
};

void rig_store_init(struct rig_store *store, struct nl_board *board, const struct nl_hal *hal,
                    const struct nl_crc32 *crc);

#endif
