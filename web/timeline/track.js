/* The spans of one row in the order of time; none overlaps another.  Each has a kind, a small
 * number, and a reference, whatever the row's owner means by it. */
export class Track {
    #sums = [];                         /* [kind][i]: its time in the spans before i */

    constructor(kinds) {
        this.kindCount = kinds;
        this.begins = [];
        this.ends = [];
        this.kinds = [];
        this.refs = [];
    }

    get length() {
        return this.begins.length;
    }

    /* Not before the end of the last one.  A span of no length is left out. */
    add(begin, end, kind, ref) {
        if (end <= begin)
            return;
        this.begins.push(begin);
        this.ends.push(end);
        this.kinds.push(kind);
        this.refs.push(ref);
    }

    /* No more spans come: now it can be asked. */
    seal() {
        this.begins = Float64Array.from(this.begins);
        this.ends = Float64Array.from(this.ends);
        this.kinds = Uint8Array.from(this.kinds);
        this.refs = Int32Array.from(this.refs);
        this.#sums = Array.from({ length: this.kindCount }, (_, kind) => this.#sumsOf(kind));
        return this;
    }

    #sumsOf(kind) {
        const sums = new Float64Array(this.length + 1);
        for (let i = 0; i < this.length; i++)
            sums[i + 1] = sums[i] + (this.kinds[i] === kind ? this.ends[i] - this.begins[i] : 0);
        return sums;
    }

    /* The last span that begins at `time` or before, -1 if there is none. */
    lastBegun(time) {
        return countUpTo(this.begins, time) - 1;
    }

    /* The span that `time` lies in, or -1. */
    at(time) {
        const i = this.lastBegun(time);
        return i >= 0 && time < this.ends[i] ? i : -1;
    }

    /* The first span that ends after `time`; `length` if there is none. */
    firstEndingAfter(time) {
        return countUpTo(this.ends, time);
    }

    #until(kind, time) {
        const i = this.lastBegun(time);
        if (i < 0)
            return 0;
        const part = this.kinds[i] === kind ? Math.min(time, this.ends[i]) - this.begins[i] : 0;
        return this.#sums[kind][i] + part;
    }

    /* How long it was of that kind between the two times. */
    timeOf(kind, from, to) {
        return this.#until(kind, to) - this.#until(kind, from);
    }
}

/* Several tracks taken together: how much of their time is of one kind, in one search however many
 * they are. */
export class Together {
    constructor(tracks, kind) {
        const changes = [];
        for (const { begins, ends, kinds, length } of tracks)
            for (let i = 0; i < length; i++)
                if (kinds[i] === kind)
                    changes.push({ time: begins[i], by: 1 }, { time: ends[i], by: -1 });
        changes.sort((a, b) => a.time - b.time);
        this.times = Float64Array.from(changes, change => change.time);
        this.counts = new Int32Array(changes.length);           /* from that time on */
        this.sums = new Float64Array(changes.length);           /* until that time */
        let count = 0, sum = 0;
        changes.forEach(({ time, by }, i) => {
            sum += i > 0 ? count * (time - this.times[i - 1]) : 0;
            count += by;
            this.counts[i] = count;
            this.sums[i] = sum;
        });
    }

    #until(time) {
        const i = countUpTo(this.times, time) - 1;
        return i < 0 ? 0 : this.sums[i] + this.counts[i] * (time - this.times[i]);
    }

    timeOf(from, to) {
        return this.#until(to) - this.#until(from);
    }
}

/* How many of the sorted numbers are `limit` at most. */
export function countUpTo(numbers, limit) {
    let low = 0, high = numbers.length;

    while (low < high) {
        const middle = (low + high) >>> 1;
        if (numbers[middle] <= limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
