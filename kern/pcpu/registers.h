/* Bits of the CPU's registers, named as in the manual: what of the machine is numbers alone. */
#pragma once

#define EFLAGS_ALWAYS_SET 0x00000002    /* SDM vol. 1, 3.4.3 */
#define EFLAGS_TF       0x00000100
#define EFLAGS_IF       0x00000200
#define EFLAGS_DF       0x00000400
#define EFLAGS_IOPL     0x00003000
#define EFLAGS_NT       0x00004000
#define EFLAGS_RF       0x00010000
#define EFLAGS_VM       0x00020000
#define EFLAGS_AC       0x00040000

#define CR0_MP          0x00000002      /* SDM vol. 3, 2.5 */
#define CR0_EM          0x00000004
#define CR0_TS          0x00000008
#define CR0_NE          0x00000020
#define CR0_WP          0x00010000
#define CR0_NW          0x20000000
#define CR0_CD          0x40000000
#define CR0_PG          0x80000000
#define CR4_PSE         0x00000010
#define CR4_PGE         0x00000080
#define CR4_OSFXSR      0x00000200
#define CR4_OSXMMEXCPT  0x00000400
#define CR4_UMIP        0x00000800
#define CR4_SMEP        0x00100000
#define CR4_SMAP        0x00200000

#define MSR_PAT          0x277          /* SDM vol. 3, 11.12.2 */
#define PAT_SHIFT_1      8              /* the type of entry 1: pages with PWT alone */
#define PAT_WRITE_COMBINING 1
#define MSR_SYSENTER_CS  0x174          /* SDM vol. 2, SYSENTER */
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
