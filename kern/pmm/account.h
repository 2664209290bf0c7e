/* The arithmetic of quotas, free of locks, pointers to elsewhere and machine: what a limit of
 * pages is split into.  Everything else about quotas is in quota.c.
 *
 * Invariant: used + delegated <= limit, with no overflow; account_is_sound() states it. */
#pragma once

#include "lib/types.h"

struct account {
    uint32_t limit;                     /* pages that the holder and its children may have */
    uint32_t used;                      /* charged for pages held */
    uint32_t delegated;                 /* the sum of the children's limits */
};

static inline bool account_is_sound(const struct account *account)
{
    return account->used <= account->limit &&
           account->delegated <= account->limit - account->used;
}

/* What is neither used nor delegated.  The account must be sound. */
static inline uint32_t account_free(const struct account *account)
{
    return account->limit - account->used - account->delegated;
}

/* True, and `count` pages more are used; or false and nothing changed: too few are free. */
MUST_USE static inline bool account_charge(struct account *account, uint32_t count)
{
    if (count > account_free(account))
        return false;
    account->used += count;
    return true;
}

/* At least `count` pages must be used. */
static inline void account_uncharge(struct account *account, uint32_t count)
{
    account->used -= count;
}

/* True, and `count` pages more are delegated; or false and nothing changed. */
MUST_USE static inline bool account_delegate(struct account *account, uint32_t count)
{
    if (count > account_free(account))
        return false;
    account->delegated += count;
    return true;
}

/* A child's limit comes back.  At least `count` pages must be delegated. */
static inline void account_take_back(struct account *account, uint32_t count)
{
    account->delegated -= count;
}

/* A child's limit is from now on delegated by this account's own parent, in whose books it
 * already stands as a part of this account's limit.  At least `count` must be delegated. */
static inline void account_hand_up(struct account *account, uint32_t count)
{
    account->delegated -= count;
    account->limit -= count;
}
