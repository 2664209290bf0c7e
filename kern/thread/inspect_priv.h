/* What the files that look at threads share. */
#pragma once

#include "thread/inspect.h"

/* As others are told of it.  Its home's queue is locked, or nothing runs. */
enum info_state thread_info_state(const struct thread *thread);
