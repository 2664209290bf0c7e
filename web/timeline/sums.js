/* What a selection of time sums up to. */
import { BLOCKED, READY, RUNNING, STATE_NAMES } from "./states.js";

const overlap = (begin, end, from, to) => Math.min(end, to) - Math.max(begin, from);

/* The longest span of that state which touches the selection: its number, -1 if there is none. */
function longest(states, state, from, to) {
    let found = -1;
    for (let i = states.firstEndingAfter(from); i < states.length && states.begins[i] < to; i++)
        if (states.kinds[i] === state && (found < 0 || length(states, i) > length(states, found)))
            found = i;
    return found;
}

function length(states, i) {
    return states.ends[i] - states.begins[i];
}

/* How long each thread was in each state, and its longest waits: a row for each of `threads` that
 * was there then. */
export function threadSums(threads, from, to) {
    return threads.map(thread => {
        const { states } = thread;
        const times = STATE_NAMES.map((_, state) => states.timeOf(state, from, to));
        return { thread, times, longestBlocked: longest(states, BLOCKED, from, to),
                 longestReady: longest(states, READY, from, to) };
    }).filter(row => row.times.some(time => time > 0));
}

/* How often each CPU switched: RUN records. */
export function switches(record, from, to) {
    const counts = new Array(record.cpuCount).fill(0);
    for (let i = record.firstAfter(from - 1e-9); i < record.count && record.time[i] <= to; i++)
        if (record.kind[i] === record.kindOf.RUN)
            counts[record.cpu[i]]++;
    return counts;
}

/* How long CPUs waited for each lock: [{ lock, time, waits, longest }], longest time first. */
export function lockSums(locks, from, to) {
    return locks.map(lock => {
        const times = lock.waits.map(wait => overlap(wait.begin, wait.end, from, to))
            .filter(time => time > 0);
        return { lock, waits: times.length, longest: times.reduce((most, time) => Math.max(most, time), 0),
                 time: times.reduce((sum, time) => sum + time, 0) };
    }).filter(row => row.waits > 0).sort((a, b) => b.time - a.time);
}

/* How long each woken thread was ready before it ran: the times, sorted. */
export function wakeupLatencies(model, threads, from, to) {
    const { record } = model;
    const times = [];
    for (const { states } of threads)
        for (let i = states.firstEndingAfter(from); i < states.length && states.begins[i] < to; i++)
            if (states.kinds[i] === READY && states.kinds[i + 1] === RUNNING &&
                states.refs[i] >= 0 && record.kind[states.refs[i]] === record.kindOf.READY)
                times.push(length(states, i));
    return times.sort((a, b) => a - b);
}

/* A histogram whose bins double: [{ from, to, count }], without empty ones at the ends. */
export function histogram(times) {
    const bins = new Map();
    for (const time of times) {
        const bin = Math.floor(Math.log2(Math.max(time, 1)));
        bins.set(bin, (bins.get(bin) ?? 0) + 1);
    }
    if (bins.size === 0)
        return [];
    const first = Math.min(...bins.keys()), last = Math.max(...bins.keys());
    return Array.from({ length: last - first + 1 }, (_, i) => ({
        from: 2 ** (first + i), to: 2 ** (first + i + 1), count: bins.get(first + i) ?? 0,
    }));
}
