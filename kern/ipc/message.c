/* Messages between processes: who meets whom at which endpoint, and what passes.
 *
 * Where threads wait: to send to q on q's `senders`; to receive from any process on their own
 * process's `receivers`; to receive from q, or for q's answer, on q's `awaiting`.  So a call and
 * its answer meet at the server's endpoint, and when q ends, it finds the threads that wait for it.
 *
 * No rendezvous is missed.  A thread that names a partner locks both endpoints; one that receives
 * from any process locks its own.  Before it releases the lock of the list on which it will wait,
 * it has seen under these locks that no thread is waiting which it could meet:
 *     a thread of p that sends to q          q's `receivers`, and p's `awaiting` for one of q's
 *                                            unless q does not ask
 *     one of q that receives from any        q's `senders`
 *     one of q that receives from p          q's `senders` for one of p's
 * The first of two that could meet is on a list that the second looks at, with its lock held.
 *
 * Most servers never ask: no thread of theirs has ever called, or received from one process only.
 * To send to such a q takes one lock, q's.  A thread of q notes that q asks before it takes its
 * first lock for that, and the note stays until q ends.  Say a sender finds, with q's lock held,
 * that q does not ask.  A thread of q that will receive from p locks q's endpoint after that: it
 * finds the sender among q's `senders`, unless that one met a receiver.  A thread of q that will
 * call p has its word taken after the sender began: so that message is not the answer.
 *
 * A reply to a client that awaits it needs only the server's own lock: the client is on that
 * endpoint's list, and the server does not wait for the client.  So ipc_call() and ipc_reply_wait()
 * take one lock, look whether the partner that they want is the first one there, and if so, swap
 * places with it.  Whatever else they find, they let go of the lock and begin anew.
 *
 * A caller goes from `senders` to `awaiting` of one endpoint in one step when its message is taken.
 * So it takes the first message that the server begins to send after that; a message that was
 * waiting to be sent to it before is not the answer.
 *
 * No wakeup is lost: what sched.c shows for any monitor.  The lock of the list on which a
 * thread waits is held from before it goes there until it is BLOCKED.
 *
 * Pages.  Taking the reference to the page needs the sender's page table and the receiver's
 * quota.  One of the two threads does it.  The other one waits on the list whose lock is held: it
 * cannot leave without that lock, and it keeps its process alive: a space is destroyed only after
 * the last thread has left.  The mapping is made by the receiver itself, in its own space, after
 * the rendezvous; it cannot fail, since the page table was provided before.
 *
 * Fair: senders are served first come, first served, since a receiver takes the first one, and
 * waits only if there is none; and so are receivers.  No thread polls.  No deadlock: of two
 * endpoints the one at the lower address is locked first; while they are held only locks of lower
 * layers are taken.
 *
 * SUBTLE: message-on-stack, answer-at-server, asks-nobody, first-in-line */
#include "ipc/endpoint_priv.h"

#include "abi/env.h"
#include "abi/error.h"
#include "lib/assert.h"
#include "pcpu/trace.h"
#include "thread/sched.h"
#include "vmm/space.h"

/* For a thread that waits for no page; of what it sends, nothing is set. */
static inline void exchange_begin(struct exchange *exchange, const struct endpoint *own,
                                  struct received *received)
{
    exchange->thread = thread_current();
    exchange->id = own->id;
    exchange->page_to = 0;
    exchange->received = received;
    exchange->result = UNFINISHED;
}

/* From now on, threads of the caller's process may wait on an endpoint's `awaiting`. */
static inline void note_asking(struct endpoint *own)
{
    if (!endpoint_asks(own))
        __atomic_store_n(&own->asks, true, __ATOMIC_RELAXED);
}

/* A thread of the partner's that takes a message of the caller's process.  Both are locked; or the
 * partner's alone, and `own` is NULL. */
static inline struct exchange *find_receiver(struct endpoint *own, const struct partner *to)
{
    struct exchange *receiver = own ? waiting_first_of(&own->awaiting, to->id) : NULL;

    return receiver ? receiver : to->endpoint->receivers.first;
}

/* Gives the message of one to the other.  Both threads are here: one is the caller, the other
 * waits under a lock that is held.  Fails, and changes nothing, if the page cannot be had. */
static int transfer_message(const struct exchange *sender, struct exchange *receiver)
{
    const struct message *message = &sender->message;
    bool has_page = message->page != 0 && receiver->page_to != 0;
    int error = 0;

    if (has_page)
        error = space_take_reference(sender->thread->space, message->page, message->perm,
                                     receiver->thread->space->quota, &receiver->page);
    if (error)
        return error;
    *receiver->received = (struct received){
        .value = message->value, .sender = sender->id,
        .has_page = has_page, .perm = has_page ? message->perm : 0,
    };
    trace_note(TRACE_MESSAGE, (uintptr_t)sender->id, (uintptr_t)receiver->id);
    return 0;
}

/* Gives the word of the process `sender` to a thread that waits. */
static inline void give_word(int32_t sender, uint32_t value, const struct exchange *receiver)
{
    *receiver->received = (struct received){ .value = value, .sender = sender };
    trace_note(TRACE_MESSAGE, (uintptr_t)sender, (uintptr_t)receiver->id);
}

/* Returns the thread if it can be handed the CPU when the caller waits at `at`, whose lock guards
 * both then; else it is woken: NULL. */
static struct thread *wake_receiver(int32_t sender, uint32_t value, struct exchange *receiver,
                                    const struct endpoint *at)
{
    give_word(sender, value, receiver);
    if (receiver->at == at)
        return exchange_finish(receiver, 0);
    sched_ready(exchange_finish(receiver, 0));
    return NULL;
}

/* The receiver's last step, in its own space, if it has asked for a page. */
static void accept_page(const struct exchange *exchange)
{
    if (!exchange->received->has_page)
        return;
    int error = space_map(exchange->thread->space, exchange->page_to, exchange->page,
                          exchange->received->perm);
    KERN_ASSERT(!error);
}

/* --- send --------------------------------------------------------------------------------- */

/* Whether the sender could map the page like that itself.  Looked at early: the sender may wait for
 * long before the receiver's side is decided. */
static int check_page(const struct message *message)
{
    paddr_t page;
    uint32_t perm;

    if (!message->page)
        return 0;
    int error = space_lookup(thread_current()->space, message->page, &page, &perm);
    return !error && (message->perm & ~perm & PERM_WRITE) ? E_INVAL_ARG : error;
}

HANDS_OVER
int ipc_send(struct endpoint *own, const struct partner *to, const struct message *message,
             enum ipc_patience patience)
{
    struct exchange exchange;
    int error = check_page(message);

    if (error)
        return error;
    exchange_begin(&exchange, own, NULL);
    exchange.message = *message;
    exchange.is_call = false;
    error = endpoint_lock_to_send(&own, to);
    if (error)
        return error;
    struct exchange *receiver = find_receiver(own, to);
    if (!receiver && patience == IPC_WAIT) {
        endpoint_unlock_other(own, to->endpoint);
        return exchange_wait(to->endpoint, &to->endpoint->senders, &exchange, NULL);
    }
    error = receiver ? transfer_message(&exchange, receiver) : E_IPC_NOT_RECV;
    if (!error)
        sched_ready(exchange_finish(receiver, 0));
    endpoint_unlock_pair(own, to);
    return error;
}

/* --- receive ------------------------------------------------------------------------------ */

/* Its message was taken.  A caller waits on, for the answer. */
static void message_taken(struct exchange *sender)
{
    if (sender->is_call) {
        waiting_remove(sender);
        waiting_add(&sender->at->awaiting, sender);
    } else {
        sched_ready(exchange_finish(sender, 0));
    }
}

/* Takes the message of a thread that waits to send it.  False if its page cannot be had: then it
 * gets the error.  As many may be refused as there are: so the caller lets others have the lock
 * before it tries the next one. */
static bool take_message(struct exchange *sender, struct exchange *receiver)
{
    int error = transfer_message(sender, receiver);

    if (error)
        sched_ready(exchange_finish(sender, error));
    else
        message_taken(sender);
    return !error;
}

/* Own is locked, and is not any more afterwards.  `next`: as for exchange_wait(); one that replies
 * asks for no page, and refuses none. */
HANDS_OVER
static int receive_any(struct endpoint *own, struct exchange *exchange, struct thread *next)
{
    struct exchange *sender;

    while ((sender = own->senders.first)) {
        bool taken = take_message(sender, exchange);
        if (next)
            sched_ready(next);
        spinlock_release(&own->lock);
        if (taken)
            return 0;
        if (thread_is_killed(thread_current()))
            return E_KILLED;
        spinlock_acquire(&own->lock);
    }
    return exchange_wait(own, &own->receivers, exchange, next);
}

HANDS_OVER
static int receive_from(struct endpoint *own, const struct partner *from,
                        struct exchange *exchange)
{
    struct exchange *sender;
    int error;

    while (!(error = endpoint_lock_pair(own, from)) &&
           (sender = waiting_first_of(&own->senders, from->id))) {
        bool taken = take_message(sender, exchange);
        endpoint_unlock_pair(own, from);
        if (taken)
            return 0;
        if (thread_is_killed(thread_current()))
            return E_KILLED;
    }
    if (error)
        return error;
    endpoint_unlock_other(own, from->endpoint);
    return exchange_wait(from->endpoint, &from->endpoint->awaiting, exchange, NULL);
}

/* In envs[] (abi/env.h). */
static void show_receiving(bool receiving)
{
    struct Env *env = thread_current()->env;

    if (env)
        __atomic_store_n(&env->ipc_recving, receiving, __ATOMIC_RELAXED);
}

HANDS_OVER
int ipc_receive(struct endpoint *own, const struct partner *from, uaddr_t page_to,
                struct received *received)
{
    struct exchange exchange;
    int error = page_to ? space_prepare(thread_current()->space, page_to) : 0;

    if (error)
        return error;
    exchange_begin(&exchange, own, received);
    exchange.page_to = page_to;
    show_receiving(true);
    if (from) {
        note_asking(own);
        error = receive_from(own, from, &exchange);
    } else {
        spinlock_acquire(&own->lock);
        error = receive_any(own, &exchange, NULL);
    }
    show_receiving(false);
    if (!error && page_to)
        accept_page(&exchange);
    return error;
}

/* --- call and reply ----------------------------------------------------------------------- */

/* The common case of both: the partner has waited at `at`, which is locked, and is handed the CPU;
 * the caller waits there, too. */
HANDS_OVER
ALWAYS_INLINE static inline int swap_with(struct exchange *partner, struct endpoint *at,
                                          struct waiting_list *list, uint32_t value,
                                          struct exchange *exchange)
{
    give_word(exchange->id, value, partner);
    return exchange_wait(at, list, exchange, exchange_finish(partner, 0));
}

/* No thread takes the word now. */
HANDS_OVER
static int wait_to_call(struct endpoint *own, struct endpoint *at, uint32_t value,
                        struct exchange *exchange)
{
    exchange->message = (struct message){ .value = value };
    exchange->is_call = true;
    endpoint_unlock_other(own, at);
    return exchange_wait(at, &at->senders, exchange, NULL);
}

HANDS_OVER
static NOINLINE int call_otherwise(struct endpoint *own, const struct partner *to, uint32_t value,
                                   struct exchange *exchange)
{
    struct endpoint *at = to->endpoint;
    int error = endpoint_lock_to_send(&own, to);

    if (error)
        return error;
    struct exchange *server = find_receiver(own, to);
    if (!server)
        return wait_to_call(own, at, value, exchange);
    struct thread *next = wake_receiver(exchange->id, value, server, at);
    endpoint_unlock_other(own, at);
    return exchange_wait(at, &at->awaiting, exchange, next);
}

HANDS_OVER
int ipc_call(struct endpoint *own, const struct partner *to, uint32_t value,
             struct received *received)
{
    struct exchange exchange;
    struct endpoint *at = to->endpoint;

    exchange_begin(&exchange, own, received);
    note_asking(own);
    spinlock_acquire(&at->lock);
    struct exchange *server = at->receivers.first;
    if (server && at->id == to->id && !endpoint_asks(at))
        return swap_with(server, at, &at->awaiting, value, &exchange);
    spinlock_release(&at->lock);
    return call_otherwise(own, to, value, &exchange);
}

/* Own remains locked, unless this fails.  *next: as for exchange_wait().  A client that has
 * called needs no other lock: it waits here. */
HANDS_OVER
static int give_reply(struct endpoint *own, const struct partner *to, uint32_t value,
                      struct thread **next)
{
    spinlock_acquire(&own->lock);
    struct exchange *client = waiting_first_of(&own->awaiting, to->id);
    if (client) {
        *next = wake_receiver(own->id, value, client, own);
        return 0;
    }
    spinlock_release(&own->lock);
    int error = endpoint_lock_pair(own, to);
    if (error)
        return error;
    client = find_receiver(own, to);
    if (!client) {
        endpoint_unlock_pair(own, to);
        return E_IPC_NOT_RECV;
    }
    *next = wake_receiver(own->id, value, client, own);
    endpoint_unlock_other(to->endpoint, own);
    return 0;
}

HANDS_OVER
static NOINLINE int reply_otherwise(struct endpoint *own, const struct partner *to, uint32_t value,
                                    struct exchange *exchange)
{
    struct thread *next = NULL;
    int error = 0;

    if (to)
        error = give_reply(own, to, value, &next);
    else
        spinlock_acquire(&own->lock);
    return error ? error : receive_any(own, exchange, next);
}

HANDS_OVER
int ipc_reply_wait(struct endpoint *own, const struct partner *to, uint32_t value,
                   struct received *received)
{
    struct exchange exchange;

    exchange_begin(&exchange, own, received);
    spinlock_acquire(&own->lock);
    struct exchange *client = own->awaiting.first;
    if (to && client && client->id == to->id && waiting_is_empty(&own->senders))
        return swap_with(client, own, &own->receivers, value, &exchange);
    spinlock_release(&own->lock);
    return reply_otherwise(own, to, value, &exchange);
}
