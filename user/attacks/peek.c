/* Attack: looks into what the kernel hands out for bytes that it has not written: what was on the
 * kernel's stack before.
 *
 * Must hold: after a text's end there are only zeros. */
#include "check.h"
#include "info.h"
#include "proc.h"
#include "string.h"

static void check_text(const char *text, size_t size)
{
    size_t i = strnlen(text, size);

    CHECK(i < size);
    for (; i < size; i++)
        CHECK_EQ(text[i], 0);
}

/* Leaves much on the kernel's stack. */
static void use_stack(void)
{
    char text[PUTS_MAX];

    memset(text, 0xff, sizeof text);
    CHECK_EQ(sys_puts(text, PUTS_MAX + 1), E_INVAL_ARG);
    CHECK_EQ(sys_puts((const char *)VM_USERHI - 1, PUTS_MAX), E_INVAL_ADDR);
    size_t length;
    memset(text, 'x', sizeof text);
    text[ARCHIVE_NAME_MAX - 1] = '\0';
    CHECK_EQ(sys_archive_read(text, 0, text, 1, &length), E_NOT_FOUND);
}

int main(void)
{
    struct process_info process;
    struct cpu_info cpu;
    struct archive_info file;

    for (unsigned i = 0; i < cpu_count(); i++) {
        use_stack();
        CHECK_EQ(sys_cpu_info(i, &cpu), 0);
        check_text(cpu.current, sizeof cpu.current);
    }
    use_stack();
    for (unsigned slot = 0; sys_process_info(&slot, &process) == 0; use_stack()) {
        check_text(process.name, sizeof process.name);
        check_text(process.wait, sizeof process.wait);
    }
    for (unsigned i = 0; sys_archive_info(i, &file) == 0; i++, use_stack())
        check_text(file.name, sizeof file.name);
    return check_result();
}
