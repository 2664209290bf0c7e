/* What is typed is read once, by the program whose turn it is; and no reader sleeps on it. */
#include "scenario.h"

#include "abi/error.h"
#include "ipc/ipc.h"

static struct thread *victim;
static unsigned characters;
static bool victim_ends;                /* it must: it is killed */

static void note_read(int error, char character)
{
    REQUIRE(!error || error == E_KILLED);
    REQUIRE(error || character == 'x');
    if (!error)
        __atomic_fetch_add(&characters, 1, __ATOMIC_RELAXED);
    if (thread_current() == victim)
        victim_ends = true;
}

static void read_one(void *unused)
{
    char character = 0;
    int error = terminal_getc(TERMINAL_PROGRAMS, &character);

    (void)unused;
    note_read(error, character);
}

static void type(void *unused)
{
    (void)unused;
    terminal_input('x');
}

static void begin_kill_reader(void)
{
    victim = play("victim", 0, read_one, NULL);
    play("other", 1, read_one, NULL);
    play("typist", 1, type, NULL);
    play("killer", 1, kill_player, victim);
}

static void end_kill_reader(void)
{
    REQUIRE(characters == 1 && victim_ends);
}

SCENARIO(kill_reader, .begin = begin_kill_reader, .end = end_kill_reader, .may_wait = 1,
         .keeps_threads = true);

/* --- the foreground changes --------------------------------------------------------------- */

static bool is_foreground[2];           /* [a] */

/* As a program's read does it: asks for the turn, then whether it is the foreground, then reads in
 * that turn. */
static void read_as(void *number)
{
    char character = 0;
    int error;

    do {
        unsigned turn = terminal_turn();
        if (__atomic_load_n(&is_foreground[(uintptr_t)number], __ATOMIC_SEQ_CST)) {
            error = terminal_getc_in_turn(turn, &character);
        } else {
            error = terminal_await_turn(turn);
            error = error ? error : E_CHANGED;
        }
    } while (error == E_CHANGED);
    note_read(error, character);
}

static void change_foreground(void *unused)
{
    (void)unused;
    __atomic_store_n(&is_foreground[0], false, __ATOMIC_SEQ_CST);
    __atomic_store_n(&is_foreground[1], true, __ATOMIC_SEQ_CST);
    terminal_next_turn();
    terminal_input('x');
}

static void begin_foreground(void)
{
    is_foreground[0] = true;
    play("background", 1, read_as, (void *)0);
    play("foreground", 0, read_as, (void *)1);
    play("changer", 1, change_foreground, NULL);
}

static void end_foreground(void)
{
    REQUIRE(characters == 1);
}

/* The one that is in the foreground at the end has read it. */
SCENARIO(foreground, .begin = begin_foreground, .end = end_foreground, .may_wait = 1);
