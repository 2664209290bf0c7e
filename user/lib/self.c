/* The calling thread: where its struct is, and its errno.  In a process that shares its memory
 * (sfork), errno is in the page that it does not share. */
#include "thread_priv.h"

#include "abi/futex.h"
#include "abi/layout.h"
#include "errno.h"
#include "fork_priv.h"

/* The first one, which was not made by thread_create(). */
static struct thread main_thread = { .number = 1 };
static bool is_shared;                  /* sfork() was called: then the memory is */

void memory_begin_sharing(void)
{
    is_shared = true;
    thread_self()->number = FUTEX_OWNER_UNKNOWN;    /* several processes have a first thread */
}

bool memory_is_shared(void)
{
    return is_shared;
}

/* Only threads that thread_create() made have a thread pointer, and no other program code changes
 * GS.  In others the second instruction would fault: volatile keeps it after the test. */
struct thread *thread_self(void)
{
    uint16_t selector;
    struct thread *self;

    __asm__("movw %%gs, %0" : "=r"(selector));
    if (selector != USER_TLS_SELECTOR)
        return &main_thread;
    __asm__ volatile("movl %%gs:0, %0" : "=r"(self));
    return self;
}

int *errno_location(void)
{
    return memory_is_shared() ? &own->error : &thread_self()->error;
}
