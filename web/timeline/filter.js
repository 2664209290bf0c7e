/* What the user wants to see: processes, CPUs, kinds of records. */

/* "1 3-5" -> a test of a number; null if nothing is asked for. */
export function numberTest(text) {
    const parts = text.split(/[\s,]+/).filter(part => /^\d+(-\d+)?$/.test(part))
        .map(part => part.split("-").map(Number));
    return parts.length === 0 ? null
        : number => parts.some(([from, to = from]) => number >= from && number <= to);
}

function nameTest(text) {
    const names = text.toLowerCase().split(/[\s,]+/).filter(part => part && !/^[\d-]+$/.test(part));
    return names.length === 0 ? null
        : name => names.some(part => name.toLowerCase().includes(part));
}

export class Filter {
    #cpu = null;
    #pid = null;
    #name = null;

    constructor() {
        this.hiddenKinds = new Set();
    }

    set cpus(text) {
        this.#cpu = numberTest(text);
    }

    set processes(text) {
        this.#pid = numberTest(text);
        this.#name = nameTest(text);
    }

    hasCpu(number) {
        return !this.#cpu || this.#cpu(number);
    }

    hasProcess(process) {
        if (!this.#pid && !this.#name)
            return true;
        return Boolean(this.#pid?.(process.pid)) ||
            Boolean(this.#name && process.threads.some(thread => this.#name(thread.name)));
    }

    hasKind(kind) {
        return !this.hiddenKinds.has(kind);
    }
}
