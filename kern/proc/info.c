/* Looking at the process table. */
#include "proc/proc_priv.h"

#include "lib/string.h"
#include "pmm/pmm.h"

/* The parent is locked. */
static void describe_process(struct process *process, struct process *parent,
                             struct process_info *info)
{
    const struct account quota = quota_account(process_quota(process));

    info->id = process->id;
    info->parent = parent->id;
    info->limit = quota.limit;
    info->used = quota.used;
    info->delegated = quota.delegated;
    strlcpy(info->name, process->name, sizeof info->name);
    if (process->state == PROCESS_ZOMBIE)
        info->state = INFO_EXITED;
}

/* False if there is none of that id.  Its parent is locked only while a few of its threads are
 * looked at. */
HANDS_OVER
static bool look_at_process(pid_t pid, struct process_info *info)
{
    uint32_t ticket = 0;
    bool done = false;

    memset(info, 0, sizeof *info);
    while (!done) {
        struct process *parent, *process = process_find(pid, &parent);
        if (!process)
            return false;
        done = thread_group_look(&process->group, &ticket, info);
        if (done)
            describe_process(process, parent, info);
        spinlock_release(&parent->lock);
    }
    return true;
}

bool proc_info_next(unsigned *slot, struct process_info *info)
{
    while (*slot < process_slots_used())
        if (look_at_process(__atomic_load_n(&processes[(*slot)++].id, __ATOMIC_RELAXED), info))
            return true;
    return false;
}

bool proc_find_symbol(uaddr_t address, struct elf_symbol *symbol)
{
    return proc_find_symbol_of(process_current()->id, address, symbol);
}

HANDS_OVER
bool proc_find_symbol_of(pid_t pid, uaddr_t address, struct elf_symbol *symbol)
{
    struct process *parent, *process = process_find(pid, &parent);

    if (!process)
        return false;
    const void *file = process->file;
    size_t size = process->file_size;
    spinlock_release(&parent->lock);
    return file && elf_find_symbol(file, size, address, symbol);
}

/* The process is there as long as its parent is locked, and its space until it has left it.  Its
 * other threads may change what is mapped, so what is read may be of a page that it had. */
static bool read_word(struct space *space, uaddr_t address, uint32_t *word)
{
    paddr_t page;
    uint32_t perm;

    if (address % sizeof *word != 0 ||
        space_lookup(space, ROUND_DOWN(address, PAGE_SIZE), &page, &perm))
        return false;
    *word = *(const uint32_t *)((const char *)page_pointer(page) + address % PAGE_SIZE);
    return true;
}

static unsigned walk_frames(struct space *space, uaddr_t ebp, uaddr_t *addresses, unsigned most)
{
    unsigned depth = 0;
    uaddr_t caller;

    while (depth < most && read_word(space, ebp, &caller) &&
           read_word(space, ebp + sizeof ebp, &addresses[depth]) && addresses[depth] != 0) {
        depth++;
        if (caller <= ebp)
            break;
        ebp = caller;
    }
    return depth;
}

/* The space of a process, whose parent is then locked; or NULL, and nothing locked. */
HANDS_OVER
static struct space *lock_space(pid_t pid, struct process **parent)
{
    struct process *process = process_find(pid, parent);

    if (process && process->state == PROCESS_ALIVE && !process->left)
        return &process->space;
    if (process)
        spinlock_release(&(*parent)->lock);
    return NULL;
}

HANDS_OVER
unsigned proc_walk_stack(pid_t pid, uaddr_t ebp, uaddr_t *addresses, unsigned most)
{
    struct process *parent;
    struct space *space = lock_space(pid, &parent);

    if (!space)
        return 0;
    unsigned depth = walk_frames(space, ebp, addresses, most);
    spinlock_release(&parent->lock);
    return depth;
}

HANDS_OVER
bool proc_read_word(pid_t pid, uaddr_t address, uint32_t *word)
{
    struct process *parent;
    struct space *space = lock_space(pid, &parent);

    if (!space)
        return false;
    bool is_there = read_word(space, address, word);
    spinlock_release(&parent->lock);
    return is_there;
}

unsigned proc_limit(void)
{
    return process_slots - 1;
}

unsigned proc_count(void)
{
    unsigned count = 0;

    for (unsigned slot = 1; slot < process_slots_used(); slot++)
        count += __atomic_load_n(&processes[slot].parent, __ATOMIC_RELAXED) != NULL;
    return count;
}
