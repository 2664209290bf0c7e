/* --help, and complaints about arguments. */
#pragma once

#include "lib/types.h"

/* If the first argument is --help: prints "usage: " and `text`, and ends the program. */
void usage(int argc, char **argv, const char *text);

/* Says what is wrong with an argument, and ends the program with EXIT_FAILURE. */
NORETURN void bad_argument(const char *program, const char *argument, const char *problem);

/* The number that an argument is; a bad_argument() otherwise. */
unsigned number_argument(const char *program, const char *argument);
