/* Every op, with each answer that it can give. */
#include "check.h"
#include "rig.h"

#include <string.h>

enum state { CLOSED, OPEN };
enum fault { HEALTHY, ABSENT, DEAD_BUS, WEDGED, UNPLUGGED };

/* clang-format off */
static const struct {
    const char *name;
    enum state mac;
    enum fault fault;
    const char *request; /* op, tag, body */
    size_t length;
    int status;          /* Of the response; -1: none comes. */
    const char *result;
    size_t result_length; /* 999: any. */
} cases[] = {
    { "identify", CLOSED, HEALTHY, "\x01\x01", 2, NL_OK, "", 999 },
    { "identify takes no body", CLOSED, HEALTHY, "\x01\x01x", 3, NL_BAD_ARGUMENT, "", 0 },
    { "echo", CLOSED, HEALTHY, "\x02\x09hello", 7, NL_OK, "hello", 5 },
    { "echo of nothing", CLOSED, HEALTHY, "\x02\x09", 2, NL_OK, "", 0 },
    { "echo without a tag", CLOSED, HEALTHY, "\x02\x00hello", 7, -1, "", 0 },
    { "reset of an unknown kind", CLOSED, HEALTHY, "\x03\x01\x02", 3, NL_BAD_ARGUMENT, "", 0 },
    { "reset", CLOSED, HEALTHY, "\x03\x01\x00", 3, NL_OK, "", 0 },
    { "reset into the loader", CLOSED, HEALTHY, "\x03\x01\x01", 3, NL_OK, "", 0 },
    { "statistics", CLOSED, HEALTHY, "\x04\x01\x01", 3, NL_OK, "", 999 },
    { "statistics want to know whether to clear", CLOSED, HEALTHY, "\x04\x01", 2, NL_BAD_ARGUMENT, "", 0 },
    { "statistics, clear 2", CLOSED, HEALTHY, "\x04\x01\x02", 3, NL_BAD_ARGUMENT, "", 0 },
    { "a line rate where there is none", CLOSED, HEALTHY, "\x05\x01\x00\x01\xc2\x00", 6, NL_OK, "", 0 },
    { "a line rate too short", CLOSED, HEALTHY, "\x05\x01\x00\x01\xc2", 5, NL_BAD_ARGUMENT, "", 0 },
    { "clock", CLOSED, HEALTHY, "\x06\x01", 2, NL_OK, "", 999 },
    { "PHY read", CLOSED, HEALTHY, "\x10\x01", 2, NL_OK, "\x01\x64\x01\x07", 4 },
    { "PHY read, unplugged", CLOSED, UNPLUGGED, "\x10\x01", 2, NL_OK, "\x00\x0a\x00\x07", 4 },
    { "PHY read without a chip", CLOSED, ABSENT, "\x10\x01", 2, NL_NO_CHIP, "", 0 },
    { "PHY read on a dead bus", CLOSED, DEAD_BUS, "\x10\x01", 2, NL_BUS, "", 0 },
    { "PHY mode", CLOSED, HEALTHY, "\x11\x01\x03", 3, NL_OK, "", 0 },
    { "PHY mode 5 is reserved", CLOSED, HEALTHY, "\x11\x01\x05", 3, NL_BAD_ARGUMENT, "", 0 },
    { "PHY mode 8", CLOSED, HEALTHY, "\x11\x01\x08", 3, NL_BAD_ARGUMENT, "", 0 },
    { "PHY mode without a chip", CLOSED, ABSENT, "\x11\x01\x03", 3, NL_NO_CHIP, "", 0 },
    { "PHY events", CLOSED, HEALTHY, "\x12\x01\x01", 3, NL_OK, "", 0 },
    { "PHY events 2", CLOSED, HEALTHY, "\x12\x01\x02", 3, NL_BAD_ARGUMENT, "", 0 },
    { "PHY events without a chip", CLOSED, ABSENT, "\x12\x01\x01", 3, NL_NO_CHIP, "", 0 },
    { "MAC open", CLOSED, HEALTHY, "\x20\x01\x02\x00\x00\x00\x00\x01\x80", 9, NL_OK, "", 0 },
    { "MAC open twice", OPEN, HEALTHY, "\x20\x01\x02\x00\x00\x00\x00\x01\x80", 9, NL_OK, "", 0 },
    { "MAC open, a filter that is none", CLOSED, HEALTHY, "\x20\x01\x02\x00\x00\x00\x00\x01\x04", 9,
      NL_BAD_ARGUMENT, "", 0 },
    { "MAC open, no filter", CLOSED, HEALTHY, "\x20\x01\x02\x00\x00\x00\x00\x01", 8, NL_BAD_ARGUMENT, "", 0 },
    { "MAC open without a chip", CLOSED, ABSENT, "\x20\x01\x02\x00\x00\x00\x00\x01\x00", 9, NL_NO_CHIP, "", 0 },
    { "MAC open, wedged", CLOSED, WEDGED, "\x20\x01\x02\x00\x00\x00\x00\x01\x00", 9, NL_CHIP_TIMEOUT, "", 0 },
    { "MAC open on a dead bus", CLOSED, DEAD_BUS, "\x20\x01\x02\x00\x00\x00\x00\x01\x00", 9, NL_BUS, "", 0 },
    { "MAC close", OPEN, HEALTHY, "\x21\x01", 2, NL_OK, "", 0 },
    { "MAC close when closed", CLOSED, HEALTHY, "\x21\x01", 2, NL_BAD_STATE, "", 0 },
    { "MAC send", OPEN, HEALTHY, "\x22\x01" "123456ABCDEF\x08\x00payload", 23, NL_OK, "", 999 },
    { "MAC send without a tag", OPEN, HEALTHY, "\x22\x00" "123456ABCDEF\x08\x00payload", 23, -1, "", 0 },
    { "MAC send of 13 octets", OPEN, HEALTHY, "\x22\x01" "123456ABCDEF\x08", 15, NL_BAD_ARGUMENT, "", 0 },
    { "MAC send when closed", CLOSED, HEALTHY, "\x22\x01" "123456ABCDEF\x08\x00", 16, NL_BAD_STATE, "", 0 },
    { "MAC send, unplugged", OPEN, UNPLUGGED, "\x22\x01" "123456ABCDEF\x08\x00", 16, NL_LINK_DOWN, "", 0 },
    { "MAC send on a dead bus", OPEN, DEAD_BUS, "\x22\x01" "123456ABCDEF\x08\x00", 16, NL_BUS, "", 0 },
    { "MAC send, wedged", OPEN, WEDGED, "\x22\x01" "123456ABCDEF\x08\x00", 16, NL_CHIP_TIMEOUT, "", 0 },
    { "MAC filter", OPEN, HEALTHY, "\x23\x01\xf0", 3, NL_OK, "", 0 },
    { "MAC filter when closed", CLOSED, HEALTHY, "\x23\x01\xf0", 3, NL_BAD_STATE, "", 0 },
    { "MAC filter with a protocol", OPEN, HEALTHY, "\x23\x01\x01", 3, NL_BAD_ARGUMENT, "", 0 },
    { "MAC counters", OPEN, HEALTHY, "\x24\x01\x00", 3, NL_OK, "", 999 },
    { "MAC counters, clear 7", OPEN, HEALTHY, "\x24\x01\x07", 3, NL_BAD_ARGUMENT, "", 0 },
    { "the raw line, where there is none", CLOSED, HEALTHY, "\x30\x01", 2, NL_UNSUPPORTED, "", 0 },
    { "an op that is kept for later", CLOSED, HEALTHY, "\x40\x01", 2, NL_UNKNOWN_OP, "", 0 },
    { "an op that no one knows", CLOSED, HEALTHY, "\x7f\x01", 2, NL_UNKNOWN_OP, "", 0 },
    { "an unknown op without a tag", CLOSED, HEALTHY, "\x7f\x00", 2, -1, "", 0 },
    { "a message of one octet", CLOSED, HEALTHY, "\x01", 1, -1, "", 0 },
    { "an empty message", CLOSED, HEALTHY, "", 0, -1, "", 0 },
};
/* clang-format on */

static void set_fault(struct rig *rig, enum fault fault)
{
    rig->chip.version = fault == ABSENT ? 0xff : 0x04;
    rig->chip.bus_dead = fault == DEAD_BUS;
    rig->chip.wedged = fault == WEDGED;
    rig->chip.cable = fault != UNPLUGGED;
}

static bool run(struct rig *rig, size_t i)
{
    static uint8_t frame[NL_FRAME_MAX];
    static const uint8_t address[6] = { 2, 0, 0, 0, 0, 1 };
    struct nl_header header;
    size_t length = 0;

    rig_init(rig, 0);
    rig_open(rig, 0, 65535);
    if (cases[i].mac == OPEN && nl_mac_open(&rig->board, address, 0) != NL_OK) return false;
    set_fault(rig, cases[i].fault);
    rig_feed_data(rig, 0, 0, 0, (const uint8_t *)cases[i].request, cases[i].length);
    rig_run(rig, 1000);
    bool answered = rig_take_frame(rig, 0, &header, frame, &length) && header.kind == NL_DATA;
    if (cases[i].status < 0) return !answered;
    const uint8_t *message = frame + NL_FRAME_HEADER;
    size_t result = length - NL_FRAME_HEADER - NL_RESPONSE_HEAD;
    if (!answered || message[0] != ((uint8_t)cases[i].request[0] | 0x80)) return false;
    if (message[1] != (uint8_t)cases[i].request[1] || message[2] != cases[i].status) return false;
    if (cases[i].result_length == 999) return result > 0;
    return result == cases[i].result_length && memcmp(message + 3, cases[i].result, result) == 0;
}

void test_dispatch(void)
{
    static struct rig rig;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(run(&rig, i), "dispatch: %s", cases[i].name);
        bool refused = cases[i].status < 0 && (cases[i].length < 2 || (uint8_t)cases[i].request[0] == 0x7f);
        if (refused)
            check(rig.board.statistics.value[NL_REQUESTS_REFUSED] == 1, "dispatch: %s: counted",
                  cases[i].name);
    }
}
