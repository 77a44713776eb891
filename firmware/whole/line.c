#include "line.h"

#include "queue.h"

/* After so long a silence a frame is led by one more 0x00. Shorter pauses than T2 are none. */
static const uint32_t SILENCE_US = 2000;

void nl_line_init(struct nl_line *line, const struct nl_hal *hal, const struct nl_crc32 *crc,
                  struct nl_statistics *statistics, unsigned port, uint8_t *buffer, size_t buffer_size)
{
    *line = (struct nl_line){
        .hal = hal,
        .crc = crc,
        .statistics = statistics,
        .port = port,
        .sent_at = hal->now_us(hal->context) - SILENCE_US,
        .buffer = buffer,
        .buffer_size = buffer_size,
    };
    nl_cobs_decode_begin(&line->decoder, buffer, buffer_size);
}

static enum nl_line_event damaged(struct nl_line *line, enum nl_statistic why)
{
    line->statistics->value[why]++;
    return NL_LINE_DAMAGED;
}

static enum nl_line_event check(struct nl_line *line)
{
    const uint8_t *frame = line->decoder.out;
    size_t length = line->decoder.length;
    if (length < NL_FRAME_HEADER + NL_FRAME_CRC) return damaged(line, NL_SHORT);
    length -= NL_FRAME_CRC;
    if (nl_crc32(line->crc, frame, length) != nl_get32(frame + length)) return damaged(line, NL_BAD_CRC);
    line->frame = frame;
    line->length = length;
    line->statistics->value[NL_FRAMES_RECEIVED]++;
    return NL_LINE_FRAME;
}

static enum nl_line_event ended(struct nl_line *line, enum nl_cobs_end end)
{
    if (line->resync) {
        line->resync = false;
        return NL_LINE_NOTHING;
    }
    switch (end) {
        case NL_COBS_FRAME: return check(line);
        case NL_COBS_BAD: return damaged(line, NL_BAD_COBS);
        case NL_COBS_OVERSIZED: return damaged(line, NL_OVERSIZED);
        case NL_COBS_EMPTY:
        case NL_COBS_MORE: break;
    }
    return NL_LINE_NOTHING;
}

/* The frame is decoded where its message is to stand. When that place changes in its middle, it is lost. */
enum nl_line_event nl_line_receive(struct nl_line *line, const struct nl_expected *expected)
{
    const struct nl_hal *hal = line->hal;
    uint8_t *place = line->buffer;
    size_t capacity = line->buffer_size;
    size_t available;

    if (expected->in != NULL) {
        place = nl_queue_place(expected->in) - NL_FRAME_HEADER;
        capacity = NL_FRAME_MAX;
    }
    if (line->decoder.out != place) {
        line->resync = line->resync || line->decoder.begun;
        nl_cobs_decode_begin(&line->decoder, place, capacity);
    }
    for (;;) {
        const uint8_t *octets = hal->port_receive(hal->context, line->port, &available);
        if (available == 0) return NL_LINE_NOTHING;
        enum nl_cobs_end end;
        size_t taken = nl_cobs_decode(&line->decoder, octets, available, &end);
        hal->port_consume(hal->context, line->port, taken);
        if (end == NL_COBS_MORE) continue;
        enum nl_line_event event = ended(line, end);
        nl_cobs_decode_begin(&line->decoder, place, capacity);
        if (event != NL_LINE_NOTHING) return event;
    }
}

bool nl_line_send(struct nl_line *line, const uint8_t *frame, size_t length, uint32_t now)
{
    const struct nl_hal *hal = line->hal;
    uint8_t *out = hal->port_reserve(hal->context, line->port, 1 + nl_cobs_bound(length + NL_FRAME_CRC));
    if (out == NULL) return false;

    uint8_t *start = out;
    if (now - line->sent_at >= SILENCE_US) *out++ = 0;
    uint8_t crc[NL_FRAME_CRC];
    nl_put32(crc, nl_crc32(line->crc, frame, length));
    struct nl_cobs_encoder encoder;
    nl_cobs_encode_begin(&encoder, out);
    nl_cobs_encode(&encoder, frame, length);
    nl_cobs_encode(&encoder, crc, sizeof crc);
    out = nl_cobs_encode_end(&encoder);
    hal->port_commit(hal->context, line->port, (size_t)(out - start));
    line->sent_at = now;
    line->statistics->value[NL_FRAMES_SENT]++;
    return true;
}

bool nl_line_send_message(struct nl_line *line, const struct nl_header *header, struct nl_queue *out,
                          uint32_t record, uint32_t now)
{
    uint8_t *frame = nl_queue_payload(out, record) - NL_FRAME_HEADER;
    nl_header_encode(header, frame);
    return nl_line_send(line, frame, NL_FRAME_HEADER + nl_queue_length(out, record), now);
}

/* A frame goes to the port in one piece: none is ever under way. */
bool nl_line_continue(struct nl_line *line)
{
    (void)line;
    return true;
}

bool nl_line_paused(const struct nl_line *line)
{
    (void)line;
    return false;
}

bool nl_line_busy(const struct nl_line *line)
{
    (void)line;
    return false;
}

void nl_line_abandon(struct nl_line *line)
{
    (void)line;
}
