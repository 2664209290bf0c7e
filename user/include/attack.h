/* For the programs of user/attacks/.  Each is `NAME [SIZE [ROLE]]`: SIZE, 1 or more, says how hard
 * it tries; with a ROLE it is a child that the attack has started.  A program without a role
 * reports by its exit status whether what must hold did. */
#pragma once

#include "lib/types.h"

/* SIZE, 1 if it is not there; anything else ends the program with a message. */
unsigned attack_size(int argc, char **argv);

/* Is this a child with that role? */
bool attack_is(int argc, char **argv, const char *role);

/* Starts the program again in a role, with so many pages; its pid, or minus an error. */
int attack_start(char **argv, unsigned size, const char *role, unsigned quota);

/* The pages that the caller could still use or give away. */
unsigned attack_pages(void);

/* Sleeps so often, so long each time, which must not end too early: the longest one, in
 * microseconds. */
uint64_t attack_longest_sleep(unsigned times, unsigned microseconds);

/* Ends the process and waits for it: its status. */
int attack_end(int pid);

/* Threads that wait for ever, as many as can be had: their number.  Each has a page of the program
 * for a stack, and the last ones fail for want of pages or slots. */
unsigned attack_threads(unsigned most);
