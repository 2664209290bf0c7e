/* Shared by the files that implement page-fault handling and the kinds of fork. */
#pragma once

#include "thread.h"

/* A place for three pages that a program does not use for anything else: where the page tables
 * that the stack needs already reach.  The last two are for copying: by a thread that handles a
 * page fault, and by the one that forks. */
#define PRIVATE_PAGE 0xEF600000u
#define COPY_PAGE    0xEF601000u
#define GIVE_PAGE    0xEF602000u

/* What a process never shares, not even with copy-on-write, in the page PRIVATE_PAGE.  There is
 * none before the first fork. */
struct private {
    struct mutex copying;               /* held by the thread that uses COPY_PAGE */
    int          pid;                   /* of this process, if it shares its memory */
    int          error;                 /* errno then */
};

#define own ((struct private *)PRIVATE_PAGE)

/* --- self.c --- */

/* Is this process one of several that share their memory?  From memory_begin_sharing() on. */
bool memory_is_shared(void);
void memory_begin_sharing(void);

/* --- copying.c --- */

/* Makes a page that is to be copied on writing one's own, unless another thread has done so.
 * False: there is no page for that, or it is none of those. */
MUST_USE bool page_make_own(uintptr_t page);

/* --- pgfault.c --- */

/* What fork() needs before it begins: an exception stack, the handler, and the private page. */
MUST_USE int pgfault_prepare(void);

/* --- pgfault_entry.S --- */

void pgfault_entry(void);
