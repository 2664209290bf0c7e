/* Stopping threads (stop.c); killing is thread.h's. */
#pragma once

#include "thread/thread.h"

/* Sets and clears THREAD_STOP, if it is not so already; a thread in user mode is interrupted, so
 * that it sees it.  The lock of the thread's group is held: so the thread is not freed. */
void thread_stop(struct thread *thread);
void thread_unstop(struct thread *thread);
