/* The console: serial port, screen and keyboard as one. */
#include "dev/console.h"

#include "dev/keyboard_priv.h"
#include "dev/screen.h"
#include "dev/serial.h"
#include "pcpu/spinlock.h"

static const struct lock_class input_class = LOCK_CLASS("dev.input", 1);
static struct spinlock input_lock = SPINLOCK_INITIALIZER(&input_class);

void console_init(void)
{
    serial_init();
    screen_init();
    keyboard_init();
}

size_t console_take(const char *text, size_t n)
{
    size_t taken = serial_send(text, screen_fits(text, n));

    screen_write(text, taken);
    return taken;
}

bool console_show(void)
{
    return screen_show();
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
