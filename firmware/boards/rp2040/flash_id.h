#ifndef NL_FLASH_ID_H
#define NL_FLASH_ID_H

#include <stdbool.h>
#include <stdint.h>

enum { FLASH_ID_LENGTH = 8 };

/* The flash chip's unique id (command 4Bh). False where it cannot be read, as in an emulator. Must run
 * from RAM, before interrupts are on: the flash is out of reach meanwhile. */
bool flash_id_read(uint8_t id[FLASH_ID_LENGTH]);

#endif
