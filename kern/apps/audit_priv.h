/* An audit of numbered items: is each one that was produced consumed once, and none else?
 *
 * Items are named producer * AUDIT_STRIDE + n with n = 1, 2, ... for each producer; the audit
 * observes the buffers (ipc/ipc.h) and knows nothing of how they work, so it finds what they do
 * wrong.
 *
 * Lock: apps.audit. */
#pragma once

#include "lib/types.h"

enum {
    AUDIT_STRIDE = 1000000,
    AUDIT_PRODUCERS = 16,               /* producers 0 to 15; items of others are `foreign` */
};

struct audit_result {
    uint64_t produced, consumed;        /* calls */
    uint64_t lost;                      /* produced and never consumed */
    uint64_t doubled;                   /* consumed again */
    uint64_t foreign;                   /* consumed, and no producer makes such */
    uint64_t out_of_order;              /* consumed after a later one of the same producer */
};

/* Forgets everything; from now on the audit is on.  No process may produce or consume meanwhile. */
void audit_start(void);

enum { AUDIT_CONSUMERS = 64 };          /* processes that consume, told apart by their ids */

/* The result so far; `lost` is meaningful when all items have been consumed that ever will. */
struct audit_result audit_result(void);
