#include "board.h"
#include "cobs.h"
#include "crc32_step.h"
#include "line.h"

/* After so long a silence a frame is led by one more 0x00. */
static const uint32_t SILENCE_US = 2000;

enum { BLOCK_MAX = 254 };

static void put(struct nl_line *line, uint8_t octet)
{
    const struct nl_hal *hal = line->hal;
    uint8_t *out = hal->port_reserve(hal->context, line->port, 1);
    if (out == NULL) return;
    *out = octet;
    hal->port_commit(hal->context, line->port, 1);
}

/* Where the octets of the CRC begin. */
static uint16_t body_end(const struct nl_line_out *out)
{
    return (uint16_t)(out->total - NL_FRAME_CRC);
}

/* Octets from `at` on that stand together somewhere; returns how many, at most `most`. */
static uint8_t read(const struct nl_line *line, uint16_t at, uint8_t *to, uint8_t most)
{
    const struct nl_line_out *out = &line->out;
    uint16_t near_end = (uint16_t)(NL_FRAME_HEADER + out->message.near);
    uint16_t end = at < NL_FRAME_HEADER ? NL_FRAME_HEADER
                   : at < near_end      ? near_end
                   : at < body_end(out) ? body_end(out)
                                        : out->total;
    uint8_t count = end - at < most ? (uint8_t)(end - at) : most;
    uint16_t offset = (uint16_t)(at - NL_FRAME_HEADER);

    if (at < NL_FRAME_HEADER) {
        for (uint8_t i = 0; i < count; i++) to[i] = out->header[at + i];
    } else if (at >= body_end(out)) {
        for (uint8_t i = 0; i < count; i++) to[i] = out->crc_octets[at - body_end(out) + i];
    } else if (at >= near_end) {
        const struct nl_far *far = &out->message.far;
        /* A bus that fails spoils the frame: nothing can be done for it here. */
        (void)nl_w5500_read(&line->board->chip, nl_far_memory(far->where),
                            (uint16_t)(far->at + (at - near_end)), to, count);
    } else if (out->payload != NULL) {
        for (uint8_t i = 0; i < count; i++) to[i] = out->payload[offset + i];
    } else {
        nl_queue_read(out->queue, out->record, offset, to, count);
    }
    return count;
}

/* The octets from `at` on, and how many of them are there. The CRC's are not before all others were scanned.
 */
static const uint8_t *look(struct nl_line *line, uint16_t at, uint8_t *available)
{
    struct nl_line_out *out = &line->out;
    uint16_t into = (uint16_t)(at - out->cache_at);
    if (into >= out->cached) {
        uint16_t end = out->scanned >= body_end(out) ? out->total : body_end(out);
        uint16_t next = at;
        out->cache_at = at;
        out->cached = 0;
        while (out->cached < NL_LINE_CACHE && next < end) {
            uint8_t count =
                read(line, next, out->cache + out->cached, (uint8_t)(NL_LINE_CACHE - out->cached));
            out->cached = (uint8_t)(out->cached + count);
            next = (uint16_t)(next + count);
        }
        into = 0;
    }
    *available = (uint8_t)(out->cached - into);
    return out->cache + into;
}

/* Finds where the block ends that begins at `scanned`, and goes there. */
static void scan(struct nl_line *line)
{
    struct nl_line_out *out = &line->out;
    uint8_t block = 0;
    out->zero = false;
    while (!out->zero && block < BLOCK_MAX && out->scanned < out->total) {
        uint8_t available;
        const uint8_t *octets = look(line, out->scanned, &available);
        uint8_t limit = (uint8_t)(BLOCK_MAX - block), count = 0;
        if (available < limit) limit = available;
        while (count < limit && octets[count] != 0) count++;
        out->zero = count < limit;
        block = (uint8_t)(block + count);
        if (out->zero) count++;
        if (out->scanned < body_end(out)) {
            out->crc = nl_crc32_step(out->crc, octets, count);
            if (out->scanned + count == body_end(out)) nl_put32(out->crc_octets, ~out->crc);
        }
        out->scanned = (uint16_t)(out->scanned + count);
    }
    out->left = block;
}

/* A piece of a message went, and something came in meanwhile: it is that direction's turn, for on a fast line
 * the receiver's ring is full before a frame has gone. A frame in RAM goes at once, for its place is wanted.
 */
static bool turn_is_over(const struct nl_line *line)
{
    size_t waiting = 0;
    if (line->out.payload != NULL || !line->out.went) return false;
    (void)line->hal->port_receive(line->hal->context, line->port, &waiting);
    return waiting > 0;
}

/* Sends what there is room for of the block's octets. */
static bool send_block(struct nl_line *line)
{
    const struct nl_hal *hal = line->hal;
    struct nl_line_out *out = &line->out;
    while (out->left > 0) {
        uint8_t available;
        if (turn_is_over(line)) return false;
        out->went = true;
        const uint8_t *octets = look(line, out->sent, &available);
        uint8_t count = out->left < NL_PIECE ? out->left : NL_PIECE;
        if (available < count) count = available;
        uint8_t *to = hal->port_reserve(hal->context, line->port, count);
        if (to == NULL) return false;
        for (uint8_t i = 0; i < count; i++) to[i] = octets[i];
        hal->port_commit(hal->context, line->port, count);
        out->left = (uint8_t)(out->left - count);
        out->sent = (uint16_t)(out->sent + count);
    }
    return true;
}

bool nl_line_continue(struct nl_line *line)
{
    const struct nl_hal *hal = line->hal;
    struct nl_line_out *out = &line->out;
    out->went = false;
    while (out->busy) {
        if (!send_block(line)) return false;
        if (hal->port_reserve(hal->context, line->port, 1) == NULL) return false;
        if (out->zero) out->sent++;
        if (!out->zero && out->scanned == out->total) {
            put(line, 0);
            out->busy = false;
            line->statistics->value[NL_FRAMES_SENT]++;
        } else {
            scan(line);
            put(line, (uint8_t)(out->left + 1));
        }
    }
    return true;
}

static void begin(struct nl_line *line, uint16_t length, uint32_t now)
{
    struct nl_line_out *out = &line->out;
    if (out->cut || now - line->sent_at >= SILENCE_US) put(line, 0);
    out->cut = false;
    out->busy = true;
    out->zero = true;       /* As if one had gone before: a block follows, */
    out->sent = UINT16_MAX; /* at 0. */
    out->scanned = 0;
    out->left = out->cached = 0;
    out->crc = NL_CRC32_BEGIN;
    out->total = (uint16_t)(length + NL_FRAME_CRC);
    line->sent_at = now;
    (void)nl_line_continue(line);
}

bool nl_line_send(struct nl_line *line, const uint8_t *frame, size_t length, uint32_t now)
{
    const struct nl_hal *hal = line->hal;
    struct nl_line_out *out = &line->out;
    size_t encoded = 1 + nl_cobs_bound(length + NL_FRAME_CRC);
    if (out->busy || hal->port_reserve(hal->context, line->port, encoded) == NULL) return false;
    for (uint8_t i = 0; i < NL_FRAME_HEADER; i++) out->header[i] = frame[i];
    out->payload = frame + NL_FRAME_HEADER;
    out->message = (struct nl_record){ .near = (uint8_t)(length - NL_FRAME_HEADER) };
    begin(line, (uint16_t)length, now);
    return true;
}

bool nl_line_send_message(struct nl_line *line, const struct nl_header *header, struct nl_queue *queue,
                          uint32_t record, uint32_t now)
{
    const struct nl_hal *hal = line->hal;
    struct nl_line_out *out = &line->out;
    if (out->busy || hal->port_reserve(hal->context, line->port, NL_PIECE) == NULL) return false;
    nl_header_encode(header, out->header);
    out->payload = NULL;
    out->queue = queue;
    out->record = (uint16_t)record;
    out->message = nl_queue_record(queue, record);
    begin(line, (uint16_t)(NL_FRAME_HEADER + out->message.length), now);
    return true;
}

bool nl_line_paused(const struct nl_line *line)
{
    return line->out.busy && turn_is_over(line);
}

bool nl_line_busy(const struct nl_line *line)
{
    return line->out.busy;
}

void nl_line_abandon(struct nl_line *line)
{
    if (line->out.busy) line->out.cut = true;
    line->out.busy = false;
}
