/* What the tests of processes share: small programs in machine code, and kernel threads that
 * act for a process.  Debug builds only. */
#pragma once

#define TEST_CODE_SIZE  256             /* bytes of each program */
#define TEST_BUFFER     7

#ifndef __ASSEMBLER__

#include "dev/clock.h"
#include "lib/ktest.h"
#include "proc/proc_priv.h"

/* The code of a test program (code_test.S), and what it does. */
extern const char code_exit[];          /* exits with the command's first character */
extern const char code_spin[];          /* runs for ever */
extern const char code_sleep[];         /* sleeps for half an hour */
extern const char code_block[];         /* waits for an item of TEST_BUFFER, exits with it */
extern const char code_fault[];         /* executes an undefined instruction */
extern const char code_suicide[];       /* kills itself */
extern const char code_tree[];          /* spawns "tree" twice with a third of its quota each,
                                         * and exits without waiting */

/* The command's characters are how many threads to create, what each of them does, and what the
 * first thread does then:
 *     s  spins            y  yields for ever       b  consumes an item of TEST_BUFFER
 *     z  sleeps           e  ends itself           x  exits, with its own number as status
 *     f  faults           n  naps, ends itself     k  kills its process
 * Exits with 'E' if a thread could not be created. */
extern const char code_group[];

/* As often as the command says, in thousands: creates a thread that ends itself. */
extern const char code_churn[];

/* Two threads check again and again that %gs:0 is their own.  Exits with 'W' if it is not. */
extern const char code_pointers[];

enum {
    TEST_QUOTA = 24,
    TEST_FILE_SIZE = 116 + TEST_CODE_SIZE,
    TEST_CODE_AT = VM_USERLO + 116,     /* where the code begins */
    TEST_DATA_OFFSET = 20, TEST_DATA_SIZE = 100,
};

struct test_file {
    uint8_t bytes[TEST_FILE_SIZE];
} __attribute__((aligned(4)));

/* Makes a program file with that code, and, if not 0, data up to so many bytes behind
 * VM_USERLO + 0x10000. */
void test_file_make(struct test_file *file, const char *code, uint32_t data_size);

/* Creates a process from this code; fails the test if that fails. */
pid_t test_create(const char *code, const char *command, uint32_t quota, unsigned cpu);

/* Kills a process that may have gone already. */
void test_try_kill(pid_t pid);

/* Is it dead, and not waited for? */
bool test_is_zombie(pid_t pid);

/* Waits for a child, and expects that status. */
void test_wait(pid_t pid, uint32_t status);

/* A kernel thread that belongs to the process `pid`, which must live until the thread was
 * joined. */
struct thread *test_deputy(pid_t pid, void (*function)(void *), void *argument);

/* Runs function(argument) in such a thread. */
void test_act_as(pid_t pid, void (*function)(void *), void *argument);

/* What proc_create(), proc_kill() and proc_wait() do when the process `pid` calls them. */
pid_t test_create_as(pid_t pid, const char *code, uint32_t quota);
int test_kill_as(pid_t pid, pid_t victim);
int test_wait_as(pid_t pid, pid_t child);

/* The list of programs, for tests that make another one; and one with a single program, of that
 * name and code, whose file the caller provides. */
void test_programs_save(void);
void test_programs_restore(void);
void test_programs_save_for(struct test_file *file, const char *name, const char *code);

/* Sleeps until the condition is true; fails the test if that takes seconds. */
#define AWAIT(condition)                                                                \
    do {                                                                                \
        uint64_t deadline_ = clock_us() + 20000000;                                     \
        while (!(condition) && clock_us() < deadline_)                                  \
            EXPECT_EQ(thread_sleep_until(clock_us() + 500), 0);                         \
        EXPECT(condition);                                                              \
    } while (0)

/* What must be the same before and after. */
struct test_usage {
    uint32_t free_pages, used, delegated;
    unsigned processes, threads;
};

struct test_usage test_usage(void);
void test_expect_usage(const struct test_usage *before);

/* The same, after waiting until the reaper has left no more processes than there were. */
void test_await_usage(const struct test_usage *before);

#endif
