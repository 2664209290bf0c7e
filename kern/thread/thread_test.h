/* What the tests of the thread layer and of those above it share; debug builds only. */
#pragma once

#include "thread/thread.h"

/* Makes ktest_parallel() work. */
void thread_test_init(void);

/* The n-th CPU that is online, counted around. */
unsigned test_cpu(unsigned n);

/* A kernel thread on that CPU; the caller joins it. */
struct thread *test_spawn(unsigned cpu, void (*start)(void *), void *argument);

/* Its state, and a word, looked at under the lock that guards them. */
enum thread_state test_state(const struct thread *thread);
bool test_can_run(const struct thread *thread);         /* READY or RUNNING */
unsigned test_look(struct spinlock *lock, const unsigned *word);

/* For threads that are made otherwise and joined: config.departed. */
void test_departed(struct thread *thread);

/* Waits until the thread has exited, and frees it.  Exactly one caller for each thread.  Not cut
 * short by a kill. */
void thread_join(struct thread *thread);

/* Is it gone?  While no thread joins it. */
bool test_has_departed(const struct thread *thread);
