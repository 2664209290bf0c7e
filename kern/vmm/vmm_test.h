/* What the tests of this layer share; debug builds only. */
#pragma once

#include "pmm/pmm_test.h"
#include "vmm/space.h"

/* A space with a quota of its own, and what was held before there was one. */
struct test_space {
    struct pmm_level before;
    struct quota     quota;
    struct space     space;
};

void test_space_begin(struct test_space *test, uint32_t limit);

/* Checks and destroys the space and closes the quota, which must have nothing left; and also
 * fails the test if more or less is held than before. */
void test_space_close(struct test_space *test);
void test_space_end(struct test_space *test);

/* Maps a new page full of one word; what was there is released. */
int test_map_words(struct space *space, uaddr_t va, uint32_t word, uint32_t perm);

/* Takes the right to write away from what is mapped there. */
void test_protect(struct space *space, uaddr_t va);

/* Threads that change one space and access it all the time.  `run` is, or does what
 * ktest_parallel() does. */
typedef void test_runner(unsigned nthreads, void (*function)(unsigned index, void *argument),
                         void *argument);
void test_shootdown_storm(unsigned threads, test_runner *run);
