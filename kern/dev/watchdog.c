/* The ib700 watchdog (iBASE IB700 board manual; QEMU's hw/watchdog/wdt_ib700.c is one). */
#include "dev/watchdog.h"

#include "lib/assert.h"
#include "pcpu/x86.h"

#define ENABLE          0x443           /* written: value v means 30 - 2v seconds */
enum { SECONDS_MAX = 30 };

/* [b] only the boot processor, as the functions here */
static bool armed;                      /* [b] */
static uint8_t value;                   /* [b] for ENABLE */

void watchdog_arm(unsigned seconds)
{
    KERN_ASSERT(seconds >= 2 && seconds <= SECONDS_MAX);
    value = (uint8_t)((SECONDS_MAX - seconds) / 2);
    armed = true;
    watchdog_kick();
}

void watchdog_kick(void)
{
    if (armed)
        outb(ENABLE, value);
}
