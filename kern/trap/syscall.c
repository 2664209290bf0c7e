/* System calls: from the number to the function. */
#include "trap/syscall_priv.h"

#include "abi/error.h"
#include "abi/syscall.h"
#include "pcpu/trace.h"
#include "trap/trap_priv.h"

#define SYSCALL_ENTRY(name, number) [number] = sys_##name,
int (*const system_calls[NUM_SYSCALLS])(struct trapframe *) = { SYSCALLS(SYSCALL_ENTRY) };
#undef SYSCALL_ENTRY

/* [a] sysenter_entry takes the short way to the functions of calls below this number: of all, or of
 * none while calls are recorded. */
uint32_t fast_system_calls = NUM_SYSCALLS;

void trap_record_system_calls(bool on)
{
    __atomic_store_n(&fast_system_calls, on ? 0 : NUM_SYSCALLS, __ATOMIC_RELAXED);
}

void handle_system_call(struct trapframe *frame)
{
    uint32_t number = frame->regs.eax;

    if (number >= NUM_SYSCALLS || !system_calls[number]) {
        frame->regs.eax = E_INVAL_CALLNR;
        return;
    }
    current_context()->system_calls++;
    trace_note(TRACE_CALL, number, frame->regs.ebx);
    int error = system_calls[number](frame);
    trace_note(TRACE_CALL_DONE, number, (uintptr_t)error);
    frame->regs.eax = (uint32_t)error;
}
