/* How processes end: exit, wait, orphans, and the reaper.
 *
 * The states of a process change under its parent's lock: ALIVE to ZOMBIE by its own exit, ZOMBIE
 * to REAPED by the thread that waited for it, or by a parent that exits without that; an orphan
 * becomes REAPED at once.  The thread that made it REAPED frees it, or leaves that to the reaper.
 * So exit, wait and kill cannot disturb each other: a kill touches the process under that lock and
 * only before the process is REAPED; it is freed only after that.
 *
 * Of several threads, the first that exits, or the kill or fault that comes first, decides
 * about the status and ends the group: the others exit when they would return to user mode
 * next, or when they wait.  Each leaves the address space and then the group.  The process is
 * taken apart when its threads have left and no thread of another process works in its space: by
 * its last thread, or by the last of those (pin.c).
 *
 * When its parent exits, a process changes its parent: under the locks of the old and the new
 * one, and of lineage.  A thread that holds one of these locks sees the tree stand still there.
 * SUBTLE: space-first, stopped-child */
#include "proc/proc_priv.h"

#include "ipc/ipc.h"
#include "lib/assert.h"
#include "pcpu/trace.h"
#include "proc/container_priv.h"

static const struct lock_class lineage_class = LOCK_CLASS("proc.lineage", 3);
static const struct lock_class reaper_class = LOCK_CLASS("proc.reaper", 1);

struct spinlock process_lineage = SPINLOCK_INITIALIZER(&lineage_class);

/* --- freeing ------------------------------------------------------------------------------ */

/* Frees a process that the caller has made REAPED.  Threads may still be on their way out, and
 * their stacks charged: it waits for that. */
HANDS_OVER
static void reap_process(struct process *process)
{
    thread_group_await(&process->group);
    container_leave(process->container);
    struct process *parent = process_lock_parent(process);
    list_remove(&process->sibling);
    process->state = PROCESS_FREE;
    __atomic_store_n(&process->parent, NULL, __ATOMIC_RELAXED);
    spinlock_release(&parent->lock);
    process_slot_put(process);
}

/* The reaper frees orphans that have exited.  [r] lock */
static struct {
    struct spinlock  lock;
    struct list      exited;            /* [r] REAPED processes */
    struct condition nonempty;          /* [r] */
} reaper = {
    .lock = SPINLOCK_INITIALIZER(&reaper_class),
    .exited = LIST_INITIALIZER(reaper.exited),
    .nonempty = CONDITION_INITIALIZER(reaper.nonempty, "orphans"),
};

static void reaper_add(struct process *process)
{
    spinlock_acquire(&reaper.lock);
    list_append(&reaper.exited, &process->exited);
    condition_signal(&reaper.nonempty, &reaper.lock);
    spinlock_release(&reaper.lock);
}

static struct process *reaper_take(void)
{
    spinlock_acquire(&reaper.lock);
    while (list_is_empty(&reaper.exited))
        condition_wait_uninterruptible(&reaper.nonempty, &reaper.lock);
    struct list_node *node = list_pop_first(&reaper.exited);
    spinlock_release(&reaper.lock);
    return LIST_ENTRY(node, struct process, exited);
}

NORETURN static void reaper_run(void *unused)
{
    (void)unused;
    for (;;)
        reap_process(reaper_take());
}

void reaper_init(void)
{
    struct thread *thread;
    const struct thread_config config = {
        .name = "reaper", .start = reaper_run, .cpu = 0, .quota = &quota_root,
    };

    if (thread_spawn(&config, &thread))
        KERN_PANIC("no memory for the reaper");
}

/* --- exit --------------------------------------------------------------------------------- */

static bool has_children(struct process *process)
{
    spinlock_acquire(&process->lock);
    bool has = !list_is_empty(&process->children);
    spinlock_release(&process->lock);
    return has;
}

/* The first child of `process` becomes a child of its parent, and an orphan; if it was stopped, it
 * ends.  But nothing happens before all its threads are told of that.  Both are locked,
 * and lineage.  Returns it if it is left to the caller to have it freed, else NULL. */
static struct process *hand_up_first(struct process *process, struct process *parent)
{
    spinlock_expect_held(&process_lineage);
    spinlock_expect_held(&process->lock);
    spinlock_expect_held(&parent->lock);
    struct process *child = LIST_ENTRY(list_first(&process->children), struct process, sibling);
    bool was_zombie = child->state == PROCESS_ZOMBIE;

    if (thread_group_end_stopped(&child->group, STATUS_KILLED))
        return NULL;
    if (was_zombie) {
        list_remove(&child->exited);
        child->state = PROCESS_REAPED;
    }
    if (!child->orphan && (was_zombie || child->state == PROCESS_ALIVE))
        process->child_count--;
    child->orphan = true;
    list_remove(&child->sibling);
    list_append(&parent->children, &child->sibling);
    __atomic_store_n(&child->parent, parent, __ATOMIC_RELEASE);
    __atomic_store_n(&child->env->parent_id, parent->id, __ATOMIC_RELAXED);
    return was_zombie ? child : NULL;
}

/* One child at a time, and a few of its threads, so that no lock is held for long. */
HANDS_OVER
static void hand_up_children(struct process *process)
{
    while (has_children(process)) {
        struct process *exited = NULL;

        spinlock_acquire(&process_lineage);
        struct process *parent = process_lock_parent(process);
        spinlock_acquire_nested(&process->lock);
        if (!list_is_empty(&process->children))
            exited = hand_up_first(process, parent);
        spinlock_release(&process->lock);
        spinlock_release(&parent->lock);
        spinlock_release(&process_lineage);
        if (exited)
            reaper_add(exited);
    }
}

/* From here on its parent sees that it has exited. */
HANDS_OVER
static void publish_exit(struct process *process)
{
    struct process *parent = process_lock_parent(process);
    bool orphan = process->orphan;

    process->status = process->group.status;      /* settled, since its group is ending */
    trace_note(TRACE_EXIT, (uintptr_t)process->id, process->status);
    __atomic_store_n(&process->env->status, ENV_FREE, __ATOMIC_RELAXED);
    if (orphan) {
        process->state = PROCESS_REAPED;
    } else {
        process->state = PROCESS_ZOMBIE;
        list_append(&parent->zombies, &process->exited);
        condition_broadcast(&parent->child_exited, &parent->lock);
    }
    spinlock_release(&parent->lock);
    if (orphan)
        reaper_add(process);
}

void process_take_apart(struct process *process)
{
    space_destroy(&process->space);
    buffer_leave(&process->group);
    hand_up_children(process);
    publish_exit(process);
}

/* From here on no thread can pin it.  True if none has. */
HANDS_OVER
static bool mark_left(struct process *process)
{
    struct process *parent = process_lock_parent(process);

    process->left = true;
    bool is_unpinned = process->pins == 0;
    spinlock_release(&parent->lock);
    return is_unpinned;
}

/* A process that is pinned is taken apart by the thread that unpins it.  It is not freed
 * before this thread is gone (thread_group_await). */
void proc_exit_thread(void)
{
    struct process *process = process_current();

    thread_set_space(NULL);             /* leave the space before it goes */
    if (thread_group_leave(&process->group)) {
        endpoint_close(process_endpoint(process));
        if (mark_left(process))
            process_take_apart(process);
    }
    thread_exit();
}

void proc_exit(uint32_t status)
{
    struct process *process = process_current();

    KERN_ASSERT(process != ROOT_PROCESS);
    while (thread_group_end(&process->group, status))
        continue;
    proc_exit_thread();
}

void proc_handle_pending(void)
{
    while (thread_has_pending()) {
        if (thread_is_killed(thread_current())) {
            intr_local_enable();
            proc_exit(STATUS_KILLED);
        }
        thread_group_park();
    }
}

/* --- wait --------------------------------------------------------------------------------- */

void process_count_down(struct process *parent)
{
    spinlock_expect_held(&parent->lock);
    parent->child_count--;
    condition_broadcast(&parent->child_exited, &parent->lock);
}

/* The child to be waited for, if it has exited, else NULL; or there is none to wait for. */
static int choose_child(struct process *self, pid_t pid, struct process **child)
{
    spinlock_expect_held(&self->lock);
    *child = NULL;
    if (pid == WAIT_ANY) {
        struct list_node *node = list_first(&self->zombies);
        if (node)
            *child = LIST_ENTRY(node, struct process, exited);
        return self->child_count > 0 ? 0 : E_NO_CHILD;
    }
    struct process *named = process_slot(pid);
    if (__atomic_load_n(&named->parent, __ATOMIC_RELAXED) != self || !process_is(named, pid) ||
        named->orphan)
        return E_INVAL_PID;
    if (named->state == PROCESS_ZOMBIE)
        *child = named;
    return 0;
}

/* Waits for a child and makes it REAPED: from then on only the caller uses it. */
static int take_child(struct process *self, pid_t pid, struct process **child)
{
    spinlock_acquire(&self->lock);
    int error = choose_child(self, pid, child);
    while (!error && !*child) {
        error = condition_wait(&self->child_exited, &self->lock);
        if (!error)
            error = choose_child(self, pid, child);
    }
    if (!error) {
        (*child)->state = PROCESS_REAPED;
        list_remove(&(*child)->exited);
        process_count_down(self);
    }
    spinlock_release(&self->lock);
    return error;
}

int proc_wait(pid_t pid, pid_t *child_id, uint32_t *status)
{
    struct process *child;
    int error = take_child(process_current(), pid, &child);

    if (error)
        return error;
    *child_id = child->id;
    *status = child->status;
    reap_process(child);
    return 0;
}
