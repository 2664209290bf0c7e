/* The record as the page holds it: a column for each field, in the order of time. */
import { countUpTo } from "./track.js";

const WORDS = 5;                        /* CPU and struct trace_record: scripts/recorder.py */

/* Its places in the order of time; what has the same time stays in the order of writing. */
function inOrder(times) {
    const order = columnOf(Uint32Array, times.length, i => i);
    const isInOrder = times.every((time, i) => i === 0 || times[i - 1] <= time);
    return isInOrder ? order : order.sort((a, b) => times[a] - times[b] || a - b);
}

/* Much faster than Type.from(). */
function columnOf(Type, count, of) {
    const column = new Type(count);
    for (let i = 0; i < count; i++)
        column[i] = of(i);
    return column;
}

function cycles(words, i) {
    return (words[WORDS * i + 2] >>> 8) * 2 ** 32 + words[WORDS * i + 1];
}

export class Record {
    /* head: what scripts/timeline tells.  words: the file's, as a Uint32Array. */
    constructor(head, words) {
        const count = Math.floor(words.length / WORDS);
        const times = columnOf(Float64Array, count, i => cycles(words, i));
        const order = inOrder(times);
        const column = (Type, of) => columnOf(Type, count, i => of(order[i]));

        this.head = head;
        this.count = count;
        this.kindNames = head.table.map(row => row[0]);
        this.kindOf = Object.fromEntries(this.kindNames.map((name, number) => [name, number]));
        this.time = column(Float64Array, i => times[i] - times[order[0]]);
        this.cpu = column(Uint16Array, i => words[WORDS * i]);
        this.kind = column(Uint8Array, i => words[WORDS * i + 2] & 0xff);
        this.subject = column(Uint32Array, i => words[WORDS * i + 3]);
        this.value = column(Uint32Array, i => words[WORDS * i + 4]);
        this.end = count ? this.time[count - 1] : 0;
        this.cpuCount = Math.max(head.cpus ?? 0, ...this.cpusSeen());
    }

    cpusSeen() {
        return [...new Set(this.cpu)].map(cpu => cpu + 1);
    }

    /* The first record later than `time`. */
    firstAfter(time) {
        return countUpTo(this.time, time);
    }

    seconds(time) {
        return time / this.head.rate;
    }

    /* In steps, if it is of the explorer's machine, which has no other time; else in seconds. */
    onAxis(time) {
        return this.head.steps ? time / this.head.steps : this.seconds(time);
    }
}

/* The file's records out of the page, where they stand in base64. */
export function decodeWords(base64) {
    const text = atob(base64), bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++)
        bytes[i] = text.charCodeAt(i);
    return new Uint32Array(bytes.buffer, 0, bytes.length >>> 2);
}
