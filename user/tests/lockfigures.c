/* What the kernel counts of its locks (lock_info): exactly what this program does alone, and that
 * two who want one lock have to wait.  A machine that was booted without the option lockstat
 * tells nothing. */
#include "check.h"
#include "info.h"
#include "proc.h"
#include "string.h"
#include "thread.h"

#define BUFFER  7
#define ROUNDS  1000

static bool enough;                     /* [a] */

/* False if nothing was counted of that class. */
static bool find(const char *name, struct lock_info *info)
{
    unsigned number = 0;

    while (sys_lock_info(&number, info) == 0)
        if (strcmp(info->name, name) == 0)
            return true;
    return false;
}

/* "function (FILE:LINE)" */
static bool is_in(const char *place, const char *path)
{
    const char *begin = strchr(place, '(');

    return begin != NULL && strncmp(begin + 1, path, strlen(path)) == 0;
}

static void use_buffer(unsigned rounds)
{
    uint32_t item;

    for (unsigned i = 0; i < rounds; i++) {
        CHECK_EQ(sys_produce(BUFFER, i), 0);
        CHECK_EQ(sys_consume(BUFFER, &item), 0);
    }
}

/* Nobody else uses the buffers.  Each call takes the buffer's lock once. */
static void check_counts(void)
{
    struct lock_info before, after;

    use_buffer(1);
    CHECK(find("ipc.buffer", &before));
    use_buffer(ROUNDS);
    CHECK(find("ipc.buffer", &after));
    CHECK_EQ(after.taken - before.taken, 2 * ROUNDS);
    CHECK_EQ(after.contended - before.contended, 0);
    CHECK_EQ(after.turns - before.turns, 0);
    CHECK(after.longest_hold > 0 && after.longest_hold >= before.longest_hold);
    CHECK(is_in(after.held_at, "kern/ipc/buffer.c:"));
}

static void *use_buffer_meanwhile(void *unused)
{
    (void)unused;
    while (!__atomic_load_n(&enough, __ATOMIC_RELAXED))
        use_buffer(1);
    return NULL;
}

/* Two threads on two CPUs, until one had to wait for the other. */
static void check_contention(void)
{
    struct lock_info before, after;
    struct thread *other;

    CHECK(find("ipc.buffer", &before));
    CHECK_EQ(thread_create(&other, use_buffer_meanwhile, NULL), 0);
    do {
        use_buffer(ROUNDS);
        CHECK(find("ipc.buffer", &after));
    } while (after.contended == before.contended);
    __atomic_store_n(&enough, true, __ATOMIC_RELAXED);
    thread_join(other);
    CHECK(after.longest_wait > 0);
    /* A sum that went down is far above. */
    CHECK(after.turns - before.turns <= UINT32_MAX);
    CHECK(after.contended - before.contended <= UINT32_MAX);
    CHECK(is_in(after.waited_at, "kern/ipc/buffer.c:"));
}

int main(void)
{
    struct lock_info any;
    unsigned number = 0;

    if (sys_lock_info(&number, &any) != 0) {
        CHECK_EQ(sys_lock_info(&number, &any), E_NOT_FOUND);
        CHECK_EQ(number, 0);
        return check_result();
    }
    check_counts();
    if (cpu_count() > 1)
        check_contention();
    return check_result();
}
