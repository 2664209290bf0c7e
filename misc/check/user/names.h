/* The library's mutexes, condition variables and threads beside the kernel's, which have the same
 * names.  The kernel's headers come first: what follows this file means the library's. */
#pragma once

#include "user_memory.h"

#include "ipc/ipc.h"

#define thread              program_thread
#define thread_self         program_thread_self
#define thread_create       program_thread_create
#define thread_join         program_thread_join
#define thread_exit         program_thread_exit
#define thread_count        program_thread_count
#define mutex               program_mutex
#define mutex_lock          program_mutex_lock
#define mutex_try_lock      program_mutex_try_lock
#define mutex_unlock        program_mutex_unlock
#define condition           program_condition
#define condition_wait      program_condition_wait
#define condition_signal    program_condition_signal
#define condition_broadcast program_condition_broadcast

#undef CONDITION_INITIALIZER
