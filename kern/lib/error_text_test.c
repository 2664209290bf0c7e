/* Tests of the errors' texts. */
#include "lib/error_text.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "lib/string.h"

KTEST(lib, every_error_has_its_text)
{
#define EXPECT_TEXT(name, number, text) EXPECT_EQ(strcmp(error_text(number), text), 0);
    ERRORS(EXPECT_TEXT)
#undef EXPECT_TEXT
    EXPECT_EQ(strcmp(error_text(-1), "unknown error"), 0);
}
