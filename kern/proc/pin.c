/* Work in another process's space, which takes longer than a lock may be held: the thread that
 * does it pins the process.  The space goes when the process's own threads have left it and no
 * pin is left.  The last thread to leave or to unpin takes the process apart.  So no thread waits,
 * and none finds a space gone.
 *
 * The count of pins and the mark `left` are guarded by the parent's lock: a pin is counted
 * before the mark is set, and then the last own thread sees it, or is refused.  A thread that
 * works in its own space needs nothing of this: it is one of those that have not left.
 * SUBTLE: last-pin */
#include "proc/proc_priv.h"

#include "lib/assert.h"

HANDS_OVER
int process_pin(pid_t pid, struct process **process)
{
    struct process *self = process_current(), *parent;

    KERN_ASSERT(self != ROOT_PROCESS);
    *process = self;
    if (pid == self->id)
        return 0;
    *process = process_lock_target(pid, &parent);
    if (!*process)
        return E_INVAL_PID;
    bool is_there = (*process)->state == PROCESS_ALIVE && !(*process)->left;
    if (is_there)
        (*process)->pins++;
    spinlock_release(&parent->lock);
    return is_there ? 0 : E_INVAL_PID;
}

HANDS_OVER
void process_unpin(struct process *process)
{
    if (process == process_current())
        return;
    struct process *parent = process_lock_parent(process);
    bool is_last = --process->pins == 0 && process->left;
    spinlock_release(&parent->lock);
    if (is_last)
        process_take_apart(process);
}
