/* What xv6's programs do with processes (user.h). */
#include "user.h"

#include "xv6_priv.h"

#undef fork                             /* here it is the library's own */

#include "env.h"
#include "syscall.h"

/* --- fork --------------------------------------------------------------------------------- */

static struct xv6_process *free_slot(void)
{
    for (unsigned tries = 0; tries < 2; tries++) {
        for (unsigned i = 0; i < NPROC; i++)
            if (family->processes[i].pid == 0)
                return &family->processes[i];
        xv6_tidy();
    }
    return NULL;
}

/* It has its descriptors before it is there.  What its parent holds is counted already. */
static struct xv6_process *make_child(const struct xv6_process *self)
{
    struct xv6_process *child = free_slot();
    struct xv6_process made = *self;

    if (!child)
        return NULL;
    made.parent = self->pid;
    made.pid = 0;
    *child = made;
    __atomic_store_n(&child->pid, xv6_making(self->pid), __ATOMIC_SEQ_CST);
    return child;
}

/* The child may have written its id itself already, and even have ended; but only its parent frees
 * the slot. */
static void settle_child(struct xv6_process *child, int pid)
{
    xv6_enter();
    if (pid < 0)
        memset(child->descriptors, 0, sizeof child->descriptors);
    __atomic_store_n(&child->pid, (uint32_t)MAX(pid, 0), __ATOMIC_SEQ_CST);
    xv6_leave();
}

int xv6_fork(void)
{
    struct xv6_process *self = xv6_enter(), *child = make_child(self);
    uint32_t parent = self->pid;

    xv6_leave();
    if (!child)
        return -1;
    int pid = fork();
    if (pid == 0)
        xv6_become(child, parent);
    else
        settle_child(child, pid);
    return pid < 0 ? -1 : pid;
}

/* --- the end ------------------------------------------------------------------------------ */

void xv6_exit(void)
{
    xv6_end(xv6_enter());
}

/* A child that has ended, or is about to, so that there is little to wait for.  *found: there is
 * one at all. */
static struct xv6_process *ended_child(const struct xv6_process *self, bool *found)
{
    *found = false;
    for (unsigned i = 0; i < NPROC; i++) {
        struct xv6_process *child = &family->processes[i];
        if (child->pid == 0 || child->parent != self->pid)
            continue;
        *found = true;
        if (child->leaving || child->killed || !xv6_is_alive(child->pid))
            return child;
    }
    return NULL;
}

/* Nobody but its parent frees the slot.  It may have had no time to close its descriptors. */
static int reap_child(struct xv6_process *child)
{
    int pid = (int)child->pid, ended, status;

    xv6_leave();
    if (child->killed)
        sys_kill(pid);
    sys_wait(pid, &ended, &status);
    xv6_enter();
    memset(child->descriptors, 0, sizeof child->descriptors);
    child->pid = 0;
    xv6_recount();
    xv6_leave();
    return pid;
}

int xv6_wait(void)
{
    const struct xv6_process *self = xv6_enter();
    bool found;
    struct xv6_process *child = ended_child(self, &found);

    while (!child && found) {
        xv6_await(&family->events);
        child = ended_child(self, &found);
    }
    if (child)
        return reap_child(child);
    xv6_leave();
    return -1;
}

/* True: it is one of the family. */
static bool mark_killed(int pid)
{
    bool found = false;

    for (unsigned i = 0; i < NPROC; i++) {
        struct xv6_process *process = &family->processes[i];
        if (process->pid != (uint32_t)pid)
            continue;
        found = true;
        xv6_announce(&process->killed);
    }
    if (found)
        xv6_announce(&family->events);
    return found;
}

/* An ancestor may end a process whatever it does; of others the family tells it, and its ancestors
 * that wait. */
int xv6_kill(int pid)
{
    if (pid <= 0)
        return -1;
    xv6_enter();
    bool found = mark_killed(pid);
    xv6_leave();
    return sys_kill(pid) == 0 || found ? 0 : -1;
}

/* --- the rest ----------------------------------------------------------------------------- */

char *xv6_sbrk(int bytes)
{
    void *before;

    return sys_sbrk(bytes, &before) == 0 ? before : (char *)-1;
}

static uint64_t microseconds(void)
{
    uint64_t now = 0;

    sys_time(&now);
    return now;
}

/* A kill ends it. */
int xv6_sleep(int ticks)
{
    const struct xv6_process *self = xv6_enter();
    uint64_t now = microseconds(), end = now + (uint64_t)MAX(ticks, 0) * TICK_US;

    xv6_leave();
    for (; now < end; now = microseconds()) {
        sys_futex_wait(&self->killed, 0, (unsigned)MIN(end - now, (uint64_t)UINT32_MAX));
        xv6_enter();
        xv6_leave();
    }
    return 0;
}

int xv6_uptime(void)
{
    return (int)(microseconds() / TICK_US);
}
