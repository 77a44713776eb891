/* What a board counts (control-protocol.md §6.2, §6.3). The numbers are those on the wire. */
#ifndef NL_STATISTICS_H
#define NL_STATISTICS_H

#include <stdint.h>

enum nl_statistic {
    NL_FRAMES_RECEIVED = 1,
    NL_FRAMES_SENT = 2,
    NL_DATA_RESENT = 3,
    NL_BAD_COBS = 4,
    NL_BAD_CRC = 5,
    NL_SHORT = 6,
    NL_OVERSIZED = 7,
    NL_BAD_VERSION = 8,
    NL_UNKNOWN_KIND = 9,
    NL_DUPLICATES = 10,
    NL_GAPS = 11,
    NL_NAKS_SENT = 12,
    NL_T1_EXPIRIES = 13,
    NL_REQUESTS_REFUSED = 14,
    NL_OCTETS_LOST = 15,
    NL_MILLISECONDS = 16,
    NL_WATCHDOG_RESETS = 17,
    NL_STACK_USED = 18,
    NL_STATISTIC_COUNT = 18,
};

struct nl_statistics {
    uint32_t value[NL_STATISTIC_COUNT + 1]; /* Indexed by enum nl_statistic; 0 is not used. */
};

enum nl_mac_counter {
    NL_MAC_FRAMES_SENT = 1,
    NL_MAC_OCTETS_SENT = 2,
    NL_MAC_FRAMES_RECEIVED = 3,
    NL_MAC_OCTETS_RECEIVED = 4,
    NL_MAC_BUFFER_FULL = 5,
    NL_MAC_SEND_FAILURES = 6,
    NL_MAC_CHIP_RESETS = 7,
    NL_MAC_COUNTER_COUNT = 7,
};

struct nl_mac_counters {
    uint32_t value[NL_MAC_COUNTER_COUNT + 1];
};

#endif
