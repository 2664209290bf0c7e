/* proc_kill(): a process may end itself and its descendants.  And where they may run.
 *
 * The lock of the target's parent is held meanwhile: so it is not freed (exit.c).  A zombie's
 * threads have been ended already, and there are none that could run anywhere. */
#include "proc/proc_priv.h"

int proc_kill(pid_t pid)
{
    struct process *parent, *victim = process_lock_target(pid, &parent);

    if (!victim)
        return E_INVAL_PID;
    thread_group_end(&victim->threads, STATUS_KILLED);
    spinlock_release(&parent->lock);
    return 0;
}

int proc_set_affinity(pid_t pid, cpu_mask affinity)
{
    struct process *parent, *process = process_lock_target_or_self(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    int error = thread_group_set_affinity(&process->threads, affinity);
    spinlock_release(&parent->lock);
    return error;
}

int proc_affinity(pid_t pid, cpu_mask *affinity)
{
    struct process *parent, *process = process_lock_target_or_self(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    *affinity = thread_group_affinity(&process->threads);
    spinlock_release(&parent->lock);
    return 0;
}
