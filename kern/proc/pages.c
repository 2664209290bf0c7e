/* Pages of another process, or of the caller's own, in the exokernel's manner. */
#include "proc/proc_priv.h"

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

int proc_page_copy(struct proc_place to, uint32_t perm)
{
    struct process *target;
    int error = process_pin(to.pid, &target);

    if (error)
        return error;
    error = space_copy_page(&process_current()->space, &target->space, to.va, perm);
    process_unpin(target);
    return error;
}

int proc_pages_give(pid_t pid, uaddr_t *va, uaddr_t end)
{
    struct process *target;
    int error = process_pin(pid, &target);

    if (error)
        return error;
    error = space_give_range(&process_current()->space, &target->space, va, end);
    process_unpin(target);
    return error;
}
