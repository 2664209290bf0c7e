/* --help, and complaints about arguments. */
#pragma once

#include "lib/types.h"

/* If the first argument is --help: prints "usage: " and `text`, and ends the program. */
void usage(int argc, char **argv, const char *text);

/* Says what is wrong with an argument, and ends the program with EXIT_FAILURE. */
NORETURN void bad_argument(const char *program, const char *argument, const char *problem);

/* Runs the program that is argument `first` with those after it, and all memory but a little;
 * returns its status.  A bad_argument() if there is none, or it cannot be started. */
int run_program_of(int argc, char **argv, int first);

/* The number that an argument is; a bad_argument() otherwise. */
unsigned number_argument(const char *program, const char *argument);
