/* What a program may do to the flags, the segment registers and the stack pointer before it
 * calls the kernel: the kernel must not mind, and must give everything back as it was. */
#include "check.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"

#define FLAG_CARRY      0x00000001u
#define FLAG_DIRECTION  0x00000400u
#define FLAG_OVERFLOW   0x00000800u
#define FLAG_NESTED     0x00004000u
#define FLAG_ALIGNMENT  0x00040000u
#define FLAG_ID         0x00200000u
#define ARITHMETIC      0x000008d5u     /* all of them */

/* Yields with these flags added; returns the flags afterwards. */
static uint32_t yield_with(uint32_t flags)
{
    uint32_t before, after, number = SYS_yield;

    __asm__ volatile("pushfl; popl %[before]\n\t"
                     "orl %[before], %[flags]\n\t"
                     "pushl %[flags]; popfl\n\t"
                     "int %[vector]\n\t"
                     "pushfl; popl %[after]\n\t"
                     "pushl %[before]; popfl"
                     : [before] "=&r"(before), [after] "=&r"(after), [flags] "+r"(flags),
                       "+a"(number)
                     : [vector] "i"(SYSCALL_VECTOR) : "memory", "cc");
    CHECK_EQ(number, 0);
    return after;
}

static void check_flags(void)
{
    static const uint32_t flags[] = {
        FLAG_CARRY, FLAG_DIRECTION, FLAG_OVERFLOW, FLAG_NESTED, FLAG_ALIGNMENT, FLAG_ID,
        FLAG_DIRECTION | FLAG_NESTED | FLAG_ALIGNMENT | ARITHMETIC,
    };

    for (unsigned i = 0; i < ARRAY_SIZE(flags); i++)
        CHECK_EQ(yield_with(flags[i]) & flags[i], flags[i]);
    CHECK_EQ(yield_with(0) & (FLAG_DIRECTION | FLAG_NESTED), 0);
}

/* IOPL and IF cannot be changed from user mode, and trying is no fault (SDM vol. 2, POPF). */
static void check_privileged_flags(void)
{
    CHECK_EQ(yield_with(0x3000) & 0x3000, 0);
    CHECK_EQ(yield_with(0) & 0x200, 0x200);
    __asm__ volatile("pushfl; andl $~0x200, (%%esp); popfl" : : : "memory", "cc");
    CHECK_EQ(yield_with(0) & 0x200, 0x200);
}

/* The kernel copies the program and its arguments with string instructions: forwards. */
static void check_direction(void)
{
    uint32_t number = SYS_spawn, pid = (uint32_t)(uintptr_t)"flags child";

    __asm__ volatile("std; int %[vector]; cld"
                     : "+a"(number), "+b"(pid)
                     : "c"(64), "d"(CPU_ANY), [vector] "i"(SYSCALL_VECTOR) : "memory", "cc");
    CHECK_EQ(number, 0);
    CHECK_EQ(wait_status((int)pid), EXIT_SUCCESS);
}

/* Yields with this selector in all data segments; are they as before afterwards?  Null is fine
 * as long as no program uses it. */
static void check_segments(uint32_t selector)
{
    uint32_t number = SYS_yield, ds = selector, es, fs, gs;

    __asm__ volatile("movl %%ds, %%ebx\n\t"
                     "movl %%ecx, %%ds; movl %%ecx, %%es\n\t"
                     "movl %%ecx, %%fs; movl %%ecx, %%gs\n\t"
                     "int %[vector]\n\t"
                     "movl %%ds, %%ecx; movl %%es, %%edx\n\t"
                     "movl %%fs, %%esi; movl %%gs, %%edi\n\t"
                     "movl %%ebx, %%ds; movl %%ebx, %%es"
                     : "+a"(number), "+c"(ds), "=d"(es), "=S"(fs), "=D"(gs)
                     : [vector] "i"(SYSCALL_VECTOR) : "ebx", "memory", "cc");
    CHECK_EQ(number, 0);
    CHECK(ds == selector && es == selector && fs == selector && gs == selector);
}

static uint32_t data_selector(void)
{
    uint32_t selector;

    __asm__("movl %%ss, %0" : "=r"(selector));
    return selector;
}

/* Another process on this CPU has null selectors meanwhile. */
static void check_segments_of_two(void)
{
    int pid = spawn_on(cpu_index(), "flags null", 64);

    for (unsigned i = 0; i < 200; i++)
        check_segments(data_selector());
    CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
}

/* The kernel uses a stack of its own and never the program's. */
static void check_stack_pointer(void)
{
    static const uint32_t pointers[] = { 0, 3, 0x100000, 0xb8000, 0xfffffffc };

    for (unsigned i = 0; i < ARRAY_SIZE(pointers); i++) {
        uint32_t number = SYS_yield, pointer = pointers[i];

        __asm__ volatile("xchgl %%esp, %[pointer]; int %[vector]; xchgl %%esp, %[pointer]"
                         : "+a"(number), [pointer] "+b"(pointer)
                         : [vector] "i"(SYSCALL_VECTOR) : "memory", "cc");
        CHECK_EQ(number, 0);
        CHECK_EQ(pointer, pointers[i]);
    }
}

static unsigned ticks_of(unsigned cpu)
{
    struct cpu_info info = { 0 };

    CHECK_EQ(sys_cpu_info(cpu, &info), 0);
    return info.ticks;
}

/* Until the timer has interrupted with such flags, too: of two ticks on this CPU one did. */
static void check_timer(void)
{
    unsigned cpu = cpu_index(), before;

    CHECK_EQ(sys_set_affinity(0, 1ull << cpu), 0);
    do {
        before = ticks_of(cpu);
        __asm__ volatile("std" : : : "cc");
        for (volatile unsigned i = 0; i < 1000000; i++)
            continue;
        __asm__ volatile("cld" : : : "cc");
    } while (ticks_of(cpu) - before < 2);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        if (strcmp(argv[1], "null") == 0)
            for (unsigned i = 0; i < 200; i++)
                check_segments(0);
        return check_result();
    }
    check_flags();
    check_privileged_flags();
    check_direction();
    check_segments(0);
    check_segments(data_selector());
    check_segments_of_two();
    check_stack_pointer();
    check_timer();
    return check_result();
}
