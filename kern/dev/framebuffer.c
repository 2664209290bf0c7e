/* The framebuffer as a text screen.
 *
 * Reading a framebuffer is slow, and writing to it not fast.  So what is to be seen stands in
 * memory, and beside it what is seen; framebuffer_show() draws the cells that differ.  A row that
 * scrolls is drawn anew only as far as its text is another. */
#include "dev/framebuffer.h"

#include "abi/layout.h"
#include "dev/display_priv.h"
#include "dev/font_priv.h"
#include "lib/string.h"

enum {
    COLUMNS_MAX = 240,                  /* beyond, characters are drawn larger */
    ROWS_MAX = 80,
    BITS_PER_PIXEL = 32,
    DRAWN_AT_ONCE = 2, LOOKED_AT = 64,  /* cells; the former, or one if they are large */
    AT_CURSOR = 0x80,                   /* in a cell: drawn with the colours exchanged */
    UNKNOWN = 0x7f,                     /* the font's sign for a character that it has not */
};

/* [I] set when it comes into use  [k] the drainer (output.c) */
static struct framebuffer buffer;       /* [I] .width 0: none */
static uint8_t *pixels;                 /* [I] */
static uint32_t grey;                   /* [I] a pixel of the text; the background is 0 */
static unsigned scale;                  /* [I] pixels for each of the font's, both ways */

/* Row `top` of `wanted` is the first on the screen, and the others follow in a ring. */
static uint8_t wanted[ROWS_MAX][COLUMNS_MAX];           /* [k] */
static uint8_t shown[ROWS_MAX][COLUMNS_MAX];            /* [k] */
static uint8_t differs_from[ROWS_MAX];  /* [k] of each row of the screen: the column from which on
                                         * another text may be shown than is wanted */
static unsigned top;                    /* [k] */
static struct {
    unsigned row, column;
} cursor;                               /* [k] */
static struct display display;          /* [I] */

static uint8_t *row_of(unsigned row)
{
    return wanted[(top + row) % display.rows];
}

/* --- drawing ----------------------------------------------------------------------------- */

static void draw_row(uint32_t *pixel, const char *row, bool exchanged)
{
    for (unsigned x = 0; x < FONT_WIDTH; x++) {
        uint32_t colour = (row[x] == '#') != exchanged ? grey : 0;
        for (unsigned i = 0; i < scale; i++)
            *pixel++ = colour;
    }
}

static void draw_cell(unsigned row, unsigned column, uint8_t cell)
{
    uint8_t *line = pixels + row * FONT_HEIGHT * scale * buffer.pitch +
                    column * FONT_WIDTH * scale * sizeof(uint32_t);

    for (unsigned y = 0; y < FONT_HEIGHT * scale; y++, line += buffer.pitch)
        draw_row((uint32_t *)line, font_row(cell & ~AT_CURSOR, y / scale), cell & AT_CURSOR);
}

/* What a look may still cost. */
struct effort {
    unsigned looks, draws;
};

static bool show_cell(unsigned row, unsigned column)
{
    bool here = row == cursor.row && column == cursor.column;
    uint8_t cell = row_of(row)[column] | (here ? AT_CURSOR : 0);

    if (cell == shown[row][column])
        return false;
    draw_cell(row, column, cell);
    shown[row][column] = cell;
    return true;
}

/* True if all of the row is shown now. */
static bool show_row(unsigned row, struct effort *left)
{
    unsigned column = differs_from[row];

    for (; column < display.columns && left->looks > 0 && left->draws > 0; column++) {
        left->looks--;
        left->draws -= show_cell(row, column);
    }
    differs_from[row] = (uint8_t)column;
    return column == display.columns;
}

static void note_change(unsigned row, unsigned column)
{
    differs_from[row] = (uint8_t)MIN(differs_from[row], column);
}

/* --- what the screen asks for ------------------------------------------------------------- */

static void framebuffer_put(unsigned row, unsigned column, uint8_t character)
{
    row_of(row)[column] = character < UNKNOWN ? character : UNKNOWN;
    note_change(row, column);
}

static void framebuffer_clear(unsigned row, unsigned column)
{
    memset(&row_of(row)[column], ' ', display.columns - column);
    note_change(row, column);
}

static void framebuffer_scroll(void)
{
    top = (top + 1) % display.rows;
    framebuffer_clear(display.rows - 1, 0);
    memset(differs_from, 0, sizeof differs_from);
}

static bool framebuffer_show(unsigned row, unsigned column)
{
    struct effort left = { LOOKED_AT, scale == 1 ? DRAWN_AT_ONCE : 1 };

    note_change(cursor.row, cursor.column);
    note_change(row, column);
    cursor.row = row;
    cursor.column = column;
    for (unsigned i = 0; i < display.rows; i++)
        if (!show_row(i, &left))
            return false;
    return true;
}

/* --- opening it --------------------------------------------------------------------------- */

static bool is_in_pixel(const struct colour_field *field)
{
    return field->bits > 0 && field->bits < BITS_PER_PIXEL &&
           field->shift <= BITS_PER_PIXEL - field->bits;
}

static uint32_t two_thirds(const struct colour_field *field)
{
    return ((1u << field->bits) - 1) / 3 * 2 << field->shift;
}

static uint64_t bytes_of(const struct framebuffer *f, uint32_t height)
{
    return (uint64_t)f->pitch * height;
}

const char *framebuffer_problem(const struct framebuffer *f)
{
    if (!f->is_direct_colour || f->bits_per_pixel != BITS_PER_PIXEL ||
        !is_in_pixel(&f->red) || !is_in_pixel(&f->green) || !is_in_pixel(&f->blue))
        return "its format is unknown";
    if (f->width < FONT_WIDTH || f->height < FONT_HEIGHT ||
        f->pitch / sizeof(uint32_t) < f->width || f->pitch % sizeof(uint32_t) != 0)
        return "its size makes no sense";
    if (f->address > UINT32_MAX || bytes_of(f, f->height) > UINT32_MAX - f->address + 1)
        return "it lies above 4 GB";
    if (f->address == 0 || f->address % sizeof(uint32_t) != 0)
        return "its address makes no sense";
    return NULL;
}

/* The height of it that fits into the kernel's map. */
static uint32_t reachable_height(const struct framebuffer *f)
{
    uint32_t room = FRAMEBUFFER_SIZE - (uint32_t)f->address % SUPERPAGE_SIZE;

    return MIN(f->height, room / f->pitch);
}

static void clear_pixels(void)
{
    for (uint32_t y = 0; y < buffer.height; y++)
        memset(pixels + y * buffer.pitch, 0, buffer.width * sizeof(uint32_t));
}

const struct display *framebuffer_open(const struct framebuffer *framebuffer,
                                       const char **problem)
{
    *problem = framebuffer_problem(framebuffer);
    if (*problem)
        return NULL;
    buffer = *framebuffer;
    buffer.height = reachable_height(framebuffer);
    pixels = (uint8_t *)(uintptr_t)buffer.address;
    grey = two_thirds(&buffer.red) | two_thirds(&buffer.green) | two_thirds(&buffer.blue);
    scale = (buffer.width / FONT_WIDTH + COLUMNS_MAX - 1) / COLUMNS_MAX;
    display = (struct display){
        .columns = buffer.width / FONT_WIDTH / scale,
        .rows = MIN(buffer.height / FONT_HEIGHT / scale, ROWS_MAX),
        .put = framebuffer_put, .clear = framebuffer_clear,
        .scroll = framebuffer_scroll, .show = framebuffer_show,
    };
    clear_pixels();
    memset(wanted, ' ', sizeof wanted);
    memset(shown, ' ', sizeof shown);
    return &display;
}

struct framebuffer_memory framebuffer_memory(void)
{
    return (struct framebuffer_memory){
        (paddr_t)buffer.address, (uint32_t)bytes_of(&buffer, buffer.height) };
}

void framebuffer_move(void *to)
{
    pixels = to;
}
