/* What the tests of this layer and of those above it share; debug builds only. */
#pragma once

#include "pmm/pmm.h"

/* How much is free and charged: taken before a test and compared after it, when nothing else
 * runs.  Stacks that threads leave behind in vmm's cache count as free. */
struct pmm_level {
    uint32_t held;                      /* pages with references */
    uint32_t used, delegated;           /* of the root quota */
};

struct pmm_level pmm_level(void);

/* Fails the running test if anything differs. */
void pmm_expect_level(struct pmm_level before);

/* Runs nothing on that many threads, so that their stacks exist before a level is taken. */
void pmm_warm_up(unsigned nthreads);
