/* What the files of this layer share. */
#pragma once

#include "lib/types.h"
#include "proc/proc.h"

struct thread_trace;

/* Starts the thread that waits for the terminal's two keys (keys.c). */
void keys_start(void);

/* Starts the thread that waits for a standstill (standstill.c). */
void standstill_start(void);

/* The number of the thread for whose mutex the thread waits, or 0 (circles.c). */
uint32_t mutex_owner(const struct thread_trace *trace);

/* Prints which threads wait for each other's mutexes. */
void print_circles(void);

/* Prints each thread of the process, or of all and the kernel's for 0: what it waits for, and where
 * it is unless it runs; and the circles (where.c). */
void print_where_threads_are(pid_t pid);

/* A line for each thread of a program: what it waits for, and in which functions. */
void print_what_programs_wait_for(void);

/* The kernel monitor, until the user leaves it (monitor.c).  Blocks. */
void monitor_run(void);

/* What the locks of each class have cost so far: of all classes, or only of those that had to be
 * waited for.  Prints nothing where it is not counted (boot option lockstat; locks.c). */
void print_locks(bool all);

/* The record of the run (trace.c): on or off; from the boot option on, with a ring of so many pages
 * for each CPU; and the latest of it printed. */
void trace_run(bool on);
void trace_from_boot(unsigned pages);
void trace_print(void);

/* Debug kernels always record: reports of what went wrong end with it.  System calls keep their
 * short way, and are not recorded there.  `pages`: of each CPU's ring, 0: those that it begins
 * with. */
void trace_always(unsigned pages);

/* What the run is for; each is called on the kernel's main thread and ends the machine. */
NORETURN void run_demo(const char *options);
NORETURN void run_soak(const char *options);
NORETURN void run_program(const char *command);
NORETURN void run_tests(const char *prefix);

/* How many schedule points were passed, and their hash: two runs with the same took the same
 * schedule. */
void print_schedule(void);

/* Debug builds: runs the program again and again, and refuses it one allocation each time, number 1
 * first, then as many further on as the boot option refuse=N says, until there are no more.
 * Whatever the program makes of that, nothing may be lost. */
NORETURN void run_with_refusals(const char *command);

/* Runs the shell; when it has ended calls the kernel monitor, and returns. */
void run_shell(void);

/* Panics unless the invariants of every layer hold.  While all is quiet (check.c). */
void check_all_layers(void);

/* Debug builds audit every layer and look for leaks (leaks_test.c): from audit_begin() to
 * audit_end(), which reports to the test that runs; audit_print() sends such reports to the
 * console.  audit_program() first ends what a program has left running; false if something is
 * wrong. */
void audit_begin(void);
void audit_end(void);
void audit_print(void);
bool audit_program(void);

/* Debug builds, with the boot option edges: prints the lock edges seen so far. */
void lock_edges_print(void);
