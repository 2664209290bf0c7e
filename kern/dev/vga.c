/* The VGA text screen.
 *
 * The card's memory holds more rows than the screen shows, and the card can start showing at
 * any cell.  So scrolling moves the start down a row; only at the memory's end are the rows
 * that stay copied back to its beginning.  (An access to the card's memory costs as much as
 * hundreds of instructions under emulation: copying the screen at each line would be felt.) */
#include "dev/vga.h"

#include "pcpu/x86.h"

#define VGA_MEMORY      0xb8000u        /* 32 KB in the colour text modes */
#define COLUMNS         80u
#define ROWS            25u
#define MEMORY_ROWS     (0x8000u / 2 / COLUMNS)
#define TAB_WIDTH       8u
#define GREY_ON_BLACK   0x0700u

#define CRTC_INDEX      0x3d4
#define CRTC_DATA       0x3d5
#define CRTC_START      0x0c            /* first cell shown: high byte, then low byte */
#define CRTC_CURSOR     0x0e

static struct {
    bool     present;
    unsigned top;                       /* the memory's row that is shown first */
    unsigned row, column;               /* the cursor, on the screen */
    unsigned start_shown;               /* first cell as the card knows it */
    enum { TEXT, ESCAPE, SEQUENCE } state;      /* ESCAPE: after ESC; SEQUENCE: after ESC [ */
    unsigned parameter;                 /* the number in the sequence so far */
} screen;

static volatile uint16_t *cell(unsigned row, unsigned column)
{
    return (volatile uint16_t *)VGA_MEMORY + (screen.top + row) * COLUMNS + column;
}

static void blank(unsigned row, unsigned column)        /* from there to the row's end */
{
    for (; column < COLUMNS; column++)
        *cell(row, column) = GREY_ON_BLACK | ' ';
}

static void blank_rows(unsigned first)
{
    for (unsigned row = first; row < ROWS; row++)
        blank(row, 0);
}

static void crtc_write_pair(uint8_t index, unsigned value)
{
    outb(CRTC_INDEX, index);
    outb(CRTC_DATA, (uint8_t)(value >> 8));
    outb(CRTC_INDEX, index + 1);
    outb(CRTC_DATA, (uint8_t)value);
}

/* Tells the card where the screen starts and where the cursor is. */
static void update_card(void)
{
    unsigned start = screen.top * COLUMNS;

    if (start != screen.start_shown)
        crtc_write_pair(CRTC_START, start);
    screen.start_shown = start;
    crtc_write_pair(CRTC_CURSOR, start + screen.row * COLUMNS + screen.column);
}

static bool memory_holds(uint16_t value)
{
    *cell(0, 0) = value;
    return *cell(0, 0) == value;
}

void vga_init(void)
{
    screen.present = memory_holds(0x0741) && memory_holds(0x0742);
    if (!screen.present)
        return;
    blank_rows(0);
    screen.start_shown = ~0u;
    update_card();
}

static void scroll(void)
{
    if (screen.top + ROWS < MEMORY_ROWS) {
        screen.top++;
    } else {
        volatile uint16_t *from = cell(1, 0);
        screen.top = 0;
        for (unsigned i = 0; i < (ROWS - 1) * COLUMNS; i++)
            cell(0, 0)[i] = from[i];
    }
    blank(ROWS - 1, 0);
}

static void new_line(void)
{
    screen.column = 0;
    if (screen.row < ROWS - 1)
        screen.row++;
    else
        scroll();
}

static void put_printable(uint8_t character)
{
    *cell(screen.row, screen.column) = GREY_ON_BLACK | character;
    if (++screen.column >= COLUMNS)
        new_line();
}

static void end_sequence(uint8_t command)
{
    if (command == 'H') {
        screen.row = screen.column = 0;
    } else if (command == 'J' && screen.parameter == 2) {
        blank_rows(0);
    } else if (command == 'J' || command == 'K') {
        blank(screen.row, screen.column);
        if (command == 'J')
            blank_rows(screen.row + 1);
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

static void put(uint8_t character)
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

void vga_write(const char *text, size_t n)
{
    if (!screen.present)
        return;
    for (size_t i = 0; i < n; i++)
        put((uint8_t)text[i]);
    update_card();
}
