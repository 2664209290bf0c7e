/* What the CPU, or the hypervisor that provides it, says about the rate of the time stamp
 * counter. */
#pragma once

#include "lib/types.h"
#include "pcpu/x86.h"

/* Cycles per second by what `leaf` reports, cpuid() for one; 0 if it does not say. */
typedef struct cpuid_result (*cpuid_reader)(uint32_t leaf, uint32_t subleaf);
uint64_t cpuid_rate(cpuid_reader leaf);
