#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bool make_raw(int terminal)
{
    struct termios settings;
    if (tcgetattr(terminal, &settings) != 0) return false;
    settings.c_iflag &= (tcflag_t) ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    settings.c_oflag &= (tcflag_t)~OPOST;
    settings.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    settings.c_cflag &= (tcflag_t) ~(CSIZE | PARENB);
    settings.c_cflag |= CS8;
    return tcsetattr(terminal, TCSANOW, &settings) == 0;
}

static void init(struct port *port, int in, int out)
{
    memset(port, 0, sizeof *port);
    port->in = in;
    port->out = out;
    port->other_end = -1;
}

bool port_open_pty(struct port *port, char *path, size_t path_size)
{
    int pty = posix_openpt(O_RDWR | O_NOCTTY);
    if (pty < 0 || grantpt(pty) != 0 || unlockpt(pty) != 0) return false;
    const char *name = ptsname(pty);
    if (name == NULL || strlen(name) >= path_size) return false;
    memcpy(path, name, strlen(name) + 1);
    init(port, pty, pty);
    port->other_end = open(path, O_RDWR | O_NOCTTY);
    if (port->other_end < 0 || !make_raw(port->other_end)) return false;
    return fcntl(pty, F_SETFL, O_NONBLOCK) == 0;
}

bool port_open_stdio(struct port *port)
{
    init(port, STDIN_FILENO, STDOUT_FILENO);
    return fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) == 0 && fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK) == 0;
}

static bool just_not_now(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

void port_read(struct port *port)
{
    if (port->in_from == port->in_to) port->in_from = port->in_to = 0;
    size_t room = PORT_INBOX - port->in_to;
    if (room == 0) return;
    ssize_t got = read(port->in, port->inbox + port->in_to, room);
    if (got > 0)
        port->in_to += (size_t)got;
    else if (got == 0 || !just_not_now())
        port->over = true;
}

void port_write(struct port *port)
{
    if (port->out_from == port->out_to) return;
    ssize_t put = write(port->out, port->outbox + port->out_from, port->out_to - port->out_from);
    if (put > 0)
        port->out_from += (size_t)put;
    else if (put < 0 && !just_not_now())
        port->over = true;
    if (port->out_from == port->out_to) port->out_from = port->out_to = 0;
}

uint8_t *port_reserve(struct port *port, size_t length)
{
    if (PORT_OUTBOX - port->out_to < length) {
        memmove(port->outbox, port->outbox + port->out_from, port->out_to - port->out_from);
        port->out_to -= port->out_from;
        port->out_from = 0;
    }
    return PORT_OUTBOX - port->out_to < length ? NULL : port->outbox + port->out_to;
}

void port_break(struct port *port)
{
    static const uint8_t broken_off[] = { 0x0b, 0x13, 0x12, 0x34 };
    port->out_to = port->out_from + (port->out_to - port->out_from) / 2;
    port->in_from = port->in_to = 0;
    uint8_t *out = port_reserve(port, sizeof broken_off);
    if (out == NULL) return;
    memcpy(out, broken_off, sizeof broken_off);
    port->out_to += sizeof broken_off;
}
