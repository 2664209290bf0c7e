/* From the records to what can be seen: who ran on each CPU, what each thread did, who waited for
 * which lock, how deep each buffer was, who woke whom. */
import { Threads } from "./threads.js";
import { Track } from "./track.js";

export const RUNNING = 0, READY = 1, BLOCKED = 2, UNTOLD = 3;          /* of a thread */
export const STATE_NAMES = ["running", "ready", "blocked", "not told"];
export const BUSY = 0, IDLE = 1;                                        /* of a CPU */
export const USER = 0, KERNEL = 1, INTERRUPT = 2;                       /* in which mode */
export const MODE_NAMES = ["in the program", "in the kernel", "in an interrupt or fault"];
export const WAKEUP = 0, MESSAGE = 1, IPI = 2;                          /* of an arrow */

/* --- a thread's states -------------------------------------------------------------------- */

class Life {
    #state = UNTOLD;
    #since = 0;
    #ref = -1;

    constructor() {
        this.states = new Track(STATE_NAMES.length);
    }

    get state() {
        return this.#state;
    }

    begin(time) {
        this.#since = time;
    }

    /* `before`: what it must have been up to now, if nothing has told of it. */
    become(state, time, ref, before) {
        this.states.add(this.#since, time, this.#state === UNTOLD ? before : this.#state, this.#ref);
        this.#state = state;
        this.#since = time;
        this.#ref = ref;
    }

    end(time) {
        this.states.add(this.#since, time, this.#state, this.#ref);
        this.#since = Infinity;
    }
}

/* --- marks of programs -------------------------------------------------------------------- */

/* Those of a thread or a CPU, in the order of time. */
class Marks {
    times = [];
    refs = [];                          /* records */

    add(time, ref) {
        this.times.push(time);
        this.refs.push(ref);
    }
}

/* Texts that follow a record in pieces, by its number. */
class Texts {
    #bytes = new Map();
    #latest = [];                       /* by CPU: a text's bytes that have come, and its length */

    begin(i, cpu, length) {
        this.#latest[cpu] = { bytes: [], length };
        this.#bytes.set(i, this.#latest[cpu].bytes);
    }

    add(cpu, words) {
        const { bytes, length } = this.#latest[cpu] ?? { bytes: [], length: 0 };
        for (const word of words)
            for (let shift = 0; shift < 32 && bytes.length < length; shift += 8)
                bytes.push(word >>> shift & 0xff);
    }

    decode() {
        const decoder = new TextDecoder();
        return new Map([...this.#bytes].map(
            ([i, bytes]) => [i, decoder.decode(Uint8Array.from(bytes))]));
    }
}

/* --- a CPU -------------------------------------------------------------------------------- */

class Cpu {
    #since = 0;
    #modeSince = 0;

    constructor(number) {
        this.number = number;
        this.runs = new Track(2);       /* of whom: a thread's number */
        this.modes = new Track(MODE_NAMES.length);      /* since which record */
        this.thread = null;
        this.locks = [];                /* that it waits for: { lock, since, ref } */
        this.marks = new Marks();
    }

    closeRun(time) {
        if (this.thread)
            this.runs.add(this.#since, time, this.thread.isIdle ? IDLE : BUSY, this.thread.number);
        this.#since = time;
    }

    closeMode(time) {
        const { thread } = this;
        if (thread) {
            const { mode, ref } = thread.entries.at(-1) ??
                { mode: thread.pid ? USER : KERNEL, ref: -1 };
            if (!thread.isIdle || mode === INTERRUPT)
                this.modes.add(this.#modeSince, time, mode, ref);
        }
        this.#modeSince = time;
    }
}

/* --- all of it ---------------------------------------------------------------------------- */

/* Goes through the records once. */
class Builder {
    constructor(record) {
        this.record = record;
        this.threads = new Threads();
        this.cpus = Array.from({ length: record.cpuCount }, (_, number) => new Cpu(number));
        this.actor = new Int32Array(record.count).fill(-1);
        this.inInterrupt = new Uint8Array(record.count);
        this.locks = new Map();
        this.buffers = new Map();
        this.processes = new Map();
        this.arrows = [];
        this.texts = new Texts();
        this.ipis = [];                 /* by CPU: those that have not arrived */
        this.messages = [];             /* by CPU: the last one, until the other side is woken */
        this.releasesAreTold = false;   /* of locks: not in every record */
        this.steps = record.kindNames.map(name => STEPS[name]);
    }

    /* The thread with what is kept of it here. */
    known(thread) {
        thread.life ??= new Life();
        thread.marks ??= new Marks();
        thread.entries ??= [];          /* how it is in the kernel, the innermost last */
        return thread;
    }

    at(address) {
        return this.known(this.threads.at(address));
    }

    /* Who ran at first: who the first switch has left. */
    findFirst() {
        const { record } = this;
        for (let i = 0; i < record.count; i++) {
            const cpu = this.cpus[record.cpu[i]];
            if (record.kind[i] === record.kindOf.RUN && !cpu.thread) {
                cpu.thread = this.at(record.value[i]);
                cpu.thread.firstCpu = cpu.number;
            }
        }
        for (const { thread } of this.cpus)
            thread?.life.become(RUNNING, 0, -1, UNTOLD);
    }

    run() {
        const { record } = this;
        this.findFirst();
        for (let i = 0; i < record.count; i++) {
            const cpu = this.cpus[record.cpu[i]];
            const { thread } = cpu;
            this.actor[i] = thread ? thread.number : -1;
            this.inInterrupt[i] = thread?.entries.at(-1)?.mode === INTERRUPT ? 1 : 0;
            this.steps[record.kind[i]]?.call(this, i, record.time[i], cpu, record.subject[i],
                                             record.value[i]);
        }
        return this.finish();
    }

    enter(i, time, cpu, mode) {
        cpu.closeMode(time);
        cpu.thread?.entries.push({ mode, ref: i });
    }

    leave(time, cpu, mode) {
        cpu.closeMode(time);
        const { thread } = cpu;
        if (thread?.entries.at(-1)?.mode === mode)
            thread.entries.pop();
    }

    lock(address) {
        if (!this.locks.has(address))
            this.locks.set(address, { address, number: this.locks.size, waits: [], hold: null,
                                      holders: [], holds: new Track(1) });
        return this.locks.get(address);
    }

    /* Who has a lock is known while others wait for it: from the first one's wait, or from when it
     * was taken, until it is released. */
    beginHold(i, time, lock, cpu, address) {
        const thread = this.threads.known(address);
        this.endHold(time, lock);
        if (thread)
            lock.hold = { ref: i, since: time, cpu, thread: thread.number };
    }

    endHold(time, lock) {
        const { hold } = lock;
        if (hold && time > hold.since) {
            lock.holds.add(hold.since, time, 0, lock.holders.length);
            lock.holders.push(hold);
        }
        lock.hold = null;
    }

    depth(i, time, number, depth, change) {
        if (!this.buffers.has(number))
            this.buffers.set(number, { number, times: [0], depths: [Math.max(0, depth - change)],
                                       refs: [-1], most: 0 });
        const buffer = this.buffers.get(number);
        buffer.times.push(time);
        buffer.depths.push(depth);
        buffer.refs.push(i);
        buffer.most = Math.max(buffer.most, depth);
    }

    endWait(cpu, time, lock) {
        const place = cpu.locks.findLastIndex(wait => wait.lock === lock);
        if (place < 0)
            return;
        const [{ since, ref, holder }] = cpu.locks.splice(place, 1);
        lock.waits.push({ begin: since, end: time, cpu: cpu.number, ref, holder,
                          thread: cpu.thread?.number ?? -1 });
    }

    /* The thread that is woken next on the CPU that passed a message is the other side of it. */
    endMessage(cpu, woken) {
        const message = this.messages[cpu.number], actor = cpu.thread;
        this.messages[cpu.number] = undefined;
        if (!message || !actor)
            return;
        const [from, to] = actor.pid === message.sender ? [actor, woken] : [woken, actor];
        this.arrows.push({ kind: MESSAGE, begin: message.time, end: message.time, ref: message.i,
                           fromCpu: cpu.number, toCpu: cpu.number,
                           from: from.number, to: to.number });
    }

    process(pid) {
        if (!this.processes.has(pid))
            this.processes.set(pid, { pid, name: pid ? "" : "kernel", threads: [] });
        return this.processes.get(pid);
    }

    /* Ends what is open, and hands everything over. */
    finish() {
        const { end } = this.record;
        for (const cpu of this.cpus) {
            cpu.closeRun(end);
            cpu.closeMode(end);
            [...cpu.locks].forEach(wait => this.endWait(cpu, end, wait.lock));
            cpu.runs.seal();
            cpu.modes.seal();
        }
        for (const lock of this.locks.values()) {
            lock.lanes = lanesOf(lock.waits);
            if (!this.releasesAreTold)
                lock.holds = new Track(1);
            lock.holds.seal();
        }
        for (const thread of this.threads.all) {
            if (!thread.departed)
                thread.life.end(end);
            thread.states = thread.life.states.seal();
            const process = this.process(thread.pid);
            if (!thread.isIdle)
                process.threads.push(thread);
            process.name ||= thread.name;
        }
        return {
            record: this.record, cpus: this.cpus, threads: this.threads.all,
            actor: this.actor, inInterrupt: this.inInterrupt, texts: this.texts.decode(),
            processes: [...this.processes.values()].sort((a, b) => a.pid - b.pid),
            locks: [...this.locks.values()].sort((a, b) => waitedFor(b) - waitedFor(a)),
            buffers: [...this.buffers.values()].sort((a, b) => a.number - b.number),
            arrows: this.arrows.filter(arrow => arrow.end !== undefined)
                .sort((a, b) => a.begin - b.begin),
        };
    }
}

/* A track for each CPU that has waited, in the order of CPUs: [{ cpu, track }].  A CPU waits for one
 * lock at a time; interrupts are off meanwhile. */
function lanesOf(waits) {
    const lanes = new Map();
    waits.forEach(({ cpu, begin, end }, i) => {
        if (!lanes.has(cpu))
            lanes.set(cpu, { cpu, track: new Track(1) });
        lanes.get(cpu).track.add(begin, end, 0, i);
    });
    lanes.forEach(({ track }) => track.seal());
    return [...lanes.values()].sort((a, b) => a.cpu - b.cpu);
}

export function waitedFor(lock) {
    return lock.waits.reduce((sum, wait) => sum + wait.end - wait.begin, 0);
}

/* What each event changes: (record's number, time, CPU, subject, value). */
const STEPS = {
    BEGIN(i, time, cpu, address, pid) {
        const thread = this.known(this.threads.begin(cpu.number, address, pid));
        if (thread.life.state === UNTOLD && !thread.begun)
            thread.life.begin(time);
        thread.begun = true;
        this.process(pid);
    },
    NAME(i, time, cpu, first, second) {
        this.threads.name(cpu.number, first, second);
    },
    RUN(i, time, cpu, nextAddress, prevAddress) {
        const prev = this.at(prevAddress), next = this.at(nextAddress);
        cpu.closeRun(time);
        cpu.closeMode(time);
        if (prev.life.state === RUNNING && !prev.departed)
            prev.life.become(READY, time, prev.preempted ?? i, RUNNING);
        prev.preempted = undefined;
        if (next.wake) {
            next.wake.end = time;
            next.wake.toCpu = cpu.number;
            next.wake = undefined;
        }
        next.life.become(RUNNING, time, i, READY);
        cpu.thread = next;
    },
    PREEMPT(i, time, cpu, address) {
        this.at(address).preempted = i;
    },
    WAIT(i, time, cpu, address) {
        this.at(address).life.become(BLOCKED, time, i, RUNNING);
    },
    READY(i, time, cpu, address) {
        const thread = this.at(address);
        const from = cpu.thread;
        const arrow = { kind: WAKEUP, begin: time, ref: i, fromCpu: cpu.number,
                        from: from ? from.number : -1, to: thread.number };
        this.endMessage(cpu, thread);
        /* The clocks of CPUs differ a little: it may run before it was seen to be ready. */
        if (thread.life.state === RUNNING)
            return;
        thread.life.become(READY, time, i, BLOCKED);
        thread.wake = arrow;
        this.arrows.push(arrow);
    },
    DEPART(i, time, cpu, address) {
        const thread = this.at(address);
        thread.life.end(time);
        thread.departed = true;
    },
    LOCK_WANTED(i, time, cpu, address) {
        cpu.locks.push({ lock: this.lock(address), since: time, ref: i, holder: -1 });
    },
    LOCK_HELD(i, time, cpu, address, holder) {
        const wait = cpu.locks.at(-1), lock = this.lock(address);
        if (wait?.lock !== lock) {
            this.beginHold(i, time, lock, cpu.number, holder);
            return;
        }
        wait.holder = this.threads.known(holder)?.number ?? -1;
        if (!lock.hold)
            this.beginHold(i, time, lock, -1, holder);
    },
    LOCK_RELEASE(i, time, cpu, address) {
        this.releasesAreTold = true;
        this.endHold(time, this.lock(address));
    },
    LOCK_TAKEN(i, time, cpu, address) {
        this.endHold(time, this.lock(address));
        this.endWait(cpu, time, this.lock(address));
    },
    CALL(i, time, cpu) {
        this.enter(i, time, cpu, KERNEL);
    },
    CALL_DONE(i, time, cpu) {
        this.leave(time, cpu, KERNEL);
    },
    TRAP(i, time, cpu, vector) {
        this.enter(i, time, cpu, INTERRUPT);
        const waiting = this.ipis[cpu.number] ?? [];
        const came = waiting.filter(ipi => ipi.vector === vector);
        came.forEach(ipi => { ipi.end = time; });
        this.ipis[cpu.number] = waiting.filter(ipi => ipi.vector !== vector);
    },
    TRAP_DONE(i, time, cpu) {
        this.leave(time, cpu, INTERRUPT);
    },
    IPI(i, time, cpu, target, vector) {
        const arrow = { kind: IPI, begin: time, ref: i, fromCpu: cpu.number, toCpu: target, vector,
                        from: -1, to: -1 };
        (this.ipis[target] ??= []).push(arrow);
        this.arrows.push(arrow);
    },
    PUT(i, time, cpu, number, depth) {
        this.depth(i, time, number, depth, 1);
    },
    GET(i, time, cpu, number, depth) {
        this.depth(i, time, number, depth, -1);
    },
    MESSAGE(i, time, cpu, sender) {
        this.messages[cpu.number] = { i, time, sender };
    },
    MARK(i, time, cpu, address, length) {
        this.texts.begin(i, cpu.number, length);
        cpu.marks.add(time, i);
        this.at(address).marks.add(time, i);
    },
    LETTERS(i, time, cpu, first, second) {
        this.texts.add(cpu.number, [first, second]);
    },
    PROCESS(i, time, cpu, pid) {
        this.process(pid);
    },
};

export function buildModel(record) {
    return new Builder(record).run();
}
