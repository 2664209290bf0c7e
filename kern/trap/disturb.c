/* Fault injection: interrupts that come twice, late, or for no reason (debug builds). */
#include "trap/trap_priv.h"

#ifdef DEBUG

#include "dev/lapic.h"
#include "lib/random.h"

/* Those that CPUs send each other, or themselves, and one that nobody serves. */
enum { FIRST = VECTOR_TIMER, NOT_SERVED = VECTOR_SHOOTDOWN + 1 };
enum { NUM_VECTORS = NOT_SERVED - FIRST + 1 };
enum { TURNS_MAX = 8 };                 /* how often a late one is put off */
enum { CPUS_INTERRUPTED = 8 };

/* [a] atomic  [c] of one CPU, with interrupts off */
static unsigned one_in;                 /* [a] 0: none is disturbed */
static struct {
    struct random random;               /* 0: not begun */
    uint8_t put_off[NUM_VECTORS];       /* so often still */
} disturbed[NUM_CPUS];                  /* [c] */

void trap_disturb_interrupts(unsigned share)
{
    __atomic_store_n(&one_in, share, __ATOMIC_RELAXED);
}

/* One of the first CPUs, if it is there. */
static void interrupt_somebody(struct random *random)
{
    unsigned cpu = random_below(random, MIN(NUM_CPUS, CPUS_INTERRUPTED));

    if (cpu_is_online(cpu))
        lapic_send_ipi(cpu, (uint8_t)(FIRST + random_below(random, NUM_VECTORS)));
}

/* As it is acknowledged and sent again, what was interrupted goes on meanwhile. */
static void send_again(uint32_t vector)
{
    lapic_eoi();
    lapic_send_ipi(get_pcpu_idx(), (uint8_t)vector);
}

static void disturb_one(uint32_t vector, unsigned cpu)
{
    struct random *random = &disturbed[cpu].random;

    switch (random_below(random, 3)) {
    case 0:
        lapic_send_ipi(cpu, (uint8_t)vector);
        break;
    case 1:
        interrupt_somebody(random);
        break;
    default:
        disturbed[cpu].put_off[vector - FIRST] = (uint8_t)(1 + random_below(random, TURNS_MAX));
        break;
    }
}

bool interrupt_is_late(uint32_t vector)
{
    unsigned cpu = get_pcpu_idx(), share = __atomic_load_n(&one_in, __ATOMIC_RELAXED);
    struct random *random = &disturbed[cpu].random;

    if (share == 0 || vector < FIRST || vector > NOT_SERVED)
        return false;
    if (random->state == 0)
        random_seed(random, cpu);

    uint8_t *turns = &disturbed[cpu].put_off[vector - FIRST];

    if (*turns == 0 && random_below(random, share) == 0)
        disturb_one(vector, cpu);
    if (*turns == 0)
        return false;
    --*turns;
    send_again(vector);
    return true;
}

#endif
