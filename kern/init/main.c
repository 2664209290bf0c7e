/* Bring-up: from the boot loader to the main thread, each layer in its turn. */
#include "init/init_priv.h"

#include "abi/error.h"
#include "dev/dev.h"
#include "ipc/ipc.h"
#include "lib/options.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "pcpu/vectors.h"
#include "thread/big_lock.h"
#include "thread/sched.h"
#include "trap/trap.h"
#include "vmm/vmm.h"

NORETURN void kern_main(uint32_t magic, const void *info);

extern const char kernel_start[], kernel_end[];         /* boot/kernel.ld */

static struct boot_info boot;

static const char *const known_options[] = {
    "cpus", "demo", "items", "buffer", "quiet", "stage", "soak", "minutes", "seconds", "run",
    "test", "seed", "log", "limit", "lock",
};

NORETURN static void refuse(const char *what, const char *value)
{
    KERN_WARN("boot option: %s: %s\n", what, value);
    machine_exit(EXIT_FAIL);
}

static unsigned number_option(const char *key, unsigned standard)
{
    unsigned value;

    if (option_unsigned(boot.command_line, key, standard, &value))
        refuse("not a number", key);
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
        refuse("lock= is fine or big", value);
}

static void check_options(void)
{
    const char *unknown = option_check_known(boot.command_line, known_options,
                                             ARRAY_SIZE(known_options));
    char layers[64];

    if (unknown)
        refuse("unknown", unknown);
    if (option_string(boot.command_line, "log", layers, sizeof layers) && log_enable(layers))
        refuse("log= names layers, or all", layers);
    choose_lock();
    trap_set_time_limit(number_option("limit", 0));
    if (option_present(boot.command_line, "cpus") && number_option("cpus", 0) == 0)
        refuse("cpus= must be 1 or more", "cpus=0");
}

static void init_memory(void)
{
    struct memory_range reserved[1 + BOOT_MODULES_MAX] = {
        { .base = (uintptr_t)kernel_start, .length = kernel_end - kernel_start },
    };

    for (unsigned i = 0; i < boot.module_count; i++)
        reserved[1 + i] = (struct memory_range){ .base = (uintptr_t)boot.modules[i].image,
                                                 .length = boot.modules[i].size };
    pmm_init(boot.memory, boot.memory_count, reserved, 1 + boot.module_count);
    vmm_init();
}

static void route_interrupts(void)
{
    if (ioapic_route(IRQ_SERIAL, VECTOR_IRQ0 + IRQ_SERIAL, 0) ||
        ioapic_route(IRQ_KEYBOARD, VECTOR_IRQ0 + IRQ_KEYBOARD, 0))
        trap_poll_console();
}

#ifdef DEBUG
/* seed=N: besides the schedule points, the PIT cuts virtual CPUs' slices at any instruction,
 * after periods of 50 to 250 counts (under QEMU's deterministic flags; its interrupt is
 * masked). */
static void disturb_schedule(unsigned seed)
{
    if (seed == 0)
        return;
    sched_points_start(seed);
    pit_set_period((uint16_t)(50 + seed * 37 % 200));
}
#endif

/* Runs as a thread, so that it may block: chooses what this run is for. */
static void main_thread(void *unused)
{
    const char *line = boot.command_line;
    char value[COMMAND_LINE_MAX];

    (void)unused;
#ifdef DEBUG
    disturb_schedule(number_option("seed", 0));
    if (option_string(line, "test", value, sizeof value))
        run_tests(value);
#endif
    if (option_present(line, "test"))
        refuse("this kernel has no tests in it (make DEBUG=1)", "test");
    console_start();
    if (option_present(line, "demo"))
        run_demo(line);
    if (option_present(line, "soak"))
        run_soak(line);
    if (option_string(line, "run", value, sizeof value))
        run_program(value);
    run_shell();
}

static void start_main_thread(void)
{
    struct thread *thread;
    const struct thread_config config = {
        .name = "main", .start = main_thread, .departed = thread_free, .cpu = 0,
        .quota = &quota_root };

    if (thread_spawn(&config, &thread))
        KERN_PANIC("no memory for the main thread");
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

    if (!reference)
        KERN_WARN("no timer of a known rate counts: all times are a guess\n");
    else
        KERN_DEBUG("%llu cycles and %u timer counts per second, measured by %s\n",
                   clock_rate(), lapic_timer_rate(), reference);
}

void kern_main(uint32_t magic, const void *info)
{
    cpu_detect_features();
    cpu_init(0);
    console_init();
    KERN_INFO("Strata %s\n", STRATA_VERSION);
    trap_init();
    trap_init_cpu();
    boot_info_read(&boot, magic, info);
    choose_screen();
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
    smp_start(number_option("cpus", 0));
    start_main_thread();
    sched_idle();
}
