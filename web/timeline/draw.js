/* Draws the rows that are in sight onto the canvas. */
import { BLOCKED, BUSY, INTERRUPT, IPI, KERNEL, MESSAGE, READY, RUNNING, UNTOLD }
    from "./states.js";
import { countUpTo, Together } from "./track.js";
import { endsOf, hasWords, holdHeight, laneHeight, rowsByEnd } from "./rows.js";
import { GUTTER } from "./view.js";

const NARROW = 2;                       /* pixels: what is narrower is drawn as a share */
const ARROWS_MAX = 200;
const LETTER = 7;                       /* about so wide */
const MODE_HEIGHT = 7;
const FLAG_HEIGHT = 13;
const STRIPE = 5;                       /* of a lock's waiter; words stand above it */

/* The spans in sight: one(i, left, right) for each that is wide enough; many(left, right, from,
 * to) for a column of pixels with narrower ones. */
export function forVisible(track, scale, one, many) {
    const [left, right] = scale.range();
    const [begin, end] = [scale.invert(left), scale.invert(right)];
    let i = track.firstEndingAfter(begin);

    while (i < track.length && track.begins[i] < end) {
        const from = Math.max(left, scale(track.begins[i]));
        const to = Math.min(right, scale(track.ends[i]));
        if (to - from >= NARROW) {
            one(i, from, to);
            i++;
        } else {
            const column = Math.floor(from), until = scale.invert(column + NARROW);
            many(column, column + NARROW, scale.invert(column), until);
            i = Math.max(i + 1, track.firstEndingAfter(until));
        }
    }
}

/* Thousands of steps may lie in one column. */
function deepestOf({ depths }, from, to) {
    let deepest = 0;
    for (let i = from; i < to; i++)
        deepest = Math.max(deepest, depths[i]);
    return deepest;
}

export class Drawing {
    /* scene: what is shown now: { rows, scale, scrollTop, focus, selection, steps, cursor }. */
    constructor(canvas, model, words, theme) {
        this.ctx = canvas.getContext("2d");
        Object.assign(this, { canvas, model, words, theme });
        this.arrowBegins = Float64Array.from(model.arrows, arrow => arrow.begin);
    }

    resize(width, height) {
        const ratio = window.devicePixelRatio || 1;
        this.width = width;
        this.height = height;
        this.canvas.width = Math.round(width * ratio);
        this.canvas.height = Math.round(height * ratio);
        this.canvas.style.width = `${width}px`;
        this.canvas.style.height = `${height}px`;
        this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    }

    draw(scene) {
        const { ctx } = this;
        this.scene = scene;
        ctx.font = "12px system-ui, sans-serif";
        ctx.textBaseline = "middle";
        ctx.fillStyle = this.theme.card;
        ctx.fillRect(0, 0, this.width, this.height);
        ctx.save();
        ctx.translate(0, -scene.scrollTop);
        const seen = scene.rows.filter(row => row.y + row.height > scene.scrollTop &&
                                              row.y < scene.scrollTop + this.height);
        seen.forEach(row => this.background(row));
        this.inPicture(() => {
            this.selection();
            seen.forEach(row => this[row.type]?.(row));
            const ends = rowsByEnd(scene.rows);
            this.arrows(ends);
            this.path(ends);
            this.cursor();
        });
        seen.forEach(row => this.name(row));
        ctx.restore();
    }

    /* Nothing of what it draws reaches into the rows' names. */
    inPicture(draw) {
        const { ctx } = this;
        ctx.save();
        ctx.beginPath();
        ctx.rect(GUTTER, this.scene.scrollTop, this.width - GUTTER, this.height);
        ctx.clip();
        draw();
        ctx.restore();
    }

    box(x, y, width, height, fill) {
        this.ctx.fillStyle = fill;
        this.ctx.fillRect(x, y, width, height);
    }

    /* As much of the text as fits, at least three letters. */
    label(text, left, right, y, colour = this.theme.text) {
        const letters = Math.floor((right - left - 4) / LETTER);
        if (letters < 3 && letters < text.length)
            return;
        this.ctx.fillStyle = colour;
        this.ctx.fillText(letters < text.length ? `${text.slice(0, letters - 1)}…` : text,
                          left + 3, y);
    }

    background(row) {
        const { theme, ctx } = this;
        if (row.type === "heading")
            this.box(0, row.y, this.width, row.height, theme.page);
        if (row === this.scene.focus)
            this.box(0, row.y, this.width, row.height, theme.select);
        ctx.strokeStyle = theme.line;
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(0, row.y + row.height - 0.5);
        ctx.lineTo(this.width, row.y + row.height - 0.5);
        ctx.stroke();
    }

    name(row) {
        const { theme, ctx } = this;
        const left = row.indent ? 16 : 2;
        if (row === this.scene.focus) {
            ctx.strokeStyle = theme.accent;
            ctx.lineWidth = 2;
            ctx.strokeRect(1, row.y + 1, GUTTER - 3, row.height - 3);
        }
        this.label(row.label, left, row.type === "heading" ? this.width : GUTTER, row.y + row.height / 2,
                   row.type === "heading" ? theme.faint : theme.text);
    }

    /* --- rows --------------------------------------------------------------------------- */

    cpu({ cpu, y, height }) {
        const top = y + 3, tall = height - MODE_HEIGHT - 6, { theme, model } = this;
        if (cpu.runs.length === 0)      /* it never switched */
            this.box(GUTTER, top + tall - 3, this.width - GUTTER, 3, theme.dots);
        forVisible(cpu.runs, this.scene.scale, (i, left, right) => {
            if (cpu.runs.kinds[i] !== BUSY)
                return;
            const number = cpu.runs.refs[i];
            this.box(left, top, right - left, tall, theme.thread(number));
            this.edge(left, top, tall);
            this.label(model.threads[number].title, left, right, top + tall / 2 + 1);
        }, (left, right, from, to) => {
            const share = cpu.runs.timeOf(BUSY, from, to) / (to - from);
            this.box(left, top + tall * (1 - share), right - left, tall * share, theme.faint);
        });
        this.modes(cpu.modes, top + tall + 1);
        this.marks(cpu.marks, y, height);
    }

    /* A pole for each, and its text as a flag, where there is room up to the next one. */
    marks({ times, refs }, y, height) {
        const { scale } = this.scene, { theme, words } = this, [, right] = scale.range();
        let i = countUpTo(times, scale.invert(GUTTER));
        while (i < times.length && scale(times[i]) < right) {
            const left = scale(times[i]), next = countUpTo(times, scale.invert(left + NARROW));
            const end = next < times.length ? Math.min(right, scale(times[next])) : right;
            this.box(left, y, NARROW, height - 1, theme.accent);
            if (next === i + 1)
                this.flag(words.text(refs[i]), left, end, y);
            i = Math.max(next, i + 1);
        }
    }

    flag(text, left, right, y) {
        const { theme } = this, width = Math.min(right - left, text.length * LETTER + 10);
        if (width < 3 * LETTER + 4)
            return;
        this.box(left, y, width, FLAG_HEIGHT, theme.accent);
        this.label(text, left, left + width, y + FLAG_HEIGHT / 2 + 1, theme.card);
    }

    modes(modes, y) {
        const { theme } = this;
        const paint = (kind, left, right, height) => {
            if (kind === KERNEL || kind === INTERRUPT)
                this.box(left, y, right - left, height, kind === KERNEL ? theme.text : theme.dots);
        };
        forVisible(modes, this.scene.scale,
                   (i, left, right) => paint(modes.kinds[i], left, right, MODE_HEIGHT),
                   (left, right, from, to) => {
                       for (const kind of [KERNEL, INTERRUPT])
                           paint(kind, left, right,
                                 MODE_HEIGHT * modes.timeOf(kind, from, to) / (to - from));
                   });
    }

    edge(x, y, height) {
        this.box(x, y, 1, height, this.theme.card);
    }

    thread({ thread, y, height }) {
        const top = y + 3, tall = height - 6;
        forVisible(thread.states, this.scene.scale,
                   (i, left, right) => this.state(thread, i, left, right, top, tall),
                   (left, right, from, to) => {
                       const part = state => thread.states.timeOf(state, from, to) / (to - from);
                       this.shares(thread.number, left, right, part(RUNNING), part(READY), top, tall);
                   });
        this.marks(thread.marks, y, height);
    }

    state(thread, i, left, right, top, tall) {
        const { theme, words } = this, width = right - left, middle = top + tall / 2;
        switch (thread.states.kinds[i]) {
        case RUNNING:
            this.box(left, top, width, tall, theme.thread(thread.number));
            this.edge(left, top, tall);
            this.label(`CPU ${this.cpuOf(thread, i)}`, left, right, middle + 1);
            break;
        case READY:
            this.box(left, middle, width, tall / 2, theme.thread(thread.number));
            this.box(left, middle, width, tall / 2, theme.stripes);
            break;
        case BLOCKED:
            this.box(left, top + tall - 2, width, 2, theme.faint);
            this.label(words.reason(thread.states.refs[i]), left, right, middle - 1, theme.faint);
            break;
        case UNTOLD:
            this.box(left, top + tall - 3, width, 3, theme.dots);
        }
    }

    cpuOf(thread, i) {
        const ref = thread.states.refs[i];
        return ref < 0 ? thread.firstCpu : this.model.record.cpu[ref];
    }

    /* From the bottom: which part of the time threads ran, and which part they were ready. */
    shares(number, left, right, runningPart, readyPart, top, tall) {
        const { theme } = this, running = runningPart * tall, ready = readyPart * tall;
        const bottom = top + tall;
        this.box(left, bottom - running, right - left, running, theme.thread(number));
        this.box(left, bottom - running - ready, right - left, ready, theme.stripes);
        if (running + ready < 2)
            this.box(left, bottom - 2, right - left, 2, theme.faint);
    }

    process({ process, folded, y, height }) {
        if (!folded)
            return;
        const [left, right] = this.scene.scale.range(), { scale } = this.scene;
        const [first] = process.threads, tracks = process.threads.map(thread => thread.states);
        process.running ??= new Together(tracks, RUNNING);
        process.ready ??= new Together(tracks, READY);
        for (let x = left; x < right; x += NARROW) {
            const [from, to] = [scale.invert(x), scale.invert(x + NARROW)];
            const part = state => state.timeOf(from, to) / (to - from) / tracks.length;
            this.shares(first.number, x, x + NARROW, part(process.running), part(process.ready), y + 3,
                        height - 6);
        }
    }

    /* Who has it, and below that the CPUs that wait. */
    lock({ lock, y }) {
        const high = holdHeight(lock), lane = laneHeight(lock);
        this.lane(lock.holds, y + 2, high - 1,
                  (i, left, right) => this.hold(lock, i, left, right, y + 2, high - 1));
        lock.lanes.forEach(({ track }, number) => {
            const top = y + 2 + high + lane * number;
            this.lane(track, top, lane - 1, (i, left, right) =>
                this.wait(lock, track.refs[i], left, right, top, lane - 1));
        });
    }

    lane(track, top, height, drawSpan) {
        forVisible(track, this.scene.scale, drawSpan, (left, right, from, to) =>
            this.box(left, top, right - left,
                     Math.max(1, height * track.timeOf(0, from, to) / (to - from)),
                     this.theme.faint));
    }

    hold(lock, i, left, right, top, height) {
        const { thread } = lock.holders[lock.holds.refs[i]];
        this.box(left, top, right - left, height, this.theme.thread(thread));
        this.label(`${this.model.threads[thread].title} has it`, left, right, top + 10);
    }

    wait(lock, i, left, right, top, height) {
        const { theme, model } = this, wait = lock.waits[i];
        this.box(left, top, right - left, height, theme.thread(Math.max(0, wait.thread)));
        this.box(left, top + height - STRIPE, right - left, STRIPE, theme.stripes);
        if (hasWords(lock))
            this.label(`CPU ${wait.cpu} waits`
                       + (lock.holds.length || wait.holder < 0 ? ""
                           : `; ${model.threads[wait.holder].title} had it`),
                       left, right, top + 9);
    }

    buffer({ buffer, y, height }) {
        const { scale } = this.scene, { theme } = this, [, right] = scale.range();
        const bottom = y + height - 3, step = (height - 8) / Math.max(1, buffer.most);
        let i = Math.max(0, countUpTo(buffer.times, scale.invert(GUTTER)) - 1);
        while (i < buffer.times.length && scale(buffer.times[i]) < right) {
            const left = Math.max(GUTTER, scale(buffer.times[i]));
            const next = Math.max(i + 1, countUpTo(buffer.times, scale.invert(left + 1)) - 1);
            const end = next < buffer.times.length ? scale(buffer.times[next]) : right;
            const deepest = deepestOf(buffer, i, next);
            this.box(left, bottom - step * deepest, Math.max(1, end - left), step * deepest,
                     theme.faint);
            if (next === i + 1)
                this.depth(buffer, i, left, Math.min(end, right), y + 10);
            i = next;
        }
    }

    depth(buffer, i, left, right, y) {
        const depth = buffer.depths[i];
        const mark = depth === 0 ? "E" : depth === buffer.most ? "F" : String(depth);
        if (right - left > LETTER + 4)
            this.label(mark, left, right, y);
    }

    /* --- what lies above the rows ------------------------------------------------------- */

    arrows(ends) {
        const { arrows } = this.model, [from, to] = this.scene.scale.domain();
        const begin = Math.max(0, countUpTo(this.arrowBegins, from) - ARROWS_MAX);
        const seen = [];
        for (let i = begin; i < arrows.length && arrows[i].begin <= to && seen.length <= ARROWS_MAX; i++)
            if (arrows[i].end >= from)
                seen.push(arrows[i]);
        if (seen.length > ARROWS_MAX)
            return;
        for (const arrow of seen) {
            const [one, other] = endsOf(arrow, ends);
            if (one && other && one !== other)
                this.arrow(arrow, one, other);
        }
    }

    arrow(arrow, one, other) {
        const { theme, ctx } = this, { scale } = this.scene;
        ctx.setLineDash(arrow.kind === MESSAGE ? [6, 3] : arrow.kind === IPI ? [2, 3] : []);
        const colour = arrow.kind === MESSAGE ? theme.message : theme.arrow;
        this.line(scale(arrow.begin), one.y + one.height / 2, scale(arrow.end),
                  other.y + other.height / 2, colour, 1);
        ctx.setLineDash([]);
    }

    line(x, y, toX, toY, colour, width) {
        const { ctx } = this, angle = Math.atan2(toY - y, toX - x), size = 5 + width;
        ctx.strokeStyle = ctx.fillStyle = colour;
        ctx.lineWidth = width;
        ctx.beginPath();
        ctx.moveTo(x, y);
        ctx.lineTo(toX, toY);
        ctx.stroke();
        ctx.beginPath();
        ctx.moveTo(toX, toY);
        for (const side of [-0.4, 0.4])
            ctx.lineTo(toX - size * Math.cos(angle + side), toY - size * Math.sin(angle + side));
        ctx.fill();
    }

    path(ends) {
        const { scale } = this.scene, { theme, ctx } = this;
        for (const step of this.scene.steps) {
            const row = ends.threads.get(step.thread.number);
            if (!row)
                continue;
            const y = row.y + 2, next = step.woke && ends.threads.get(step.woke.number);
            ctx.setLineDash(step.state === RUNNING ? [] : [3, 3]);
            ctx.strokeStyle = theme.path;
            ctx.lineWidth = 4;
            ctx.beginPath();
            ctx.moveTo(scale(step.begin), y);
            ctx.lineTo(scale(step.end), y);
            ctx.stroke();
            ctx.setLineDash([]);
            if (next)
                this.line(scale(step.end), y, scale(step.end), next.y + 2, theme.path, 2);
        }
    }

    selection() {
        const { selection, scale, scrollTop } = this.scene;
        if (selection)
            this.box(scale(selection[0]), scrollTop,
                     Math.max(1, scale(selection[1]) - scale(selection[0])), this.height,
                     this.theme.select);
    }

    cursor() {
        const { cursor, scale, scrollTop } = this.scene;
        if (cursor !== null)
            this.box(scale(cursor) - 0.5, scrollTop, 1, this.height, this.theme.accent);
    }
}
