/* The 8254 interval timer (Intel 8254 data sheet). */
#include "dev/pit.h"

#include "pcpu/x86.h"

#define CHANNEL_0       0x40
#define CHANNEL_2       0x42
#define COMMAND         0x43
#define CHANNEL_2_LATCH 0x80            /* what follows are commands for COMMAND */
#define CHANNEL_2_ONCE  0xb0            /* low byte, high byte; mode 0: count down once */
#define CHANNEL_0_RATE  0x34            /* low byte, high byte; mode 2: rate generator */

#define GATE            0x61            /* the PC/AT's port B */
#define GATE_OPEN       0x01
#define GATE_SPEAKER    0x02
#define GATE_OUTPUT     0x20            /* channel 2's output: high when it has counted down */

void pit_start(void)
{
    outb(GATE, (inb(GATE) & ~GATE_SPEAKER) | GATE_OPEN);
    outb(COMMAND, CHANNEL_2_ONCE);
    outb(CHANNEL_2, PIT_COUNT_MAX & 0xff);
    outb(CHANNEL_2, PIT_COUNT_MAX >> 8);
}

uint32_t pit_elapsed(void)
{
    uint32_t low, high;

    outb(COMMAND, CHANNEL_2_LATCH);
    low = inb(CHANNEL_2);
    high = inb(CHANNEL_2);
    return PIT_COUNT_MAX - (high << 8 | low);
}

bool pit_is_running(void)
{
    return !(inb(GATE) & GATE_OUTPUT);
}

void pit_set_period(uint16_t count)
{
    outb(COMMAND, CHANNEL_0_RATE);
    outb(CHANNEL_0, (uint8_t)count);
    outb(CHANNEL_0, (uint8_t)(count >> 8));
}
