/* Which optional features the CPUs have. */
#include "pcpu/pcpu.h"

#include "abi/syscall.h"

/* Bits of what CPUID gives (SDM vol. 2, CPUID, tables 3-8, 3-10 and 3-11). */
enum {
    LEAF1_EDX_PGE = 13, LEAF1_EDX_PAT = 16, LEAF1_EDX_SSE = 25,
    LEAF7_EBX_SMEP = 7, LEAF7_EBX_SMAP = 20, LEAF7_ECX_UMIP = 2,
};

struct cpu_features cpu_features;

static bool has_bit(uint32_t word, unsigned bit)
{
    return word >> bit & 1;
}

/* boot/start.S has refused CPUs that lack what is not optional. */
void cpu_detect_features(void)
{
    struct cpuid_result basic = cpuid(0, 0);
    struct cpuid_result r = cpuid(1, 0);

    cpu_features.sysenter = cpuid_has_sysenter(r.eax, r.edx);
    cpu_features.global_pages = has_bit(r.edx, LEAF1_EDX_PGE);
    cpu_features.page_attributes = has_bit(r.edx, LEAF1_EDX_PAT);
    cpu_features.sse = has_bit(r.edx, LEAF1_EDX_SSE);
    if (basic.eax >= 7) {
        r = cpuid(7, 0);
        cpu_features.smep = has_bit(r.ebx, LEAF7_EBX_SMEP);
        cpu_features.smap = has_bit(r.ebx, LEAF7_EBX_SMAP);
        cpu_features.umip = has_bit(r.ecx, LEAF7_ECX_UMIP);
    }
}
