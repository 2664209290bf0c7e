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

/* As many as are wanted, or as the caller can pay for if each costs so many pages and some are
 * left. */
unsigned attack_afford(unsigned wanted, unsigned pages_each);

/* A child tells its parent that it has done what comes first; the parent waits for that, which
 * fails if the child has ended. */
void attack_report(void);
void attack_await(int pid);

/* Sleeps so often, so long each time, which must not end too early: the longest one, in
 * microseconds. */
uint64_t attack_longest_sleep(unsigned times, unsigned microseconds);

/* Ends the process and waits for it: its status. */
int attack_end(int pid);

/* Ends all that descends from the caller, until it has given away no more of its quota than
 * `delegated`. */
void attack_end_family(uint32_t delegated);

/* What the caller has given away of its quota. */
uint32_t attack_delegated(void);

/* Threads that wait for ever, as many as can be had: their number.  Each has a page of the program
 * for a stack, and the last ones fail for want of pages or slots. */
unsigned attack_threads(unsigned most);
