/* The texts of abi/error.h. */
#include "error.h"

#include "lib/types.h"

#define ERROR_TEXT(name, number, text) [number] = text,
static const char *const texts[] = { ERRORS(ERROR_TEXT) };
#undef ERROR_TEXT

const char *error_string(int error)
{
    if (error < 0 || (size_t)error >= ARRAY_SIZE(texts) || !texts[error])
        return "unknown error";
    return texts[error];
}
