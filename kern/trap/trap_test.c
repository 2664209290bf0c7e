/* Tests of traps: every vector has a handler, frames nest, and nothing is reloaded without a
 * change of threads.  Faults of user code are tested by user/tests/faults.c, those of the
 * kernel by the self-tests in init/. */
#include "trap/trap_priv.h"

#include "abi/error.h"
#include "abi/syscall.h"
#include "dev/lapic.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

/* Sends this CPU an interrupt through its APIC and waits until it was taken. */
static void interrupt_self(uint8_t vector, const uint32_t *counter)
{
    uint32_t before = *(const volatile uint32_t *)counter;

    lapic_send_ipi(get_pcpu_idx(), vector);
    while (*(const volatile uint32_t *)counter == before)
        pause();
    EXPECT_EQ(*counter, before + 1);
}

/* 16 to 31 cannot be sent: they are exceptions' vectors (SDM vol. 3, 10.5.2). */
KTEST(trap, every_unused_vector_is_counted)
{
    const uint32_t *counter = &this_cpu()->statistics.unexpected_interrupts;

    for (unsigned vector = NUM_EXCEPTIONS; vector < 256; vector++) {
        bool used = vector == VECTOR_TIMER || vector == VECTOR_RESCHEDULE ||
                    vector == VECTOR_SHOOTDOWN ||
                    vector == VECTOR_FORCED_PREEMPTION || vector == VECTOR_SPURIOUS ||
                    vector == VECTOR_IRQ0 + IRQ_SERIAL ||
                    vector == VECTOR_IRQ0 + IRQ_KEYBOARD ||
                    vector == SYSCALL_VECTOR;
        if (!used)
            interrupt_self(vector, counter);
    }
}

KTEST(trap, reschedule_interrupt_is_counted)
{
    interrupt_self(VECTOR_RESCHEDULE, &this_cpu()->statistics.ipis_received);
}

/* With nothing in the mailbox it does no harm. */
KTEST(trap, shootdown_interrupt_is_counted)
{
    interrupt_self(VECTOR_SHOOTDOWN, &this_cpu()->statistics.shootdowns_served);
}

KTEST(trap, spurious_interrupt_is_counted)
{
    uint32_t before = this_cpu()->statistics.spurious_interrupts;

    software_interrupt(VECTOR_SPURIOUS);
    EXPECT_EQ(this_cpu()->statistics.spurious_interrupts, before + 1);
}

/* Every one is disturbed: none is lost, some come late and twice. */
KTEST(trap, disturbed_interrupts_are_more)
{
    enum { SENT = 100 };
    const uint32_t *counter = &this_cpu()->statistics.ipis_received;
    uint32_t before = *counter;

    trap_disturb_interrupts(1);
    for (unsigned i = 0; i < SENT; i++) {
        uint32_t last = __atomic_load_n(counter, __ATOMIC_RELAXED);

        lapic_send_ipi(get_pcpu_idx(), VECTOR_RESCHEDULE);
        while (__atomic_load_n(counter, __ATOMIC_RELAXED) == last)
            pause();
    }
    trap_disturb_interrupts(0);
    EXPECT(*counter - before > SENT);
}

static void sleep_for_ever(void *unused)
{
    (void)unused;
    EXPECT_EQ(thread_sleep_until(UINT64_MAX), 0);
}

static void await_ticks(uint32_t more)
{
    const volatile uint32_t *ticks = &this_cpu()->statistics.timer_ticks;
    uint32_t before = *ticks;

    while (*ticks - before < more)
        pause();
}

/* This thread is one that does what a tick has left to do, and another tick comes: nothing is due
 * to that one, and interrupts do not pile up on the stack. */
KTEST(trap, tick_leaves_the_rest_to_a_thread_that_is_at_it)
{
    struct thread *self = thread_current(), *sleeper;

    sched_set_preemption(PREEMPT_NEVER);
    sleeper = test_spawn(self->home, sleep_for_ever, NULL);
    while (test_state(sleeper) != THREAD_BLOCKED)
        thread_yield();
    self->finishes_tick = true;
    intr_local_disable();
    sleeper->deadline = 0;
    intr_local_enable();
    await_ticks(3);
    EXPECT_EQ(test_state(sleeper), THREAD_BLOCKED);
    self->finishes_tick = false;
    while (test_state(sleeper) == THREAD_BLOCKED)
        pause();
    sched_set_preemption(PREEMPT_KERNEL);
    thread_join(sleeper);
}

KTEST(trap, nmi_is_not_fatal)
{
    uint32_t before = this_cpu()->statistics.nmis;

    software_interrupt(VECTOR_NMI);
    EXPECT_EQ(this_cpu()->statistics.nmis, before + 1);
}

/* A program that single-steps must not stop the kernel at its first instruction. */
KTEST(trap, trap_flag_ends_at_the_kernel)
{
    uint32_t flags;

    __asm__ volatile("pushfl; orl %1, (%%esp); popfl; nop; nop; pushfl; popl %0"
                     : "=r"(flags) : "i"(EFLAGS_TF) : "memory", "cc");
    EXPECT(!(flags & EFLAGS_TF));
}

/* Registers and flags come through interrupts at every depth. */
KTEST(trap, interrupt_preserves_registers)
{
    uint32_t eax = 1, ebx = 2, ecx = 3, edx = 4, esi = 5, edi = 6;

    for (unsigned i = 0; i < 100; i++)
        __asm__ volatile("int %6"
                         : "+a"(eax), "+b"(ebx), "+c"(ecx), "+d"(edx), "+S"(esi), "+D"(edi)
                         : "i"(VECTOR_FORCED_PREEMPTION) : "memory");
    EXPECT_EQ(eax, 1);
    EXPECT_EQ(ebx, 2);
    EXPECT_EQ(ecx, 3);
    EXPECT_EQ(edx, 4);
    EXPECT_EQ(esi, 5);
    EXPECT_EQ(edi, 6);
    EXPECT(intr_are_enabled());
}

/* Page table and TSS change only with the thread (the lab's exercise 9): timer interrupts that
 * find no other thread to run load neither. */
KTEST(trap, no_load_without_a_switch)
{
    struct cpu *cpu = this_cpu();
    struct cpu_statistics before = cpu->statistics;
    uintptr_t trap_stack = cpu->tss.esp0;

    while (cpu->statistics.timer_ticks < before.timer_ticks + 20)
        pause();
    uint32_t switches = cpu->statistics.context_switches - before.context_switches;
    uint32_t loads = cpu->statistics.space_loads - before.space_loads;
    EXPECT(loads <= switches);
    if (switches == 0)
        EXPECT_EQ(loads, 0);
    EXPECT_EQ(cpu->tss.esp0, trap_stack);
}

KTEST(trap, unknown_system_calls_fail)
{
    static const uint32_t numbers[] = { NUM_SYSCALLS, NUM_SYSCALLS + 1, 0x7fffffff, 0x80000000,
                                        0xffffffff };

    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        struct trapframe frame = { .regs = { .eax = numbers[i], .ebx = 77 } }, before = frame;
        handle_system_call(&frame);
        EXPECT_EQ(frame.regs.eax, E_INVAL_CALLNR);
        frame.regs.eax = before.regs.eax;
        EXPECT(memcmp(&frame, &before, sizeof frame) == 0);
    }
}
