/* The out-of-line half of KERN_ASSERT. */
#include "lib/assert.h"

__attribute__((regparm(1))) void assertion_failed(const struct assertion *assertion)
{
    panic_at(assertion->file, assertion->line, "assertion failed: %s", assertion->text);
}
