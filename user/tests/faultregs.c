/* What a page-fault handler finds and leaves: every register and flag of the faulting code,
 * the word above its stack, on its own stack and in a handler that faults itself; and two
 * threads that fault at the same time have a stack each. */
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"

enum { FLAGS_CHECKED = 0x8d5, FLAG_DF = 0x400, ADDRESS = 0xD0000000, DEEPER = 0xD0100000 };

/* In the order of PUSHAL, then flags. */
struct state {
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax, eflags;
};

static struct state before, after;
static struct UTrapframe seen;
static unsigned calls;
static bool handler_faults;

/* Loads every register and the flags from `before`, touches *EAX, and stores all in `after`.  ESP
 * is what it is; the frame's word for it is filled in. */
void touch(void);
__asm__(".text\n"
        "touch:\n\t"
        "pushal\n\t"
        "movl %esp, before + 12\n\t"
        "movl before, %edi\n\t"
        "movl before + 4, %esi\n\t"
        "movl before + 8, %ebp\n\t"
        "movl before + 16, %ebx\n\t"
        "movl before + 20, %edx\n\t"
        "movl before + 24, %ecx\n\t"
        "movl before + 28, %eax\n\t"
        "pushl before + 32\n\t"
        "popfl\n"
        "touch_here:\n\t"
        "movl %ecx, (%eax)\n\t"
        "movl %esp, after + 12\n\t"
        "pushfl\n\t"
        "popl after + 32\n\t"
        "cld\n\t"
        "movl %edi, after\n\t"
        "movl %esi, after + 4\n\t"
        "movl %ebp, after + 8\n\t"
        "movl %ebx, after + 16\n\t"
        "movl %edx, after + 20\n\t"
        "movl %ecx, after + 24\n\t"
        "movl %eax, after + 28\n\t"
        "popal\n\t"
        "ret\n");
extern const char touch_here[];

static void make_page(struct UTrapframe *fault)
{
    uintptr_t page = ROUND_DOWN(fault->fault_va, PAGE_SIZE);

    calls++;
    if (page == ADDRESS) {
        seen = *fault;
        if (handler_faults)
            *(volatile uint32_t *)DEEPER = 1;
    }
    CHECK_EQ(sys_page_alloc(0, page, PTE_P | PTE_U | PTE_W), 0);
}

static void check_touch(uint32_t flags)
{
    before = (struct state) { 0x11111111, 0x22222222, 0x33333333, 0, 0x55555555, 0x66666666,
                              0x77777777, ADDRESS + 8, flags };
    calls = 0;
    touch();
    CHECK_EQ(calls, handler_faults ? 2 : 1);
    CHECK_EQ(*(volatile uint32_t *)(ADDRESS + 8), 0x77777777);
    after.eflags &= FLAGS_CHECKED | FLAG_DF;
    CHECK_EQ(after.eflags, before.eflags);
    after.eflags = before.eflags;
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    CHECK_EQ(seen.fault_va, ADDRESS + 8);
    CHECK_EQ(seen.err & 7, 6);
    CHECK_EQ(seen.eip, (uintptr_t)touch_here);
    CHECK_EQ(seen.esp, before.esp);
    CHECK_EQ(seen.eflags & (FLAGS_CHECKED | FLAG_DF), before.eflags);
    seen.regs.unused_esp = 0;
    before.esp = 0;
    CHECK(memcmp(&seen.regs, &before, sizeof seen.regs) == 0);
    CHECK_EQ(sys_page_unmap(0, ADDRESS), 0);
    CHECK_EQ(sys_page_unmap(0, DEEPER), 0);
}

static void check_registers(void)
{
    static const uint32_t flags[] = { 0, FLAGS_CHECKED, 0x001, 0x040, 0x880, FLAG_DF };

    CHECK_EQ(set_pgfault_handler(make_page), 0);
    for (unsigned i = 0; i < ARRAY_SIZE(flags); i++) {
        handler_faults = i % 2;
        check_touch(flags[i]);
        handler_faults = !handler_faults;
        check_touch(flags[i]);
    }
}

/* --- several threads --- */

enum { THREADS = 4, PAGES = 40 };

static struct barrier start_line = BARRIER_INITIALIZER(THREADS);

static void fill_page(struct UTrapframe *fault)
{
    uintptr_t page = ROUND_DOWN(fault->fault_va, PAGE_SIZE);

    CHECK_EQ(sys_page_alloc(0, page, PTE_P | PTE_U | PTE_W), 0);
    *(volatile uint32_t *)(page + 4) = fault->regs.ecx;
}

static void *fault_often(void *argument)
{
    uintptr_t base = ADDRESS + (uintptr_t)argument * 0x10000 * 16;

    barrier_wait(&start_line);
    for (uint32_t i = 0; i < PAGES; i++) {
        uint32_t *word = (uint32_t *)(base + i * PAGE_SIZE), number = (uint32_t)base + i;
        __asm__ volatile("movl %%ecx, (%0)" : : "r"(word), "c"(number) : "memory");
        CHECK_EQ(word[0], number);
        CHECK_EQ(word[1], number);
        CHECK_EQ(sys_page_unmap(0, (uintptr_t)word), 0);
    }
    return NULL;
}

static void check_threads(void)
{
    struct thread *threads[THREADS] = { NULL };

    CHECK_EQ(set_pgfault_handler(fill_page), 0);
    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQ(thread_create(&threads[i], fault_often, (void *)(uintptr_t)i), 0);
    for (unsigned i = 0; i < THREADS; i++)
        thread_join(threads[i]);
}

int main(void)
{
    check_registers();
    check_threads();
    return check_result();
}
