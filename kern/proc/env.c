/* What a process may do with another one, or with itself, in the exokernel's manner: its pages,
 * whether it runs, its registers. */
#include "proc/proc_priv.h"

#include "lib/panic.h"

/* --- pages -------------------------------------------------------------------------------- */

int proc_page_alloc(struct proc_place place, uint32_t perm)
{
    struct process *process;
    int error = process_pin(place.pid, &process);

    if (error)
        return error;
    error = space_alloc_page(&process->space, place.va, perm);
    process_unpin(process);
    return error;
}

int proc_page_map(struct proc_place from, struct proc_place to, uint32_t perm)
{
    struct process *source, *target;
    int error = process_pin(from.pid, &source);

    if (error)
        return error;
    error = process_pin(to.pid, &target);
    if (!error) {
        const struct space_place source_place = { &source->space, from.va };
        const struct space_place target_place = { &target->space, to.va };
        error = space_share(&source_place, &target_place, perm);
        process_unpin(target);
    }
    process_unpin(source);
    return error;
}

int proc_page_unmap(struct proc_place place)
{
    struct process *process;
    int error = process_pin(place.pid, &process);

    if (error)
        return error;
    error = space_unmap(&process->space, place.va);
    process_unpin(process);
    return error;
}

/* --- running and registers ---------------------------------------------------------------- */

/* A process that is ending is not there any more for those who want to change it. */
static int finish(struct process *parent, int error)
{
    spinlock_release(&parent->lock);
    return error == E_KILLED ? E_INVAL_PID : error;
}

int proc_set_running(pid_t pid, enum proc_running running)
{
    struct process *parent, *process = process_lock_target_or_self(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    if (process->state == PROCESS_ALIVE && !process->left)
        space_check_tables(&process->space);    /* a fork lets its child go by this call */
    return finish(parent, running == PROC_RESUME ? thread_group_resume(&process->threads)
                                                 : thread_group_stop(&process->threads));
}

int proc_set_frame(pid_t pid, const struct trapframe *frame)
{
    const struct trapframe sane = process_sanitise_frame(frame);
    struct process *parent, *process = process_lock_target_or_self(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    return finish(parent, thread_group_set_frame(&process->threads, &sane));
}

int proc_set_pgfault_upcall(pid_t pid, uaddr_t upcall)
{
    struct process *parent, *process = process_lock_target_or_self(pid, &parent);

    if (!process)
        return E_INVAL_PID;
    __atomic_store_n(&process->pgfault_upcall, upcall, __ATOMIC_RELAXED);
    __atomic_store_n(&process->env->pgfault_upcall, upcall, __ATOMIC_RELAXED);
    return finish(parent, 0);
}
