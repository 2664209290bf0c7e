/* Looking at threads and CPUs: reports, figures, audits. */
#pragma once

#include "abi/info.h"
#include "thread/thread.h"

/* Calls visit() for each live thread; exact only while nothing changes (panic, tests). */
void thread_for_each(void (*visit)(const struct thread *thread, void *argument),
                     void *argument);

/* Prints each thread with its state and wait reason. */
void thread_report(void);

enum { THREAD_TRACE_DEPTH = 16 };

/* Where a thread stands, copied (trace.c). */
struct thread_trace {
    uint32_t  state;                    /* enum info_state: running, ready or waiting */
    int32_t   pid;                      /* 0: the kernel's */
    unsigned  cpu;
    unsigned  depth;                    /* 0: it runs */
    uintptr_t addresses[THREAD_TRACE_DEPTH];    /* return addresses, the innermost first */
    uaddr_t   user_eip, user_ebp;       /* where it goes back to in its program; 0: it has none */
    uint32_t  number;                   /* among its process's threads */
    uaddr_t   wait_word;                /* of its program's memory, for which it waits, or 0 */
    char      name[INFO_NAME_MAX], wait[32];
};

/* For visit() of thread_for_each(), at any time; false: the thread is gone. */
bool thread_trace(const struct thread *thread, struct thread_trace *trace);

/* For visit() of thread_for_each(), without a lock: "name (process 3)", as it is now, cut to `size`
 * bytes. */
void thread_describe(const struct thread *thread, char *text, size_t size);

/* Threads that exist, idle threads included. */
unsigned thread_count(void);

/* What a CPU does and has done so far; E_INVAL_CPU: it does not run.  Callable at any time. */
MUST_USE int sched_cpu_info(unsigned cpu, struct cpu_info *info);

/* Panics unless queues, states and counts agree.  Call from a thread, without locks, while the CPUs
 * have no more to do than to move threads of the kernel's. */
void thread_check(void);
