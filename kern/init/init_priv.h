/* What boot leads to.  Private to init/. */
#pragma once

#include "init/boot_info.h"

/* Starts the other CPUs; CPUs that do not answer are reported and left out.  `expected`: the
 * boot option cpus=N, 0 if absent; another number is said loudly. */
void smp_start(unsigned expected);

/* Starts the thread that heeds the terminal's two keys. */
void console_start(void);

/* The kernel monitor, until the user leaves it (monitor.c).  Blocks. */
void monitor_run(void);

/* What the run is for; each is called on the kernel's main thread and ends the machine. */
NORETURN void run_demo(const char *options);
NORETURN void run_soak(const char *options);
NORETURN void run_program(const char *command);
NORETURN void run_tests(const char *prefix);

/* Runs the shell; when it has ended calls the monitor, and returns. */
void run_shell(void);

/* Debug builds audit every layer and look for leaks (leaks_test.c): from audit_begin() to
 * audit_end(), which reports to the test that runs; audit_print() sends such reports to the
 * console.  audit_program() first ends what a program has left running; false if something is
 * wrong. */
void audit_begin(void);
void audit_end(void);
void audit_print(void);
bool audit_program(void);
