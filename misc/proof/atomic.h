/* What a proof takes atomic accesses for: plain ones.  A contract tells what a function does while
 * no other thread is there. */
#pragma once

#define __atomic_load_n(pointer, order)         (*(pointer))
#define __atomic_store_n(pointer, value, order) ((void)(*(pointer) = (value)))
