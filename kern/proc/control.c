/* What a process may do with another one, or with itself: end, stop and resume it, set its
 * registers and its page-fault handler, say where it runs.
 *
 * The lock of the target's parent is held meanwhile: so it is not freed (exit.c).  A zombie's
 * threads have been ended already, and there are none that could run anywhere.
 *
 * A process may have thousands of threads.  So an order reaches a few of them (thread/group.c);
 * then the parent is released, and the process is looked for anew.  If it is gone, so are its
 * threads. */
#include "proc/proc_priv.h"

HANDS_OVER
int proc_kill(pid_t pid)
{
    struct process *parent, *victim = process_lock_target(pid, &parent);
    bool more = true;

    if (!victim)
        return E_INVAL_PID;
    while (victim && more) {
        more = thread_group_end(&victim->group, STATUS_KILLED);
        spinlock_release(&parent->lock);
        victim = more ? process_lock_target(pid, &parent) : NULL;
    }
    return 0;
}

/* A process that is ending is not there any more for a caller that wants to change it. */
HANDS_OVER
static int release_target(struct process *parent, int error)
{
    spinlock_release(&parent->lock);
    return error == E_KILLED ? E_INVAL_PID : error;
}

/* The same after an order: tells the threads that it has not reached. */
HANDS_OVER
static int finish_order(struct process *process, struct process *parent, int error)
{
    uint32_t order = thread_group_last_order(&process->group);
    bool more = !error && !thread_group_is_told(&process->group);
    pid_t pid = process->id;

    error = release_target(parent, error);
    while (more && (process = process_lock_target(pid, &parent))) {
        more = thread_group_tell(&process->group, order);
        spinlock_release(&parent->lock);
    }
    return error;
}

int proc_set_running(pid_t pid, enum proc_running running)
{
    struct process *parent, *process = process_lock_target(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    if (process->state == PROCESS_ALIVE && !process->left)
        space_check_tables(&process->space);    /* a fork lets its child go by this call */
    int error = running == PROC_RESUME ? thread_group_resume(&process->group)
                                       : thread_group_stop(&process->group);
    return finish_order(process, parent, error);
}

int proc_set_frame(pid_t pid, const struct trapframe *frame)
{
    const struct trapframe sane = process_sanitise_frame(frame);
    struct process *parent, *process = process_lock_target(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    return release_target(parent, thread_group_set_frame(&process->group, &sane));
}

static void set_upcall(const struct process *process, uaddr_t upcall)
{
    __atomic_store_n(&process->env->pgfault_upcall, upcall, __ATOMIC_RELAXED);
}

/* The caller's own needs no lock: so processes that fork do not meet at their parent's. */
int proc_set_pgfault_upcall(pid_t pid, uaddr_t upcall)
{
    struct process *parent, *process = process_current();

    if (pid == process->id) {
        set_upcall(process, upcall);
        return 0;
    }
    process = process_lock_target(pid, &parent);
    if (!process)
        return E_INVAL_PID;
    set_upcall(process, upcall);
    return release_target(parent, 0);
}

int proc_set_affinity(pid_t pid, cpu_mask affinity)
{
    struct process *parent, *process = process_lock_target(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    return finish_order(process, parent, thread_group_set_affinity(&process->group, affinity));
}

HANDS_OVER
int proc_affinity(pid_t pid, cpu_mask *affinity)
{
    struct process *parent, *process = process_lock_target(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    *affinity = thread_group_affinity(&process->group);
    spinlock_release(&parent->lock);
    return 0;
}
