/* The store of a rig: queues that hold whole frames. */
#ifndef NL_RIG_STORE_H
#define NL_RIG_STORE_H

#include "board.h"
#include "jumper.h"
#include "line.h"
#include "queue.h"

enum {
    RIG_PORTS = 2,
    RIG_IN_QUEUE = 16384,
    RIG_OUT_QUEUE = 32768,
    RIG_DIVIDED = false,
    RIG_DEPTH = JUMPER_RING
};

struct rig_store {
    struct nl_queue in, out;
    struct nl_line lines[RIG_PORTS];
    uint32_t in_octets[RIG_IN_QUEUE / 4], out_octets[RIG_OUT_QUEUE / 4];
    uint32_t frame_buffers[RIG_PORTS][(NL_FRAME_MAX + 8) / 4];
};

void rig_store_init(struct rig_store *store, struct nl_board *board, const struct nl_hal *hal,
                    const struct nl_crc32 *crc);

#endif
