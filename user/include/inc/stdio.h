/* In JOS, text has a header of its own. */
#pragma once

#include "inc/lib.h"
