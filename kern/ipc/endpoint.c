/* Messages between processes: rendezvous at endpoints.
 *
 * Where threads wait: to send to q on q's `senders`; to receive from anybody on their own
 * process's `receivers`; to receive from q, or for q's answer, on q's `awaiting`.  So a call
 * and its answer meet at the server's endpoint, and whoever waits for q is found when q ends.
 *
 * No rendezvous is missed.  Whoever names a partner locks both endpoints, whoever receives from
 * anybody its own; and before it lets go of the lock of the list on which it will wait, it has
 * seen under these locks that nobody is waiting whom it could meet:
 *     a thread of p that sends to q          q's `receivers`, and p's `awaiting` for one of q's
 *     one of q that receives from anybody    q's `senders`
 *     one of q that receives from p          q's `senders` for one of p's
 * The first of two that could meet is on a list that the second looks at, with its lock held.
 * (A reply to a client that awaits it needs only the own lock: it decides about no wait.)
 * A caller goes from `senders` to `awaiting` of one endpoint in one step when its message is
 * taken, so it is there for whatever is sent to it afterwards.  What was waiting to be sent to
 * it before is not the answer.
 *
 * No wakeup is lost: what sched.c shows for any monitor.  The lock of the list on which a
 * thread waits is held from before it goes there until it is BLOCKED.
 *
 * Who owns an exchange, the struct on the waiting thread's stack.  While it is on a list, the
 * list's lock guards it.  Whoever takes it off finishes it: writes the result, sets `done`, and
 * wakes the thread, all under that lock.  The thread itself, once it runs again, needs no lock
 * if it was not killed: then only that wakeup can have made it run, and the waker has no more
 * use for it.  If it was killed it takes the lock first: now either the exchange is finished,
 * and the waker through with it, or it is still on its list, and is taken off.  So it leaves
 * nothing behind, and what it was given counts: a killed receiver maps its page and dies later.
 *
 * Pages.  Taking the reference to the page needs the sender's page table and the receiver's
 * quota.  The one who does it is one of the two; the other waits on the list whose lock is
 * held, cannot leave without it, and keeps its process alive: a space is destroyed only after
 * the last thread has left.  The mapping is made by the receiver itself, in its own space,
 * after the rendezvous; it cannot fail, since the page table was provided before.
 *
 * Fair: senders are served first come, first served, since a receiver takes the first one, and
 * waits only if there is none; and so are receivers.  Nobody polls.  No deadlock: of two
 * endpoints the one at the lower address is locked first; while they are held only locks of
 * lower layers are taken.  SUBTLE: message-on-stack, answer-at-server */
#include "ipc/endpoint_priv.h"

#include "abi/env.h"
#include "abi/error.h"
#include "lib/panic.h"
#include "thread/sched.h"

static const struct lock_class endpoint_class = LOCK_CLASS("ipc.endpoint", 2);

void endpoint_init(struct endpoint *endpoint)
{
    *endpoint = (struct endpoint){ .lock = SPINLOCK_INITIALIZER(&endpoint_class) };
    list_init(&endpoint->receivers);
    list_init(&endpoint->senders);
    list_init(&endpoint->awaiting);
}

void endpoint_open(struct endpoint *endpoint, int32_t id)
{
    spinlock_acquire(&endpoint->lock);
    KERN_ASSERT(endpoint->id == 0 && id != 0);
    endpoint->id = id;
    spinlock_release(&endpoint->lock);
}

/* --- locks and lists ---------------------------------------------------------------------- */

void endpoint_unlock_other(struct endpoint *other, const struct endpoint *kept)
{
    if (other != kept)
        spinlock_release(&other->lock);
}

void endpoint_unlock_pair(struct endpoint *own, const struct partner *partner)
{
    endpoint_unlock_other(own, partner->endpoint);
    spinlock_release(&partner->endpoint->lock);
}

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

struct exchange *exchange_first(const struct list *list)
{
    struct list_node *node = list_first(list);

    return node ? exchange_by_node(node) : NULL;
}

/* --- exchanges ---------------------------------------------------------------------------- */

struct thread *exchange_finish(struct exchange *exchange, int error)
{
    struct thread *thread = exchange->thread;

    spinlock_expect_held(&exchange->at->lock);
    list_remove(&exchange->node);
    exchange->error = error;
    __atomic_store_n(&exchange->done, true, __ATOMIC_RELEASE);
    return thread;
}

/* In envs[] (abi/env.h). */
static void show_receiving(const struct exchange *exchange, bool receiving)
{
    struct Env *env = exchange->thread->env;

    if (!env)
        return;
    if (receiving)
        __atomic_store_n(&env->ipc_dstva, exchange->page_to, __ATOMIC_RELAXED);
    __atomic_store_n(&env->ipc_recving, receiving, __ATOMIC_RELAXED);
}

int exchange_wait(struct endpoint *at, struct list *list, struct exchange *exchange,
                  struct thread *next)
{
    struct thread *thread = exchange->thread;

    exchange->at = at;
    list_append(list, &exchange->node);
    KERN_ASSERT(list_is_empty(&at->receivers) || list_is_empty(&at->senders));
    show_receiving(exchange, list != &at->senders);
    thread->wait_reason = list == &at->senders ? "send" : "message";
    if (next)
        sched_hand_off(&at->lock, WAIT_INTERRUPTIBLE, next);
    else
        sched_block(&at->lock, WAIT_INTERRUPTIBLE);
    thread->wait_reason = NULL;
    show_receiving(exchange, false);
    if (thread_is_killed(thread)) {
        spinlock_acquire(&at->lock);
        if (!exchange->done)
            (void)exchange_finish(exchange, E_KILLED);
        spinlock_release(&at->lock);
    }
    KERN_ASSERT(__atomic_load_n(&exchange->done, __ATOMIC_ACQUIRE));
    return exchange->error;
}

/* --- the end ------------------------------------------------------------------------------ */

/* One of those who wait for the owner. */
static struct exchange *first_waiting(const struct endpoint *endpoint)
{
    struct exchange *sender = exchange_first(&endpoint->senders);

    return sender ? sender : exchange_first(&endpoint->awaiting);
}

/* One at a time, so that the lock is not held for long.  Nobody comes after the id is gone. */
void endpoint_close(struct endpoint *endpoint)
{
    struct exchange *exchange;

    spinlock_acquire(&endpoint->lock);
    KERN_ASSERT(list_is_empty(&endpoint->receivers));
    endpoint->id = 0;
    while ((exchange = first_waiting(endpoint))) {
        sched_ready(exchange_finish(exchange, E_INVAL_PID));
        spinlock_release(&endpoint->lock);
        spinlock_acquire(&endpoint->lock);
    }
    spinlock_release(&endpoint->lock);
}

static void check_list(const struct endpoint *endpoint, const struct list *list)
{
    struct list_node *node;

    LIST_FOR_EACH(node, list) {
        const struct exchange *exchange = exchange_by_node(node);
        KERN_ASSERT(exchange->at == endpoint && !exchange->done);
        KERN_ASSERT(list == &endpoint->receivers ? exchange->id == endpoint->id
                                                 : exchange->id != 0);
    }
}

void endpoint_check(struct endpoint *endpoint)
{
    spinlock_acquire(&endpoint->lock);
    check_list(endpoint, &endpoint->receivers);
    check_list(endpoint, &endpoint->senders);
    check_list(endpoint, &endpoint->awaiting);
    KERN_ASSERT(list_is_empty(&endpoint->receivers) || list_is_empty(&endpoint->senders));
    KERN_ASSERT(endpoint->id != 0 || list_is_empty(&endpoint->receivers));
    spinlock_release(&endpoint->lock);
}
