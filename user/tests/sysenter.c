/* The two ways into the kernel do the same; and whatever flags, segments, stack pointer and
 * return address a program has when it uses SYSENTER, the kernel does not mind. */
#include "check.h"
#include "env.h"
#include "info.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "x86.h"

#define FLAG_TRAP       0x00000100u
#define FLAG_DIRECTION  0x00000400u
#define FLAG_NESTED     0x00004000u
#define FLAG_ALIGNMENT  0x00040000u

static bool cpu_has_sysenter(void)
{
    uint32_t signature, features;

    cpuid(1, &signature, NULL, NULL, &features);
    return cpuid_has_sysenter(signature, features);
}

struct result {
    uint32_t error, b, c, d;
};

static struct result by_int(uint32_t number, uint32_t b, uint32_t c, uint32_t d)
{
    __asm__ volatile("int %[vector]" : "+a"(number), "+b"(b), "+c"(c), "+d"(d)
                     : [vector] "i"(SYSCALL_VECTOR) : "memory");
    return (struct result){ number, b, c, d };
}

/* `flags` are set just before. */
static struct result by_sysenter(uint32_t flags, uint32_t number, const uint32_t argument[3])
{
    uint32_t b = argument[0], c = argument[1], d = argument[2];

    __asm__ volatile("pushfl; orl %%ecx, (%%esp)\n\t"
                     "movl %%esp, %%ecx; addl $4, %%ecx\n\t"
                     "movl $1f, %%edx\n\t"
                     "popfl\n\t"
                     "sysenter\n"
                     "1:"
                     : "+a"(number), "+b"(b), "+S"(c), "+D"(d), "+c"(flags)
                     : : "edx", "memory", "cc");
    return (struct result){ number, b, c, d };
}

/* By this process, up to now, this one included. */
static uint32_t system_calls(void)
{
    unsigned slot = ENV_INDEX(getpid());
    struct process_info info;

    CHECK_EQ(sys_process_info(&slot, &info), 0);
    CHECK_EQ(info.id, getpid());
    return info.system_calls;
}

static void check_same(uint32_t number, uint32_t b, uint32_t c, uint32_t d)
{
    uint32_t begin = system_calls();
    struct result first = by_int(number, b, c, d);
    uint32_t between = system_calls();
    struct result second = by_sysenter(0, number, (uint32_t[]){ b, c, d });
    uint32_t end = system_calls();

    CHECK_EQ(between - begin, end - between);
    CHECK_EQ(first.error, second.error);
    CHECK_EQ(first.b, second.b);
    CHECK_EQ(first.c, second.c);
    CHECK_EQ(first.d, second.d);
}

static void check_results(void)
{
    check_same(SYS_yield, 11, 12, 13);          /* arguments that it has not stay */
    check_same(SYS_getpid, 0, 0, 0);
    check_same(SYS_quota, 0, 0, 0);
    check_same(SYS_produce, NUM_BUFFERS, 1, 2);
    check_same(SYS_buffer_configure, 3, 7, 0);
    check_same(SYS_sbrk, 0x7fffffff, 5, 6);
    check_same(SYS_puts, 4, 1, 0);
    for (uint32_t number = NUM_SYSCALLS; number != 0; number <<= 1)
        check_same(number, 1, 2, 3);
    check_same(NUM_SYSCALLS, 1, 2, 3);
    check_same(UINT32_MAX, 1, 2, 3);
}

static void check_flags(void)
{
    static const uint32_t flags[] = {
        FLAG_TRAP, FLAG_DIRECTION, FLAG_NESTED, FLAG_ALIGNMENT,
        FLAG_TRAP | FLAG_DIRECTION | FLAG_NESTED | FLAG_ALIGNMENT,
    };
    const uint32_t yield_arguments[3] = { 21, 22, 23 };

    for (unsigned i = 0; i < ARRAY_SIZE(flags); i++) {
        struct result r = by_sysenter(flags[i], SYS_yield, yield_arguments);
        CHECK_EQ(r.error, 0);
        CHECK(r.b == 21 && r.c == 22 && r.d == 23);
        uint32_t after;
        __asm__ volatile("pushfl; popl %0" : "=r"(after));
        CHECK_EQ(after & (FLAG_TRAP | FLAG_DIRECTION | FLAG_NESTED), 0);
    }
    /* With DF the kernel would copy the program and its arguments backwards. */
    struct result r = by_sysenter(FLAG_DIRECTION, SYS_spawn,
                                  (uint32_t[]){ (uintptr_t)"sysenter child", 64, CPU_ANY });
    CHECK_EQ(r.error, 0);
    CHECK_EQ(wait_status((int)r.b), EXIT_SUCCESS);
}

/* Null selectors come back as they were. */
static void check_segments(void)
{
    uint32_t number = SYS_yield, ds, es;

    __asm__ volatile("movl %%ds, %%ebx\n\t"
                     "xorl %%ecx, %%ecx; movl %%ecx, %%ds; movl %%ecx, %%es\n\t"
                     "movl %%esp, %%ecx; movl $1f, %%edx; sysenter\n"
                     "1:\tmovl %%ds, %%ecx; movl %%es, %%edx\n\t"
                     "movl %%ebx, %%ds; movl %%ebx, %%es"
                     : "+a"(number), "=c"(ds), "=d"(es) : : "ebx", "esi", "edi", "memory", "cc");
    CHECK_EQ(number, 0);
    CHECK(ds == 0 && es == 0);
}

/* It is only given back, never used by the kernel. */
static void check_stack_pointer(void)
{
    static const uint32_t pointers[] = { 0, 3, 0x100000, 0xb8000, 0xfffffffc };

    for (unsigned i = 0; i < ARRAY_SIZE(pointers); i++) {
        uint32_t number = SYS_yield, pointer = pointers[i];
        __asm__ volatile("movl %%esp, %%ebx; movl $1f, %%edx; sysenter\n"
                         "1:\txchgl %%esp, %%ebx"
                         : "+a"(number), "+c"(pointer), "=b"(pointer)
                         : : "edx", "esi", "edi", "memory", "cc");
        CHECK_EQ(number, 0);
        CHECK_EQ(pointer, pointers[i]);
    }
}

/* Where it returns to is the program's own affair: in the kernel it has no rights. */
NORETURN static void return_to(uint32_t address)
{
    __asm__ volatile("movl %%esp, %%ecx; sysenter" : : "a"(SYS_yield), "d"(address));
    __builtin_trap();
}

static void check_return_addresses(void)
{
    static const char *const commands[] = {
        "sysenter 0", "sysenter 0x100000", "sysenter 0xfffffff0", "sysenter 0x39ffff00",
    };

    for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
        int pid = spawn(commands[i], 64);
        CHECK(pid > 0);
        CHECK_EQ(wait_status(pid), STATUS_FAULT + 14);
    }
}

/* Two processes on one CPU, each with values of its own in all registers. */
static void check_switches(unsigned id)
{
    const uint32_t mine[3] = { id, id + 1, id + 2 };

    for (unsigned i = 0; i < 500; i++) {
        struct result r = by_sysenter(0, SYS_yield, mine);
        CHECK(r.error == 0 && r.b == id && r.c == id + 1 && r.d == id + 2);
    }
}

int main(int argc, char **argv)
{
    unsigned number;

    if (!cpu_has_sysenter()) {
        puts("sysenter: this CPU does not have it");
        return EXIT_SUCCESS;
    }
    if (argc > 1 && strcmp(argv[1], "child") == 0) {
        check_switches(1000);
        return check_result();
    }
    if (argc > 1)
        return_to(parse_unsigned(argv[1], &number) ? number : 0);
    check_results();
    check_flags();
    check_segments();
    check_stack_pointer();
    check_return_addresses();
    int pid = spawn_on(cpu_index(), "sysenter child", 64);
    check_switches(2000);
    CHECK_EQ(wait_status(pid), EXIT_SUCCESS);
    return check_result();
}
