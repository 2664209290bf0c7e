/* What a boot loader may say of a framebuffer, and the font. */
#include "dev/framebuffer.h"

#include "dev/font_priv.h"
#include "lib/ktest.h"
#include "lib/string.h"

/* What QEMU's standard card has under UEFI. */
static const struct framebuffer usual = {
    .address = 0x80000000, .pitch = 5120, .width = 1280, .height = 800, .bits_per_pixel = 32,
    .is_direct_colour = true, .red = { 16, 8 }, .green = { 8, 8 }, .blue = { 0, 8 },
};

static bool is_good(const struct framebuffer *framebuffer)
{
    return !framebuffer_problem(framebuffer);
}

/* Is it refused with these words in the reason? */
static bool is_refused(const struct framebuffer *framebuffer, const char *word)
{
    const char *problem = framebuffer_problem(framebuffer);

    for (; problem && *problem; problem++)
        if (strncmp(problem, word, strlen(word)) == 0)
            return true;
    return false;
}

KTEST(dev, framebuffer_formats)
{
    struct framebuffer f = usual;

    EXPECT(is_good(&f));
    f.red = (struct colour_field){ 20, 10 };    /* 10 bits a colour */
    f.green = (struct colour_field){ 10, 10 };
    f.blue = (struct colour_field){ 0, 10 };
    EXPECT(is_good(&f));
    f.red = (struct colour_field){ 24, 9 };     /* out of the pixel */
    EXPECT(is_refused(&f, "format"));
    f.red = (struct colour_field){ 255, 255 };
    EXPECT(is_refused(&f, "format"));
    f.red = (struct colour_field){ 0, 0 };
    EXPECT(is_refused(&f, "format"));
    f = usual;
    f.bits_per_pixel = 24;
    EXPECT(is_refused(&f, "format"));
    f = usual;
    f.is_direct_colour = false;
    EXPECT(is_refused(&f, "format"));
}

KTEST(dev, framebuffer_places)
{
    struct framebuffer f = usual;

    f.address = 0x100000000;
    EXPECT(is_refused(&f, "above 4 GB"));
    f.address = 0x100000000 - 5120 * 800;       /* the last place where it fits */
    EXPECT(is_good(&f));
    f.address += 4;
    EXPECT(is_refused(&f, "above 4 GB"));
    f.address = UINT64_MAX - 3;
    EXPECT(is_refused(&f, "above 4 GB"));
    f.address = 0;
    EXPECT(is_refused(&f, "address"));
    f.address = 0x80000001;
    EXPECT(is_refused(&f, "address"));
}

KTEST(dev, framebuffer_sizes)
{
    struct framebuffer f = usual;

    f.pitch = 5116;                     /* shorter than a row */
    EXPECT(is_refused(&f, "size"));
    f.pitch = 5122;
    EXPECT(is_refused(&f, "size"));
    f = usual;
    f.width = 7;
    EXPECT(is_refused(&f, "size"));
    f = usual;
    f.height = 15;
    EXPECT(is_refused(&f, "size"));
    f.height = UINT32_MAX;
    EXPECT(is_refused(&f, "above 4 GB"));
    f = usual;
    f.pitch = UINT32_MAX - 3;
    f.width = UINT32_MAX / 4;
    EXPECT(is_refused(&f, "above 4 GB"));
}

/* Every character is drawn, no two alike, and none in full height, so that lines keep apart. */
KTEST(dev, font_is_complete)
{
    for (unsigned c = FONT_FIRST; c < FONT_FIRST + FONT_CHARACTERS; c++) {
        unsigned dots = 0;
        for (unsigned y = 0; y < FONT_HEIGHT; y++)
            for (unsigned x = 0; x < FONT_WIDTH; x++)
                dots += font_row((uint8_t)c, y)[x] == '#';
        EXPECT_EQ(dots > 0, c != ' ');
        EXPECT(strncmp(font_row((uint8_t)c, 0), "........", FONT_WIDTH) == 0);
        for (unsigned other = FONT_FIRST; other < c; other++) {
            unsigned alike = 0;
            for (unsigned y = 0; y < FONT_HEIGHT; y++)
                alike += strncmp(font_row((uint8_t)c, y), font_row((uint8_t)other, y),
                                 FONT_WIDTH) == 0;
            EXPECT(alike < FONT_HEIGHT);
        }
    }
    EXPECT(font_row(0, 0) == font_row(0x7f, 0));
    EXPECT(font_row(0xff, 0) == font_row(0x7f, 0));
}
