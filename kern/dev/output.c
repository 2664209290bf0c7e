/* Whether output takes its locks. */
#include "dev/output_priv.h"

static bool panicking;                  /* atomic */

HANDS_OVER
void output_acquire(struct spinlock *lock)
{
    if (!output_is_panicking())
        spinlock_acquire(lock);
}

HANDS_OVER
void output_release(struct spinlock *lock)
{
    if (!output_is_panicking())
        spinlock_release(lock);
}

void output_panic_mode(void)
{
    __atomic_store_n(&panicking, true, __ATOMIC_RELAXED);
}

bool output_is_panicking(void)
{
    return __atomic_load_n(&panicking, __ATOMIC_RELAXED);
}
