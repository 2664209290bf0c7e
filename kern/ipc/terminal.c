/* The terminal's input: between the interrupt handlers that receive characters and the threads
 * that read them.  Echo and line editing are the reader's business.
 *
 * There are two readers: the programs, and the kernel's monitor, which has the keyboard from its
 * key until it ends.  Three keys are not only read, or not at all: the kernel thread `keys` waits
 * for them, since what they ask for can't be done in an interrupt handler.  SUBTLE: unread-key */
#include "ipc/ipc.h"

#include "abi/error.h"
#include "dev/serial.h"
#include "lib/assert.h"
#include "pcpu/spinlock.h"
#include "thread/condition.h"
#include "thread/sched.h"

/* So many unread characters stop the serial line's sender; so few let it go on.  From a stopped
 * line the kernel sees no key any more, so a person who types should never reach that number. */
#define STOP_AT (TERMINAL_CAPACITY * 3 / 4)
#define GO_AT   (TERMINAL_CAPACITY / 4)

static const struct lock_class terminal_class = LOCK_CLASS("ipc.terminal", 1);

/* What was typed and not read yet: count characters from head on, modulo the capacity. */
struct typed {
    unsigned head, count;
    char     characters[TERMINAL_CAPACITY];
};

/* [t] lock */
static struct {
    struct spinlock  lock;
    struct condition nonempty[TERMINAL_READERS];    /* [t] */
    struct condition turn_over;         /* [t] turn was incremented */
    unsigned         turn;              /* [t] changes of the foreground */
    struct condition attention;         /* [t] one of the next three became true: */
    bool             interrupted;       /* [t] the interrupt key was typed, */
    bool             quit_wanted;       /* [t] the one that no program can refuse, */
    bool             monitor_wanted;    /* [t] the kernel monitor's, not acted on yet */
    bool             acting;            /* [t] on the interrupt key, and no program has taken it */
    struct typed     typed[TERMINAL_READERS];       /* [t] */
    enum terminal_reader active;        /* [t] which one gets what is typed */
    unsigned         dropped;           /* [t] */
    bool             stopped;           /* [t] the serial line's sender was told to wait */
} terminal = {
    .lock = SPINLOCK_INITIALIZER(&terminal_class),
    .nonempty = { CONDITION_INITIALIZER(terminal.nonempty[0], "terminal"),
                  CONDITION_INITIALIZER(terminal.nonempty[1], "kernel monitor") },
    .turn_over = CONDITION_INITIALIZER(terminal.turn_over, "foreground"),
    .attention = CONDITION_INITIALIZER(terminal.attention, "keys"),
};

static struct typed *typed_for(enum terminal_reader reader)
{
    spinlock_expect_held(&terminal.lock);
    return &terminal.typed[reader];
}

static char *typed_at(struct typed *typed, unsigned i)
{
    return &typed->characters[(typed->head + i) % TERMINAL_CAPACITY];
}

/* The oldest one; there must be one. */
static char take_typed(struct typed *typed)
{
    KERN_ASSERT(typed->count > 0);
    char character = *typed_at(typed, 0);
    typed->head = (typed->head + 1) % TERMINAL_CAPACITY;
    typed->count--;
    return character;
}

/* How many characters there are up to the last interrupt key; 0: it was not typed. */
static unsigned up_to_interrupt(struct typed *typed)
{
    unsigned last = 0;

    for (unsigned i = 0; i < typed->count; i++)
        if (*typed_at(typed, i) == TERMINAL_INTERRUPT_KEY)
            last = i + 1;
    return last;
}

/* After each change of what the active reader has to read.  Stops the sender while there is
 * room for what is under way, and for the two keys. */
static void pace_sender(void)
{
    unsigned count = typed_for(terminal.active)->count;
    bool stop = terminal.stopped ? count > GO_AT : count >= STOP_AT;

    if (stop != terminal.stopped)
        serial_let_send(!stop);
    terminal.stopped = stop;
}

HANDS_OVER
static void put_character(enum terminal_reader reader, char character)
{
    struct typed *typed = typed_for(reader);

    if (typed->count == TERMINAL_CAPACITY) {
        terminal.dropped++;
        return;
    }
    *typed_at(typed, typed->count++) = character;
    condition_signal(&terminal.nonempty[reader], &terminal.lock);
}

static bool wants_attention(void)
{
    return terminal.interrupted || terminal.quit_wanted || terminal.monitor_wanted;
}

/* The interrupt key is read too, by a program that handles it itself; it is in order with what
 * is typed before and after. */
void terminal_input(char character)
{
    spinlock_acquire(&terminal.lock);
    bool programs = terminal.active == TERMINAL_PROGRAMS;
    if (programs && character == TERMINAL_MONITOR_KEY) {
        terminal.monitor_wanted = true;
    } else if (programs && character == TERMINAL_QUIT_KEY) {
        terminal.quit_wanted = true;
    } else {
        put_character(terminal.active, character == '\r' ? '\n' : character);
        terminal.interrupted |= programs && character == TERMINAL_INTERRUPT_KEY;
    }
    if (wants_attention())
        condition_signal(&terminal.attention, &terminal.lock);
    pace_sender();
    spinlock_release(&terminal.lock);
}

int terminal_getc(enum terminal_reader reader, char *character)
{
    int error = 0;

    spinlock_acquire(&terminal.lock);
    while (typed_for(reader)->count == 0 && !error)
        error = condition_wait(&terminal.nonempty[reader], &terminal.lock);
    if (!error)
        *character = take_typed(typed_for(reader));
    pace_sender();
    spinlock_release(&terminal.lock);
    return error;
}

bool terminal_is_awaited(void)
{
    spinlock_acquire(&terminal.lock);
    bool awaited = !list_is_empty(&terminal.nonempty[TERMINAL_PROGRAMS].waiters) ||
                   !list_is_empty(&terminal.nonempty[TERMINAL_MONITOR].waiters);
    spinlock_release(&terminal.lock);
    return awaited;
}

unsigned terminal_turn(void)
{
    spinlock_acquire(&terminal.lock);
    unsigned turn = terminal.turn;
    spinlock_release(&terminal.lock);
    return turn;
}

int terminal_getc_in_turn(unsigned turn, char *character)
{
    int error = 0;

    spinlock_acquire(&terminal.lock);
    while (terminal.turn == turn && typed_for(TERMINAL_PROGRAMS)->count == 0 && !error)
        error = condition_wait(&terminal.nonempty[TERMINAL_PROGRAMS], &terminal.lock);
    if (!error && terminal.turn != turn)
        error = E_CHANGED;
    if (!error)
        *character = take_typed(typed_for(TERMINAL_PROGRAMS));
    pace_sender();
    spinlock_release(&terminal.lock);
    return error;
}

int terminal_await_turn(unsigned turn)
{
    int error = 0;

    spinlock_acquire(&terminal.lock);
    while (terminal.turn == turn && !error)
        error = condition_wait(&terminal.turn_over, &terminal.lock);
    spinlock_release(&terminal.lock);
    return error;
}

/* A thread that waits for a character may not be allowed to read it any more, and another one may
 * be.  And the kernel has perhaps looked in vain for a program to end. */
void terminal_next_turn(void)
{
    spinlock_acquire(&terminal.lock);
    terminal.turn++;
    if (up_to_interrupt(typed_for(TERMINAL_PROGRAMS)) > 0) {
        terminal.interrupted = true;
        condition_signal(&terminal.attention, &terminal.lock);
    }
    condition_broadcast(&terminal.turn_over, &terminal.lock);
    condition_broadcast(&terminal.nonempty[TERMINAL_PROGRAMS], &terminal.lock);
    spinlock_release(&terminal.lock);
}

bool terminal_try_getc(char *character)
{
    spinlock_acquire(&terminal.lock);
    bool found = typed_for(TERMINAL_PROGRAMS)->count > 0;
    if (found)
        *character = take_typed(typed_for(TERMINAL_PROGRAMS));
    pace_sender();
    spinlock_release(&terminal.lock);
    return found;
}

enum terminal_key terminal_await_key(void)
{
    enum terminal_key key = TERMINAL_KEY_MONITOR;

    spinlock_acquire(&terminal.lock);
    while (!wants_attention())
        condition_wait_uninterruptible(&terminal.attention, &terminal.lock);
    if (terminal.quit_wanted) {
        terminal.quit_wanted = false;
        terminal.interrupted = false;   /* it would end the same */
        key = TERMINAL_KEY_QUIT;
    } else if (terminal.interrupted) {
        terminal.interrupted = false;
        terminal.acting = true;
        key = TERMINAL_KEY_INTERRUPT;
    } else {
        terminal.monitor_wanted = false;
    }
    spinlock_release(&terminal.lock);
    return key;
}

void terminal_want_monitor(void)
{
    spinlock_acquire(&terminal.lock);
    terminal.monitor_wanted = true;
    condition_signal(&terminal.attention, &terminal.lock);
    spinlock_release(&terminal.lock);
}

/* What was typed after the key stays. */
bool terminal_forget_interrupt(void)
{
    spinlock_acquire(&terminal.lock);
    bool acting = terminal.acting;
    struct typed *typed = typed_for(TERMINAL_PROGRAMS);
    for (unsigned left = acting ? up_to_interrupt(typed) : 0; left > 0; left--)
        take_typed(typed);
    pace_sender();
    spinlock_release(&terminal.lock);
    return acting;
}

/* The next one may have been typed already. */
void terminal_take_interrupt(void)
{
    spinlock_acquire(&terminal.lock);
    terminal.acting = false;
    terminal.interrupted = up_to_interrupt(typed_for(TERMINAL_PROGRAMS)) > 0;
    spinlock_release(&terminal.lock);
}

void terminal_forget_typed(void)
{
    spinlock_acquire(&terminal.lock);
    for (struct typed *typed = typed_for(TERMINAL_PROGRAMS); typed->count > 0;)
        take_typed(typed);
    pace_sender();
    spinlock_release(&terminal.lock);
}

void terminal_give_to(enum terminal_reader reader)
{
    spinlock_acquire(&terminal.lock);
    terminal.active = reader;
    pace_sender();
    spinlock_release(&terminal.lock);
}

unsigned terminal_dropped(void)
{
    spinlock_acquire(&terminal.lock);
    unsigned dropped = terminal.dropped;
    spinlock_release(&terminal.lock);
    return dropped;
}
