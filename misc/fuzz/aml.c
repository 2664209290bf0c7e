/* Fuzzes the search for one object in ACPI's byte code. */
#include "lib/aml.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t types[2];

    if (aml_find_soft_off(data, size, types) == 0)
        REQUIRE(types[0] <= 7 && types[1] <= 7);
    return 0;
}
