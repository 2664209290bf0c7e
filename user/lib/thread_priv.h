/* What a thread of a program is, for the library's own files. */
#pragma once

#include "thread.h"

/* %gs:0 is where it begins, in threads that thread_create() made.
 *
 * [I] set before it runs  [o] the thread itself  [a] atomic */
struct thread {
    struct thread *self;                /* [I] must be first */
    int            error;               /* [o] errno */
    uint32_t       number;              /* [o] in its process; so in the mutexes that it has */
    uint32_t       ended;               /* [a] 1: it does not use its stack any more */
    void        *(*start)(void *);      /* [I] */
    void          *argument;            /* [I] */
    void          *value;               /* [o] until it has ended */
    struct thread *next_free;           /* of the slots that are free: see thread_stack.c */
};

/* --- thread_stack.c --- */

/* A thread at the end of a stack of its own; NULL: no memory, and errno says which. */
struct thread *thread_slot_get(void);

/* The thread has ended, and its slot is for the next one. */
void thread_slot_put(struct thread *thread);

/* Where ESP and the exception stack of a new thread begin. */
void *thread_stack_top(struct thread *thread);
void *thread_exception_stack_top(struct thread *thread);

/* Is this page in a slot; is it an exception stack there? */
bool thread_has_slot_at(uintptr_t page);
bool thread_has_exception_stack_at(uintptr_t page);

/* The first of them from `page` on, UTOP if there is none. */
uintptr_t thread_next_exception_stack(uintptr_t page);

void thread_slots_lock(void);
void thread_slots_unlock(void);

/* --- thread.c --- */

/* This process has been made by fork(): only the calling thread is here. */
void thread_forget_others(void);

/* --- what fork() must not copy half done --- */

void stdio_lock(void);
void stdio_unlock(void);
void malloc_lock(void);
void malloc_unlock(void);

/* Maps all pages of the heap that were not touched yet. */
MUST_USE int malloc_touch_all(void);
