/* A make-believe memory for the parsers' tests: BIOS data area, extended BIOS data area, BIOS
 * ROM, and a page in which the tables lie. */
#pragma once

#include "dev/machine_tables_priv.h"

#define FAKE_EBDA       0x9f000u
#define FAKE_ROM        0xe0000u
#define FAKE_TABLES     0x7ff0000u
#define FAKE_TABLES_SIZE 0x1000u

/* Clears the memory; only the BIOS data area's pointer to FAKE_EBDA is set. */
void fake_memory_reset(void);

const struct physical_memory *fake_memory(void);

/* Our own access to the byte at a physical address of it. */
uint8_t *fake_bytes(uint32_t address);

void fake_put8(uint32_t address, uint8_t value);
void fake_put16(uint32_t address, uint16_t value);
void fake_put32(uint32_t address, uint32_t value);
void fake_put_text(uint32_t address, const char *text);

/* Sets the byte at `address` so that the `length` bytes from `start` add up to 0. */
void fake_checksum(uint32_t address, uint32_t start, uint32_t length);
