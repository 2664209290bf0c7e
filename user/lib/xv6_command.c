/* The arguments of xv6's exec() as the command line that the new program takes apart again
 * (start.c): a word with blanks or quotes in it stands between quotes. */
#include "xv6_priv.h"

struct writer {
    char *next, *end;                   /* NULL: there was too little room */
};

static void write_character(struct writer *writer, char character)
{
    if (writer->next == writer->end)
        writer->next = NULL;
    if (writer->next)
        *writer->next++ = character;
}

static bool needs_quotes(const char *word)
{
    bool needs = *word == '\0';

    for (; *word != '\0'; word++)
        needs |= *word == ' ' || *word == '"' || *word == '\'';
    return needs;
}

/* A quote stands between quotes of the other kind, and all else between '. */
static void write_quoted(struct writer *writer, const char *word)
{
    write_character(writer, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            for (const char *other = "'\"'\"'"; *other != '\0'; other++)
                write_character(writer, *other);
        } else {
            write_character(writer, *word);
        }
    }
    write_character(writer, '\'');
}

static void write_word(struct writer *writer, const char *word)
{
    if (needs_quotes(word))
        write_quoted(writer, word);
    else
        for (; *word != '\0'; word++)
            write_character(writer, *word);
}

int xv6_command(char *const *argv, char *buffer, int size)
{
    struct writer writer = { buffer, buffer + size };

    for (int i = 0; i <= MAXARG; i++) {
        if (!xv6_may(XV6_READ, &argv[i], sizeof argv[i]))
            return -1;
        if (!argv[i]) {
            write_character(&writer, '\0');
            return writer.next ? (int)(writer.next - buffer) : -1;
        }
        if (i == MAXARG || xv6_length(argv[i], size) < 0)
            return -1;
        if (i > 0)
            write_character(&writer, ' ');
        write_word(&writer, argv[i]);
    }
    return -1;
}
