/* Interrupt vectors (abi/syscall.h has the system calls').  The APIC serves higher classes of
 * sixteen first (SDM vol. 3, 10.8.3). */
#pragma once

#define VECTOR_DIVIDE           0       /* exceptions: SDM vol. 3, table 6-1 */
#define VECTOR_DEBUG            1
#define VECTOR_NMI              2
#define VECTOR_BREAKPOINT       3
#define VECTOR_OVERFLOW         4
#define VECTOR_NO_FPU           7
#define VECTOR_DOUBLE_FAULT     8
#define VECTOR_PROTECTION       13
#define VECTOR_PAGE_FAULT       14
#define NUM_EXCEPTIONS          32

#define VECTOR_IRQ0             32      /* external interrupts 0 to 15 */
#define NUM_IRQS                16
#define IRQ_KEYBOARD            1
#define IRQ_SERIAL              4

#define VECTOR_TIMER            0x40    /* this CPU's LAPIC timer */
#define VECTOR_RESCHEDULE       0x41    /* another CPU asks: look at your ready queue */
#define VECTOR_SHOOTDOWN        0x42    /* another CPU asks: forget mappings (vmm/tlb.c) */
#define VECTOR_FORCED_PREEMPTION 0xe0   /* software interrupt of schedule points */
#define VECTOR_APIC_ERROR       0xfe
#define VECTOR_SPURIOUS         0xff
