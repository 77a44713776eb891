/* What a board does by its clock. */
#include "check.h"
#include "rig.h"

static struct rig rig;
static struct nl_header header;
static uint8_t frame[NL_FRAME_MAX];
static size_t length;

static void ask_rate(void)
{
    static const uint8_t request[] = { NL_SYSTEM_LINE_RATE, 1, 0x00, 0x0e, 0x10, 0x00 }; /* 921600 */
    rig_init(&rig, 0xfff00000);
    rig_open(&rig, 1, 65535);
    rig_feed_data(&rig, 1, 0, 0, request, sizeof request);
    rig_run(&rig, 1000);
}

static void acknowledge(uint8_t ack)
{
    struct nl_header control = { 1, NL_ACK, 0x1234, 1, ack, 65535 };
    rig_feed_frame(&rig, 1, &control, NULL, 0);
}

static void rates(void)
{
    ask_rate();
    check(rig_take_frame(&rig, 1, &header, frame, &length) && frame[9] == NL_OK &&
              rig.ports[1].rate == 115200,
          "system: a rate is answered at the old one");
    rig_run(&rig, 100000);
    check(rig.ports[1].rate == 115200, "system: nothing changes before the answer is acknowledged");
    acknowledge(1);
    rig_run(&rig, 19000);
    check(rig.ports[1].rate == 115200, "system: nor in the 20 ms after");
    rig_run(&rig, 2000);
    check(rig.ports[1].rate == 921600, "system: then it does");
    acknowledge(1);
    rig_run(&rig, 600000);
    check(rig.ports[1].rate == 921600, "system: and stays when a frame was heard");
    rig_run(&rig, 1600000);
    check(rig.ports[1].rate == 115200, "system: a host not heard for 2 s is looked for at the first rate");

    ask_rate();
    acknowledge(1);
    rig_run(&rig, 499000);
    check(rig.ports[1].rate == 921600, "system: without a frame the new rate is kept for 500 ms");
    rig_run(&rig, 30000);
    check(rig.ports[1].rate == 115200, "system: and no longer");

    static const uint8_t too_high[] = { NL_SYSTEM_LINE_RATE, 1, 0x00, 0x5b, 0x8d, 0x80 };
    rig_init(&rig, 0);
    rig_open(&rig, 1, 65535);
    rig_feed_data(&rig, 1, 0, 0, too_high, sizeof too_high);
    rig_run(&rig, 1000);
    check(rig_take_frame(&rig, 1, &header, frame, &length) && frame[9] == NL_BAD_ARGUMENT,
          "system: a rate that cannot be made is BAD_ARGUMENT");
}

static void restarts(void)
{
    static const uint8_t request[] = { NL_SYSTEM_RESET, 1, NL_RESTART_LOADER };
    rig_init(&rig, 0);
    rig_open(&rig, 0, 65535);
    rig_feed_data(&rig, 0, 0, 0, request, sizeof request);
    rig_run(&rig, 40000);
    check(rig_take_frame(&rig, 0, &header, frame, &length) && rig.restarts == 0,
          "system: reset answers first");
    rig_run(&rig, 20000);
    check(rig.restarts == 1 && rig.restarted_as == NL_RESTART_LOADER,
          "system: and happens within 100 ms, once");
}

static void link_events(void)
{
    static const uint8_t request[] = { NL_PHY_EVENTS, 0, 1 };
    rig_init(&rig, 0xffff8000);
    rig_open(&rig, 0, 65535);
    rig_feed_data(&rig, 0, 0, 0, request, sizeof request);
    rig_run(&rig, 300000);
    while (rig_take_frame(&rig, 0, &header, frame, &length)) {
    }
    rig.chip.cable = false;
    rig_run(&rig, 110000);
    check(rig_take_frame(&rig, 0, &header, frame, &length) && frame[7] == NL_PHY_CHANGED && frame[8] == 0 &&
              length == 7 + 10 && frame[13] == 0,
          "system: a cable that is pulled is an event within 110 ms");
    rig_run(&rig, 80000); /* Less than T1. */
    check(!rig_take_frame(&rig, 0, &header, frame, &length), "system: one");
}

static void statistics(void)
{
    static const uint8_t clear[] = { NL_SYSTEM_STATISTICS, 1, 1 };
    rig_init(&rig, 0);
    rig_open(&rig, 0, 65535);
    rig.lost = 5;
    rig_feed_data(&rig, 0, 0, 0, clear, sizeof clear);
    rig_feed_data(&rig, 0, 1, 0, clear, sizeof clear);
    rig_run(&rig, 1000);
    bool first = rig_take_frame(&rig, 0, &header, frame, &length);
    check(first && length == 7 + 3 + 18 * 5 && frame[10] == 1 && nl_get32(frame + 10 + 14 * 5 + 1) == 5,
          "system: eighteen statistics, octets lost among them");
    bool second = rig_take_frame(&rig, 0, &header, frame, &length);
    check(second && nl_get32(frame + 10 + 14 * 5 + 1) == 0, "system: cleared ones begin at 0");
}

void test_system(void)
{
    rates();
    restarts();
    link_events();
    statistics();
}
