/* The terminal as xv6's console: a line can be read when it has been typed to its end, and is
 * shown, and mended, while it is typed. */
#include "xv6_priv.h"

#include "string.h"
#include "syscall.h"

#define CONTROL(letter) ((letter) & 0x1f)

enum { DELETE = 0x7f };

static void show_text(const char *text)
{
    sys_puts(text, strlen(text));
}

static void rub_out(struct xv6_console *console)
{
    if (console->length == console->ready)
        return;
    console->length--;
    show_text("\b \b");
}

/* Ctrl-D ends a line, too, and is part of it.  So does the last character for which there is
 * room. */
static void add_character(struct xv6_console *console, char character)
{
    if (console->length == CONSOLE_SIZE)
        return;
    console->text[console->length++] = character;
    if (character != CONTROL('D'))
        sys_puts(&character, 1);
    if (character == '\n' || character == CONTROL('D') || console->length == CONSOLE_SIZE)
        console->ready = console->length;
}

static void type_character(struct xv6_console *console, char character)
{
    if (character == '\b' || character == DELETE)
        rub_out(console);
    else if (character == CONTROL('U'))
        while (console->length > console->ready)
            rub_out(console);
    else
        add_character(console, character == '\r' ? '\n' : character);
}

/* Up to a line's end.  A Ctrl-D after other characters stays for the next call. */
static int take_text(struct xv6_console *console, char *buffer, int size)
{
    int count = 0;

    while (count < size && console->taken < console->ready) {
        char character = console->text[console->taken];
        if (character == CONTROL('D') && count > 0)
            break;
        console->taken++;
        if (character == CONTROL('D'))
            break;
        buffer[count++] = character;
        if (character == '\n')
            break;
    }
    return count;
}

/* What has been read makes room. */
static void drop_taken(struct xv6_console *console)
{
    memmove(console->text, console->text + console->taken, console->length - console->taken);
    console->length -= console->taken;
    console->ready -= console->taken;
    console->taken = 0;
}

/* Others can use the family while a key is waited for.  False: there will be none. */
static bool read_key(struct xv6_console *console)
{
    int character = 0;

    xv6_leave();
    int error = sys_getc(&character);
    xv6_enter();
    if (!error)
        type_character(console, (char)character);
    return !error;
}

int xv6_console_read(char *buffer, int size)
{
    struct xv6_console *console = &family->console;

    while (console->taken == console->ready)
        if (!read_key(console))
            return 0;
    int count = take_text(console, buffer, size);
    drop_taken(console);
    return count;
}

int xv6_console_write(const char *buffer, int size)
{
    int done = 0;

    while (done < size) {
        int piece = MIN(size - done, PUTS_MAX);
        if (sys_puts(buffer + done, (size_t)piece) != 0)
            return -1;
        done += piece;
    }
    return done;
}
