/* Starting the other CPUs: INIT, start-up IPI, and what is exchanged with boot/ap_start.S. */
#include "dev/ap.h"

#include "abi/error.h"
#include "dev/ap_priv.h"
#include "dev/clock.h"
#include "dev/lapic.h"
#include "dev/log.h"
#include "dev/machine.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "pcpu/x86.h"

#define INIT_TIME       10000u          /* microseconds: SDM vol. 3, 8.4.4.1 */
#define STARTUP_TIME    200u
#define ANSWER_TIME     2000000u        /* a busy host may not run a virtual CPU for long */

/* The end of boot/ap_start.S, field by field. */
struct start_block {
    uint32_t state;                     /* atomic: APIC id << 8 | enum ap_stage, or WITHDRAWN */
    uint32_t cr0, cr3, cr4;
    void    *stack_top;
    void   (*entry)(void);
    uint64_t cycles;                    /* the CPU's time stamp counter in stage AP_REAL_MODE */
};
#define WITHDRAWN       UINT32_MAX
#define STAGE_MASK      0xffu

static uint64_t reset_at;               /* boot processor only */
static enum ap_stage last_stage;        /* boot processor only */

/* The block in the copy that the CPUs execute. */
static struct start_block *block(void)
{
    return (struct start_block *)(AP_START_PAGE + (uintptr_t)(ap_start_block - ap_start_begin));
}

static enum ap_stage stage_now(void)
{
    return __atomic_load_n(&block()->state, __ATOMIC_ACQUIRE) & STAGE_MASK;
}

void ap_reset_all(void)
{
    size_t size = (size_t)(ap_start_end - ap_start_begin);

    KERN_ASSERT(size <= PAGE_SIZE);
    memcpy((void *)AP_START_PAGE, ap_start_begin, size);
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
    struct start_block *b = block();

    b->cr0 = read_cr0();
    b->cr3 = read_cr3();
    b->cr4 = read_cr4();
    b->stack_top = request->stack_top;
    b->entry = request->entry;
    __atomic_store_n(&b->state, (uint32_t)request->apic_id << 8 | AP_SILENT, __ATOMIC_RELEASE);
}

/* Takes the request back.  A CPU that has not begun finds it withdrawn if it ever does; one
 * that is stuck on the way is reset. */
static void give_up(const struct ap_request *request)
{
    uint32_t expected = (uint32_t)request->apic_id << 8 | AP_SILENT;

    __atomic_compare_exchange_n(&block()->state, &expected, WITHDRAWN, false,
                                __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    lapic_send_init(request->apic_id);
}

int ap_start_request(const struct ap_request *request)
{
    fill_block(request);
    lapic_send_startup(request->apic_id, AP_START_PAGE / PAGE_SIZE);
    if (!wait_for(AP_REAL_MODE, STARTUP_TIME))
        lapic_send_startup(request->apic_id, AP_START_PAGE / PAGE_SIZE);
    if (wait_for(AP_ENTERED, request->patience)) {
        last_stage = AP_ENTERED;
        return E_SUCC;
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
    uint64_t there = block()->cycles;

    if (there < before || there > after)
        KERN_WARN("CPU %u: its time stamp counter differs (%llu, not %llu to %llu): "
                  "time may go back\n", cpu, there, before, after);
}

int ap_start(unsigned cpu, void *stack_top, void (*entry)(void))
{
    struct ap_request request = { machine.apic_id[cpu], stack_top, entry, ANSWER_TIME };
    uint64_t before;
    int error;

    KERN_ASSERT(cpu > 0 && cpu < machine.ncpus && clock_rate() > 0);
    while (us_since_reset() < INIT_TIME)
        pause();
    before = clock_cycles();
    error = ap_start_request(&request);
    if (error == E_SUCC)
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
    case AP_REAL_MODE:          return "real mode";
    case AP_PROTECTED_MODE:     return "protected mode";
    case AP_PAGING:             return "paging";
    case AP_ENTERED:            return "kernel entered";
    }
    return "unknown";
}
