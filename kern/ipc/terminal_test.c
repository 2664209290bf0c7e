/* Tests of the terminal's input; the user must not type meanwhile. */
#include "ipc/ipc.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "pcpu/x86.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

static struct {
    char character;
    int error;
} reader;

static void read_one(void *argument)
{
    (void)argument;
    reader.error = terminal_getc(TERMINAL_PROGRAMS, &reader.character);
}

static void await_waiter(const struct thread *thread, const char *wanted)
{
    const char *reason;

    do {
        thread_yield();
        reason = __atomic_load_n(&thread->wait_reason, __ATOMIC_RELAXED);
    } while (!reason || strcmp(reason, wanted) != 0);
}

static void await_reader(const struct thread *thread)
{
    await_waiter(thread, "terminal");
}

static struct thread *start_reader(void)
{
    reader.error = -1;
    struct thread *thread = test_spawn(thread_current()->home, read_one, NULL);
    await_reader(thread);
    return thread;
}

KTEST(ipc, terminal_order)
{
    char character = 0;

    for (const char *c = "abc\r"; *c != '\0'; c++)
        terminal_input(*c);
    for (const char *c = "abc\n"; *c != '\0'; c++) {
        EXPECT_EQ(terminal_getc(TERMINAL_PROGRAMS, &character), 0);
        EXPECT_EQ(character, *c);
    }
}

KTEST(ipc, terminal_overflow)
{
    unsigned dropped = terminal_dropped();
    char character = 0;

    for (unsigned i = 0; i < TERMINAL_CAPACITY + 7; i++)
        terminal_input((char)('a' + i % 26));
    EXPECT_EQ(terminal_dropped() - dropped, 7);
    for (unsigned i = 0; i < TERMINAL_CAPACITY; i++) {
        EXPECT_EQ(terminal_getc(TERMINAL_PROGRAMS, &character), 0);
        EXPECT_EQ(character, 'a' + i % 26);
    }
}

static bool sender_may_send(void)
{
    return inb(0x3fc) & 0x02;           /* COM1's modem control: RTS */
}

/* Returns how many characters came until then. */
static unsigned type_until_stopped(void)
{
    unsigned typed = 0;

    for (; sender_may_send() && typed < TERMINAL_CAPACITY; typed++)
        terminal_input('x');
    return typed;
}

/* A sender that obeys the signal is stopped early enough, and not let go on for one character. */
KTEST(ipc, terminal_pace)
{
    unsigned read = 0;
    char character;

    EXPECT(sender_may_send());
    unsigned typed = type_until_stopped();
    EXPECT(typed >= TERMINAL_CAPACITY / 2 && typed <= TERMINAL_CAPACITY - 32);
    for (; !sender_may_send() && terminal_try_getc(&character); read++)
        continue;
    EXPECT(read >= TERMINAL_CAPACITY / 4 && read < typed);
    while (terminal_try_getc(&character))
        read++;
    EXPECT_EQ(read, typed);
    EXPECT(sender_may_send());
}

KTEST(ipc, terminal_wait)
{
    struct thread *thread = start_reader();

    EXPECT_EQ(reader.error, -1);
    while (!sched_ready(thread))        /* a wakeup without a character: it waits on */
        thread_yield();
    while (test_can_run(thread))
        thread_yield();
    EXPECT_EQ(reader.error, -1);
    terminal_input('x');
    thread_join(thread);
    EXPECT_EQ(reader.error, 0);
    EXPECT_EQ(reader.character, 'x');

    thread = start_reader();
    thread_kill(thread);
    thread_join(thread);
    EXPECT_EQ(reader.error, E_KILLED);
}

static enum terminal_key key;

static void await_key(void *unused)
{
    (void)unused;
    key = terminal_await_key();
}

/* One key per wait, the interrupt key first. */
static void expect_key(enum terminal_key expected)
{
    struct thread *thread = test_spawn(thread_current()->home, await_key, NULL);

    thread_join(thread);
    EXPECT_EQ(key, expected);
}

/* Neither the interrupt key nor the kernel monitor's reader leaves the sender waiting for ever. */
KTEST(ipc, terminal_pace_keys)
{
    char character;

    type_until_stopped();
    terminal_give_to(TERMINAL_MONITOR);
    EXPECT(sender_may_send());
    terminal_give_to(TERMINAL_PROGRAMS);
    EXPECT(!sender_may_send());
    terminal_input(TERMINAL_INTERRUPT_KEY);
    expect_key(TERMINAL_KEY_INTERRUPT);
    EXPECT(terminal_forget_interrupt());
    EXPECT(sender_may_send());
    EXPECT(!terminal_try_getc(&character));
}

/* The interrupt key can be read, in order; what was typed before it is dropped when it has
 * been acted on, what came after stays. */
KTEST(ipc, terminal_interrupt_key)
{
    char character = 0;

    terminal_input('a');
    terminal_input(TERMINAL_INTERRUPT_KEY);
    terminal_input('b');
    EXPECT_EQ(terminal_getc(TERMINAL_PROGRAMS, &character), 0);
    EXPECT_EQ(character, 'a');
    expect_key(TERMINAL_KEY_INTERRUPT);
    terminal_next_turn();
    expect_key(TERMINAL_KEY_INTERRUPT);
    EXPECT(terminal_forget_interrupt());
    EXPECT(terminal_forget_interrupt());
    terminal_next_turn();
    EXPECT(terminal_try_getc(&character));
    EXPECT_EQ(character, 'b');
    EXPECT(!terminal_try_getc(&character));
}

/* A program that acts on the key itself may read it before the kernel acts on it, or even while it
 * does; then the kernel does not.  Another one typed after that is another one. */
KTEST(ipc, terminal_interrupt_taken)
{
    char character = 0;

    terminal_input(TERMINAL_INTERRUPT_KEY);
    terminal_input(TERMINAL_INTERRUPT_KEY);
    EXPECT(terminal_try_getc(&character));
    terminal_take_interrupt();
    expect_key(TERMINAL_KEY_INTERRUPT);
    EXPECT(terminal_try_getc(&character));
    terminal_take_interrupt();
    EXPECT(!terminal_forget_interrupt());
    terminal_input(TERMINAL_MONITOR_KEY);
    expect_key(TERMINAL_KEY_MONITOR);
}

/* The kernel monitor's key is not read by programs; from its begin to its end the kernel monitor
 * gets all. */
KTEST(ipc, terminal_monitor)
{
    char character = 0;

    terminal_input(TERMINAL_MONITOR_KEY);
    expect_key(TERMINAL_KEY_MONITOR);
    EXPECT(!terminal_try_getc(&character));
    terminal_give_to(TERMINAL_MONITOR);
    terminal_input(TERMINAL_INTERRUPT_KEY);
    terminal_input(TERMINAL_MONITOR_KEY);
    EXPECT(!terminal_try_getc(&character));
    EXPECT_EQ(terminal_getc(TERMINAL_MONITOR, &character), 0);
    EXPECT_EQ(character, TERMINAL_INTERRUPT_KEY);
    EXPECT_EQ(terminal_getc(TERMINAL_MONITOR, &character), 0);
    EXPECT_EQ(character, TERMINAL_MONITOR_KEY);
    terminal_give_to(TERMINAL_PROGRAMS);
    terminal_want_monitor();
    terminal_input('x');
    EXPECT(terminal_try_getc(&character));
    EXPECT_EQ(character, 'x');
    expect_key(TERMINAL_KEY_MONITOR);
}

static unsigned old_turn;

static void read_in_old_turn(void *argument)
{
    (void)argument;
    reader.error = terminal_getc_in_turn(old_turn, &reader.character);
}

/* A reader that waits when the foreground changes takes nothing: the character is the next
 * one's. */
KTEST(ipc, terminal_turn)
{
    char character = 0;

    old_turn = terminal_turn();
    reader.error = -1;
    struct thread *thread = test_spawn(thread_current()->home, read_in_old_turn, NULL);
    await_reader(thread);
    terminal_next_turn();
    terminal_input('n');
    thread_join(thread);
    EXPECT_EQ(reader.error, E_CHANGED);
    EXPECT_EQ(terminal_await_turn(old_turn), 0);
    EXPECT_EQ(terminal_getc_in_turn(old_turn, &character), E_CHANGED);
    EXPECT_EQ(terminal_getc_in_turn(terminal_turn(), &character), 0);
    EXPECT_EQ(character, 'n');
}

enum { WAITERS = 2 };                   /* of each kind */

static void expect_turn_over(void *argument)
{
    char character;

    (void)argument;
    EXPECT_EQ(terminal_getc_in_turn(old_turn, &character), E_CHANGED);
}

static void wait_for_turn_over(void *argument)
{
    (void)argument;
    EXPECT_EQ(terminal_await_turn(old_turn), 0);
}

static void start_waiters(struct thread *threads[WAITERS], void (*start)(void *),
                          const char *reason)
{
    for (unsigned i = 0; i < WAITERS; i++) {
        threads[i] = test_spawn(thread_current()->home, start, NULL);
        await_waiter(threads[i], reason);
    }
}

/* Both those that waited to read and those that must not. */
KTEST(ipc, terminal_turn_is_over_for_all)
{
    struct thread *threads[2 * WAITERS];

    old_turn = terminal_turn();
    start_waiters(threads, expect_turn_over, "terminal");
    start_waiters(threads + WAITERS, wait_for_turn_over, "foreground");
    terminal_next_turn();
    for (unsigned i = 0; i < ARRAY_SIZE(threads); i++)
        thread_join(threads[i]);
}
