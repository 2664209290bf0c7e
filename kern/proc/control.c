/* What a process may do with another one, or with itself: end, stop and resume it, set its
 * registers and its page-fault handler, say where it runs.
 *
 * The lock of the target's parent is held meanwhile: so it is not freed (exit.c).  A zombie's
 * threads have been ended already, and there are none that could run anywhere. */
#include "proc/proc_priv.h"

HANDS_OVER
int proc_kill(pid_t pid)
{
    struct process *parent, *victim = process_lock_target(pid, &parent);

    if (!victim)
        return E_INVAL_PID;
    thread_group_end(&victim->group, STATUS_KILLED);
    spinlock_release(&parent->lock);
    return 0;
}

/* A process that is ending is not there any more for those who want to change it. */
HANDS_OVER
static int release_target(struct process *parent, int error)
{
    spinlock_release(&parent->lock);
    return error == E_KILLED ? E_INVAL_PID : error;
}

int proc_set_running(pid_t pid, enum proc_running running)
{
    struct process *parent, *process = process_lock_target(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    if (process->state == PROCESS_ALIVE && !process->left)
        space_check_tables(&process->space);    /* a fork lets its child go by this call */
    return release_target(parent, running == PROC_RESUME ? thread_group_resume(&process->group)
                                                 : thread_group_stop(&process->group));
}

int proc_set_frame(pid_t pid, const struct trapframe *frame)
{
    const struct trapframe sane = process_sanitise_frame(frame);
    struct process *parent, *process = process_lock_target(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    return release_target(parent, thread_group_set_frame(&process->group, &sane));
}

int proc_set_pgfault_upcall(pid_t pid, uaddr_t upcall)
{
    struct process *parent, *process = process_lock_target(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    __atomic_store_n(&process->pgfault_upcall, upcall, __ATOMIC_RELAXED);
    __atomic_store_n(&process->env->pgfault_upcall, upcall, __ATOMIC_RELAXED);
    return release_target(parent, 0);
}

HANDS_OVER
int proc_set_affinity(pid_t pid, cpu_mask affinity)
{
    struct process *parent, *process = process_lock_target(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    int error = thread_group_set_affinity(&process->group, affinity);
    spinlock_release(&parent->lock);
    return error;
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
