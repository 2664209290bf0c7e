/* The page's state, and what the user's hands do with it. */
import { axisTop } from "d3-axis";
import { select } from "d3-selection";
import { Drawing } from "./draw.js";
import { element } from "./element.js";
import { Filter } from "./filter.js";
import { nearest, neighbour, search } from "./find.js";
import { KEYS, listenToKeys } from "./keys.js";
import { Panel } from "./panel.js";
import { criticalPath } from "./path.js";
import { heightOf, makeRows, rowAt } from "./rows.js";
import { Theme } from "./theme.js";
import { GUTTER, View } from "./view.js";
import { Words } from "./words.js";

const REACH = 5;                        /* pixels: so far from the pointer a record is meant */
const MANY_PROCESSES = 60;              /* then those with several threads are folded at first */
const TICK_WIDTH = 110;                 /* pixels */
const byId = id => document.getElementById(id);

export class App {
    focus = null;                       /* a row */
    cursor = null;                      /* a time */
    chosen = -1;                        /* a record */
    selection = null;                   /* [time, time] */
    steps = [];
    shown = null;                       /* called with the seconds that are shown, [from, to] */
    #found = [];
    #collapsed = new Set();
    #awaitsFrame = false;

    constructor(model) {
        this.model = model;
        this.words = new Words(model);
        this.filter = new Filter();
        this.panel = new Panel(model, this.words, (key, time) => this.go(key, time));
        this.stage = byId("stage");
        this.canvas = byId("canvas");
        this.searchField = byId("words");
        this.theme = new Theme(this.canvas.getContext("2d"));
        this.theme.changed = () => this.redraw();
        this.drawing = new Drawing(this.canvas, model, this.words, this.theme);
        const { end, head } = model.record;         /* beside another run the axis may be longer */
        this.view = new View(this.canvas, Math.max(end, (head.until ?? 0) * head.rate),
                             event => this.moved(event));
        if (model.processes.length > MANY_PROCESSES)
            model.processes.forEach(process => this.#collapsed.add(`process ${process.pid}`));
        this.listen();
        this.layOut();
    }

    /* --- drawing ------------------------------------------------------------------------ */

    redraw() {
        if (this.#awaitsFrame)
            return;
        this.#awaitsFrame = true;
        requestAnimationFrame(() => {
            this.#awaitsFrame = false;
            this.draw();
        });
    }

    draw() {
        const { scale } = this.view, { rows, focus, selection, steps, cursor } = this;
        this.drawing.draw({ rows, scale, focus, selection, steps, cursor,
                            scrollTop: this.stage.scrollTop });
        const [from, to] = scale.domain(), perPixel = (to - from) / (scale.range()[1] - GUTTER);
        const { record } = this.model;
        const digits = Math.max(0, Math.ceil(-Math.log10(record.onAxis(perPixel * TICK_WIDTH))));
        const axis = axisTop(scale.copy().domain(scale.domain().map(time => record.onAxis(time))))
            .ticks(Math.max(2, Math.floor((scale.range()[1] - GUTTER) / TICK_WIDTH)))
            .tickFormat(number => this.words.onAxis(number, digits));
        select("#axis").attr("font-size", 11).selectAll("g").data([0]).join("g")
            .attr("transform", "translate(0, 25)").call(axis);
    }

    layOut() {
        const key = this.focus?.key;
        this.rows = makeRows(this.model, this.words, this.filter, this.#collapsed);
        this.focus = this.rows.find(row => row.key === key) ?? this.rows[1] ?? null;
        byId("room").style.height = `${heightOf(this.rows)}px`;
        this.redraw();
    }

    resize() {
        const { clientWidth, clientHeight } = this.stage;
        this.drawing.resize(clientWidth, clientHeight);
        this.view.resize(clientWidth, clientHeight);
        this.redraw();
    }

    /* A drag up or down moves the rows. */
    moved(event) {
        if (event?.type === "mousemove" && event.movementY)
            this.stage.scrollTop -= event.movementY;
        this.shown?.(this.view.span.map(time => this.model.record.seconds(time)));
        this.redraw();
    }

    showSeconds(seconds) {
        this.view.show(...seconds.map(second => second * this.model.record.head.rate));
    }

    /* --- the pointer -------------------------------------------------------------------- */

    listen() {
        const { canvas } = this;
        new ResizeObserver(() => this.resize()).observe(this.stage);
        this.stage.addEventListener("scroll", () => this.redraw());
        canvas.addEventListener("pointermove", event => this.hover(event));
        canvas.addEventListener("pointerleave", () => { byId("tip").hidden = true; });
        canvas.addEventListener("click", event => this.click(event));
        canvas.addEventListener("dblclick", event =>
            this.view.zoomBy(4, this.view.scale.invert(event.offsetX)));
        canvas.addEventListener("pointerdown", event => this.beginSelection(event));
        listenToKeys(this.stage, this);
        this.listenToTools();
    }

    listenToTools() {
        const on = (id, act, event = "click") => byId(id).addEventListener(event, act);
        on("fit", () => this.view.fit());
        on("closer", () => this.view.zoomBy(2, this.cursor));
        on("wider", () => this.view.zoomBy(1 / 2, this.cursor));
        on("to-selection", () => this.showSelection());
        on("path", () => this.showPath());
        on("search", event => { event.preventDefault(); this.search(); }, "submit");
        on("only-processes", event => this.setFilter("processes", event.target.value), "input");
        on("only-cpus", event => this.setFilter("cpus", event.target.value), "input");
        byId("only-kinds").append(...this.model.record.kindNames.map((name, kind) => this.kindBox(name, kind)));
        document.querySelector(".keys").append(...KEYS.flatMap(([keys, does]) => [
            element("dt", {}, element("kbd", { textContent: keys[0] === " " ? "Space" : keys[0] })),
            element("dd", { textContent: does })]));
    }

    kindBox(name, kind) {
        const box = element("input", { type: "checkbox", checked: true });
        box.addEventListener("change", () => {
            this.filter.hiddenKinds[box.checked ? "delete" : "add"](kind);
            this.#found = [];
        });
        return element("label", {}, box, ` ${name.toLowerCase().replaceAll("_", " ")}`);
    }

    setFilter(what, text) {
        this.filter[what] = text;
        this.#found = [];
        this.layOut();
    }

    /* { row, time, i }: what is meant by a place on the canvas. */
    placeAt(event) {
        const row = rowAt(this.rows, event.offsetY + this.stage.scrollTop);
        const { scale } = this.view, time = scale.invert(event.offsetX);
        const reach = scale.invert(event.offsetX + REACH) - time;
        const i = row && event.offsetX >= GUTTER
            ? nearest(this.model, row, this.filter, time, reach) : -1;
        return { row, time, i };
    }

    hover(event) {
        const tip = byId("tip");
        const { row, time, i } = this.placeAt(event);
        const text = row && event.offsetX >= GUTTER ? this.describe(row, time, i) : "";
        tip.hidden = !text;
        tip.textContent = text;
        tip.style.left = `${Math.min(event.offsetX + 14, this.stage.clientWidth - 330)}px`;
        tip.style.top = `${event.offsetY + 44}px`;
    }

    describe(row, time, i) {
        const { words, model } = this, lines = [];
        const thread = row.thread ?? (row.type === "cpu" ? this.panel.runsThere(row.cpu, time) : null);
        const span = thread ? thread.states.at(time) : -1;
        if (span >= 0)
            lines.push(`${thread.title} is ${words.state(thread, span)}, `
                       + words.time(thread.states.ends[span] - thread.states.begins[span]));
        if (row.type === "lock")
            lines.push(...this.panel.holdLines(row.lock, time),
                       ...row.lock.waits.filter(({ begin, end }) => begin <= time && time < end)
                           .map(wait => this.panel.waitLine(wait)));
        if (i >= 0)
            lines.push(`${words.kind(i)}: ${words.line(i)} (CPU ${model.record.cpu[i]})`);
        return lines.join("\n");
    }

    click(event) {
        if (event.shiftKey)
            return;
        const { row, time, i } = this.placeAt(event);
        if (row && event.offsetX < GUTTER)
            this.toggle(row);
        if (row && row.type !== "heading")
            this.choose(row, i, i < 0 ? time : this.model.record.time[i]);
    }

    beginSelection(event) {
        if (!event.shiftKey || event.offsetX < GUTTER)
            return;
        const begin = this.view.scale.invert(event.offsetX);
        const extend = moved => this.select([begin, this.view.scale.invert(Math.max(GUTTER, moved.offsetX))]);
        this.focus = rowAt(this.rows, event.offsetY + this.stage.scrollTop) ?? this.focus;
        this.canvas.setPointerCapture(event.pointerId);
        this.canvas.addEventListener("pointermove", extend);
        this.canvas.addEventListener("pointerup", () =>
            this.canvas.removeEventListener("pointermove", extend), { once: true });
    }

    /* --- moving about ------------------------------------------------------------------- */

    choose(row, i, time) {
        this.focus = row;
        this.chosen = i;
        this.cursor = time;
        this.panel.here(row, i, time);
        this.scrollTo(row);
        this.redraw();
    }

    scrollTo(row) {
        const { stage } = this;
        if (row.y < stage.scrollTop)
            stage.scrollTop = row.y;
        else if (row.y + row.height > stage.scrollTop + stage.clientHeight)
            stage.scrollTop = row.y + row.height - stage.clientHeight;
    }

    /* To a row, known by its key, and a time. */
    go(key, time) {
        const row = this.rows.find(row => row.key === key) ?? this.focus;
        this.view.reveal(time);
        this.choose(row, nearest(this.model, row, this.filter, time, 0), time);
    }

    moveFocus(by) {
        const rows = this.rows.filter(row => row.type !== "heading");
        const next = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(this.focus) + by))];
        const [from, to] = this.view.span;
        if (next)
            this.choose(next, -1, this.cursor ?? (from + to) / 2);
    }

    /* To the row's next record, or the one before. */
    step(direction) {
        const { record } = this.model, [from] = this.view.span;
        const begin = this.chosen >= 0 ? this.chosen
            : record.firstAfter(this.cursor ?? from) - (direction > 0 ? 1 : 0);
        const i = this.focus ? neighbour(this.model, this.focus, this.filter, begin, direction) : -1;
        if (i < 0)
            return;
        this.view.reveal(record.time[i]);
        this.choose(this.focus, i, record.time[i]);
    }

    toggle(row) {
        if (row?.type !== "process")
            return;
        this.#collapsed[row.folded ? "delete" : "add"](row.key);
        this.layOut();
    }

    search() {
        const text = this.searchField.value.trim();
        if (text === this.searched && this.#found.length > 0) {
            this.nextFound();
            return;
        }
        this.searched = text;
        this.#found = text ? search(this.model, this.words, this.filter, text) : [];
        this.nextFound();
    }

    /* The first that is found after the cursor; after the last one the first again. */
    nextFound() {
        const found = this.#found, { record } = this.model;
        const place = Math.max(0, found.findIndex(i => this.chosen >= 0 ? i > this.chosen
            : record.time[i] >= (this.cursor ?? 0)));
        byId("found").textContent = found.length ? `${place + 1} of ${found.length}`
            : this.searched ? "not found" : "";
        if (found.length === 0)
            return;
        const i = found[place];
        const row = this.rows.find(row => row.key === `cpu ${record.cpu[i]}`) ?? this.focus;
        this.view.reveal(record.time[i]);
        this.choose(row, i, record.time[i]);
    }

    /* --- a selection -------------------------------------------------------------------- */

    select(times) {
        const { end } = this.model.record;
        this.selection = times.map(time => Math.max(0, Math.min(end, time))).sort((a, b) => a - b);
        byId("to-selection").disabled = false;
        clearTimeout(this.summing);
        this.summing = setTimeout(() => this.panel.sums(this.selection, this.threadsInSight()), 100);
        this.redraw();
    }

    threadsInSight() {
        return this.model.processes.filter(process => this.filter.hasProcess(process))
            .flatMap(process => process.threads);
    }

    selectFrom(time) {
        if (time !== null)
            this.select([time, Math.max(time, this.selection?.[1] ?? this.model.record.end)]);
    }

    selectTo(time) {
        if (time !== null)
            this.select([Math.min(time, this.selection?.[0] ?? 0), time]);
    }

    showSelection() {
        if (this.selection)
            this.view.show(...this.selection);
    }

    /* Of the row's thread, or of who runs on the row's CPU at the end of the selection. */
    showPath() {
        const [from, to] = this.selection ?? this.view.span, { focus } = this;
        const thread = focus?.thread ?? (focus?.type === "cpu"
            ? this.panel.runsThere(focus.cpu, Math.max(0, to - 1)) : focus?.process?.threads[0]);
        this.steps = thread && !thread.isIdle
            ? criticalPath(this.model, thread, from, Math.min(to, this.model.record.end)) : [];
        if (this.steps.length === 0)
            byId("found").textContent = "first choose a thread's row";
        this.panel.path(thread, this.steps);
        this.redraw();
    }

    clear() {
        this.selection = null;
        this.steps = [];
        byId("to-selection").disabled = true;
        this.panel.path(null, []);
        this.redraw();
    }
}
