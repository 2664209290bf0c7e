/* Scan codes into characters. */
#include "dev/keyboard_priv.h"
#include "lib/ktest.h"
#include "pcpu/pcpu.h"

#define SHIFT           0x2a
#define CONTROL         0x1d
#define CAPS_LOCK       0x3a
#define NUM_LOCK        0x45
#define KEY_102         0x56
#define RELEASED        0x80
#define EXTENDED        0xe0
#define KEY_A           0x1e
#define KEY_1           0x02
#define KEY_ENTER       0x1c
#define KEY_UP          0x48

static int press_key(uint8_t key)
{
    int character = keyboard_translate(key);
    EXPECT_EQ(keyboard_translate(key | RELEASED), -1);
    return character;
}

static int press_with(uint8_t modifier, uint8_t key)
{
    EXPECT_EQ(keyboard_translate(modifier), -1);
    int character = press_key(key);
    EXPECT_EQ(keyboard_translate(modifier | RELEASED), -1);
    return character;
}

KTEST(dev, keyboard_letters_and_modifiers)
{
    EXPECT_EQ(press_key(KEY_A), 'a');
    EXPECT_EQ(press_with(SHIFT, KEY_A), 'A');
    EXPECT_EQ(press_with(SHIFT, KEY_1), '!');
    EXPECT_EQ(press_with(CONTROL, KEY_A), 1);
    EXPECT_EQ(press_with(CONTROL, KEY_1), '1');
    EXPECT_EQ(press_key(CAPS_LOCK), -1);
    EXPECT_EQ(press_key(KEY_A), 'A');
    EXPECT_EQ(press_with(SHIFT, KEY_A), 'a');
    EXPECT_EQ(press_key(KEY_1), '1');
    EXPECT_EQ(press_key(CAPS_LOCK), -1);
    EXPECT_EQ(press_key(KEY_A), 'a');
    EXPECT_EQ(press_key(KEY_ENTER), '\n');
}

KTEST(dev, keyboard_keys_without_characters)
{
    EXPECT_EQ(press_key(0), -1);
    EXPECT_EQ(press_key(0x3b), -1);     /* F1 */
    EXPECT_EQ(press_key(0x7f), -1);
    EXPECT_EQ(press_key(KEY_A), 'a');
}

KTEST(dev, keyboard_extended_keys)
{
    EXPECT_EQ(keyboard_translate(EXTENDED), -1);
    EXPECT_EQ(keyboard_translate(KEY_UP), '\033');
    EXPECT_EQ(keyboard_rest(), '[');
    EXPECT_EQ(keyboard_rest(), 'A');
    EXPECT_EQ(keyboard_rest(), -1);
    EXPECT_EQ(keyboard_translate(EXTENDED), -1);
    EXPECT_EQ(keyboard_translate(KEY_UP | RELEASED), -1);
    EXPECT_EQ(press_key(KEY_A), 'a');
}

/* Each key's digit, and what it is without NumLock: the character after ESC [, or 0 for none. */
KTEST(dev, keyboard_keypad)
{
    static const char digits[] = "789-456+1230.", others[] = "HA\0-D\0C+FB\0\0003";

    for (uint8_t i = 0; i < sizeof digits - 1; i++)
        EXPECT_EQ(press_key(0x47 + i), digits[i]);
    EXPECT_EQ(press_key(NUM_LOCK), -1);
    for (uint8_t i = 0; i < sizeof digits - 1; i++) {
        int character = press_key(0x47 + i);
        if (character == '\033') {
            EXPECT_EQ(keyboard_rest(), '[');
            character = keyboard_rest();
            while (keyboard_rest() >= 0) {}
        }
        EXPECT_EQ(character, others[i] ? others[i] : -1);
    }
    EXPECT_EQ(press_key(NUM_LOCK), -1);
    EXPECT_EQ(press_key(0x4c), '5');
    EXPECT_EQ(press_key(KEY_102), '<');
    EXPECT_EQ(press_with(SHIFT, KEY_102), '>');
}

/* The controller passes on a byte as if the keyboard had sent it (PS/2: command D2h). */
static int receive_key(uint8_t byte)
{
    outb(0x64, 0xd2);
    outb(0x60, byte);
    return keyboard_getc();
}

/* With interrupts off, or the handler would read it. */
KTEST(dev, keyboard_reads_what_the_controller_has)
{
    if (inb(0x64) == 0xff)
        return;                         /* this machine has none */
    intr_local_disable();
    EXPECT_EQ(keyboard_getc(), -1);
    EXPECT_EQ(receive_key(KEY_A), 'a');
    EXPECT_EQ(receive_key(KEY_A | RELEASED), -1);
    EXPECT_EQ(receive_key(EXTENDED), -1);
    EXPECT_EQ(receive_key(KEY_UP), '\033');
    EXPECT_EQ(keyboard_getc(), '[');
    EXPECT_EQ(keyboard_getc(), 'A');
    EXPECT_EQ(keyboard_getc(), -1);
    intr_local_enable();
}
