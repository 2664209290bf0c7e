/* The 8254 interval timer (Intel 8254 data sheet). */
#include "dev/pit.h"

#include "dev/reference_priv.h"
#include "pcpu/x86.h"

#define CHANNEL_0       0x40
#define CHANNEL_2       0x42
#define COMMAND         0x43
#define CHANNEL_0_LATCH 0x00            /* what follows are commands for COMMAND */
#define CHANNEL_0_ONCE  0x30            /* low byte, high byte; mode 0: count down once */
#define CHANNEL_0_RATE  0x34            /* low byte, high byte; mode 2: rate generator */
#define CHANNEL_0_STATUS 0xe2           /* read back: the next byte read is its status */
#define CHANNEL_2_LATCH 0x80
#define CHANNEL_2_ONCE  0xb0
#define STATUS_OUTPUT   0x80            /* the channel's output: high when it has counted down */

#define GATE            0x61            /* the PC/AT's port B */
#define GATE_OPEN       0x01
#define GATE_SPEAKER    0x02
#define GATE_OUTPUT     0x20            /* channel 2's output */
#define GATE_MISSING    0xff

#define PIT_HZ          1193182u
#define COUNT_MAX       0xffffu         /* 55 ms */

/* Channel 2 can be stopped and looked at by port B; small virtual machines lack that port, and
 * channel 0 has to do. */
static bool has_gate;                   /* only the boot processor, at boot */

static uint64_t pit_start(void)
{
    uint16_t channel = CHANNEL_0;
    uint8_t gate = inb(GATE);

    has_gate = gate != GATE_MISSING;
    if (has_gate) {
        outb(GATE, (gate & ~GATE_SPEAKER) | GATE_OPEN);
        channel = CHANNEL_2;
    }
    outb(COMMAND, has_gate ? CHANNEL_2_ONCE : CHANNEL_0_ONCE);
    outb(channel, COUNT_MAX & 0xff);
    outb(channel, COUNT_MAX >> 8);
    return PIT_HZ;
}

static uint64_t pit_elapsed(void)
{
    uint16_t channel = has_gate ? CHANNEL_2 : CHANNEL_0;
    uint32_t low, high;

    outb(COMMAND, has_gate ? CHANNEL_2_LATCH : CHANNEL_0_LATCH);
    low = inb(channel);
    high = inb(channel);
    return COUNT_MAX - (high << 8 | low);
}

static bool is_running(void)
{
    if (has_gate)
        return !(inb(GATE) & GATE_OUTPUT);
    outb(COMMAND, CHANNEL_0_STATUS);
    return !(inb(CHANNEL_0) & STATUS_OUTPUT);
}

const struct reference_clock pit_reference = {
    .name = "the interval timer", .start = pit_start, .elapsed = pit_elapsed,
    .is_running = is_running,
};

#ifdef DEBUG

void pit_set_period(uint16_t count)
{
    outb(COMMAND, CHANNEL_0_RATE);
    outb(CHANNEL_0, (uint8_t)count);
    outb(CHANNEL_0, (uint8_t)(count >> 8));
}

#endif
