/* System calls on futexes. */
#include "trap/syscall_priv.h"

#include "dev/clock.h"
#include "ipc/ipc.h"
#include "trap/sysarg_priv.h"

int sys_futex_wait(struct trapframe *frame)
{
    uint32_t microseconds = sysarg(frame, 2);
    uint64_t deadline = microseconds ? clock_us() + microseconds : FUTEX_NO_DEADLINE;

    return futex_wait(sysarg(frame, 0), sysarg(frame, 1), deadline);
}

int sys_futex_wake(struct trapframe *frame)
{
    uint32_t woken;
    int error = futex_wake(sysarg(frame, 0), sysarg(frame, 1), &woken);

    if (!error)
        sysret(frame, 0, woken);
    return error;
}
