/* The firmware as a process of the PC: the same core, a model of the chip, a PTY or stdin and stdout. */
#include "board.h"
#include "jumper.h"
#include "line.h"
#include "options.h"
#include "port.h"
#include "queue.h"
#include "version.h"
#include "w5500_model.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    IN_QUEUE = 65536,
    OUT_QUEUE = 65536,
    FRAME_BUFFER = NL_FRAME_MAX + 8,
    WINDOW = 64,
    EXIT_USAGE = 2,
};

static const uint8_t source_hash[8] = NL_SOURCE_HASH;

/* Everything that a reset of the board begins anew, and what it runs on. */
struct process {
    struct options options;
    struct port port;
    struct wire_end wire;
    struct w5500_model chip;
    struct jumper jumper;
    struct timespec started;
    uint32_t boots;
    bool restart;

    struct nl_hal hal;
    struct nl_board board;
    struct nl_crc32 crc;
    struct nl_queue in, out;
    struct nl_line line;
    uint32_t in_octets[IN_QUEUE / 4], out_octets[OUT_QUEUE / 4], frame_buffer[FRAME_BUFFER / 4];
};

/* A signal handler reaches nothing else. Its octets are the signals' numbers. */
static int signal_pipe[2];

static void on_signal(int number)
{
    int before = errno;
    uint8_t octet = (uint8_t)number;
    (void)!write(signal_pipe[1], &octet, 1);
    errno = before;
}

static int hal_spi_transfer(void *context, const uint8_t header[NL_SPI_HEADER], const uint8_t *tx,
                            uint8_t *rx, size_t length)
{
    struct process *process = context;
    return w5500_model_transfer(&process->chip, header, tx, rx, length);
}

static void hal_chip_reset(void *context, bool asserted)
{
    struct process *process = context;
    if (asserted) w5500_model_reset(&process->chip);
}

static uint64_t hal_uptime_us(void *context)
{
    const struct process *process = context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t seconds = now.tv_sec - process->started.tv_sec,
            nanoseconds = now.tv_nsec - process->started.tv_nsec;
    return (uint64_t)(seconds * 1000000 + nanoseconds / 1000);
}

static uint64_t now_ns(void *clock)
{
    struct timespec now;
    (void)clock;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint32_t hal_now_us(void *context)
{
    return (uint32_t)hal_uptime_us(context);
}

static bool hal_chip_interrupt(void *context, uint32_t *at)
{
    const struct process *process = context;
    *at = hal_now_us(context);
    return w5500_model_interrupt(&process->chip);
}

static void hal_sleep_us(void *context, uint32_t microseconds)
{
    (void)context;
    struct timespec time = { .tv_sec = microseconds / 1000000, .tv_nsec = microseconds % 1000000 * 1000L };
    nanosleep(&time, NULL);
}

static const uint8_t *hal_port_receive(void *context, unsigned number, size_t *length)
{
    const struct process *process = context;
    (void)number;
    *length = process->port.in_to - process->port.in_from;
    return process->port.inbox + process->port.in_from;
}

static void hal_port_consume(void *context, unsigned number, size_t length)
{
    struct process *process = context;
    (void)number;
    process->port.in_from += length;
}

static uint8_t *hal_port_reserve(void *context, unsigned number, size_t length)
{
    struct process *process = context;
    (void)number;
    return port_reserve(&process->port, length);
}

static void hal_port_commit(void *context, unsigned number, size_t length)
{
    struct process *process = context;
    (void)number;
    if (!process->options.silent) process->port.out_to += length;
}

static uint32_t hal_port_rate(void *context, unsigned number, uint32_t *highest)
{
    (void)context, (void)number;
    *highest = 0;
    return 0;
}

static bool hal_port_set_rate(void *context, unsigned number, uint32_t rate, bool apply)
{
    (void)context, (void)number, (void)rate, (void)apply;
    return true;
}

static uint32_t hal_nothing(void *context)
{
    (void)context;
    return 0;
}

/* There is no loader here: both kinds begin anew. */
static void hal_restart(void *context, enum nl_restart kind)
{
    struct process *process = context;
    (void)kind;
    process->restart = true;
}

static void fill_hal(struct process *process)
{
    process->hal = (struct nl_hal){
        .context = process,
        .spi_transfer = hal_spi_transfer,
        .chip_reset = hal_chip_reset,
        .chip_interrupt = hal_chip_interrupt,
        .now_us = hal_now_us,
        .uptime_us = hal_uptime_us,
        .sleep_us = hal_sleep_us,
        .port_receive = hal_port_receive,
        .port_consume = hal_port_consume,
        .port_reserve = hal_port_reserve,
        .port_commit = hal_port_commit,
        .port_rate = hal_port_rate,
        .port_set_rate = hal_port_set_rate,
        .octets_lost = hal_nothing,
        .stack_used = hal_nothing,
        .restart = hal_restart,
        .gpio = &process->jumper.hal,
    };
}

static void boot(struct process *process, enum nl_boot_reason reason)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_MONOTONIC, &process->started);
    if (process->boots == 0) process->boots = (uint32_t)now.tv_nsec ^ (uint32_t)getpid() << 16;
    process->boots++;
    process->restart = false;

    nl_queue_init(&process->in, process->in_octets, sizeof process->in_octets);
    nl_queue_init(&process->out, process->out_octets, sizeof process->out_octets);
    nl_line_init(&process->line, &process->hal, &process->crc, &process->board.statistics, 0,
                 (uint8_t *)process->frame_buffer + 1, NL_FRAME_MAX);
    struct nl_board_setup setup = {
        .hal = &process->hal,
        .identity = { .board = "host",
                      .source_hash = source_hash,
                      .boot_number = process->boots,
                      .boot_reason = reason,
                      .capabilities = NL_CAPABILITY_PHY | NL_CAPABILITY_MAC,
                      .mac_address = { 0x02, 0x4e, 0x4c, 0x00, 0x00, 0x02 } },
        .lines = &process->line,
        .line_count = 1,
        .in = &process->in,
        .out = &process->out,
        .window = WINDOW,
    };
    nl_board_init(&process->board, &setup);
    if (process->options.old_version) process->board.link.version = NL_PROTOCOL_VERSION - 1;
    nl_link_port_up(&process->board.link, 0, hal_now_us(process));
}

/* False: it is time to go. */
static bool handle_signals(struct process *process)
{
    uint8_t number;
    while (read(signal_pipe[0], &number, 1) == 1) {
        switch (number) {
            case SIGUSR1:
                port_break(&process->port);
                boot(process, NL_BOOT_WATCHDOG);
                break;
            case SIGUSR2: process->chip.cable = !process->chip.cable; break;
            default: return false;
        }
    }
    return true;
}

static void run(struct process *process)
{
    enum { SIGNALS, PORT_IN, PORT_OUT, WIRE, DESCRIPTORS };
    struct pollfd descriptors[DESCRIPTORS] = {
        [SIGNALS] = { .fd = signal_pipe[0], .events = POLLIN },
        [PORT_IN] = { .fd = process->port.in, .events = POLLIN },
        [PORT_OUT] = { .fd = process->port.out },
        [WIRE] = { .fd = process->wire.socket, .events = POLLIN },
    };
    while (!process->port.over) {
        uint32_t wait = nl_board_poll(&process->board);
        if (process->restart) boot(process, NL_BOOT_ASKED);
        if (w5500_model_interrupt(&process->chip) && process->board.mac.open &&
            !process->board.mac.receiving) {
            wait = 0;
        }
        port_write(&process->port);
        bool unwritten = process->port.out_from != process->port.out_to;
        descriptors[PORT_OUT].events = unwritten ? POLLOUT : 0;
        int milliseconds = wait == NL_FOREVER ? -1 : (int)((wait + 999) / 1000);
        (void)poll(descriptors, DESCRIPTORS, milliseconds);
        if (!handle_signals(process)) return;
        if (descriptors[PORT_IN].revents & (POLLIN | POLLHUP | POLLERR)) port_read(&process->port);
        wire_receive(&process->wire);
    }
}

static bool catch_signals(void)
{
    static const int caught[] = { SIGTERM, SIGINT, SIGUSR1, SIGUSR2 };
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    if (pipe(signal_pipe) != 0) return false;
    for (int i = 0; i < 2; i++) {
        if (fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK) != 0) return false;
    }
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
        if (sigaction(caught[i], &action, NULL) != 0) return false;
    }
    return signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

static bool open_port(struct process *process)
{
    char path[256];
    if (process->options.stdio) return port_open_stdio(&process->port);
    if (!port_open_pty(&process->port, path, sizeof path)) return false;
    return printf("%s\n", path) > 0 && fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    static struct process process;
    const char *wrong = options_parse(argc, argv, &process.options);
    if (wrong != NULL || process.options.help) {
        FILE *to = wrong != NULL ? stderr : stdout;
        if (wrong != NULL) fprintf(to, "netlab-board: %s\n", wrong);
        fputs(options_usage, to);
        return wrong != NULL ? EXIT_USAGE : 0;
    }
    fill_hal(&process);
    nl_crc32_init(&process.crc);
    w5500_model_init(&process.chip);
    jumper_init(&process.jumper, now_ns, NULL);
    if (!catch_signals() || !wire_open(&process.wire, &process.options, &process.chip) ||
        !open_port(&process)) {
        perror("netlab-board");
        return 1;
    }
    boot(&process, NL_BOOT_POWER);
    run(&process);
    return 0;
}
