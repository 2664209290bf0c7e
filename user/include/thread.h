/* Threads of one program, and what they need to work together: mutexes, condition variables,
 * semaphores, barriers.  All of these wait without polling, and make no system call where no thread
 * has to wait.  They also work between processes that share the memory they lie in.
 *
 * Errors are those of abi/error.h; 0 is success.  malloc and stdio may be used by all threads
 * at once.  exit(), a fault or a kill ends all threads of the process. */
#pragma once

#include "lib/types.h"

/* --- threads ------------------------------------------------------------------------------ */

#define THREAD_STACK_SIZE (116 * 1024)  /* with an unmapped page below; main's is larger.  The
                                         * first 4 KB are there, the others when they are used */

struct thread;

/* Starts a thread that runs start(argument).  E_EXCEEDS_QUOTA, E_MEM; E_BUSY after sfork().
 * Another thread must join it. */
MUST_USE int thread_create(struct thread **thread, void *(*start)(void *), void *argument);

/* Waits until the thread has ended, and returns what it returned or gave to thread_exit(). */
void *thread_join(struct thread *thread);

/* Ends the calling thread; if no other runs, the program, with EXIT_SUCCESS.  Returning from
 * main is exit(). */
NORETURN void thread_exit(void *value);

/* The calling thread. */
struct thread *thread_self(void);

/* Threads that have not ended. */
unsigned thread_count(void);

/* --- mutexes ------------------------------------------------------------------------------ */

/* Not recursive.  All zeros is a free one. */
struct mutex {
    uint32_t state;
};

#define MUTEX_INITIALIZER { 0 }

void mutex_lock(struct mutex *mutex);
MUST_USE bool mutex_try_lock(struct mutex *mutex);

/* Any thread may do so; a mutex that is free ends the program with a message. */
void mutex_unlock(struct mutex *mutex);

/* --- condition variables ------------------------------------------------------------------ */

/* Wait in a `while` that tests the predicate, with the mutex that guards it. */
struct condition {
    uint32_t sequence, waiters;
};

#define CONDITION_INITIALIZER { 0, 0 }

/* Releases the mutex, waits for a signal, and locks it again.  May return without a signal. */
void condition_wait(struct condition *condition, struct mutex *mutex);

/* The same, but gives up after so many microseconds, not 0: E_TIMEOUT. */
MUST_USE int condition_wait_for(struct condition *condition, struct mutex *mutex,
                                unsigned microseconds);

/* Wakes one waiter, or all.  The predicate was changed with the mutex held. */
void condition_signal(struct condition *condition);
void condition_broadcast(struct condition *condition);

/* --- semaphores --------------------------------------------------------------------------- */

struct semaphore {
    uint32_t value, waiters;
};

#define SEMAPHORE_INITIALIZER(first_value) { (first_value), 0 }

/* Takes 1 from the value, after waiting until it is more than 0; adds 1 to it. */
void semaphore_wait(struct semaphore *semaphore);
MUST_USE bool semaphore_try_wait(struct semaphore *semaphore);
void semaphore_post(struct semaphore *semaphore);

/* --- barriers ----------------------------------------------------------------------------- */

struct barrier {
    struct mutex mutex;
    uint32_t members, arrived, round;
};

#define BARRIER_INITIALIZER(member_count) { MUTEX_INITIALIZER, (member_count), 0, 0 }

/* Waits until all members are here.  True in the one that came last. */
bool barrier_wait(struct barrier *barrier);
