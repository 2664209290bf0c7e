/* The screen as a terminal: a cursor, control codes and a few escape sequences. */
#include "dev/screen.h"

#include "dev/display_priv.h"

enum { TAB_WIDTH = 8 };

/* [k] the drainer (output.c) */
static const struct display *display;   /* [k] NULL: there is none */
static struct {
    unsigned row, column;               /* [k] the cursor */
    enum { TEXT, ESCAPE, SEQUENCE } state;      /* [k] after ESC; after ESC [ */
    unsigned parameter;                 /* [k] the number in the sequence so far */
} screen;

static void clear_rows(unsigned first)
{
    for (unsigned row = first; row < display->rows; row++)
        display->clear(row, 0);
}

static void start_on(const struct display *found)
{
    display = found;
    screen.row = screen.column = 0;
    if (!display)
        return;
    clear_rows(0);
    (void)display->show(0, 0);
}

void screen_init(void)
{
    start_on(vga_find());
}

const char *screen_use_framebuffer(const struct framebuffer *framebuffer)
{
    const char *problem = NULL;

    start_on(framebuffer_open(framebuffer, &problem));
    return problem;
}

static void new_line(void)
{
    screen.column = 0;
    if (screen.row < display->rows - 1)
        screen.row++;
    else
        display->scroll();
}

static void put_printable(uint8_t character)
{
    display->put(screen.row, screen.column, character);
    if (++screen.column >= display->columns)
        new_line();
}

static void end_sequence(uint8_t command)
{
    if (command == 'H') {
        screen.row = screen.column = 0;
    } else if (command == 'J' && screen.parameter == 2) {
        clear_rows(0);
    } else if (command == 'J' || command == 'K') {
        display->clear(screen.row, screen.column);
        if (command == 'J')
            clear_rows(screen.row + 1);
    }
}

/* One character of an escape sequence; digits may come before its last one. */
static void put_escaped(uint8_t character)
{
    if (screen.state == ESCAPE) {
        screen.state = character == '[' ? SEQUENCE : TEXT;
        screen.parameter = 0;
    } else if (character >= '0' && character <= '9') {
        screen.parameter = screen.parameter * 10 + (character - '0');
    } else if (character != ';') {
        screen.state = TEXT;
        end_sequence(character);
    }
}

static void put_character(uint8_t character)
{
    if (screen.state != TEXT) {
        put_escaped(character);
        return;
    }
    switch (character) {
    case '\033':
        screen.state = ESCAPE;
        break;
    case '\n':
        new_line();
        break;
    case '\r':
        screen.column = 0;
        break;
    case '\b':
        if (screen.column > 0)
            screen.column--;
        break;
    case '\t':
        do
            put_printable(' ');
        while (screen.column % TAB_WIDTH != 0);
        break;
    default:
        if (character >= ' ')
            put_printable(character);
    }
}

/* A control code, and what is in an escape sequence, ends the piece. */
size_t screen_fits(const char *text, size_t n)
{
    for (size_t i = 0; display && i < n; i++)
        if (screen.state != TEXT || (uint8_t)text[i] < ' ')
            return i + 1;
    return n;
}

void screen_write(const char *text, size_t n)
{
    if (!display)
        return;
    for (size_t i = 0; i < n; i++)
        put_character((uint8_t)text[i]);
}

bool screen_show(void)
{
    return !display || display->show(screen.row, screen.column);
}
