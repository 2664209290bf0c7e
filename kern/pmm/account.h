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

/*@ predicate sound(struct account *account) =
      account->used + account->delegated <= account->limit;
    logic integer free_in(struct account *account) =
      account->limit - account->used - account->delegated; */

/*@ requires \valid_read(account);
    assigns \nothing;
    ensures \result <==> sound(account); */
static inline bool account_is_sound(const struct account *account)
{
    return account->used <= account->limit &&
           account->delegated <= account->limit - account->used;
}

/* What is neither used nor delegated.  The account must be sound. */
/*@ requires \valid_read(account) && sound(account);
    assigns \nothing;
    ensures \result == free_in(account); */
static inline uint32_t account_free(const struct account *account)
{
    return account->limit - account->used - account->delegated;
}

/* True, and `count` pages more are used; or false and nothing changed: too few are free. */
/*@ requires \valid(account) && sound(account);
    assigns account->used;
    ensures sound(account);
    ensures \result <==> count <= \old(free_in(account));
    ensures account->used == \old(account->used) + (\result ? count : 0); */
MUST_USE static inline bool account_charge(struct account *account, uint32_t count)
{
    if (count > account_free(account))
        return false;
    account->used += count;
    return true;
}

/* At least `count` pages must be used. */
/*@ requires \valid(account) && sound(account) && count <= account->used;
    assigns account->used;
    ensures sound(account) && account->used == \old(account->used) - count; */
static inline void account_uncharge(struct account *account, uint32_t count)
{
    account->used -= count;
}

/* True, and `count` pages more are delegated; or false and nothing changed. */
/*@ requires \valid(account) && sound(account);
    assigns account->delegated;
    ensures sound(account);
    ensures \result <==> count <= \old(free_in(account));
    ensures account->delegated == \old(account->delegated) + (\result ? count : 0); */
MUST_USE static inline bool account_delegate(struct account *account, uint32_t count)
{
    if (count > account_free(account))
        return false;
    account->delegated += count;
    return true;
}

/* A child's limit comes back.  At least `count` pages must be delegated. */
/*@ requires \valid(account) && sound(account) && count <= account->delegated;
    assigns account->delegated;
    ensures sound(account) && account->delegated == \old(account->delegated) - count; */
static inline void account_take_back(struct account *account, uint32_t count)
{
    account->delegated -= count;
}

/* A child's limit is from now on delegated by this account's own parent, in whose books it
 * already stands as a part of this account's limit.  At least `count` must be delegated. */
/*@ requires \valid(account) && sound(account) && count <= account->delegated;
    assigns account->delegated, account->limit;
    ensures sound(account) && free_in(account) == \old(free_in(account)); */
static inline void account_hand_up(struct account *account, uint32_t count)
{
    account->delegated -= count;
    account->limit -= count;
}
