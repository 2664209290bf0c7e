/* Tests of bounded buffers: order, capacity, errors, many threads at once, fairness. */
#include "ipc/buffer_priv.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

KTEST(ipc, ring)
{
    static struct ring ring;
    uint32_t next_in = 0, next_out = 0;

    for (unsigned capacity = 1; capacity <= RING_MAX; capacity++) {
        ring_init(&ring, capacity);
        EXPECT(ring_is_empty(&ring));
        for (unsigned step = 0; step < 3; step++) {     /* the head starts elsewhere */
            while (!ring_is_full(&ring)) {
                ring_put(&ring, next_in++);
                EXPECT(ring_is_sound(&ring));
            }
            EXPECT_EQ(ring.count, capacity);
            while (ring.count > step % capacity) {
                EXPECT_EQ(ring_get(&ring), next_out++);
                EXPECT(ring_is_sound(&ring));
            }
        }
        next_out = next_in;
    }
}

KTEST(ipc, ring_is_unsound_if_one_number_is_wrong)
{
    static const struct ring wrong[] = {
        { .capacity = 0 }, { .capacity = RING_MAX + 1 },
        { .capacity = 2, .head = 2 }, { .capacity = 2, .count = 3 },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
        EXPECT(!ring_is_sound(&wrong[i]));
}

/* Every call refuses an id that no buffer has, and writes nothing. */
KTEST(ipc, buffer_id_out_of_range)
{
    static const unsigned ids[] = { NUM_BUFFERS, UINT32_MAX };
    struct buffer_statistics statistics;

    for (unsigned i = 0; i < ARRAY_SIZE(ids); i++) {
        uint32_t item = 77;
        unsigned count = 78;
        EXPECT_EQ(buffer_produce(ids[i], 1), E_INVAL_BUFFER);
        EXPECT_EQ(buffer_consume(ids[i], &item), E_INVAL_BUFFER);
        EXPECT_EQ(item, 77);
        EXPECT_EQ(buffer_configure(ids[i], 1), E_INVAL_BUFFER);
        EXPECT_EQ(buffer_statistics(ids[i], &statistics), E_INVAL_BUFFER);
        EXPECT_EQ(buffer_empty(ids[i], &count), E_INVAL_BUFFER);
        EXPECT_EQ(count, 78);
    }
}

static unsigned capacity_of(unsigned id)
{
    struct buffer_statistics statistics = { 0 };

    EXPECT_EQ(buffer_statistics(id, &statistics), 0);
    return statistics.capacity;
}

/* A capacity out of range is refused, and the buffer keeps the one that it has. */
KTEST(ipc, buffer_capacity_out_of_range)
{
    static const unsigned capacities[] = { 0, BUFFER_CAPACITY_MAX + 1, UINT32_MAX };

    for (unsigned i = 0; i < ARRAY_SIZE(capacities); i++) {
        EXPECT_EQ(buffer_configure(3, capacities[i]), E_INVAL_ARG);
        EXPECT_EQ(capacity_of(3), BUFFER_CAPACITY_DEFAULT);
    }
}

/* A buffer that holds an item keeps its capacity, and the item. */
KTEST(ipc, buffer_in_use_is_not_configured)
{
    uint32_t item;

    EXPECT_EQ(buffer_produce(3, 5), 0);
    EXPECT_EQ(buffer_configure(3, 4), E_BUSY);
    EXPECT_EQ(capacity_of(3), BUFFER_CAPACITY_DEFAULT);
    EXPECT_EQ(buffer_consume(3, &item), 0);
    EXPECT_EQ(item, 5);
}

/* One thread alone: first in, first out at every capacity, and the figures are right. */
KTEST(ipc, buffer_fifo)
{
    for (unsigned capacity = 1; capacity <= BUFFER_CAPACITY_MAX; capacity++) {
        struct buffer_statistics statistics;
        uint32_t item;

        EXPECT_EQ(buffer_configure(0, capacity), 0);
        for (unsigned round = 0; round < 2; round++) {
            for (unsigned i = 0; i < capacity; i++)
                EXPECT_EQ(buffer_produce(0, round * 1000 + i), 0);
            for (unsigned i = 0; i < capacity; i++) {
                EXPECT_EQ(buffer_consume(0, &item), 0);
                EXPECT_EQ(item, round * 1000 + i);
            }
        }
        EXPECT_EQ(buffer_statistics(0, &statistics), 0);
        EXPECT_EQ(statistics.deepest, capacity);
        EXPECT_EQ(statistics.in, 2 * capacity);
        EXPECT_EQ(statistics.out, 2 * capacity);
        EXPECT_EQ(statistics.times_full + statistics.times_empty, 0);
    }
    EXPECT_EQ(buffer_configure(0, BUFFER_CAPACITY_DEFAULT), 0);
    buffer_check();
}

/* Buffers are independent: each keeps its own items. */
KTEST(ipc, buffer_independent)
{
    uint32_t item;

    for (unsigned id = 0; id < NUM_BUFFERS; id++)
        for (unsigned i = 0; i <= id; i++)
            EXPECT_EQ(buffer_produce(id, id * 100 + i), 0);
    buffer_check();
    for (unsigned id = NUM_BUFFERS; id-- > 0; )
        for (unsigned i = 0; i <= id; i++) {
            EXPECT_EQ(buffer_consume(id, &item), 0);
            EXPECT_EQ(item, id * 100 + i);
        }
    for (unsigned id = 1; id < NUM_BUFFERS; id++)
        EXPECT(((uintptr_t)&buffers[id] - (uintptr_t)&buffers[id - 1]) % CACHE_LINE == 0);
}

/* --- many producers and consumers --------------------------------------------------------- */

enum { MAX_PRODUCERS = 8, ITEMS = 240, SCALE = 1000000 };

static struct {
    unsigned buffer, producers, consumers;
    uint8_t seen[MAX_PRODUCERS][ITEMS];
    uint32_t disorder;
} crowd;

static void crowd_produce(unsigned index)
{
    for (unsigned n = 0; n < ITEMS; n++)
        EXPECT_EQ(buffer_produce(crowd.buffer, index * SCALE + n), 0);
}

static void crowd_consume(void)
{
    unsigned next[MAX_PRODUCERS] = { 0 };       /* the least that each may deliver next */

    for (unsigned i = 0; i < crowd.producers * ITEMS / crowd.consumers; i++) {
        uint32_t item;

        EXPECT_EQ(buffer_consume(crowd.buffer, &item), 0);
        unsigned producer = item / SCALE, n = item % SCALE;
        if (producer >= crowd.producers || n >= ITEMS) {
            ktest_fail(__FILE__, __LINE__, "item %u was never produced", item);
            continue;
        }
        if (n < next[producer])
            __atomic_fetch_add(&crowd.disorder, 1, __ATOMIC_RELAXED);
        next[producer] = n + 1;
        __atomic_fetch_add(&crowd.seen[producer][n], 1, __ATOMIC_RELAXED);
    }
}

static void crowd_member(unsigned index, void *argument)
{
    (void)argument;
    if (index < crowd.producers)
        crowd_produce(index);
    else
        crowd_consume();
}

static void run_crowd(unsigned producers, unsigned consumers, unsigned capacity)
{
    memset(&crowd, 0, sizeof crowd);
    crowd.buffer = 1;
    crowd.producers = producers;
    crowd.consumers = consumers;
    EXPECT_EQ(buffer_configure(crowd.buffer, capacity), 0);
    ktest_parallel(producers + consumers, crowd_member, NULL);

    unsigned wrong = 0;
    for (unsigned producer = 0; producer < producers; producer++)
        for (unsigned n = 0; n < ITEMS; n++)
            wrong += crowd.seen[producer][n] != 1;
    EXPECT_EQ(wrong, 0);                        /* neither lost nor doubled */
    EXPECT_EQ(crowd.disorder, 0);

    struct buffer_statistics statistics;
    EXPECT_EQ(buffer_statistics(crowd.buffer, &statistics), 0);
    EXPECT_EQ(statistics.in, producers * ITEMS);
    EXPECT_EQ(statistics.out, producers * ITEMS);
    EXPECT(statistics.deepest >= 1 && statistics.deepest <= capacity);
    buffer_check();
    EXPECT_EQ(buffer_configure(crowd.buffer, BUFFER_CAPACITY_DEFAULT), 0);
}

KTEST(ipc, buffer_crowd)
{
    static const uint8_t shapes[][2] = { { 1, 1 }, { 2, 2 }, { 8, 1 }, { 1, 8 }, { 8, 8 } };
    static const unsigned capacities[] = { 1, 2, 3, 16, 256 };

    for (size_t s = 0; s < ARRAY_SIZE(shapes); s++)
        for (size_t c = 0; c < ARRAY_SIZE(capacities); c++)
            run_crowd(shapes[s][0], shapes[s][1], capacities[c]);
}

/* --- fairness --------------------------------------------------------------------------- */

enum { RIVALS = 4, SHARE = 25 };

static void produce_for_ever(void *argument)
{
    uint32_t own = (uint32_t)(uintptr_t)argument;

    while (buffer_produce(2, own) == 0)
        ;
}

static unsigned least_of(const unsigned delivered[RIVALS])
{
    unsigned least = delivered[0];

    for (unsigned i = 1; i < RIVALS; i++)
        least = MIN(least, delivered[i]);
    return least;
}

/* Rivals that all live on one CPU and never rest: each gets its share, or this does not end.
 * Returns how many items were taken until then. */
static unsigned run_rivals(unsigned cpu, unsigned capacity)
{
    struct thread *rivals[RIVALS];
    unsigned delivered[RIVALS] = { 0 }, taken = 0;
    uint32_t item = 0;

    EXPECT_EQ(buffer_configure(2, capacity), 0);
    for (uintptr_t i = 0; i < RIVALS; i++)
        rivals[i] = test_spawn(cpu, produce_for_ever, (void *)i);
    for (; least_of(delivered) < SHARE; taken++) {
        EXPECT_EQ(buffer_consume(2, &item), 0);
        delivered[item % RIVALS]++;
    }
    for (unsigned i = 0; i < RIVALS; i++)
        thread_kill(rivals[i]);
    for (unsigned i = 0; i < RIVALS; i++)
        thread_join(rivals[i]);
    while (buffers[2].ring.count > 0)
        EXPECT_EQ(buffer_consume(2, &item), 0);
    buffer_check();
    EXPECT_EQ(buffer_configure(2, BUFFER_CAPACITY_DEFAULT), 0);
    return taken;
}

/* Without preemption turns end only by waiting, so how long a share takes is exact: at most one
 * filling of the buffer by others passes between two items of the same rival. */
KTEST(ipc, buffer_fairness)
{
    static const unsigned capacities[] = { 1, 2, 16 };

    sched_set_preemption(PREEMPT_NEVER);
    for (size_t i = 0; i < ARRAY_SIZE(capacities); i++)
        EXPECT(run_rivals(thread_current()->home, capacities[i]) <=
               2 * SHARE * (RIVALS + capacities[i]));
    sched_set_preemption(PREEMPT_KERNEL);
}

KTEST(ipc, buffer_fairness_across_cpus)
{
    run_rivals(test_cpu(1), 1);
    run_rivals(test_cpu(1), 16);
}
