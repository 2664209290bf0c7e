/* Tests of the terminal's input; nobody must type meanwhile. */
#include "ipc/ipc.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "thread/thread_test.h"

static struct {
    char character;
    int error;
} reader;

static void read_one(void *argument)
{
    (void)argument;
    reader.error = terminal_getc(&reader.character);
}

static struct thread *start_reader(void)
{
    reader.error = -1;
    struct thread *thread = test_spawn(thread_current()->home, read_one, NULL);
    const char *reason;
    do {
        thread_yield();
        reason = __atomic_load_n(&thread->wait_reason, __ATOMIC_RELAXED);
    } while (!reason || strcmp(reason, "terminal") != 0);
    return thread;
}

KTEST(ipc, terminal_order)
{
    char character = 0;

    for (const char *c = "abc\r"; *c != '\0'; c++)
        terminal_input(*c);
    for (const char *c = "abc\n"; *c != '\0'; c++) {
        EXPECT_EQ(terminal_getc(&character), 0);
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
        EXPECT_EQ(terminal_getc(&character), 0);
        EXPECT_EQ(character, 'a' + i % 26);
    }
}

KTEST(ipc, terminal_wait)
{
    struct thread *thread = start_reader();

    EXPECT_EQ(reader.error, -1);
    while (!sched_ready(thread))        /* a wakeup without a character: it waits on */
        thread_yield();
    while (__atomic_load_n(&thread->state, __ATOMIC_ACQUIRE) == THREAD_READY ||
           __atomic_load_n(&thread->state, __ATOMIC_ACQUIRE) == THREAD_RUNNING)
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
