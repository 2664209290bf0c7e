/* Kernel stacks. */
#pragma once

#include "lib/types.h"
#include "pmm/pmm.h"

/* Each stack is the upper part of a slot of KSTACK_SLOT bytes, aligned to its size; below it
 * nothing is mapped. */
#ifdef DEBUG
#define KSTACK_PAGES    3
#else
#define KSTACK_PAGES    2
#endif

/* A stack charged to `quota`; *top is the end of its slot.  E_EXCEEDS_QUOTA or E_MEM. */
MUST_USE int kstack_alloc(struct quota *quota, void **top);

/* Gives a stack and its charge back.  No thread may be running on it.  It stays mapped, for the
 * next caller of kstack_alloc(). */
void kstack_free(struct quota *quota, void *top);

struct kstack_usage {
    unsigned stacks;                    /* ever made */
    unsigned cached;                    /* of these, not in use: KSTACK_PAGES pages each that are
                                         * charged to no quota */
    unsigned deepest;                   /* bytes that any stack given back had used (debug) */
};

/* Exact only while no stack is allocated or freed. */
struct kstack_usage kstack_usage(void);
