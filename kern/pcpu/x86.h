/* x86 instructions that C cannot express, one inline function each (Intel SDM vol. 2). */
#pragma once

#include "lib/types.h"
#include "pcpu/registers.h"

static inline uint8_t inb(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint16_t inw(uint16_t port)
{
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void outw(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t inl(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint32_t read_eflags(void)
{
    uint32_t flags;
    __asm__ volatile("pushfl; popl %0" : "=r"(flags) : : "memory");
    return flags;
}

static inline uint16_t read_fs(void)
{
    uint16_t selector;

    __asm__ volatile("movw %%fs, %0" : "=r"(selector));
    return selector;
}

static inline uint16_t read_gs(void)
{
    uint16_t selector;

    __asm__ volatile("movw %%gs, %0" : "=r"(selector));
    return selector;
}

static inline void cli(void)
{
    __asm__ volatile("cli" : : : "memory");
}

static inline void sti(void)
{
    __asm__ volatile("sti" : : : "memory");
}

/* STI takes effect after the next instruction: no interrupt can slip in before the HLT. */
static inline void sti_hlt(void)
{
    __asm__ volatile("sti; hlt" : : : "memory");
}

static inline void hlt(void)
{
    __asm__ volatile("hlt" : : : "memory");
}

static inline void pause(void)
{
    __asm__ volatile("pause" : : : "memory");
}

static inline uint32_t xchg(uint32_t *address, uint32_t value)
{
    __asm__ volatile("xchgl %0, %1" : "+r"(value), "+m"(*address) : : "memory");
    return value;
}

/* Adds 1 to a word that only this CPU writes now, while others may read it: one instruction, where
 * an atomic load and store would take three. */
static inline void count_up(uint32_t *count)
{
    __asm__ volatile("incl %0" : "+m"(*count) : : "cc");
}

/* INT: runs the handler of that vector, a constant, as if it had interrupted here. */
#define software_interrupt(vector) __asm__ volatile("int %0" : : "i"(vector) : "memory")

/* Interrupts of this CPU go by that table of `size` bytes (SDM vol. 3, 6.10). */
static inline void load_idt(const void *table, size_t size)
{
    struct {
        uint16_t  limit;
        uintptr_t base;
    } __attribute__((packed)) idtr = { (uint16_t)(size - 1), (uintptr_t)table };

    __asm__ volatile("lidt %0" : : "m"(idtr));
}

/* An address in the code of the function that says this, on the line where it says it: a macro,
 * since code of inline functions counts as their own lines. */
#define CURRENT_PLACE()                                                                 \
    __extension__ ({                                                                    \
        uintptr_t place_;                                                               \
        __asm__ volatile("movl $1f, %0\n1:" : "=r"(place_));                            \
        place_;                                                                         \
    })

enum { BRANCH_SIZE = 5 };

/* False.  From branch_set() on (pcpu/branch.h), true: the NOP has become a jump (SDM vol. 2, NOP of
 * five bytes). */
ALWAYS_INLINE static inline bool branch_is_on(const unsigned which)
{
    __asm__ goto("1: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
                 ".pushsection branch, \"a\"\n"
                 ".long 1b, %l[on], %c0\n"
                 ".popsection"
                 : : "i"(which) : : on);
    return false;
on: COLD_LABEL;
    return true;
}

static inline uint64_t rdtsc(void)
{
    uint64_t value;
    __asm__ volatile("rdtsc" : "=A"(value));    /* EDX:EAX */
    return value;
}

static inline uint64_t rdmsr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

struct cpuid_result {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_result r;
    __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}

#define DEFINE_CONTROL_REGISTER(name)                                                   \
    static inline uint32_t read_##name(void)                                            \
    {                                                                                   \
        uint32_t value;                                                                 \
        __asm__ volatile("movl %%" #name ", %0" : "=r"(value) : : "memory");            \
        return value;                                                                   \
    }                                                                                   \
    static inline void write_##name(uint32_t value)                                     \
    {                                                                                   \
        __asm__ volatile("movl %0, %%" #name : : "r"(value) : "memory");                \
    }

DEFINE_CONTROL_REGISTER(cr0)
DEFINE_CONTROL_REGISTER(cr2)
DEFINE_CONTROL_REGISTER(cr3)
DEFINE_CONTROL_REGISTER(cr4)

static inline void invlpg(uint32_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* Allow and forbid kernel access to user pages while CR4.SMAP is on (SDM vol. 3, 4.6). */
static inline void stac(void)
{
    __asm__ volatile("stac" : : : "memory", "cc");
}

static inline void clac(void)
{
    __asm__ volatile("clac" : : : "memory", "cc");
}

static inline void clts(void)
{
    __asm__ volatile("clts" : : : "memory");
}

/* Each instruction below that touches user memory has an entry in the section __fixup: its
 * address, and where to go on if it faults and the page cannot be had.  The page-fault handler
 * looks for it (vmm/usercopy.c). */
struct fixup {
    uintptr_t eip, go_on;
};

#define FIXUP(at, to)                                                                   \
    ".pushsection __fixup, \"a\"\n\t"                                                   \
    ".long " #at ", " #to "\n\t"                                                        \
    ".popsection\n\t"

/* Copies words, then the bytes that are left over.  False if a fault stopped it: the string
 * instructions leave in ECX what they have not done. */
static inline bool copy_or_fault(uintptr_t to, uintptr_t from, size_t size)
{
    size_t words = size / 4;

    __asm__ volatile("1:\trep movsl\n\t"
                     "movl %3, %%ecx\n"
                     "2:\trep movsb\n"
                     "3:\n\t"
                     FIXUP(1b, 3b) FIXUP(2b, 3b)
                     : "+D"(to), "+S"(from), "+c"(words) : "r"(size % 4) : "memory");
    return words == 0;
}

enum string_end { STRING_ENDED, STRING_GOES_ON, STRING_FAULTED };

/* Copies at most `max` bytes, at least one, up to and with a 0; `*copied` says how many. */
static inline enum string_end copy_string_or_fault(char *to, uintptr_t from, size_t max,
                                                   size_t *copied)
{
    enum string_end end = STRING_FAULTED;
    size_t left = max;
    char byte;

    __asm__ volatile("1:\tmovb (%2), %b3\n\t"
                     "incl %2\n\t"
                     "movb %b3, (%1)\n\t"
                     "incl %1\n\t"
                     "decl %0\n\t"
                     "testb %b3, %b3\n\t"
                     "jz 2f\n\t"
                     "testl %0, %0\n\t"
                     "jnz 1b\n\t"
                     "movl %6, %4\n\t"
                     "jmp 3f\n"
                     "2:\tmovl %5, %4\n"
                     "3:\n\t"
                     FIXUP(1b, 3b)
                     : "+r"(left), "+r"(to), "+r"(from), "=&q"(byte), "+m"(end)
                     : "i"(STRING_ENDED), "i"(STRING_GOES_ON) : "memory", "cc");
    *copied = max - left;
    return end;
}
