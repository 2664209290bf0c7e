/* The PC keyboard: scan codes of set 1 (the controller translates) into characters. */
#include "dev/keyboard_priv.h"

#include "pcpu/x86.h"

#define DATA                    0x60
#define STATUS                  0x64    /* read */
#define COMMAND                 0x64    /* written */

#define STATUS_OUTPUT_FULL      0x01    /* DATA has a byte for us */
#define STATUS_INPUT_FULL       0x02    /* the controller still has ours */
#define STATUS_FROM_MOUSE       0x20
#define STATUS_NO_DEVICE        0xff    /* nothing answers at the port */

#define COMMAND_READ_MODE       0x20
#define COMMAND_WRITE_MODE      0x60
#define COMMAND_ENABLE          0xae
#define MODE_INTERRUPT          0x01
#define MODE_KEYBOARD_OFF       0x10
#define MODE_TRANSLATE          0x40
#define KEYBOARD_SCAN           0xf4    /* to the keyboard itself: send what is typed */

#define KEY_RELEASED            0x80
#define KEY_EXTENDED            0xe0    /* prefix */
#define KEY_CONTROL             0x1d
#define KEY_LEFT_SHIFT          0x2a
#define KEY_RIGHT_SHIFT         0x36
#define KEY_CAPS_LOCK           0x3a
#define KEY_NUM_LOCK            0x45
#define KEY_KEYPAD_FIRST        0x47    /* 7 */
#define KEY_KEYPAD_LAST         0x53    /* the point */
#define KEY_102                 0x56    /* between left shift and Z, on keyboards that have it */
#define KEY_EXTENDED_SLASH      0x35
#define KEY_EXTENDED_ENTER      0x1c

enum {
    WAIT_TURNS = 10000,
    DRAIN_MAX = 64,
};

static const char plain[] =
    "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
    "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

static const struct {
    uint8_t     key;
    const char *sequence;
} extended_keys[] = {
    { 0x48, "\033[A" }, { 0x50, "\033[B" }, { 0x4d, "\033[C" }, { 0x4b, "\033[D" },
    { 0x47, "\033[H" }, { 0x4f, "\033[F" }, { 0x53, "\033[3~" },
    { KEY_EXTENDED_SLASH, "/" }, { KEY_EXTENDED_ENTER, "\n" },
};

/* [I] set once, at boot  [i] the lock of the console's input, which the caller holds */
static struct {
    bool        present;                /* [I] */
    bool        extended;               /* [i] the last byte was KEY_EXTENDED */
    bool        shift, control, caps_lock, num_lock;    /* [i] */
    const char *rest;                   /* [i] of an escape sequence not yet handed out, or NULL */
} keyboard = { .num_lock = true };        /* as firmware leaves it */

/* Waits, a bounded time, until the controller takes a byte. */
static void send_byte(uint16_t port, uint8_t byte)
{
    for (unsigned i = 0; i < WAIT_TURNS && (inb(STATUS) & STATUS_INPUT_FULL); i++)
        pause();
    outb(port, byte);
}

static uint8_t receive_byte(void)
{
    for (unsigned i = 0; i < WAIT_TURNS && !(inb(STATUS) & STATUS_OUTPUT_FULL); i++)
        pause();
    return inb(DATA);
}

void keyboard_init(void)
{
    if (inb(STATUS) == STATUS_NO_DEVICE)
        return;
    for (unsigned i = 0; i < DRAIN_MAX && (inb(STATUS) & STATUS_OUTPUT_FULL); i++)
        inb(DATA);
    send_byte(COMMAND, COMMAND_READ_MODE);
    uint8_t mode = receive_byte();
    send_byte(COMMAND, COMMAND_WRITE_MODE);
    send_byte(DATA, (mode | MODE_INTERRUPT | MODE_TRANSLATE) & ~MODE_KEYBOARD_OFF);
    send_byte(COMMAND, COMMAND_ENABLE);
    send_byte(DATA, KEYBOARD_SCAN);     /* in case that no firmware has said so */
    receive_byte();                     /* it acknowledges */
    keyboard.present = true;
}

static int extended_character(uint8_t key)
{
    for (size_t i = 0; i < ARRAY_SIZE(extended_keys); i++) {
        if (extended_keys[i].key == key) {
            keyboard.rest = extended_keys[i].sequence + 1;
            return extended_keys[i].sequence[0];
        }
    }
    return -1;
}

/* Without NumLock these keys are those that other keyboards have apart. */
static int keypad_character(uint8_t key)
{
    static const char keypad[] = "789-456+1230.";
    char character = keypad[key - KEY_KEYPAD_FIRST];

    return keyboard.num_lock || character == '-' || character == '+' ? character
                                                                     : extended_character(key);
}

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static int plain_character(uint8_t key)
{
    if (key >= KEY_KEYPAD_FIRST && key <= KEY_KEYPAD_LAST)
        return keypad_character(key);
    if (key == KEY_102)
        return keyboard.shift ? '>' : '<';
    if (key >= sizeof plain - 1)
        return -1;
    char character = plain[key];
    if (character == 0)
        return -1;
    if (keyboard.control && (is_letter(character) || character == '\\'))
        return character & 0x1f;
    if (keyboard.shift != (keyboard.caps_lock && is_letter(character)))
        return shifted[key];
    return character;
}

int keyboard_translate(uint8_t byte)
{
    bool extended = keyboard.extended;
    bool pressed = !(byte & KEY_RELEASED);
    uint8_t key = byte & ~KEY_RELEASED;

    keyboard.extended = byte == KEY_EXTENDED;
    if (keyboard.extended)
        return -1;
    switch (key) {
    case KEY_LEFT_SHIFT:
    case KEY_RIGHT_SHIFT:
        if (!extended)                  /* extended: part of another key's code */
            keyboard.shift = pressed;
        return -1;
    case KEY_CONTROL:
        keyboard.control = pressed;
        return -1;
    case KEY_CAPS_LOCK:
        keyboard.caps_lock ^= pressed;
        return -1;
    case KEY_NUM_LOCK:
        keyboard.num_lock ^= pressed && !extended;
        return -1;
    }
    if (!pressed)
        return -1;
    return extended ? extended_character(key) : plain_character(key);
}

int keyboard_rest(void)
{
    return keyboard.rest && *keyboard.rest ? *keyboard.rest++ : -1;
}

int keyboard_getc(void)
{
    int character = keyboard_rest();

    if (!keyboard.present || character >= 0)
        return character;
    for (unsigned i = 0; i < DRAIN_MAX; i++) {
        uint8_t status = inb(STATUS);
        if (!(status & STATUS_OUTPUT_FULL))
            return -1;
        uint8_t byte = inb(DATA);
        character = status & STATUS_FROM_MOUSE ? -1 : keyboard_translate(byte);
        if (character >= 0)
            return character;
    }
    return -1;
}
