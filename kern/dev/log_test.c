/* The log: prefixes, cutting, and the log= option.  (That lines do not mix: output_test.c.) */
#include "dev/log.h"

#include "abi/error.h"
#include "dev/output.h"
#include "dev/output_test.h"
#include "lib/ktest.h"
#include "lib/printf.h"
#include "lib/string.h"

static char captured[4096];

KTEST(dev, log_prefixes)
{
    uint32_t enabled = log_enabled_layers;

    output_capture(captured, sizeof captured);
    log_enabled_layers = 0;
    KERN_DEBUG("not %s\n", "shown");
    log_enabled_layers = 1u << LAYER_RANK;
    KERN_DEBUG("shown %u\n", 1u);
    KERN_WARN("shown %u\n", 2u);
    output_write("text 100%d\n", 11);
    log_enabled_layers = enabled;
    size_t length = output_end_capture();
    EXPECT(strncmp(captured, "[D] kern/dev/log_test.c:", 24) == 0);
    EXPECT(strchr(captured, '\n') && strncmp(strchr(captured, '\n') - 8, " shown 1", 8) == 0);
    EXPECT(strncmp(strchr(captured, '\n') + 1, "[W] kern/dev/log_test.c:", 24) == 0);
    EXPECT(strcmp(captured + length - 11, "text 100%d\n") == 0);
}

KTEST(dev, log_cuts_long_text)
{
    output_capture(captured, sizeof captured);
    KERN_INFO("%0*d", LOG_TEXT_MAX - 1, 7);
    EXPECT_EQ(output_end_capture(), LOG_TEXT_MAX - 1);
    output_capture(captured, sizeof captured);
    KERN_INFO("%0*d\n", LOG_TEXT_MAX - 1, 7);
    KERN_WARN("%0*d\n", 5000, 7);
    size_t length = output_end_capture();
    EXPECT_EQ(length, 2 * (LOG_TEXT_MAX - 1));
    EXPECT(strncmp(captured + LOG_TEXT_MAX - 1 - 5, "0...\n", 5) == 0);
    EXPECT(strcmp(captured + length - 5, "0...\n") == 0);
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
