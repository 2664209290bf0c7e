/* Pages and page-table entries, by JOS's names. */
#pragma once

#include "inc/types.h"

typedef uint32_t pte_t;
typedef uint32_t pde_t;

#define PGSIZE          4096
#define PGSHIFT         12
#define PTSIZE          0x400000
#define PTSHIFT         22
#define NPTENTRIES      1024
#define NPDENTRIES      1024

#define PDX(address)    ((uint32_t)(address) >> PTSHIFT)
#define PTX(address)    ((uint32_t)(address) >> PGSHIFT & 0x3ff)
#define PGNUM(address)  ((uint32_t)(address) >> PGSHIFT)
#define PGOFF(address)  ((uint32_t)(address) & 0xfff)
#define PGADDR(directory, table, offset)                                                \
    ((void *)((uint32_t)(directory) << PTSHIFT | (uint32_t)(table) << PGSHIFT | (offset)))
#define PTE_ADDR(entry) ((physaddr_t)(entry) & ~0xfffu)

#define PTE_P           0x001
#define PTE_W           0x002
#define PTE_U           0x004
#define PTE_A           0x020
#define PTE_D           0x040
#define PTE_SHARE       0x400
#define PTE_COW         0x800
#define PTE_AVAIL       0xE00
#define PTE_SYSCALL     (PTE_AVAIL | PTE_P | PTE_W | PTE_U)

#define FEC_PR          0x1             /* of a page fault's error code: protection */
#define FEC_WR          0x2             /* a write */
#define FEC_U           0x4             /* in user mode */

/* Of EFLAGS. */
#define FL_CF           0x00000001
#define FL_PF           0x00000004
#define FL_AF           0x00000010
#define FL_ZF           0x00000040
#define FL_SF           0x00000080
#define FL_TF           0x00000100
#define FL_IF           0x00000200
#define FL_DF           0x00000400
#define FL_OF           0x00000800
#define FL_IOPL_MASK    0x00003000
#define FL_IOPL_0       0x00000000
#define FL_IOPL_1       0x00001000
#define FL_IOPL_2       0x00002000
#define FL_IOPL_3       0x00003000
#define FL_NT           0x00004000
#define FL_RF           0x00010000
#define FL_VM           0x00020000
#define FL_AC           0x00040000
#define FL_VIF          0x00080000
#define FL_VIP          0x00100000
#define FL_ID           0x00200000
