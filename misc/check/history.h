/* Linearizability (Herlihy and Wing 1990): operations of several threads on one object overlap, and
 * yet all must look as if each was done at one moment between its call and its return.
 *
 *     unsigned operation = history_call(PUT, item);
 *     ... puts the item ...
 *     history_return(operation, 0);
 *
 * and, in the end, history_require_linear(&object), where `object` says what the operations do if
 * one comes after the other. */
#pragma once

#include "lib/types.h"

enum { OPERATIONS_MAX = 12, OBJECT_WORDS = 8 };

struct operation {
    unsigned kind;                      /* the scenario's */
    uint32_t argument, result;
    unsigned called, returned;          /* moments, counted from 1; not returned: 0 */
};

/* Zeros at first. */
struct object_state {
    uint32_t words[OBJECT_WORDS];
};

struct object {
    const char *const *names;           /* of the kinds of operations */

    /* Can the operation have this result in that state?  If so, the state becomes what it is
     * afterwards. */
    bool (*apply)(struct object_state *state, const struct operation *operation);
};

/* The caller begins an operation, and returns from it. */
unsigned history_call(unsigned kind, uint32_t argument);
void history_return(unsigned operation, uint32_t result);

/* All have returned.  The schedule fails if no order of them explains their results. */
void history_require_linear(const struct object *object);

/* For the next run. */
void history_forget(void);
