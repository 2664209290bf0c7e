/* The processes that a process may act on: itself and its descendants.  What takes no time, like a
 * kill, is done with the target's parent locked: so the target is not freed meanwhile (exit.c). */
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
HANDS_OVER
static struct process *lock_child(struct process *self, pid_t pid)
{
    struct process *child = process_slot(pid);

    spinlock_acquire(&self->lock);
    if (__atomic_load_n(&child->parent, __ATOMIC_RELAXED) == self && process_is(child, pid))
        return child;
    spinlock_release(&self->lock);
    return NULL;
}

HANDS_OVER
static struct process *lock_descendant(struct process *self, pid_t pid, struct process **parent)
{
    spinlock_acquire(&process_lineage);
    struct process *process = process_find(pid, parent);
    if (process && !is_or_has_ancestor(*parent, self)) {
        spinlock_release(&(*parent)->lock);
        process = NULL;
    }
    spinlock_release(&process_lineage);
    return process;
}

struct process *process_lock_target(pid_t pid, struct process **parent)
{
    struct process *self = process_current(), *child;

    if (pid == self->id && self != ROOT_PROCESS) {
        *parent = process_lock_parent(self);
        return self;
    }
    child = lock_child(self, pid);
    if (!child)
        return lock_descendant(self, pid, parent);
    *parent = self;
    return child;
}
