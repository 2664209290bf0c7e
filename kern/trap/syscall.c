/* System calls: from the number to the function. */
#include "trap/syscall_priv.h"

#include "abi/error.h"
#include "abi/syscall.h"
#include "trap/trap_priv.h"

#define SYSCALL_ENTRY(name, number) [number] = sys_##name,
int (*const system_calls[NUM_SYSCALLS])(struct trapframe *) = { SYSCALLS(SYSCALL_ENTRY) };
#undef SYSCALL_ENTRY

const uint32_t system_call_count = NUM_SYSCALLS;

void handle_system_call(struct trapframe *frame)
{
    uint32_t number = frame->regs.eax;

    if (number >= NUM_SYSCALLS || !system_calls[number]) {
        frame->regs.eax = E_INVAL_CALLNR;
        return;
    }
    current_context()->system_calls++;
    frame->regs.eax = system_calls[number](frame);
}
