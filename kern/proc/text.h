/* Read-only pages of program files, which processes share (text.c). */
#pragma once

#include "lib/types.h"

struct quota;

/* Places for the pages of one program, in the order in which they are loaded. */
struct program_text {
    paddr_t *places;                    /* each the page's address, or 0: not made yet */
    unsigned count;
};

/* At boot: for a program whose file has so many bytes.  Fewer places, or none, if there are no
 * more: pages without a place are not shared. */
struct program_text text_reserve(size_t file_size);

/* Pays for the pages that are kept. */
extern struct quota text_quota;

/* Takes off the next place; NULL: there is none. */
paddr_t *text_next_place(struct program_text *text);

/* The page, or 0 if there is none yet. */
paddr_t text_find(const paddr_t *place);

/* True if the caller is the one that makes it, charged to text_quota, and then calls text_settle()
 * with it, or with 0 if it could not be made. */
bool text_claim(paddr_t *place);
void text_settle(paddr_t *place, paddr_t page);
