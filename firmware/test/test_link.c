/* Sessions, acknowledgements and timers, frame by frame (control-protocol.md §3, §4). */
#include "check.h"
#include "rig.h"

#include <string.h>

static struct rig rig;
static struct nl_header header;
static uint8_t frame[NL_FRAME_MAX];
static size_t length;

static bool next(unsigned port)
{
    return rig_take_frame(&rig, port, &header, frame, &length);
}

static bool next_is(unsigned port, enum nl_kind kind)
{
    return next(port) && header.kind == kind;
}

static void feed_control(unsigned port, enum nl_kind kind, uint16_t session, uint8_t seq, uint8_t ack)
{
    struct nl_header control = { 1, (uint8_t)kind, session, seq, ack, 65535 };
    rig_feed_frame(&rig, port, &control, NULL, 0);
}

static void feed_open(unsigned port, uint8_t version_min, uint8_t version_max, uint16_t session,
                      uint8_t nonce)
{
    uint8_t open[NL_OPEN_LENGTH] = { version_min, version_max, 32, 0x06, 0x35, 0, 0, 0, nonce };
    struct nl_header control = { version_min, NL_OPEN, session, 0, 0, 65535 };
    rig_feed_frame(&rig, port, &control, open, sizeof open);
    nl_board_poll(&rig.board);
}

static void echo(uint8_t seq, uint8_t ack, size_t octets)
{
    static uint8_t message[NL_MESSAGE_MAX] = { NL_SYSTEM_ECHO, 1 };
    rig_feed_data(&rig, 0, seq, ack, message, NL_MESSAGE_HEAD + octets);
}

static void sessions(void)
{
    rig_init(&rig, 0);
    nl_link_port_up(&rig.board.link, 0, 0);
    check(next_is(0, NL_BOOT) && header.session == 0, "link: a board that starts sends BOOT");
    nl_link_port_up(&rig.board.link, 0, 0);
    check(!next(0), "link: once on each port");

    feed_open(0, 1, 1, 0x1234, 1);
    check(next_is(0, NL_OPENED) && header.session == 0x1234 && frame[7] == 1 && nl_get32(frame + 11) == 1,
          "link: OPEN is answered with its session and nonce");
    echo(0, 0, 3);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_DATA) && header.seq == 0 && header.ack == 1, "link: a request is answered");
    feed_open(0, 1, 1, 0x1234, 1);
    check(next_is(0, NL_OPENED) && header.ack == 1, "link: OPEN again with the same nonce changes nothing");
    feed_open(0, 1, 1, 0x1234, 2);
    check(next_is(0, NL_OPENED) && header.ack == 0 && rig.store.out.count == 0,
          "link: a new nonce begins anew");

    feed_control(0, NL_POLL, 0x9999, 0, 0);
    rig.now += 200000;
    nl_board_poll(&rig.board);
    check(next_is(0, NL_RESET) && header.session == 0x9999,
          "link: a frame of another session is answered RESET");
    feed_control(0, NL_POLL, 0x9999, 0, 0);
    nl_board_poll(&rig.board);
    check(!next(0), "link: once in 100 ms");

    feed_open(1, 1, 1, 0x4321, 3);
    check(next_is(1, NL_OPENED), "link: OPEN on the other port takes the session there");
    feed_control(0, NL_POLL, 0x4321, 0, 0);
    rig.now += 200000;
    nl_board_poll(&rig.board);
    check(next_is(0, NL_RESET), "link: and the first port has none any more");
    feed_control(1, NL_CLOSE, 0x4321, 0, 0);
    nl_board_poll(&rig.board);
    check(rig.board.link.active == NULL && !next(1), "link: CLOSE ends it without an answer");
}

static void versions(void)
{
    rig_init(&rig, 0);
    feed_open(0, 2, 3, 0x1234, 1);
    check(next_is(0, NL_OPENED) && frame[7] == 1 && rig.board.link.active == NULL,
          "link: versions that do not meet are told ours, and nothing is opened");
    feed_open(0, 0, 7, 0x1234, 1);
    check(next_is(0, NL_OPENED) && rig.board.link.active != NULL, "link: a range that has ours is opened");
    feed_control(0, NL_OPENED, 0x1234, 0, 0);
    feed_control(0, NL_RESET, 0x7777, 0, 0);
    feed_control(0, NL_BOOT, 0, 0, 0);
    rig.now += 200000;
    nl_board_poll(&rig.board);
    check(!next(0), "link: what only a board sends is dropped: the line is looped");
}

static void acknowledgements(void)
{
    static const uint8_t no_answer[] = { NL_SYSTEM_ECHO, 0, 1 };
    rig_init(&rig, 0xffffff00);
    rig_open(&rig, 0, 65535);
    rig_feed_data(&rig, 0, 0, 0, no_answer, sizeof no_answer);
    nl_board_poll(&rig.board);
    check(!next(0), "link: a lone DATA is not acknowledged at once");
    rig_run(&rig, 2100);
    check(next_is(0, NL_ACK) && header.ack == 1, "link: but within T2, over the wrap of the clock");
    for (uint8_t i = 1; i <= 8; i++) rig_feed_data(&rig, 0, i, 0, no_answer, sizeof no_answer);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_ACK) && header.ack == 9, "link: at once when a quarter of the window is used up");
    rig_feed_data(&rig, 0, 5, 0, no_answer, sizeof no_answer);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_ACK) && rig.board.statistics.value[NL_DUPLICATES] == 1,
          "link: a duplicate at once, too");
    feed_control(0, NL_POLL, 0x1234, 9, 0);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_ACK) && header.ack == 9, "link: POLL is answered at once");

    rig_feed_data(&rig, 0, 11, 0, no_answer, sizeof no_answer);
    rig_feed_data(&rig, 0, 12, 0, no_answer, sizeof no_answer);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_NAK) && header.ack == 9 && !next(0), "link: one NAK a gap");
    rig.now += 250000;
    rig_feed_data(&rig, 0, 13, 0, no_answer, sizeof no_answer);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_NAK) && rig.board.statistics.value[NL_NAKS_SENT] == 2,
          "link: another when T1 has passed, and both are counted");
    static const uint8_t noise[] = { 5, 1, 0 };
    rig_feed_data(&rig, 0, 9, 0, no_answer, sizeof no_answer);
    rig_feed(&rig, 0, noise, sizeof noise);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_NAK) && header.ack == 10, "link: a damaged frame is a gap");
}

static void resending(void)
{
    rig_init(&rig, 0);
    rig_open(&rig, 0, 65535);
    for (uint8_t i = 0; i < 3; i++) echo(i, 0, i);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_DATA) && next_is(0, NL_DATA) && next_is(0, NL_DATA) && !next(0),
          "link: three answers");
    feed_control(0, NL_NAK, 0x1234, 3, 1);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_DATA) && header.seq == 1 && next_is(0, NL_DATA) && header.seq == 2 && !next(0),
          "link: NAK 1 brings 1 and 2 again, in order");
    feed_control(0, NL_NAK, 0x1234, 3, 77);
    nl_board_poll(&rig.board);
    check(!next(0), "link: a NAK of what was never sent brings nothing");
    rig_run(&rig, 199000);
    check(!next(0), "link: nothing before T1");
    rig_run(&rig, 2000);
    check(next_is(0, NL_DATA) && header.seq == 1 && next_is(0, NL_DATA), "link: all again when T1 ends");
    rig_run(&rig, 390000);
    check(!next(0), "link: T1 has doubled");
    feed_control(0, NL_ACK, 0x1234, 3, 3);
    nl_board_poll(&rig.board);
    check(rig.store.out.count == 0 && nl_link_wait(&rig.board.link, (uint32_t)rig.now) == NL_FOREVER,
          "link: an ACK of all stops T1");

    echo(3, 3, 0);
    rig_run(&rig, 13000000);
    check(rig.board.link.active == NULL && rig.board.statistics.value[NL_T1_EXPIRIES] == 10 + 1,
          "link: after N2 expiries the link has failed");
}

static void credits(void)
{
    rig_init(&rig, 0);
    rig_open(&rig, 0, 40);
    echo(0, 0, 20);
    struct nl_header data = { 1, NL_DATA, 0x1234, 1, 0, 40 };
    static const uint8_t message[22] = { NL_SYSTEM_ECHO, 2 };
    rig_feed_frame(&rig, 0, &data, message, sizeof message);
    rig.board.link.edge = 40;
    nl_board_poll(&rig.board);
    check(next_is(0, NL_DATA), "link: rig");

    rig_init(&rig, 0);
    rig_open(&rig, 0, 40);
    rig_feed_frame(&rig, 0, &(struct nl_header){ 1, NL_DATA, 0x1234, 0, 0, 40 }, message, sizeof message);
    rig_feed_frame(&rig, 0, &(struct nl_header){ 1, NL_DATA, 0x1234, 1, 0, 40 }, message, sizeof message);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_DATA) && !next(0), "link: credit for 40 lets one answer of 31 go");
    rig_feed_frame(&rig, 0, &(struct nl_header){ 1, NL_ACK, 0x1234, 2, 1, 5 }, NULL, 0);
    nl_board_poll(&rig.board);
    check(!next(0), "link: an edge of 9 lets none go");
    rig_run(&rig, 210000);
    check(next_is(0, NL_POLL), "link: without credit and with nothing unacknowledged POLL goes out each T1");
    rig_feed_frame(&rig, 0, &(struct nl_header){ 1, NL_ACK, 0x1234, 2, 1, 31 }, NULL, 0);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_DATA) && header.seq == 1, "link: credit lets it go");

    rig_init(&rig, 0);
    rig_open(&rig, 0, 65535);
    rig.board.link.given = 100;
    echo(0, 0, 200);
    nl_board_poll(&rig.board);
    check(next_is(0, NL_NAK), "link: DATA beyond the credit that was given is a gap");
}

void test_link(void)
{
    sessions();
    versions();
    acknowledgements();
    resending();
    credits();
}
