#include "rig.h"

#include <string.h>

static int rig_spi(void *context, const uint8_t header[NL_SPI_HEADER], const uint8_t *tx, uint8_t *rx,
                   size_t length)
{
    struct rig *rig = context;
    return w5500_model_transfer(&rig->chip, header, tx, rx, length);
}

static void rig_chip_reset(void *context, bool asserted)
{
    struct rig *rig = context;
    if (asserted) w5500_model_reset(&rig->chip);
}

static uint64_t rig_uptime(void *context)
{
    struct rig *rig = context;
    return rig->now++;
}

static uint32_t rig_now(void *context)
{
    return (uint32_t)rig_uptime(context);
}

static bool rig_interrupt(void *context, uint32_t *at)
{
    struct rig *rig = context;
    *at = (uint32_t)rig->now;
    return w5500_model_interrupt(&rig->chip);
}

static void rig_sleep(void *context, uint32_t microseconds)
{
    struct rig *rig = context;
    rig->now += microseconds;
}

static const uint8_t *rig_receive(void *context, unsigned number, size_t *length)
{
    struct rig_port *port = &((struct rig *)context)->ports[number];
    *length = port->in_to - port->in_from;
    return port->inbox + port->in_from;
}

static void rig_consume(void *context, unsigned number, size_t length)
{
    struct rig_port *port = &((struct rig *)context)->ports[number];
    port->in_from += length;
    if (port->in_from == port->in_to) port->in_from = port->in_to = 0;
}

static uint8_t *rig_reserve(void *context, unsigned number, size_t length)
{
    struct rig_port *port = &((struct rig *)context)->ports[number];
    return port->out_limit - port->out_length < length ? NULL : port->outbox + port->out_length;
}

static void rig_commit(void *context, unsigned number, size_t length)
{
    ((struct rig *)context)->ports[number].out_length += length;
}

static uint32_t rig_rate(void *context, unsigned number, uint32_t *highest)
{
    const struct rig_port *port = &((struct rig *)context)->ports[number];
    *highest = port->highest;
    return port->rate;
}

static bool rig_set_rate(void *context, unsigned number, uint32_t rate, bool apply)
{
    struct rig_port *port = &((struct rig *)context)->ports[number];
    if (rate == 0 || rate > port->highest) return false;
    if (apply) port->rate = rate;
    return true;
}

static uint32_t rig_lost(void *context)
{
    return ((struct rig *)context)->lost;
}

static uint32_t rig_stack(void *context)
{
    (void)context;
    return 0;
}

static void rig_restart(void *context, enum nl_restart kind)
{
    struct rig *rig = context;
    rig->restarts++;
    rig->restarted_as = kind;
}

static uint64_t rig_now_ns(void *context)
{
    return ((struct rig *)context)->now * 1000;
}

static void on_cable(void *context, const uint8_t *frame, size_t length)
{
    struct rig *rig = context;
    rig->frames_sent++;
    memcpy(rig->sent, frame, length);
    rig->sent_length = length;
}

static const uint8_t source_hash[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

void rig_init(struct rig *rig, uint64_t now)
{
    memset(rig, 0, sizeof *rig);
    rig->now = now;
    rig->hal = (struct nl_hal){
        .context = rig,
        .spi_transfer = rig_spi,
        .chip_reset = rig_chip_reset,
        .chip_interrupt = rig_interrupt,
        .now_us = rig_now,
        .uptime_us = rig_uptime,
        .sleep_us = rig_sleep,
        .port_receive = rig_receive,
        .port_consume = rig_consume,
        .port_reserve = rig_reserve,
        .port_commit = rig_commit,
        .port_rate = rig_rate,
        .port_set_rate = rig_set_rate,
        .octets_lost = rig_lost,
        .stack_used = rig_stack,
        .restart = rig_restart,
    };
    w5500_model_init(&rig->chip);
    jumper_init(&rig->jumper, rig_now_ns, rig);
    rig->chip.send = on_cable;
    rig->chip.send_context = rig;
    nl_crc32_init(&rig->crc);
    for (unsigned i = 0; i < RIG_PORTS; i++) rig->ports[i].out_limit = RIG_OUTBOX;
    rig_store_init(&rig->store, &rig->board, &rig->hal, &rig->crc);
    rig->ports[1].rate = 115200;
    rig->ports[1].highest = 3000000;
    struct nl_board_setup setup = {
        .hal = &rig->hal,
        .identity = { .board = "test",
                      .source_hash = source_hash,
                      .boot_number = 7,
                      .mac_address = { 2, 0, 0, 0, 0, 1 } },
        .lines = rig->store.lines,
        .line_count = RIG_PORTS,
        .in = &rig->store.in,
        .out = &rig->store.out,
        .window = 32,
        .divided = RIG_DIVIDED,
    };
    nl_board_init(&rig->board, &setup);
}

void rig_feed(struct rig *rig, unsigned number, const uint8_t *octets, size_t length)
{
    struct rig_port *port = &rig->ports[number];
    if (length > RIG_INBOX - port->in_to) length = RIG_INBOX - port->in_to;
    if (length > 0) memcpy(port->inbox + port->in_to, octets, length);
    port->in_to += length;
}

void rig_feed_frame(struct rig *rig, unsigned port, const struct nl_header *header, const uint8_t *payload,
                    size_t length)
{
    uint8_t frame[NL_FRAME_MAX + 64], encoded[NL_FRAME_MAX + 128];
    nl_header_encode(header, frame);
    if (length > 0) memcpy(frame + NL_FRAME_HEADER, payload, length);
    length += NL_FRAME_HEADER;
    nl_put32(frame + length, nl_crc32(&rig->crc, frame, length));
    struct nl_cobs_encoder encoder;
    nl_cobs_encode_begin(&encoder, encoded);
    nl_cobs_encode(&encoder, frame, length + NL_FRAME_CRC);
    rig_feed(rig, port, encoded, (size_t)(nl_cobs_encode_end(&encoder) - encoded));
}

void rig_open(struct rig *rig, unsigned port, uint16_t credit)
{
    static const uint8_t open[NL_OPEN_LENGTH] = { 1, 1, 32, 0x06, 0x35, 0xde, 0xad, 0xbe, 0xef };
    struct nl_header header = { .version = 1, .kind = NL_OPEN, .session = 0x1234, .credit = credit };
    rig_feed_frame(rig, port, &header, open, sizeof open);
    nl_board_poll(&rig->board);
    rig->ports[port].out_length = 0;
}

void rig_feed_data(struct rig *rig, unsigned port, uint8_t seq, uint8_t ack, const uint8_t *message,
                   size_t length)
{
    struct nl_header header = { 1, NL_DATA, 0x1234, seq, ack, 65535 };
    rig_feed_frame(rig, port, &header, message, length);
}

bool rig_take_frame(struct rig *rig, unsigned number, struct nl_header *header, uint8_t *frame,
                    size_t *length)
{
    struct rig_port *port = &rig->ports[number];
    struct nl_cobs_decoder decoder;
    for (;;) {
        enum nl_cobs_end end;
        nl_cobs_decode_begin(&decoder, frame, NL_FRAME_MAX);
        size_t taken = nl_cobs_decode(&decoder, port->outbox, port->out_length, &end);
        port->out_length -= taken;
        memmove(port->outbox, port->outbox + taken, port->out_length);
        if (end == NL_COBS_MORE) return false;
        if (end != NL_COBS_FRAME || decoder.length < NL_FRAME_HEADER + NL_FRAME_CRC) continue;
        *length = decoder.length - NL_FRAME_CRC;
        if (nl_crc32(&rig->crc, frame, *length) != nl_get32(frame + *length)) return false;
        *header = nl_header_decode(frame);
        return true;
    }
}

void rig_run(struct rig *rig, uint32_t microseconds)
{
    uint64_t end = rig->now + microseconds;
    while (rig->now < end) {
        uint32_t wait = nl_board_poll(&rig->board);
        if (rig->now + wait > end) wait = (uint32_t)(end > rig->now ? end - rig->now : 0);
        rig->now += wait;
    }
    nl_board_poll(&rig->board);
}
