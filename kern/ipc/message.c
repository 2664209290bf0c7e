/* Sending and receiving: who meets whom, and what passes (endpoint.c has the argument). */
#include "ipc/endpoint_priv.h"

#include "abi/error.h"
#include "lib/panic.h"
#include "thread/thread.h"
#include "vmm/vmm.h"

static struct exchange make_exchange(const struct endpoint *own, const struct message *message)
{
    return (struct exchange){
        .thread = thread_current(), .id = own->id, .message = *message,
    };
}

/* The first one on the list that is of that process. */
static struct exchange *first_of(const struct list *list, int32_t id)
{
    struct list_node *node;

    LIST_FOR_EACH(node, list)
        if (exchange_by_node(node)->id == id)
            return exchange_by_node(node);
    return NULL;
}

/* With both locked: a thread of the partner's that takes a message of the caller's process. */
static struct exchange *find_receiver(const struct endpoint *own, const struct partner *to)
{
    struct exchange *receiver = first_of(&own->awaiting, to->id);

    return receiver ? receiver : exchange_first(&to->endpoint->receivers);
}

/* Gives the message of one to the other.  Both threads are here: one is the caller, the other
 * waits under a lock that is held.  Fails, and changes nothing, if the page cannot be had. */
static int transfer(const struct exchange *sender, struct exchange *receiver)
{
    const struct message *message = &sender->message;
    bool has_page = message->page != 0 && receiver->page_to != 0;
    int error = 0;

    if (has_page)
        error = space_take_reference(sender->thread->space, message->page, message->perm,
                                     receiver->thread->space->quota, &receiver->page);
    if (error)
        return error;
    receiver->received = (struct received){
        .value = message->value, .sender = sender->id,
        .has_page = has_page, .perm = has_page ? message->perm : 0,
    };
    return 0;
}

/* Gives a word, which cannot fail, to a thread that waits.  Returns it if it can be handed the
 * CPU when the caller waits at `at`, whose lock guards both then; else it is woken: NULL. */
static struct thread *give_word(const struct exchange *sender, struct exchange *receiver,
                                const struct endpoint *at)
{
    int error = transfer(sender, receiver);

    KERN_ASSERT(!error);
    if (receiver->at == at)
        return exchange_finish(receiver, 0);
    sched_ready(exchange_finish(receiver, 0));
    return NULL;
}

/* The receiver's last step, in its own space. */
static void accept(const struct exchange *exchange, struct received *received)
{
    if (exchange->received.has_page) {
        int error = space_map(exchange->thread->space, exchange->page_to, exchange->page,
                              exchange->received.perm);
        KERN_ASSERT(!error);
    }
    *received = exchange->received;
}

/* --- send --------------------------------------------------------------------------------- */

/* Whether the sender could map the page like that itself: it may have to wait for long before
 * that is decided. */
static int check_page(const struct message *message)
{
    paddr_t page;
    uint32_t perm;

    if (!message->page)
        return 0;
    int error = space_lookup(thread_current()->space, message->page, &page, &perm);
    return !error && (message->perm & ~perm & PERM_WRITE) ? E_INVAL_ARG : error;
}

int ipc_send(struct endpoint *own, const struct partner *to, const struct message *message,
             enum ipc_patience patience)
{
    struct exchange exchange = make_exchange(own, message);
    int error = check_page(message);

    if (!error)
        error = endpoint_lock_pair(own, to);
    if (error)
        return error;
    struct exchange *receiver = find_receiver(own, to);
    if (!receiver && patience == IPC_WAIT) {
        endpoint_unlock_other(own, to->endpoint);
        return exchange_wait(to->endpoint, &to->endpoint->senders, &exchange, NULL);
    }
    error = receiver ? transfer(&exchange, receiver) : E_IPC_NOT_RECV;
    if (!error)
        sched_ready(exchange_finish(receiver, 0));
    endpoint_unlock_pair(own, to);
    return error;
}

/* --- receive ------------------------------------------------------------------------------ */

/* Its message was taken.  A caller waits on, for the answer. */
static void sent(struct exchange *sender)
{
    if (sender->is_call) {
        list_remove(&sender->node);
        list_append(&sender->at->awaiting, &sender->node);
    } else {
        sched_ready(exchange_finish(sender, 0));
    }
}

static struct exchange *next_sender(const struct endpoint *own, const struct partner *from)
{
    return from ? first_of(&own->senders, from->id) : exchange_first(&own->senders);
}

/* Takes the message of the first thread that waits to send it, of `from` if that is not NULL.
 * Those whose page cannot be had are told.  False if there is none. */
static bool take(struct endpoint *own, const struct partner *from, struct exchange *receiver)
{
    struct exchange *sender;

    while ((sender = next_sender(own, from))) {
        int error = transfer(sender, receiver);
        if (!error) {
            sent(sender);
            return true;
        }
        sched_ready(exchange_finish(sender, error));
    }
    return false;
}

/* Own is locked, and is not any more afterwards.  `next`: as for exchange_wait(). */
static int receive_any(struct endpoint *own, struct exchange *exchange, struct thread *next)
{
    if (!take(own, NULL, exchange))
        return exchange_wait(own, &own->receivers, exchange, next);
    if (next)
        sched_ready(next);
    spinlock_release(&own->lock);
    return 0;
}

static int receive_from(struct endpoint *own, const struct partner *from,
                        struct exchange *exchange)
{
    int error = endpoint_lock_pair(own, from);

    if (error)
        return error;
    if (take(own, from, exchange)) {
        endpoint_unlock_pair(own, from);
        return 0;
    }
    endpoint_unlock_other(own, from->endpoint);
    return exchange_wait(from->endpoint, &from->endpoint->awaiting, exchange, NULL);
}

int ipc_receive(struct endpoint *own, const struct partner *from, uaddr_t page_to,
                struct received *received)
{
    struct exchange exchange = make_exchange(own, &(struct message){ 0 });
    int error = page_to ? space_prepare(exchange.thread->space, page_to) : 0;

    if (error)
        return error;
    exchange.page_to = page_to;
    if (from) {
        error = receive_from(own, from, &exchange);
    } else {
        spinlock_acquire(&own->lock);
        error = receive_any(own, &exchange, NULL);
    }
    if (!error)
        accept(&exchange, received);
    return error;
}

/* --- call and reply ----------------------------------------------------------------------- */

int ipc_call(struct endpoint *own, const struct partner *to, uint32_t value,
             struct received *received)
{
    struct exchange exchange = make_exchange(own, &(struct message){ .value = value });
    struct endpoint *at = to->endpoint;
    struct thread *next = NULL;
    int error = endpoint_lock_pair(own, to);

    if (error)
        return error;
    exchange.is_call = true;
    struct exchange *server = find_receiver(own, to);
    if (server)
        next = give_word(&exchange, server, at);
    endpoint_unlock_other(own, at);
    error = exchange_wait(at, server ? &at->awaiting : &at->senders, &exchange, next);
    if (!error)
        accept(&exchange, received);
    return error;
}

/* Own remains locked, unless this fails.  *next: as for exchange_wait(). */
static int reply(struct endpoint *own, const struct partner *to, uint32_t value,
                 struct thread **next)
{
    const struct exchange exchange = make_exchange(own, &(struct message){ .value = value });
    int error = endpoint_lock_pair(own, to);

    if (error)
        return error;
    struct exchange *client = find_receiver(own, to);
    if (!client) {
        endpoint_unlock_pair(own, to);
        return E_IPC_NOT_RECV;
    }
    *next = give_word(&exchange, client, own);
    endpoint_unlock_other(to->endpoint, own);
    return 0;
}

int ipc_reply_wait(struct endpoint *own, const struct partner *to, uint32_t value,
                   struct received *received)
{
    struct exchange exchange = make_exchange(own, &(struct message){ 0 });
    struct thread *next = NULL;
    int error = 0;

    if (to)
        error = reply(own, to, value, &next);
    else
        spinlock_acquire(&own->lock);
    if (!error)
        error = receive_any(own, &exchange, next);
    if (!error)
        accept(&exchange, received);
    return error;
}

