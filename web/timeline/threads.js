/* Who is who: an address is the thread that was the last to begin there. */

export class Thread {
    constructor(number, address) {
        this.number = number;
        this.address = address;
        this.name = "";
        this.pid = 0;
        this.departed = false;
    }

    get title() {
        const name = this.name || `thread 0x${this.address.toString(16)}`;
        return this.pid ? `${name}[${this.pid}]` : name;
    }

    get isIdle() {
        return this.name === "idle" && this.pid === 0;
    }
}

function lettersOf(word) {
    return [0, 8, 16, 24].map(shift => String.fromCharCode(word >>> shift & 0xff)).join("");
}

export class Threads {
    #latest = new Map();                /* by address */
    #naming = [];                       /* by CPU: the thread whose name comes, and its letters */

    constructor() {
        this.all = [];
    }

    /* The thread that is there now.  One that nobody has told of has no name yet. */
    at(address) {
        return this.#latest.get(address) ?? this.#make(address);
    }

    /* The same; undefined if nobody has told of one. */
    known(address) {
        return this.#latest.get(address);
    }

    #make(address) {
        const thread = new Thread(this.all.length, address);
        this.all.push(thread);
        this.#latest.set(address, thread);
        return thread;
    }

    /* A record BEGIN.  Threads that exist are introduced when the record begins, and may have been
     * seen before that; one that begins meanwhile is told of twice. */
    begin(cpu, address, pid) {
        const before = this.#latest.get(address);
        const isKnown = before && !before.departed && (!before.name || before.pid === pid);
        const thread = isKnown ? before : this.#make(address);

        thread.pid = pid;
        this.#naming[cpu] = { thread, letters: "" };
        return thread;
    }

    /* A record NAME: one of two that follow a BEGIN. */
    name(cpu, first, second) {
        const naming = this.#naming[cpu];
        if (!naming)
            return;
        naming.letters += lettersOf(first) + lettersOf(second);
        if (naming.letters.length < 16)
            return;
        naming.thread.name = naming.letters.split("\0")[0];
        this.#naming[cpu] = undefined;
    }
}
