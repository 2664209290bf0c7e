/* JOS's names for Strata's memory layout (abi/layout.h). */
#pragma once

#include "abi/layout.h"
#include "inc/mmu.h"
#include "inc/types.h"

#define UTEXT   VM_USERLO
#define UENVS   UINFO
#define UTEMP   ((void *)0xE0000000)    /* for a program's temporary mappings */
#define PFTEMP  ((void *)0xE03FF000)    /* for those of its page-fault handler */

/* The page table and its directory, read-only. */
#define uvpt    ((const volatile pte_t *)UVPT)
#define uvpd    ((const volatile pde_t *)(UVPT + UVPT / NPTENTRIES))
