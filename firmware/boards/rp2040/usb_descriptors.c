#include "usb_descriptors.h"

#include <stddef.h>

/* Raspberry Pi's identity for a CDC device on the RP2040; the strings tell netlab's boards from others. */
enum { VENDOR = 0x2e8a, PRODUCT = 0x000a, RELEASE = 0x0100 };

enum {
    DEVICE = 1,
    CONFIGURATION = 2,
    STRING = 3,
    INTERFACE = 4,
    ENDPOINT = 5,
    ASSOCIATION = 11,
    CS_INTERFACE = 36
};
enum { STRING_LANGUAGES, STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL_NUMBER };
enum { CLASS_CDC = 2, SUBCLASS_ACM = 2, CLASS_CDC_DATA = 10, EP_IN = 0x80, BULK = 2, INTERRUPT = 3 };

#define LE16(value) (value) & 0xff, (value) >> 8

/* clang-format off */
static const uint8_t device[] = {
    18,    DEVICE,       LE16(0x0200), 0xef, 2, 1, /* miscellaneous, with interface associations */
    USB_PACKET, LE16(VENDOR), LE16(PRODUCT), LE16(RELEASE),
    STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL_NUMBER, 1,
};
/* clang-format on */

/* clang-format off */
static const uint8_t configuration[] = {
    9, CONFIGURATION, LE16(75), 2, 1, 0, 0x80, 50, /* bus powered, 100 mA */
    8, ASSOCIATION, 0, 2, CLASS_CDC, SUBCLASS_ACM, 0, 0,
    9, INTERFACE, 0, 0, 1, CLASS_CDC, SUBCLASS_ACM, 0, 0,
    5, CS_INTERFACE, 0, LE16(0x0120),  /* header: CDC 1.20 */
    5, CS_INTERFACE, 1, 0, 1,          /* call management: none, data interface 1 */
    4, CS_INTERFACE, 2, 2,             /* ACM: line coding and control lines */
    5, CS_INTERFACE, 6, 0, 1,          /* union of 0 and 1 */
    7, ENDPOINT, EP_IN | USB_EP_NOTIFY, INTERRUPT, LE16(8), 16,
    9, INTERFACE, 1, 0, 2, CLASS_CDC_DATA, 0, 0, 0,
    7, ENDPOINT, USB_EP_DATA, BULK, LE16(USB_PACKET), 0,
    7, ENDPOINT, EP_IN | USB_EP_DATA, BULK, LE16(USB_PACKET), 0,
};
/* clang-format on */

_Static_assert(sizeof configuration == 75, "wTotalLength");

static const uint8_t languages[] = { 4, STRING, LE16(0x0409) };

const uint8_t *usb_descriptor(uint8_t type, uint8_t index, const char *serial_number, uint8_t *scratch,
                              uint32_t *length)
{
    const char *text = NULL;
    if (type == DEVICE) {
        *length = sizeof device;
        return device;
    }
    if (type == CONFIGURATION) {
        *length = sizeof configuration;
        return configuration;
    }
    if (type != STRING) return NULL;
    switch (index) {
        case STRING_LANGUAGES: *length = sizeof languages; return languages;
        case STRING_MANUFACTURER: text = "netlab"; break;
        case STRING_PRODUCT: text = "netlab w5500-evb-pico"; break;
        case STRING_SERIAL_NUMBER: text = serial_number; break;
        default: return NULL;
    }
    uint32_t at = 2;
    for (; *text != '\0' && at < USB_STRING_MAX; text++, at += 2) {
        scratch[at] = (uint8_t)*text;
        scratch[at + 1] = 0;
    }
    scratch[0] = (uint8_t)at;
    scratch[1] = STRING;
    *length = at;
    return scratch;
}
