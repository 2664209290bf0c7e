/* Quotas: who may hold how many pages.
 *
 * A quota's account changes only under its own lock, so a charge touches nothing that another
 * quota's charge touches: processes on different CPUs do not meet here.  Charge is test and
 * take in one critical section; there is no moment between "may I" and "I did" (a separate test
 * would let two CPUs both be told yes).
 *
 * Split and close change two accounts, one after the other, never holding both locks.  In between,
 * no holder can charge the pages concerned: delegated by the parent already, not yet (or no longer)
 * the child's.  So the sum that holders can charge is never more than there is. */
#include "pmm/pmm.h"

#include "lib/assert.h"
#include "pmm/refusal.h"
#include "pmm/share.h"

static const struct lock_class quota_class = LOCK_CLASS("pmm.quota", 1);

struct quota quota_root = { .lock = SPINLOCK_INITIALIZER(&quota_class) };

int quota_charge(struct quota *quota, uint32_t count)
{
    if (refusal_is_due())
        return E_EXCEEDS_QUOTA;
    spinlock_acquire(&quota->lock);
    bool charged = account_charge(&quota->account, count);
    spinlock_release(&quota->lock);
    return charged ? 0 : E_EXCEEDS_QUOTA;
}

void quota_uncharge(struct quota *quota, uint32_t count)
{
    spinlock_acquire(&quota->lock);
    KERN_ASSERT(quota->account.used >= count);
    account_uncharge(&quota->account, count);
    spinlock_release(&quota->lock);
}

/* The kernel's own threads stand above this. */
int quota_take_stack(struct quota *quota, uint32_t free)
{
    if (refusal_is_due())
        return E_EXCEEDS_QUOTA;
    spinlock_acquire(&quota->lock);
    bool allowed = quota == &quota_root ||
                   share_allows(quota->account.limit, quota_root.account.limit,
                                quota->stacks, free);
    quota->stacks += allowed;
    spinlock_release(&quota->lock);
    return allowed ? 0 : E_EXCEEDS_QUOTA;
}

void quota_give_stack(struct quota *quota)
{
    spinlock_acquire(&quota->lock);
    KERN_ASSERT(quota->stacks > 0);
    quota->stacks--;
    spinlock_release(&quota->lock);
}

int quota_split(struct quota *parent, struct quota *child, uint32_t limit)
{
    if (refusal_is_due())
        return E_EXCEEDS_QUOTA;
    spinlock_acquire(&parent->lock);
    bool delegated = account_delegate(&parent->account, limit);
    spinlock_release(&parent->lock);
    if (!delegated)
        return E_EXCEEDS_QUOTA;
    *child = (struct quota){
        .lock = SPINLOCK_INITIALIZER(&quota_class),
        .account = { .limit = limit },
        .parent = parent,
    };
    return 0;
}

void quota_close(struct quota *child)
{
    struct quota *parent = child->parent;

    spinlock_acquire(&child->lock);
    uint32_t limit = child->account.limit;
    KERN_ASSERT(parent && child->account.used == 0 && child->account.delegated == 0);
    KERN_ASSERT(child->stacks == 0);
    child->account.limit = 0;           /* a charge after this fails */
    child->parent = NULL;
    spinlock_release(&child->lock);

    spinlock_acquire(&parent->lock);
    KERN_ASSERT(parent->account.delegated >= limit);
    account_take_back(&parent->account, limit);
    spinlock_release(&parent->lock);
}

/* The grandparent's books do not change: the child's limit is a part of what it delegated to
 * the parent, and the parent's limit shrinks by just that. */
void quota_adopt(struct quota *child)
{
    struct quota *parent = child->parent;
    uint32_t limit = quota_account(child).limit;

    KERN_ASSERT(parent && parent->parent);
    spinlock_acquire(&parent->lock);
    KERN_ASSERT(parent->account.delegated >= limit);
    account_hand_up(&parent->account, limit);
    spinlock_release(&parent->lock);
    child->parent = parent->parent;
}

uint32_t quota_free(struct quota *quota)
{
    struct account account = quota_account(quota);

    return account_free(&account);
}

struct account quota_account(struct quota *quota)
{
    spinlock_acquire(&quota->lock);
    struct account account = quota->account;
    spinlock_release(&quota->lock);
    return account;
}
