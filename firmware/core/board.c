#include "board.h"

#include "queue.h"
#include "version.h"

enum { ROUNDS_A_POLL = 64 };

void nl_board_init(struct nl_board *board, const struct nl_board_setup *setup)
{
    *board = (struct nl_board){ .hal = setup->hal, .identity = setup->identity };
    board->statistics.value[NL_WATCHDOG_RESETS] = setup->watchdog_resets;
    board->identity.line = setup->hal->gpio;
    if (setup->hal->gpio != NULL) board->identity.capabilities |= NL_CAPABILITY_LINE;
    board->link = (struct nl_link){
        .lines = setup->lines,
        .line_count = setup->line_count,
        .in = setup->in,
        .out = setup->out,
        .statistics = &board->statistics,
        .identity = &board->identity,
        .own_window = setup->window,
        .version = NL_PROTOCOL_VERSION,
    };
    nl_link_init(&board->link);
    nl_w5500_init(&board->chip, setup->hal, setup->divided);
    (void)nl_w5500_reset(&board->chip);
    board->identity.chip_version = board->chip.version;
}

/* What a host set up ends with its session. */
static void forget_session(struct nl_board *board)
{
    if (board->mac.open) (void)nl_mac_close(board);
    (void)nl_gpio_close(board);
    nl_system_forget(board);
}

static bool dispatch_next(struct nl_board *board)
{
    struct nl_queue *in = board->link.in;
    if (in->count == 0) return false;
    if (!nl_dispatch(board, nl_queue_payload(in, in->tail), nl_queue_length(in, in->tail))) return false;
    nl_link_pop(&board->link, board->hal->now_us(board->hal->context));
    return true;
}

uint32_t nl_board_poll(struct nl_board *board)
{
    const struct nl_hal *hal = board->hal;
    struct nl_link *link = &board->link;
    uint32_t now = hal->now_us(hal->context);

    nl_link_receive(link, now);
    if (nl_link_take_change(link)) forget_session(board);
    nl_system_poll(board, now);
    for (int i = 0; i < ROUNDS_A_POLL; i++) {
        bool dispatched = dispatch_next(board);
        uint8_t sends = board->mac.send_count;
        nl_mac_poll(board);
        /* A request may have waited for a send that ended just now. */
        if (!dispatched && board->mac.send_count >= sends) break;
    }
    nl_gpio_poll(board);
    now = hal->now_us(hal->context);
    nl_link_transmit(link, now);

    uint32_t wait = nl_link_wait(link, now);
    uint32_t other = nl_system_wait(board, now);
    if (other < wait) wait = other;
    other = nl_mac_wait(board, now);
    if (other < wait) wait = other;
    other = nl_gpio_wait(board);
    if (other < wait) wait = other;
    /* A link that failed in this very round leaves its MAC to close. */
    return link->changed ? 0 : wait;
}
