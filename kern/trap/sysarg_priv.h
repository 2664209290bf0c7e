/* Arguments, values and structs of system calls: number i, from 0 to 4, is EBX, ECX, EDX, ESI, EDI.
 * They lie in the frame that the trap has saved. */
#pragma once

#include "abi/env.h"
#include "abi/error.h"
#include "abi/trapframe.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "proc/proc.h"
#include "vmm/space.h"
#include "vmm/usercopy.h"

enum { SYSARG_COUNT = 5 };

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

/* An argument that is the id of a process; 0 stands for the caller's own. */
static inline pid_t sysarg_pid(struct trapframe *frame, unsigned i)
{
    pid_t pid = (pid_t)sysarg(frame, i);

    return pid == 0 ? thread_current()->env->id : pid;
}

/* An argument that is the permissions of a mapping, PTE_..., as the space's PERM_...: it must name
 * PTE_P and PTE_U, and no others than a program may have; else E_INVAL_ARG. */
MUST_USE static inline int sysarg_perm(struct trapframe *frame, unsigned i, uint32_t *perm)
{
    const uint32_t asked = sysarg(frame, i), needed = PTE_P | PTE_U;

    if ((asked & needed) != needed || (asked & ~(uint32_t)PTE_SYSCALL))
        return E_INVAL_ARG;
    *perm = asked & (PERM_WRITE | PERM_AVAILABLE);
    return 0;
}

/* A struct that a call hands out is declared like this: all of it is zeros first, also between its
 * fields and after the end of its texts, which an initialiser need not clear (C11, 6.7.9).  The
 * code that fills it sets fields. */
#define SYSOUT(type, name)                                                              \
    type name;                                                                          \
    memset(&(name), 0, sizeof name)

/* ... and goes to the address that argument `i` is. */
MUST_USE static inline int sysout(struct trapframe *frame, unsigned i, const void *from,
                                  size_t size)
{
    return copy_to_user(sysarg(frame, i), from, size);
}

static inline void sysret(struct trapframe *frame, unsigned i, uint32_t value)
{
    *sysarg_register(frame, i) = value;
}
