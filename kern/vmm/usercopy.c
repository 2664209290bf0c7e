/* Copying from and to user memory.  The instructions are in pcpu/x86.h.
 * SUBTLE: copy-unlocked */
#include "vmm/usercopy.h"

#include "lib/assert.h"
#include "pcpu/paint.h"
#include "pcpu/pcpu.h"
#include "pcpu/sched_point.h"

extern const struct fixup __start_fixup[], __stop_fixup[];

/* With SMAP the kernel can reach user memory only between these two. */
static void open_user_memory(void)
{
    if (cpu_features.smap)
        stac();
}

static void close_user_memory(void)
{
    if (cpu_features.smap)
        clac();
}

/* The program's view of its own page table begins where the kernel's half ends: below and above
 * that, the view shows kernel tables and 4 MB pages, which the CPU lets the kernel read. */
#define VIEW_LO (UVPT + VM_USERLO / TABLE_VIEW)
#define VIEW_HI (UVPT + VM_USERHI / TABLE_VIEW)
enum { TABLE_VIEW = PAGE_SIZE / sizeof(uint32_t) };

/* How many bytes from `address` on may be the program's; 0: it is the kernel's. */
static size_t user_room(uaddr_t address)
{
    if (address >= VM_USERLO && address < UVPT)
        return UVPT - address;
    if (address >= VIEW_LO && address < VIEW_HI)
        return VIEW_HI - address;
    return 0;
}

/* A fault may take locks and need another thread to run. */
static void assert_may_fault(void)
{
    KERN_ASSERT(intr_are_enabled() && current_context()->lock_depth == 0);
    sched_point(POINT_USER_COPY);
}

#ifdef DEBUG

/* What lies on the caller's stack must have been set, each word of it.  (Files go out, too, and
 * may hold anything.) */
static void expect_no_paint(const void *from, size_t size)
{
    const char *end = (const char *)current_context();
    const char *stack = (const char *)ROUND_DOWN((uintptr_t)end, KSTACK_SLOT), *bytes = from;

    if (bytes >= stack && bytes < end && paint_is_in(from, size))
        KERN_PANIC("what goes out to the program has words that were never set");
}

#else

static inline void expect_no_paint(const void *from, size_t size)
{
    (void)from, (void)size;
}

#endif

static bool copy_bytes(uintptr_t to, uintptr_t from, size_t size)
{
    open_user_memory();
    bool done = copy_or_fault(to, from, size);
    close_user_memory();
    return done;
}

int copy_from_user(void *to, uaddr_t from, size_t size)
{
    assert_may_fault();
    if (size > user_room(from))
        return E_INVAL_ADDR;
    return copy_bytes((uintptr_t)to, from, size) ? 0 : E_INVAL_ADDR;
}

int copy_to_user(uaddr_t to, const void *from, size_t size)
{
    assert_may_fault();
    expect_no_paint(from, size);
    if (size > user_room(to))
        return E_INVAL_ADDR;
    return copy_bytes(to, (uintptr_t)from, size) ? 0 : E_INVAL_ADDR;
}

static enum string_end copy_string(char *to, uaddr_t from, size_t max, size_t *copied)
{
    open_user_memory();
    enum string_end end = copy_string_or_fault(to, from, max, copied);
    close_user_memory();
    return end;
}

int copy_string_from_user(char *to, uaddr_t from, size_t max, size_t *length)
{
    size_t copied;

    assert_may_fault();
    size_t room = user_room(from);
    if (room == 0)
        return E_INVAL_ADDR;
    if (max == 0)
        return E_INVAL_ARG;
    size_t within = MIN(max, room);
    switch (copy_string(to, from, within, &copied)) {
    case STRING_ENDED:
        *length = copied - 1;
        return 0;
    case STRING_GOES_ON:
        return within == max ? E_INVAL_ARG : E_INVAL_ADDR;
    default:
        return E_INVAL_ADDR;
    }
}

bool usercopy_fixup(uint32_t *eip)
{
    for (const struct fixup *fixup = __start_fixup; fixup < __stop_fixup; fixup++) {
        if (fixup->eip == *eip) {
            *eip = fixup->go_on;
            return true;
        }
    }
    return false;
}
