/* What a board may hand to its link, and when (control-protocol.md §4, Credit). */
#include "link.h"
#include "queue.h"

/* Less than half of the sequence space, so that acknowledged and not yet sent are told apart. */
enum { QUEUED_MAX = 100 };

bool nl_link_room(const struct nl_link *link, uint32_t length)
{
    return link->out->count < QUEUED_MAX && nl_queue_fits(link->out, length, 0);
}

bool nl_link_unsent(const struct nl_link *link)
{
    return (uint8_t)(link->snd_nxt - link->snd_una) != link->out->count;
}

bool nl_link_event_room(const struct nl_link *link, uint32_t length)
{
    if (nl_link_unsent(link) || link->snd_sent != link->snd_nxt) return false;
    /* One number of the window stays for a response, too. */
    if ((uint8_t)(link->snd_nxt - link->snd_una) + 1 >= link->window && link->window > 1) return false;
    if (link->snd_una != link->snd_nxt && link->window == 1) return false;
    uint32_t cost = length + NL_MESSAGE_COST;
    uint32_t longest =
        NL_MESSAGE_COST + (link->message_max < NL_MESSAGE_MAX ? link->message_max : NL_MESSAGE_MAX);
    return link->in_flight + cost + longest <= link->edge && nl_link_room(link, length);
}

uint8_t nl_link_send(struct nl_link *link, uint32_t length)
{
    uint8_t seq = (uint8_t)(link->snd_una + link->out->count);
    nl_queue_push(link->out, length);
    return seq;
}

bool nl_link_acknowledged(const struct nl_link *link, uint8_t seq)
{
    return (uint8_t)(seq - link->snd_una) >= 128;
}
