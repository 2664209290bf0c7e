/* System calls that tell about processes, CPUs and memory (abi/info.h), and on affinity. */
#include "trap/syscall_priv.h"

#include "pmm/pmm.h"
#include "proc/proc.h"
#include "thread/inspect.h"
#include "trap/sysarg_priv.h"
#include "vmm/kstack.h"

int sys_set_affinity(struct trapframe *frame)
{
    cpu_mask affinity = (cpu_mask)sysarg(frame, 2) << 32 | sysarg(frame, 1);

    return proc_set_affinity(sysarg_pid(frame, 0), affinity);
}

int sys_get_affinity(struct trapframe *frame)
{
    cpu_mask affinity;
    int error = proc_affinity(sysarg_pid(frame, 0), &affinity);

    if (error)
        return error;
    sysret(frame, 0, (uint32_t)affinity);
    sysret(frame, 1, (uint32_t)(affinity >> 32));
    return 0;
}

int sys_process_info(struct trapframe *frame)
{
    SYSOUT(struct process_info, info);
    unsigned slot = sysarg(frame, 0);

    if (!proc_info_next(&slot, &info))
        return E_NOT_FOUND;
    int error = sysout(frame, 1, &info, sizeof info);
    if (!error)
        sysret(frame, 0, slot);
    return error;
}

int sys_cpu_info(struct trapframe *frame)
{
    SYSOUT(struct cpu_info, info);
    int error = sched_cpu_info(sysarg(frame, 0), &info);

    return error ? error : sysout(frame, 1, &info, sizeof info);
}

int sys_memory_info(struct trapframe *frame)
{
    const struct pmm_usage memory = pmm_usage();
    SYSOUT(struct memory_info, info);

    info.pages = memory.pages;
    info.free = memory.free;
    info.stack_pages = kstack_usage().cached * KSTACK_PAGES;
    info.processes = proc_count();
    info.processes_max = NUM_PROCESSES - 1;
    info.threads = thread_count();
    return sysout(frame, 0, &info, sizeof info);
}
