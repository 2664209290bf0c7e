/* Stopping threads (stop.c); killing is thread.h's. */
#pragma once

#include "thread/thread.h"

/* Sets and clears THREAD_STOP; a thread in user mode is interrupted, so that it sees it.  The
 * caller makes sure that the thread is not freed meanwhile. */
void thread_stop(struct thread *thread);
void thread_unstop(struct thread *thread);
