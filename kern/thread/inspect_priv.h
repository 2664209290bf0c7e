/* What the files that look at threads share. */
#pragma once

#include "thread/inspect.h"

struct ready_queue;

/* What it has run up to the moment `now`.  `queue` is its home's, and locked. */
uint64_t thread_cycles(const struct ready_queue *queue, const struct thread *thread, uint64_t now);

/* As others are told of it.  Its home's queue is locked, or nothing runs. */
enum info_state thread_info_state(const struct thread *thread);
