/* The first serial port: a 16550A UART (register names as in its data sheet). */
#include "dev/serial.h"

#include "dev/clock.h"
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
#define MODEM_LOOPBACK          0x10    /* what is sent is received */
#define LINE_STATUS_RECEIVED    0x01
#define LINE_STATUS_BAD         0x1c    /* parity, framing, break: noise, nothing typed */
#define LINE_STATUS_FIFO_EMPTY  0x20
#define LINE_STATUS_ALL_SENT    0x40    /* also what was in the shift register */

#define FIFO_SIZE           16
#define MICROSECONDS_MAX    1000000u    /* so long the transmitter may stand still, */
#define LOOKS_MIN           100u        /* and so many looks must find that: then no one listens */
#define LOOKS_WITHOUT_CLOCK 100000u     /* a FIFO takes 1.4 ms; one look at least 0.1 us */

static bool present;                    /* set once */
static bool may_send = true;            /* [a] the other side, and we take what it sends */

/* The transmitter.  Only one CPU at a time uses it: the drainer (output.c). */
static struct {
    uint64_t since;                     /* the first look that found it busy */
    uint32_t looks;                     /* that did so since it last was not */
    bool     stalled;                   /* the other side takes no output */
    unsigned lost;                      /* characters that were not sent */
    char     note[48];                  /* what is said of them */
    size_t   note_length, note_sent;
} transmitter;

static bool scratch_register_holds(uint8_t value)
{
    outb(SCRATCH, value);
    return inb(SCRATCH) == value;
}

/* The character that was typed before is cleared as the FIFO is turned on: so it is taken out, and
 * sent round.  While the line is looped back QEMU has no other follow; it goes on with those that
 * wait when this one is read, and only then. */
static void enable_fifo(void)
{
    uint8_t status = inb(LINE_STATUS);

    outb(MODEM_CONTROL, MODEM_LOOPBACK);
    uint8_t typed = inb(RECEIVE);
    outb(FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
    if ((status & (LINE_STATUS_RECEIVED | LINE_STATUS_BAD)) == LINE_STATUS_RECEIVED)
        outb(TRANSMIT, typed);
    serial_drain();
}

void serial_init(void)
{
    present = scratch_register_holds(0x5a) && scratch_register_holds(0xa5);
    if (!present)
        return;
    serial_drain();                     /* of what the firmware has sent */
    outb(INTERRUPT_ENABLE, 0);
    outb(LINE_CONTROL, LINE_CONTROL_DIVISOR);
    outb(DIVISOR_LOW, 1);               /* 115200 bits/s */
    outb(DIVISOR_HIGH, 0);
    outb(LINE_CONTROL, LINE_CONTROL_8N1);
    enable_fifo();
    outb(MODEM_CONTROL, MODEM_READY | MODEM_REQUEST_TO_SEND);
    outb(INTERRUPT_ENABLE, INTERRUPT_RECEIVED);
}

static bool transmitter_is(uint8_t status)
{
    return inb(LINE_STATUS) & status;
}

/* Counts one more look that finds the transmitter busy.  True if it stands still, until it has
 * moved again. */
static bool stands_still(void)
{
    if (transmitter.looks++ == 0)
        transmitter.since = clock_us();
    if (clock_rate() == 0)
        transmitter.stalled |= transmitter.looks >= LOOKS_WITHOUT_CLOCK;
    else
        transmitter.stalled |= transmitter.looks >= LOOKS_MIN &&
                               clock_us() - transmitter.since >= MICROSECONDS_MAX;
    return transmitter.stalled;
}

static bool is_busy(uint8_t status)
{
    if (!transmitter_is(status))
        return true;
    transmitter.looks = 0;
    transmitter.stalled = false;
    return false;
}

/* The FIFO is empty: as much as it holds, with one look for 16 characters. */
static size_t fill_fifo(const char *text, size_t n)
{
    size_t fits = MIN(n, (size_t)FIFO_SIZE);

    for (size_t i = 0; i < fits; i++)
        outb(TRANSMIT, (uint8_t)text[i]);
    return fits;
}

static void note_what_was_lost(void)
{
    transmitter.note_length = (size_t)snprintf(transmitter.note, sizeof transmitter.note,
                                               "\n[serial port: %u characters lost]\n",
                                               transmitter.lost);
    transmitter.note_sent = 0;
    transmitter.lost = 0;
}

size_t serial_send(const char *text, size_t n)
{
    if (!present)
        return n;
    if (is_busy(LINE_STATUS_FIFO_EMPTY)) {
        if (!stands_still())
            return 0;
        transmitter.lost += n;
        return n;
    }
    if (transmitter.lost > 0)
        note_what_was_lost();
    if (transmitter.note_sent < transmitter.note_length) {
        transmitter.note_sent += fill_fifo(transmitter.note + transmitter.note_sent,
                                           transmitter.note_length - transmitter.note_sent);
        return 0;
    }
    return fill_fifo(text, n);
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
    while (present && is_busy(LINE_STATUS_ALL_SENT) && !stands_still())
        pause();
}

int serial_getc(void)
{
    if (!present || !__atomic_load_n(&may_send, __ATOMIC_RELAXED) ||
        !(inb(LINE_STATUS) & LINE_STATUS_RECEIVED))
        return -1;
    return inb(RECEIVE);
}
