/* Output: texts stay whole, none is lost, in order; full rings; busy devices. */
#include "dev/output.h"

#include "dev/log.h"
#include "dev/output_test.h"
#include "dev/text_ring_priv.h"
#include "lib/ktest.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"

enum {
    THREADS = 4, LINES = 100, IN_TURN = 24, CAPTURE_MAX = 32768, LINE_MAX = 64,
    SMALL_PIECE = 3, BUSY_EACH = 5,
};

/* --- capturing ----------------------------------------------------------------------------- */

static struct {
    char                       *buffer;
    size_t                      size;
    size_t                      length;     /* the drainer's */
    unsigned                    calls;      /* the drainer's */
    bool                        is_slow;    /* [a] takes few characters, and at times none */
    bool                        is_busy;    /* [a] takes nothing */
    const struct output_device *usual;
} capture;

static size_t capture_take(const char *text, size_t n)
{
    if (__atomic_load_n(&capture.is_busy, __ATOMIC_RELAXED))
        return 0;
    if (__atomic_load_n(&capture.is_slow, __ATOMIC_RELAXED))
        n = ++capture.calls % BUSY_EACH == 0 ? 0 : MIN(n, (size_t)SMALL_PIECE);
    for (size_t i = 0; i < n; i++)
        if (capture.length < capture.size - 1)
            capture.buffer[capture.length++] = text[i];
    return n;
}

static bool capture_show(void)
{
    return true;
}

static void set_flag(bool *flag, bool to)
{
    __atomic_store_n(flag, to, __ATOMIC_RELAXED);
}

void output_capture(char *buffer, size_t size)
{
    static const struct output_device device = { capture_take, capture_show };

    capture.buffer = buffer;
    capture.size = size;
    capture.length = 0;
    set_flag(&capture.is_slow, false);
    set_flag(&capture.is_busy, false);
    capture.usual = output_set_device(&device);
}

size_t output_end_capture(void)
{
    output_set_device(capture.usual);
    capture.buffer[capture.length] = 0;
    return capture.length;
}

/* --- the tests ----------------------------------------------------------------------------- */

static char captured[CAPTURE_MAX];

static void make_line(char line[LINE_MAX], unsigned thread, unsigned number)
{
    snprintf(line, LINE_MAX, "thread %u line %u: abcdefghijklmnopqrstuvwxyz\n", thread, number);
}

static void write_lines(unsigned index, void *unused)
{
    char line[LINE_MAX];

    (void)unused;
    for (unsigned i = 0; i < LINES; i++) {
        make_line(line, index, i);
        output_write(line, strlen(line));
    }
}

/* Every thread's lines, whole and in order. */
static void expect_all_lines(unsigned threads)
{
    unsigned next[THREADS] = { 0 };
    char line[LINE_MAX];

    for (const char *at = captured; *at; at += strlen(line)) {
        unsigned index = (unsigned)(at[7] - '0');
        if (strncmp(at, "thread ", 7) != 0 || index >= threads) {
            ktest_fail(__FILE__, __LINE__, "a line is mixed up: %.40s", at);
            return;
        }
        make_line(line, index, next[index]++);
        EXPECT(strncmp(at, line, strlen(line)) == 0);
    }
    for (unsigned i = 0; i < threads; i++)
        EXPECT_EQ(next[i], LINES);
}

KTEST(dev, output_of_many_cpus_stays_whole_and_in_order)
{
    output_capture(captured, sizeof captured);
    set_flag(&capture.is_slow, true);
    ktest_parallel(THREADS, write_lines, NULL);
    output_end_capture();
    expect_all_lines(THREADS);
}

/* More than a ring holds. */
KTEST(dev, output_with_interrupts_off_waits_for_room)
{
    _Static_assert(LINES * sizeof "thread 0 line 0: abcdefghijklmnopqrstuvwxyz" > TEXT_RING_SIZE,
                   "it must become full");
    output_capture(captured, sizeof captured);
    set_flag(&capture.is_slow, true);
    uint32_t flags = intr_save();
    write_lines(0, NULL);
    intr_restore(flags);
    output_end_capture();
    expect_all_lines(1);
}

/* The tick does: no other CPU writes. */
KTEST(dev, output_written_with_interrupts_off_comes_out_by_itself)
{
    output_capture(captured, sizeof captured);
    uint32_t flags = intr_save();
    output_write("by itself\n", 10);
    intr_restore(flags);
    while (*(volatile char *)&captured[9] != '\n')
        ktest_yield();
    EXPECT_EQ(output_end_capture(), 10);
}

/* Each thread, on a CPU of its own if there are so many, writes when it is its turn. */
static void write_in_turn(unsigned index, void *argument)
{
    unsigned *turn = argument;
    char line[LINE_MAX];

    for (unsigned i = index; i < IN_TURN; i += THREADS) {
        while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != i)
            ktest_yield();
        make_line(line, 0, i);
        output_write(line, strlen(line));
        __atomic_store_n(turn, i + 1, __ATOMIC_RELEASE);
    }
}

/* All of it waits in the rings until the device is ready. */
KTEST(dev, output_of_several_cpus_comes_in_the_order_of_writing)
{
    char line[LINE_MAX];
    unsigned turn = 0;
    const char *at = captured;

    output_capture(captured, sizeof captured);
    set_flag(&capture.is_busy, true);
    ktest_parallel(THREADS, write_in_turn, &turn);
    set_flag(&capture.is_busy, false);
    output_end_capture();
    for (unsigned i = 0; i < IN_TURN; i++, at += strlen(line)) {
        make_line(line, 0, i);
        EXPECT(strncmp(at, line, strlen(line)) == 0);
    }
}

/* Else a program could not wait elsewhere than in the kernel. */
KTEST(dev, output_try_write_refuses_what_does_not_fit)
{
    static char text[OUTPUT_TEXT_MAX];
    unsigned written = 0;

    memset(text, 't', sizeof text);
    output_capture(captured, sizeof captured);
    set_flag(&capture.is_busy, true);
    uint32_t flags = intr_save();       /* so that it is one ring */
    while (written < TEXT_RING_SIZE && output_try_write(text, sizeof text))
        written++;
    EXPECT_EQ(written, (TEXT_RING_SIZE - 1) / OUTPUT_TEXT_MAX);
    intr_restore(flags);
    set_flag(&capture.is_busy, false);
    EXPECT_EQ(output_end_capture(), written * OUTPUT_TEXT_MAX);
}

/* --- the ring ------------------------------------------------------------------------------ */

/* Takes the first text out, by pieces; its length. */
static size_t take_text(struct text_ring *ring, char text[OUTPUT_TEXT_MAX])
{
    size_t length = 0, n;

    do {
        n = text_ring_look(ring, text + length, SMALL_PIECE);
        length += n;
    } while (!text_ring_take(ring, n));
    return length;
}

/* Texts of all lengths, so that some lie across the end of the ring, at each place. */
KTEST(dev, text_ring_gives_back_what_was_put)
{
    static struct text_ring ring;
    static char text[OUTPUT_TEXT_MAX], back[OUTPUT_TEXT_MAX];

    memset(&ring, 0, sizeof ring);
    for (size_t n = 1; n <= OUTPUT_TEXT_MAX; n++) {
        memset(text, (int)('a' + n % 26), n);
        EXPECT(text_ring_put(&ring, (uint64_t)n << 33, text, n));
        EXPECT(text_ring_put(&ring, (uint64_t)n << 33 | 1, text, 1));
        EXPECT(text_ring_stamp(&ring) == (uint64_t)n << 33);
        EXPECT_EQ(take_text(&ring, back), n);
        EXPECT(memcmp(text, back, n) == 0);
        EXPECT(text_ring_stamp(&ring) == ((uint64_t)n << 33 | 1));
        EXPECT_EQ(take_text(&ring, back), 1);
        EXPECT(text_ring_is_empty(&ring));
    }
}

/* A text's room is the writer's only when all of it is out. */
KTEST(dev, text_ring_refuses_whole_texts)
{
    static struct text_ring ring;
    static char text[OUTPUT_TEXT_MAX];
    unsigned texts = 0;

    memset(&ring, 0, sizeof ring);
    while (texts < TEXT_RING_SIZE && text_ring_put(&ring, texts, text, sizeof text))
        texts++;
    EXPECT_EQ(texts, (TEXT_RING_SIZE - 1) / OUTPUT_TEXT_MAX);
    uint32_t written = ring.written;
    EXPECT(!text_ring_take(&ring, OUTPUT_TEXT_MAX - 1));
    EXPECT(!text_ring_put(&ring, texts, text, sizeof text));
    EXPECT_EQ(ring.written, written);
    EXPECT(text_ring_take(&ring, 1));
    EXPECT(text_ring_put(&ring, texts, text, sizeof text));
}
