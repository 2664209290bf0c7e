/* What can show a screen: vga.c and framebuffer.c.  Rows and columns count from 0. */
#pragma once

#include "lib/types.h"

struct display {
    unsigned columns, rows;
    void   (*put)(unsigned row, unsigned column, uint8_t character);
    void   (*clear)(unsigned row, unsigned column);     /* from there to the row's end */
    void   (*scroll)(void);             /* all rows go up by one, the last one is clear */
    bool   (*show)(unsigned row, unsigned column);      /* the cursor there, and some of the above,
                                         * so that it does not take long; false: not all yet.
                                         * Until then it may or may not be visible. */
};

/* The VGA card's text screen, or NULL if there is no card. */
const struct display *vga_find(void);

/* A framebuffer's, or NULL if it cannot be used; *problem says why. */
struct framebuffer;
const struct display *framebuffer_open(const struct framebuffer *framebuffer,
                                       const char **problem);
