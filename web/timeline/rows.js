/* Which rows the picture has, from top to bottom, and how high they are. */
import { IPI } from "./states.js";

const HEIGHTS = { heading: 22, cpu: 32, process: 20, thread: 22, lock: 22, buffer: 44 };
const HOLD = 14;                        /* a lock's bar for who has it */
const LANE = 13, NARROW_LANE = 6;       /* and for one CPU that waits; with many, without words */
const WIDE_MAX = 2;

function heading(label) {
    return { type: "heading", key: `heading ${label}`, label };
}

function threadRow(thread, indent) {
    return { type: "thread", key: `thread ${thread.number}`, label: thread.title, indent, thread };
}

/* A process with one thread is that thread's row. */
function* processRows(process, collapsed) {
    if (process.threads.length === 1 && process.pid !== 0) {
        yield threadRow(process.threads[0], 0);
        return;
    }
    const key = `process ${process.pid}`;
    const title = process.pid ? `${process.name}[${process.pid}]` : "kernel";
    const folded = collapsed.has(key);
    yield { type: "process", key, process, folded,
            label: `${folded ? "▸" : "▾"} ${title}, ${process.threads.length} threads` };
    if (!folded)
        for (const thread of process.threads)
            yield threadRow(thread, 1);
}

/* Not every record tells who has a lock. */
export function holdHeight(lock) {
    return lock.holds.length > 0 ? HOLD : 0;
}

export function hasWords(lock) {
    return lock.lanes.length <= WIDE_MAX;
}

export function laneHeight(lock) {
    return hasWords(lock) ? LANE : NARROW_LANE;
}

function lockRow(lock, words) {
    return { type: "lock", key: `lock ${lock.address}`, label: words.lock(lock.address), lock,
             height: Math.max(HEIGHTS.lock, 4 + holdHeight(lock) + laneHeight(lock) * lock.lanes.length) };
}

/* filter: which processes and CPUs are wanted (filter.js).  collapsed: keys of rows. */
export function makeRows(model, words, filter, collapsed) {
    const rows = [heading("CPUs")];

    for (const cpu of model.cpus)
        if (filter.hasCpu(cpu.number))
            rows.push({ type: "cpu", key: `cpu ${cpu.number}`, label: `CPU ${cpu.number}`, cpu });
    rows.push(heading("Threads"));
    for (const process of model.processes)
        if (process.threads.length > 0 && filter.hasProcess(process))
            rows.push(...processRows(process, collapsed));
    if (model.buffers.length > 0)
        rows.push(heading("Buffers"));
    for (const buffer of model.buffers)
        rows.push({ type: "buffer", key: `buffer ${buffer.number}`,
                    label: `buffer ${buffer.number}`, buffer });
    if (model.locks.length > 0)
        rows.push(heading("Locks that were waited for"));
    for (const lock of model.locks)
        rows.push(lockRow(lock, words));
    return placed(rows);
}

function placed(rows) {
    let y = 0;
    for (const row of rows) {
        row.y = y;
        row.height ??= HEIGHTS[row.type];
        y += row.height;
    }
    return rows;
}

export function heightOf(rows) {
    const last = rows.at(-1);
    return last ? last.y + last.height : 0;
}

export function rowAt(rows, y) {
    return rows.find(row => y >= row.y && y < row.y + row.height);
}

/* Where arrows end: { cpus: Map(number -> row), threads: Map(number -> row) }.  A folded process
 * stands for its threads. */
export function rowsByEnd(rows) {
    const cpus = new Map(), threads = new Map();
    for (const row of rows) {
        if (row.type === "cpu")
            cpus.set(row.cpu.number, row);
        if (row.type === "thread")
            threads.set(row.thread.number, row);
        if (row.type === "process" && row.folded)
            row.process.threads.forEach(thread => threads.set(thread.number, row));
    }
    return { cpus, threads };
}

/* The two rows of an arrow; undefined where one is not shown. */
export function endsOf(arrow, ends) {
    return arrow.kind === IPI ? [ends.cpus.get(arrow.fromCpu), ends.cpus.get(arrow.toCpu)]
        : [ends.threads.get(arrow.from), ends.threads.get(arrow.to)];
}
