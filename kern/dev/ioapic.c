/* The I/O APICs (Intel 82093AA data sheet). */
#include "dev/ioapic.h"

#include "abi/error.h"
#include "dev/machine.h"
#include "lib/assert.h"
#include "pcpu/spinlock.h"

#define INDEX               0x00        /* offsets of the two registers in memory */
#define WINDOW              0x10
#define VERSION             1           /* indexed registers */
#define VERSION_LAST_INPUT  16          /* shift of the number of the last input */
#define REDIRECTION(input)  (0x10 + 2 * (input))

#define ENTRY_ACTIVE_LOW    (1u << 13)
#define ENTRY_LEVEL         (1u << 15)
#define ENTRY_MASKED        (1u << 16)
#define ENTRY_CPU_SHIFT     24          /* in the high word */
#define APIC_ID_MAX         0xfeu       /* an entry has 8 bits for it */

/* One lock for all: routes are set at boot and seldom after. */
static const struct lock_class ioapic_class = LOCK_CLASS("dev.ioapic", 0);
static struct spinlock ioapic_lock = SPINLOCK_INITIALIZER(&ioapic_class);
static uint32_t inputs[MAX_IOAPICS];    /* [I] set once, at boot */

static volatile uint32_t *ioapic_register(const struct machine_ioapic *ioapic, uint32_t offset)
{
    return (volatile uint32_t *)(ioapic->base + offset);
}

static uint32_t read_register(const struct machine_ioapic *ioapic, uint32_t index)
{
    *ioapic_register(ioapic, INDEX) = index;
    return *ioapic_register(ioapic, WINDOW);
}

static void write_register(const struct machine_ioapic *ioapic, uint32_t index, uint32_t value)
{
    *ioapic_register(ioapic, INDEX) = index;
    *ioapic_register(ioapic, WINDOW) = value;
}

void ioapic_init(void)
{
    spinlock_acquire(&ioapic_lock);
    for (unsigned i = 0; i < machine.nioapics; i++) {
        uint32_t version = read_register(&machine.ioapic[i], VERSION);
        if (version == 0 || version == ~0u)             /* nothing answers there */
            continue;
        inputs[i] = (version >> VERSION_LAST_INPUT & 0xff) + 1;
        for (uint32_t input = 0; input < inputs[i]; input++)
            write_register(&machine.ioapic[i], REDIRECTION(input), ENTRY_MASKED);
    }
    spinlock_release(&ioapic_lock);
}

int ioapic_route(unsigned irq, uint8_t vector, unsigned cpu)
{
    const struct machine_irq *line = &machine.irq[irq];
    int error = E_NOT_FOUND;

    KERN_ASSERT(irq < NUM_ISA_IRQS && cpu < machine.ncpus);
    if (machine.apic_id[cpu] > APIC_ID_MAX)
        return E_NOT_FOUND;
    spinlock_acquire(&ioapic_lock);
    for (unsigned i = 0; i < machine.nioapics; i++) {
        const struct machine_ioapic *ioapic = &machine.ioapic[i];
        uint32_t input = line->gsi - ioapic->gsi_base;
        if (line->gsi < ioapic->gsi_base || input >= inputs[i])
            continue;
        /* The destination first: the low word unmasks the input. */
        write_register(ioapic, REDIRECTION(input) + 1,
                       machine.apic_id[cpu] << ENTRY_CPU_SHIFT);
        write_register(ioapic, REDIRECTION(input), vector |
                       (line->polarity == ACTIVE_LOW ? ENTRY_ACTIVE_LOW : 0) |
                       (line->trigger == LEVEL_TRIGGERED ? ENTRY_LEVEL : 0));
        error = 0;
        break;
    }
    spinlock_release(&ioapic_lock);
    return error;
}
