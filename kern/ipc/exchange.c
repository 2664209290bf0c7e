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

void exchange_leave(struct exchange *exchange)
{
    struct endpoint *at = exchange->at;

    spinlock_acquire(&at->lock);
    if (exchange->result == UNFINISHED)
        (void)exchange_finish(exchange, E_KILLED);
    spinlock_release(&at->lock);
}
