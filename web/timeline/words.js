/* Records and times in words. */
import { BLOCKED, STATE_NAMES } from "./states.js";

const UNITS = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]];

/* Seconds with three digits and a unit. */
export function duration(seconds) {
    const size = Math.abs(seconds);
    const [factor, unit] = UNITS.find(([factor]) => size >= factor) ?? UNITS.at(-1);
    return size === 0 ? "0" : `${Number((seconds / factor).toPrecision(3))} ${unit}`;
}

const hex = number => `0x${number.toString(16)}`;

export class Words {
    constructor(model) {
        this.model = model;
        this.record = model.record;
        this.head = model.record.head;
        this.byAddress = new Map();     /* the threads of each address, in the order of beginning */
        for (const thread of model.threads)
            this.byAddress.set(thread.address,
                               [...this.byAddress.get(thread.address) ?? [], thread]);
    }

    time(time) {
        return this.onAxis(this.record.onAxis(time), 0);
    }

    /* A number of the axis, with so many digits after the point. */
    onAxis(number, digits) {
        if (this.head.steps)
            return number === 1 ? "1 step" : `${Number(number.toFixed(2))} steps`;
        return number === 0 || digits < 3 ? duration(number) : `${number.toFixed(Math.min(9, digits))} s`;
    }

    threadAt(address, time) {
        const threads = this.byAddress.get(address) ?? [];
        return threads.findLast(thread => thread.states.begins[0] <= time) ?? threads[0];
    }

    /* The text that follows the record. */
    text(i) {
        return this.model.texts.get(i) ?? "";
    }

    lock(address) {
        return this.head.locks[address] ?? hex(address);
    }

    /* i: the record that tells it. */
    show(sort, number, i) {
        const { texts, calls } = this.head;
        switch (sort) {
        case "THREAD": return this.threadAt(number, this.record.time[i])?.title ?? hex(number);
        case "TEXT": return texts[number] ?? hex(number);
        case "FOLLOWS": return `“${this.text(i)}”`;
        case "PLACE": return this.place(number, i);
        case "LOCK": return `lock ${this.lock(number)}`;
        case "CALL": return calls[number] ?? `call ${number}`;
        case "ERROR": return number === 0 ? "ok" : `error ${number}`;
        case "PID": return number ? `process ${number}` : "the kernel";
        case "CPU": return `CPU ${number}`;
        case "BUFFER": return `buffer ${number}`;
        case "VECTOR": return this.vector(number);
        case "HEX": return hex(number);
        case "NONE": return "";
        default: return String(number);
        }
    }

    /* Programs' addresses are alike: which program it is, the thread's name tells. */
    place(address, i) {
        const name = this.model.threads[this.model.actor[i]]?.name ?? "";
        return this.head.places[address] ?? this.head.places[`${name}:${address}`] ?? hex(address);
    }

    vector(number) {
        const name = this.head.vectors[number];
        return name ? `${name} (vector ${hex(number)})` : `vector ${hex(number)}`;
    }

    /* What the record says. */
    line(i) {
        const { record } = this;
        const [, subject, value, words] = this.head.table[record.kind[i]] ?? ["", "HEX", "HEX", "?"];
        return [this.show(subject, record.subject[i], i), words,
                this.show(value, record.value[i], i)].filter(part => part).join(" ");
    }

    kind(i) {
        return this.record.kindNames[this.record.kind[i]].toLowerCase().replaceAll("_", " ");
    }

    /* Where in the kernel's source such a record is written: "function at file:line". */
    sites(i) {
        return this.head.sites[this.record.kindNames[this.record.kind[i]]] ?? [];
    }

    /* Why a thread waits: what its WAIT record says. */
    reason(ref) {
        return ref < 0 ? "" : this.show("TEXT", this.record.value[ref], ref);
    }

    state(thread, i) {
        const { kinds, refs } = thread.states;
        const reason = kinds[i] === BLOCKED ? this.reason(refs[i]) : "";
        return STATE_NAMES[kinds[i]] + (reason ? `: ${reason}` : "");
    }
}
