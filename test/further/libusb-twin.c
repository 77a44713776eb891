/*
 * A libusb-1.0 of our own with one RP2040 in its loader on the bus, in place of hardware: the calls that netlab
 * makes, by the signatures of libusb's documentation, and behind them enough of PICOBOOT to be flashed once.
 * OPEN_CODE and CLAIM_CODE are what those calls answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef OPEN_CODE
#define OPEN_CODE 0
#endif
#ifndef CLAIM_CODE
#define CLAIM_CODE 0
#endif
#define NO_DEVICE (-4)
#define PIPE (-9)
#define FLASH 0x10000000u
#define FLASH_SIZE (2u << 20)

static const uint8_t CONFIGURATION[] = {
    9, 2, 55, 0, 2, 1, 0, 0x80, 0xfa,
    9, 4, 0, 0, 2, 8, 6, 0x50, 0, 7, 5, 0x81, 2, 64, 0, 0, 7, 5, 0x02, 2, 64, 0, 0,
    9, 4, 1, 0, 2, 0xff, 0, 0, 0, 7, 5, 0x03, 2, 64, 0, 0, 7, 5, 0x84, 2, 64, 0, 0,
};
static int context, hub, pico, handle;
static uint8_t *flash;
static uint8_t command[32];
static enum { COMMAND, DATA, END, GONE } stage;

static uint32_t word(int at)
{
    uint32_t value;
    memcpy(&value, command + at, sizeof value);
    return value;
}

int libusb_init(void **made)
{
    *made = &context;
    return 0;
}

void libusb_exit(void *made) { (void)made; }

const char *libusb_error_name(int code) { return code == -3 ? "LIBUSB_ERROR_ACCESS" : "LIBUSB_ERROR"; }

intptr_t libusb_get_device_list(void *made, void ***list)
{
    if (made != &context) return -2;
    *list = calloc(3, sizeof **list);
    (*list)[0] = &hub;
    (*list)[1] = &pico;
    return stage == GONE ? 1 : 2;
}

void libusb_free_device_list(void **list, int unref) { (void)unref; free(list); }

int libusb_get_device_descriptor(void *device, uint8_t octets[18])
{
    const uint8_t of_pico[18] = {18, 1, 0x10, 1, 0, 0, 0, 64, 0x8a, 0x2e, 3, 0, 0, 1, 1, 2, 3, 1};
    const uint8_t of_hub[18] = {18, 1, 0, 2, 9, 0, 1, 64, 0x6b, 0x1d, 2, 0, 0, 5, 3, 2, 1, 1};
    memcpy(octets, device == &pico ? of_pico : of_hub, 18);
    return 0;
}

uint8_t libusb_get_bus_number(void *device) { return device == &pico ? 3 : 1; }
uint8_t libusb_get_device_address(void *device) { return device == &pico ? 200 : 1; }

int libusb_open(void *device, void **opened)
{
    if (device != &pico) return NO_DEVICE;
    *opened = &handle;
    if (flash == NULL) flash = malloc(FLASH_SIZE);
    return OPEN_CODE;
}

void libusb_close(void *opened) { (void)opened; }
int libusb_claim_interface(void *opened, int number) { return opened == &handle && number == 1 ? CLAIM_CODE : -5; }
int libusb_release_interface(void *opened, int number) { (void)opened; (void)number; return 0; }

int libusb_clear_halt(void *opened, unsigned char endpoint)
{
    (void)opened;
    if (stage == GONE) return NO_DEVICE;
    return endpoint == 0x03 || endpoint == 0x84 ? 0 : -5;
}

int libusb_control_transfer(void *opened, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                            unsigned char *octets, uint16_t length, unsigned int wait)
{
    if (opened != &handle || wait == 0) return -2;
    if (stage == GONE) return NO_DEVICE;
    if (type == 0x80 && request == 6 && value == 0x0200 && length >= sizeof CONFIGURATION) {
        memcpy(octets, CONFIGURATION, sizeof CONFIGURATION);
        return sizeof CONFIGURATION;
    }
    if (type == 0xc1 && request == 0x42 && index == 1 && length == 16) {
        memset(octets, 0, 16);
        memcpy(octets, command + 4, 4);
        return 16;
    }
    if (type != 0x41 || request != 0x41 || index != 1) return PIPE;
    stage = COMMAND;
    return 0;
}

static int out(unsigned char *octets, int length)
{
    if (stage == COMMAND) {
        if (length != 32) return PIPE;
        memcpy(command, octets, 32);
        if (word(0) != 0x431fd10bu) return PIPE;
        stage = command[8] == 0x84 || command[8] == 5 ? DATA : END;
        if (command[8] == 3) memset(flash + (word(16) - FLASH), 0xff, word(20));
        return 0;
    }
    if (stage == DATA && command[8] == 5 && (uint32_t)length == word(20)) {
        for (int i = 0; i < length; i++) flash[word(16) - FLASH + i] &= octets[i];
        stage = END;
        return 0;
    }
    if (stage != END || command[8] != 0x84 || length != 0) return PIPE;
    stage = COMMAND;
    return 0;
}

static int into(unsigned char *octets, int length, int *moved)
{
    if (stage == DATA && command[8] == 0x84 && (uint32_t)length == word(20)) {
        if (word(16) == 0x10) memcpy(octets, "Mu\x01", 3);
        else memcpy(octets, flash + (word(16) - FLASH), length);
        *moved = length;
        stage = END;
        return 0;
    }
    if (stage != END) return PIPE;
    stage = command[8] == 2 ? GONE : COMMAND;
    return 0;
}

int libusb_bulk_transfer(void *opened, unsigned char endpoint, unsigned char *octets, int length, int *moved,
                         unsigned int wait)
{
    if (opened != &handle || wait == 0) return -2;
    *moved = 0;
    if (stage == GONE) return NO_DEVICE;
    if (endpoint == 0x84) return into(octets, length, moved);
    if (endpoint != 0x03) return -5;
    int code = out(octets, length);
    if (code == 0) *moved = length;
    return code;
}
