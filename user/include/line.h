/* Reading a line from the terminal, with editing and history. */
#pragma once

#include "lib/types.h"

#define LINE_MAX 256                    /* with the 0 */

/* Shows `prompt` and reads a line into `line`, without its end.  False if the input has ended:
 * Ctrl-D on an empty line.  Ctrl-C gives up what was typed and begins anew. */
bool read_line(const char *prompt, char line[LINE_MAX]);

/* Was Ctrl-C typed?  Then what was typed before it is forgotten; else it is for the next line. */
bool interrupt_typed(void);

/* Line `number` of the history, from 0, the oldest; NULL after the last. */
const char *history_line(unsigned number);
