/* What sched.c has for its own layer. */
#pragma once

#include "thread/queue_priv.h"

/* Makes a BLOCKED thread READY and releases the queue of its home, which is locked. */
void sched_wake_and_release(struct ready_queue *queue, struct thread *thread)
    RELEASES(queue->lock);

/* The running thread lets the others run first; releases its queue, which is locked. */
void sched_yield_and_release(struct ready_queue *queue) RELEASES(queue->lock);

/* A new thread's first step on its own stack: ends the switch that led to it. */
void sched_finish_switch(void);

/* The final switch of an exiting thread. */
NORETURN void sched_depart(void);
