/* Requests, frames from the cable and faults of the chip, in any order: { what 1, length 1, octets } each. */
#include "rig.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REQUEST, CABLE, FAULT, TIME, LONG_FRAME, KINDS };

struct bench {
    struct rig rig;
    uint8_t seq;
};

static void set_faults(struct rig *rig, uint8_t faults)
{
    rig->chip.bus_dead = faults & 1;
    rig->chip.wedged = faults & 2;
    rig->chip.silent_send = faults & 4;
    rig->chip.version = faults & 8 ? 0xff : 0x04;
    rig->chip.cable = !(faults & 16);
    rig->chip.torn_reads = faults & 32 ? 3 : 0;
    if (faults & 64) rig->chip.rx[0] ^= 0x55;
}

static void step(struct bench *bench, unsigned kind, const uint8_t *data, size_t length)
{
    static uint8_t frame[NL_ETHERNET_MAX];
    struct rig *rig = &bench->rig;
    switch (kind) {
        case REQUEST:
            /* All that the board has sent is acknowledged, so it always has room for an answer. */
            rig_feed_data(rig, 0, bench->seq++, rig->board.link.snd_nxt, data, length);
            break;
        case CABLE: (void)w5500_model_receive(&rig->chip, data, length); break;
        case FAULT: set_faults(rig, length > 0 ? data[0] : 0); break;
        case TIME: rig_run(rig, (uint32_t)length * 4000); break;
        case LONG_FRAME:
            frame[0] = (uint8_t)length;
            (void)w5500_model_receive(&rig->chip, frame, NL_ETHERNET_MAX - length);
            break;
        default: break;
    }
    rig_run(rig, 100);
    rig->ports[0].out_length = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bench bench;
    static const uint8_t address[6] = { 2, 0, 0, 0, 0, 1 };
    rig_init(&bench.rig, 0);
    rig_open(&bench.rig, 0, 65535);
    (void)nl_mac_open(&bench.rig.board, address, 0);
    bench.seq = 0;
    while (size >= 2) {
        unsigned kind = data[0] % KINDS;
        size_t length = data[1];
        data += 2;
        size -= 2;
        if (length > size) length = size;
        step(&bench, kind, data, length);
        data += length;
        size -= length;
    }
    if (bench.rig.board.mac.send_count > NL_SENDS_MAX) abort();
    return 0;
}
