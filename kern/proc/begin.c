/* How processes begin: what spawn (create.c) and fork (fork.c) have in common. */
#include "proc/proc_priv.h"

#include "ipc/ipc.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/trace.h"
#include "proc/container_priv.h"
#include "thread/affinity.h"
#include "thread/big_lock.h"

/* If those that were never used are enough, no other CPU's free slots are counted. */
static bool may_have_slot(struct container *container)
{
    return container_allows(container, process_slots - process_slots_used()) ||
           container_allows(container, process_slots_free());
}

/* The child counts from the moment when it is allowed, so that two callers cannot both be the
 * last one. */
static int reserve_child(struct process *parent)
{
    if (!may_have_slot(parent->container))
        return E_MAX_NUM_CHILDEN_REACHED;
    spinlock_acquire(&parent->lock);
    bool allowed = parent->child_count < MAX_CHILDREN;
    parent->child_count += allowed;
    spinlock_release(&parent->lock);
    return allowed ? 0 : E_MAX_NUM_CHILDEN_REACHED;
}

static void unreserve_child(struct process *parent)
{
    spinlock_acquire(&parent->lock);
    process_count_down(parent);
    spinlock_release(&parent->lock);
}

static int give_container(struct process *child, uint32_t quota)
{
    struct container *parent = process_current()->container;

    if (quota != QUOTA_OF_PARENT)
        return container_split(parent, quota, &child->container);
    container_join(parent);
    child->container = parent;
    return 0;
}

static int give_space(struct process *child, uint32_t quota)
{
    int error = give_container(child, quota);

    if (error)
        return error;
    error = space_create(&child->space, process_quota(child));
    if (error)
        container_leave(child->container);
    return error;
}

static void give_slot_back(struct process *child)
{
    process_slot_return(child);
    unreserve_child(process_current());
}

static void reset_slot(struct process *child, const struct process_start *start)
{
    KERN_ASSERT(child->pins == 0);
    thread_group_renew(&child->group);
    child->orphan = false;
    child->left = false;
    child->file = start->file;
    child->file_size = start->file_size;
    strlcpy(child->name, start->name, sizeof child->name);
}

int process_begin(const struct process_start *start, struct process **child)
{
    struct process *parent = process_current();
    int error = reserve_child(parent);

    if (error)
        return error;
    *child = process_slot_get();
    if (!*child) {
        unreserve_child(parent);
        return E_INVAL_CHILD_ID;
    }
    reset_slot(*child, start);
    error = give_space(*child, start->quota);
    if (error)
        give_slot_back(*child);
    return error;
}

void process_abandon(struct process *child)
{
    space_destroy(&child->space);
    container_leave(child->container);
    give_slot_back(child);
}

int process_make_thread(struct process *child, unsigned cpu, struct thread **thread)
{
    bool by_program = process_current() != ROOT_PROCESS;
    const struct thread_config config = {
        .name = child->name,
        .start = process_enter_user,
        .cpu = cpu,
        .affinity = by_program ? affinity_of(thread_current()) : 0,
        .quota = process_quota(child),
        .process = child,
        .space = &child->space,
        .env = child->env,
    };

    return thread_create(&config, thread);
}

void process_enter_user(void *unused)
{
    (void)unused;
    intr_local_disable();
    proc_handle_pending();
    big_lock_leave();
    enter_user(thread_user_frame(thread_current()));
}

/* Readers of envs[] know a process by its id, which therefore is written last. */
static void show_child(struct process *child, const struct process *parent)
{
    struct Env *env = child->env;

    *env = (struct Env){ .id = env->id, .parent_id = parent->id, .status = ENV_NOT_RUNNABLE };
    __atomic_store_n(&env->id, child->id, __ATOMIC_RELEASE);
}

static void add_child(struct process *parent, struct process *child)
{
    spinlock_expect_held(&parent->lock);
    show_child(child, parent);
    child->state = PROCESS_ALIVE;
    list_append(&parent->children, &child->sibling);
    __atomic_store_n(&child->parent, parent, __ATOMIC_RELEASE);
    endpoint_open(process_endpoint(child), child->id);
}

/* A process that is ending starts nothing.  The job is looked at first: if a pass over it has just
 * ended, it has marked the parent before (job.c). */
static bool must_end(const struct process *child, struct process *parent)
{
    return job_is_ending(child) ||
           (parent != ROOT_PROCESS && thread_group_is_ending(&parent->group));
}

pid_t process_publish(struct process *child, struct thread *thread)
{
    struct process *parent = process_current();

    buffer_inherit(&child->group);
    spinlock_acquire(&parent->lock);
    pid_t pid = child->id;
    trace_note(TRACE_PROCESS, (uintptr_t)pid, (uintptr_t)parent->id);
    job_join(child, parent);
    add_child(parent, child);
    bool more = must_end(child, parent) &&      /* before it runs, and starts others */
                thread_group_end(&child->group, STATUS_KILLED);
    KERN_ASSERT(!more);                 /* it has one thread */
    if (thread)
        thread_start(thread);
    spinlock_release(&parent->lock);
    return pid;
}
