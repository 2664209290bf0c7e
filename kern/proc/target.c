/* Whom a process may act on: itself and its descendants.
 *
 * What is done to a process at once, like a kill, is done with its parent locked: so it is not
 * freed meanwhile (exit.c).  What takes longer, work in its space, makes the thread that does it
 * a visitor.  The space goes when the process's own threads and all visitors have left it: whoever
 * leaves last takes the process apart, be it a visitor.  So nobody waits, and nobody finds a
 * space gone.  The count and the mark `left` are guarded by the parent's lock: a visitor is
 * counted before the mark is set, and then the last own thread sees it, or is refused.  Who works
 * in its own space needs nothing of this: it is one of the threads that have not left. */
#include "proc/proc_priv.h"

#include "lib/panic.h"

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
static struct process *lock_child(struct process *self, pid_t pid)
{
    struct process *child = process_slot(pid);

    spinlock_acquire(&self->lock);
    if (__atomic_load_n(&child->parent, __ATOMIC_RELAXED) == self && process_is(child, pid))
        return child;
    spinlock_release(&self->lock);
    return NULL;
}

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

struct process *process_lock_target_or_self(pid_t pid, struct process **parent)
{
    return process_lock_target(pid ? pid : get_curid(), parent);
}

/* --- visitors ----------------------------------------------------------------------------- */

static bool admit(struct process *process, const struct process *parent)
{
    spinlock_expect_held(&parent->lock);
    bool admitted = process->state == PROCESS_ALIVE && !process->left;
    if (admitted)
        process->visitors++;
    return admitted;
}

/* True if nobody is there any more. */
static bool dismiss(struct process *process, const struct process *parent)
{
    spinlock_expect_held(&parent->lock);
    return --process->visitors == 0 && process->left;
}

int process_pin(pid_t pid, struct process **process)
{
    struct process *self = process_current(), *parent;

    KERN_ASSERT(self != ROOT_PROCESS);
    *process = self;
    if (pid == 0 || pid == self->id)
        return 0;
    *process = process_lock_target(pid, &parent);
    if (!*process)
        return E_INVAL_PID;
    bool admitted = admit(*process, parent);
    spinlock_release(&parent->lock);
    return admitted ? 0 : E_INVAL_PID;
}

void process_unpin(struct process *process)
{
    if (process == process_current())
        return;
    struct process *parent = process_lock_parent(process);
    bool last = dismiss(process, parent);
    spinlock_release(&parent->lock);
    if (last)
        process_take_apart(process);
}
