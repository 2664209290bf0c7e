/* What lies on kernel stacks: frames of switched-away contexts, and those of calls. */
#pragma once

#include "lib/types.h"
#include "pcpu/pcpu.h"

/* At context.esp of a context that does not run: what context_switch() pops, in memory order
 * (switch.S). */
struct switch_frame {
    uint32_t gs, fs, edi, esi, ebx, ebp, eip;
};

/* What a call and the called function's first instructions leave: EBP points there. */
struct stack_frame {
    uintptr_t caller;                   /* the frame of the function that called, or 0 */
    uintptr_t return_address;           /* 0 in the first function of a stack */
};

/* Can there be a frame on a kernel stack?  Says nothing of whether that stack is mapped. */
static inline bool stack_frame_is_sound(uintptr_t address)
{
    return address % sizeof(uintptr_t) == 0 &&
           address % KSTACK_SLOT <= KSTACK_SLOT - THREAD_AREA - sizeof(struct stack_frame);
}

/* The frame at `address`, if it lies above `below` on the same stack; else NULL.  Each frame lies
 * above the one before, so a walk comes to an end, whatever the stack holds. */
static inline const struct stack_frame *stack_frame_above(uintptr_t address, const void *below)
{
    bool is_above = address > (uintptr_t)below &&
                    address / KSTACK_SLOT == (uintptr_t)below / KSTACK_SLOT;

    return is_above && stack_frame_is_sound(address) ? (const struct stack_frame *)address : NULL;
}

static inline const struct stack_frame *stack_frame_caller(const struct stack_frame *frame)
{
    return stack_frame_above(frame->caller, frame);
}
