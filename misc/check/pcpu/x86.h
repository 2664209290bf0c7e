/* What kern/pcpu/x86.h does with instructions, done by a simulated CPU: the include path of the
 * explorer finds this file first, and so the kernel's own files become part of a host program. */
#pragma once

#include "lib/types.h"
#include "pcpu/registers.h"
#include "vcpu.h"

static inline uint32_t read_eflags(void)
{
    return vcpu_interrupts_are_on() ? EFLAGS_IF : 0;
}

static inline uint16_t read_fs(void)
{
    return 0;
}

static inline uint16_t read_gs(void)
{
    return 0;
}

static inline void cli(void)
{
    vcpu_cli();
}

static inline void sti(void)
{
    vcpu_sti();
}

static inline void sti_hlt(void)
{
    vcpu_sti();
    vcpu_hlt();
}

static inline void hlt(void)
{
    vcpu_hlt();
}

/* Not inline: where it is called from tells one waiting loop from another. */
#define pause() vcpu_pause()

static inline uint32_t xchg(uint32_t *address, uint32_t value)
{
    return __atomic_exchange_n(address, value, __ATOMIC_SEQ_CST);
}

static inline void count_up(uint32_t *count)
{
    vcpu_count_up(count);
}

#if defined(__x86_64__)
#define ADDRESS_OF_THIS "leaq 0(%%rip), %0"
#elif defined(__aarch64__)
#define ADDRESS_OF_THIS "adr %0, ."
#else
#error "the explorer runs on x86-64 and arm64"
#endif
#define CURRENT_PLACE()                                                                 \
    __extension__ ({                                                                    \
        uintptr_t place_;                                                               \
        __asm__ volatile(ADDRESS_OF_THIS : "=r"(place_));                               \
        place_;                                                                         \
    })

/* Nothing that is optional is on. */
static inline bool branch_is_on(unsigned which)
{
    (void)which;
    return false;
}

static inline uint64_t rdtsc(void)
{
    return vcpu_cycles();
}

static inline uint64_t rdmsr(uint32_t msr)
{
    (void)msr;
    return 0;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    (void)msr, (void)value;
}

static inline uint32_t read_cr3(void)
{
    return vcpu_read_cr3();
}

static inline void write_cr3(uint32_t value)
{
    vcpu_write_cr3(value);
}

static inline uint32_t read_cr4(void)
{
    return 0;
}

static inline void write_cr4(uint32_t value)
{
    (void)value;
}

static inline void invlpg(uint32_t address)
{
    vcpu_invlpg(address);
}

static inline void stac(void)
{
}

static inline void clac(void)
{
}

/* User memory is where the page tables say; nothing brings a page that is not there. */
struct fixup {
    uintptr_t eip, go_on;
};

static inline bool copy_or_fault(uintptr_t to, uintptr_t from, size_t size)
{
    return vcpu_copy(to, from, size);
}

enum string_end { STRING_ENDED, STRING_GOES_ON, STRING_FAULTED };

static inline enum string_end copy_string_or_fault(char *to, uintptr_t from, size_t max,
                                                   size_t *copied)
{
    for (*copied = 0; *copied < max; (*copied)++, to++) {
        if (!vcpu_copy((uintptr_t)to, from + *copied, 1))
            return STRING_FAULTED;
        if (!*to) {
            ++*copied;
            return STRING_ENDED;
        }
    }
    return STRING_GOES_ON;
}
