/* The threads of one process: they end together, stop together, and leave nothing behind. */
#include "items.h"

#include "abi/error.h"
#include "abi/syscall.h"
#include "ipc/ipc.h"
#include "thread/group.h"

static struct thread_group group;
static unsigned ended;

static void leave(void)
{
    bool last = thread_group_leave(&group);

    (void)last;
    __atomic_fetch_add(&ended, 1, __ATOMIC_RELAXED);
}

/* A member that makes one call after the other. */
static void take_in_user_mode(void *unused)
{
    int error = 0;

    (void)unused;
    while (!error && !thread_is_killed(thread_current()))
        error = take_item();
    leave();
}

static struct thread *create_member(unsigned cpu, void (*function)(void *))
{
    const struct thread_config config = {
        .name = "member", .start = function, .cpu = cpu, .quota = &quota_root,
    };
    struct thread *thread;
    int error = thread_create(&config, &thread);

    REQUIRE(!error);
    return thread;
}

static void add_member(unsigned cpu, void (*function)(void *))
{
    struct thread *thread = create_member(cpu, function);
    int error = thread_group_add(&group, thread);

    REQUIRE(!error);
    thread_start(thread);
}

static void make_group(unsigned cpu, void (*function)(void *))
{
    thread_group_init(&group);
    thread_group_renew(&group);
    add_member(cpu, function);
    add_member(cpu, function);
}

/* --- the end ------------------------------------------------------------------------------ */

static uint32_t free_before;            /* pages, without the group */

static void end_and_await(void *unused)
{
    (void)unused;
    while (thread_group_end(&group, 7)) {}
    thread_group_await(&group);
    REQUIRE(ended == 2 && group.status == 7 && quota_free(&quota_root) == free_before);
}

static void begin_end(void)
{
    play("ender", 1, end_and_await, NULL);
    free_before = quota_free(&quota_root);
    make_group(0, take_in_user_mode);
}

SCENARIO(group_end, .begin = begin_end);

/* --- a thread joins while the group ends -------------------------------------------------- */

static bool refused;

static void join_late(void *unused)
{
    struct thread *thread = create_member(0, take_in_user_mode);

    (void)unused;
    refused = thread_group_add(&group, thread) == E_KILLED;
    if (refused)
        thread_free(thread);
    else
        thread_start(thread);
}

static void end_it(void *unused)
{
    (void)unused;
    while (thread_group_end(&group, 7)) {}
}

static void begin_join_end(void)
{
    thread_group_init(&group);
    thread_group_renew(&group);
    add_member(0, take_in_user_mode);
    play("ender", 1, end_it, NULL);
    play("joiner", 0, join_late, NULL);
}

static void end_join_end(void)
{
    REQUIRE(group.count == 0 && ended == (refused ? 1 : 2));
}

SCENARIO(group_join_end, .begin = begin_join_end, .end = end_join_end);

/* --- stop and resume ---------------------------------------------------------------------- */

static void tell_rest(void)
{
    uint32_t order = thread_group_last_order(&group);

    while (thread_group_tell(&group, order)) {}
}

/* The group has ended if both have left. */
static void stop_and_resume(void *unused)
{
    int error = thread_group_stop(&group);

    (void)unused;
    REQUIRE(!error || error == E_KILLED);
    tell_rest();
    error = thread_group_resume(&group);
    REQUIRE(!error || error == E_KILLED);
    tell_rest();
}

/* On its way to user mode a member handles what is pending. */
static void stop_if_told(void *unused)
{
    (void)unused;
    thread_yield();
    if (thread_has_pending())
        thread_group_park();
    leave();
}

static void begin_stop(void)
{
    make_group(0, stop_if_told);
    play("boss", 1, stop_and_resume, NULL);
}

static void end_stop(void)
{
    REQUIRE(group.count == 0 && ended == 2 && group.parked == 0);
}

SCENARIO(group_stop, .begin = begin_stop, .end = end_stop);

/* --- each thread keeps a buffer, and only one more may be kept ---------------------------- */

static unsigned too_many;

static void keep_one(void *unused)
{
    int error = buffer_keep(FIRST_KEEPABLE_BUFFER + thread_current()->number);

    (void)unused;
    REQUIRE(!error || error == E_EXCEEDS_QUOTA);
    __atomic_fetch_add(&too_many, error != 0, __ATOMIC_RELAXED);
    leave();
}

static void begin_keep(void)
{
    make_group(CPU_ANY, keep_one);
    group.buffers = 7u << (NUM_BUFFERS - 3);
}

static void end_keep(void)
{
    REQUIRE(too_many == 1 && __builtin_popcount(group.buffers) == KEPT_BUFFERS_MAX);
}

SCENARIO(group_keeps, .begin = begin_keep, .end = end_keep);
