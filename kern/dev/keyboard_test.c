/* Scan codes into characters. */
#include "dev/keyboard_priv.h"
#include "lib/ktest.h"

#define SHIFT           0x2a
#define CONTROL         0x1d
#define CAPS_LOCK       0x3a
#define RELEASED        0x80
#define EXTENDED        0xe0
#define KEY_A           0x1e
#define KEY_1           0x02
#define KEY_ENTER       0x1c
#define KEY_UP          0x48

static int press(uint8_t key)
{
    int character = keyboard_translate(key);
    EXPECT_EQ(keyboard_translate(key | RELEASED), -1);
    return character;
}

static int press_with(uint8_t modifier, uint8_t key)
{
    int character;

    EXPECT_EQ(keyboard_translate(modifier), -1);
    character = press(key);
    EXPECT_EQ(keyboard_translate(modifier | RELEASED), -1);
    return character;
}

KTEST(dev, keyboard_letters_and_modifiers)
{
    EXPECT_EQ(press(KEY_A), 'a');
    EXPECT_EQ(press_with(SHIFT, KEY_A), 'A');
    EXPECT_EQ(press_with(SHIFT, KEY_1), '!');
    EXPECT_EQ(press_with(CONTROL, KEY_A), 1);
    EXPECT_EQ(press_with(CONTROL, KEY_1), '1');
    EXPECT_EQ(press(CAPS_LOCK), -1);
    EXPECT_EQ(press(KEY_A), 'A');
    EXPECT_EQ(press_with(SHIFT, KEY_A), 'a');
    EXPECT_EQ(press(KEY_1), '1');
    EXPECT_EQ(press(CAPS_LOCK), -1);
    EXPECT_EQ(press(KEY_A), 'a');
    EXPECT_EQ(press(KEY_ENTER), '\n');
}

KTEST(dev, keyboard_keys_without_characters)
{
    EXPECT_EQ(press(0), -1);
    EXPECT_EQ(press(0x3b), -1);         /* F1 */
    EXPECT_EQ(press(0x7f), -1);
    EXPECT_EQ(press(KEY_A), 'a');
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
    EXPECT_EQ(press(KEY_A), 'a');
}
