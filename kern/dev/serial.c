/* The first serial port: a 16550A UART (register names as in its data sheet). */
#include "dev/serial.h"

#include "dev/clock.h"
#include "dev/output_priv.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "pcpu/x86.h"

#define COM1                0x3f8
#define RECEIVE             (COM1 + 0)  /* read */
#define TRANSMIT            (COM1 + 0)  /* written */
#define DIVISOR_LOW         (COM1 + 0)  /* while LINE_CONTROL_DIVISOR */
#define DIVISOR_HIGH        (COM1 + 1)
#define INTERRUPT_ENABLE    (COM1 + 1)
#define FIFO_CONTROL        (COM1 + 2)
#define LINE_CONTROL        (COM1 + 3)
#define MODEM_CONTROL       (COM1 + 4)
#define LINE_STATUS         (COM1 + 5)
#define SCRATCH             (COM1 + 7)

#define INTERRUPT_RECEIVED      0x01
#define FIFO_ENABLE_AND_CLEAR   0x07    /* and interrupt at the first character */
#define LINE_CONTROL_8N1        0x03
#define LINE_CONTROL_DIVISOR    0x80
#define MODEM_READY             0x09    /* DTR, and OUT2, which lets interrupts out */
#define MODEM_REQUEST_TO_SEND   0x02    /* RTS: the other side may send */
#define LINE_STATUS_RECEIVED    0x01
#define LINE_STATUS_FIFO_EMPTY  0x20
#define LINE_STATUS_ALL_SENT    0x40    /* also what was in the shift register */

#define FIFO_SIZE           16
#define WAIT_TURNS          100000u     /* a FIFO takes 1.4 ms; one turn at least 0.1 us */
#define WAIT_MICROSECONDS   1000000u

static const struct lock_class serial_class = LOCK_CLASS("dev.serial", LOCK_ORDER_SERIAL);
static struct spinlock serial_lock = SPINLOCK_INITIALIZER(&serial_class);
static bool present;                    /* set once */
static bool may_send = true;            /* atomic: the other side, and we take what it sends */
static bool stalled;                    /* guarded by serial_lock: no output is taken */
static unsigned lost;                   /* guarded by serial_lock: characters not sent */

static bool scratch_register_holds(uint8_t value)
{
    outb(SCRATCH, value);
    return inb(SCRATCH) == value;
}

void serial_init(void)
{
    present = scratch_register_holds(0x5a) && scratch_register_holds(0xa5);
    if (!present)
        return;
    outb(INTERRUPT_ENABLE, 0);
    outb(LINE_CONTROL, LINE_CONTROL_DIVISOR);
    outb(DIVISOR_LOW, 1);               /* 115200 bits/s */
    outb(DIVISOR_HIGH, 0);
    outb(LINE_CONTROL, LINE_CONTROL_8N1);
    outb(FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    outb(MODEM_CONTROL, MODEM_READY | MODEM_REQUEST_TO_SEND);
    outb(INTERRUPT_ENABLE, INTERRUPT_RECEIVED);
}

static bool transmitter_is(uint8_t status)
{
    return inb(LINE_STATUS) & status;
}

/* Waits until the transmitter is in this state.  False if it stands still: then the wait is not
 * repeated until it has moved again. */
static bool wait_for_transmitter(uint8_t status)
{
    uint64_t start;

    if (transmitter_is(status))
        return true;
    if (stalled)
        return false;
    start = clock_us();
    for (uint32_t turns = 0; !transmitter_is(status); turns++) {
        uint64_t waited = clock_us() - start;
        if (turns >= WAIT_TURNS && (clock_rate() == 0 || waited >= WAIT_MICROSECONDS))
            return false;
        pause();
    }
    return true;
}

/* Fills the FIFO each time it has run empty: one status read for 16 characters. */
static void transmit_text(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i % FIFO_SIZE == 0 && !wait_for_transmitter(LINE_STATUS_FIFO_EMPTY)) {
            stalled = true;
            lost += n - i;
            return;
        }
        outb(TRANSMIT, (uint8_t)text[i]);
    }
}

static void say_what_was_lost(void)
{
    char note[48];
    int length = snprintf(note, sizeof note, "\n[serial port: %u characters lost]\n", lost);

    stalled = false;
    lost = 0;
    transmit_text(note, (size_t)length);
}

void serial_write(const char *text, size_t n)
{
    if (!present)
        return;
    output_acquire(&serial_lock);
    if (lost > 0 && transmitter_is(LINE_STATUS_FIFO_EMPTY))
        say_what_was_lost();
    transmit_text(text, n);
    output_release(&serial_lock);
}

/* What the kernel has not taken out of the FIFO stays there, and a sender that cannot see RTS, as
 * QEMU's is, waits for room in it.  When the interrupt is turned on again, it comes at once if the
 * FIFO holds anything. */
void serial_let_send(bool let)
{
    if (!present)
        return;
    __atomic_store_n(&may_send, let, __ATOMIC_RELAXED);
    outb(MODEM_CONTROL, MODEM_READY | (let ? MODEM_REQUEST_TO_SEND : 0));
    outb(INTERRUPT_ENABLE, let ? INTERRUPT_RECEIVED : 0);
}

void serial_drain(void)
{
    if (present)
        stalled = !wait_for_transmitter(LINE_STATUS_ALL_SENT);
}

int serial_getc(void)
{
    if (!present || !__atomic_load_n(&may_send, __ATOMIC_RELAXED) ||
        !(inb(LINE_STATUS) & LINE_STATUS_RECEIVED))
        return -1;
    return inb(RECEIVE);
}
