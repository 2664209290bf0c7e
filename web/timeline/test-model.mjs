/* What the page makes of records. */
import { expect } from "../tap.mjs";
import { Filter, numberTest } from "./filter.js";
import { nearest, neighbour, search } from "./find.js";
import { criticalPath, pathSums } from "./path.js";
import { Record } from "./record.js";
import { makeRows } from "./rows.js";
import { BLOCKED, BUSY, buildModel, INTERRUPT, IPI, KERNEL, MESSAGE, READY, RUNNING, UNTOLD, USER,
         WAKEUP } from "./states.js";
import { histogram, lockSums, switches, threadSums, wakeupLatencies } from "./sums.js";
import { A, B, events, head, IDLE0, IDLE1, introduce, wordsOf } from "./test-record.mjs";
import { Together, Track } from "./track.js";
import { duration, Words } from "./words.js";

function same(actual, wanted, what) {
    const [is, should] = [actual, wanted].map(value => JSON.stringify(value));
    expect(is === should, `${what}: ${should}, not ${is}`);
}

const modelOf = list => buildModel(new Record(head(), wordsOf(list)));
const threadOf = (model, name) => model.threads.find(thread => thread.name === name);

/* [[state, begin, end]] */
function statesOf(model, name) {
    const { states } = threadOf(model, name);
    return Array.from(states.kinds, (kind, i) => [kind, states.begins[i], states.ends[i]]);
}

/* Two CPUs.  `a` runs on CPU 0 and blocks at 100; `b` runs on CPU 1, wakes it at 300; it runs
 * from 350. */
const wakeup = () => modelOf(events([
    ...introduce(),
    [10, 0, "RUN", A, IDLE0], [20, 1, "RUN", B, IDLE1],
    [100, 0, "WAIT", A, 0x9000], [101, 0, "RUN", IDLE0, A],
    [300, 1, "READY", A, 0], [305, 1, "IPI", 0, 0x41],
    [340, 0, "TRAP", 0x41, 0x1234], [345, 0, "TRAP_DONE", 0x41, 0],
    [350, 0, "RUN", A, IDLE0],
    [400, 0, "CLOCK", 0, 0],
]));

export const modelTests = {
    /* A track sums up parts of spans. */
    "timeline.track"() {
        const track = new Track(2);
        track.add(0, 10, 0, 1);
        track.add(10, 30, 1, 2);
        track.add(30, 30, 0, 3);
        track.add(40, 50, 0, 4);
        track.seal();
        same(track.length, 3, "a span of no length is left out");
        same([-1, 0, 9, 10, 35, 49, 50].map(time => track.at(time)), [-1, 0, 0, 1, -1, 2, -1], "at");
        same(track.timeOf(0, 5, 45), 10, "time of kind 0");
        same(track.timeOf(1, 0, 100), 20, "time of kind 1");
        same(track.firstEndingAfter(30), 2, "first ending after");
    },

    /* Records are put into the order of time, those of one moment into that of writing. */
    "timeline.order"() {
        const record = new Record(head(), wordsOf(events([
            [5, 1, "CLOCK", 1, 0], [5, 1, "CLOCK", 2, 0], [3, 0, "CLOCK", 3, 0]])));
        same(Array.from(record.subject), [3, 1, 2], "order");
        same(Array.from(record.time), [0, 2, 2], "times");
    },

    "timeline.time_56_bits"() {
        const record = new Record(head(), wordsOf(events([
            [0xfffffffffff0, 0, "CLOCK", 0, 0], [0xfffffffffff0 + 0x20, 0, "CLOCK", 0, 0]])));
        same(record.end, 0x20, "the difference");
    },

    /* A thread runs, is blocked, is ready, runs. */
    "timeline.states"() {
        same(statesOf(wakeup(), "a"), [[READY, 0, 10], [RUNNING, 10, 100], [BLOCKED, 100, 300],
                                       [READY, 300, 350], [RUNNING, 350, 400]], "a");
    },

    /* Who had the CPU at first is who the first switch leaves. */
    "timeline.first_thread"() {
        const { cpus, threads } = wakeup();
        same(threads[cpus[0].runs.refs[0]].address, IDLE0, "the first on CPU 0");
        same(cpus[0].runs.timeOf(BUSY, 0, 400), 91 + 50, "busy time of CPU 0");
    },

    "timeline.first_thread_left"() {
        const model = modelOf(events([...introduce(), [50, 0, "RUN", B, A], [90, 0, "CLOCK", 0, 0]]));
        same(statesOf(model, "a"), [[RUNNING, 0, 50], [READY, 50, 90]], "a");
    },

    /* A thread that leaves its CPU without a reason is ready. */
    "timeline.preempted_is_ready"() {
        const model = modelOf(events([...introduce(), [10, 0, "RUN", A, IDLE0],
            [50, 0, "PREEMPT", A, 0], [51, 0, "RUN", B, A], [90, 0, "RUN", A, B],
            [100, 0, "CLOCK", 0, 0]]));
        same(statesOf(model, "a").slice(1), [[RUNNING, 10, 51], [READY, 51, 90], [RUNNING, 90, 100]],
             "a");
    },

    /* A thread that is not told of is not told. */
    "timeline.not_told"() {
        const model = modelOf(events([...introduce(), [100, 0, "CLOCK", 0, 0]]));
        same(statesOf(model, "a"), [[UNTOLD, 0, 100]], "a");
    },

    /* An address has another thread after the first has ended. */
    "timeline.address_reused"() {
        const model = modelOf(events([...introduce(), [10, 0, "RUN", A, IDLE0],
            [20, 0, "DEPART", A, 0], [21, 0, "RUN", IDLE0, A],
            [30, 1, "BEGIN", A, 7], ...[30, 30].map(time => [time, 1, "NAME", 0x7a, 0]),
            [31, 1, "READY", A, 0], [40, 0, "RUN", A, IDLE0], [50, 0, "CLOCK", 0, 0]]));
        same(statesOf(model, "a").at(-1), [RUNNING, 10, 20], "the first");
        same(statesOf(model, "z").at(-1), [RUNNING, 40, 50], "the second");
        same(threadOf(model, "z").title, "z[7]", "its title");
    },

    /* Of the same process, too. */
    "timeline.address_reused_by_own"() {
        const model = modelOf(events([...introduce(), [10, 0, "RUN", A, IDLE0],
            [20, 0, "DEPART", A, 0], [21, 0, "RUN", IDLE0, A], [30, 1, "BEGIN", A, 1],
            [31, 1, "READY", A, 0], [50, 0, "CLOCK", 0, 0]]));
        same(model.threads.filter(thread => thread.address === A).length, 2, "threads");
    },

    /* A thread that is seen ready after it ran, by another clock, still runs. */
    "timeline.clocks_differ"() {
        const model = modelOf(events([...introduce(), [10, 0, "RUN", A, IDLE0],
            [20, 0, "WAIT", A, 0], [21, 0, "RUN", IDLE0, A],
            [30, 0, "RUN", A, IDLE0], [32, 1, "READY", A, 0], [50, 0, "CLOCK", 0, 0]]));
        same(statesOf(model, "a").at(-1), [RUNNING, 30, 50], "a");
    },

    /* Modes: program, kernel, interrupt, and back, each of the thread itself. */
    "timeline.modes"() {
        const model = modelOf(events([...introduce(), [10, 0, "RUN", A, IDLE0],
            [20, 0, "CALL", 1, 0], [30, 0, "TRAP", 0x40, 0], [40, 0, "TRAP_DONE", 0x40, 0],
            [50, 0, "WAIT", A, 0], [51, 0, "RUN", B, A], [60, 0, "READY", A, 0],
            [70, 0, "RUN", A, B], [80, 0, "CALL_DONE", 1, 0], [90, 0, "CLOCK", 0, 0]]));
        const { modes } = model.cpus[0];
        same(Array.from(modes.kinds), [USER, KERNEL, INTERRUPT, KERNEL, USER, KERNEL, USER], "kinds");
        same(Array.from(modes.begins), [10, 20, 30, 40, 51, 70, 80], "times");
    },

    /* Arrows: a wakeup until the thread runs, an interrupt until it comes. */
    "timeline.arrows"() {
        const { arrows } = wakeup();
        const of = kind => arrows.filter(arrow => arrow.kind === kind)
            .map(({ begin, end, fromCpu, toCpu }) => [begin, end, fromCpu, toCpu]);
        same(of(WAKEUP), [[300, 350, 1, 0]], "wakeups");
        same(of(IPI), [[305, 340, 1, 0]], "interrupts");
    },

    "timeline.arrow_of_its_vector"() {
        const { arrows } = modelOf(events([...introduce(), [10, 1, "IPI", 0, 0x41],
            [11, 1, "IPI", 0, 0x42], [20, 0, "TRAP", 0x42, 0], [30, 0, "TRAP", 0x41, 0]]));
        same(arrows.map(({ vector, end }) => [vector, end]), [[0x41, 30], [0x42, 20]], "ends");
    },

    /* A message goes from its sender, whoever came first. */
    "timeline.message_direction"() {
        const of = sender => modelOf(events([...introduce(), [10, 0, "RUN", A, IDLE0],
            [20, 0, "MESSAGE", sender, 0], [21, 0, "READY", B, 0], [30, 0, "CLOCK", 0, 0]]))
            .arrows.filter(arrow => arrow.kind === MESSAGE).map(({ from, to }) => [from, to]);
        const [a, b] = ["a", "b"].map(name => threadOf(wakeup(), name).number);
        same(of(1), [[a, b]], "from the caller");
        same(of(2), [[b, a]], "to the caller");
    },

    /* Several tracks at once tell the sum of what each tells. */
    "timeline.together"() {
        const tracks = [[[0, 10, 1], [10, 30, 0], [40, 50, 1]], [[5, 20, 1], [20, 25, 0]], []].map(spans => {
            const track = new Track(2);
            spans.forEach(([begin, end, kind]) => track.add(begin, end, kind, 0));
            return track.seal();
        });
        for (const kind of [0, 1]) {
            const together = new Together(tracks, kind);
            for (const [from, to] of [[0, 100], [0, 7], [7, 12], [15, 45], [50, 60], [-5, 0]])
                same(together.timeOf(from, to), tracks.reduce((sum, track) => sum + track.timeOf(kind, from, to), 0),
                     `kind ${kind} from ${from} to ${to}`);
        }
    },

    /* More waits than a call may have arguments. */
    "timeline.many_waits"() {
        const waits = Array.from({ length: 300000 }, (_, i) => ({ begin: 2 * i, end: 2 * i + 1 }));
        same(lockSums([{ waits }], 0, 1e9).map(row => [row.waits, row.longest]), [[300000, 1]], "sums");
    },

    /* A lock is waited for until it is taken, or the record ends. */
    "timeline.lock_waits"() {
        const { locks } = modelOf(events([...introduce(), [10, 0, "LOCK_WANTED", 0x500, 0],
            [10, 0, "LOCK_HELD", 0x500, B], [15, 1, "LOCK_WANTED", 0x600, 0], [30, 0, "LOCK_TAKEN", 0x500, 9],
            [100, 0, "CLOCK", 0, 0]]));
        same(locks.map(lock => lock.waits.map(({ begin, end, cpu }) => [begin, end, cpu])),
             [[[15, 100, 1]], [[10, 30, 0]]], "the longest first");
        same(locks.map(lock => lock.waits[0].holder), [-1, 3], "who holds them");
        same(lockSums(locks, 20, 50).map(row => [row.time, row.waits]), [[30, 1], [10, 1]], "sums");
    },

    /* Who has a lock is told while others wait: from their wait or from when it was taken, until it is
     * released.  Of the last one nobody waits: its release is not in the record. */
    "timeline.lock_holds"() {
        const run = [...introduce(), [10, 0, "LOCK_WANTED", 0x500, 0], [10, 0, "LOCK_HELD", 0x500, B],
            [20, 1, "LOCK_RELEASE", 0x500, B], [25, 1, "LOCK_HELD", 0x500, IDLE1],
            [35, 1, "LOCK_RELEASE", 0x500, IDLE1], [40, 0, "LOCK_TAKEN", 0x500, 9], [90, 0, "CLOCK", 0, 0]];
        const holds = events => modelOf(events).locks.map(({ holds: { begins, ends, refs }, holders }) =>
            [...refs].map((ref, i) => [begins[i], ends[i], holders[ref].thread, holders[ref].cpu]));
        const [[first, second]] = holds(events(run));
        same(first, [10, 20, 3, -1], "who has it as the wait begins");
        same([second[0], second[1], second[3]], [25, 35, 1], "who takes it meanwhile");
        same(holds(events(run.filter(row => row[2] !== "LOCK_RELEASE"))), [[]], "nothing without releases");
    },

    /* A buffer's depth before the first record is known from it. */
    "timeline.buffer_depth"() {
        const [buffer] = modelOf(events([[0, 0, "CLOCK", 0, 0], [10, 0, "GET", 3, 4],
                                         [20, 0, "PUT", 3, 5]])).buffers;
        same([buffer.times, buffer.depths], [[0, 10, 20], [5, 4, 5]], "depths");
    },

    /* A mark has its text, whatever another CPU writes between its pieces. */
    "timeline.marks"() {
        const model = modelOf(events([...introduce(), [10, 0, "RUN", A, IDLE0], [10, 1, "RUN", B, IDLE1],
            [20, 0, "MARK", A, 10], [21, 1, "MARK", B, 2], [22, 0, "LETTERS", 0x64636261, 0x68676665],
            [23, 1, "LETTERS", 0xa4c3, 0], [24, 0, "LETTERS", 0x6a69, 0], [30, 0, "MARK", A, 0],
            [90, 0, "CLOCK", 0, 0]]));
        const words = new Words(model), of = ({ marks }) => marks.refs.map(i => words.text(i));
        same(of(threadOf(model, "a")), ["abcdefghij", ""], "a's");
        same(of(model.cpus[1]), ["ä"], "CPU 1's");
        same(model.cpus[0].marks.times, [20, 30], "times");
        same(words.line(threadOf(model, "b").marks.refs[0]), "b[2] marks: “ä”", "a line");
        same(search(model, words, new Filter(), "cdef").map(i => model.record.time[i]), [20], "found");
        same(search(model, words, new Filter(), "letters"), [], "pieces are not found");
    },

    /* The critical path leads to the waker and on. */
    "timeline.path_to_waker"() {
        const model = wakeup();
        const steps = criticalPath(model, threadOf(model, "a"), 0, 400);
        same(steps.map(({ thread, state, begin, end }) => [thread.name, state, begin, end]),
             [["b", READY, 0, 20], ["b", RUNNING, 20, 300], ["a", READY, 300, 350],
              ["a", RUNNING, 350, 400]], "steps");
        same(steps[1].woke?.name, "a", "whom b woke");
        same(pathSums(steps)[0].time, 280, "most of the time");
    },

    /* The critical path begins and ends where it is asked to. */
    "timeline.path_ends"() {
        const model = wakeup();
        const steps = criticalPath(model, threadOf(model, "a"), 250, 320);
        same(steps.map(({ thread, state, begin, end }) => [thread.name, state, begin, end]),
             [["b", RUNNING, 250, 300], ["a", READY, 300, 320]], "steps");
    },

    /* Where a state begins, the one before ends. */
    "timeline.path_from_a_change"() {
        const model = wakeup();
        const steps = criticalPath(model, threadOf(model, "a"), 310, 350);
        same(steps.map(({ state, begin, end }) => [state, begin, end]), [[READY, 310, 350]], "steps");
    },

    /* Whom an interrupt woke has waited itself. */
    "timeline.path_interrupt"() {
        const model = modelOf(events([...introduce(), [10, 0, "RUN", A, IDLE0],
            [20, 0, "WAIT", A, 0], [21, 0, "RUN", B, A], [50, 0, "TRAP", 0x40, 0],
            [55, 0, "READY", A, 0], [60, 0, "TRAP_DONE", 0x40, 0], [70, 0, "RUN", A, B],
            [90, 0, "CLOCK", 0, 0]]));
        const steps = criticalPath(model, threadOf(model, "a"), 0, 90);
        same(steps.map(({ thread, state }) => [thread.name, state]),
             [["a", READY], ["a", RUNNING], ["a", BLOCKED], ["a", READY], ["a", RUNNING]], "steps");
    },

    /* A path has no gap, and ends, whatever the record lacks. */
    "timeline.path_no_gap"() {
        const model = modelOf(events([...introduce(), [10, 0, "READY", B, 0], [10, 1, "READY", A, 0],
            [10, 0, "RUN", A, B], [10, 1, "RUN", B, A], [11, 0, "READY", B, 0], [90, 0, "CLOCK", 0, 0]]));
        for (const thread of model.threads) {
            const steps = criticalPath(model, thread, 0, 90);
            same([steps[0].begin, steps.at(-1).end], [0, 90], "the ends");
            for (let i = 1; i < steps.length; i++)
                same(steps[i].begin, steps[i - 1].end, `step ${i}`);
        }
    },

    "timeline.sums"() {
        const model = wakeup();
        const [row] = threadSums([threadOf(model, "a")], 50, 360);
        same(row.times, [60, 50, 200, 0], "times of states");
        same(row.longestBlocked, 2, "the longest wait");
        const twice = modelOf(events([...introduce(), [10, 0, "RUN", A, IDLE0], [20, 0, "WAIT", A, 0],
            [30, 0, "READY", A, 0], [31, 0, "RUN", A, IDLE0], [40, 0, "WAIT", A, 0],
            [90, 0, "CLOCK", 0, 0]]));
        same(threadSums([threadOf(twice, "a")], 0, 90)[0].longestBlocked, 5, "the longer of two");
        same(switches(model.record, 101, 350), [2, 0], "switches");
        same(switches(model.record, 15, 120), [1, 1], "switches of a part");
        same(wakeupLatencies(model, model.threads, 0, 400), [50], "from wakeup to CPU");
        same(histogram([1, 3, 9]), [{ from: 1, to: 2, count: 1 }, { from: 2, to: 4, count: 1 },
                                    { from: 4, to: 8, count: 0 }, { from: 8, to: 16, count: 1 }], "bins");
    },

    /* The nearest record, the next one, and those with a word. */
    "timeline.find"() {
        const model = wakeup(), words = new Words(model), filter = new Filter();
        const rows = makeRows(model, words, filter, new Set());
        const [cpu0] = rows.filter(row => row.type === "cpu");
        const timeOf = i => i < 0 ? -1 : model.record.time[i];
        same(timeOf(nearest(model, cpu0, filter, 343, 5)), 345, "nearest");
        same(timeOf(nearest(model, cpu0, filter, 200, 5)), -1, "none is near");
        const i = nearest(model, cpu0, filter, 101, 0);
        same(timeOf(neighbour(model, cpu0, filter, i, 1)), 340, "next of the CPU");
        same(timeOf(neighbour(model, rows.find(row => row.label === "a[1]"), filter, i, 1)), 300,
             "next of the thread");
        same(search(model, words, filter, "A[1] IS READY").map(timeOf), [300], "found");
        const b = rows.find(row => row.label === "b[2]");
        same(timeOf(nearest(model, b, filter, 300, 0)), 300, "what a thread does is its record, too");
        filter.hiddenKinds.add(model.record.kindOf.READY);
        same(search(model, words, filter, "a[1] is ready"), [], "hidden kinds are not found");
    },

    "timeline.filter"() {
        const model = wakeup(), words = new Words(model), filter = new Filter();
        const labels = () => makeRows(model, words, filter, new Set())
            .filter(row => row.type !== "heading").map(row => row.label);
        same(labels(), ["CPU 0", "CPU 1", "a[1]", "b[2]"], "all");
        filter.cpus = "1";
        filter.processes = "B";
        same(labels(), ["CPU 1", "b[2]"], "few");
        filter.processes = "1, 7-9";
        same(labels(), ["CPU 1", "a[1]"], "by number");
        same([3, 4, 6, 7].map(numberTest("2 4-6")), [false, true, true, false], "a range");
        same(numberTest("x"), null, "no number");
    },

    "timeline.words"() {
        same([0, 1.5e-9, 2.5e-4, 3].map(duration), ["0", "1.5 ns", "250 µs", "3 s"], "durations");
        const model = wakeup(), words = new Words(model);
        const i = model.record.firstAfter(99.5);
        same(words.line(i), "a[1] waits: a reason", "a line");
        same(words.state(threadOf(model, "a"), 2), "blocked: a reason", "a state");
    },
};
