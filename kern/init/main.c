/* Bring-up: from the boot loader to a machine whose CPUs run threads, each layer in its turn. */
#include "init/init.h"

#include "abi/error.h"
#include "dev/dev.h"
#include "init/init_priv.h"
#include "ipc/ipc.h"
#include "lib/assert.h"
#include "lib/options.h"
#include "lib/string.h"
#include "pcpu/lockstat.h"
#include "pcpu/vectors.h"
#include "pmm/pmm.h"
#include "thread/big_lock.h"
#include "thread/sched.h"
#include "trap/trap.h"
#include "vmm/vmm.h"

extern const char kernel_start[], kernel_end[];         /* boot/kernel.ld */

/* For gdb, too: which kernel it looks at. */
static const char strata_version[] = STRATA_VERSION;

static struct boot_info boot;           /* [I] set at boot, before other CPUs run */

const char *boot_command_line(void)
{
    return boot.command_line;
}

void boot_option_refuse(const char *what, const char *value)
{
    KERN_WARN("boot option: %s: %s\n", what, value);
    machine_exit(EXIT_FAIL);
}

unsigned boot_option_number(const char *key, unsigned standard)
{
    unsigned value;

    if (option_unsigned(boot.command_line, key, standard, &value))
        boot_option_refuse("not a number", key);
    return value;
}

static void choose_lock(void)
{
    char value[16] = "fine";

    if (option_present(boot.command_line, "lock") &&
        !option_string(boot.command_line, "lock", value, sizeof value))
        value[0] = 0;
    big_lock_is_on = strcmp(value, "big") == 0;
    if (!big_lock_is_on && strcmp(value, "fine") != 0)
        boot_option_refuse("lock= is fine or big", value);
}

static void check_options(void)
{
    char layers[64] = "";

    if (option_present(boot.command_line, "log") &&
        (!option_string(boot.command_line, "log", layers, sizeof layers) || log_enable(layers)))
        boot_option_refuse("log= names layers, or all", layers);
    choose_lock();
    trap_set_time_limit(boot_option_number("limit", 0));
    if (option_present(boot.command_line, "cpus") && boot_option_number("cpus", 0) == 0)
        boot_option_refuse("cpus= must be 1 or more", "cpus=0");
}

/* Before the kernel's code becomes read-only (vmm_init). */
static void count_locks(void)
{
    void *memory[NUM_CPUS];
    paddr_t page;

    for (unsigned cpu = 0; cpu < machine.ncpus; cpu++) {
        if (page_alloc(&quota_root, &page))
            boot_option_refuse("there is no memory for it", "lockstat");
        memory[cpu] = page_pointer(page);
        memset(memory[cpu], 0, LOCKSTAT_SIZE);
    }
    lockstat_begin(memory, machine.ncpus);
    spinlocks_watch();
}

static void init_memory(void)
{
    struct memory_range reserved[1 + BOOT_MODULES_MAX] = {
        { .base = (uintptr_t)kernel_start, .length = kernel_end - kernel_start },
    };

    for (unsigned i = 0; i < boot.module_count; i++)
        reserved[1 + i] = (struct memory_range){ .base = (uintptr_t)boot.modules[i].image,
                                                 .length = boot.modules[i].size };
    proc_set_aside(pmm_plan(boot.memory, boot.memory_count, reserved, 1 + boot.module_count));
    pmm_init();
    if (option_present(boot.command_line, "lockstat"))
        count_locks();
    if (option_present(boot.command_line, "trace"))
        spinlocks_watch();
    vmm_init();
}

static void route_interrupts(void)
{
    if (ioapic_route(IRQ_SERIAL, VECTOR_IRQ0 + IRQ_SERIAL, 0) ||
        ioapic_route(IRQ_KEYBOARD, VECTOR_IRQ0 + IRQ_KEYBOARD, 0))
        trap_poll_console();
    /* An interrupt that came before is lost (82093AA, 3.2.4), and none comes until this is read. */
    trap_take_input();
}

static void choose_screen(void)
{
    const char *problem = NULL;

    if (boot.has_framebuffer)
        problem = screen_use_framebuffer(&boot.framebuffer);
    if (problem)
        KERN_WARN("no screen, only the serial port: of the framebuffer, %s\n", problem);
}

static void start_clock(void)
{
    const char *reference = clock_calibrate();

    if (!reference) {
        KERN_WARN("Strata needs a timer of a known rate: no PIT, ACPI timer or HPET counts here, "
                  "and CPUID tells no rate\n");
        machine_exit(EXIT_FAIL);
    }
    KERN_DEBUG("%llu cycles and %u timer counts per second, measured by %s\n",
               clock_rate(), lapic_timer_rate(), reference);
}

void init_machine(uint32_t magic, const void *info,
                  void (*check)(const char *command_line))
{
    cpu_detect_features();
    cpu_init(0);
    console_init();
    KERN_INFO("Strata %s\n", strata_version);
    trap_init();
    trap_init_cpu();
    boot_info_read(&boot, magic, info);
    choose_screen();
    check(boot.command_line);
    check_options();
    trap_init_system_calls();
    lapic_init();
    machine_discover(&(struct machine_hints){ .boot_apic_id = lapic_id(),
                                              .apic_id_max = lapic_id_max(),
                                              .acpi_root = boot.acpi_root });
    pic_disable();
    cpus[0].apic_id = machine.apic_id[0];
    ap_reset_all();
    start_clock();
    ioapic_init();
    init_memory();
    thread_init();
    if (trap_prepare_cpu(&cpus[0]))
        KERN_PANIC("no memory for the double fault stack");
    buffer_init();
    futex_init();
    proc_init(boot.modules, boot.module_count);
    route_interrupts();
    lapic_timer_start();
    smp_start(boot_option_number("cpus", 0));
    output_rely_on_ticks();
}
