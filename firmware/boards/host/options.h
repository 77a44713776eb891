#ifndef NL_OPTIONS_H
#define NL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum wire { WIRE_NONE, WIRE_LOOPBACK, WIRE_UDP };

struct options {
    bool stdio;
    enum wire wire;
    uint16_t udp_local, udp_remote;
    bool silent;      /* Hears all and says nothing. */
    bool old_version; /* Speaks the version of the protocol before ours. */
    bool help;
};

/* NULL, or what is wrong with the arguments. */
const char *options_parse(int argc, char **argv, struct options *options);

extern const char options_usage[];

#endif
