/* The VGA text screen: 80 columns by 25 rows.
 *
 * The card's memory holds more rows than the screen shows, and the card can start showing at
 * any cell.  So scrolling moves the start down a row; only at the memory's end are the rows
 * that stay copied back to its beginning.  (An access to the card's memory costs as much as
 * hundreds of instructions under emulation: copying the screen at each line would be felt.) */
#include "dev/display_priv.h"
#include "pcpu/x86.h"

#define VGA_MEMORY      0xb8000u        /* 32 KB in the colour text modes */
enum {
    COLUMNS = 80,
    ROWS = 25,
    MEMORY_ROWS = 0x8000 / 2 / COLUMNS,
};
#define GREY_ON_BLACK   0x0700u

#define CRTC_INDEX      0x3d4
#define CRTC_DATA       0x3d5
#define CRTC_START      0x0c            /* first cell shown: high byte, then low byte */
#define CRTC_CURSOR     0x0e

/* [k] the drainer (output.c) */
static unsigned top;                    /* [k] the memory's row that is shown first */
static unsigned start_shown = ~0u;      /* [k] first cell as the card knows it */

static volatile uint16_t *cell_at(unsigned row, unsigned column)
{
    return (volatile uint16_t *)VGA_MEMORY + (top + row) * COLUMNS + column;
}

static void vga_put(unsigned row, unsigned column, uint8_t character)
{
    *cell_at(row, column) = GREY_ON_BLACK | character;
}

static void vga_clear(unsigned row, unsigned column)
{
    for (; column < COLUMNS; column++)
        vga_put(row, column, ' ');
}

static void vga_scroll(void)
{
    if (top + ROWS < MEMORY_ROWS) {
        top++;
    } else {
        volatile uint16_t *from = cell_at(1, 0);
        top = 0;
        for (unsigned i = 0; i < (ROWS - 1) * COLUMNS; i++)
            cell_at(0, 0)[i] = from[i];
    }
    vga_clear(ROWS - 1, 0);
}

static void crtc_write_pair(uint8_t index, unsigned value)
{
    outb(CRTC_INDEX, index);
    outb(CRTC_DATA, (uint8_t)(value >> 8));
    outb(CRTC_INDEX, index + 1);
    outb(CRTC_DATA, (uint8_t)value);
}

/* Tells the card where the screen starts and where the cursor is. */
static bool vga_show(unsigned row, unsigned column)
{
    unsigned start = top * COLUMNS;

    if (start != start_shown)
        crtc_write_pair(CRTC_START, start);
    start_shown = start;
    crtc_write_pair(CRTC_CURSOR, start + row * COLUMNS + column);
    return true;
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
