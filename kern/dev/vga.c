/* The VGA text screen: 80 columns by 25 rows.
 *
 * No call takes long.  The card's memory holds more rows than the screen shows, and the card can
 * start showing at any cell.  So scrolling moves the start down a row.  When the memory ends, the
 * start moves back to its beginning, where the rows that stay are already: whatever is written to
 * one of the last rows is written there, too.  And a row is cleared only when something is put into
 * it, or by vga_show(), a few rows at a time.  (An access to the card's memory costs as much as
 * hundreds of instructions under emulation.) */
#include "dev/display_priv.h"
#include "pcpu/x86.h"

#define VGA_MEMORY      0xb8000u        /* 32 KB in the colour text modes */
enum {
    COLUMNS = 80,
    ROWS = 25,
    MEMORY_ROWS = 0x8000 / 2 / COLUMNS,
    LAST_TOP = MEMORY_ROWS - ROWS,
    FIRST_COPIED = LAST_TOP + 1,        /* row of the memory; and the others after it */
    CLEARED_AT_ONCE = 2,                /* rows */
};
#define GREY_ON_BLACK   0x0700u

#define CRTC_INDEX      0x3d4
#define CRTC_DATA       0x3d5
#define CRTC_START      0x0c            /* first cell shown: high byte, then low byte */
#define CRTC_CURSOR     0x0e

/* [k] the drainer (output.c) */
static unsigned top;                    /* [k] the memory's row that is shown first */
static unsigned start_shown = ~0u;      /* [k] first cell as the card knows it */
static uint32_t to_clear;               /* [k] bits of rows of the screen */

_Static_assert(ROWS <= 32, "a bit for each row");

static volatile uint16_t *cell_at(unsigned memory_row, unsigned column)
{
    return (volatile uint16_t *)VGA_MEMORY + memory_row * COLUMNS + column;
}

static void write_cell(unsigned row, unsigned column, uint8_t character)
{
    unsigned memory_row = top + row;

    *cell_at(memory_row, column) = GREY_ON_BLACK | character;
    if (memory_row >= FIRST_COPIED)
        *cell_at(memory_row - FIRST_COPIED, column) = GREY_ON_BLACK | character;
}

static void clear_cells(unsigned row, unsigned column)
{
    for (; column < COLUMNS; column++)
        write_cell(row, column, ' ');
}

/* Two cells at a time. */
static void clear_memory_row(unsigned memory_row)
{
    volatile uint32_t *cells = (volatile uint32_t *)cell_at(memory_row, 0);

    for (unsigned i = 0; i < COLUMNS / 2; i++)
        cells[i] = (GREY_ON_BLACK | ' ') * 0x10001u;
}

static void clear_due_row(unsigned row)
{
    unsigned memory_row = top + row;

    clear_memory_row(memory_row);
    if (memory_row >= FIRST_COPIED)
        clear_memory_row(memory_row - FIRST_COPIED);
    to_clear &= ~(1u << row);
}

static void vga_put(unsigned row, unsigned column, uint8_t character)
{
    if (to_clear & 1u << row)
        clear_due_row(row);
    write_cell(row, column, character);
}

static void vga_clear(unsigned row, unsigned column)
{
    if (column == 0)
        to_clear |= 1u << row;
    else if (!(to_clear & 1u << row))
        clear_cells(row, column);
}

static void vga_scroll(void)
{
    top = top < LAST_TOP ? top + 1 : 0;
    to_clear >>= 1;
    vga_clear(ROWS - 1, 0);
}

static void crtc_write_pair(uint8_t index, unsigned value)
{
    outb(CRTC_INDEX, index);
    outb(CRTC_DATA, (uint8_t)(value >> 8));
    outb(CRTC_INDEX, index + 1);
    outb(CRTC_DATA, (uint8_t)value);
}

static void clear_some_rows(void)
{
    for (unsigned cleared = 0; to_clear && cleared < CLEARED_AT_ONCE; cleared++)
        clear_due_row((unsigned)__builtin_ctz(to_clear));
}

/* Tells the card where the screen starts and where the cursor is. */
static bool vga_show(unsigned row, unsigned column)
{
    unsigned start = top * COLUMNS;

    clear_some_rows();
    if (start != start_shown)
        crtc_write_pair(CRTC_START, start);
    start_shown = start;
    crtc_write_pair(CRTC_CURSOR, start + row * COLUMNS + column);
    return to_clear == 0;
}

static bool memory_holds(uint16_t value)
{
    *cell_at(0, 0) = value;
    return *cell_at(0, 0) == value;
}

static const struct display vga_display = {
    .columns = COLUMNS, .rows = ROWS,
    .put = vga_put, .clear = vga_clear, .scroll = vga_scroll, .show = vga_show,
};

const struct display *vga_find(void)
{
    return memory_holds(0x0741) && memory_holds(0x0742) ? &vga_display : NULL;
}
