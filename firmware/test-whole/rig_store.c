#include "rig_store.h"

void rig_store_init(struct rig_store *store, struct nl_board *board, const struct nl_hal *hal,
                    const struct nl_crc32 *crc)
{
    nl_queue_init(&store->in, store->in_octets, sizeof store->in_octets);
    nl_queue_init(&store->out, store->out_octets, sizeof store->out_octets);
    for (unsigned i = 0; i < RIG_PORTS; i++) {
        nl_line_init(&store->lines[i], hal, crc, &board->statistics, i,
                     (uint8_t *)store->frame_buffers[i] + 1, NL_FRAME_MAX);
    }
}
