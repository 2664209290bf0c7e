/* Shared by the files of the trap layer only. */
#pragma once

#include "pcpu/pcpu.h"
#include "pcpu/vectors.h"
#include "trap/trap.h"

/* From virtual 8086 mode, where CS holds no selector, too.  No program gets there by the book,
 * but QEMU 7.2 enters it by a program's IRET (SDM vol. 2, IRET: only in ring 0).  There is
 * nothing that it could execute; the next trap ends it. */
static inline bool from_virtual_8086(const struct trapframe *frame)
{
    return frame->eflags & EFLAGS_VM;
}

/* SUBTLE: virtual-8086 */
static inline bool from_user(const struct trapframe *frame)
{
    return (frame->cs & 3) == 3 || from_virtual_8086(frame);
}

/* From entry.S: the common entry; the last step before user mode, with interrupts off; and the
 * entry of double faults, with the stack pointer that the task switch has left. */
void trap(struct trapframe *frame);
void trap_leave(const struct trapframe *frame);
struct trapframe *double_fault(uintptr_t esp);

/* An exception of the CPU (fault.c).  Interrupts off on entry and on return. */
void handle_fault(struct trapframe *frame);

/* Reports what the program did and ends it; `address`: of a page fault.  Interrupts on. */
NORETURN void end_process(const struct trapframe *frame, uint32_t address);

/* The program will go on in its page-fault handler, with a description of the fault on its
 * exception stack (upcall.c).  Returns NULL, or what is wrong with the handler: then the frame
 * is unchanged.  Interrupts on. */
const char *upcall_enter(struct trapframe *frame, uaddr_t handler, uaddr_t address);

/* A device, timer, inter-processor or software interrupt (irq.c).  Interrupts off. */
void handle_interrupt(struct trapframe *frame);

/* Runs the system call that the frame asks for (syscall.c).  Interrupts on.  SYSENTER's entry
 * does the same by itself, with the table. */
void handle_system_call(struct trapframe *frame);
extern int (*const system_calls[])(struct trapframe *);     /* NULL: there is no such call */
extern const uint32_t system_call_count;

/* This CPU's tick; the boot CPU's also watches over the run's time limit (irq.c). */
void timer_intr_handler(void);

/* Has the boot CPU's tick been missing for so long that the kernel must be hanging? */
bool timer_is_silent(void);
