/* Frames in and out of one port: COBS, the 0x00 between frames, and the CRC (control-protocol.md §1, §2). */
#ifndef NL_LINE_H
#define NL_LINE_H

#include "cobs.h"
#include "crc32.h"
#include "hal.h"
#include "statistics.h"
#include "store.h"

struct nl_line {
    const struct nl_hal *hal;
    const struct nl_crc32 *crc;
    struct nl_statistics *statistics;
    unsigned port;
    struct nl_cobs_decoder decoder;
    bool resync; /* The start of what comes is lost: drop up to the next 0x00. */
    bool booted; /* BOOT went out here. */
    uint32_t sent_at;
    const uint8_t *frame;
    size_t length;
    uint8_t *buffer; /* Where frames stand while the port has no session. */
    size_t buffer_size;
};

/* `buffer`: at least 64 octets, one less than aligned to a word's end suits best (see nl_line_buffer). */
void nl_line_init(struct nl_line *line, const struct nl_hal *hal, const struct nl_crc32 *crc,
                  struct nl_statistics *statistics, unsigned port, uint8_t *buffer, size_t buffer_size);

#endif
