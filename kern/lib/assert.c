/* The out-of-line half of KERN_ASSERT. */
#include "lib/assert.h"

IN_REGISTER void assertion_failed(const struct assertion *assertion)
{
    panic_at(assertion->file, assertion->line, "assertion failed: %s", assertion->text);
}
