/* The lab's printing lock, for lesson 9: `make story FILE=misc/lessons/print_lock.c`. */
#include "scenario.h"

static unsigned print_lock;
static unsigned lines;

/* It lasts long, and where interrupts are on the timer takes the CPU away meanwhile. */
static void write_line(void)
{
    lines = lines + 1;
    if (read_eflags() & EFLAGS_IF)
        thread_yield();
}

static void print_line(void)
{
    while (__atomic_exchange_n(&print_lock, 1, __ATOMIC_ACQUIRE))
        pause();
    write_line();
    __atomic_store_n(&print_lock, 0, __ATOMIC_RELEASE);
}

/* A system call that prints: interrupts are on. */
static void system_call(void *unused)
{
    (void)unused;
    print_line();
}

/* The scheduler says what it does: interrupts are off. */
static void scheduler(void *unused)
{
    (void)unused;
    uint32_t flags = intr_save();
    print_line();
    intr_restore(flags);
}

static void begin(void)
{
    play("call", 0, system_call, NULL);
    play("scheduler", 0, scheduler, NULL);
}

static void end(void)
{
    REQUIRE(lines == 2);
}

SCENARIO(print_lock, .begin = begin, .end = end);
