/* Threads: the kernel starts and ends them; that one waits for the end of another is done
 * here. */
#include "thread_priv.h"

#include "abi/layout.h"
#include "errno.h"
#include "fork_priv.h"
#include "stdlib.h"
#include "syscall.h"

static unsigned running = 1;            /* [a] threads that have not ended */

unsigned thread_count(void)
{
    return __atomic_load_n(&running, __ATOMIC_SEQ_CST);
}

void thread_forget_others(void)
{
    struct thread *self = thread_self();

    /* Each write would be to a page that is copied for it. */
    if (thread_count() != 1)
        __atomic_store_n(&running, 1, __ATOMIC_SEQ_CST);
    if (self->number != 1)
        self->number = 1;
}

/* The last thing that a thread does.  From the first instruction on, its stack and its struct
 * thread may belong to another one: so nothing but registers is used, and an unneeded wake, of a
 * word that is another one's now, does no harm.  SUBTLE: last-words */
NORETURN static void leave_stack(uint32_t *ended)
{
    __asm__ volatile("movl $1, (%%ebx)\n\t"
                     "int %[vector]\n\t"
                     "movl %[thread_exit], %%eax\n\t"
                     "int %[vector]\n\t"
                     "ud2"
                     : : "a"(SYS_futex_wake), "b"(ended), "c"(UINT32_MAX),
                         [thread_exit] "i"(SYS_thread_exit), [vector] "i"(SYSCALL_VECTOR)
                     : "memory");
    __builtin_unreachable();
}

void thread_exit(void *value)
{
    struct thread *self = thread_self();

    self->value = value;
    if (__atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST) == 0)
        exit(EXIT_SUCCESS);
    leave_stack(&self->ended);
}

NORETURN __attribute__((regparm(1))) static void begin(void *argument)
{
    struct thread *self = argument;

    sys_thread_self(&self->number);
    thread_exit(self->start(self->argument));
}

/* It counts before it can end. */
int thread_create(struct thread **thread, void *(*start)(void *), void *argument)
{
    unsigned number;

    if (memory_is_shared())
        return E_BUSY;
    struct thread *new = thread_slot_get();
    if (!new)
        return errno;
    *new = (struct thread) { .self = new, .start = start, .argument = argument };
    const struct thread_entry entry = {
        .function = begin, .argument = new, .stack = thread_stack_top(new), .pointer = new,
        .exception_stack = thread_exception_stack_top(new),
    };
    __atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);
    int error = sys_thread_create(&entry, &number);
    if (error) {
        __atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
        thread_slot_put(new);
        return error;
    }
    *thread = new;
    return 0;
}

void *thread_join(struct thread *thread)
{
    while (__atomic_load_n(&thread->ended, __ATOMIC_SEQ_CST) == 0)
        sys_futex_wait(&thread->ended, 0, 0);

    void *value = thread->value;
    thread_slot_put(thread);
    return value;
}
