#include "gpio_line.h"

#include "board.h"
#include "queue.h"

enum {
    TIMEOUT_MAX_MS = 600000,
    EVENT_OCTETS = 1024,  /* Of samples. */
    POLL_EVERY_US = 1000, /* While it runs: far less than a ring holds. */
    EVENTS_A_POLL = 8,
};

static const NL_FLASH struct nl_gpio_hal *gpio_of(const struct nl_board *board)
{
    return board->hal->gpio;
}

static bool busy(const struct nl_gpio_line *line)
{
    return line->state == NL_GPIO_RUNNING || line->state == NL_GPIO_OVER;
}

static uint32_t octets_for(uint32_t samples)
{
    return samples / 8 + (samples % 8 != 0);
}

enum nl_status nl_gpio_open(struct nl_board *board, const uint8_t *body)
{
    const NL_FLASH struct nl_gpio_hal *gpio = gpio_of(board);
    struct nl_gpio_line *line = &board->gpio_line;
    struct nl_gpio_setup setup = {
        .open_drain = body[0] == 1,
        .strength = body[1],
        .idle = body[2] == 1,
        .pull = (enum nl_gpio_pull)body[3],
    };

    if (body[0] > 1 || body[2] > 1 || body[3] > NL_GPIO_PULL_DOWN) return NL_BAD_ARGUMENT;
    if (setup.open_drain && (!setup.idle || !(gpio->features & NL_GPIO_OPEN_DRAIN))) return NL_BAD_ARGUMENT;
    if (setup.pull == NL_GPIO_PULL_DOWN && gpio->features & NL_GPIO_NO_PULL_DOWN) return NL_UNSUPPORTED;
    if (busy(line)) return NL_BUSY;
    gpio->open(gpio->context, &setup);
    *line = (struct nl_gpio_line){ .state = NL_GPIO_IDLE, .idle = setup.idle };
    return NL_OK;
}

enum nl_status nl_gpio_close(struct nl_board *board)
{
    const NL_FLASH struct nl_gpio_hal *gpio = gpio_of(board);
    struct nl_gpio_line *line = &board->gpio_line;

    if (line->state == NL_GPIO_CLOSED) return NL_BAD_STATE;
    if (line->state == NL_GPIO_RUNNING) gpio->stop(gpio->context);
    gpio->close(gpio->context);
    line->state = NL_GPIO_CLOSED;
    return NL_OK;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The bits behind the last sample are sent, too. */
static void fill_up(const struct nl_gpio_line *line, const NL_FLASH struct nl_gpio_hal *gpio)
{
    uint32_t bits = line->send_count % 8, last = line->send_count / 8;
    if (bits == 0 || line->send_end <= last) return;
    uint8_t *octet = &gpio->send_ring[last % gpio->send_size];
    uint8_t spare = (uint8_t)(0xff >> bits);
    *octet = line->idle ? *octet | spare : *octet & (uint8_t)~spare;
}

static void advance(struct nl_board *board)
{
    const NL_FLASH struct nl_gpio_hal *gpio = gpio_of(board);
    struct nl_gpio_line *line = &board->gpio_line;
    line->send_end = nl_samples_to_send(board, least(line->loaded, line->send_octets));
    fill_up(line, gpio);
    gpio->advance(gpio->context, line->send_end, least(nl_samples_room(board), line->sample_octets));
}

static void end(struct nl_board *board, enum nl_gpio_end why)
{
    struct nl_gpio_line *line = &board->gpio_line;
    gpio_of(board)->stop(gpio_of(board)->context);
    line->state = NL_GPIO_OVER;
    line->end = why;
    line->ended = board->hal->now_us(board->hal->context);
}

static void see_to_run(struct nl_board *board)
{
    struct nl_gpio_line *line = &board->gpio_line;
    struct nl_gpio_progress progress;
    uint32_t now = board->hal->now_us(board->hal->context);

    gpio_of(board)->progress(gpio_of(board)->context, &progress);
    line->sent = progress.sent;
    nl_samples_keep(board, progress.sampled);
    bool all = !progress.sending && line->sampled >= line->sample_octets;
    if (all)
        end(board, NL_GPIO_COMPLETE);
    else if (progress.full)
        end(board, NL_GPIO_OVERRUN);
    else if (progress.dry)
        end(board, NL_GPIO_UNDERRUN);
    else if (line->stopping)
        end(board, NL_GPIO_STOPPED);
    else if (progress.waiting && now - line->started >= line->timeout_us)
        end(board, NL_GPIO_NO_TRIGGER);
    else
        advance(board);
}

enum nl_status nl_gpio_load(struct nl_board *board, const uint8_t *body, uint32_t length, uint16_t *taken)
{
    const NL_FLASH struct nl_gpio_hal *gpio = gpio_of(board);
    struct nl_gpio_line *line = &board->gpio_line;
    uint32_t offset = nl_get32(body);

    if (line->state == NL_GPIO_CLOSED) return NL_BAD_STATE;
    if (line->state == NL_GPIO_RUNNING) see_to_run(board);
    if (!busy(line) && offset == 0) line->loaded = 0;
    if (offset != line->loaded) return NL_BAD_ARGUMENT;
    uint32_t room = nl_samples_depth(gpio->send_size) - (line->loaded - line->sent);
    *taken = (uint16_t)least(length - NL_GPIO_OFFSET_LENGTH, room);
    enum nl_status status = nl_samples_load(board, *taken);
    if (status != NL_OK) return status;
    line->loaded += *taken;
    if (line->state == NL_GPIO_RUNNING) advance(board);
    return NL_OK;
}

static bool rate_fits(const struct nl_board *board, uint32_t rate)
{
    const NL_FLASH struct nl_gpio_hal *gpio = gpio_of(board);
    if (rate < gpio->lowest_rate || rate > gpio->highest_rate) return false;
    uint64_t wanted = (uint64_t)rate * 1000, made = gpio->rate(gpio->context, rate);
    uint64_t off = made > wanted ? made - wanted : wanted - made;
    return off * 50 <= wanted;
}

static bool trigger_fits(uint8_t trigger, uint8_t flags, uint32_t timeout, uint32_t send_count,
                         uint32_t sample_count)
{
    if (trigger > NL_GPIO_LOW || flags > 1) return false;
    if (trigger == NL_GPIO_AT_ONCE) return flags == 0 && timeout == 0;
    if ((flags == 1 ? send_count : sample_count) == 0) return false;
    return timeout >= 1 && timeout <= TIMEOUT_MAX_MS;
}

static bool counts_fit(const NL_FLASH struct nl_gpio_hal *gpio, const struct nl_gpio_run *run)
{
    if (run->send_octets == 0 && run->sample_octets == 0) return false;
    if (run->send_octets > nl_samples_depth(gpio->send_size) && !(gpio->features & NL_GPIO_SENDS_LONGER))
        return false;
    if (run->sample_octets > nl_samples_depth(gpio->sample_size) &&
        !(gpio->features & NL_GPIO_SAMPLES_LONGER))
        return false;
    bool both = run->send_octets > 0 && run->sample_octets > 0;
    return !both || run->send_rate == run->sample_rate || gpio->features & NL_GPIO_TWO_RATES;
}

/* 64 bits of millihertz. */
static void put_rate(const struct nl_board *board, uint32_t octets, uint32_t rate, uint8_t *out)
{
    uint64_t made = octets > 0 ? gpio_of(board)->rate(gpio_of(board)->context, rate) : 0;
    nl_put32(out, (uint32_t)(made >> 32));
    nl_put32(out + 4, (uint32_t)made);
}

enum nl_status nl_gpio_start(struct nl_board *board, const uint8_t *body, uint8_t *result)
{
    const NL_FLASH struct nl_gpio_hal *gpio = gpio_of(board);
    struct nl_gpio_line *line = &board->gpio_line;
    uint32_t send_count = nl_get32(body + 8), sample_count = nl_get32(body + 12);
    uint32_t timeout = nl_get32(body + 18);
    struct nl_gpio_run run = {
        .send_rate = nl_get32(body),
        .sample_rate = nl_get32(body + 4),
        .send_octets = octets_for(send_count),
        .sample_octets = octets_for(sample_count),
        .trigger = (enum nl_gpio_trigger)body[16],
        .send_at_trigger = body[17] == 1,
    };

    if (!trigger_fits(body[16], body[17], timeout, send_count, sample_count)) return NL_BAD_ARGUMENT;
    if (line->state == NL_GPIO_CLOSED) return NL_BAD_STATE;
    if (busy(line)) return NL_BUSY;
    if (!counts_fit(gpio, &run)) return NL_BAD_ARGUMENT;
    if (send_count > 0 && !rate_fits(board, run.send_rate)) return NL_BAD_ARGUMENT;
    if (sample_count > 0 && !rate_fits(board, run.sample_rate)) return NL_BAD_ARGUMENT;
    if (line->loaded < least(run.send_octets, nl_samples_depth(gpio->send_size))) return NL_BAD_STATE;

    line->send_octets = run.send_octets;
    line->sample_octets = run.sample_octets;
    line->send_count = send_count;
    line->sample_count = sample_count;
    line->sent = line->send_end = line->sampled = line->taken = 0;
    line->stopping = false;
    line->timeout_us = timeout * 1000;
    line->started = board->hal->now_us(board->hal->context);
    line->state = NL_GPIO_RUNNING;
    gpio->start(gpio->context, &run);
    advance(board);
    put_rate(board, run.send_octets, run.send_rate, result);
    put_rate(board, run.sample_octets, run.sample_rate, result + 8);
    return NL_OK;
}

enum nl_status nl_gpio_stop(struct nl_board *board)
{
    struct nl_gpio_line *line = &board->gpio_line;
    if (line->state != NL_GPIO_RUNNING) return NL_BAD_STATE;
    line->stopping = true;
    return NL_OK;
}

/* Octets for the next event; 0: not yet. */
static uint32_t event_octets(const struct nl_gpio_line *line)
{
    uint32_t waiting = line->sampled - line->taken;
    if (waiting >= EVENT_OCTETS) return EVENT_OCTETS;
    return line->state == NL_GPIO_OVER ? waiting : 0;
}

static void tell_samples(struct nl_board *board, uint32_t octets)
{
    struct nl_gpio_line *line = &board->gpio_line;
    uint8_t *message = nl_queue_place(board->link.out);

    message[0] = NL_LINE_SAMPLES;
    message[1] = 0;
    nl_put32(message + NL_MESSAGE_HEAD, 8 * line->taken);
    nl_samples_tell(board, (uint16_t)octets);
    (void)nl_link_send(&board->link, NL_EVENT_HEAD + octets);
    line->taken += octets;
}

static void tell_done(struct nl_board *board)
{
    struct nl_gpio_line *line = &board->gpio_line;
    uint8_t *message = nl_queue_place(board->link.out);
    bool complete = line->end == NL_GPIO_COMPLETE;

    message[0] = NL_LINE_DONE;
    message[1] = 0;
    nl_put32(message + 2, line->ended);
    message[6] = (uint8_t)line->end;
    nl_put32(message + 7, complete ? line->send_count : least(8 * line->sent, line->send_count));
    nl_put32(message + 11, complete ? line->sample_count : least(8 * line->sampled, line->sample_count));
    (void)nl_link_send(&board->link, NL_MESSAGE_HEAD + NL_GPIO_DONE_LENGTH);
    line->state = NL_GPIO_IDLE;
    line->loaded = line->sent = 0;
}

/* The length of the next event; 0: none. */
static uint32_t next_event(const struct nl_gpio_line *line)
{
    uint32_t octets = event_octets(line);
    if (octets > 0) return NL_EVENT_HEAD + octets;
    return line->state == NL_GPIO_OVER ? NL_MESSAGE_HEAD + NL_GPIO_DONE_LENGTH : 0;
}

void nl_gpio_poll(struct nl_board *board)
{
    struct nl_gpio_line *line = &board->gpio_line;

    if (line->state == NL_GPIO_RUNNING) see_to_run(board);
    for (int i = 0; i < EVENTS_A_POLL; i++) {
        uint32_t length = next_event(line);
        if (length == 0 || !nl_link_event_room(&board->link, length)) return;
        uint32_t octets = event_octets(line);
        if (octets > 0)
            tell_samples(board, octets);
        else
            tell_done(board);
        nl_link_transmit(&board->link, board->hal->now_us(board->hal->context));
    }
}

uint32_t nl_gpio_wait(const struct nl_board *board)
{
    const struct nl_gpio_line *line = &board->gpio_line;
    uint32_t length = next_event(line);
    if (length > 0 && nl_link_event_room(&board->link, length)) return 0;
    return line->state == NL_GPIO_RUNNING ? POLL_EVERY_US : NL_FOREVER;
}
