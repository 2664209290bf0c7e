/* Arguments and values of system calls: number i, from 0 to 4, is EBX, ECX, EDX, ESI, EDI.
 * They lie in the frame that the trap has saved. */
#pragma once

#include "abi/trapframe.h"
#include "lib/panic.h"

#define SYSARG_COUNT 5

static inline uint32_t *sysarg_register(struct trapframe *frame, unsigned i)
{
    struct registers *regs = &frame->regs;

    KERN_ASSERT(i < SYSARG_COUNT);
    switch (i) {
    case 0:
        return &regs->ebx;
    case 1:
        return &regs->ecx;
    case 2:
        return &regs->edx;
    case 3:
        return &regs->esi;
    default:
        return &regs->edi;
    }
}

static inline uint32_t sysarg(struct trapframe *frame, unsigned i)
{
    return *sysarg_register(frame, i);
}

static inline void sysret(struct trapframe *frame, unsigned i, uint32_t value)
{
    *sysarg_register(frame, i) = value;
}
