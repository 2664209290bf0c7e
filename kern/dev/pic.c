/* The two 8259 interrupt controllers (Intel 8259A data sheet). */
#include "dev/pic.h"

#include "dev/machine.h"
#include "pcpu/vectors.h"
#include "pcpu/x86.h"

#define MASTER_COMMAND  0x20
#define MASTER_DATA     0x21
#define SLAVE_COMMAND   0xa0
#define SLAVE_DATA      0xa1
#define INITIALIZE      0x11            /* ICW1: edge triggered, cascaded, ICW4 follows */
#define SLAVE_INPUT     2               /* of the master */
#define MODE_8086       0x01            /* ICW4 */

#define IMCR_INDEX      0x22            /* MP 1.4, 3.6.2.1 */
#define IMCR_DATA       0x23
#define IMCR_REGISTER   0x70
#define IMCR_TO_APIC    0x01

/* Masked or not, a PIC can raise spurious interrupts (inputs 7 and 15), so its vectors must
 * not be those of exceptions, where the BIOS left them. */
void pic_disable(void)
{
    outb(MASTER_COMMAND, INITIALIZE);
    outb(SLAVE_COMMAND, INITIALIZE);
    outb(MASTER_DATA, VECTOR_IRQ0);
    outb(SLAVE_DATA, VECTOR_IRQ0 + 8);
    outb(MASTER_DATA, 1 << SLAVE_INPUT);
    outb(SLAVE_DATA, SLAVE_INPUT);
    outb(MASTER_DATA, MODE_8086);
    outb(SLAVE_DATA, MODE_8086);
    outb(MASTER_DATA, 0xff);
    outb(SLAVE_DATA, 0xff);
    if (machine.has_imcr) {
        outb(IMCR_INDEX, IMCR_REGISTER);
        outb(IMCR_DATA, IMCR_TO_APIC);
    }
}
