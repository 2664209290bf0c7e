/* What the kernel's reports can tell of a word that threads wait for (futex_wait). */
#pragma once

/* A word with this bit has an owner, for which they wait: the other bits are the number that the
 * owner has among the threads of its process.  The library's mutexes are such words. */
#define FUTEX_OWNED         0x80000000u

/* Instead of a number: a thread of some other process, perhaps. */
#define FUTEX_OWNER_UNKNOWN 0x7fffffffu
