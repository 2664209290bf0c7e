/* Output: the rings, and which CPU drains them.
 *
 * The drainer's is a role, not a lock: a CPU that finds it taken goes on without it.  It is taken
 * for one go: with interrupts off, at most PIECE characters are given to the console, which takes
 * only what its transmitter has room for.  So a go is short, and no drainer is preempted in one.
 *
 * No text waits for ever.  A writer with interrupts on makes goes until all rings are empty or the
 * transmitter is busy.  A writer that finds the role taken has put its text in before it looked;
 * and a drainer looks at the rings again after it has given the role up (all of that is
 * sequentially consistent); so one of the two sees the text.  The boot CPU's tick writes what is
 * left: because the transmitter was busy, the writer had interrupts off, or it had done enough for
 * others.
 *
 * A full ring is the only thing that a writer waits for.  With interrupts on, it drains, and may be
 * preempted.  With interrupts off (it may hold a lock) it drains its own ring first, so that it
 * does not write what others have printed.  Neither waits for a thread: the role's owner has
 * interrupts off up to the end of its go.
 *
 * Order.  The drainer takes the text with the earliest time stamp.  While it looked at the rings
 * in turn, an earlier text may have appeared in one already passed; so it looks again until it
 * finds the same.  A text written before that one (by an order that the writers know of) was there
 * when the last look began.  SUBTLE: drainer */
#include "dev/output.h"

#include "dev/console.h"
#include "dev/machine.h"
#include "dev/text_ring_priv.h"
#include "lib/assert.h"
#include "pcpu/pcpu.h"
#include "pcpu/sched_point.h"

enum {
    PIECE = 16,                         /* characters in a go: the transmitter's FIFO */
    TICK_GOES = 16,                     /* the line sends 11.5 characters in a millisecond */
    WRITER_GOES = TEXT_RING_SIZE / PIECE,
    SHOW_GOES = 20000,                  /* more than a screen takes */
};

static const struct output_device console = { console_take, console_show };
static struct text_ring rings[NUM_CPUS];
static bool draining;                   /* [a] the role is taken */
static bool ticks_come;                 /* [a] */
static bool panicking;                  /* [a] */

/* [d] the drainer */
static struct {
    const struct output_device *device; /* [d] */
    struct text_ring *ring;             /* [d] its first text is partly out; or NULL */
    bool              unshown;          /* [d], [a] for reading: the device is not done */
} drainer = { .device = &console };

/* --- the drainer --------------------------------------------------------------------------- */

static unsigned ring_count(void)
{
    return MAX(machine.ncpus, 1u);
}

static struct text_ring *look_for_earliest(void)
{
    struct text_ring *earliest = NULL;
    uint64_t stamp = UINT64_MAX;

    for (unsigned cpu = 0; cpu < ring_count(); cpu++) {
        struct text_ring *ring = &rings[cpu];
        if (!text_ring_is_empty(ring) && text_ring_stamp(ring) < stamp) {
            earliest = ring;
            stamp = text_ring_stamp(ring);
        }
    }
    return earliest;
}

static struct text_ring *find_earliest(void)
{
    struct text_ring *found = look_for_earliest(), *before;

    do {
        before = found;
        found = look_for_earliest();
    } while (found != before);
    return found;
}

static void show_screen(void)
{
    __atomic_store_n(&drainer.unshown, !drainer.device->show(), __ATOMIC_RELAXED);
}

/* Writes a piece of a text: the one begun, or else `first`'s, if it has any, or the earliest.
 * False: the device takes nothing now. */
static bool write_piece(struct text_ring *first)
{
    char piece[PIECE];

    if (!drainer.ring)
        drainer.ring = first && !text_ring_is_empty(first) ? first : find_earliest();
    if (!drainer.ring) {
        show_screen();
        return true;
    }
    size_t length = text_ring_look(drainer.ring, piece, sizeof piece);
    size_t n = drainer.device->take(piece, length);
    if (n > 0 && text_ring_take(drainer.ring, n)) {
        drainer.ring = NULL;
        show_screen();
    }
    return n > 0;
}

static bool become_drainer(void)
{
    return !__atomic_exchange_n(&draining, true, __ATOMIC_SEQ_CST);
}

static void stop_draining(void)
{
    __atomic_store_n(&draining, false, __ATOMIC_SEQ_CST);
}

/* False: another CPU drains, or the device takes nothing now. */
static bool make_go(struct text_ring *first)
{
    sched_point(POINT_LOCK);
    uint32_t flags = intr_save();
    bool moved = false;
    if (become_drainer()) {
        moved = write_piece(first);
        stop_draining();
    }
    intr_restore(flags);
    sched_point(POINT_UNLOCK);
    return moved;
}

static bool is_unshown(void)
{
    return __atomic_load_n(&drainer.unshown, __ATOMIC_RELAXED);
}

static bool is_anything_left(void)
{
    for (unsigned cpu = 0; cpu < ring_count(); cpu++)
        if (!text_ring_is_empty(&rings[cpu]))
            return true;
    return is_unshown();
}

static void drain_rings(unsigned goes)
{
    while (goes-- > 0 && is_anything_left() && make_go(NULL))
        ;
}

/* --- writing ------------------------------------------------------------------------------- */

static bool is_panicking(void)
{
    return __atomic_load_n(&panicking, __ATOMIC_RELAXED);
}

/* By the one CPU that is left. */
static void write_now(const char *text, size_t n)
{
    while (n > 0) {
        size_t taken = console.take(text, MIN(n, (size_t)PIECE));
        text += taken;
        n -= taken;
    }
    while (!console.show())
        ;
}

static bool put_text(const char *text, size_t n)
{
    uint32_t flags = intr_save();
    bool fits = text_ring_put(&rings[get_pcpu_idx()], rdtsc(), text, n);

    intr_restore(flags);
    return fits;
}

static void wait_for_room(void)
{
    if (intr_are_enabled())
        drain_rings(WRITER_GOES);
    else
        (void)make_go(&rings[get_pcpu_idx()]);
    pause();
}

void output_write(const char *text, size_t n)
{
    if (n == 0)
        return;
    if (is_panicking()) {
        write_now(text, n);
        return;
    }
    while (!put_text(text, n))
        wait_for_room();
    if (!__atomic_load_n(&ticks_come, __ATOMIC_RELAXED))
        output_flush();
    else if (intr_are_enabled())
        drain_rings(WRITER_GOES);
}

bool output_try_write(const char *text, size_t n)
{
    bool fits = n == 0 || put_text(text, n);

    drain_rings(WRITER_GOES);
    return fits;
}

void output_tick(void)
{
    drain_rings(TICK_GOES);
}

void output_rely_on_ticks(void)
{
    __atomic_store_n(&ticks_come, true, __ATOMIC_RELAXED);
}

/* Is something of what a ring held when it had been written up to there? */
static bool is_before(const struct text_ring *ring, uint32_t position)
{
    return (int32_t)(position - __atomic_load_n(&ring->taken, __ATOMIC_ACQUIRE)) > 0;
}

static void write_all(void)
{
    for (unsigned cpu = 0; cpu < ring_count(); cpu++) {
        uint32_t end = __atomic_load_n(&rings[cpu].written, __ATOMIC_ACQUIRE);
        while (is_before(&rings[cpu], end))
            if (!make_go(NULL))
                pause();
    }
    for (unsigned goes = 0; is_unshown() && goes < SHOW_GOES; goes++)
        (void)make_go(NULL);
}

/* Once a panic has written all, what waits is not looked at again: it may be what is broken. */
void output_flush(void)
{
    if (!is_panicking())
        write_all();
}

/* The drainer may be one of the CPUs that were stopped. */
void output_panic_mode(void)
{
    __atomic_store_n(&panicking, true, __ATOMIC_RELAXED);
    drainer.device = &console;
    stop_draining();
    write_all();
}

#ifdef DEBUG

const struct output_device *output_set_device(const struct output_device *device)
{
    const struct output_device *before;

    output_flush();
    uint32_t flags = intr_save();
    while (!become_drainer())
        pause();
    before = drainer.device;
    drainer.device = device;
    stop_draining();
    intr_restore(flags);
    return before;
}

#endif
