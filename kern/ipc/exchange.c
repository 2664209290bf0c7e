/* Exchanges: how a thread waits at an endpoint, and how its wait is finished.
 *
 * An exchange is a struct on the waiting thread's stack; who owns it?  While it is on a list, the
 * list's lock guards it.  The thread that takes it off finishes it: writes what was received, then
 * `result`, and wakes the waiting thread, all under that lock.  The wakeup is the last step, and
 * the waker uses the exchange no more.  So the waiting thread, once it runs again, needs no lock if
 * it was not killed: only that wakeup can have made it run.  If it was killed, it takes the lock
 * first.  Under the lock the exchange is either finished, or still on its list, and the waiting
 * thread takes it off.  So no list names the exchange after that, and what the thread was given
 * counts: a killed receiver maps its page first and exits later.
 *
 * A caller's exchange may move to another list of the same endpoint meanwhile (message.c).  The
 * lock stays the same, so nothing of this changes. */
#include "ipc/endpoint_priv.h"

#include "abi/error.h"
#include "lib/assert.h"
#include "thread/sched.h"

int exchange_wait(struct endpoint *at, struct waiting_list *list,
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
    if (thread_is_killed(thread)) {
        spinlock_acquire(&at->lock);
        if (exchange->result == UNFINISHED)
            (void)exchange_finish(exchange, E_KILLED);
        spinlock_release(&at->lock);
    }
    int result = __atomic_load_n(&exchange->result, __ATOMIC_ACQUIRE);
    KERN_ASSERT(result != UNFINISHED);
    return result;
}
