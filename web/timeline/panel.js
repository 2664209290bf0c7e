/* What stands beside the picture: the record that was chosen, sums of a selection, a path. */
import { element, link, paragraph, table } from "./element.js";
import { pathSums } from "./path.js";
import { BLOCKED, READY, STATE_NAMES } from "./states.js";
import { histogram, lockSums, switches, threadSums, wakeupLatencies } from "./sums.js";

const STORY = 4;                        /* states of a thread before and after */
const ROWS_MAX = 40;
const STEPS_MAX = 300;

export class Panel {
    /* go(row key or null, time): shows that place. */
    constructor(model, words, go) {
        Object.assign(this, { model, words, go });
    }

    fill(id, ...nodes) {
        document.getElementById(id).replaceChildren(...nodes);
    }

    place(time) {
        const { record } = this.model;
        return `${record.seconds(time).toFixed(9)} s, ${time.toLocaleString("en")} cycles`;
    }

    /* --- a record ----------------------------------------------------------------------- */

    here(row, i, time) {
        const { words, model } = this, nodes = [];
        if (i >= 0) {
            nodes.push(paragraph(`${words.kind(i)}: ${words.line(i)}`),
                       paragraph(`CPU ${model.record.cpu[i]}, ${this.place(model.record.time[i])}`));
            const actor = model.threads[model.actor[i]];
            if (actor)
                nodes.push(paragraph(`written while ${actor.title} had the CPU`
                                     + (model.inInterrupt[i] ? ", in an interrupt" : "")));
            nodes.push(...words.sites(i).map(site => paragraph(site, "faint")));
        }
        const thread = row?.thread ?? (row?.type === "cpu" ? this.runsThere(row.cpu, time) : null);
        if (thread)
            nodes.push(this.story(thread, time));
        this.fill("here", ...(nodes.length ? nodes : [paragraph("No record here.", "faint")]));
    }

    waitLine({ cpu, holder, begin, end }) {
        return `CPU ${cpu} waits ${this.words.time(end - begin)}`
            + (holder < 0 ? "; it was released that moment"
                : `; as it began, ${this.model.threads[holder].title} had the lock`);
    }

    /* Who has it, if that is told. */
    holdLines(lock, time) {
        const i = lock.holds.at(time);
        if (i < 0)
            return [];
        const { thread, cpu } = lock.holders[lock.holds.refs[i]];
        return [`${this.model.threads[thread].title} has it${cpu < 0 ? "" : `, since it took it on CPU ${cpu}`}: `
                + this.words.time(lock.holds.ends[i] - lock.holds.begins[i])];
    }

    runsThere(cpu, time) {
        const i = cpu.runs.at(time);
        return i < 0 ? null : this.model.threads[cpu.runs.refs[i]];
    }

    /* What the thread did before and after. */
    story(thread, time) {
        const { states } = thread, now = states.lastBegun(time), rows = [["from", "is", "for"]];
        for (let i = Math.max(0, now - STORY); i < Math.min(states.length, now + STORY + 1); i++)
            rows.push([link(this.words.time(states.begins[i]), () =>
                this.go(`thread ${thread.number}`, states.begins[i])),
                       this.words.state(thread, i), this.words.time(states.ends[i] - states.begins[i])]);
        const story = table(`${thread.title}: before and after`, rows);
        story.tBodies[0].rows[Math.min(now, STORY)]?.setAttribute("aria-current", "true");
        return story;
    }

    /* --- a selection -------------------------------------------------------------------- */

    sums(selection, threads) {
        const [from, to] = selection, { model, words } = this;
        const nodes = [paragraph(`${words.time(to - from)}, from ${this.place(from)}`)];
        nodes.push(this.threadTable(threadSums(threads, from, to)));
        const counts = switches(model.record, from, to);
        nodes.push(table("Switches", [["CPU", "switches"],
                                      ...counts.map((count, cpu) => [`CPU ${cpu}`, String(count)])]));
        const locks = lockSums(model.locks, from, to);
        if (locks.length > 0)
            nodes.push(table("Locks that were waited for", [
                ["lock", "time", "waits", "longest"],
                ...locks.slice(0, ROWS_MAX).map(row => [
                    words.lock(row.lock.address), words.time(row.time), String(row.waits),
                    words.time(row.longest)])]));
        const latencies = wakeupLatencies(model, threads, from, to);
        if (latencies.length > 0)
            nodes.push(this.latencyTable(latencies));
        this.fill("sums", ...nodes);
    }

    threadTable(rows) {
        const { words } = this;
        const sorted = rows.sort((a, b) => b.times[0] - a.times[0]);
        const longest = ({ thread, longestBlocked }) => longestBlocked < 0 ? ""
            : link(words.time(thread.states.ends[longestBlocked] - thread.states.begins[longestBlocked]),
                   () => this.go(`thread ${thread.number}`, thread.states.begins[longestBlocked]));
        return table("Threads" + (rows.length > ROWS_MAX ? `: ${ROWS_MAX} of ${rows.length}` : ""), [
            ["thread", ...STATE_NAMES.slice(0, 3), "longest wait"],
            ...sorted.slice(0, ROWS_MAX).map(row => [
                row.thread.title, ...row.times.slice(0, 3).map(time => words.time(time)), longest(row)])]);
    }

    latencyTable(latencies) {
        const { words } = this, bins = histogram(latencies);
        const most = Math.max(...bins.map(bin => bin.count));
        const middle = latencies[latencies.length >> 1];
        return table(`From wakeup to CPU: ${latencies.length}, median ${words.time(middle)}, `
                     + `longest ${words.time(latencies.at(-1))}`, [
            ["up to", "times", ""],
            ...bins.map(({ to, count }) => [
                words.time(to), String(count),
                element("meter", { min: 0, max: most, value: count, ariaLabel: `${count}` })])]);
    }

    /* --- a path ------------------------------------------------------------------------- */

    path(thread, steps) {
        const { words } = this;
        document.getElementById("path-section").hidden = steps.length === 0;
        if (steps.length === 0)
            return;
        const [from, to] = [steps[0].begin, steps.at(-1).end];
        const doing = step => STATE_NAMES[step.state]
            + (step.state === BLOCKED ? `: ${words.reason(step.ref)}` : "")
            + (step.state === READY && step.ref >= 0 ? `: waits for CPU ${this.cpuAfter(step)}` : "")
            + (step.woke ? `, wakes ${step.woke.title}` : "");
        this.fill("path-steps",
            paragraph(`of ${thread.title}: ${words.time(to - from)} in ${steps.length} steps`),
            table("Where the time went", [["thread", "state", "time"], ...pathSums(steps).map(sum => [
                sum.thread.title, STATE_NAMES[sum.state], words.time(sum.time)])]),
            table("Steps" + (steps.length > STEPS_MAX ? `: the last ${STEPS_MAX}` : ""), [
                ["thread", "", "for"], ...steps.slice(-STEPS_MAX).map(step => [
                    link(step.thread.title, () => this.go(`thread ${step.thread.number}`, step.begin)),
                    doing(step), words.time(step.end - step.begin)])]));
    }

    /* On which CPU the thread ran when it had waited long enough. */
    cpuAfter({ thread, end }) {
        const i = thread.states.lastBegun(end), ref = thread.states.refs[i];
        return ref < 0 ? "?" : this.model.record.cpu[ref];
    }

    /* --- the whole run ------------------------------------------------------------------ */

    summary() {
        const { record, locks } = this.model, { head } = record;
        const lost = Object.values(head.lost).reduce((sum, count) => sum + count, 0);
        return `${record.count.toLocaleString("en")} records, ${this.words.time(record.end)}, `
            + `${record.cpuCount} CPUs, ${this.model.threads.length} threads, `
            + `${locks.length} locks waited for`
            + (lost ? `; ${lost.toLocaleString("en")} records are missing: overwritten, or too old to be kept` : "")
            + (head.left ? `; the first ${head.left.toLocaleString("en")} are left out` : "");
    }
}
