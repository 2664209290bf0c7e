/* Copying from and to user memory.
 *
 * Each instruction that touches user memory has an entry in the section __fixup: its address,
 * and where to go on if it faults and the page cannot be had.  The page-fault handler asks
 * usercopy_fixup().  The string instructions leave in ECX what they have not done.
 * SUBTLE: copy-unlocked */
#include "vmm/usercopy.h"

#include "lib/panic.h"
#include "pcpu/pcpu.h"
#include "pcpu/sched_point.h"

struct fixup {
    uint32_t eip, go_on;
};

extern const struct fixup __start_fixup[], __stop_fixup[];

#define FIXUP(at, to)                                                                   \
    ".pushsection __fixup, \"a\"\n\t"                                                   \
    ".long " #at ", " #to "\n\t"                                                        \
    ".popsection\n\t"

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

/* Copies words, then the bytes that are left over.  False if a fault stopped it. */
static bool copy_bytes(uintptr_t to, uintptr_t from, size_t size)
{
    size_t words = size / 4;

    open_user_memory();
    __asm__ volatile("1:\trep movsl\n\t"
                     "movl %3, %%ecx\n"
                     "2:\trep movsb\n"
                     "3:\n\t"
                     FIXUP(1b, 3b) FIXUP(2b, 3b)
                     : "+D"(to), "+S"(from), "+c"(words) : "r"(size % 4) : "memory");
    close_user_memory();
    return words == 0;
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
    if (size > user_room(to))
        return E_INVAL_ADDR;
    return copy_bytes(to, (uintptr_t)from, size) ? 0 : E_INVAL_ADDR;
}

enum string_end { STRING_ENDED, STRING_GOES_ON, STRING_FAULTED };

/* Copies at most `max` bytes, at least one, up to and with a 0; *copied says how many. */
static enum string_end copy_string(char *to, uaddr_t from, size_t max, size_t *copied)
{
    enum string_end end = STRING_FAULTED;
    size_t left = max;
    char byte;

    open_user_memory();
    __asm__ volatile("1:\tmovb (%2), %b3\n\t"
                     "incl %2\n\t"
                     "movb %b3, (%1)\n\t"
                     "incl %1\n\t"
                     "decl %0\n\t"
                     "testb %b3, %b3\n\t"
                     "jz 2f\n\t"
                     "testl %0, %0\n\t"
                     "jnz 1b\n\t"
                     "movl %6, %4\n\t"
                     "jmp 3f\n"
                     "2:\tmovl %5, %4\n"
                     "3:\n\t"
                     FIXUP(1b, 3b)
                     : "+r"(left), "+r"(to), "+r"(from), "=&q"(byte), "+m"(end)
                     : "i"(STRING_ENDED), "i"(STRING_GOES_ON) : "memory", "cc");
    close_user_memory();
    *copied = max - left;
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
