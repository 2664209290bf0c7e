/* System calls on memory. */
#include "trap/syscall.h"

#include "proc/proc.h"
#include "thread/thread.h"
#include "trap/sysarg.h"
#include "vmm/vmm.h"

/* Pages between two heap ends that have to be there, at most. */
static uint32_t pages_between(uaddr_t low, uaddr_t high)
{
    return ROUND_UP(high, PAGE_SIZE) / PAGE_SIZE - ROUND_UP(low, PAGE_SIZE) / PAGE_SIZE;
}

/* Pages come when they are touched; what the quota could not pay for even now is refused, so
 * that a program that asks can be told, rather than ended by the fault. */
int sys_sbrk(struct trapframe *frame)
{
    struct space *space = thread_current()->space;
    uaddr_t before = __atomic_load_n(&space->heap_break, __ATOMIC_RELAXED);
    int64_t after = (int64_t)before + (int32_t)sysarg(frame, 0);
    struct account quota = proc_quota();

    if (after < VM_USERLO || after > UHEAP_HI)
        return E_INVAL_ARG;
    if (after > before && pages_between(before, (uaddr_t)after) > account_free(&quota))
        return E_EXCEEDS_QUOTA;
    int error = space_set_break(space, (uaddr_t)after);
    if (error)
        return E_INVAL_ARG;
    sysret(frame, 0, before);
    return 0;
}

int sys_quota(struct trapframe *frame)
{
    struct account quota = proc_quota();

    sysret(frame, 0, quota.limit);
    sysret(frame, 1, quota.used);
    sysret(frame, 2, quota.delegated);
    return 0;
}
