/* System calls: from the number to the function. */
#include "trap/syscall.h"

#include "abi/error.h"
#include "abi/syscall.h"
#include "thread/thread.h"
#include "trap/trap_priv.h"

#define SYSCALL_ENTRY(name, number) [number] = sys_##name,
static int (*const calls[])(struct trapframe *) = { SYSCALLS(SYSCALL_ENTRY) };
#undef SYSCALL_ENTRY

void handle_system_call(struct trapframe *frame)
{
    uint32_t number = frame->regs.eax;

    thread_current()->system_calls++;
    frame->regs.eax = number < NUM_SYSCALLS && calls[number] ? calls[number](frame)
                                                             : E_INVAL_CALLNR;
}
