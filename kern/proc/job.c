/* Jobs: which processes the terminal's interrupt key ends.
 *
 * A process that has called proc_set_foreground(), a shell say, acts on the key itself or names a
 * descendant to which the kernel passes it on.  So, beginning with the kernel, each names the next,
 * down to the one that has never called it: that one's job is ended.  No process can direct the key
 * to others than its own descendants.
 *
 * A child of such a process is a job of its own; a child of any other belongs to its parent's.
 * That is settled before the child runs, and does not change when it becomes an orphan.  So one
 * pass over all slots ends the whole job, even if members exit and leave orphans meanwhile.
 *
 * No process escapes.  One that was there before the pass keeps its slot, and the pass finds it
 * there.  A thread that publishes a child looks afterwards whether its job is being ended; the pass
 * first says that the job is ending, and looks at the slots afterwards.  With a full fence between
 * the two steps on both sides, either the pass finds the child, or the publisher ends it, or the
 * publisher looks when the pass is over.  Then the pass has found the publisher itself, which is
 * ending, and such a process starts nothing: the publisher looks at the job first, and whether it
 * is ending itself afterwards (process_publish).
 *
 * A program that acts on the key itself, or names a child that is gone, could hold the terminal for
 * ever.  So there is a second key, against which it can do nothing.  The first program and its
 * children, the shell among them, are `shells`; a process that one of these has made, with all that
 * comes from it, whatever it calls, is an outer job.  This is what the second key ends: that of the
 * first process in the foreground that is no shell.
 * SUBTLE: key-to-job */
#include "proc/proc_priv.h"

#include "ipc/ipc.h"

static pid_t ending_job;                /* [a] the job that is being ended, or 0; */
static pid_t ending_outer_job;          /* [a] and the outer job */

void job_join(struct process *child, const struct process *parent)
{
    spinlock_expect_held(&parent->lock);
    if (parent != ROOT_PROCESS)
        child->shells = parent->shells > 0 ? parent->shells - 1 : 0;
    child->outer_job = parent == ROOT_PROCESS || parent->shells > 0 ? child->id
                                                                     : parent->outer_job;
    child->foreground = FOREGROUND_NONE;
    child->job = __atomic_load_n(&parent->foreground, __ATOMIC_RELAXED) == FOREGROUND_NONE
                 ? parent->job : child->id;
}

HANDS_OVER
int proc_set_foreground(pid_t pid)
{
    struct process *self = process_current(), *parent;

    if (pid != 0) {
        if (pid == self->id || !process_lock_target(pid, &parent))
            return E_INVAL_PID;
        spinlock_release(&parent->lock);
    }
    __atomic_store_n(&self->foreground, pid, __ATOMIC_RELAXED);
    terminal_next_turn();
    return 0;
}

/* What a process says, and to what it belongs. */
struct answer {
    pid_t foreground, job, outer_job;
    bool  is_shell;
};

/* False if it is gone. */
HANDS_OVER
static bool ask_process(pid_t pid, struct answer *answer)
{
    struct process *parent, *process = process_find(pid, &parent);

    if (!process)
        return false;
    *answer = (struct answer){
        .foreground = __atomic_load_n(&process->foreground, __ATOMIC_RELAXED),
        .job = process->job, .outer_job = process->outer_job, .is_shell = process->shells > 0,
    };
    spinlock_release(&parent->lock);
    return true;
}

static pid_t first_in_foreground(void)
{
    return __atomic_load_n(&ROOT_PROCESS->foreground, __ATOMIC_RELAXED);
}

/* What is in the foreground: a process that acts on the key itself (then `job` is 0), or a job. */
struct foreground {
    pid_t process, job;
};

/* False if a process that was named is gone, or none ever was.  Each process names one of its
 * descendants, so this comes to an end. */
static bool find_foreground(struct foreground *it)
{
    struct answer answer = { .foreground = first_in_foreground() };

    *it = (struct foreground){ 0, 0 };
    while (answer.foreground != 0 && answer.foreground != FOREGROUND_NONE) {
        it->process = answer.foreground;
        if (!ask_process(it->process, &answer))
            return false;
        it->job = answer.job;
    }
    if (answer.foreground == 0)
        it->job = 0;
    return it->process != 0;
}

bool proc_has_terminal(void)
{
    const struct process *self = process_current();
    struct foreground it;

    if (first_in_foreground() == 0)
        return true;
    return find_foreground(&it) &&
           (it.job != 0 ? it.job == self->job : it.process == self->id);
}

bool proc_acts_on_interrupt(void)
{
    return __atomic_load_n(&process_current()->foreground, __ATOMIC_RELAXED) == 0;
}

bool job_is_ending(const struct process *child)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return (child->job != 0 && child->job == __atomic_load_n(&ending_job, __ATOMIC_ACQUIRE)) ||
           child->outer_job == __atomic_load_n(&ending_outer_job, __ATOMIC_ACQUIRE);
}

/* Ends the process if job_is_ending().  True if some of its threads are still to be told. */
HANDS_OVER
static bool end_member(pid_t pid)
{
    struct process *parent, *process = process_find(pid, &parent);

    if (!process)
        return false;
    bool more = job_is_ending(process) && thread_group_end(&process->group, STATUS_KILLED);
    spinlock_release(&parent->lock);
    return more;
}

static void end_members(void)
{
    for (unsigned slot = 1; slot < process_slots_used(); slot++) {
        pid_t pid = __atomic_load_n(&processes[slot].id, __ATOMIC_RELAXED);
        while (end_member(pid))
            continue;
    }
}

bool proc_interrupt(bool (*announce)(void))
{
    struct foreground it;

    if (!find_foreground(&it) || it.job == 0)
        return false;
    if (announce && !announce())
        return false;
    __atomic_store_n(&ending_job, it.job, __ATOMIC_SEQ_CST);
    end_members();
    __atomic_store_n(&ending_job, 0, __ATOMIC_RELEASE);
    return true;
}

bool proc_quit(bool (*announce)(void))
{
    struct answer answer = { .foreground = first_in_foreground(), .is_shell = true };

    while (answer.is_shell)
        if (answer.foreground == 0 || answer.foreground == FOREGROUND_NONE ||
            !ask_process(answer.foreground, &answer))
            return false;
    if (announce && !announce())
        return false;
    __atomic_store_n(&ending_outer_job, answer.outer_job, __ATOMIC_SEQ_CST);
    end_members();
    __atomic_store_n(&ending_outer_job, 0, __ATOMIC_RELEASE);
    return true;
}
