#include "options.h"

#include <stdlib.h>
#include <string.h>

const char options_usage[] =
    "usage: netlab-board [--stdio] [--wire none|loopback|udp:LOCAL:REMOTE] [--silent] [--old-version]\n"
    "The firmware as a process. Without --stdio it opens a PTY and prints its path as the first line.\n"
    "SIGUSR1 resets the board in the middle of a frame, SIGUSR2 pulls the cable or plugs it in; SIGTERM\n"
    "and SIGINT end it.\n";

static bool parse_port(const char **text, uint16_t *port)
{
    char *end;
    unsigned long value = strtoul(*text, &end, 10);
    if (end == *text || value == 0 || value > UINT16_MAX) return false;
    *port = (uint16_t)value;
    *text = end;
    return true;
}

static bool parse_wire(const char *text, struct options *options)
{
    if (strcmp(text, "none") == 0) {
        options->wire = WIRE_NONE;
        return true;
    }
    if (strcmp(text, "loopback") == 0) {
        options->wire = WIRE_LOOPBACK;
        return true;
    }
    if (strncmp(text, "udp:", 4) != 0) return false;
    options->wire = WIRE_UDP;
    text += 4;
    if (!parse_port(&text, &options->udp_local) || *text++ != ':') return false;
    return parse_port(&text, &options->udp_remote) && *text == '\0';
}

const char *options_parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){ .wire = WIRE_LOOPBACK };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--stdio") == 0)
            options->stdio = true;
        else if (strcmp(argv[i], "--silent") == 0)
            options->silent = true;
        else if (strcmp(argv[i], "--old-version") == 0)
            options->old_version = true;
        else if (strcmp(argv[i], "--help") == 0)
            options->help = true;
        else if (strcmp(argv[i], "--wire") != 0)
            return "unknown option";
        else if (++i == argc)
            return "--wire wants a value";
        else if (!parse_wire(argv[i], options))
            return "--wire takes none, loopback or udp:LOCAL:REMOTE";
    }
    return NULL;
}
