/* What a board does by its clock: the change of the line's rate, a restart, the watch on the cable. */
#include "board.h"
#include "line.h"
#include "queue.h"

static const uint32_t RESTART_AFTER_US = 50000;     /* §5: the answer leaves first; within 100 ms. */
static const uint32_t RATE_CHANGE_AFTER_US = 20000; /* §7, and the two below */
static const uint32_t RATE_TRIED_FOR_US = 500000;
static const uint32_t RATE_SILENCE_US = 2000000;
/* The chip has no interrupt for its link. */
static const uint32_t PHY_EVERY_US = 100000;

static void apply_rate(struct nl_board *board, uint32_t rate)
{
    struct nl_rate_change *change = &board->rate;
    const struct nl_hal *hal = board->hal;
    if (!hal->port_set_rate(hal->context, change->port, rate, true)) return;
    if (board->link.active != NULL && board->link.active->port == change->port) board->link.line_rate = rate;
    if (rate == change->first) change->first = 0;
}

enum nl_status nl_system_rate(struct nl_board *board, uint32_t rate, uint32_t now)
{
    struct nl_rate_change *change = &board->rate;
    const struct nl_hal *hal = board->hal;
    unsigned port = board->link.active->port;
    uint32_t highest;
    uint32_t present = hal->port_rate(hal->context, port, &highest);

    if (present == 0) return NL_OK;
    if (change->phase != NL_RATE_STEADY) return NL_BUSY;
    if (!hal->port_set_rate(hal->context, port, rate, false)) return NL_BAD_ARGUMENT;
    if (change->first == 0) change->first = present;
    change->port = port;
    change->rate = rate;
    change->before = present;
    change->at = now;
    change->phase = NL_RATE_ANSWERED;
    return NL_OK;
}

/* A host that went away at another rate would not be heard again at the first one. */
static bool deserted(const struct nl_board *board, uint32_t now)
{
    return board->link.active == NULL || now - board->link.heard_at >= RATE_SILENCE_US;
}

static void poll_rate(struct nl_board *board, uint32_t now)
{
    struct nl_rate_change *change = &board->rate;
    switch (change->phase) {
        case NL_RATE_STEADY:
            if (change->first != 0 && deserted(board, now)) apply_rate(board, change->first);
            break;
        case NL_RATE_ANSWERED:
            if (!nl_link_acknowledged(&board->link, change->seq)) break;
            change->phase = NL_RATE_AGREED;
            change->at = now;
            break;
        case NL_RATE_AGREED:
            if (now - change->at < RATE_CHANGE_AFTER_US) break;
            apply_rate(board, change->rate);
            change->phase = NL_RATE_TRIED;
            change->at = now;
            break;
        case NL_RATE_TRIED:
            if ((int32_t)(board->link.heard_at - change->at) > 0) {
                change->phase = NL_RATE_STEADY;
            } else if (now - change->at >= RATE_TRIED_FOR_US) {
                apply_rate(board, change->before);
                change->phase = NL_RATE_STEADY;
            }
            break;
    }
}

static uint32_t rate_wait(const struct nl_board *board, uint32_t now)
{
    const struct nl_rate_change *change = &board->rate;
    switch (change->phase) {
        case NL_RATE_STEADY:
            if (change->first == 0) break;
            return nl_sooner(NL_FOREVER, board->link.heard_at, RATE_SILENCE_US, now);
        case NL_RATE_ANSWERED: break;
        case NL_RATE_AGREED: return nl_sooner(NL_FOREVER, change->at, RATE_CHANGE_AFTER_US, now);
        case NL_RATE_TRIED: return nl_sooner(NL_FOREVER, change->at, RATE_TRIED_FOR_US, now);
    }
    return NL_FOREVER;
}

static bool same_phy(const struct nl_phy *a, const struct nl_phy *b)
{
    return a->link == b->link && a->speed == b->speed && a->duplex == b->duplex && a->mode == b->mode;
}

static void poll_phy(struct nl_board *board, uint32_t now)
{
    struct nl_phy_watch *watch = &board->phy;
    enum { CHANGED_LENGTH = NL_EVENT_HEAD + 4 };
    struct nl_phy phy;

    if (!watch->on || now - watch->read_at < PHY_EVERY_US) return;
    watch->read_at = now;
    if (nl_w5500_phy_read(&board->chip, &phy) != NL_OK || same_phy(&phy, &watch->last)) return;
    if (!nl_link_event_room(&board->link, CHANGED_LENGTH)) return;
    watch->last = phy;
    uint8_t *message = nl_queue_place(board->link.out);
    message[0] = NL_PHY_CHANGED;
    message[1] = 0;
    nl_put32(message + NL_MESSAGE_HEAD, now);
    message[NL_EVENT_HEAD] = phy.link;
    message[NL_EVENT_HEAD + 1] = phy.speed;
    message[NL_EVENT_HEAD + 2] = phy.duplex;
    message[NL_EVENT_HEAD + 3] = phy.mode;
    (void)nl_link_send(&board->link, CHANGED_LENGTH);
}

void nl_system_poll(struct nl_board *board, uint32_t now)
{
    if (board->restart.asked && now - board->restart.at >= RESTART_AFTER_US) {
        board->restart.asked = false;
        board->hal->restart(board->hal->context, board->restart.kind);
    }
    poll_rate(board, now);
    poll_phy(board, now);
}

uint32_t nl_system_wait(const struct nl_board *board, uint32_t now)
{
    uint32_t wait = rate_wait(board, now);
    if (board->restart.asked) wait = nl_sooner(wait, board->restart.at, RESTART_AFTER_US, now);
    if (board->phy.on) wait = nl_sooner(wait, board->phy.read_at, PHY_EVERY_US, now);
    return wait;
}

void nl_system_forget(struct nl_board *board)
{
    board->phy.on = false;
    if (board->rate.phase == NL_RATE_ANSWERED) board->rate.phase = NL_RATE_STEADY;
}
