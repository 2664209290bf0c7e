/* What the kernel's own files call and has no place in a host program: devices, segments, FPU, the
 * kernel's page tables.  Compiled and watched like the kernel itself. */
#include "fpu_register.h"
#include "memory.h"

#include "dev/clock.h"
#include "dev/console.h"
#include "dev/lapic.h"
#include "dev/log.h"
#include "dev/machine_exit.h"
#include "dev/output.h"
#include "dev/panic.h"
#include "dev/watchdog.h"
#include "dev/serial.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/fpu.h"
#include "pcpu/paint.h"
#include "pcpu/sched_point.h"
#include "pcpu/trace.h"
#include "pcpu/vectors.h"
#include "proc/proc.h"
#include "thread/thread.h"
#include "vmm/kstack.h"
#include "vmm/vmm.h"
#include "vmm/vmm_priv.h"

struct cpu cpus[NUM_CPUS];
unsigned cpus_end;
struct cpu_features cpu_features;

/* --- contexts: kern/pcpu/context.c and switch.S --------------------------------------------- */

/* `esp` is for the kernel's reports only: the machine keeps the stack pointers, of 64 bits.  The
 * lowest byte of a stack counts as used: so the kernel does not look, byte by byte, how deep it
 * was, which would take longer than all else. */
void context_prepare(struct context *context, void *top, void (*entry)(void))
{
    char *slot_end = (char *)context + THREAD_AREA;

    slot_end[-KSTACK_PAGES * PAGE_SIZE] = 0;
    machine_prepare_thread(context, top, entry);
    context->esp = (uint32_t)(uintptr_t)top;
}

void context_set_segments(struct context *context, uint16_t fs, uint16_t gs)
{
    (void)context, (void)fs, (void)gs;
}

uint64_t cpu_tls_segment(uint32_t base)
{
    return base;
}

void context_switch(struct context *from, struct context *to)
{
    from->esp = (uint32_t)(uintptr_t)__builtin_frame_address(0);
    machine_switch_thread(from, to);
}

/* --- user mode: kern/pcpu/switch.S ---------------------------------------------------------- */

/* A program is a function of the scenario, and ends when it returns.  EIP is the program_address()
 * of that function. */
void enter_user(const struct trapframe *frame)
{
    void (*program)(void) = (void (*)(void))(uintptr_t)(frame->eip - VM_USERLO);

    intr_local_enable();
    program();
    proc_exit(0);
}

/* --- schedule points: kern/pcpu/sched_point.c ----------------------------------------------- */

/* What they are for the machine does at each step. */
void sched_point(enum sched_point point)
{
    (void)point;
}

/* --- FPU ------------------------------------------------------------------------------------ */

/* One register stands for all.  Without `is_on`, CR0.TS is set: an access traps (#NM), which the
 * kernel itself must never meet. */
static struct fpu {
    bool     is_on;
    uint32_t value;
} fpus[NUM_CPUS];

static struct fpu *this_fpu(void)
{
    return &fpus[get_pcpu_idx()];
}

void fpu_start(struct fpu_state *state)
{
    memset(state, 0, sizeof *state);
    *this_fpu() = (struct fpu){ .is_on = true };
}

void fpu_save(struct fpu_state *state)
{
    if (!this_fpu()->is_on)
        fail("CPU %u saves FPU registers that are nobody's: #NM in the kernel", get_pcpu_idx());
    memcpy(state->image, &this_fpu()->value, sizeof this_fpu()->value);
}

void fpu_switch(struct fpu_state *from, struct fpu_state *to)
{
    struct fpu *fpu = this_fpu();

    if (from)
        fpu_save(from);
    fpu->is_on = to || (fpu->is_on && !from);
    if (to)
        memcpy(&fpu->value, to->image, sizeof fpu->value);
}

/* The instruction of a program: with interrupts off, as it is done at once or traps. */
static uint32_t *fpu_access(uintptr_t place)
{
    step_open("uses the FPU", place);
    intr_local_disable();
    if (!this_fpu()->is_on)
        thread_use_fpu();
    return &this_fpu()->value;
}

void fpu_write(uint32_t value)
{
    *fpu_access((uintptr_t)__builtin_return_address(0)) = value;
    intr_local_enable();
}

uint32_t fpu_read(void)
{
    uint32_t value = *fpu_access((uintptr_t)__builtin_return_address(0));

    intr_local_enable();
    return value;
}

void fpu_clear_page(void *page)
{
    memset(page, 0, PAGE_SIZE);
}

void fpu_copy_page(void *to, const void *from)
{
    memcpy(to, from, PAGE_SIZE);
}

/* --- the kernel's page tables: kern/vmm/kernel_map.c ---------------------------------------- */

struct page_table kernel_directory;

static uint32_t window_entries[STACK_SLOTS * KSTACK_SLOT / PAGE_SIZE];

void kernel_map_copy(struct page_table *directory)
{
    (void)directory;
}

void kernel_map_wipe(struct page_table *directory)
{
    (void)directory;
}

bool kernel_map_is_in(const struct page_table *directory)
{
    (void)directory;
    return true;
}

uint32_t *kernel_window_entry(uintptr_t address)
{
    size_t index = (address - WINDOW_LO) / PAGE_SIZE;

    if (index >= ARRAY_SIZE(window_entries))
        fail("more than %d kernel stacks", STACK_SLOTS);
    return &window_entries[index];
}

/* Programs have no view of the kernel's tables here. */
void vmm_publish(const void *object, size_t size)
{
    (void)object, (void)size;
}

/* --- user copies ---------------------------------------------------------------------------- */

const struct fixup __start_fixup[1], __stop_fixup[1];

bool paint_is_in(const void *bytes, size_t size)
{
    (void)bytes, (void)size;
    return false;
}

/* --- the string function that not every host has -------------------------------------------- */

size_t strlcpy(char *to, const char *from, size_t size)
{
    size_t length = strlen(from), copied = MIN(length, size - 1);

    memcpy(to, from, copied);
    to[copied] = 0;
    return length;
}

/* --- interrupts and time -------------------------------------------------------------------- */

void lapic_send_ipi(unsigned cpu, uint8_t vector)
{
    trace_note(TRACE_IPI, cpu, vector);
    machine_interrupt(cpu, vector, (uintptr_t)__builtin_return_address(0));
}

void lapic_timer_start(void)
{
    machine_set_timer(true);
}

void lapic_timer_stop(void)
{
    machine_set_timer(false);
}

void lapic_eoi(void)
{
}

uint32_t lapic_error(void)
{
    return 0;
}

uint64_t clock_us(void)
{
    return machine_time_us();
}

uint64_t clock_cycles(void)
{
    return rdtsc();
}

uint64_t clock_rate(void)
{
    return 1000000;
}

/* --- devices that say nothing --------------------------------------------------------------- */

int console_getc(void)
{
    return -1;
}

void output_tick(void)
{
}

void serial_let_send(bool let)
{
    (void)let;
}

void watchdog_arm(unsigned seconds)
{
    (void)seconds;
}

void watchdog_kick(void)
{
}

void log_info(const char *format, ...)
{
    (void)format;
}

uint32_t log_enabled_layers;

void log_debug(const char *file, int line, const char *format, ...)
{
    (void)file, (void)line, (void)format;
}

void log_warn(const char *file, int line, const char *format, ...)
{
    (void)file, (void)line, (void)format;
}

/* --- the end -------------------------------------------------------------------------------- */

void panic_at(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    machine_panic(file, line, format, arguments);
}

void panic_report_all(uint8_t code, const char *format, ...)
{
    va_list arguments;

    (void)code;
    va_start(arguments, format);
    fail_with(format, arguments);
}

void machine_exit(uint8_t code)
{
    fail("the kernel leaves the machine with %d", code);
}
