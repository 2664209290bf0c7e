/* Endpoints: their locks, their beginning and their end (message.c has the argument). */
#include "ipc/endpoint_priv.h"

#include "abi/env.h"
#include "abi/error.h"
#include "lib/assert.h"
#include "thread/sched.h"

static const struct lock_class endpoint_class = LOCK_CLASS("ipc.endpoint", 2);

void endpoint_init(struct endpoint *endpoint)
{
    *endpoint = (struct endpoint){ .lock = SPINLOCK_INITIALIZER(&endpoint_class) };
    waiting_init(&endpoint->receivers);
    waiting_init(&endpoint->senders);
    waiting_init(&endpoint->awaiting);
}

void endpoint_open(struct endpoint *endpoint, int32_t id)
{
    spinlock_acquire(&endpoint->lock);
    KERN_ASSERT(endpoint->id == 0 && id != 0);
    endpoint->id = id;
    __atomic_store_n(&endpoint->asks, false, __ATOMIC_RELAXED);
    spinlock_release(&endpoint->lock);
}

/* --- locks and lists ---------------------------------------------------------------------- */

HANDS_OVER
void endpoint_unlock_other(struct endpoint *other, const struct endpoint *kept)
{
    if (other && other != kept)
        spinlock_release(&other->lock);
}

HANDS_OVER
void endpoint_unlock_pair(struct endpoint *own, const struct partner *partner)
{
    endpoint_unlock_other(own, partner->endpoint);
    spinlock_release(&partner->endpoint->lock);
}

HANDS_OVER
int endpoint_lock_pair(struct endpoint *own, const struct partner *partner)
{
    struct endpoint *other = partner->endpoint;

    spinlock_acquire(own < other ? &own->lock : &other->lock);
    if (own != other)
        spinlock_acquire_nested(own < other ? &other->lock : &own->lock);
    if (other->id == partner->id)
        return 0;
    endpoint_unlock_pair(own, partner);
    return E_INVAL_PID;
}

/* --- the end ------------------------------------------------------------------------------ */

/* One of the exchanges that wait for the owner. */
static struct exchange *first_waiting(const struct endpoint *endpoint)
{
    struct exchange *sender = endpoint->senders.first;

    return sender ? sender : endpoint->awaiting.first;
}

/* One at a time, so that the lock is not held for long.  No exchange is added after the id is
 * gone. */
void endpoint_close(struct endpoint *endpoint)
{
    struct exchange *exchange;

    spinlock_acquire(&endpoint->lock);
    KERN_ASSERT(waiting_is_empty(&endpoint->receivers));
    endpoint->id = 0;
    while ((exchange = first_waiting(endpoint))) {
        sched_ready(exchange_finish(exchange, E_INVAL_PID));
        spinlock_release(&endpoint->lock);
        spinlock_acquire(&endpoint->lock);
    }
    spinlock_release(&endpoint->lock);
}

static void check_exchange(const struct endpoint *endpoint, const struct waiting_list *list,
                           const struct exchange *exchange)
{
    KERN_ASSERT(exchange->at == endpoint && exchange->list == list);
    KERN_ASSERT(exchange->result == UNFINISHED);
    KERN_ASSERT(list == &endpoint->receivers ? exchange->id == endpoint->id : exchange->id != 0);
}

static void check_list(const struct endpoint *endpoint, const struct waiting_list *list)
{
    struct list_node *node;

    KERN_ASSERT(list_is_empty(&list->others) == !list->leaders);
    if (waiting_is_empty(list))
        KERN_ASSERT(list_is_empty(&list->others));
    else
        check_exchange(endpoint, list, list->first);
    LIST_FOR_EACH(node, &list->others)
        check_exchange(endpoint, list, exchange_by_node(node));
}

void endpoint_check(struct endpoint *endpoint)
{
    spinlock_acquire(&endpoint->lock);
    check_list(endpoint, &endpoint->receivers);
    check_list(endpoint, &endpoint->senders);
    check_list(endpoint, &endpoint->awaiting);
    KERN_ASSERT(waiting_is_empty(&endpoint->receivers) || waiting_is_empty(&endpoint->senders));
    KERN_ASSERT(endpoint->id != 0 || waiting_is_empty(&endpoint->receivers));
    spinlock_release(&endpoint->lock);
}
