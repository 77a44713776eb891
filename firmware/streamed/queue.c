#include "queue.h"

#include "board.h"

#include <stddef.h>
#include <string.h>

void nl_queue_init_in(struct nl_queue *in, struct nl_board *board, uint8_t *octets, uint16_t size)
{
    *in = (struct nl_queue){ .octets = octets, .size = size, .received = true, .board = board };
}

void nl_queue_init_out(struct nl_queue *out, struct nl_board *board, uint8_t *octets, uint16_t size,
                       uint8_t *draft, uint16_t draft_size)
{
    *out = (struct nl_queue){ .octets = octets,
                              .size = size,
                              .draft = draft + NL_FRAME_HEADER,
                              .draft_size = draft_size,
                              .board = board };
}

void nl_queue_clear(struct nl_queue *queue)
{
    queue->head = queue->tail = queue->used = 0;
    queue->count = 0;
    queue->far.where = NL_NEAR;
}

static uint16_t wrapped(const struct nl_queue *queue, uint16_t offset)
{
    return offset < queue->size ? offset : (uint16_t)(offset - queue->size);
}

/* In one or two stretches: an AVR's loop for each octet would cost more than all else that is done to a
 * record. */
static void put(struct nl_queue *queue, uint16_t at, const void *from, uint16_t count)
{
    uint16_t first = (uint16_t)(queue->size - at);
    if (count < first) first = count;
    memcpy(queue->octets + at, from, first);
    if (count > first) memcpy(queue->octets, (const uint8_t *)from + first, (size_t)(count - first));
}

static void get(const struct nl_queue *queue, uint16_t at, void *to, uint16_t count)
{
    uint16_t first = (uint16_t)(queue->size - at);
    if (count < first) first = count;
    memcpy(to, queue->octets + at, first);
    if (count > first) memcpy((uint8_t *)to + first, queue->octets, (size_t)(count - first));
}

struct nl_record nl_queue_record(const struct nl_queue *queue, uint32_t record)
{
    struct nl_record found;
    get(queue, (uint16_t)record, &found, sizeof found);
    return found;
}

static uint8_t octet_of(const struct nl_queue *queue, uint32_t record, uint16_t offset)
{
    return queue->octets[wrapped(queue, (uint16_t)(record + offset))];
}

static uint16_t record_size(const struct nl_queue *queue, uint16_t near)
{
    return queue->received ? NL_IN_SLOT : (uint16_t)(sizeof(struct nl_record) + near);
}

uint32_t nl_queue_next(const struct nl_queue *queue, uint32_t record)
{
    uint8_t near = 0;
    if (!queue->received) near = octet_of(queue, record, offsetof(struct nl_record, near));
    return wrapped(queue, (uint16_t)(record + record_size(queue, near)));
}

uint32_t nl_queue_length(const struct nl_queue *queue, uint32_t record)
{
    uint16_t length;
    get(queue, wrapped(queue, (uint16_t)(record + offsetof(struct nl_record, length))), &length,
        sizeof length);
    return length;
}

uint8_t *nl_queue_place(const struct nl_queue *queue)
{
    return queue->draft;
}

/* Only of messages received, which do not wrap. */
uint8_t *nl_queue_payload(const struct nl_queue *queue, uint32_t record)
{
    return queue->octets + record + sizeof(struct nl_record);
}

void nl_queue_read(const struct nl_queue *queue, uint16_t record, uint16_t offset, uint8_t *octets,
                   uint16_t count)
{
    get(queue, wrapped(queue, (uint16_t)(record + sizeof(struct nl_record) + offset)), octets, count);
}

bool nl_queue_find(const struct nl_queue *queue, enum nl_where where, struct nl_record *found)
{
    uint32_t record = queue->tail;
    for (uint8_t i = 0; i < queue->count; i++) {
        if (octet_of(queue, record, offsetof(struct nl_record, far.where)) == where) {
            *found = nl_queue_record(queue, record);
            return true;
        }
        record = nl_queue_next(queue, record);
    }
    return false;
}

/* Invariant 1. */
static uint16_t scratch_used(const struct nl_queue *in)
{
    struct nl_record oldest;
    bool any =
        nl_queue_find(in->board->link.out, NL_SCRATCH, &oldest) || nl_queue_find(in, NL_SCRATCH, &oldest);
    return any ? (uint16_t)(in->scratch_head - oldest.far.at) : 0;
}

/* A frame that finds no room among those to send goes to the scratch, so that this alone is what is sure. */
uint32_t nl_queue_room(const struct nl_queue *in)
{
    uint16_t taken = (uint16_t)(scratch_used(in) + NL_SCRATCH_SPAN);
    return taken < NL_W5500_SCRATCH_SIZE ? NL_W5500_SCRATCH_SIZE - (uint32_t)taken : 0;
}

bool nl_queue_fits(const struct nl_queue *queue, uint32_t length, unsigned sends)
{
    if (queue->received) return queue->size - queue->used >= (uint16_t)NL_IN_SLOT;
    uint16_t near = length < queue->draft_size ? (uint16_t)length : queue->draft_size;
    uint16_t wanted = (uint16_t)(record_size(queue, near) + sends * record_size(queue, NL_SENT_LENGTH));
    return queue->size - queue->used >= wanted;
}

void nl_queue_push(struct nl_queue *queue, uint32_t length)
{
    struct nl_record record = { .length = (uint16_t)length, .far = queue->far };
    if (queue->received) {
        record.near = length < NL_IN_NEAR ? (uint8_t)length : NL_IN_NEAR;
        if (record.far.where == NL_SCRATCH) {
            queue->scratch_head = (uint16_t)(queue->scratch_head + record.far.length);
        }
    } else {
        record.near = (uint8_t)(record.far.where == NL_NEAR ? length : length - record.far.length);
    }
    uint16_t size = record_size(queue, record.near);
    put(queue, queue->head, &record, sizeof record);
    put(queue, wrapped(queue, (uint16_t)(queue->head + sizeof record)), queue->draft, record.near);
    queue->head = wrapped(queue, (uint16_t)(queue->head + size));
    queue->used = (uint16_t)(queue->used + size);
    queue->count++;
    queue->far.where = NL_NEAR;
}

void nl_queue_pop(struct nl_queue *queue)
{
    uint8_t near = octet_of(queue, queue->tail, offsetof(struct nl_record, near));
    uint16_t size = record_size(queue, near);
    queue->tail = wrapped(queue, (uint16_t)(queue->tail + size));
    queue->used = (uint16_t)(queue->used - size);
    queue->count--;
}

bool nl_queue_late(const struct nl_queue *queue)
{
    (void)queue;
    return true;
}

bool nl_queue_echo(struct nl_queue *out, const struct nl_queue *in, uint32_t length)
{
    const uint8_t *request = nl_queue_payload(in, in->tail);
    if (length <= NL_NEAR_BODY) {
        memcpy(out->draft + NL_RESPONSE_HEAD, request + NL_MESSAGE_HEAD, (size_t)length);
        return true;
    }
    if (in->board->chip.version != NL_W5500_VERSION) return false;
    /* With tag 0 there will be no message. */
    if (request[1] != 0) out->far = nl_queue_record(in, in->tail).far;
    return true;
}

bool nl_queue_body(const struct nl_queue *in, uint8_t *octets, uint16_t length)
{
    struct nl_w5500 *chip = &in->board->chip;
    struct nl_far far = nl_queue_record(in, in->tail).far;
    if (far.where == NL_NEAR) {
        memcpy(octets, nl_queue_payload(in, in->tail) + NL_MESSAGE_HEAD, length);
        return true;
    }
    return chip->version == NL_W5500_VERSION &&
           nl_w5500_read(chip, nl_far_memory(far.where), far.at, octets, length) == NL_OK;
}

/* Behind the frames that wait, if nothing else does that might move the place: an opening, a frame in the
 * scratch. */
static bool frames_end(const struct nl_queue *in, uint16_t *end)
{
    const struct nl_board *board = in->board;
    uint32_t record = in->tail;

    *end = board->chip.tx_write;
    for (uint8_t i = 0; i < in->count; i++) {
        struct nl_far far = nl_queue_record(in, record).far;
        if (far.where != NL_FRAMES || far.opened != board->mac.opened) return false;
        *end = (uint16_t)(far.at + far.length);
        record = nl_queue_next(in, record);
    }
    return true;
}

struct nl_far nl_queue_choose(const struct nl_queue *in, uint8_t op)
{
    const struct nl_board *board = in->board;
    uint16_t end;
    if (op == NL_MAC_SEND && board->mac.open && frames_end(in, &end)) {
        uint16_t oldest = (uint16_t)(board->chip.tx_write - board->mac.send_octets);
        uint16_t used = (uint16_t)(end - oldest);
        if (used + NL_FRAME_MAX <= nl_w5500_tx_size(&board->chip)) {
            return (struct nl_far){ .where = NL_FRAMES, .opened = board->mac.opened, .at = end };
        }
    }
    return (struct nl_far){ .where = NL_SCRATCH, .at = in->scratch_head };
}

enum nl_w5500_memory nl_far_memory(uint8_t where)
{
    switch (where) {
        case NL_FRAMES: return NL_W5500_TRANSMIT;
        case NL_RECEIVED: return NL_W5500_RECEIVED;
        case NL_SAMPLES: return NL_W5500_SAMPLED;
        default: return NL_W5500_SCRATCH;
    }
}
