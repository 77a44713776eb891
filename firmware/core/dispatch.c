/* Requests: a table of ops, each with the length that its body may have (control-protocol.md §5). */
#include "board.h"
#include "flash.h"
#include "line.h"
#include "queue.h"

#include <string.h>

enum {
    ECHO_MAX = NL_MESSAGE_MAX - NL_RESPONSE_HEAD,
    PAIR = 5, /* counter 1, value 4 */
};

struct result {
    uint8_t *octets;
    uint32_t length;
};

typedef enum nl_status handler(struct nl_board *board, const uint8_t *body, uint32_t length,
                               struct result *result);

static enum nl_status identify(struct nl_board *board, const uint8_t *body, uint32_t length,
                               struct result *result)
{
    (void)body, (void)length;
    const struct nl_line *line = board->link.active;
    uint32_t highest;
    uint32_t rate = board->hal->port_rate(board->hal->context, line->port, &highest);
    result->length = (uint32_t)nl_identity_encode(&board->identity, rate, highest, result->octets);
    return NL_OK;
}

static enum nl_status echo(struct nl_board *board, const uint8_t *body, uint32_t length,
                           struct result *result)
{
    (void)body;
    result->length = length;
    return nl_queue_echo(board->link.out, board->link.in, length) ? NL_OK : NL_NO_CHIP;
}

static enum nl_status reset(struct nl_board *board, const uint8_t *body, uint32_t length,
                            struct result *result)
{
    (void)length, (void)result;
    if (body[0] > NL_RESTART_LOADER) return NL_BAD_ARGUMENT;
    board->restart.asked = true;
    board->restart.kind = (enum nl_restart)body[0];
    board->restart.at = board->hal->now_us(board->hal->context);
    return NL_OK;
}

static void put_pairs(struct result *result, const uint32_t *values, unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        uint8_t *pair = result->octets + result->length;
        pair[0] = (uint8_t)i;
        nl_put32(pair + 1, values[i]);
        result->length += PAIR;
    }
}

static enum nl_status statistics(struct nl_board *board, const uint8_t *body, uint32_t length,
                                 struct result *result)
{
    (void)length;
    const struct nl_hal *hal = board->hal;
    uint32_t *value = board->statistics.value;
    if (body[0] > 1) return NL_BAD_ARGUMENT;
    uint32_t lost = hal->octets_lost(hal->context);
    value[NL_OCTETS_LOST] = lost - board->octets_lost_zero;
    value[NL_MILLISECONDS] = (uint32_t)(hal->uptime_us(hal->context) / 1000);
    value[NL_STACK_USED] = hal->stack_used(hal->context);
    put_pairs(result, value, NL_STATISTIC_COUNT);
    if (body[0] == 1) {
        for (unsigned i = 1; i < NL_MILLISECONDS; i++) value[i] = 0;
        board->octets_lost_zero = lost;
    }
    return NL_OK;
}

static enum nl_status line_rate(struct nl_board *board, const uint8_t *body, uint32_t length,
                                struct result *result)
{
    (void)length, (void)result;
    return nl_system_rate(board, nl_get32(body), board->hal->now_us(board->hal->context));
}

static enum nl_status clock(struct nl_board *board, const uint8_t *body, uint32_t length,
                            struct result *result)
{
    (void)body, (void)length;
    uint64_t now = board->hal->uptime_us(board->hal->context);
    nl_put32(result->octets, (uint32_t)(now >> 32));
    nl_put32(result->octets + 4, (uint32_t)now);
    result->length = 8;
    return NL_OK;
}

static enum nl_status phy_read(struct nl_board *board, const uint8_t *body, uint32_t length,
                               struct result *result)
{
    (void)body, (void)length;
    struct nl_phy phy;
    enum nl_status status = nl_w5500_probe(&board->chip);
    if (status == NL_OK) status = nl_w5500_phy_read(&board->chip, &phy);
    if (status != NL_OK) return status;
    result->octets[0] = phy.link;
    result->octets[1] = phy.speed;
    result->octets[2] = phy.duplex;
    result->octets[3] = phy.mode;
    result->length = 4;
    return NL_OK;
}

static enum nl_status phy_mode(struct nl_board *board, const uint8_t *body, uint32_t length,
                               struct result *result)
{
    (void)length, (void)result;
    enum { RESERVED_MODE = 5, HIGHEST_MODE = 7 };
    if (body[0] > HIGHEST_MODE || body[0] == RESERVED_MODE) return NL_BAD_ARGUMENT;
    enum nl_status status = nl_w5500_probe(&board->chip);
    if (status == NL_OK) status = nl_w5500_phy_mode(&board->chip, body[0]);
    if (status != NL_OK) return status;
    board->phy.mode = body[0];
    board->phy.mode_set = true;
    return NL_OK;
}

static enum nl_status phy_events(struct nl_board *board, const uint8_t *body, uint32_t length,
                                 struct result *result)
{
    (void)length, (void)result;
    if (body[0] > 1) return NL_BAD_ARGUMENT;
    board->phy.on = false;
    if (body[0] == 0) return NL_OK;
    enum nl_status status = nl_w5500_probe(&board->chip);
    if (status == NL_OK) status = nl_w5500_phy_read(&board->chip, &board->phy.last);
    board->phy.read_at = board->hal->now_us(board->hal->context);
    board->phy.on = status == NL_OK;
    return status;
}

static enum nl_status mac_open(struct nl_board *board, const uint8_t *body, uint32_t length,
                               struct result *result)
{
    (void)length, (void)result;
    if ((body[6] & ~NL_W5500_FILTERS) != 0) return NL_BAD_ARGUMENT;
    return nl_mac_open(board, body, body[6]);
}

static enum nl_status mac_close(struct nl_board *board, const uint8_t *body, uint32_t length,
                                struct result *result)
{
    (void)body, (void)length, (void)result;
    return board->mac.open ? nl_mac_close(board) : NL_BAD_STATE;
}

static enum nl_status mac_filter(struct nl_board *board, const uint8_t *body, uint32_t length,
                                 struct result *result)
{
    (void)length, (void)result;
    if ((body[0] & ~NL_W5500_FILTERS) != 0) return NL_BAD_ARGUMENT;
    return board->mac.open ? nl_mac_filter(board, body[0]) : NL_BAD_STATE;
}

static enum nl_status mac_counters(struct nl_board *board, const uint8_t *body, uint32_t length,
                                   struct result *result)
{
    (void)length;
    if (body[0] > 1) return NL_BAD_ARGUMENT;
    put_pairs(result, board->mac.counters.value, NL_MAC_COUNTER_COUNT);
    if (body[0] == 1) memset(&board->mac.counters, 0, sizeof board->mac.counters);
    return NL_OK;
}

static enum nl_status line_open(struct nl_board *board, const uint8_t *body, uint32_t length,
                                struct result *result)
{
    (void)length, (void)result;
    return nl_gpio_open(board, body);
}

static enum nl_status line_close(struct nl_board *board, const uint8_t *body, uint32_t length,
                                 struct result *result)
{
    (void)body, (void)length, (void)result;
    return nl_gpio_close(board);
}

static enum nl_status line_load(struct nl_board *board, const uint8_t *body, uint32_t length,
                                struct result *result)
{
    uint16_t taken = 0;
    enum nl_status status = nl_gpio_load(board, body, length, &taken);
    nl_put16(result->octets, taken);
    result->length = 2;
    return status;
}

static enum nl_status line_start(struct nl_board *board, const uint8_t *body, uint32_t length,
                                 struct result *result)
{
    (void)body, (void)length;
    uint8_t *request = result->octets + NL_GPIO_STARTED_LENGTH; /* The place has room for both. */
    result->length = NL_GPIO_STARTED_LENGTH;
    if (!nl_queue_body(board->link.in, request, NL_GPIO_START_LENGTH)) return NL_NO_CHIP;
    return nl_gpio_start(board, request, result->octets);
}

static enum nl_status line_stop(struct nl_board *board, const uint8_t *body, uint32_t length,
                                struct result *result)
{
    (void)body, (void)length, (void)result;
    return nl_gpio_stop(board);
}

/* clang-format off */
static const NL_FLASH struct {
    uint8_t op;
    uint16_t shortest, longest;
    handler *carry_out;
} ops[] = {
    { NL_SYSTEM_IDENTIFY, 0, 0, identify },
    { NL_SYSTEM_ECHO, 0, ECHO_MAX, echo },
    { NL_SYSTEM_RESET, 1, 1, reset },
    { NL_SYSTEM_STATISTICS, 1, 1, statistics },
    { NL_SYSTEM_LINE_RATE, 4, 4, line_rate },
    { NL_SYSTEM_CLOCK, 0, 0, clock },
    { NL_PHY_READ, 0, 0, phy_read },
    { NL_PHY_MODE, 1, 1, phy_mode },
    { NL_PHY_EVENTS, 1, 1, phy_events },
    { NL_MAC_OPEN, 7, 7, mac_open },
    { NL_MAC_CLOSE, 0, 0, mac_close },
    { NL_MAC_FILTER, 1, 1, mac_filter },
    { NL_MAC_COUNTERS, 1, 1, mac_counters },
    { NL_LINE_OPEN, NL_GPIO_OPEN_LENGTH, NL_GPIO_OPEN_LENGTH, line_open },
    { NL_LINE_CLOSE, 0, 0, line_close },
    { NL_LINE_LOAD, NL_GPIO_OFFSET_LENGTH + 1, NL_MESSAGE_MAX - NL_MESSAGE_HEAD, line_load },
    { NL_LINE_START, NL_GPIO_START_LENGTH, NL_GPIO_START_LENGTH, line_start },
    { NL_LINE_STOP, 0, 0, line_stop },
};
/* clang-format on */

static enum nl_status carry_out(struct nl_board *board, uint8_t op, const uint8_t *body, uint32_t length,
                                struct result *result)
{
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (ops[i].op != op) continue;
        if (op >= NL_LINE_OPEN && op <= NL_LINE_STOP && board->hal->gpio == NULL) return NL_UNSUPPORTED;
        if (length < ops[i].shortest || length > ops[i].longest) return NL_BAD_ARGUMENT;
        return ops[i].carry_out(board, body, length, result);
    }
    return NL_UNKNOWN_OP;
}

/* §5: without an answer, a failure is only counted. */
static void respond(struct nl_board *board, const uint8_t *request, enum nl_status status, uint32_t length)
{
    if (request[1] == 0) {
        if (status != NL_OK) board->statistics.value[NL_REQUESTS_REFUSED]++;
        return;
    }
    uint8_t *message = nl_queue_place(board->link.out);
    message[0] = request[0] | NL_RESPONSE;
    message[1] = request[1];
    message[2] = (uint8_t)status;
    uint8_t seq = nl_link_send(&board->link, NL_RESPONSE_HEAD + (status == NL_OK ? length : 0));
    if (request[0] == NL_SYSTEM_LINE_RATE && status == NL_OK) board->rate.seq = seq;
}

/* A refusal waits for the answers of the sends before it, so that answers keep the requests' order. */
static bool dispatch_send(struct nl_board *board, const uint8_t *message, uint32_t length)
{
    enum nl_status status = NL_OK;
    struct nl_phy phy;
    uint32_t frame_length = length - NL_MESSAGE_HEAD;

    if (frame_length < NL_ETHERNET_MIN || frame_length > NL_ETHERNET_MAX) {
        status = NL_BAD_ARGUMENT;
    } else if (!board->mac.open) {
        status = NL_BAD_STATE;
    } else if (!nl_mac_can_send(board, frame_length)) {
        return false;
    } else {
        status = nl_w5500_phy_read(&board->chip, &phy);
        if (status == NL_OK && phy.link == 0) status = NL_LINK_DOWN;
    }
    if (status != NL_OK && board->mac.send_count > 0) return false;
    if (status == NL_OK) {
        status = nl_mac_send(board, message[1], (uint16_t)frame_length);
    }
    if (status != NL_OK) respond(board, message, status, 0);
    return true;
}

/* What takes the frames away that the chip still has. */
static bool opens_anew(uint8_t op)
{
    return op == NL_MAC_OPEN || op == NL_MAC_CLOSE || op == NL_MAC_FILTER;
}

bool nl_dispatch(struct nl_board *board, const uint8_t *message, uint32_t length)
{
    if (length < NL_MESSAGE_HEAD) {
        board->statistics.value[NL_REQUESTS_REFUSED]++;
        return true;
    }
    if (!nl_link_room(&board->link, NL_MESSAGE_MAX) ||
        !nl_queue_fits(board->link.out, NL_MESSAGE_MAX, board->mac.send_count + 1u)) {
        return false;
    }
    if (message[0] == NL_MAC_SEND) return dispatch_send(board, message, length);
    if (board->mac.send_count > 0) return false;
    if (opens_anew(message[0]) && nl_frames_needed(board)) {
        board->mac.quiet = true;
        return false;
    }
    board->mac.quiet = false;
    if (message[0] == NL_LINE_START && nl_samples_needed(board)) return false;
    struct result result = { .octets = nl_queue_place(board->link.out) + NL_RESPONSE_HEAD };
    enum nl_status status =
        carry_out(board, message[0], message + NL_MESSAGE_HEAD, length - NL_MESSAGE_HEAD, &result);
    respond(board, message, status, result.length);
    return true;
}
