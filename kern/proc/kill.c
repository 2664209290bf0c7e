/* proc_kill(): a process may end itself and its descendants.
 *
 * The lock of the victim's parent is held meanwhile: so it is not freed (exit.c).  A zombie's
 * threads have been ended already. */
#include "proc/proc_priv.h"

/* With lineage locked and a child of `process` pinned by the lock of `process`: none of the
 * processes from there up to the root can be freed or get another parent, since each has a
 * child that would have to be handed up first. */
static bool is_or_has_ancestor(const struct process *process, const struct process *ancestor)
{
    while (process && process != ancestor)
        process = __atomic_load_n(&process->parent, __ATOMIC_RELAXED);
    return process != NULL;
}

/* The usual case, without the lock that all processes share. */
static bool kill_child(struct process *self, pid_t pid)
{
    struct process *child = process_slot(pid);

    spinlock_acquire(&self->lock);
    bool found = __atomic_load_n(&child->parent, __ATOMIC_RELAXED) == self &&
                 process_is(child, pid);
    if (found)
        thread_group_end(&child->threads, STATUS_KILLED);
    spinlock_release(&self->lock);
    return found;
}

static bool kill_descendant(struct process *self, pid_t pid)
{
    struct process *parent;
    bool found = false;

    spinlock_acquire(&process_lineage);
    struct process *victim = process_find(pid, &parent);
    if (victim) {
        found = is_or_has_ancestor(parent, self);
        if (found)
            thread_group_end(&victim->threads, STATUS_KILLED);
        spinlock_release(&parent->lock);
    }
    spinlock_release(&process_lineage);
    return found;
}

int proc_kill(pid_t pid)
{
    struct process *self = process_current();

    if (pid == self->id && self != ROOT_PROCESS) {
        thread_group_end(&self->threads, STATUS_KILLED);
        return 0;
    }
    return kill_child(self, pid) || kill_descendant(self, pid) ? 0 : E_INVAL_PID;
}
