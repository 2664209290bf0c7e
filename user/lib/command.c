/* Words as a command line: one with blanks or quotes in it stands between quotes. */
#include "command.h"

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

size_t join_words(const char *const words[], char *command, size_t size)
{
    struct writer writer = { command, command + size };

    for (unsigned i = 0; words[i]; i++) {
        if (i > 0)
            write_character(&writer, ' ');
        write_word(&writer, words[i]);
    }
    write_character(&writer, '\0');
    return writer.next ? (size_t)(writer.next - command) : 0;
}
