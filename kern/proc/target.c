/* The processes that a process may act on: itself and its descendants.  What takes no time, like a
 * kill, is done with the target's parent locked: so the target is not freed meanwhile (exit.c). */
#include "proc/proc_priv.h"

enum { STEPS = 16 };                    /* ancestors looked at while lineage is locked */

/* Goes up from `process`.  The caller has locked it and lineage, and it has a child.  So none of
 * the processes from there up to the root can be freed or get another parent: each has a child,
 * which would have to be handed up first.  Stops at `ancestor`, at the root, or after some
 * steps. */
static struct process *climb_path(struct process *process, const struct process *ancestor)
{
    for (unsigned steps = 0; steps < STEPS; steps++) {
        if (process == ancestor || process == ROOT_PROCESS)
            break;
        process = __atomic_load_n(&process->parent, __ATOMIC_RELAXED);
    }
    return process;
}

/* One climb from the parent of `pid`; then *reached is where it stopped.  False if there is no such
 * process. */
HANDS_OVER
static bool climb_from(pid_t pid, const struct process *ancestor, struct process **reached,
                       pid_t *reached_id)
{
    struct process *parent;

    spinlock_acquire(&process_lineage);
    bool is_there = process_find(pid, &parent) != NULL;
    if (is_there) {
        *reached = climb_path(parent, ancestor);
        *reached_id = (*reached)->id;
        spinlock_release(&parent->lock);
    }
    spinlock_release(&process_lineage);
    return is_there;
}

/* The path to the root may be as long as there are processes: it is climbed in pieces.  An ancestor
 * at which one ended may be gone when the next one begins there: then all begins anew.  That comes
 * to an end, since a path gets no longer; it loses those that exit. */
static bool is_descendant(pid_t pid, const struct process *ancestor)
{
    struct process *reached = NULL;
    pid_t from = pid;

    while (reached != ancestor) {
        if (climb_from(from, ancestor, &reached, &from)) {
            if (reached == ROOT_PROCESS)
                break;
        } else {
            if (from == pid)
                return false;
            from = pid;
        }
    }
    return reached == ancestor;
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

/* A process that descends from the caller does so until it is freed. */
static struct process *lock_descendant(const struct process *self, pid_t pid,
                                       struct process **parent)
{
    return is_descendant(pid, self) ? process_find(pid, parent) : NULL;
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
