/* Leaving the machine. */
#include "dev/machine_exit.h"

#include "dev/clock.h"
#include "dev/log.h"
#include "dev/machine.h"
#include "dev/output.h"
#include "dev/serial.h"
#include "pcpu/x86.h"

#define DEBUG_EXIT_PORT     0xf4        /* -device isa-debug-exit,iobase=0xf4 */

#define SCI_ENABLED         0x0001      /* PM1 control (ACPI 6.4, 4.8.3.2.1): ACPI is on */
#define SLEEP_TYPE_SHIFT    10
#define SLEEP_ENABLE        0x2000
#define SLEEP_BITS          (SLEEP_ENABLE | 7u << SLEEP_TYPE_SHIFT)
#define REDUCED_TYPE_SHIFT  2           /* sleep control (4.8.3.7) */
#define REDUCED_ENABLE      0x20

/* How long the machine may take: firmware to turn ACPI on, and power to go off.  The second one is
 * short: where nothing comes of it, all that happens is that the last line is shown too early. */
#define ACPI_ON_MS          2000
#define POWER_OFF_MS        100
#define RATE_MAX            4000000000u /* cycles per second, where the clock was not calibrated */

/* Waits for something that the machine does by itself; it may not do it.  Timed by cycles, as
 * the clock may not run.  No PAUSE: under -icount newer versions of QEMU end a CPU's turn at each,
 * which makes this last much longer. */
static void wait_until(bool (*is_done)(void), uint32_t ms)
{
    uint64_t limit = (clock_rate() ? clock_rate() : RATE_MAX) / 1000 * ms;
    uint64_t start = clock_cycles();

    while (!is_done() && clock_cycles() - start < limit)
        ;
}

static bool acpi_is_on(void)
{
    return inw(machine.power_off.control_a) & SCI_ENABLED;
}

static bool never_true(void)
{
    return false;
}

/* The firmware answers the sleep bits only after it was told that ACPI is in use (4.8.2.5). */
static void turn_acpi_on(const struct machine_power_off *how)
{
    if (!how->smi_command || !how->acpi_enable || acpi_is_on())
        return;
    outb(how->smi_command, how->acpi_enable);
    wait_until(acpi_is_on, ACPI_ON_MS);
}

static void enter_s5(uint16_t control, uint8_t type)
{
    uint16_t kept = inw(control) & (uint16_t)~SLEEP_BITS;

    outw(control, (uint16_t)(kept | type << SLEEP_TYPE_SHIFT));
    outw(control, (uint16_t)(kept | type << SLEEP_TYPE_SHIFT | SLEEP_ENABLE));
}

static void enter_s5_reduced(const struct machine_register *control, uint8_t type)
{
    uint8_t value = (uint8_t)(type << REDUCED_TYPE_SHIFT | REDUCED_ENABLE);

    if (control->is_memory)
        *(volatile uint8_t *)control->address = value;
    else
        outb((uint16_t)control->address, value);
}

/* Power goes off a little later, or not at all. */
static void power_off(const struct machine_power_off *how)
{
    if (!how->is_known)
        return;
    if (how->sleep_control.address)
        enter_s5_reduced(&how->sleep_control, how->type_a);
    if (how->control_a) {
        turn_acpi_on(how);
        enter_s5(how->control_a, how->type_a);
    }
    if (how->control_b)
        enter_s5(how->control_b, how->type_b);
}

void machine_exit(uint8_t code)
{
    cli();
    output_flush();
    serial_drain();
    outb(DEBUG_EXIT_PORT, code);
    power_off(&machine.power_off);
    wait_until(never_true, POWER_OFF_MS);       /* also for QEMU, which may not end at once */
    KERN_INFO("The machine can be switched off now.\n");
    output_flush();
    for (;;)
        hlt();                          /* an NMI ends it: so again */
}
