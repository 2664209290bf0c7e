/* Letting time pass in tests. */
#include "dev/delay_test.h"

#include "dev/clock.h"
#include "lib/assert.h"
#include "pcpu/x86.h"

void clock_delay_us(uint32_t microseconds)
{
    uint64_t start = clock_us();

    KERN_ASSERT(clock_rate() > 0);
    while (clock_us() - start < microseconds)
        pause();
}
