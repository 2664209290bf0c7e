/* The simulated machine: CPUs as coroutines that take turns, their interrupts, and the moments at
 * which it is open what happens next.
 *
 * A CPU is whatever stack it runs on just now: kernel threads run on the kernel's own stacks and
 * the kernel switches between them itself.  The machine switches between CPUs, and only at a
 * *step*: an atomic access, STI, HLT, PAUSE, an interrupt sent to another CPU and, in code under
 * test, each plain access to memory that several threads use.  What a CPU does between two of its
 * steps, no other one can see, or it is a data race, which race.c reports. */
#pragma once

#include "lib/types.h"

enum { CPUS_MAX = 4, STEPS_MAX = 50000 };

/* What a CPU can do when it gets the turn. */
enum action { GO_ON, TAKE_INTERRUPT, TAKE_TICK, DELAY_STORES, ACTIONS };

/* One of the things that can happen next.  `cost` is 1 if it happens to a CPU that could as well
 * have gone on: the bound of an exhaustive search is on the sum of these. */
struct move {
    enum action action;
    unsigned    cpu;
    unsigned    cost;
    uintptr_t   word;                   /* of GO_ON: what it accesses, or 0; */
    bool        writes;                 /* and how */
    bool        is_local;               /* of GO_ON: no other CPU can tell when that happens */
    unsigned    kept;                   /* of DELAY_STORES: so many of the last stores */
};

/* A store buffer has room for so many: a real one, for some dozens. */
enum { STORES_MAX = 32, MOVES_MAX = 3 * CPUS_MAX + STORES_MAX };

extern unsigned cpu_count;              /* how many the machine has */
extern unsigned ticks_allowed;          /* timer interrupts that a schedule may choose */

/* --- runs (machine.c) --- */

/* Runs boot() on CPU 0, from the machine's first state, until the run is over.  True if it ended
 * well; else failure() says what went wrong. */
bool machine_run(void (*boot)(void));
const char *failure(void);

/* Ends the run: something is wrong, or it is over. */
NORETURN void fail(const char *format, ...) PRINTF_LIKE(1, 2);
NORETURN void fail_with(const char *format, va_list arguments);
NORETURN void machine_panic(const char *file, int line, const char *format, va_list arguments);
NORETURN void succeed(void);

/* From the boot code on CPU 0: the others begin, each at its entry, and from here on the explorer
 * chooses. */
void machine_add_cpu(unsigned cpu, void *stack_top, void (*entry)(void));
void machine_explore(void);

/* Is it the explorer who chooses, or does the machine still boot?  The CPU that has the turn. */
extern bool machine_explores;
extern unsigned machine_turn;

static inline bool is_exploring(void)
{
    return machine_explores;
}

static inline unsigned current_cpu(void)
{
    return machine_turn;
}

/* How many steps there were in this run. */
unsigned step_number(void);

/* Where the CPU was when the run ended, or when another one got the turn: a frame of its stack. */
uintptr_t machine_frame(unsigned cpu);

/* --- steps (machine.c) --- */

enum access { READ, WRITE, UPDATE };     /* UPDATE: a locked instruction */

/* The next step is this access, at that place in the code. */
void step_access(const char *what, uintptr_t address, size_t size, enum access access,
                 uintptr_t place);

/* The next step is one that always concerns others. */
void step_open(const char *what, uintptr_t place);

/* All that the CPU has stored is seen by others before it goes on: a fence. */
void step_drain(uintptr_t place);

/* The access, an atomic one, was done. */
void step_wrote(uintptr_t address);
void step_read(uintptr_t address);

/* An interrupt for that CPU is on its way.  The vector is one of VECTOR_TIMER, VECTOR_RESCHEDULE
 * and VECTOR_SHOOTDOWN. */
void machine_interrupt(unsigned cpu, unsigned vector, uintptr_t place);
void machine_set_timer(bool on);
uint64_t machine_time_us(void);

/* Did this run find memory to be shared that no run before knew to be?  Then more steps are open
 * than the search has seen. */
bool sharing_has_grown(void);

/* Threads, by any address on their stacks: the first layout, and the switch on this CPU. */
void machine_prepare_thread(const void *context, void *top, void (*entry)(void));
void machine_switch_thread(const void *from, const void *to);

/* Somebody writes to a stack, at its lowest address that is in use. */
void machine_note_stack_write(uintptr_t address);

/* --- switch_*.S --- */

/* Saves the caller's registers on its stack, stores its stack pointer, and goes on with another. */
void switch_stack(uintptr_t *save, uintptr_t load);

/* What switch_stack() finds on a new stack: the lowest address. */
uintptr_t prepare_stack(void *top, void (*entry)(void));
