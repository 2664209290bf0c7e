/* The critical path: what a thread's time between two points went to.  Backwards from the later
 * point: while the thread ran, it was on the path itself; where it waited to be woken, the path
 * leads to the thread that woke it, at that moment. */
import { BLOCKED, READY, UNTOLD } from "./states.js";

/* Who has made the thread ready with that record; null if nobody did, or an interrupt. */
function wakerOf(model, ref) {
    const { record } = model;
    if (ref < 0 || record.kind[ref] !== record.kindOf.READY || model.inInterrupt[ref])
        return null;
    const waker = model.threads[model.actor[ref]];
    return waker && !waker.isIdle ? waker : null;
}

/* [{ thread, state, begin, end, ref, next }], by time, without a gap.  `ref`: the record that
 * began that state, or -1.  `woke`: the thread that it woke in the end, where the path changes
 * over. */
export function criticalPath(model, thread, from, to) {
    const steps = [];
    let time = to, who = thread, woke = null;

    const add = (state, begin, ref) => {
        steps.push({ thread: who, state, begin: Math.max(begin, from), end: time, ref, woke });
        time = begin;
        woke = null;
    };
    while (time > from) {
        const { states } = who;
        const i = states.lastBegun(time) - (states.begins[states.lastBegun(time)] === time ? 1 : 0);
        if (i < 0 || states.ends[i] < time) {
            add(UNTOLD, i < 0 ? from : states.ends[i], -1);
            continue;
        }
        add(states.kinds[i], states.begins[i], states.refs[i]);
        if (states.kinds[i] !== READY || time <= from)
            continue;
        const waker = wakerOf(model, states.refs[i]);
        if (waker && waker !== who && i > 0 && states.kinds[i - 1] === BLOCKED) {
            woke = who;
            who = waker;
        }
    }
    return steps.reverse();
}

/* How long the path stayed with each thread and state: [{ thread, state, time }], longest first. */
export function pathSums(steps) {
    const sums = new Map();
    for (const { thread, state, begin, end } of steps) {
        const key = `${thread.number} ${state}`;
        const sum = sums.get(key) ?? { thread, state, time: 0 };
        sum.time += end - begin;
        sums.set(key, sum);
    }
    return [...sums.values()].sort((a, b) => b.time - a.time);
}
