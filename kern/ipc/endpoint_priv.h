/* Shared by the files on messages only: what a waiting thread leaves at an endpoint. */
#pragma once

#include "ipc/endpoint.h"
#include "thread/thread.h"

struct thread;

/* What a thread waits for: to send, to receive, or first the one and then the other.
 * [I] constant while it waits  [e] the lock of the endpoint at which it waits
 * [d] written by the thread that finishes it, read by its own thread when it is done  [a] atomic */
struct exchange {
    struct waiting_list *list;          /* [e] on which it waits */
    struct list_node node;              /* [e] there */
    enum {
        WAITING_FIRST,                  /* it found the line empty */
        WAITING_LEADS,                  /* it is in the tree */
        WAITING_BEHIND,                 /* it is not, but one of its process is */
    } rank;                             /* [e] */
    struct exchange *lower[2];          /* [e] if it leads: those below it in the tree */
    struct list      behind;            /* [e] if it leads: others of its process */
    struct list_node node_behind;       /* [e] there */
    struct endpoint *at;                /* [I] where it waits */
    struct thread   *thread;            /* [I] */
    int32_t          id;                /* [I] of its process */
    struct message   message;           /* [I] to send */
    bool             is_call;           /* [I] then it waits for the answer */
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

/* For a caller that sends: locks the partner's endpoint; and its own if threads of the partner's
 * process may wait at that one, else *own becomes NULL. */
MUST_USE static inline int endpoint_lock_to_send(struct endpoint **own,
                                                 const struct partner *partner);
HANDS_OVER
static inline int endpoint_lock_to_send(struct endpoint **own, const struct partner *partner)
{
    struct endpoint *other = partner->endpoint;

    spinlock_acquire(&other->lock);
    if (other->id == partner->id && !__atomic_load_n(&other->asks, __ATOMIC_RELAXED)) {
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
    return list_is_empty(&list->all);
}

/* The parts for those that find others in the line. */
void waiting_enter_tree(struct waiting_list *list, struct exchange *exchange);
void waiting_leave_tree(struct exchange *exchange);

/* At the end of the line; and from anywhere, off the line on which it is. */
static inline void waiting_add(struct waiting_list *list, struct exchange *exchange)
{
    exchange->list = list;
    exchange->rank = WAITING_FIRST;
    if (!waiting_is_empty(list))
        waiting_enter_tree(list, exchange);
    list_append(&list->all, &exchange->node);
}

static inline void waiting_remove(struct exchange *exchange)
{
    list_remove(&exchange->node);
    if (exchange->rank != WAITING_FIRST)
        waiting_leave_tree(exchange);
}

static inline struct exchange *exchange_by_node(struct list_node *node)
{
    return LIST_ENTRY(node, struct exchange, node);
}

/* The oldest, of all or of that process; NULL if there is none. */
static inline struct exchange *waiting_first(const struct waiting_list *list)
{
    struct list_node *node = list_first(&list->all);

    return node ? exchange_by_node(node) : NULL;
}

struct exchange *waiting_find(struct waiting_list *list, int32_t id);
static inline struct exchange *waiting_first_of(struct waiting_list *list, int32_t id)
{
    struct exchange *first = waiting_first(list);

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

/* The calling thread waits at the end of a list of `at`, which is locked, and is not any more
 * afterwards.  `next`: NULL, or a thread that has waited at `at`, too, and is to be woken.
 * Returns the error that the exchange was finished with. */
MUST_USE int exchange_wait(struct endpoint *at, struct waiting_list *list,
                           struct exchange *exchange, struct thread *next) RELEASES(at->lock);
