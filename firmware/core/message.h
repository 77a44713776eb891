/* Messages: ops and status codes (control-protocol.md §5). */
#ifndef NL_MESSAGE_H
#define NL_MESSAGE_H

#include <stdint.h>

enum nl_op {
    NL_SYSTEM_IDENTIFY = 0x01,
    NL_SYSTEM_ECHO = 0x02,
    NL_SYSTEM_RESET = 0x03,
    NL_SYSTEM_STATISTICS = 0x04,
    NL_SYSTEM_LINE_RATE = 0x05,
    NL_SYSTEM_CLOCK = 0x06,
    NL_PHY_READ = 0x10,
    NL_PHY_MODE = 0x11,
    NL_PHY_EVENTS = 0x12,
    NL_PHY_CHANGED = 0x1f,
    NL_MAC_OPEN = 0x20,
    NL_MAC_CLOSE = 0x21,
    NL_MAC_SEND = 0x22,
    NL_MAC_FILTER = 0x23,
    NL_MAC_COUNTERS = 0x24,
    NL_MAC_RECEIVED = 0x2f,
    NL_LINE_OPEN = 0x30,
    NL_LINE_CLOSE = 0x31,
    NL_LINE_LOAD = 0x32,
    NL_LINE_START = 0x33,
    NL_LINE_STOP = 0x34,
    NL_LINE_SAMPLES = 0x3e,
    NL_LINE_DONE = 0x3f,
    NL_RESPONSE = 0x80, /* Added to the op of a request. */
};

enum nl_status {
    NL_OK = 0,
    NL_UNKNOWN_OP = 1,
    NL_BAD_ARGUMENT = 2,
    NL_BAD_STATE = 3,
    NL_NO_CHIP = 4,
    NL_CHIP_TIMEOUT = 5,
    NL_LINK_DOWN = 6,
    NL_BUSY = 7,
    NL_UNSUPPORTED = 8,
    NL_BUS = 9,
};

enum {
    NL_MESSAGE_HEAD = 2,  /* op, tag */
    NL_RESPONSE_HEAD = 3, /* op, tag, status */
    NL_EVENT_HEAD = 6,    /* op, tag, time */
    NL_ETHERNET_MIN = 14,
    NL_ETHERNET_MAX = 1514,
};

#endif
