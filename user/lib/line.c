/* A line editor for a terminal of at least 80 columns that knows backspace and carriage return:
 * the serial terminal and the screen alike.  When no more input waits, what has changed of the
 * line is drawn anew; of a line that is too long, the part around the cursor is shown. */
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
} edit;

/* What is on the screen: the prompt and the text, or a part of it. */
static struct {
    char line[COLUMNS];
    size_t length, column;              /* and where its cursor is */
} screen;

/* What was typed while no line was being read, the first character first. */
static struct {
    char characters[LINE_MAX];
    size_t count;
} ahead;

static struct {
    char lines[HISTORY][LINE_MAX];
    unsigned count;                     /* ever added; line n is in n % HISTORY */
    unsigned shown;                     /* what up and down have come to */
} history;

/* --- the screen --------------------------------------------------------------------------- */

/* Puts the prompt and what is shown of the text into `line`, so that the cursor is in it. */
static size_t layout(char line[COLUMNS], size_t *column)
{
    size_t prompt = strlen(edit.prompt), width = COLUMNS - prompt;
    size_t first = edit.cursor < width ? 0 : edit.cursor - width + 1;
    size_t shown = MIN(edit.length - first, width);

    memcpy(line, edit.prompt, prompt);
    memcpy(line + prompt, edit.text + first, shown);
    *column = prompt + edit.cursor - first;
    return prompt + shown;
}

/* Moves over what is on the screen. */
static void go_to(size_t column)
{
    for (; screen.column > column; screen.column--)
        putchar('\b');
    for (; screen.column < column; screen.column++)
        putchar(screen.line[screen.column]);
}

static void draw(void)
{
    char line[COLUMNS];
    size_t column, same = 0, length = layout(line, &column);
    size_t end = MAX(length, screen.length);

    while (same < length && same < screen.length && line[same] == screen.line[same])
        same++;
    if (same < end)
        go_to(same);
    memcpy(screen.line, line, length);
    memset(screen.line + length, ' ', end - length);
    if (same < end)
        go_to(end);
    go_to(column);
    screen.length = length;
    flush();
}

/* The terminal's cursor is at the begin of a line of which nothing is known. */
static void forget_screen(void)
{
    putchar('\r');
    screen.length = screen.column = 0;
}

/* --- keys --------------------------------------------------------------------------------- */

static const struct {
    const char *sequence;               /* after ESC, and the [ or O after that */
    enum key key;
} sequences[] = {
    { "A", KEY_UP }, { "B", KEY_DOWN }, { "C", KEY_RIGHT }, { "D", KEY_LEFT },
    { "H", KEY_HOME }, { "F", KEY_END }, { "1~", KEY_HOME }, { "7~", KEY_HOME },
    { "4~", KEY_END }, { "8~", KEY_END }, { "3~", KEY_DELETE },
};

/* The key of a sequence, without its ESC and what follows that. */
static int key_of(const char *sequence)
{
    for (unsigned i = 0; i < ARRAY_SIZE(sequences); i++)
        if (strcmp(sequence, sequences[i].sequence) == 0)
            return sequences[i].key;
    return KEY_NONE;
}

/* What was typed before, or is typed; if it is to be waited for, what has changed is drawn
 * first. */
static int next_character(void)
{
    int character = 0;

    if (ahead.count > 0) {
        character = (unsigned char)ahead.characters[0];
        memmove(ahead.characters, ahead.characters + 1, --ahead.count);
        return character;
    }
    if (sys_cgetc(&character) == 0 && character != 0)
        return character;
    draw();
    return getchar();
}

/* The rest of an escape sequence: digits and semicolons, then one other character.  What belongs
 * to none is a key of its own: so ESC alone does nothing, and takes nothing with it. */
static int read_sequence(void)
{
    char sequence[8];
    size_t length = 0;
    int character = next_character();

    if (character != '[' && character != 'O')
        return character;
    do {
        character = next_character();
        if (character < ' ')
            return character;
        if (length < sizeof sequence - 1)
            sequence[length++] = (char)character;
    } while ((character >= '0' && character <= '9') || character == ';');
    sequence[length] = '\0';
    return key_of(sequence);
}

static int read_key(void)
{
    int key = next_character();

    while (key == CONTROL('['))
        key = read_sequence();
    return key;
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
    edit.length = edit.cursor = 0;
    history.shown = history.count;
    forget_screen();
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
            draw();
            putchar('\n');
            return false;
        }
        if (key == CONTROL('C')) {
            draw();
            puts("^C");
            begin(prompt, line);
        } else {
            edit_key(key);
        }
    }
    edit.cursor = edit.length;
    draw();
    putchar('\n');
    line[edit.length] = '\0';
    remember(line);
    return true;
}

bool interrupt_typed(void)
{
    int character = 0;

    while (ahead.count < LINE_MAX && sys_cgetc(&character) == 0 && character != 0) {
        if (character == CONTROL('C')) {
            ahead.count = 0;
            return true;
        }
        ahead.characters[ahead.count++] = (char)character;
    }
    return false;
}

const char *history_line(unsigned number)
{
    number += history_first();
    return number < history.count ? history.lines[number % HISTORY] : NULL;
}
