/* JOS's basic types and macros. */
#pragma once

#include "lib/types.h"

typedef int32_t  envid_t;
typedef uint32_t physaddr_t;
typedef uint32_t ppn_t;
typedef int32_t  off_t;
typedef int32_t  ssize_t;

#define ROUNDDOWN(a, n) ((__typeof__(a))((uint32_t)(a) / (uint32_t)(n) * (uint32_t)(n)))
#define ROUNDUP(a, n)   ROUNDDOWN((uint32_t)(a) + (uint32_t)(n) - 1, n)
