/* The two 8259 interrupt controllers of the PC/AT.  The APICs replace them: here they are
 * only moved out of the exceptions' way and silenced. */
#pragma once

/* Remaps both to VECTOR_IRQ0 and up and masks every input.  Boot processor, once, after
 * machine_discover(). */
void pic_disable(void);
