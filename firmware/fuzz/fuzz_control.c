/* Octets as a host may send them, into a whole board with a session. The first octet chooses: as they are,
 * or cut into frames { length 1, octets } to which CRC and COBS are added, since no fuzzer guesses a CRC. */
#include "rig.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed_frames(struct rig *rig, const uint8_t *data, size_t size)
{
    while (size > 0) {
        size_t length = *data++;
        size--;
        if (length > size) length = size;
        if (length >= NL_FRAME_HEADER) {
            struct nl_header header = nl_header_decode(data);
            rig_feed_frame(rig, length & 1, &header, data + NL_FRAME_HEADER, length - NL_FRAME_HEADER);
            rig_run(rig, 500);
        }
        data += length;
        size -= length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rig rig;
    if (size == 0) return 0;
    rig_init(&rig, 0xffff0000);
    if (data[0] & 1) rig_open(&rig, 0, (uint16_t)(data[0] << 8));
    if (data[0] & 2) {
        feed_frames(&rig, data + 1, size - 1);
    } else {
        rig_feed(&rig, 0, data + 1, size - 1);
    }
    rig_run(&rig, 1000000);
    const struct nl_link *link = &rig.board.link;
    if (link->active != NULL && link->in_flight > link->edge) abort();
    if (rig.store.in.used > rig.store.in.size || rig.store.out.used > rig.store.out.size) abort();
    return 0;
}
