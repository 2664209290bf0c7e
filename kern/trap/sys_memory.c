/* System calls on memory. */
#include "trap/syscall_priv.h"

#include "proc/proc.h"
#include "trap/sysarg_priv.h"

int sys_sbrk(struct trapframe *frame)
{
    uaddr_t before;
    int error = proc_move_break((int32_t)sysarg(frame, 0), &before);

    if (!error)
        sysret(frame, 0, before);
    return error;
}

int sys_quota(struct trapframe *frame)
{
    struct account quota = proc_quota();

    sysret(frame, 0, quota.limit);
    sysret(frame, 1, quota.used);
    sysret(frame, 2, quota.delegated);
    return 0;
}
