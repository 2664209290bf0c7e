/* What a thread has in the FPU, no other one changes: wherever it goes on, and whether those that
 * ran meanwhile use the FPU, have never used it, or use it now for the first time. */
#include "fpu_register.h"
#include "scenario.h"

static void compute(void *mine)
{
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t value = (uint32_t)(uintptr_t)mine + i;
        fpu_write(value);
        thread_yield();
        REQUIRE(fpu_read() == value);
    }
}

static void begin(void)
{
    play("first", 0, compute, (void *)10);
    play("second", ANY_CPU, compute, (void *)20);
}

SCENARIO(fpu, .begin = begin);

/* --- beside threads without FPU ----------------------------------------------------------- */

static void use_none(void *unused)
{
    (void)unused;
    thread_yield();
    thread_yield();
}

static void begin_alone(void)
{
    play("computes", ANY_CPU, compute, (void *)10);
    play("other0", 0, use_none, NULL);
    play("other1", 1, use_none, NULL);
}

SCENARIO(fpu_alone, .begin = begin_alone);
