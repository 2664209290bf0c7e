/* Shared by the files on messages only: what a waiting thread leaves at an endpoint. */
#pragma once

#include "ipc/endpoint.h"
#include "thread/thread.h"

struct thread;

/* What a thread waits for: to send, to receive, or first the one and then the other.
 * [I] constant while it waits  [e] the lock of the endpoint at which it waits
 * [d] written by the thread that finishes it, read by its own thread when it is done  [a] atomic */
struct exchange {
    struct list_node node;              /* [e] */
    struct endpoint *at;                /* [I] where it waits */
    struct thread   *thread;            /* [I] */
    int32_t          id;                /* [I] of its process */
    struct message   message;           /* [I] to send */
    bool             is_call;           /* [I] then it waits for the answer */
    uaddr_t          page_to;           /* [I] where it wants a page, or 0 */
    struct received  received;          /* [d] */
    paddr_t          page;              /* [d] a reference, charged to its quota */
    int              error;             /* [d] */
    bool             done;              /* [a] */
};

/* In the following, a pair is the endpoint of the caller's process and that of its partner,
 * which may be the same. */

/* E_INVAL_PID, and nothing locked, if there is no such process. */
MUST_USE int endpoint_lock_pair(struct endpoint *own, const struct partner *partner);
void endpoint_unlock_pair(struct endpoint *own, const struct partner *partner);

/* Of a pair, `kept` remains locked. */
void endpoint_unlock_other(struct endpoint *other, const struct endpoint *kept);

/* --- exchange.c --- */

static inline struct exchange *exchange_by_node(struct list_node *node)
{
    return LIST_ENTRY(node, struct exchange, node);
}

/* NULL: the list is empty. */
struct exchange *exchange_first(const struct list *list);

/* Takes the exchange off its list.  Returns the thread, which the caller is to wake, or to hand
 * the CPU to, before it releases the lock of the endpoint where that thread waits. */
struct thread *exchange_finish(struct exchange *exchange, int error);

/* The calling thread waits at the end of a list of `at`, which is locked, and is not any more
 * afterwards.  `next`: NULL, or a thread that has waited at `at`, too, and is to be woken.
 * Returns the error that the exchange was finished with. */
MUST_USE int exchange_wait(struct endpoint *at, struct list *list, struct exchange *exchange,
                           struct thread *next) RELEASES(at->lock);
