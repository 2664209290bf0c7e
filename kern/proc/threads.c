/* Threads of one process: a program starts more of them in its own address space. */
#include "proc/proc_priv.h"

#include "lib/assert.h"
#include "thread/affinity.h"

/* May a program have something there? */
static bool is_user_address(uaddr_t address)
{
    return address >= VM_USERLO && address < UTOP;
}

static bool is_sound(const struct thread_start *start)
{
    return is_user_address(start->entry) && is_user_address(start->stack - 1) &&
           (start->pointer == 0 || is_user_address(start->pointer)) &&
           (start->exception_stack == 0 || is_user_address(start->exception_stack - 1));
}

/* The new thread begins with the argument in EAX, so that nothing of the program's memory has
 * to be written here. */
static void set_registers(struct thread *thread, const struct thread_start *start)
{
    struct trapframe *frame = thread_user_frame(thread);

    *frame = process_first_frame(start->entry, start->stack);
    frame->regs.eax = start->argument;
    thread->exception_stack = start->exception_stack;
    if (start->pointer)
        thread_set_segments(thread, SEG_USER_DATA, SEG_USER_TLS,
                            cpu_tls_segment(start->pointer));
}

int proc_thread_create(const struct thread_start *start, uint32_t *number)
{
    struct process *process = process_current();
    struct thread *self = thread_current(), *thread;
    const struct thread_config config = {
        .name = self->name,
        .start = process_enter_user,
        .cpu = CPU_ANY,
        .affinity = affinity_of(self),
        .quota = self->quota,
        .process = process,
        .space = &process->space,
        .env = self->env,
    };

    KERN_ASSERT(process != ROOT_PROCESS);
    if (!is_sound(start))
        return E_INVAL_ADDR;
    int error = thread_create(&config, &thread);
    if (error)
        return error;
    set_registers(thread, start);
    error = thread_group_add(&process->group, thread);
    if (error) {
        thread_free(thread);
        return error;
    }
    *number = thread->number;           /* once started, it may be gone at any time */
    thread_start(thread);
    return 0;
}

uint32_t proc_thread_self(void)
{
    return thread_current()->number;
}
