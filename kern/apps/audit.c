/* An audit of numbered items. */
#include "apps/audit_priv.h"

#include "ipc/ipc.h"
#include "lib/bitmap.h"
#include "lib/string.h"
#include "pcpu/spinlock.h"
#include "proc/proc.h"

/* Items are consumed nearly in order: what is in the buffer or between it and a consumer's
 * note_consumed() is all that may be missing before an item that has come. */
enum { WINDOW = 2048 };

/* All items below `first` were consumed; of WINDOW ones from it on, the ring of bits tells. */
struct stream {
    uint32_t first;
    uint32_t consumed[WINDOW / 32];     /* bit n % WINDOW */
};

static const struct lock_class audit_class = LOCK_CLASS("apps.audit", 0);

/* [l] lock */
static struct {
    struct spinlock     lock;
    struct audit_result result;         /* [l] */
    struct stream       streams[AUDIT_PRODUCERS];       /* [l] */
    uint32_t            latest[AUDIT_CONSUMERS][AUDIT_PRODUCERS];       /* [l] */
    uint64_t            distinct;       /* [l] items consumed, each counted once */
} audit = { .lock = SPINLOCK_INITIALIZER(&audit_class) };

static void note_produced(uint32_t item)
{
    (void)item;
    spinlock_acquire(&audit.lock);
    audit.result.produced++;
    spinlock_release(&audit.lock);
}

/* Marks item n; false if it was marked before, or lies outside the window. */
static bool mark_consumed(struct stream *stream, uint32_t n)
{
    if (n < stream->first || n - stream->first >= WINDOW ||
        bitmap_test(stream->consumed, n % WINDOW))
        return false;
    bitmap_set(stream->consumed, n % WINDOW);
    while (bitmap_test(stream->consumed, stream->first % WINDOW))
        bitmap_clear(stream->consumed, stream->first++ % WINDOW);
    return true;
}

static void note_item(uint32_t producer, uint32_t n, unsigned consumer)
{
    uint32_t *latest = &audit.latest[consumer % AUDIT_CONSUMERS][producer];

    spinlock_expect_held(&audit.lock);
    if (mark_consumed(&audit.streams[producer], n))
        audit.distinct++;
    else
        audit.result.doubled++;
    if (n <= *latest)
        audit.result.out_of_order++;
    else
        *latest = n;
}

static void note_consumed(uint32_t item)
{
    uint32_t producer = item / AUDIT_STRIDE, n = item % AUDIT_STRIDE;

    spinlock_acquire(&audit.lock);
    audit.result.consumed++;
    if (producer >= AUDIT_PRODUCERS || n == 0)
        audit.result.foreign++;
    else
        note_item(producer, n, (unsigned)get_curid());
    spinlock_release(&audit.lock);
}

static const struct buffer_observer observer = {
    .produced = note_produced, .consumed = note_consumed,
};

void audit_start(void)
{
    spinlock_acquire(&audit.lock);
    audit.result = (struct audit_result){ .produced = 0 };
    audit.distinct = 0;
    memset(audit.streams, 0, sizeof audit.streams);
    memset(audit.latest, 0, sizeof audit.latest);
    for (unsigned i = 0; i < AUDIT_PRODUCERS; i++)
        audit.streams[i].first = 1;
    spinlock_release(&audit.lock);
    buffer_observe(&observer);
}

struct audit_result audit_result(void)
{
    spinlock_acquire(&audit.lock);
    struct audit_result result = audit.result;
    result.lost = result.produced - audit.distinct;
    spinlock_release(&audit.lock);
    return result;
}
