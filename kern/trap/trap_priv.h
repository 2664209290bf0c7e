/* Shared by the files of the trap layer only. */
#pragma once

#include "pcpu/pcpu.h"
#include "pcpu/vectors.h"
#include "trap/trap.h"

/* From virtual 8086 mode, where CS holds no selector, too.  By the manual no program gets there,
 * but QEMU 7.2 enters it by a program's IRET (SDM vol. 2, IRET: only in ring 0).  There is nothing
 * that it could execute; the next trap ends it. */
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

/* Of a page fault's error code (SDM vol. 3, 4.7). */
#define PAGE_FAULT_PRESENT      1
#define PAGE_FAULT_WRITE        2
#define PAGE_FAULT_USER         4

/* A page fault that could not be served; zeros for other exceptions. */
struct page_trouble {
    uaddr_t     address;
    int         error;                  /* why not: E_INVAL_ADDR, or a page could not be had */
    uaddr_t     handler;                /* the program's; 0: it has none */
    const char *problem;                /* what is wrong with it, or NULL */
};

/* In words (fault_text.c). */
const char *exception_name(uint32_t vector);
const char *page_fault_kind(uint32_t error);

/* What the program did, for its user.  Interrupts on. */
void report_user_fault(const struct trapframe *frame, const struct page_trouble *trouble);

/* Reports an exception other than a page fault and ends the program.  Interrupts on. */
NORETURN void end_process(const struct trapframe *frame);

/* The program will go on in its page-fault handler, with a description of the fault on its
 * exception stack (upcall.c).  Returns NULL, or what is wrong with the handler: then the frame
 * is unchanged.  Interrupts on. */
const char *upcall_enter(struct trapframe *frame, uaddr_t handler, uaddr_t address);

/* Has this interrupt, instead of being served, been sent again (disturb.c)?  Interrupts off. */
#ifdef DEBUG
bool interrupt_is_late(uint32_t vector);
#else
static inline bool interrupt_is_late(uint32_t vector)
{
    (void)vector;
    return false;
}
#endif

/* A device, timer, inter-processor or software interrupt (irq.c).  Interrupts off. */
void handle_interrupt(uint32_t vector);

/* Runs the system call that the frame asks for (syscall.c).  Interrupts on.  SYSENTER's entry
 * does the same by itself, with the table; user/tests/sysenter.c compares them. */
void handle_system_call(struct trapframe *frame);
extern int (*const system_calls[])(struct trapframe *);     /* NULL: there is no such call */
extern uint32_t fast_system_calls;

/* This CPU's tick; the boot CPU's also watches over the run's time limit (irq.c). */
void timer_intr_handler(void);

/* Has the boot CPU's tick been missing for so long that the kernel must be hanging? */
bool timer_is_silent(void);
