/* The errors in words: from the list that gives their numbers. */
#include "lib/error_text.h"

#include "abi/error.h"

const char *error_text(int error)
{
    switch (error) {
#define ERROR_TEXT(name, number, text) case name: return text;
    ERRORS(ERROR_TEXT)
#undef ERROR_TEXT
    default: return "unknown error";
    }
}
