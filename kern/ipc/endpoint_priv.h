/* Shared by the files on messages only: what a waiting thread leaves at an endpoint. */
#pragma once

#include "ipc/endpoint.h"
#include "thread/sched.h"
#include "thread/thread.h"

/* What a thread waits for: to send, to receive, or first the one and then the other.
 * [I] constant while it waits  [e] the lock of the endpoint at which it waits
 * [d] written by the thread that finishes it, read by its own thread when it is done  [a] atomic */
struct exchange {
    struct waiting_list *list;          /* [e] on which it waits */
    struct list_node node;              /* [e] there, unless it is the first */
    bool             leads;             /* [e] it is in the tree */
    struct exchange *lower[2];          /* [e] if it leads: those below it in the tree */
    struct list      behind;            /* [e] if it leads: others of its process */
    struct list_node node_behind;       /* [e] if it does not: there */
    struct endpoint *at;                /* [I] where it waits */
    struct thread   *thread;            /* [I] */
    int32_t          id;                /* [I] of its process */
    struct message   message;           /* [I] if it waits to send */
    bool             is_call;           /* [I] ... and then for the answer */
    uaddr_t          page_to;           /* [I] where it wants a page, or 0 */
    struct received *received;          /* [I] on its stack; what is there: [d] */
    paddr_t          page;              /* [d] a reference, charged to its quota */
    int              result;            /* [a] UNFINISHED, then 0 or an error */
};

enum { UNFINISHED = -1 };              /* no error (abi/error.h) */

/* In the following, a pair is the endpoint of the caller's process and that of its partner,
 * which may be the same. */

/* E_INVAL_PID, and nothing locked, if there is no such process. */
MUST_USE int endpoint_lock_pair(struct endpoint *own, const struct partner *partner);
void endpoint_unlock_pair(struct endpoint *own, const struct partner *partner);

/* Of a pair, `kept` remains locked.  `other` may be NULL. */
void endpoint_unlock_other(struct endpoint *other, const struct endpoint *kept);

/* May threads of its process wait on other endpoints' `awaiting`? */
static inline bool endpoint_asks(const struct endpoint *endpoint)
{
    return __atomic_load_n(&endpoint->asks, __ATOMIC_RELAXED);
}

/* For a caller that sends: locks the partner's endpoint; and its own if threads of the partner's
 * process may wait at that one, else *own becomes NULL. */
MUST_USE static inline int endpoint_lock_to_send(struct endpoint **own,
                                                 const struct partner *partner);
HANDS_OVER
static inline int endpoint_lock_to_send(struct endpoint **own, const struct partner *partner)
{
    struct endpoint *other = partner->endpoint;

    spinlock_acquire(&other->lock);
    if (other->id == partner->id && !endpoint_asks(other)) {
        *own = NULL;
        return 0;
    }
    spinlock_release(&other->lock);
    return endpoint_lock_pair(*own, partner);
}

/* --- waiting.c: the endpoint is locked --- */

void waiting_init(struct waiting_list *list);

static inline bool waiting_is_empty(const struct waiting_list *list)
{
    return !list->first;
}

/* The parts for a line of several. */
void waiting_join_others(struct waiting_list *list, struct exchange *exchange);
void waiting_leave_others(struct exchange *exchange);
void waiting_move_up(struct waiting_list *list);

/* At the end of the line; and from anywhere, off the line on which it is. */
static inline void waiting_add(struct waiting_list *list, struct exchange *exchange)
{
    exchange->list = list;
    if (waiting_is_empty(list))
        list->first = exchange;
    else
        waiting_join_others(list, exchange);
}

static inline void waiting_remove(struct exchange *exchange)
{
    struct waiting_list *list = exchange->list;

    if (exchange != list->first)
        waiting_leave_others(exchange);
    else if (!list->leaders)
        list->first = NULL;
    else
        waiting_move_up(list);
}

static inline struct exchange *exchange_by_node(struct list_node *node)
{
    return LIST_ENTRY(node, struct exchange, node);
}

/* The oldest of that process; NULL if there is none. */
struct exchange *waiting_find(struct waiting_list *list, int32_t id);
static inline struct exchange *waiting_first_of(struct waiting_list *list, int32_t id)
{
    struct exchange *first = list->first;

    return !first || first->id == id ? first : waiting_find(list, id);
}

/* --- exchange.c --- */

/* Takes the exchange off its list.  Returns the thread, which the caller is to wake, or to hand
 * the CPU to, before it releases the lock of the endpoint where that thread waits. */
static inline struct thread *exchange_finish(struct exchange *exchange, int error)
{
    struct thread *thread = exchange->thread;

    spinlock_expect_held(&exchange->at->lock);
    waiting_remove(exchange);
    __atomic_store_n(&exchange->result, error, __ATOMIC_RELEASE);
    return thread;
}

/* A thread that was killed waits no more, if it still does. */
void exchange_leave(struct exchange *exchange);

/* The calling thread waits at the end of a list of `at`, which is locked, and is not any more
 * afterwards.  `next`: NULL, or a thread that has waited at `at`, too, and is to be woken.
 * Returns the error that the exchange was finished with. */
MUST_USE static inline int exchange_wait(struct endpoint *at, struct waiting_list *list,
                                         struct exchange *exchange, struct thread *next)
    RELEASES(at->lock);
ALWAYS_INLINE static inline int exchange_wait(struct endpoint *at, struct waiting_list *list,
                                              struct exchange *exchange, struct thread *next)
{
    struct thread *thread = exchange->thread;

    exchange->at = at;
    waiting_add(list, exchange);
    KERN_ASSERT(waiting_is_empty(&at->receivers) || waiting_is_empty(&at->senders));
    thread->wait_reason = list == &at->senders ? "send" : "message";
    if (next)
        sched_hand_off(&at->lock, next);
    else
        sched_block(&at->lock, WAIT_INTERRUPTIBLE);
    thread->wait_reason = NULL;
    if (thread_is_killed(thread))
        exchange_leave(exchange);
    int result = __atomic_load_n(&exchange->result, __ATOMIC_ACQUIRE);
    KERN_ASSERT(result != UNFINISHED);
    return result;
}
