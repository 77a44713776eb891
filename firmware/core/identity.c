#include "identity.h"

#include "queue.h"
#include "version.h"

#include <string.h>

enum item {
    ITEM_BOARD = 1,
    ITEM_FIRMWARE_VERSION = 2,
    ITEM_SOURCE_HASH = 3,
    ITEM_BOOT = 4,
    ITEM_CAPABILITIES = 5,
    ITEM_SERIAL_NUMBER = 6,
    ITEM_CHIP = 7,
    ITEM_LINE_RATE = 8,
    ITEM_MAC_ADDRESS = 9,
    ITEM_LINE = 10,
};

/* Opens an item of `length` octets; returns where its value goes. */
static uint8_t *item(uint8_t **out, enum item type, size_t length)
{
    uint8_t *value = *out + 2;
    (*out)[0] = (uint8_t)type;
    (*out)[1] = (uint8_t)length;
    *out = value + length;
    return value;
}

static void text(uint8_t **out, enum item type, const char *ascii)
{
    uint8_t *length = *out + 1, *value = item(out, type, 0);
    for (; *ascii != '\0' && *length < NL_NAME_MAX; ascii++) {
        *value++ = (uint8_t)*ascii;
        ++*length;
    }
    *out = value;
}

static void line(uint8_t **out, const NL_FLASH struct nl_gpio_hal *gpio)
{
    uint8_t *value = item(out, ITEM_LINE, 19);
    value[0] = gpio->send_pin;
    value[1] = gpio->sample_pin;
    value[2] = gpio->features;
    nl_put32(value + 3, gpio->lowest_rate);
    nl_put32(value + 7, gpio->highest_rate);
    nl_put32(value + 11, nl_samples_depth(gpio->send_size));
    nl_put32(value + 15, nl_samples_depth(gpio->sample_size));
}

size_t nl_identity_encode(const struct nl_identity *identity, uint32_t line_rate, uint32_t line_rate_highest,
                          uint8_t *out)
{
    uint8_t *at = out, *value;
    text(&at, ITEM_BOARD, identity->board);
    text(&at, ITEM_FIRMWARE_VERSION, NL_FIRMWARE_VERSION);
    memcpy(item(&at, ITEM_SOURCE_HASH, 8), identity->source_hash, 8);
    value = item(&at, ITEM_BOOT, 5);
    nl_put32(value, identity->boot_number);
    value[4] = (uint8_t)identity->boot_reason;
    nl_put32(item(&at, ITEM_CAPABILITIES, 4), identity->capabilities);
    if (identity->serial_number != NULL) text(&at, ITEM_SERIAL_NUMBER, identity->serial_number);
    *item(&at, ITEM_CHIP, 1) = identity->chip_version;
    value = item(&at, ITEM_LINE_RATE, 8);
    nl_put32(value, line_rate);
    nl_put32(value + 4, line_rate_highest);
    memcpy(item(&at, ITEM_MAC_ADDRESS, 6), identity->mac_address, 6);
    if (identity->line != NULL) line(&at, identity->line);
    return (size_t)(at - out);
}
