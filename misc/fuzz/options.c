/* Fuzzes the parser of the boot command line. */
#include "lib/options.h"

#include "abi/error.h"
#include "fuzz.h"

static const char *const keys[] = { "cpus", "n", "run" };

static void ask_for(const char *line, const char *key)
{
    char value[16] = "untouched";
    unsigned number = 7;
    bool is_there = option_present(line, key);
    int error = option_unsigned(line, key, 5, &number);

    REQUIRE(is_there || (error == 0 && number == 5));
    REQUIRE(error == 0 || (error == E_INVAL_ARG && number == 7));
    REQUIRE(is_there || !option_has_value(line, key));
    if (option_string(line, key, value, sizeof value))
        REQUIRE(option_has_value(line, key) && strnlen(value, sizeof value) < sizeof value);
    else
        REQUIRE(strcmp(value, "untouched") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    char *line = malloc(size + 1);

    take_bytes(&input, line, size + 1);
    for (unsigned i = 0; i < ARRAY_SIZE(keys); i++)
        ask_for(line, keys[i]);
    const char *strange = option_check_known(line, keys, ARRAY_SIZE(keys));
    REQUIRE(!strange || (strange >= line && strange < line + strlen(line)));
    free(line);
    return 0;
}
