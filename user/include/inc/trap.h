/* Registers of a stopped environment, and of one that has faulted (abi/trapframe.h, abi/env.h). */
#pragma once

#include "inc/syscall.h"
#include "inc/types.h"

#define T_PGFLT         14
#define T_SYSCALL       SYSCALL_VECTOR

struct PushRegs {
    uint32_t reg_edi, reg_esi, reg_ebp, reg_oesp, reg_ebx, reg_edx, reg_ecx, reg_eax;
} __attribute__((packed));

struct Trapframe {
    struct PushRegs tf_regs;
    uint16_t  tf_es, tf_padding1;
    uint16_t  tf_ds, tf_padding2;
    uint32_t  tf_trapno;
    uint32_t  tf_err;
    uintptr_t tf_eip;
    uint16_t  tf_cs, tf_padding3;
    uint32_t  tf_eflags;
    uintptr_t tf_esp;
    uint16_t  tf_ss, tf_padding4;
} __attribute__((packed));

struct UTrapframe {
    uint32_t  utf_fault_va;
    uint32_t  utf_err;
    struct PushRegs utf_regs;
    uintptr_t utf_eip;
    uint32_t  utf_eflags;
    uintptr_t utf_esp;
} __attribute__((packed));

_Static_assert(sizeof(struct Trapframe) == 68, "as the kernel's");
_Static_assert(sizeof(struct UTrapframe) == 52, "as the kernel's");
