/* Records for tests, made by hand: [time, CPU, event, subject, value].  At the top of the tree. */
import fs from "node:fs";

const HEADER = "kern/abi/trace.h";

export const IDLE0 = 0x100, IDLE1 = 0x200, A = 0x300, B = 0x400;       /* threads */
export const REASON = 0x9000;           /* a text */

/* The kernel's table of events. */
export const TABLE = [...fs.readFileSync(HEADER, "utf8")
    .matchAll(/^    X\((\w+),\s*(\w+),\s*(\w+),\s*"(.*?)"\)/gm)].map(match => match.slice(1));

export const number = name => TABLE.findIndex(row => row[0] === name);

/* What scripts/timeline tells the page. */
export function head() {
    return { title: "test", rate: 1e9, cpus: 2, lost: {}, left: 0, table: TABLE, calls: {},
             vectors: {}, texts: { [REASON]: "a reason" }, locks: {}, places: {}, sites: {} };
}

/* The five words of each record, as in a file. */
export function events(list) {
    return list.map(([time, cpu, name, subject, value]) => [
        cpu, time % 2 ** 32, Math.floor(time / 2 ** 32) * 256 + number(name), subject, value]);
}

export function wordsOf(records) {
    return Uint32Array.from(records.flat());
}

/* Two idle threads of the kernel, `a` of process 1, `b` of process 2. */
export function introduce() {
    const letters = name => [...name].reduceRight((word, letter) => word * 256 + letter.charCodeAt(0), 0);
    return [[IDLE0, 0, "idle"], [IDLE1, 0, "idle"], [A, 1, "a"], [B, 2, "b"]]
        .flatMap(([address, pid, name]) => [[0, 0, "BEGIN", address, pid],
                                            [0, 0, "NAME", letters(name), 0], [0, 0, "NAME", 0, 0]]);
}
