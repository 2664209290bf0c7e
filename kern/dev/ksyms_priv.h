/* Names for code addresses: the table of functions and source lines that the build puts into
 * the kernel.  scripts/ksyms writes it, dev/ksyms.c reads it; the format is this file. */
#pragma once

#include "lib/types.h"

/* From boot/kernel.ld.  In the first of the build's two links the table is empty
 * (ksyms_end == ksyms_start): addresses then have no names. */
extern const uint8_t ksyms_start[], ksyms_end[];

#define KSYMS_MAGIC         0x4d59534b  /* "KSYM" */
#define KSYMS_LINE_BITS     20

/* The table, without gaps:
 *     struct ksyms_header
 *     struct ksyms_function [functions]    by rising address; the last is text_end, named ""
 *     struct ksyms_line [lines]            by rising address
 *     uint32_t [files]                     where each file's name starts in the strings
 *     char [string_bytes]                  the names, each with its 0
 * An entry holds from its address up to the next entry's. */
struct ksyms_header {
    uint32_t magic;
    uint32_t functions;
    uint32_t lines;
    uint32_t files;
    uint32_t string_bytes;
};

struct ksyms_function {
    uint32_t address;
    uint32_t name;              /* where it starts in the strings */
};

struct ksyms_line {
    uint32_t address;
    uint32_t place;             /* file << KSYMS_LINE_BITS | line; line 0: unknown from here */
};

/* What is at an address. */
struct ksym {
    const char *function;
    uint32_t offset;            /* from the function's start */
    const char *file;           /* NULL if the line is unknown */
    uint32_t line;
};

/* Look up a code address.  For a return address pass it minus 1, since a call may be its
 * function's last instruction.  False: the address lies outside the kernel's text, or there is
 * no table.  Needs no lock, never blocks, may be called in any state (also while panicking). */
bool ksyms_lookup(uint32_t address, struct ksym *out);
