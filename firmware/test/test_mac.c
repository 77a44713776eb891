/* Frames through the whole board: link, dispatcher, driver, chip and cable. */
#include "check.h"
#include "rig.h"

#include <string.h>

static struct rig rig;
static struct nl_header header;
static uint8_t frame[NL_FRAME_MAX];
static size_t length;
static uint8_t host_seq, host_ack;

static const uint8_t own_address[6] = { 2, 0, 0, 0, 0, 1 };

static void request(const uint8_t *message, size_t octets)
{
    rig_feed_data(&rig, 0, host_seq++, host_ack, message, octets);
}

static void begin(uint64_t now, uint8_t filter)
{
    rig_init(&rig, now);
    rig_open(&rig, 0, 65535);
    host_seq = host_ack = 0;
    nl_mac_open(&rig.board, own_address, filter);
}

/* The next message of the board, and its acknowledgement to come. */
static bool next_message(void)
{
    while (rig_take_frame(&rig, 0, &header, frame, &length)) {
        if (header.kind != NL_DATA) continue;
        host_ack = (uint8_t)(header.seq + 1);
        return true;
    }
    return false;
}

static size_t build(uint8_t *out, size_t octets, uint32_t seed)
{
    memset(out, 0xff, 6);
    for (size_t i = 6; i < octets; i++) out[i] = (uint8_t)next_random(&seed);
    return octets;
}

static void sends(void)
{
    static const size_t lengths[] = { 14, 15, 59, 60, 64, 65, 1513, 1514 };
    uint8_t message[NL_MESSAGE_MAX];
    begin(0xfffff000, 0);
    for (unsigned i = 0; i < 40; i++) {
        size_t octets = lengths[i % 8];
        message[0] = NL_MAC_SEND;
        message[1] = (uint8_t)(i + 1);
        build(message + 2, octets, i + 1);
        request(message, 2 + octets);
        rig_run(&rig, 3000);
        bool answered = next_message() && frame[7] == 0xa2 && frame[8] == i + 1 && frame[9] == NL_OK;
        if (!answered || rig.sent_length != octets || memcmp(rig.sent, message + 2, octets) != 0) {
            check(false, "mac: send %u of %zu octets", i, octets);
            return;
        }
    }
    check(rig.frames_sent == 40,
          "mac: 40 frames of all lengths leave the chip unchanged, over the clock's wrap");
}

static void pipelined_sends(void)
{
    uint8_t message[128] = { NL_MAC_SEND };
    begin(0, 0);
    rig.chip.silent_send = true;
    for (unsigned i = 0; i < 6; i++) {
        message[1] = (uint8_t)(i + 1);
        request(message, 66);
    }
    message[0] = NL_SYSTEM_ECHO;
    message[1] = 7;
    request(message, 2);
    rig_run(&rig, 10000);
    check(!next_message() && rig.board.mac.send_count == 6,
          "mac: six sends under way, and the echo behind them");
    rig.chip.silent_send = false;
    rig.chip.sockets[0][2] |= NL_W5500_SENDOK;
    rig_run(&rig, 10000);
    bool ordered = true;
    for (unsigned i = 1; i <= 7; i++) ordered = next_message() && frame[8] == i && frame[9] == 0 && ordered;
    check(ordered && rig.frames_sent == 5, "mac: answers keep the order of the requests");
}

static void send_limits(void)
{
    uint8_t message[66] = { NL_MAC_SEND, 5 };
    begin(0, 0);
    rig.chip.silent_send = true;
    request(message, sizeof message);
    rig_run(&rig, 600000);
    check(next_message() && frame[9] == NL_CHIP_TIMEOUT,
          "mac: a send that does not end is answered CHIP_TIMEOUT");
    check(rig.board.mac.open && rig.board.mac.counters.value[NL_MAC_CHIP_RESETS] == 1,
          "mac: and the chip recovers");
    begin(0, 0);
    rig.chip.silent_send = true;
    request(message, sizeof message);
    rig_run(&rig, 1000);
    rig.chip.cable = false;
    rig_run(&rig, 600000);
    check(next_message() && frame[9] == NL_LINK_DOWN, "mac: with the cable pulled it is LINK_DOWN");
}

static void receives(void)
{
    static const size_t lengths[] = { 14, 60, 64, 65, 66, 67, 1514 };
    uint8_t wire[1514];
    unsigned good = 0;
    begin(0xffffffff, 0);
    for (unsigned i = 0; i < 70; i++) {
        size_t octets = build(wire, lengths[i % 7], i + 1);
        w5500_model_receive(&rig.chip, wire, octets);
        rig_run(&rig, 100);
        if (next_message() && frame[7] == NL_MAC_RECEIVED &&
            length - NL_FRAME_HEADER - NL_EVENT_HEAD == octets &&
            memcmp(frame + NL_FRAME_HEADER + NL_EVENT_HEAD, wire, octets) == 0) {
            good++;
        }
        struct nl_header ack = { 1, NL_ACK, 0x1234, host_seq, host_ack, 65535 };
        rig_feed_frame(&rig, 0, &ack, NULL, 0);
    }
    check(good == 70,
          "mac: 70 frames of all lengths arrive unchanged, over the buffer's and the clock's wrap");
    check(rig.board.mac.counters.value[NL_MAC_FRAMES_RECEIVED] == 70, "mac: counted");
}

static void burst(void)
{
    uint8_t wire[1514];
    unsigned got = 0;
    begin(0, 0);
    for (unsigned i = 0; i < 10; i++) w5500_model_receive(&rig.chip, wire, build(wire, 1514, i + 1));
    check(!w5500_model_receive(&rig.chip, wire, 1514) && rig.chip.dropped == 1,
          "mac: ten frames fill the chip");
    struct nl_header ack = { 1, NL_ACK, 0x1234, 0, 0, 3200 };
    rig.board.link.edge = 3200;
    for (unsigned i = 0; i < 20; i++) {
        nl_board_poll(&rig.board);
        while (next_message()) got++;
        check(got <= i + 1, "mac: poll %u: no event beyond what leaves credit for an answer", i);
        ack.ack = host_ack;
        rig_feed_frame(&rig, 0, &ack, NULL, 0);
        if (got == 10) break;
    }
    check(got == 10 && rig.board.mac.counters.value[NL_MAC_BUFFER_FULL] > 0,
          "mac: all ten come, and the full buffer is counted");
}

static void impossible_lengths(void)
{
    static const struct {
        const char *name;
        uint8_t high, low;
    } cases[] = { { "zero", 0, 0 },
                  { "less than a header", 0, 15 },
                  { "more than a frame", 0x06, 0x00 },
                  { "more than is there", 0x01, 0x00 },
                  { "all ones", 0xff, 0xff } };
    uint8_t wire[60];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(0, 0);
        w5500_model_receive(&rig.chip, wire, build(wire, sizeof wire, 1));
        rig.chip.rx[0] = cases[i].high;
        rig.chip.rx[1] = cases[i].low;
        rig_run(&rig, 1000);
        bool recovered = !next_message() && rig.board.mac.counters.value[NL_MAC_CHIP_RESETS] == 1;
        w5500_model_receive(&rig.chip, wire, sizeof wire);
        rig_run(&rig, 1000);
        check(recovered && next_message() && frame[7] == NL_MAC_RECEIVED,
              "mac: a length of %s, and it goes on", cases[i].name);
    }
    begin(0, 0);
    uint8_t tagged[1518];
    w5500_model_receive(&rig.chip, tagged, build(tagged, sizeof tagged, 1));
    w5500_model_receive(&rig.chip, wire, sizeof wire);
    rig_run(&rig, 1000);
    check(next_message() && length == NL_FRAME_HEADER + NL_EVENT_HEAD + sizeof wire &&
              rig.board.mac.counters.value[NL_MAC_CHIP_RESETS] == 0,
          "mac: a tagged frame of 1518 octets is skipped, the next is taken");
}

static void filters(void)
{
    static const struct {
        const char *name;
        uint8_t filter;
        uint8_t to[6];
        uint16_t type;
        bool comes;
    } cases[] = {
        { "another's address without MFEN", 0, { 4, 4, 4, 4, 4, 4 }, 0x0800, true },
        { "another's address", NL_W5500_MFEN, { 4, 4, 4, 4, 4, 4 }, 0x0800, false },
        { "the own address", NL_W5500_MFEN, { 2, 0, 0, 0, 0, 1 }, 0x0800, true },
        { "broadcast", NL_W5500_MFEN, { 255, 255, 255, 255, 255, 255 }, 0x0806, true },
        { "broadcast, BCASTB",
          NL_W5500_MFEN | NL_W5500_BCASTB,
          { 255, 255, 255, 255, 255, 255 },
          0x0806,
          false },
        { "IPv4 multicast", NL_W5500_MFEN, { 1, 0, 0x5e, 0, 0, 1 }, 0x0800, true },
        { "IPv4 multicast, MMB", NL_W5500_MFEN | NL_W5500_MMB, { 1, 0, 0x5e, 0, 0, 1 }, 0x0800, false },
        { "IPv6, MIP6B", NL_W5500_MFEN | NL_W5500_MIP6B, { 2, 0, 0, 0, 0, 1 }, 0x86dd, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t wire[60] = { 0 };
        memcpy(wire, cases[i].to, 6);
        nl_put16(wire + 12, cases[i].type);
        begin(0, cases[i].filter);
        w5500_model_receive(&rig.chip, wire, sizeof wire);
        rig_run(&rig, 1000);
        check(next_message() == cases[i].comes, "mac: %s %s", cases[i].name,
              cases[i].comes ? "comes" : "is blocked");
    }
}

static void ends_with_the_session(void)
{
    begin(0, 0);
    struct nl_header close = { 1, NL_CLOSE, 0x1234, 0, 0, 0 };
    rig_feed_frame(&rig, 0, &close, NULL, 0);
    rig_run(&rig, 1000);
    uint8_t wire[60] = { 0 };
    check(!rig.board.mac.open && !w5500_model_receive(&rig.chip, wire, sizeof wire),
          "mac: CLOSE closes the MAC");
    check(nl_board_poll(&rig.board) == NL_FOREVER, "mac: without a session nothing is due");
}

void test_mac(void)
{
    sends();
    pipelined_sends();
    send_limits();
    receives();
    burst();
    impossible_lengths();
    filters();
    ends_with_the_session();
}
