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

/* A stack charged to `quota`; *top is the end of its slot.  E_EXCEEDS_QUOTA: the pages, or its
 * share of the slots (pmm/share.h); E_MEM. */
MUST_USE int kstack_alloc(struct quota *quota, void **top);

/* Gives a stack and its charge back.  No thread may be running on it.  It stays mapped, for the
 * next caller of kstack_alloc(). */
void kstack_free(struct quota *quota, void *top);

/* Frees the pages of stacks that are not in use: of those beyond what is worth keeping, or of all.
 * True if there were some, or another thread is just doing so; false, too, while a thread looks at
 * all slots.  Waits for other CPUs: interrupts on, no spinlock held. */
enum kstack_which { KSTACK_SPARE, KSTACK_ALL };
bool kstack_give_back(enum kstack_which which);

/* The former, if there are any.  By each thread that exits. */
void kstack_trim(void);

/* Between these two no stack loses its pages.  False: some are losing theirs just now. */
MUST_USE bool kstack_begin_looking(void);
void kstack_end_looking(void);

/* The end of the stack in a slot, 1 to kstack_slots(), or NULL: there is none at the moment.  They
 * take no lock: the report of a panic looks, too. */
unsigned kstack_slots(void);
void *kstack_in_slot(unsigned slot);

struct kstack_usage {
    unsigned stacks;                    /* that have pages */
    unsigned cached;                    /* of these, not in use: KSTACK_PAGES pages each that are
                                         * charged to no quota */
    unsigned deepest;                   /* bytes that any stack given back had used (debug) */
};

/* Exact only while no stack is allocated or freed. */
struct kstack_usage kstack_usage(void);
