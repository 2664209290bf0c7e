/* What programs see of a thread in `envs` (abi/env.h).  Its home's queue is locked.  Threads of one
 * process may write over each other; but once they are killed, all write the same. */
#pragma once

#include "abi/env.h"
#include "thread/thread.h"

/* What it does. */
static inline void show_state(const struct thread *thread)
{
    static const uint8_t status[] = {
        [THREAD_READY] = ENV_RUNNABLE, [THREAD_RUNNING] = ENV_RUNNING,
        [THREAD_BLOCKED] = ENV_NOT_RUNNABLE, [THREAD_DEAD] = ENV_DYING,
    };

    if (thread->env)
        __atomic_store_n(&thread->env->status,
                         thread_is_killed(thread) ? ENV_DYING : status[thread->state],
                         __ATOMIC_RELAXED);
}

/* That it gets this CPU. */
static inline void show_running(const struct thread *thread, const struct cpu *cpu)
{
    struct Env *env = thread->env;

    if (!env)
        return;
    __atomic_store_n(&env->cpunum, cpu->index, __ATOMIC_RELAXED);
    __atomic_store_n(&env->runs, env->runs + 1, __ATOMIC_RELAXED);
    show_state(thread);
}
