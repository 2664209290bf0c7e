/* Names of places, by addr2line. */
#include "places.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KNOWN_MAX = 4099 };

/* Reads one line, without its end. */
static bool read_line(FILE *file, char *line, size_t size)
{
    if (!fgets(line, (int)size, file))
        return false;
    line[strcspn(line, "\n")] = 0;
    return true;
}

/* addr2line says for each function, the innermost first, its name and then file:line.  The first
 * one that is in a source of its own is what a reader looks for: not the inline functions of
 * headers. */
static void find_function(FILE *file, char text[PLACE_LENGTH])
{
    char function[80], where[200];
    bool found = false;

    while (read_line(file, function, sizeof function) && read_line(file, where, sizeof where)) {
        char *path = strstr(where, "kern/") ? strstr(where, "kern/") : strstr(where, "misc/");
        if (found)
            continue;
        snprintf(text, PLACE_LENGTH, "%s() %s", function, path ? path : where);
        found = !strstr(where, ".h:");
    }
}

static void look_up(uintptr_t return_address, char text[PLACE_LENGTH])
{
    char command[200], program[100] = "";
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    FILE *file;

    snprintf(text, PLACE_LENGTH, "%#lx", (unsigned long)return_address);
    if (length < 0)
        return;
    snprintf(command, sizeof command, "${ADDR2LINE:-addr2line} -i -f -e '%s' %#lx 2> /dev/null",
             program, (unsigned long)return_address - 1);
    file = popen(command, "r");
    if (!file)
        return;
    find_function(file, text);
    pclose(file);
}

/* A program takes milliseconds to start, and a story tells of few places, many times. */
void place_text(uintptr_t return_address, char text[PLACE_LENGTH])
{
    static struct {
        uintptr_t address;
        char      text[PLACE_LENGTH];
    } known[KNOWN_MAX];
    unsigned slot = (unsigned)(return_address % KNOWN_MAX);

    if (known[slot].address != return_address) {
        known[slot].address = return_address;
        look_up(return_address, known[slot].text);
    }
    memcpy(text, known[slot].text, PLACE_LENGTH);
}
