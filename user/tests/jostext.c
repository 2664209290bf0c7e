/* JOS's text: %e names errors, wherever text is formatted, and takes its argument.
 *
 * Must print: ^out of memory$ */
#include <inc/lib.h>
#include <inc/string.h>

static void check(const char *expected, const char *format, ...)
{
    char buffer[80];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    if (strcmp(buffer, expected) != 0 || length != (int)strlen(expected))
        panic("\"%s\" gave \"%s\", not \"%s\"", format, buffer, expected);
}

void umain(int argc, char **argv)
{
    char small[4];

    (void)argc, (void)argv;
    check("invalid parameter 5", "%e %d", -E_INVAL, 5);
    check("bad environment", "%e", E_BAD_ENV);
    check("error 1000 5", "%e %d", -1000, 5);
    check("unexpected end of file|error 0", "%e|%e", E_EOF, 0);
    check("   0x1f 1777", "%#7x %o", 31, 01777);
    assert(snprintf(small, sizeof small, "%d", 12345) == 5 && strcmp(small, "123") == 0);
    assert(snprintf(small, 0, "%d", 1) == -E_INVAL);
    assert(strtol("0x1f", NULL, 0) == 31);
    cprintf("%e\n", -E_NO_MEM);
}
