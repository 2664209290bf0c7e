/* Questions that are answered once, at boot.  Where code asks one with branch_is_on()
 * (pcpu/x86.h), there is a NOP.  If the answer is yes, it becomes a jump to what is to be done
 * then.  So an option that is off costs one instruction wherever it would matter, and no memory is
 * read.
 * SUBTLE: nop-or-jump */
#pragma once

#include "lib/types.h"

enum branch {
    BRANCH_LOCKS_WATCHED,               /* spinlocks tell what becomes of them (spinlock.h) */
};

/* From now on the answer is yes.  At boot, while the kernel's code can be written, and this CPU is
 * the only one that runs. */
void branch_set(enum branch which);
