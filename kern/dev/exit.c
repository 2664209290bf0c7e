/* Leaving the machine. */
#include "dev/exit.h"

#include "dev/machine.h"
#include "pcpu/x86.h"

#define DEBUG_EXIT_PORT     0xf4        /* -device isa-debug-exit,iobase=0xf4 */
#define SLEEP_ENABLE        0x2000      /* PM1 control: SLP_EN (ACPI 6.4, 4.8.3.2.1) */

void machine_exit(uint8_t code)
{
    cli();
    outb(DEBUG_EXIT_PORT, code);
    /* With the sleep type 0, which is "off" in QEMU and on many chip sets "on": harmless.  The
     * right value stands in byte code (ACPI 6.4, 7.4.2), for which there is no interpreter. */
    if (machine.power_off_port)
        outw(machine.power_off_port, SLEEP_ENABLE);
    for (;;)
        hlt();                          /* an NMI ends it: so again */
}
