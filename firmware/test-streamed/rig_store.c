#include "rig_store.h"

void rig_store_init(struct rig_store *store, struct nl_board *board, const struct nl_hal *hal,
                    const struct nl_crc32 *crc)
{
    (void)crc;
    nl_queue_init_in(&store->in, board, store->in_octets, sizeof store->in_octets);
    nl_queue_init_out(&store->out, board, store->out_octets, sizeof store->out_octets, store->draft,
                      sizeof store->draft - NL_FRAME_HEADER);
    for (unsigned i = 0; i < RIG_PORTS; i++) nl_line_init(&store->lines[i], hal, board, i);
}
