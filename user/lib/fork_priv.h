/* Shared by the files that implement page-fault handling and the kinds of fork. */
#pragma once

#include "thread.h"

/* A place for a page that a program does not use for anything else: where the page tables that the
 * stack needs already reach. */
#define PRIVATE_PAGE 0xEF600000u

/* What a process that shares its memory does not share.  There is none before sfork(). */
struct private {
    int pid;                            /* of this process */
    int error;                          /* errno */
};

#define own ((struct private *)PRIVATE_PAGE)

/* --- self.c --- */

/* Is this process one of several that share their memory?  From memory_begin_sharing() on. */
bool memory_is_shared(void);
void memory_begin_sharing(void);

/* --- pgfault.c --- */

/* Makes a page that is to be copied on writing one's own.  False: there is no page for that, or it
 * is none of those. */
MUST_USE bool page_make_own(uintptr_t page);

/* What fork() needs before it begins: an exception stack and the handler. */
MUST_USE int pgfault_prepare(void);

/* --- pgfault_entry.S --- */

void pgfault_entry(void);
