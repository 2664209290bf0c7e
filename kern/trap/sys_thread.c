/* System calls on the threads of the caller's process. */
#include "trap/syscall_priv.h"

#include "proc/proc.h"
#include "trap/sysarg_priv.h"

int sys_thread_create(struct trapframe *frame)
{
    const struct thread_start start = {
        .entry = sysarg(frame, 0),
        .argument = sysarg(frame, 1),
        .stack = sysarg(frame, 2),
        .pointer = sysarg(frame, 3),
        .exception_stack = sysarg(frame, 4),
    };
    uint32_t number;
    int error = proc_thread_create(&start, &number);

    if (!error)
        sysret(frame, 0, number);
    return error;
}

int sys_thread_exit(struct trapframe *frame)
{
    (void)frame;
    proc_exit_thread();
}

int sys_thread_self(struct trapframe *frame)
{
    sysret(frame, 0, proc_thread_self());
    return 0;
}
