/* Where threads live: slots in a part of the address space of their own (abi/layout.h), each with
 * the thread's stack, struct thread at its end, and its exception stack.  All of it but the page of
 * struct thread fills when it is touched, and stays when the thread has ended, for the next one. */
#include "thread_priv.h"

#include "abi/env.h"
#include "abi/layout.h"
#include "errno.h"
#include "syscall.h"

enum { STACK_TOP = UTHREAD_PAGE + PAGE_SIZE };

_Static_assert(STACK_TOP - PAGE_SIZE == THREAD_STACK_SIZE, "the pages of the stack");

static struct mutex slots_mutex;
static struct thread *free_slots;       /* guarded by it */
static uintptr_t next_slot = UTHREADS_LO;       /* never used so far; guarded by it */

static struct thread *thread_in(uintptr_t slot)
{
    return (struct thread *)(slot + STACK_TOP) - 1;
}

static uintptr_t slot_of(const struct thread *thread)
{
    return ROUND_DOWN((uintptr_t)thread, UTHREAD_SLOT);
}

static struct thread *make_slot(void)
{
    int error = E_MEM;

    if (next_slot < UTHREADS_HI)
        error = sys_page_alloc(0, next_slot + UTHREAD_PAGE, PTE_P | PTE_U | PTE_W);
    if (error) {
        errno = error;
        return NULL;
    }
    struct thread *thread = thread_in(next_slot);
    next_slot += UTHREAD_SLOT;
    return thread;
}

void thread_slots_lock(void)
{
    mutex_lock(&slots_mutex);
}

void thread_slots_unlock(void)
{
    mutex_unlock(&slots_mutex);
}

bool thread_has_slot_at(uintptr_t page)
{
    return page >= UTHREADS_LO && page < next_slot;
}

bool thread_has_exception_stack_at(uintptr_t page)
{
    return thread_has_slot_at(page) && page % UTHREAD_SLOT == UTHREAD_EXCEPTION_PAGE;
}

uintptr_t thread_next_exception_stack(uintptr_t page)
{
    uintptr_t offset = UTHREAD_EXCEPTION_PAGE;
    uintptr_t from = MAX(page, UTHREADS_LO);
    uintptr_t next = ROUND_UP(from - offset, UTHREAD_SLOT) + offset;

    return next < next_slot ? next : UTOP;
}

struct thread *thread_slot_get(void)
{
    mutex_lock(&slots_mutex);
    struct thread *thread = free_slots;
    if (thread)
        free_slots = thread->next_free;
    else
        thread = make_slot();
    mutex_unlock(&slots_mutex);
    return thread;
}

void thread_slot_put(struct thread *thread)
{
    mutex_lock(&slots_mutex);
    thread->next_free = free_slots;
    free_slots = thread;
    mutex_unlock(&slots_mutex);
}

/* As if a function had been called there: aligned to 16 bytes but for a return address (System V
 * ABI, i386, 2.2.2), which is 0: new pages are zeros, and no code writes there. */
void *thread_stack_top(struct thread *thread)
{
    return (void *)(ROUND_DOWN((uintptr_t)thread, 16u) - sizeof(uint32_t));
}

void *thread_exception_stack_top(struct thread *thread)
{
    return (void *)(slot_of(thread) + UTHREAD_EXCEPTION_PAGE + PAGE_SIZE);
}
