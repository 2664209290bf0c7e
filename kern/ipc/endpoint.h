/* Messages between processes: a word and, if wanted, a page.
 *
 * Each process has one endpoint, where its threads receive and others' threads wait for them.
 * A message is not stored: it passes from a thread that sends to one that receives, when both are
 * there.  The one that comes first waits; ipc_send() with IPC_TRY does not.  Threads that wait to
 * send to one process are served in the order in which they came, and no other thread overtakes
 * them.
 *
 * The page goes by reference: the receiver's quota is charged for one more reference, and the
 * page is mapped where the receiver has asked for it, with rights that the sender has itself.
 * If that fails, the sender gets the error, and for the receiver nothing has happened.
 *
 * A process that a thread waits for may end: then the wait ends with E_INVAL_PID.
 *
 * Locks: ipc.endpoint, one per endpoint; of two, the one at the lower address first (message.c
 * has the argument why this is right). */
#pragma once

#include "lib/list.h"
#include "lib/types.h"
#include "pcpu/spinlock.h"

/* A line of threads that wait (waiting.c).  [e] the endpoint's lock */
struct waiting_list {
    struct exchange *first;             /* [e] the oldest; NULL: none waits */
    struct list      others;            /* [e] in their order */
    struct exchange *leaders;           /* [e] a tree of the others by process */
};

/* [e] lock; the owner's threads may read its id without.  [a] atomic */
struct endpoint {
    struct spinlock lock;
    int32_t         id;                 /* [e] of the owner; 0: closed */
    struct waiting_list receivers;      /* [e] the owner's: they wait for any message */
    struct waiting_list senders;        /* [e] of any process: they wait for the owner to receive */
    struct waiting_list awaiting;       /* [e] of any process: they wait for the owner's message */
    bool            asks;               /* [a] a thread of the owner's has waited, or may soon, on
                                         * some endpoint's `awaiting`; stays so */
};

/* Another process, or the caller's own: where its endpoint is, and the id that it must have. */
struct partner {
    struct endpoint *endpoint;
    int32_t          id;                /* not 0 */
};

struct message {
    uint32_t value;
    uaddr_t  page;                      /* in the sender's space; 0: none */
    uint32_t perm;                      /* PERM_... of the mapping to be made */
};

struct received {
    uint32_t value;
    int32_t  sender;
    bool     has_page;
    uint32_t perm;                      /* of the page's mapping */
};

/* Once per endpoint: it is closed. */
void endpoint_init(struct endpoint *endpoint);

/* From now on it is the process `id`'s, and can be sent to. */
void endpoint_open(struct endpoint *endpoint, int32_t id);

/* The process ends, and none of its threads uses this layer any more: the waits of other threads
 * for it end.  No lock held. */
void endpoint_close(struct endpoint *endpoint);

/* In the following, `own` is the endpoint of the calling thread's process.  All may block but
 * ipc_send() with IPC_TRY, and return E_KILLED if the thread was killed while it waited; then
 * the message was not sent, or nothing was received.  No spinlock held, interrupts on.
 * E_INVAL_PID: there is no such process, or it has ended. */

enum ipc_patience { IPC_TRY, IPC_WAIT };

/* Sends a message to a process, after waiting until it receives one.  IPC_TRY: E_IPC_NOT_RECV
 * if it does not at the moment.  E_INVAL_ADDR: the page is not there; E_INVAL_ARG: it is not
 * writable, but the mapping would be; E_EXCEEDS_QUOTA: the receiver's quota is used up. */
MUST_USE int ipc_send(struct endpoint *own, const struct partner *to,
                      const struct message *message, enum ipc_patience patience);

/* Receives a message: of that process, or if `from` is NULL, the first that comes.  A page is
 * mapped at `page_to`; if that is 0, or no page comes, there is none.  E_INVAL_ADDR: nothing
 * can be mapped there; E_EXCEEDS_QUOTA, E_MEM: no page table for it. */
MUST_USE int ipc_receive(struct endpoint *own, const struct partner *from, uaddr_t page_to,
                         struct received *received);

/* Sends a word, then waits for the answer: the first message to the caller's process that any
 * thread of that process begins to send after the word was taken.  E_KILLED: it may have been
 * taken. */
MUST_USE int ipc_call(struct endpoint *own, const struct partner *to, uint32_t value,
                      struct received *received);

/* Sends a word to a process that waits for it, unless `to` is NULL, then waits for a message of any
 * process.  E_IPC_NOT_RECV: it does not wait; then nothing was sent or received. */
MUST_USE int ipc_reply_wait(struct endpoint *own, const struct partner *to, uint32_t value,
                            struct received *received);

/* Panics unless the lists of this endpoint are sound.  Callable at any time. */
void endpoint_check(struct endpoint *endpoint);
