/* The console: serial port, screen and keyboard as one. */
#include "dev/console.h"

#include "dev/keyboard_priv.h"
#include "dev/output_priv.h"
#include "dev/screen.h"
#include "dev/serial.h"

static const struct lock_class console_class = LOCK_CLASS("dev.console", LOCK_ORDER_CONSOLE);
static const struct lock_class input_class = LOCK_CLASS("dev.input", LOCK_ORDER_INPUT);

/* Output and input have a lock each: a reader does not wait for a CPU that prints. */
static struct spinlock console_lock = SPINLOCK_INITIALIZER(&console_class);
static struct spinlock input_lock = SPINLOCK_INITIALIZER(&input_class);

void console_init(void)
{
    serial_init();
    screen_init();
    keyboard_init();
}

void console_write(const char *text, size_t n)
{
    output_acquire(&console_lock);
    serial_write(text, n);
    screen_write(text, n);
    output_release(&console_lock);
}

int console_getc(void)
{
    int character;

    spinlock_acquire(&input_lock);
    character = serial_getc();
    if (character < 0)
        character = keyboard_getc();
    spinlock_release(&input_lock);
    if (character == '\r')              /* what terminals send for the enter key */
        return '\n';
    if (character == 0x7f)              /* ... and for backspace */
        return '\b';
    return character;
}
