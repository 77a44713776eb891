#include "queue.h"

#include <string.h>

/* Kept free for each answer of a send under way. */
enum { SENT_SPACE = 32 };

static uint32_t record_size(uint32_t length)
{
    return (NL_RECORD_HEAD + length + 3u) & ~3u;
}

void nl_queue_init(struct nl_queue *queue, void *octets, uint32_t size)
{
    queue->octets = octets;
    queue->size = size;
    nl_queue_clear(queue);
}

void nl_queue_clear(struct nl_queue *queue)
{
    queue->head = queue->tail = queue->used = queue->count = 0;
    queue->wrap = queue->size;
}

uint8_t *nl_queue_place(const struct nl_queue *queue)
{
    return queue->octets + queue->head + NL_RECORD_HEAD;
}

uint32_t nl_queue_room(const struct nl_queue *queue)
{
    uint32_t taken = queue->used + 2u * NL_QUEUE_SPAN + NL_QUEUE_SLACK;
    return taken < queue->size ? queue->size - taken : 0;
}

void nl_queue_push(struct nl_queue *queue, uint32_t length)
{
    uint32_t size = record_size(length);
    *(nl_word *)(void *)(queue->octets + queue->head) = length;
    queue->head += size;
    queue->used += size;
    queue->count++;
    if (queue->size - queue->head < NL_QUEUE_SPAN) {
        queue->wrap = queue->head;
        queue->head = 0;
    }
}

void nl_queue_pop(struct nl_queue *queue)
{
    uint32_t next = nl_queue_next(queue, queue->tail);
    queue->used -= record_size(nl_queue_length(queue, queue->tail));
    queue->count--;
    if (next == 0) queue->wrap = queue->size;
    queue->tail = next;
}

uint32_t nl_queue_next(const struct nl_queue *queue, uint32_t record)
{
    uint32_t next = record + record_size(nl_queue_length(queue, record));
    return next == queue->wrap ? 0 : next;
}

uint8_t *nl_queue_payload(const struct nl_queue *queue, uint32_t record)
{
    return queue->octets + record + NL_RECORD_HEAD;
}

uint32_t nl_queue_length(const struct nl_queue *queue, uint32_t record)
{
    return *(const nl_word *)(const void *)(queue->octets + record);
}

/* What was promised as credit may have gone by the heads of many short messages: then they wait. */
bool nl_queue_fits(const struct nl_queue *queue, uint32_t length, unsigned sends)
{
    return queue->used + record_size(length) + sends * SENT_SPACE + 2u * NL_QUEUE_SPAN <= queue->size;
}

bool nl_queue_late(const struct nl_queue *queue)
{
    (void)queue;
    return false;
}

bool nl_queue_echo(struct nl_queue *out, const struct nl_queue *in, uint32_t length)
{
    const uint8_t *body = nl_queue_payload(in, in->tail) + NL_MESSAGE_HEAD;
    memcpy(nl_queue_place(out) + NL_RESPONSE_HEAD, body, length);
    return true;
}

bool nl_queue_body(const struct nl_queue *in, uint8_t *octets, uint16_t length)
{
    memcpy(octets, nl_queue_payload(in, in->tail) + NL_MESSAGE_HEAD, length);
    return true;
}
