/* How the kernel is entered: interrupt descriptor table, entry and exit, interrupts, faults,
 * system calls.
 *
 * Each trap from user or kernel mode leaves a struct trapframe on the current kernel stack;
 * nested ones pile up there and are popped in turn.  System calls and faults run with interrupts
 * on, interrupt handlers with interrupts off.  The last step is trap_leave() in trap.c: preemption,
 * and for user mode the end of a killed process.  Two ways do without it: an NMI never switches
 * threads, and a system call by SYSENTER goes back by SYSEXIT (entry.S) when nothing is pending and
 * no switch was requested.
 *
 * No locks of its own. */
#pragma once

#include "abi/trapframe.h"
#include "lib/types.h"
#include "pcpu/pcpu.h"

/* Fills the interrupt descriptor table: every one of the 256 vectors leads to a handler.
 * Once, on the boot CPU, before paging makes text read-only. */
void trap_init(void);

/* Loads the table on the calling CPU.  Interrupts off. */
void trap_init_cpu(void);

/* The calling CPU's way in by SYSENTER.  When it is known which lock there is. */
void trap_init_system_calls(void);

/* All system calls go through the dispatcher, which records them (pcpu/trace.h), from now on or no
 * longer. */
void trap_record_system_calls(bool on);

/* Gives a CPU the stack on which its double faults are reported, before it starts; E_MEM. */
MUST_USE int trap_prepare_cpu(struct cpu *cpu);

/* Takes what the console's devices have received: at their interrupts; and once at boot, when these
 * have been routed. */
void trap_take_input(void);

/* The console's devices cannot interrupt: the boot CPU's tick looks after them from now on.
 * Once, at boot. */
void trap_poll_console(void);

/* The boot option limit=SECONDS: the run ends with a report of every CPU and thread, and
 * failure, when it is not over by then.  0: no limit. */
void trap_set_time_limit(unsigned seconds);

#ifdef DEBUG

/* The boot option interrupts=N: of N interrupts that CPUs send each other, or themselves, about one
 * comes twice, or late, or brings another one for no reason.  0: none. */
void trap_disturb_interrupts(unsigned share);

#endif
