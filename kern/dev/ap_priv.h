/* The start of one CPU, spelt out: for ap.c and its test. */
#pragma once

#include "lib/types.h"

/* boot/ap_start.S: the whole piece, its first instruction in protected mode, its segment
 * descriptors, and the block at its end. */
extern const uint8_t ap_start_begin[], ap_start_protected[], ap_start_gdt[], ap_start_block[],
    ap_start_end[];

struct ap_request {
    uint32_t apic_id;
    void    *stack_top;
    void   (*entry)(void);
    uint32_t patience;                  /* microseconds */
};

/* ap_start() for any APIC id, reset before. */
MUST_USE int ap_start_request(const struct ap_request *request);
