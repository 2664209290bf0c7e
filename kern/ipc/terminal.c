/* The terminal's input: a monitor between the interrupt handlers that receive characters and
 * the threads that read them.  Echo and line editing are the reader's business. */
#include "ipc/ipc.h"

#include "abi/error.h"
#include "ipc/ring.h"
#include "pcpu/spinlock.h"
#include "thread/thread.h"

static const struct lock_class terminal_class = LOCK_CLASS("ipc.terminal", 1);

/* [t] lock */
static struct {
    struct spinlock  lock;
    struct condition nonempty;          /* [t] */
    struct ring      ring;              /* [t] characters typed and not read yet */
    unsigned         dropped;           /* [t] */
} terminal = {
    .lock = SPINLOCK_INITIALIZER(&terminal_class),
    .nonempty = CONDITION_INITIALIZER(terminal.nonempty, "terminal"),
    .ring = { .capacity = TERMINAL_CAPACITY },
};

_Static_assert(TERMINAL_CAPACITY <= RING_MAX, "the ring must hold the terminal's input");

static struct ring *input_ring(void)
{
    spinlock_expect_held(&terminal.lock);
    return &terminal.ring;
}

void terminal_input(char character)
{
    spinlock_acquire(&terminal.lock);
    if (ring_is_full(input_ring())) {
        terminal.dropped++;
    } else {
        ring_put(input_ring(), (uint8_t)(character == '\r' ? '\n' : character));
        condition_signal(&terminal.nonempty, &terminal.lock);
    }
    spinlock_release(&terminal.lock);
}

int terminal_getc(char *character)
{
    int error = 0;

    spinlock_acquire(&terminal.lock);
    while (ring_is_empty(input_ring()) && !error)
        error = condition_wait(&terminal.nonempty, &terminal.lock);
    if (!error)
        *character = (char)ring_get(input_ring());
    spinlock_release(&terminal.lock);
    return error;
}

bool terminal_try_getc(char *character)
{
    spinlock_acquire(&terminal.lock);
    bool found = !ring_is_empty(input_ring());
    if (found)
        *character = (char)ring_get(input_ring());
    spinlock_release(&terminal.lock);
    return found;
}

unsigned terminal_dropped(void)
{
    spinlock_acquire(&terminal.lock);
    unsigned dropped = terminal.dropped;
    spinlock_release(&terminal.lock);
    return dropped;
}
