/* In JOS, strings have a header of their own. */
#pragma once

#include "inc/lib.h"
