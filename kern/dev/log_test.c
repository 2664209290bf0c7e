/* The log: lines from several CPUs do not mix; prefixes, cutting, and the log= option. */
#include "dev/log.h"

#include "abi/error.h"
#include "dev/clock.h"
#include "dev/delay_test.h"
#include "lib/ktest.h"
#include "lib/printf.h"
#include "lib/string.h"

#define THREADS         4u
#define LINES           100u
#define CAPTURE_MAX     32768u
#define WRITE_TIME      20u             /* microseconds */

/* What the log wrote since start_capture(): guarded by the log's lock until end_capture(). */
static char captured[CAPTURE_MAX];
static size_t captured_length;
static log_sink usual_sink;

/* Slowly, so that a second writer would be seen in between. */
static void capture_text(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i == n / 2)
            clock_delay_us(WRITE_TIME);
        if (captured_length < CAPTURE_MAX - 1)
            captured[captured_length++] = text[i];
    }
}

static void start_capture(void)
{
    captured_length = 0;
    usual_sink = log_set_sink(capture_text);
}

static void end_capture(void)
{
    log_set_sink(usual_sink);
    captured[captured_length] = 0;
}

static void write_lines(unsigned index, void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < LINES; i++)
        KERN_INFO("thread %u line %u: %s\n", index, i, "abcdefghijklmnopqrstuvwxyz");
}

/* Each thread's lines must be there, whole and in order. */
KTEST(dev, log_lines_do_not_mix)
{
    unsigned next[THREADS] = { 0 };
    char line[64];

    start_capture();
    ktest_parallel(THREADS, write_lines, NULL);
    end_capture();
    for (const char *at = captured; *at;) {
        const char *end = strchr(at, '\n');
        unsigned index = (unsigned)(at[7] - '0');
        if (!end || strncmp(at, "thread ", 7) != 0 || index >= THREADS) {
            ktest_fail(__FILE__, __LINE__, "a line is mixed up: %.40s", at);
            return;
        }
        snprintf(line, sizeof line, "thread %u line %u: %s\n", index, next[index]++,
                 "abcdefghijklmnopqrstuvwxyz");
        EXPECT(strncmp(at, line, strlen(line)) == 0);
        at = end + 1;
    }
    for (unsigned i = 0; i < THREADS; i++)
        EXPECT_EQ(next[i], LINES);
}

KTEST(dev, log_prefixes)
{
    uint32_t enabled = log_enabled_layers;

    start_capture();
    log_enabled_layers = 0;
    KERN_DEBUG("not %s\n", "shown");
    log_enabled_layers = 1u << LAYER_RANK;
    KERN_DEBUG("shown %u\n", 1u);
    KERN_WARN("shown %u\n", 2u);
    log_write("text 100%d\n", 11);
    log_enabled_layers = enabled;
    end_capture();
    EXPECT(strncmp(captured, "[D] kern/dev/log_test.c:", 24) == 0);
    EXPECT(strchr(captured, '\n') && strncmp(strchr(captured, '\n') - 8, " shown 1", 8) == 0);
    EXPECT(strncmp(strchr(captured, '\n') + 1, "[W] kern/dev/log_test.c:", 24) == 0);
    EXPECT(strcmp(captured + captured_length - 11, "text 100%d\n") == 0);
}

KTEST(dev, log_cuts_long_text)
{
    start_capture();
    KERN_INFO("%0*d", LOG_TEXT_MAX - 1, 7);
    EXPECT_EQ(captured_length, LOG_TEXT_MAX - 1);
    KERN_INFO("%0*d\n", LOG_TEXT_MAX - 1, 7);
    KERN_WARN("%0*d\n", 5000, 7);
    end_capture();
    EXPECT_EQ(captured_length, 3 * (LOG_TEXT_MAX - 1));
    EXPECT(captured[LOG_TEXT_MAX - 2] == '7');
    EXPECT(strcmp(captured + captured_length - 5, "0...\n") == 0);
}

KTEST(dev, log_enable_takes_layers_only)
{
    uint32_t enabled = log_enabled_layers;

    log_enabled_layers = 0;
    EXPECT_EQ(log_enable("nosuch"), E_INVAL_ARG);
    EXPECT_EQ(log_enable(""), E_INVAL_ARG);
    EXPECT_EQ(log_enable("dev,"), E_INVAL_ARG);
    EXPECT_EQ(log_enable("dev,trapp"), E_INVAL_ARG);
    EXPECT_EQ(log_enable("de"), E_INVAL_ARG);
    EXPECT_EQ(log_enabled_layers, 0);
    EXPECT_EQ(log_enable("abi,dev"), 0);
    EXPECT_EQ(log_enabled_layers, 1u << 1 | 1u << LAYER_RANK);
    EXPECT_EQ(log_enable("all"), 0);
    EXPECT(log_is_enabled(LAYER_RANK + 1));
    log_enabled_layers = enabled;
}
