/* What the entry code and the CPU save when a trap is taken (trap/entry.S builds it). */
#pragma once

#include <stdint.h>

struct registers {                      /* in the order of PUSHAL (SDM vol. 2, PUSHA) */
    uint32_t edi, esi, ebp, unused_esp, ebx, edx, ecx, eax;
};

struct trapframe {
    struct registers regs;
    uint32_t es, ds;
    uint32_t vector;
    uint32_t error;                     /* the CPU's error code, 0 where it gives none */
    uint32_t eip, cs, eflags;           /* pushed by the CPU (SDM vol. 3, 6.12.1) */
    uint32_t esp, ss;                   /* only if the trap came from user mode */
};
