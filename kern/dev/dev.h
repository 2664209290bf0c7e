/* The dev layer: what the kernel drives.  One header per subject; this page is their map.
 *
 *     log.h        KERN_INFO, KERN_DEBUG, KERN_WARN: lines that never mix
 *     output.h     texts on their way to the console: a ring for each CPU, one drainer
 *     console.h    characters to and from the serial port, the screen and the keyboard
 *                  (serial.h, screen.h; a screen is a VGA card's or a framebuffer.h)
 *     machine.h    how many CPUs there are, where the APICs are: found out by discover.h from
 *                  ACPI or MP tables
 *     lapic.h      this CPU's interrupt controller: IPIs, timer, end of interrupt
 *     ioapic.h     which CPU gets a device's interrupt (pic.h: the old controller, masked)
 *     clock.h      time since boot, by the time stamp counter (pit.h and other timers: what it is
 *                  measured by)
 *     ap.h         starting the other CPUs
 *     panic.h      stopping all CPUs and reporting
 *     machine_exit.h   leaving the machine;  watchdog.h: being stopped if the kernel hangs
 *
 * Nothing here blocks.  Loops that wait for a device are bounded, so a device that is absent
 * or stuck costs time, but never hangs the kernel.
 *
 * Locks, first taken first; all may be taken with any lock of a higher layer held:
 *     dev.input            what serial port and keyboard have received
 *     dev.ioapic           the I/O APICs' index and data registers
 */
#pragma once

#include "dev/ap.h"
#include "dev/clock.h"
#include "dev/console.h"
#include "dev/discover.h"
#include "dev/ioapic.h"
#include "dev/lapic.h"
#include "dev/log.h"
#include "dev/machine.h"
#include "dev/machine_exit.h"
#include "dev/output.h"
#include "dev/panic.h"
#include "dev/pic.h"
#include "dev/pit.h"
#include "dev/screen.h"
#include "dev/watchdog.h"
