/* In JOS, panic and assert have a header of their own. */
#pragma once

#include "inc/lib.h"
