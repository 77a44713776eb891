/* Frames that only the chip holds: on a port that takes few octets at a time, on a line that spoils them,
 * through refusals and failures of the chip. */
#include "check.h"
#include "rig.h"

#include <string.h>

static struct rig rig;
static struct nl_header header;
static uint8_t frame[NL_FRAME_MAX];
static size_t length;
static uint8_t host_seq, host_ack;

static const uint8_t own_address[6] = { 2, 0, 0, 0, 0, 1 };

static void begin(void)
{
    rig_init(&rig, 0xfffff000);
    rig_open(&rig, 0, 65535);
    host_seq = host_ack = 0;
    nl_mac_open(&rig.board, own_address, 0);
}

static void request(const uint8_t *message, size_t octets)
{
    rig_feed_data(&rig, 0, host_seq++, host_ack, message, octets);
}

static void acknowledge(uint8_t ack)
{
    struct nl_header control = { 1, NL_ACK, 0x1234, host_seq, ack, 65535 };
    rig_feed_frame(&rig, 0, &control, NULL, 0);
}

static bool next_data(void)
{
    while (rig_take_frame(&rig, 0, &header, frame, &length)) {
        if (header.kind == NL_DATA) return true;
    }
    return false;
}

/* The next one in order; others, sent again, are passed over. */
static bool next_message(void)
{
    while (next_data()) {
        if (header.seq != host_ack) continue;
        host_ack++;
        return true;
    }
    return false;
}

static void fill(uint8_t *out, size_t octets, uint32_t seed)
{
    memset(out, 0xff, 6);
    for (size_t i = 6; i < octets; i++) {
        /* Long stretches without a zero, and of zeros. */
        uint32_t chance = next_random(&seed);
        out[i] = chance % 700 < 2 || (i / 300) % 4 == seed % 4 ? 0 : (uint8_t)(1 + chance % 255);
    }
}

static size_t send_message(uint8_t *message, size_t octets, uint32_t seed)
{
    message[0] = NL_MAC_SEND;
    message[1] = (uint8_t)(1 + seed % 255);
    fill(message + NL_MESSAGE_HEAD, octets, seed);
    return NL_MESSAGE_HEAD + octets;
}

/* The port takes `room` octets, and has sent them when it is asked again. */
static void on_a_small_port(void)
{
    static uint8_t heard[4096], wire[NL_ETHERNET_MAX], decoded[NL_FRAME_MAX];
    static const size_t rooms[] = { 33, 40, 64, 129 };
    for (size_t r = 0; r < sizeof rooms / sizeof *rooms; r++) {
        unsigned good = 0;
        for (uint32_t seed = 1; seed <= 40; seed++) {
            size_t octets = seed % 3 == 0 ? NL_ETHERNET_MAX : 14 + seed * 37 % 1500, total = 0;
            begin();
            fill(wire, octets, seed);
            rig.ports[0].out_limit = rooms[r];
            rig.ports[0].out_length = 0;
            w5500_model_receive(&rig.chip, wire, octets);
            for (int i = 0; i < 400; i++) {
                nl_board_poll(&rig.board);
                memcpy(heard + total, rig.ports[0].outbox, rig.ports[0].out_length);
                total += rig.ports[0].out_length;
                rig.ports[0].out_length = 0;
            }
            struct nl_cobs_decoder decoder;
            enum nl_cobs_end end = NL_COBS_EMPTY;
            size_t at = 0;
            while (at < total && end == NL_COBS_EMPTY) {
                nl_cobs_decode_begin(&decoder, decoded, sizeof decoded);
                at += nl_cobs_decode(&decoder, heard + at, total - at, &end);
            }
            size_t body = NL_FRAME_HEADER + NL_EVENT_HEAD;
            good += end == NL_COBS_FRAME && at == total && decoder.length == body + octets + NL_FRAME_CRC &&
                    nl_crc32(&rig.crc, decoded, body + octets) == nl_get32(decoded + body + octets) &&
                    memcmp(decoded + body, wire, octets) == 0;
        }
        check(good == 40, "store: 40 frames through a port of %zu octets", rooms[r]);
    }
}

static void sent_again(void)
{
    static uint8_t wire[3][NL_ETHERNET_MAX];
    bool good = true;
    begin();
    for (uint32_t i = 0; i < 3; i++) {
        fill(wire[i], NL_ETHERNET_MAX, i + 1);
        w5500_model_receive(&rig.chip, wire[i], NL_ETHERNET_MAX);
    }
    rig_run(&rig, 1000);
    for (int round = 0; round < 3; round++) {
        for (uint8_t i = (uint8_t)round; i < 3; i++) {
            good = good && next_data() && header.seq == i &&
                   memcmp(frame + NL_FRAME_HEADER + NL_EVENT_HEAD, wire[i], NL_ETHERNET_MAX) == 0;
        }
        struct nl_header nak = { 1, NL_NAK, 0x1234, 0, (uint8_t)(round + 1), 65535 };
        if (round == 2) nak.kind = NL_ACK;
        rig_feed_frame(&rig, 0, &nak, NULL, 0);
        rig_run(&rig, 1000);
        good = good && rig.board.chip.rx_released == (round + 1) * (NL_ETHERNET_MAX + NL_LENGTH_FIELD);
    }
    check(good && rig.store.out.count == 0,
          "store: frames are read from the chip for each NAK, and given back as they are acknowledged");
}

/* Echoes, frames out and frames in at once, on a line that loses frames and spoils octets, both ways. */
static bool noisy(uint32_t seed, bool echoes)
{
    enum { COUNT = 60 };
    static uint8_t message[NL_MESSAGE_MAX], wire[NL_ETHERNET_MAX];
    unsigned answered = 0, received = 0, injected = 0;
    uint32_t dice = seed;
    begin();
    for (int step = 0; step < 60000 && (answered < COUNT || received < COUNT); step++) {
        uint8_t base = (uint8_t)(rig.board.link.rcv_nxt - rig.store.in.count);
        /* The host has eight numbers to send, from the first on that was not taken. */
        for (uint8_t k = 0; k < 8; k++) {
            uint8_t number = (uint8_t)(base + k);
            if (number >= COUNT || (int8_t)(number - rig.board.link.rcv_nxt) < 0) continue;
            size_t octets = NL_ETHERNET_MIN + number * 263u % (NL_ETHERNET_MAX - NL_ETHERNET_MIN + 1);
            size_t total = send_message(message, octets, number + 1u);
            if (echoes && number % 3 == 1) message[0] = NL_SYSTEM_ECHO;
            uint32_t fault = next_random(&dice) % 8;
            if (fault == 0) continue;
            size_t from = rig.ports[0].in_to;
            rig_feed_data(&rig, 0, number, host_ack, message, total);
            if (fault == 1) rig.ports[0].inbox[from + next_random(&dice) % (rig.ports[0].in_to - from)] ^= 4;
            break;
        }
        if (injected < COUNT && injected < received + 5) {
            fill(wire, 60 + injected * 191u % 1455, injected + 1000);
            if (w5500_model_receive(&rig.chip, wire, 60 + injected * 191u % 1455)) injected++;
        }
        rig_run(&rig, 3000);
        while (next_data()) {
            if (header.seq != host_ack || next_random(&dice) % 8 == 0) continue;
            host_ack++;
            const uint8_t *got = frame + NL_FRAME_HEADER;
            if (got[0] == NL_MAC_RECEIVED) {
                size_t octets = 60 + received * 191u % 1455;
                fill(wire, octets, received + 1000);
                if (length != NL_FRAME_HEADER + NL_EVENT_HEAD + octets ||
                    memcmp(got + NL_EVENT_HEAD, wire, octets) != 0)
                    return false;
                received++;
            } else {
                size_t octets = NL_ETHERNET_MIN + answered * 263u % (NL_ETHERNET_MAX - NL_ETHERNET_MIN + 1);
                (void)send_message(message, octets, answered + 1u);
                if (got[1] != message[1] || got[2] != NL_OK) return false;
                if (got[0] == (NL_SYSTEM_ECHO | NL_RESPONSE) &&
                    (length != NL_FRAME_HEADER + NL_RESPONSE_HEAD + octets ||
                     memcmp(got + NL_RESPONSE_HEAD, message + NL_MESSAGE_HEAD, octets) != 0))
                    return false;
                answered++;
            }
        }
        acknowledge(host_ack);
        nl_board_poll(&rig.board);
    }
    return answered == COUNT && received == COUNT && rig.board.statistics.value[NL_BAD_CRC] > 0 &&
           rig.frames_sent == (echoes ? 40u : 60u);
}

static void on_a_noisy_line(void)
{
    unsigned bad = 0;
    for (uint32_t seed = 1; seed <= 10; seed++) bad += !noisy(seed * 2654435761u, false);
    check(bad == 0, "store: frames both ways on a line that spoils them, 10 seeds: %u failed", bad);
    bad = 0;
    for (uint32_t seed = 1; seed <= 10; seed++) bad += !noisy(seed * 2654435761u, true);
    check(bad == 0, "store: and echoes among them, 10 seeds: %u failed", bad);
}

/* Whether the last frame on the cable is the one of this seed. */
static bool left(size_t octets, uint32_t seed)
{
    static uint8_t wire[NL_ETHERNET_MAX];
    fill(wire, octets, seed);
    return rig.sent_length == octets && memcmp(rig.sent, wire, octets) == 0;
}

static void holes(void)
{
    static uint8_t message[NL_MESSAGE_MAX];
    begin();
    rig.chip.cable = false;
    /* Both are in the chip before the first is refused. */
    request(message, send_message(message, 700, 1));
    size_t first = send_message(message, 900, 2);
    rig_feed_data(&rig, 0, host_seq++, host_ack, message, first);
    nl_link_receive(&rig.board.link, 0);
    nl_dispatch(&rig.board, nl_queue_payload(&rig.store.in, rig.store.in.tail),
                nl_queue_length(&rig.store.in, rig.store.in.tail));
    nl_link_pop(&rig.board.link, 0);
    rig.chip.cable = true;
    rig_run(&rig, 1000);
    check(next_message() && frame[9] == NL_LINK_DOWN && next_message() && frame[9] == NL_OK &&
              rig.frames_sent == 1 && left(900, 2),
          "store: a frame behind one that was refused moves to its place");
}

static void behind_another_request(void)
{
    static uint8_t message[NL_MESSAGE_MAX];
    static const uint8_t filter[] = { NL_MAC_FILTER, 9, 0 };
    begin();
    request(message, send_message(message, 1000, 1));
    request(filter, sizeof filter);
    request(message, send_message(message, 1514, 2));
    request(message, send_message(message, 77, 3));
    nl_link_receive(&rig.board.link, 0);
    struct nl_record record;
    check(nl_queue_find(&rig.store.in, NL_SCRATCH, &record) && record.far.length == 1514,
          "store: a frame behind a request that opens the socket anew waits in the scratch");
    rig_run(&rig, 3000);
    bool all = true;
    for (int i = 0; i < 4; i++) all = next_message() && frame[9] == NL_OK && all;
    check(all && rig.frames_sent == 3 && left(77, 3), "store: and leaves as it is");
}

static void waits_for_the_host(void)
{
    static const uint8_t filter[] = { NL_MAC_FILTER, 9, NL_W5500_MFEN };
    static uint8_t wire[600];
    begin();
    fill(wire, sizeof wire, 5);
    w5500_model_receive(&rig.chip, wire, sizeof wire);
    rig_run(&rig, 1000);
    check(next_message() && frame[7] == NL_MAC_RECEIVED, "store: rig");
    request(filter, sizeof filter);
    host_ack = 0; /* Its acknowledgement is lost. */
    rig.ports[0].in_from = rig.ports[0].in_to = 0;
    host_seq = 0;
    request(filter, sizeof filter);
    rig_run(&rig, 50000);
    check(!next_message(), "store: the socket stays open while a frame is unacknowledged");
    rig_run(&rig, 1200000);
    check(next_data() && header.seq == 0 && memcmp(frame + 13, wire, sizeof wire) == 0,
          "store: which is sent again whole");
    acknowledge(1);
    host_ack = 1;
    rig_run(&rig, 1000);
    check(next_message() && frame[7] == (NL_MAC_FILTER | NL_RESPONSE) && frame[9] == NL_OK,
          "store: then it opens anew");

    begin();
    w5500_model_receive(&rig.chip, wire, sizeof wire);
    rig_run(&rig, 1000);
    rig.chip.rx[rig.board.chip.rx_read] = 0xff;
    w5500_model_receive(&rig.chip, wire, 60);
    rig.chip.rx[rig.board.chip.rx_read] = 0xff;
    rig_run(&rig, 1000);
    check(rig.board.mac.broken != NL_OK && rig.board.mac.counters.value[NL_MAC_CHIP_RESETS] == 1 &&
              next_data(),
          "store: a chip that failed keeps what it has until that is acknowledged");
    acknowledge(1);
    rig_run(&rig, 1000);
    w5500_model_receive(&rig.chip, wire, 60);
    rig_run(&rig, 1000);
    host_ack = 1;
    check(rig.board.mac.broken == NL_OK && next_message() && length == NL_FRAME_HEADER + NL_EVENT_HEAD + 60,
          "store: then it recovers");
}

static void abandoned(void)
{
    static uint8_t wire[NL_ETHERNET_MAX];
    begin();
    fill(wire, sizeof wire, 3);
    w5500_model_receive(&rig.chip, wire, sizeof wire);
    rig.ports[0].out_limit = 200;
    nl_board_poll(&rig.board);
    rig.ports[0].out_limit = RIG_OUTBOX;
    static const uint8_t open[NL_OPEN_LENGTH] = { 1, 1, 32, 0x06, 0x35, 0, 0, 0, 9 };
    struct nl_header again = { .version = 1, .kind = NL_OPEN, .session = 0x4321, .credit = 65535 };
    rig_feed_frame(&rig, 0, &again, open, sizeof open);
    nl_board_poll(&rig.board);
    while (rig.ports[0].out_length > 0 && !rig_take_frame(&rig, 0, &header, frame, &length)) {
    }
    check(header.kind == NL_OPENED && header.session == 0x4321,
          "store: a new session ends the frame of the last in its midst");
}

void test_store(void)
{
    on_a_small_port();
    sent_again();
    on_a_noisy_line();
    holes();
    behind_another_request();
    waits_for_the_host();
    abandoned();
}
