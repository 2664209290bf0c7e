/* From the kernel to main: the command line becomes argc and argv, main's value the exit status. */
#include "abi/syscall.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "syscall.h"
#include "x86.h"

void system_call_by_sysenter(void);     /* entry.S */

#define WORDS_MAX (COMMAND_MAX / 2)     /* each takes a byte and a space or the final 0 */

extern void (*init_array_begin[])(void), (*init_array_end[])(void);     /* user.ld */

int main(int argc, char **argv);

/* Called by crt0.S. */
NORETURN void start_program(char *command);

static bool begins_quote(const char *at)
{
    return (*at == '"' || *at == '\'') && strchr(at + 1, *at);
}

/* Splits `command` in place at spaces; those between quotes of one kind, which vanish, belong to
 * the word.  A quote without another one is a character.  Returns the number of words; `words`
 * gets a NULL after the last. */
static int split_words(char *command, char **words)
{
    const char *from = command;
    char *to = command;
    int count = 0;

    for (;;) {
        char quote = '\0';              /* that another one ends */

        while (*from == ' ')
            from++;
        if (*from == '\0' || count == WORDS_MAX)
            break;
        words[count++] = to;
        for (; *from != '\0' && (quote != '\0' || *from != ' '); from++) {
            if (quote != '\0' ? *from == quote : begins_quote(from))
                quote = quote != '\0' ? '\0' : *from;
            else
                *to++ = *from;
        }
        bool last = *from == '\0';      /* TO may be at FROM, which the 0 then replaces */
        *to++ = '\0';
        if (last)
            break;
        from++;
    }
    words[count] = NULL;
    return count;
}

static void choose_system_call_entry(void)
{
    uint32_t signature, features;

    cpuid(1, &signature, NULL, NULL, &features);
    if (cpuid_has_sysenter(signature, features))
        system_call_entry = system_call_by_sysenter;
}

static void call_constructors(void)
{
    for (void (**constructor)(void) = init_array_begin; constructor < init_array_end;
         constructor++)
        (*constructor)();
}

void start_program(char *command)
{
    static char *words[WORDS_MAX + 1];

    choose_system_call_entry();
    call_constructors();
    exit(main(split_words(command, words), words));
}
