/* The library's threads, of which its mutexes ask for their own: one for each kernel thread. */
#include "names.h"

#include "thread.h"
#include "thread_priv.h"

static struct thread threads[PLAYERS_MAX];

/* By the place of its kernel thread's stack. */
struct thread *thread_self(void)
{
    struct thread *self = &threads[(uintptr_t)thread_current() / KSTACK_SLOT % PLAYERS_MAX];

    self->number = (uint32_t)(self - threads) + 1;
    return self;
}
