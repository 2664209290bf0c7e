/* The way in and out, common to all traps. */
#include "trap/trap_priv.h"

#include "abi/syscall.h"
#include "pcpu/trace.h"
#include "proc/proc.h"
#include "thread/big_lock.h"
#include "thread/sched.h"
#include "trap/offsets_priv.h"

/* Interrupts off.  To user mode goes only a thread that was not asked to switch, is not killed
 * and not stopped; all that is tested with interrupts off up to the IRET, so a request that
 * comes later arrives as an interrupt in user mode.  In kernel mode only code that had
 * interrupts on is preempted: it holds no spinlock. */
void trap_leave(const struct trapframe *frame)
{
    if (!from_user(frame)) {
        if (frame->eflags & EFLAGS_IF) {
            big_lock_pass();
            sched_preempt(INTERRUPTED_KERNEL);
        }
        return;
    }
    if (from_virtual_8086(frame)) {
        intr_local_enable();
        end_process(frame);
    }
    sched_preempt(INTERRUPTED_USER);
    while (thread_has_pending()) {
        proc_handle_pending();
        sched_preempt(INTERRUPTED_USER);
    }
}

/* What the gates and the entry code have seen to, whatever flags the interrupted code had. */
#ifdef DEBUG
static void check_entry_flags(void)
{
    KERN_ASSERT(!(read_eflags() & (EFLAGS_IF | EFLAGS_DF | EFLAGS_TF | EFLAGS_NT)));
    KERN_ASSERT(!cpu_features.smap || !(read_eflags() & EFLAGS_AC));
}
#else
static void check_entry_flags(void)
{
}
#endif

/* SYSENTER's values are in other registers, in case that its frame is left by IRET. */
static void return_values(struct trapframe *frame)
{
    if (frame->vector == VECTOR_SYSENTER) {
        frame->regs.esi = frame->regs.ecx;
        frame->regs.edi = frame->regs.edx;
    }
}

/* An NMI comes at any time, also while this CPU spins for the big lock; and until its IRET no
 * other one comes (SDM vol. 3, 6.7.1): so it neither takes that lock nor switches threads. */
void trap(struct trapframe *frame)
{
    check_entry_flags();
    if (frame->vector == VECTOR_NMI) {
        handle_fault(frame);
        return;
    }
    bool entered = big_lock_enter();
    if (frame->vector == SYSCALL_VECTOR || frame->vector == VECTOR_SYSENTER) {
        intr_local_enable();
        handle_system_call(frame);
        intr_local_disable();
        return_values(frame);
    } else {
        trace_note(TRACE_TRAP, frame->vector, frame->eip);
        if (frame->vector < NUM_EXCEPTIONS)
            handle_fault(frame);
        else
            handle_interrupt(frame->vector);
        trace_note(TRACE_TRAP_DONE, frame->vector, 0);
    }
    trap_leave(frame);
    if (entered)
        big_lock_leave();
}
