/* How threads exchange: bounded buffers, futexes, and the terminal's input.  Messages have a
 * header of their own (endpoint.h).
 *
 * Each is a monitor: data, one lock and the conditions that threads wait for, in one struct that
 * only its own functions touch.  No thread waits by looping.
 *
 * Locks: ipc.futex_list, and under it ipc.futex_waiter; ipc.buffer (one per buffer) and
 * ipc.terminal; never two others of them together.  Buffers share no cache line, so CPUs that
 * use different ones do not meet. */
#pragma once

#include "abi/info.h"
#include "abi/syscall.h"
#include "lib/types.h"

/* --- bounded buffers (buffer.c, where the argument stands why they are right) ------------- */

enum { BUFFER_CAPACITY_DEFAULT = 16 };

/* Prepares the NUM_BUFFERS buffers: empty, of the default capacity.  Once, at boot. */
void buffer_init(void);

/* Appends `item` to buffer `id`, after waiting until there is room.  Threads that wait are
 * served in the order in which they came.  E_INVAL_BUFFER; E_KILLED if the thread was killed
 * while it waited: then nothing was appended.  May block. */
MUST_USE int buffer_produce(unsigned id, uint32_t item);

/* Takes the oldest item out of buffer `id`, after waiting until there is one.  Threads that
 * wait are served in the order in which they came.  E_INVAL_BUFFER; E_KILLED if the thread was
 * killed while it waited: then nothing was taken.  May block. */
MUST_USE int buffer_consume(unsigned id, uint32_t *item);

/* Gives buffer `id` another capacity, 1 to BUFFER_CAPACITY_MAX, and starts its statistics anew.
 * E_INVAL_BUFFER; E_INVAL_ARG: no such capacity; E_BUSY: it holds items, or threads wait.
 * Does not block. */
MUST_USE int buffer_configure(unsigned id, unsigned capacity);

/* Throws away the items that are in buffer `id` now; producers that wait get their slots.  As if
 * one consumer had taken them, but no observer is told.  Stores how many.  Does not block. */
MUST_USE int buffer_empty(unsigned id, unsigned *count);

/* The caller's process, and those that it makes from now on, keep buffer `id` for themselves: for
 * all others the calls above return E_BUFFER_KEPT, until none of its keepers is left.
 * E_INVAL_BUFFER; E_INVAL_ARG: it is one of those that none can keep; E_BUSY: it is in use, or
 * others keep it; E_EXCEEDS_QUOTA: the process keeps KEPT_BUFFERS_MAX.  Does not block. */
MUST_USE int buffer_keep(unsigned id);

/* A new process keeps what its maker, the caller, keeps; one that ends keeps nothing any more. */
struct thread_group;
void buffer_inherit(struct thread_group *child);
void buffer_leave(struct thread_group *group);

/* Called for each item that was appended or taken, by the thread that did it and with no lock held:
 * for the demo's audit, say. */
struct buffer_observer {
    void (*produced)(uint32_t item);
    void (*consumed)(uint32_t item);
};

/* From now on this observer is called, or none if NULL.  It must stay. */
void buffer_observe(const struct buffer_observer *observer);

/* The figures of one moment; E_INVAL_BUFFER.  Does not block. */
MUST_USE int buffer_statistics(unsigned id, struct buffer_statistics *statistics);

/* Panics unless the invariants of every buffer hold.  Callable at any time. */
void buffer_check(void);

/* --- futexes (futex.c, where the argument stands why no wakeup is lost) -------------------- */

enum { FUTEX_NO_DEADLINE = 0 };

/* Prepares the lists of waiters.  Once, at boot. */
void futex_init(void);

/* In both, `address` is that of an aligned word which the caller's program can read, or the
 * answer is E_INVAL_ADDR. */

/* Waits for a wake, if the word is `expected`: else E_CHANGED.  E_TIMEOUT at `deadline`
 * (microseconds since boot), or never if that is FUTEX_NO_DEADLINE; E_KILLED.  A thread that gets 0
 * was woken, perhaps by a wake that was meant for another use of the same word.  Blocks. */
MUST_USE int futex_wait(uaddr_t address, uint32_t expected, uint64_t deadline);

/* Wakes up to `count` threads that wait for this word, also under another address in another space;
 * stores how many.  Does not block. */
MUST_USE int futex_wake(uaddr_t address, uint32_t count, uint32_t *woken);

/* Panics unless every waiter is listed where it belongs.  Callable at any time. */
void futex_check(void);

/* --- the terminal's input (terminal.c) ---------------------------------------------------- */

enum { TERMINAL_CAPACITY = 16384 };

#define TERMINAL_INTERRUPT_KEY  ('C' & 0x1f)    /* ends the program in the foreground */
#define TERMINAL_QUIT_KEY       ('\\' & 0x1f)   /* the same, whatever it says */
#define TERMINAL_MONITOR_KEY    ('T' & 0x1f)    /* calls the kernel monitor */

/* Which of the two reads what is typed: the programs, or the kernel monitor while it is called. */
enum terminal_reader { TERMINAL_PROGRAMS, TERMINAL_MONITOR, TERMINAL_READERS };

/* A character was typed; a carriage return counts as the end of a line.  Dropped and counted if the
 * reader has not read the last TERMINAL_CAPACITY ones; before that, the serial line is stopped,
 * until most are read: it loses nothing.  Callable from interrupt handlers. */
void terminal_input(char character);

/* The next character that was typed for that reader, after waiting for it.  E_KILLED if the
 * thread was killed while it waited: then none was taken.  May block. */
MUST_USE int terminal_getc(enum terminal_reader reader, char *character);

/* Which programs may read changes in turns: each change of the foreground begins one.  A program's
 * reader asks for the turn first, then whether it may read, and then reads in that turn. */
unsigned terminal_turn(void);

/* As terminal_getc() for programs, but E_CHANGED if that turn is over: then no character was
 * taken. */
MUST_USE int terminal_getc_in_turn(unsigned turn, char *character);

/* Waits until that turn is over; E_KILLED.  For programs that may not read in it. */
MUST_USE int terminal_await_turn(unsigned turn);

/* Does a thread wait for something to be typed, other than one of the three keys? */
bool terminal_is_awaited(void);

/* Begins a turn: another program is in the foreground.  The interrupt key concerns it, also if it
 * was typed already and not read. */
void terminal_next_turn(void);

/* The same for programs, if there is one already; else false. */
bool terminal_try_getc(char *character);

/* Waits until one of the three keys was typed.  For one kernel thread.  Blocks. */
enum terminal_key { TERMINAL_KEY_INTERRUPT, TERMINAL_KEY_QUIT, TERMINAL_KEY_MONITOR };
enum terminal_key terminal_await_key(void);

/* As if the kernel monitor's key had been typed. */
void terminal_want_monitor(void);

/* The kernel is about to act on the interrupt key: drops it and what was typed before it and not
 * read.  False if a program has taken it meanwhile: then it is not for those that it starts. */
MUST_USE bool terminal_forget_interrupt(void);

/* A program that acts on the interrupt key itself has read it. */
void terminal_take_interrupt(void);

/* The kernel has acted on the quit key: drops what was typed and not read. */
void terminal_forget_typed(void);

/* From now on `reader` gets what is typed. */
void terminal_give_to(enum terminal_reader reader);

/* How many characters were dropped since boot. */
unsigned terminal_dropped(void);
