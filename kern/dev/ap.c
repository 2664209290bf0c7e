/* Starting the other CPUs: INIT, start-up IPI, and what is exchanged with boot/ap_start.S. */
#include "dev/ap.h"

#include "abi/error.h"
#include "dev/ap_priv.h"
#include "dev/clock.h"
#include "dev/lapic.h"
#include "dev/log.h"
#include "dev/machine.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/x86.h"

enum {
    INIT_TIME = 10000,                  /* microseconds: SDM vol. 3, 8.4.4.1 */
    STARTUP_TIME = 200,
    ANSWER_TIME = 2000000,              /* a busy host may not run a virtual CPU for long */
};
#define REAL_MODE_END   0x100000u
#define CODE            8               /* a selector of boot/ap_start.S */
#define PACKED          __attribute__((packed))

/* The end of boot/ap_start.S, field by field.  [a] atomic; the others are the boot processor's
 * before it starts a CPU, and then that CPU's. */
struct start_block {
    uint32_t state;                     /* [a] APIC id << 8 | enum ap_stage, or WITHDRAWN */
    uint32_t cr0, cr3, cr4;
    void    *stack_top;
    void   (*entry)(void);
    uint64_t cycles;                    /* the CPU's counter in stage AP_PROTECTED_MODE */
    struct PACKED { uint32_t offset; uint16_t segment; } protected_mode;
    struct PACKED { uint16_t limit; uint32_t base; } gdt;
};
#define WITHDRAWN       UINT32_MAX
#define STAGE_MASK      0xffu

/* [b] only the boot processor, which starts the others one after another */
static uint64_t reset_at;               /* [b] */
static enum ap_stage last_stage;        /* [b] */
static paddr_t start_page;              /* [b] the copy that the CPUs execute */
static struct start_block *block;       /* [b] the block in it; its fields: see there */

static enum ap_stage stage_now(void)
{
    return __atomic_load_n(&block->state, __ATOMIC_ACQUIRE) & STAGE_MASK;
}

/* Where in the copy a place of boot/ap_start.S is. */
static uintptr_t place_in_copy(const uint8_t *original)
{
    return start_page + (uintptr_t)(original - ap_start_begin);
}

void ap_place(paddr_t page)
{
    size_t size = (size_t)(ap_start_end - ap_start_begin);

    KERN_ASSERT(size <= PAGE_SIZE && page % PAGE_SIZE == 0 && page < REAL_MODE_END);
    start_page = page;
    memcpy((void *)page, ap_start_begin, size);
    block = (struct start_block *)place_in_copy(ap_start_block);
    block->state = WITHDRAWN;
    block->protected_mode.offset = place_in_copy(ap_start_protected);
    block->protected_mode.segment = CODE;
    block->gdt.base = place_in_copy(ap_start_gdt);
    block->gdt.limit = (uint16_t)(ap_start_block - ap_start_gdt - 1);
}

void ap_reset_all(void)
{
    for (unsigned cpu = 1; cpu < machine.ncpus; cpu++)
        lapic_send_init(machine.apic_id[cpu]);
    reset_at = clock_cycles();
}

/* The time since ap_reset_all(), which may have been called before there was a clock. */
static uint64_t us_since_reset(void)
{
    return (clock_cycles() - reset_at) * 1000000 / clock_rate();
}

/* Waits until the CPU has reached `stage`, at most `us` microseconds. */
static bool wait_for(enum ap_stage stage, uint32_t us)
{
    uint64_t start = clock_us();

    while (stage_now() < stage) {
        if (clock_us() - start >= us)
            return false;
        pause();
    }
    return true;
}

static void fill_block(const struct ap_request *request)
{
    block->cr0 = read_cr0();
    block->cr3 = read_cr3();
    block->cr4 = read_cr4();
    block->stack_top = request->stack_top;
    block->entry = request->entry;
    __atomic_store_n(&block->state, request->apic_id << 8 | AP_SILENT, __ATOMIC_RELEASE);
}

/* Takes the request back.  A CPU that has not begun finds it withdrawn if it ever does; one
 * that is stuck on the way is reset. */
static void give_up(const struct ap_request *request)
{
    uint32_t expected = request->apic_id << 8 | AP_SILENT;

    __atomic_compare_exchange_n(&block->state, &expected, WITHDRAWN, false,
                                __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    lapic_send_init(request->apic_id);
}

int ap_start_request(const struct ap_request *request)
{
    fill_block(request);
    lapic_send_startup(request->apic_id, (uint8_t)(start_page / PAGE_SIZE));
    if (!wait_for(AP_PROTECTED_MODE, STARTUP_TIME))
        lapic_send_startup(request->apic_id, (uint8_t)(start_page / PAGE_SIZE));
    if (wait_for(AP_ENTERED, request->patience)) {
        last_stage = AP_ENTERED;
        return 0;
    }
    last_stage = stage_now();
    give_up(request);
    return E_TIMEOUT;
}

/* The CPU's counter was read between `before` and now; if it says otherwise, times taken on
 * different CPUs cannot be compared. */
static void check_clock(unsigned cpu, uint64_t before)
{
    uint64_t after = clock_cycles();
    uint64_t there = block->cycles;

    if (there < before || there > after)
        KERN_WARN("CPU %u: its time stamp counter differs (%llu, not %llu to %llu): "
                  "time may go back\n", cpu, there, before, after);
}

int ap_start(unsigned cpu, void *stack_top, void (*entry)(void))
{
    struct ap_request request = { machine.apic_id[cpu], stack_top, entry, ANSWER_TIME };

    KERN_ASSERT(cpu > 0 && cpu < machine.ncpus && clock_rate() > 0);
    while (us_since_reset() < INIT_TIME)
        pause();
    uint64_t before = clock_cycles();
    int error = ap_start_request(&request);
    if (!error)
        check_clock(cpu, before);
    return error;
}

enum ap_stage ap_stage(void)
{
    return last_stage;
}

const char *ap_stage_name(void)
{
    switch (last_stage) {
    case AP_SILENT:             return "no answer";
    case AP_PROTECTED_MODE:     return "protected mode";
    case AP_PAGING:             return "paging";
    case AP_ENTERED:            return "kernel entered";
    }
    return "unknown";
}
