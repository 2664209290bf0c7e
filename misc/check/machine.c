/* CPUs that take turns, step by step. */
#include "machine.h"

#include "exhaustive.h"
#include "memory.h"
#include "places.h"
#include "race.h"
#include "rest.h"
#include "schedule.h"
#include "spin.h"
#include "store_buffer.h"
#include "story.h"
#include "user.h"

#include "pcpu/trace.h"
#include "pcpu/vectors.h"
#include "thread/big_lock.h"
#include "thread/sched.h"
#include "trap/trap_priv.h"
#include "vmm/kstack.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned cpu_count = 2;
unsigned ticks_allowed = 1;

enum { FAILURE_LENGTH = 2000, TICK_US = 1000000 / 1000, CYCLES_A_LOOK = 10 };

/* The one that the APIC serves first comes first. */
static const unsigned vectors[] = { VECTOR_SHOOTDOWN, VECTOR_RESCHEDULE, VECTOR_TIMER };

/* A set of interrupts has a bit for each, by its vector. */
#define BIT(vector) (1u << ((vector) - VECTOR_TIMER))

static struct vcpu {
    uintptr_t   stack;                  /* its stack pointer, while another has the turn */
    uintptr_t   frame;                  /* of the function that gave the turn away */
    bool        started;
    bool        interrupts_on;
    bool        after_sti;              /* no interrupt comes before its next step */
    bool        halted;
    bool        has_timer;
    bool        holds_back;             /* the pending interrupt has not arrived yet: a choice */
    bool        in_handler;
    uint32_t    pending;                /* a set of interrupts */
    enum action order;                  /* with which it got the turn */
    struct next {
        uintptr_t word;                 /* that it is about to access, or 0; */
        bool      writes;               /* and how */
        bool      is_local;             /* no other CPU can tell when it does that */
        bool      may_delay;            /* what was stored before may be seen after that */
    } next;
} vcpus[CPUS_MAX];

bool machine_explores;
unsigned machine_turn;

static struct {
    bool      runs;                     /* `end` can be jumped to */
    bool      resting;                  /* nothing can happen any more */
    unsigned  steps, ticks;
    uint64_t  cycles, time_us;
    bool      sharing_grew;
    jmp_buf   end;
    char      failure[FAILURE_LENGTH];
} machine;

static uintptr_t saved_stacks[STACK_SLOTS + 1];         /* of threads that do not run; 0: it does */
static bool stack_runs[STACK_SLOTS + 1];                /* a CPU is on it */

static inline struct vcpu *this_vcpu(void)
{
    return &vcpus[machine_turn];
}

unsigned step_number(void)
{
    return machine.steps;
}

bool sharing_has_grown(void)
{
    return machine.sharing_grew;
}

uint64_t machine_time_us(void)
{
    exhaustive_note_time();
    return machine.time_us;
}

uintptr_t machine_frame(unsigned cpu)
{
    return vcpus[cpu].frame;
}

/* --- how a run ends ----------------------------------------------------------------------- */

const char *failure(void)
{
    return machine.failure;
}

/* Its stack stays as it is: the story tells where it was. */
NORETURN static void end_run(void)
{
    this_vcpu()->frame = (uintptr_t)__builtin_frame_address(0);
    longjmp(machine.end, 1);
}

void fail_with(const char *format, va_list arguments)
{
    machine_explores = false;
    vsnprintf(machine.failure, sizeof machine.failure, format, arguments);
    end_run();
}

void machine_panic(const char *file, int line, const char *format, va_list arguments)
{
    int length = snprintf(machine.failure, sizeof machine.failure, "%s:%d: ", file, line);

    machine_explores = false;
    vsnprintf(machine.failure + length, sizeof machine.failure - (size_t)length, format, arguments);
    end_run();
}

void fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fail_with(format, arguments);
    va_end(arguments);
}

void succeed(void)
{
    machine_explores = false;
    longjmp(machine.end, 1);
}

/* In a run it is the kernel's or the scenario's; else the explorer's own. */
static void on_signal(int signal, siginfo_t *info, void *context)
{
    (void)context;
    if (!machine.runs) {
        fprintf(stderr, "explore: signal %d between two runs: an access to %p\n", signal,
                info->si_addr);
        _Exit(2);
    }
    fail("signal %d: an access to %p", signal, info->si_addr);
}

static void catch_signals(void)
{
    static char stack[65536];
    stack_t other = { .ss_sp = stack, .ss_size = sizeof stack };
    struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

    action.sa_sigaction = on_signal;
    sigaltstack(&other, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
}

/* --- how a run begins --------------------------------------------------------------------- */

static void prepare_cpu(unsigned cpu, void *stack_top, void (*entry)(void))
{
    vcpus[cpu] = (struct vcpu){
        .stack = prepare_stack(stack_top, entry), .has_timer = true, .next.is_local = true,
    };
    spin_begin(cpu);
}

bool machine_run(void (*boot)(void))
{
    static bool catching;
    uintptr_t here;

    if (!catching)
        catch_signals();
    catching = true;
    machine_turn = machine.steps = machine.ticks = 0;
    machine_explores = machine.resting = machine.sharing_grew = false;
    machine.cycles = 0;
    machine.time_us = TICK_US;
    machine.failure[0] = 0;
    for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++)
        vcpus[cpu] = (struct vcpu){ .started = false };
    memset(stack_runs, 0, sizeof stack_runs);
    race_begin();
    store_buffer_reset();
    user_memory_reset();
    prepare_cpu(0, (char *)BOOT_STACK - THREAD_AREA, boot);
    vcpus[0].started = true;
    machine.runs = true;
    if (!setjmp(machine.end))
        switch_stack(&here, vcpus[0].stack);
    machine.runs = false;
    return machine.failure[0] == 0;
}

void machine_add_cpu(unsigned cpu, void *stack_top, void (*entry)(void))
{
    prepare_cpu(cpu, stack_top, entry);
    race_send(cpu);
}

void machine_explore(void)
{
    for (unsigned cpu = 1; cpu < cpu_count; cpu++) {
        vcpus[cpu].started = true;
        race_send(cpu);
    }
    machine_explores = true;
}

/* --- what can happen next ----------------------------------------------------------------- */

static inline bool can_be_interrupted(const struct vcpu *cpu)
{
    return cpu->interrupts_on && !cpu->after_sti;
}

static inline bool has_interrupt(const struct vcpu *cpu)
{
    return cpu->pending && can_be_interrupted(cpu);
}

static inline bool can_go_on(unsigned cpu)
{
    return vcpus[cpu].started && !vcpus[cpu].halted && !spin_is_stuck(cpu);
}

/* A timer interrupt is a choice as long as the schedule has some left. */
static inline bool can_tick(const struct vcpu *cpu)
{
    return cpu->started && cpu->has_timer && machine.ticks < ticks_allowed &&
           can_be_interrupted(cpu) && !(cpu->pending & BIT(VECTOR_TIMER));
}

static unsigned add_move(struct move *moves, unsigned count, enum action action,
                         unsigned cpu, unsigned cost)
{
    const struct vcpu *vcpu = &vcpus[cpu];

    moves[count] = (struct move){ .action = action, .cpu = cpu, .cost = cost };
    if (action == GO_ON) {
        moves[count].word = vcpu->next.word;
        moves[count].writes = vcpu->next.writes;
        moves[count].is_local = vcpu->next.is_local;
    }
    return count + 1;
}

/* An interrupt arrives at once, or it is held back: then it arrives whenever the schedule says so,
 * or when the CPU cannot go on. */
static unsigned add_moves_of(unsigned number, struct move *moves, unsigned count,
                             unsigned turn_cost)
{
    const struct vcpu *cpu = &vcpus[number];
    bool interrupt = has_interrupt(cpu), runs = can_go_on(number);

    if (interrupt && cpu->holds_back && runs) {
        count = add_move(moves, count, GO_ON, number, turn_cost);
        count = add_move(moves, count, TAKE_INTERRUPT, number, turn_cost);
    } else if (interrupt) {
        count = add_move(moves, count, TAKE_INTERRUPT, number, turn_cost);
        if (runs)
            count = add_move(moves, count, GO_ON, number, turn_cost + 1);
    } else if (runs) {
        count = add_move(moves, count, GO_ON, number, turn_cost);
    }
    return count;
}

static unsigned add_ticks(struct move *moves, unsigned count)
{
    for (unsigned i = 0; i < cpu_count; i++) {
        unsigned cpu = (machine_turn + i) % cpu_count;
        if (can_tick(&vcpus[cpu]))
            count = add_move(moves, count, TAKE_TICK, cpu, 1);
    }
    return count;
}

/* What was stored since the last choice is kept from others; a schedule that is played again says
 * itself how much that was. */
static unsigned add_delays(struct move *moves, unsigned count)
{
    unsigned most = schedule_asks_always() ? stores_there(machine_turn)
                                           : stores_waiting(machine_turn);

    for (unsigned kept = schedule_asks_always() ? 1 : most; most > 0 && kept <= most; kept++) {
        count = add_move(moves, count, DELAY_STORES, machine_turn, 1);
        moves[count - 1].kept = kept;
    }
    return count;
}

/* The first one is what happens unless something else is chosen: the CPU that has the turn keeps
 * it, if it can. */
static unsigned collect_moves(struct move *moves)
{
    unsigned count = add_moves_of(machine_turn, moves, 0, 0), turn_cost = count > 0;

    for (unsigned i = 1; i < cpu_count; i++)
        count = add_moves_of((machine_turn + i) % cpu_count, moves, count, turn_cost);
    count = count > 0 ? add_ticks(moves, count) : 0;
    if (turn_cost > 0 && this_vcpu()->next.may_delay && !has_interrupt(this_vcpu()))
        count = add_delays(moves, count);
    return count;
}

/* --- interrupts --------------------------------------------------------------------------- */

static unsigned take_vector(struct vcpu *cpu)
{
    for (unsigned i = 0; ; i++)
        if (cpu->pending & BIT(vectors[i])) {
            cpu->pending &= ~BIT(vectors[i]);
            return vectors[i];
        }
}

/* As trap() has it, for an interrupt of kernel code (kern/trap/trap.c).  The thread may go on, on
 * another CPU, much later. */
static void interrupt_thread(uintptr_t place)
{
    struct vcpu *cpu = this_vcpu();
    unsigned vector = take_vector(cpu);

    cpu->interrupts_on = cpu->halted = cpu->holds_back = false;
    cpu->in_handler = true;
    stores_drain(machine_turn);
    spin_begin(machine_turn);
    race_take();
    schedule_note_interrupt(vector);
    bool entered = big_lock_enter();
    trace_note(TRACE_TRAP, vector, place);
    handle_interrupt(vector);
    trace_note(TRACE_TRAP_DONE, vector, 0);
    big_lock_pass();
    sched_preempt(INTERRUPTED_KERNEL);
    if (entered)
        big_lock_leave();
    stores_drain(machine_turn);
    cpu = this_vcpu();
    cpu->in_handler = false;
    cpu->interrupts_on = true;
    spin_begin(machine_turn);
}

static void tick(struct vcpu *cpu)
{
    machine.time_us += TICK_US;
    cpu->pending |= BIT(VECTOR_TIMER);
}

/* --- the step ----------------------------------------------------------------------------- */

static void give_turn(unsigned cpu, enum action order)
{
    unsigned before = machine_turn;

    vcpus[cpu].order = order;
    if (cpu == before)
        return;
    machine_turn = cpu;
    vcpus[before].frame = (uintptr_t)__builtin_frame_address(0);
    stores_hide(before, vcpus[before].frame);
    stores_show(cpu);
    switch_stack(&vcpus[before].stack, vcpus[cpu].stack);
}

/* No CPU can go on and no interrupt is pending. */
static void wait_or_end(void)
{
    if (spin_look_again())
        return;
    machine_explores = false;          /* looking is no step */
    rest_expect_no_work();
    if (!rest_needs_time()) {
        machine.resting = true;         /* CPU 0, in its idle loop, ends the run */
        give_turn(0, GO_ON);
        rest_end_run();
    }
    machine_explores = true;
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        if (vcpus[cpu].started && vcpus[cpu].has_timer)
            vcpus[cpu].pending |= BIT(VECTOR_TIMER);
    machine.time_us += TICK_US;
}

/* True if the CPU goes on with its program. */
static bool obey_order(uintptr_t place)
{
    struct vcpu *cpu = this_vcpu();

    if (machine.resting)
        rest_end_run();
    if (cpu->order == GO_ON || cpu->order == DELAY_STORES) {
        cpu->holds_back = has_interrupt(cpu);
        return true;
    }
    if (cpu->order == TAKE_TICK) {
        machine.ticks++;
        tick(cpu);
    }
    interrupt_thread(place);
    return false;
}

/* Most steps concern nobody else: then nothing is to choose. */
static bool is_open(bool concerns_others)
{
    return concerns_others || !can_go_on(machine_turn) || has_interrupt(this_vcpu()) ||
           schedule_asks_always();
}

NORETURN static void fail_endless(uintptr_t place)
{
    char text[PLACE_LENGTH];

    place_text(place, text);
    fail("livelock: more than %d steps; the last of CPU %u is in %s", STEPS_MAX, machine_turn,
         text);
}

/* The CPU that has the turn is about to do this.  Returns when it may; after an interrupt, the
 * thread may be on another CPU. */
static void step(const char *what, struct next next, bool concerns_others, uintptr_t place)
{
    struct move moves[MOVES_MAX];

    if (!machine_explores)
        return;
    for (;;) {
        this_vcpu()->next = next;
        if (++machine.steps > STEPS_MAX)
            fail_endless(place);
        if (!is_open(concerns_others))
            break;
        unsigned count = collect_moves(moves);
        if (count == 0) {
            wait_or_end();
            continue;
        }
        const struct move *chosen = &moves[schedule_choose(moves, count, what, place)];
        if (chosen->action == DELAY_STORES)
            stores_keep(machine_turn, chosen->kept);
        stores_pass(machine_turn);
        give_turn(chosen->cpu, chosen->action);
        if (obey_order(place))
            break;
    }
    this_vcpu()->after_sti = false;
}

static const struct next local_step = { .is_local = true };

/* Who uses a word: a thread, or a handler on its stack. */
static uint16_t user_number(void)
{
    return (uint16_t)(stack_number((uintptr_t)__builtin_frame_address(0)) * 2 +
                      this_vcpu()->in_handler + 1);
}

static bool is_shared(struct cell *cell, enum access access)
{
    unsigned user = user_number();

    if (cell->use & SHARED)
        return true;
    if (cell->user == 0)
        cell->user = (uint16_t)user;
    if (cell->user != user)
        cell->use |= USED_BY_SEVERAL;
    if (access != READ)
        cell->use |= USED_TO_WRITE;
    if (cell->use != (USED_BY_SEVERAL | USED_TO_WRITE))
        return false;
    cell->use |= SHARED;
    machine.sharing_grew = true;
    return true;
}

void step_access(const char *what, uintptr_t address, size_t size, enum access access,
                 uintptr_t place)
{
    struct cell *cell = memory_cell(address);

    if (!machine_explores || !cell)
        return;
    const struct next next = {
        .word = size <= sizeof(uint64_t) ? address / 4 : 0,
        .writes = access != READ, .may_delay = access != UPDATE,
    };
    step(what, next, is_shared(cell, access), place);
    if (schedule_is_told)
        story_saw(address, size, place);
}

void step_open(const char *what, uintptr_t place)
{
    step(what, (struct next){ .word = 0 }, true, place);
}

/* What is kept until then may matter to another CPU just before. */
void step_drain(uintptr_t place)
{
    if (stores_are_kept(machine_turn))
        step_open("is about to show what it has stored", place);
    stores_drain(machine_turn);
}

void step_read(uintptr_t address)
{
    if (machine_explores)
        spin_note_read(machine_turn, address);
}

void step_wrote(uintptr_t address)
{
    if (machine_explores)
        spin_note_write(machine_turn, address);
}

/* --- instructions ------------------------------------------------------------------------- */

#define PLACE ((uintptr_t)__builtin_return_address(0))

bool vcpu_interrupts_are_on(void)
{
    return this_vcpu()->interrupts_on;
}

void vcpu_cli(void)
{
    this_vcpu()->interrupts_on = false;
}

void vcpu_sti(void)
{
    struct vcpu *cpu = this_vcpu();

    cpu->after_sti = !cpu->interrupts_on;
    cpu->interrupts_on = true;
}

void vcpu_hlt(void)
{
    struct vcpu *cpu = this_vcpu();

    if (!cpu->interrupts_on && machine_explores)
        fail("CPU %u halts with interrupts off", machine_turn);
    if (!cpu->after_sti)
        step("is about to halt", local_step, true, PLACE);
    step_drain(PLACE);
    this_vcpu()->halted = true;
    this_vcpu()->after_sti = false;
    step("halts", local_step, true, PLACE);
}

void vcpu_pause(void)
{
    if (!machine_explores)
        return;
    step_drain(PLACE);
    spin_pause(machine_turn, PLACE);
    step("waits", local_step, true, PLACE);
}

void vcpu_count_up(uint32_t *count)
{
    ++*count;
    memory_note_write((uintptr_t)count, sizeof *count);
}

uint64_t vcpu_cycles(void)
{
    return machine.cycles += CYCLES_A_LOOK;
}

/* --- devices of a CPU --------------------------------------------------------------------- */

void machine_interrupt(unsigned cpu, unsigned vector, uintptr_t place)
{
    step_open("interrupts another CPU", place);
    stores_drain(machine_turn);
    race_send(cpu);
    vcpus[cpu].pending |= BIT(vector);
}

void machine_set_timer(bool on)
{
    this_vcpu()->has_timer = on;
}

/* --- stacks ------------------------------------------------------------------------------ */

void machine_prepare_thread(const void *context, void *top, void (*entry)(void))
{
    saved_stacks[stack_number((uintptr_t)context)] = prepare_stack(top, entry);
}

/* A stack that is free is in a list, by its lowest word. */
void machine_note_stack_write(uintptr_t address)
{
    if ((address - STACKS_LO) % KSTACK_SLOT == KSTACK_SLOT - KSTACK_PAGES * PAGE_SIZE &&
        stack_runs[stack_number(address)])
        fail("a stack is given back, or handed out, while a CPU runs on it");
}

/* A handler belongs to the thread that it has interrupted.  A stack that runs is not saved. */
void machine_switch_thread(const void *from, const void *to)
{
    step_drain(PLACE);
    bool in_handler = this_vcpu()->in_handler;
    uintptr_t *saved = &saved_stacks[stack_number((uintptr_t)to)], stack = *saved;

    if (!stack)
        fail("CPU %u switches to a thread that is not saved", machine_turn);
    *saved = 0;
    stack_runs[stack_number((uintptr_t)from)] = false;
    stack_runs[stack_number((uintptr_t)to)] = true;
    this_vcpu()->in_handler = false;
    spin_begin(machine_turn);
    switch_stack(&saved_stacks[stack_number((uintptr_t)from)], stack);
    this_vcpu()->in_handler = in_handler;
}
