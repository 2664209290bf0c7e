/* The kernel's part in a fork, after JOS's exokernel: a child that is stopped, with an empty
 * space and its parent's registers.  The program fills the space and lets the child go. */
#include "proc/proc_priv.h"

/* The child returns from the same system call, with success and 0 where its parent gets its id. */
static int copy_thread(struct process *child)
{
    struct thread *thread;
    int error = process_make_thread(child, CPU_ANY, &thread);

    if (error)
        return error;
    thread_copy_registers(thread);
    struct registers *regs = &thread_user_frame(thread)->regs;
    regs->eax = 0;
    regs->ebx = 0;
    thread_group_hold(&child->group, thread);
    return 0;
}

int proc_exofork(pid_t *pid)
{
    const struct process *parent = process_current();
    const struct process_start start = {
        .name = parent->name, .file = parent->file, .file_size = parent->file_size,
        .quota = QUOTA_OF_PARENT,
    };
    struct process *child;
    int error = process_begin(&start, &child);

    if (error)
        return error;
    space_copy_heap(&child->space, &parent->space);
    error = copy_thread(child);
    if (error) {
        process_abandon(child);
        return error;
    }
    *pid = process_publish(child, NULL);
    return 0;
}
