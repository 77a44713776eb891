/* The one place that says which firmware this is. */
#ifndef NL_VERSION_H
#define NL_VERSION_H

#define NL_FIRMWARE_VERSION "1.0.0"

enum { NL_PROTOCOL_VERSION = 1 };

#endif
