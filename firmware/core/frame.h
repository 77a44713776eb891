/* The frame of the control protocol: header, kinds and limits (control-protocol.md §2). */
#ifndef NL_FRAME_H
#define NL_FRAME_H

#include "octets.h"

enum {
    NL_FRAME_HEADER = 7,
    NL_FRAME_CRC = 4,
    NL_FRAME_MAX = 1600,
    NL_MESSAGE_MAX = NL_FRAME_MAX - NL_FRAME_HEADER - NL_FRAME_CRC,
    NL_MESSAGE_COST = 8, /* What a DATA frame costs beyond its payload (§4). */
    NL_WINDOW_MAX = 64,
};

enum nl_kind {
    NL_OPEN = 1,
    NL_OPENED = 2,
    NL_DATA = 3,
    NL_ACK = 4,
    NL_NAK = 5,
    NL_CLOSE = 6,
    NL_RESET = 7,
    NL_BOOT = 8,
    NL_POLL = 9,
};

struct nl_header {
    uint8_t version;
    uint8_t kind;
    uint16_t session;
    uint8_t seq;
    uint8_t ack;
    uint16_t credit;
};

static inline void nl_header_encode(const struct nl_header *header, uint8_t octets[NL_FRAME_HEADER])
{
    octets[0] = (uint8_t)(header->version << 4 | header->kind);
    nl_put16(octets + 1, header->session);
    octets[3] = header->seq;
    octets[4] = header->ack;
    nl_put16(octets + 5, header->credit);
}

static inline struct nl_header nl_header_decode(const uint8_t octets[NL_FRAME_HEADER])
{
    return (struct nl_header){
        .version = octets[0] >> 4,
        .kind = octets[0] & 0x0f,
        .session = nl_get16(octets + 1),
        .seq = octets[3],
        .ack = octets[4],
        .credit = nl_get16(octets + 5),
    };
}

/* OPEN's payload, the same in every version. */
struct nl_open {
    uint8_t version_min;
    uint8_t version_max;
    uint8_t window;
    uint16_t message_max;
    uint32_t nonce;
};

enum { NL_OPEN_LENGTH = 9, NL_OPENED_LENGTH = 8 };

static inline struct nl_open nl_open_decode(const uint8_t octets[NL_OPEN_LENGTH])
{
    return (struct nl_open){
        .version_min = octets[0],
        .version_max = octets[1],
        .window = octets[2],
        .message_max = nl_get16(octets + 3),
        .nonce = nl_get32(octets + 5),
    };
}

#endif
