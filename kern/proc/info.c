/* Looking at the process table. */
#include "proc/proc_priv.h"

#include "lib/string.h"

/* Locks the parent of the process in this slot, if the slot is in use: process_find() by the id
 * that the process has at the moment. */
static struct process *lock_slot(unsigned slot, struct process **parent)
{
    return process_find(__atomic_load_n(&processes[slot].id, __ATOMIC_RELAXED), parent);
}

/* The parent is locked. */
static void describe_process(struct process *process, struct process *parent,
                     struct process_info *info)
{
    const struct account quota = quota_account(process_quota(process));

    memset(info, 0, sizeof *info);
    info->id = process->id;
    info->parent = parent->id;
    info->limit = quota.limit;
    info->used = quota.used;
    info->delegated = quota.delegated;
    strlcpy(info->name, process->name, sizeof info->name);
    thread_group_look(&process->group, info);
    if (process->state == PROCESS_ZOMBIE)
        info->state = INFO_EXITED;
}

HANDS_OVER
bool proc_next(unsigned *slot, struct process_info *info)
{
    struct process *process = NULL, *parent;

    while (!process && *slot < process_slots_used())
        process = lock_slot((*slot)++, &parent);
    if (!process)
        return false;
    describe_process(process, parent, info);
    spinlock_release(&parent->lock);
    return true;
}

bool proc_find_symbol(uaddr_t address, struct elf_symbol *symbol)
{
    const struct process *process = process_current();

    return process->file && elf_find_symbol(process->file, process->file_size, address, symbol);
}

unsigned proc_count(void)
{
    unsigned count = 0;

    for (unsigned slot = 1; slot < process_slots_used(); slot++)
        count += __atomic_load_n(&processes[slot].parent, __ATOMIC_RELAXED) != NULL;
    return count;
}
