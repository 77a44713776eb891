#include "board.h"
#include "crc32_step.h"
#include "line.h"

static void begin(struct nl_line_in *in)
{
    in->fill = in->left = 0;
    in->zero_pending = in->oversized = in->begun = in->spilled = in->kept = false;
    in->decoded = 0;
    in->crc = NL_CRC32_BEGIN;
}

void nl_line_init(struct nl_line *line, const struct nl_hal *hal, struct nl_board *board, unsigned port)
{
    *line = (struct nl_line){
        .hal = hal,
        .statistics = &board->statistics,
        .board = board,
        .port = port,
        .sent_at = hal->now_us(hal->context),
        .out.cut = true, /* Noise before the first frame spoils nothing. */
    };
    begin(&line->in);
}

/* The frame of which the head is there: is it the one that the link takes next? Then its body goes to the
 * chip. */
static bool choose(struct nl_line *line, const struct nl_expected *expected)
{
    struct nl_line_in *in = &line->in;
    struct nl_header header = nl_header_decode(in->buffer);
    in->kept = expected->in != NULL && header.kind == NL_DATA && header.session == expected->session &&
               header.seq == expected->seq;
    if (in->kept) in->far = nl_queue_choose(expected->in, in->buffer[NL_FRAME_HEADER]);
    return in->kept;
}

/* All of the body before its octets behind the head are in the chip already. */
static void keep(struct nl_line *line, const uint8_t *octets, uint16_t count)
{
    struct nl_far *far = &line->in.far;
    (void)nl_w5500_write(&line->board->chip, nl_far_memory(far->where), (uint16_t)(far->at + far->length),
                         octets, count);
    far->length = (uint16_t)(far->length + count);
}

/* The buffer is full. The last four octets may be the CRC: they stay. */
static void spill(struct nl_line *line, const struct nl_expected *expected)
{
    struct nl_line_in *in = &line->in;
    uint8_t *chunk = in->buffer + NL_LINE_HEAD;
    if (!in->spilled) {
        const uint8_t *body = in->buffer + NL_FRAME_HEADER + NL_MESSAGE_HEAD;
        in->spilled = true;
        in->crc = nl_crc32_step(in->crc, in->buffer, NL_LINE_HEAD + NL_LINE_CHUNK);
        if (choose(line, expected)) keep(line, body, NL_NEAR_BODY + NL_LINE_CHUNK);
    } else {
        in->crc = nl_crc32_step(in->crc, chunk, NL_LINE_CHUNK);
        if (in->kept) keep(line, chunk, NL_LINE_CHUNK);
    }
    for (uint8_t i = 0; i < NL_FRAME_CRC; i++) chunk[i] = chunk[NL_LINE_CHUNK + i];
    in->fill = NL_LINE_HEAD + NL_FRAME_CRC;
}

/* The octets behind those that were spilled, or all. */
static bool crc_is_good(struct nl_line_in *in)
{
    uint8_t from = in->spilled ? NL_LINE_HEAD : 0;
    uint8_t end = (uint8_t)(in->fill - NL_FRAME_CRC);
    uint32_t crc = ~nl_crc32_step(in->crc, in->buffer + from, (uint16_t)(end - from));
    return crc == nl_get32(in->buffer + end);
}

/* The rest of the body goes where it belongs, and the queue is told of it. */
static void complete(struct nl_line *line, const struct nl_expected *expected)
{
    struct nl_line_in *in = &line->in;
    const uint8_t *body = in->buffer + NL_FRAME_HEADER + NL_MESSAGE_HEAD;
    uint8_t end = (uint8_t)(in->fill - NL_FRAME_CRC);
    uint8_t head = NL_FRAME_HEADER + NL_MESSAGE_HEAD;

    if (in->spilled) {
        if (in->kept) keep(line, in->buffer + NL_LINE_HEAD, (uint16_t)(end - NL_LINE_HEAD));
    } else if (end > NL_LINE_HEAD || (end > head && in->buffer[NL_FRAME_HEADER] == NL_MAC_SEND)) {
        if (choose(line, expected)) keep(line, body, (uint16_t)(end - head));
    }
    if (expected->in == NULL) return;
    expected->in->draft = in->buffer + NL_FRAME_HEADER;
    expected->in->far.where = NL_NEAR;
    if (in->kept) expected->in->far = in->far;
}

static enum nl_line_event damaged(struct nl_line *line, enum nl_statistic why)
{
    line->statistics->value[why]++;
    return NL_LINE_DAMAGED;
}

static enum nl_line_event ended(struct nl_line *line, const struct nl_expected *expected)
{
    struct nl_line_in *in = &line->in;
    if (in->oversized) return damaged(line, NL_OVERSIZED);
    if (!in->begun) return NL_LINE_NOTHING;
    if (in->left > 0) return damaged(line, NL_BAD_COBS);
    if (in->decoded < NL_FRAME_HEADER + NL_FRAME_CRC) return damaged(line, NL_SHORT);
    if (!crc_is_good(in)) return damaged(line, NL_BAD_CRC);
    complete(line, expected);
    line->frame = in->buffer;
    line->length = (size_t)in->decoded - NL_FRAME_CRC;
    line->statistics->value[NL_FRAMES_RECEIVED]++;
    return NL_LINE_FRAME;
}

/* The code of a block. A whole block must fit when it is opened, as it must where frames stand in one piece.
 */
static bool open_block(struct nl_line_in *in, uint8_t code)
{
    uint16_t wanted = (uint16_t)(in->decoded + (in->zero_pending ? code : code - 1u));
    bool zero = in->zero_pending;
    in->begun = true;
    in->oversized = wanted > NL_FRAME_MAX;
    if (in->oversized) return false;
    in->left = (uint8_t)(code - 1);
    in->zero_pending = code != 0xff;
    return zero;
}

static inline void put(struct nl_line *line, const struct nl_expected *expected, uint8_t octet)
{
    struct nl_line_in *in = &line->in;
    if (in->fill == NL_LINE_BUFFER) spill(line, expected);
    in->buffer[in->fill++] = octet;
    in->decoded++;
}

/* As many octets of the block as there are, at once as long as the buffer takes them. Returns where it
 * stopped. */
static const uint8_t *copy_block(struct nl_line *line, const struct nl_expected *expected, const uint8_t *at,
                                 const uint8_t *end)
{
    struct nl_line_in *in = &line->in;
    if (in->fill == NL_LINE_BUFFER) spill(line, expected);
    uint8_t room = (uint8_t)(NL_LINE_BUFFER - in->fill);
    uint8_t count = in->left < room ? in->left : room;
    if (end - at < count) count = (uint8_t)(end - at);
    uint8_t *out = in->buffer + in->fill;
    uint8_t copied = 0;
    while (copied < count && at[copied] != 0) {
        out[copied] = at[copied];
        copied++;
    }
    in->fill = (uint8_t)(in->fill + copied);
    in->left = (uint8_t)(in->left - copied);
    in->decoded = (uint16_t)(in->decoded + copied);
    return at + copied;
}

enum nl_line_event nl_line_receive(struct nl_line *line, const struct nl_expected *expected)
{
    const struct nl_hal *hal = line->hal;
    struct nl_line_in *in = &line->in;
    for (;;) {
        size_t available;
        const uint8_t *octets = hal->port_receive(hal->context, line->port, &available);
        if (available == 0) return NL_LINE_NOTHING;
        const uint8_t *at = octets, *end = octets + available;
        bool over = false;
        while (at != end && !over) {
            if (*at == 0) {
                over = true;
                at++;
            } else if (in->oversized) {
                at++;
            } else if (in->left > 0) {
                at = copy_block(line, expected, at, end);
            } else if (open_block(in, *at++)) {
                put(line, expected, 0);
            }
        }
        hal->port_consume(hal->context, line->port, (size_t)(at - octets));
        if (!over) continue;
        enum nl_line_event event = ended(line, expected);
        begin(in);
        if (event != NL_LINE_NOTHING) return event;
    }
}
