/* A line editor for a terminal of at least 80 columns that knows backspace and carriage return:
 * the serial terminal and the screen alike.  After each key the line is drawn anew; of one that
 * is too long, the part around the cursor. */
#include "line.h"

#include "stdio.h"
#include "string.h"
#include "syscall.h"

#define CONTROL(letter) ((letter) & 0x1f)
#define COLUMNS         79              /* in the last one a terminal might go to the next row */
#define HISTORY         32

enum key {                              /* besides characters */
    KEY_LEFT = 256, KEY_RIGHT, KEY_UP, KEY_DOWN, KEY_HOME, KEY_END, KEY_DELETE, KEY_NONE,
};

static struct {
    const char *prompt;
    char *text;
    size_t length, cursor;
    size_t drawn;                       /* columns of the text that are on the screen */
} edit;

static struct {
    char lines[HISTORY][LINE_MAX];
    unsigned count;                     /* ever added; line n is in n % HISTORY */
    unsigned shown;                     /* what up and down have come to */
} history;

/* --- keys --------------------------------------------------------------------------------- */

static const struct {
    const char *sequence;               /* after ESC, and the [ or O after that */
    enum key key;
} sequences[] = {
    { "A", KEY_UP }, { "B", KEY_DOWN }, { "C", KEY_RIGHT }, { "D", KEY_LEFT },
    { "H", KEY_HOME }, { "F", KEY_END }, { "1~", KEY_HOME }, { "7~", KEY_HOME },
    { "4~", KEY_END }, { "8~", KEY_END }, { "3~", KEY_DELETE },
};

/* The rest of an escape sequence: digits and semicolons, then one other character. */
static int read_sequence(void)
{
    char sequence[8];
    size_t length = 0;
    int character = getchar();

    if (character != '[' && character != 'O')
        return KEY_NONE;
    do {
        character = getchar();
        if (length < sizeof sequence - 1)
            sequence[length++] = (char)character;
    } while ((character >= '0' && character <= '9') || character == ';');
    sequence[length] = '\0';
    for (unsigned i = 0; i < ARRAY_SIZE(sequences); i++)
        if (strcmp(sequence, sequences[i].sequence) == 0)
            return sequences[i].key;
    return KEY_NONE;
}

static int read_key(void)
{
    int character = getchar();

    return character == CONTROL('[') ? read_sequence() : character;
}

/* --- the screen --------------------------------------------------------------------------- */

/* Where what is shown begins, so that the cursor is in it. */
static size_t first_shown(size_t width)
{
    return edit.cursor < width ? 0 : edit.cursor - width + 1;
}

static void draw(void)
{
    size_t width = COLUMNS - strlen(edit.prompt), first = first_shown(width);
    size_t shown = MIN(edit.length - first, width);
    int blanks = edit.drawn > shown ? (int)(edit.drawn - shown) : 0;

    printf("\r%s%.*s%*s", edit.prompt, (int)shown, edit.text + first, blanks, "");
    printf("\r%s%.*s", edit.prompt, (int)(edit.cursor - first), edit.text + first);
    flush();
    edit.drawn = shown;
}

/* --- editing ------------------------------------------------------------------------------ */

static void insert(char character)
{
    if (edit.length + 1 >= LINE_MAX)
        return;
    memmove(edit.text + edit.cursor + 1, edit.text + edit.cursor, edit.length - edit.cursor);
    edit.text[edit.cursor++] = character;
    edit.length++;
}

/* Takes out what is between `from` and `to`, and leaves the cursor there. */
static void cut(size_t from, size_t to)
{
    memmove(edit.text + from, edit.text + to, edit.length - to);
    edit.length -= to - from;
    edit.cursor = from;
}

static size_t word_start(void)
{
    size_t at = edit.cursor;

    while (at > 0 && edit.text[at - 1] == ' ')
        at--;
    while (at > 0 && edit.text[at - 1] != ' ')
        at--;
    return at;
}

static void replace(const char *text)
{
    edit.length = edit.cursor = strlcpy(edit.text, text, LINE_MAX);
}

static unsigned history_first(void)
{
    return history.count > HISTORY ? history.count - HISTORY : 0;
}

static void show_history(unsigned number)
{
    if (number < history_first() || number > history.count)
        return;
    history.shown = number;
    replace(number < history.count ? history.lines[number % HISTORY] : "");
}

static void edit_key(int key)
{
    switch (key) {
    case KEY_LEFT:
        edit.cursor -= edit.cursor > 0;
        break;
    case KEY_RIGHT:
        edit.cursor += edit.cursor < edit.length;
        break;
    case KEY_HOME:
    case CONTROL('A'):
        edit.cursor = 0;
        break;
    case KEY_END:
    case CONTROL('E'):
        edit.cursor = edit.length;
        break;
    case KEY_UP:
        if (history.shown > 0)
            show_history(history.shown - 1);
        break;
    case KEY_DOWN:
        show_history(history.shown + 1);
        break;
    case '\b':
        if (edit.cursor > 0)
            cut(edit.cursor - 1, edit.cursor);
        break;
    case KEY_DELETE:
    case CONTROL('D'):
        if (edit.cursor < edit.length)
            cut(edit.cursor, edit.cursor + 1);
        break;
    case CONTROL('K'):
        edit.length = edit.cursor;
        break;
    case CONTROL('U'):
        cut(0, edit.cursor);
        break;
    case CONTROL('W'):
        cut(word_start(), edit.cursor);
        break;
    default:
        if (key >= ' ' && key < 0x7f)
            insert((char)key);
    }
}

/* --- lines -------------------------------------------------------------------------------- */

static void begin(const char *prompt, char *line)
{
    edit.prompt = prompt;
    edit.text = line;
    edit.length = edit.cursor = edit.drawn = 0;
    history.shown = history.count;
    draw();
}

/* Empty lines and repetitions are not worth remembering. */
static void remember(const char *line)
{
    if (*line == '\0' ||
        (history.count > 0 && strcmp(line, history.lines[(history.count - 1) % HISTORY]) == 0))
        return;
    strlcpy(history.lines[history.count++ % HISTORY], line, LINE_MAX);
}

bool read_line(const char *prompt, char line[LINE_MAX])
{
    int key;

    begin(prompt, line);
    while ((key = read_key()) != '\n') {
        if (key == EOF || (key == CONTROL('D') && edit.length == 0)) {
            putchar('\n');
            return false;
        }
        if (key == CONTROL('C')) {
            puts("^C");
            begin(prompt, line);
        } else {
            edit_key(key);
            draw();
        }
    }
    edit.cursor = edit.length;
    draw();
    putchar('\n');
    line[edit.length] = '\0';
    remember(line);
    return true;
}

const char *history_line(unsigned number)
{
    number += history_first();
    return number < history.count ? history.lines[number % HISTORY] : NULL;
}
