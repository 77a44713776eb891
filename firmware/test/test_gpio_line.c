/* The raw line on a jumper, message by message (control-protocol.md §8). */
#include "check.h"
#include "rig.h"

#include <string.h>

static struct rig rig;
static uint8_t frame[NL_FRAME_MAX];
static struct nl_header header;
static size_t length;
static uint8_t host_seq, host_ack;

static uint8_t answer[64];     /* The last response. */
static uint8_t samples[65536]; /* Of the run. */
static size_t sample_octets;
static uint8_t done[NL_GPIO_DONE_LENGTH];
static bool is_done;

static void begin(uint64_t now)
{
    rig_init(&rig, now);
    rig.hal.gpio = &rig.jumper.hal;
    rig_open(&rig, 0, 65535);
    host_seq = host_ack = 0;
    sample_octets = 0;
    is_done = false;
}

static void take_message(void)
{
    const uint8_t *message = frame + NL_FRAME_HEADER;
    size_t octets = length - NL_FRAME_HEADER;
    if (header.seq != host_ack) return; /* Sent again. */
    host_ack++;
    if (message[0] == NL_LINE_SAMPLES) {
        bool next = nl_get32(message + 2) == 8 * sample_octets && sample_octets + octets < sizeof samples;
        if (!next) {
            check(false, "raw line: samples in order");
            return;
        }
        memcpy(samples + sample_octets, message + 6, octets - 6);
        sample_octets += octets - 6;
    } else if (message[0] == NL_LINE_DONE) {
        memcpy(done, message + 2, sizeof done);
        is_done = true;
    } else if (octets <= sizeof answer) {
        memcpy(answer, message, octets);
    }
}

static void run_for(uint32_t microseconds)
{
    for (uint32_t passed = 0; passed < microseconds; passed += 1000) {
        rig_run(&rig, 1000);
        while (rig_take_frame(&rig, 0, &header, frame, &length)) {
            if (header.kind == NL_DATA) take_message();
        }
        struct nl_header ack = { 1, NL_ACK, 0x1234, host_seq, host_ack, 65535 };
        rig_feed_frame(&rig, 0, &ack, NULL, 0);
    }
}

/* The status of the answer. */
static int ask(const uint8_t *message, size_t octets)
{
    answer[0] = 0;
    rig_feed_data(&rig, 0, host_seq++, host_ack, message, octets);
    run_for(1000);
    return answer[0] == (message[0] | NL_RESPONSE) ? answer[2] : -1;
}

static int ask_open(uint8_t drive, uint8_t idle, uint8_t pull)
{
    uint8_t message[] = { NL_LINE_OPEN, 1, drive, 0, idle, pull };
    return ask(message, sizeof message);
}

static int ask_load(uint32_t offset, const uint8_t *octets, size_t count)
{
    uint8_t message[NL_MESSAGE_MAX] = { NL_LINE_LOAD, 1 };
    nl_put32(message + 2, offset);
    memcpy(message + 6, octets, count);
    return ask(message, 6 + count);
}

struct start {
    uint32_t send_rate, sample_rate, send_count, sample_count;
    uint8_t trigger, flags;
    uint32_t timeout;
};

static int ask_start(struct start start)
{
    uint8_t message[24] = { NL_LINE_START, 1 };
    nl_put32(message + 2, start.send_rate);
    nl_put32(message + 6, start.sample_rate);
    nl_put32(message + 10, start.send_count);
    nl_put32(message + 14, start.sample_count);
    message[18] = start.trigger;
    message[19] = start.flags;
    nl_put32(message + 20, start.timeout);
    return ask(message, sizeof message);
}

static int ask_bare(uint8_t op)
{
    uint8_t message[2] = { op, 1 };
    return ask(message, sizeof message);
}

static bool ended(enum nl_gpio_end end, uint32_t sent, uint32_t sampled)
{
    return is_done && done[4] == end && nl_get32(done + 5) == sent && nl_get32(done + 9) == sampled;
}

static void loops(void)
{
    static const uint32_t counts[] = { 1, 7, 8, 9, 100, 8192, 16000 };
    static uint8_t sent[2000];
    uint32_t seed = 9;
    for (size_t i = 0; i < sizeof sent; i++) sent[i] = (uint8_t)next_random(&seed);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint32_t count = counts[i], octets = (count + 7) / 8, last = count % 8 == 0 ? 8 : count % 8;
        begin(0xfffff000);
        (void)ask_open(0, 0, 0);
        for (uint32_t at = 0; at < octets; at += 1000) {
            (void)ask_load(at, sent + at, octets - at < 1000 ? octets - at : 1000);
        }
        int status = ask_start((struct start){ 100000, 100000, count, count, 0, 0, 0 });
        run_for(count * 10 + 5000);
        uint8_t mask = (uint8_t)(0xff << (8 - last));
        bool equal = sample_octets == octets && memcmp(samples, sent, octets - 1) == 0 &&
                     ((samples[octets - 1] ^ sent[octets - 1]) & mask) == 0;
        check(status == NL_OK && equal && ended(NL_GPIO_COMPLETE, count, count),
              "raw line: a jumper gives back %u samples", count);
    }
}

static void refusals(void)
{
    uint8_t one = 0x80;
    begin(0);
    check(ask_load(0, &one, 1) == NL_BAD_STATE, "raw line: loads nothing while closed");
    check(ask_start((struct start){ 0, 1000, 0, 8, 0, 0, 0 }) == NL_BAD_STATE,
          "raw line: starts nothing while closed");
    check(ask_bare(NL_LINE_STOP) == NL_BAD_STATE, "raw line: stops nothing while closed");
    check(ask_bare(NL_LINE_CLOSE) == NL_BAD_STATE, "raw line: cannot be closed twice");
    check(ask_open(2, 0, 0) == NL_BAD_ARGUMENT, "raw line: a drive of 2");
    check(ask_open(0, 2, 0) == NL_BAD_ARGUMENT, "raw line: an idle level of 2");
    check(ask_open(0, 0, 3) == NL_BAD_ARGUMENT, "raw line: a pull of 3");
    check(ask_open(1, 0, 1) == NL_BAD_ARGUMENT, "raw line: an open drain idles high");
    check(ask_open(0, 0, 0) == NL_OK, "raw line: opens");
    check(ask_load(1, &one, 1) == NL_BAD_ARGUMENT, "raw line: a gap in what is loaded");

    static const struct {
        const char *what;
        struct start start;
        int status;
    } starts[] = {
        { "nothing to do", { 1000, 1000, 0, 0, 0, 0, 0 }, NL_BAD_ARGUMENT },
        { "a rate too low", { 0, 99, 0, 8, 0, 0, 0 }, NL_BAD_ARGUMENT },
        { "a rate too high", { 0, 1000001, 0, 8, 0, 0, 0 }, NL_BAD_ARGUMENT },
        { "a trigger of 5", { 0, 1000, 0, 8, 5, 0, 1 }, NL_BAD_ARGUMENT },
        { "a flag of 2", { 0, 1000, 0, 8, 1, 2, 1 }, NL_BAD_ARGUMENT },
        { "a trigger without a timeout", { 0, 1000, 0, 8, 1, 0, 0 }, NL_BAD_ARGUMENT },
        { "a timeout beyond ten minutes", { 0, 1000, 0, 8, 1, 0, 600001 }, NL_BAD_ARGUMENT },
        { "a timeout without a trigger", { 0, 1000, 0, 8, 0, 0, 1 }, NL_BAD_ARGUMENT },
        { "nothing to send at the trigger", { 0, 1000, 0, 8, 1, 1, 1 }, NL_BAD_ARGUMENT },
        { "nothing that waits for the trigger", { 1000, 0, 8, 0, 1, 0, 1 }, NL_BAD_ARGUMENT },
        { "more to send than is loaded", { 1000, 0, 9, 0, 0, 0, 0 }, NL_BAD_STATE },
    };
    (void)ask_load(0, &one, 1);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        check(ask_start(starts[i].start) == starts[i].status, "raw line: refuses %s", starts[i].what);
    }
    rig.hal.gpio = NULL;
    check(ask_bare(NL_LINE_CLOSE) == NL_UNSUPPORTED, "raw line: unsupported where there is none");
}

static void busy(void)
{
    begin(0);
    (void)ask_open(0, 1, 0);
    check(ask_start((struct start){ 0, 1000, 0, 8, 2, 0, 1000 }) == NL_OK, "raw line: waits for an edge");
    check(ask_open(0, 0, 0) == NL_BUSY, "raw line: is not opened while it runs");
    check(ask_start((struct start){ 0, 1000, 0, 8, 0, 0, 0 }) == NL_BUSY,
          "raw line: does one thing at a time");
    check(ask_bare(NL_LINE_STOP) == NL_OK, "raw line: stops");
    run_for(2000);
    check(ended(NL_GPIO_STOPPED, 0, 0), "raw line: tells that it was stopped");
    is_done = false;
    check(ask_start((struct start){ 0, 1000, 0, 8, 2, 0, 20 }) == NL_OK, "raw line: starts again");
    run_for(18000);
    check(!is_done, "raw line: waits as long as it was told to");
    run_for(5000);
    check(ended(NL_GPIO_NO_TRIGGER, 0, 0), "raw line: tells that the trigger did not come");
}

static void triggers(void)
{
    static const struct {
        uint8_t trigger, idle, sent, seen;
    } cases[] = { { 1, 0, 0x1a, 0xd0 }, { 2, 1, 0xe5, 0x2f }, { 3, 0, 0x1a, 0xd0 }, { 4, 1, 0xe5, 0x2f } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(0);
        (void)ask_open(0, cases[i].idle, 0);
        (void)ask_load(0, &cases[i].sent, 1);
        (void)ask_start((struct start){ 10000, 10000, 8, 8, cases[i].trigger, 0, 100 });
        run_for(5000);
        check(ended(NL_GPIO_COMPLETE, 8, 8) && samples[0] == cases[i].seen, "raw line: trigger %u",
              cases[i].trigger);
    }
}

static void open_drain(void)
{
    static const uint8_t sent = 0x5a;
    for (uint8_t pull = NL_GPIO_PULL_UP; pull <= NL_GPIO_PULL_DOWN; pull++) {
        begin(0);
        (void)ask_open(1, 1, pull);
        (void)ask_load(0, &sent, 1);
        (void)ask_start((struct start){ 10000, 10000, 8, 8, 0, 0, 0 });
        run_for(5000);
        check(samples[0] == (pull == NL_GPIO_PULL_UP ? sent : 0), "raw line: open drain, pulled %s",
              pull == NL_GPIO_PULL_UP ? "up" : "down");
    }
}

static void streams(void)
{
    static uint8_t piece[1000];
    uint32_t count = 8 * (RIG_DEPTH + 5000), at = 0;
    memset(piece, 0x33, sizeof piece);
    begin(0);
    (void)ask_open(0, 0, 0);
    bool taken = true;
    while (at < RIG_DEPTH) {
        taken = taken && ask_load(at, piece, sizeof piece) == NL_OK;
        at += nl_get16(answer + 3);
    }
    check(taken && at == RIG_DEPTH, "raw line: loads as much as its ring holds");
    check(ask_load(at, piece, 8) == NL_OK && nl_get16(answer + 3) == 0, "raw line: and says when it is full");
    (void)ask_start((struct start){ 100000, 100000, count, count, 0, 0, 0 });
    while (at < count / 8 && !is_done) {
        size_t left = count / 8 - at;
        if (ask_load(at, piece, left < sizeof piece ? left : sizeof piece) != NL_OK) break;
        at += nl_get16(answer + 3);
    }
    run_for(count * 10);
    bool same = sample_octets == count / 8;
    for (size_t i = 0; i < sample_octets; i++) same = same && samples[i] == 0x33;
    check(ended(NL_GPIO_COMPLETE, count, count) && same,
          "raw line: sends and samples more than its rings hold");

    begin(0);
    (void)ask_open(0, 0, 0);
    for (at = 0; at < RIG_DEPTH; at += nl_get16(answer + 3)) (void)ask_load(at, piece, sizeof piece);
    (void)ask_start((struct start){ 1000000, 0, count, 0, 0, 0, 0 });
    run_for(400000);
    check(ended(NL_GPIO_UNDERRUN, 8 * RIG_DEPTH, 0), "raw line: an underrun ends it, and is told");

    begin(0);
    (void)ask_open(0, 1, 0);
    (void)ask_start((struct start){ 0, 1000000, 0, 8u << 24, 0, 0, 0 });
    rig_run(&rig, 500000); /* Nobody acknowledges. */
    run_for(400000);
    uint32_t sampled = nl_get32(done + 9);
    check(is_done && done[4] == NL_GPIO_OVERRUN && sampled >= 8 * RIG_DEPTH && sample_octets == sampled / 8,
          "raw line: an overrun ends it, and all before it comes");
}

static void forgets(void)
{
    begin(0);
    (void)ask_open(0, 1, 0);
    (void)ask_start((struct start){ 0, 1000, 0, 8, 2, 0, 1000 });
    rig.board.link.changed = true;
    rig_run(&rig, 1000);
    check(rig.board.gpio_line.state == NL_GPIO_CLOSED && !rig.jumper.driven && !rig.jumper.running,
          "raw line: ends with its session");
}

static void identity(void)
{
    static const uint8_t wanted[] = {
        10, 19, 2, 3, 0x0f, 0, 0, 0, 100, 0, 0x0f, 0x42, 64, 0, 0, RIG_DEPTH >> 8, 0, 0, 0, RIG_DEPTH >> 8, 0
    };
    uint8_t octets[NL_IDENTITY_MAX];
    begin(0);
    rig.board.identity.line = &rig.jumper.hal;
    size_t count = nl_identity_encode(&rig.board.identity, 0, 0, octets);
    check_octets(octets + count - sizeof wanted, sizeof wanted, wanted, sizeof wanted,
                 "raw line: its limits");
}

void test_gpio_line(void)
{
    loops();
    refusals();
    busy();
    triggers();
    open_drain();
    streams();
    forgets();
    identity();
}
