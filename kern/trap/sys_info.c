/* System calls that tell about processes, CPUs and memory (abi/info.h), and on affinity; and that
 * a program writes into the record of the run. */
#include "trap/syscall_priv.h"

#include "abi/error.h"
#include "dev/panic.h"
#include "lib/string.h"
#include "pcpu/lockstat.h"
#include "pcpu/spinlock.h"
#include "pcpu/trace.h"
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

static void describe_lock(const struct lock_figures *figures, struct lock_info *info)
{
    info->taken = figures->taken;
    info->contended = figures->contended;
    info->turns = figures->turns;
    info->longest_hold = figures->longest_hold;
    info->longest_wait = figures->longest_wait;
    strlcpy(info->name, figures->class->name, sizeof info->name);
    if (figures->held_at)
        code_place(figures->held_at, info->held_at, sizeof info->held_at);
    if (figures->waited_at)
        code_place(figures->waited_at, info->waited_at, sizeof info->waited_at);
}

/* Where nothing is counted, there is no first class. */
int sys_lock_info(struct trapframe *frame)
{
    unsigned number = sysarg(frame, 0);
    struct lock_figures figures;
    SYSOUT(struct lock_info, info);

    if (!lockstat_next(&number, &figures))
        return E_NOT_FOUND;
    describe_lock(&figures, &info);
    int error = sysout(frame, 1, &info, sizeof info);
    if (!error)
        sysret(frame, 0, number);
    return error;
}

int sys_memory_info(struct trapframe *frame)
{
    const struct pmm_usage memory = pmm_usage();
    SYSOUT(struct memory_info, info);

    info.pages = memory.pages;
    info.free = memory.free;
    info.stack_pages = kstack_usage().cached * KSTACK_PAGES;
    info.text_pages = proc_text_pages();
    info.processes = proc_count();
    info.processes_max = proc_limit();
    info.threads = thread_count();
    return sysout(frame, 0, &info, sizeof info);
}

/* The text is looked at whether or not a record is written: a bad one is an error of the program in
 * either case. */
int sys_trace_mark(struct trapframe *frame)
{
    char text[TRACE_MARK_MAX];
    size_t length;
    int error = copy_string_from_user(text, sysarg(frame, 0), sizeof text, &length);

    if (!error)
        trace_note_text(TRACE_MARK, (uintptr_t)thread_current(), text, length);
    return error;
}
