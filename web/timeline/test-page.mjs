/* The page as a user has it, in Chromium, from the disk and without a network. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { drawn, openChromium } from "../chromium.mjs";
import { expect, until } from "../tap.mjs";
import { A, B, events, head, IDLE0, IDLE1, introduce, REASON, wordsOf } from "./test-record.mjs";

const WINDOW = { width: 1280, height: 800 };
const MANY = 200000;                    /* records that a page must take */
const MIDDLE = { x: 600, y: 100 };      /* of the picture, in the row of CPU 0 */

let browser, folder, template, demoPage, pairPage;

/* empty: the page without a record.  demo: that of a demo.  pair: that of two. */
export async function openBrowser(empty, demo, pair) {
    template = fs.readFileSync(empty, "utf8");
    demoPage = path.resolve(demo);
    pairPage = path.resolve(pair);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-timeline."));
    browser = await openChromium();
}

export async function closeBrowser() {
    await browser?.close();
    fs.rmSync(folder, { recursive: true, force: true });
}

/* A page with these records, and more in its head; its path. */
function pageOf(records, more = {}) {
    const words = Buffer.from(wordsOf(records).buffer).toString("base64");
    const file = path.join(folder, "page.html");
    fs.writeFileSync(file, template.replace("/*HEAD*/", () => JSON.stringify({ ...head(), ...more }))
        .replace("/*RECORDS*/", () => words));
    return file;
}

/* The known run: `a` waits from 100 to 300 and is woken by `b`, which had itself waited for `a`
 * from 30 to 90; then it waits 50 for its CPU. */
const knownRun = () => events([
    ...introduce(),
    [10, 0, "RUN", A, IDLE0], [20, 1, "RUN", B, IDLE1],
    [30, 1, "WAIT", B, REASON], [31, 1, "RUN", IDLE1, B],
    [90, 0, "READY", B, 1], [100, 0, "WAIT", A, REASON], [101, 0, "RUN", IDLE0, A],
    [110, 1, "RUN", B, IDLE1], [300, 1, "READY", A, 0], [350, 0, "RUN", A, IDLE0],
    [400, 0, "CLOCK", 0, 0],
]);

/* `a` runs alone, and marks the middle of its time: "here". */
const markedRun = () => events([
    ...introduce(), [0, 0, "RUN", A, IDLE0],
    [1000, 0, "MARK", A, 4], [1001, 0, "LETTERS", 0x65726568, 0], [2000, 0, "CLOCK", 0, 0],
]);

/* What scripts/timeline makes of a text of the explorer (scripts/story.py). */
const STORY = {
    verdict: "mutex: <b>lost</b>", unit: "step", cpus: 2, words: ["at the end:", "a waits: f() kern/ipc/buffer.c:9"],
    rows: [{ moment: "3", time: 30, cpu: 1, text: "b: before it updates f() kern/thread/sched.c:181, then sees 0" },
           { moment: "-----", time: null, cpu: 0, text: "from step 5 on" },
           { moment: "10", time: 100, cpu: 0, text: "a: signals: this wakes nobody" }],
};
const told = book => () => pageOf(knownRun(), { steps: 10, story: STORY, book });

/* Two threads that wake each other for ever. */
function manyRecords() {
    const list = introduce();
    list.push([10, 0, "RUN", A, IDLE0], [10, 1, "RUN", B, IDLE1]);
    for (let time = 1000; list.length < MANY; time += 1000)
        list.push([time, 0, "PUT", 0, 1], [time + 100, 0, "WAIT", A, REASON],
                  [time + 101, 0, "RUN", IDLE0, A], [time + 300, 1, "READY", A, 0],
                  [time + 350, 0, "RUN", A, IDLE0], [time + 400, 1, "GET", 0, 0]);
    return events(list);
}

/* All of it in the first of a thousand parts of the time. */
function burst() {
    const list = introduce();
    for (let time = 1; list.length < MANY; time++)
        list.push([time, 0, "PUT", 0, 1], [time, 0, "GET", 0, 0]);
    return events([...list, [1e9, 0, "CLOCK", 0, 0]]);
}

class Trial {
    problems = [];                      /* what the browser complained about */

    static async open(file, options = {}) {
        const trial = new Trial();
        trial.context = await browser.newContext({ viewport: WINDOW, offline: true, ...options });
        trial.page = await trial.context.newPage();
        trial.page.on("console", message =>
            ["error", "warning"].includes(message.type()) && trial.problems.push(message.text()));
        trial.page.on("pageerror", error => trial.problems.push(String(error)));
        trial.page.on("request", request => /^(file|data):/.test(request.url()) ||
            trial.problems.push(`loads ${request.url()}`));
        await trial.page.goto(`file://${file}`);
        await until(async () => /records/.test(await trial.text("#state")), "the record is shown");
        await trial.drawn();
        return trial;
    }

    async close() {
        await this.context.close();
        expect(this.problems.length === 0, `no complaint: ${this.problems.join("; ")}`);
    }

    text(selector) {
        return this.page.locator(selector).textContent();
    }

    /* After the picture that is asked for by now. */
    drawn() {
        return drawn(this.page);
    }

    async press(...keys) {
        for (const key of keys)
            await this.page.keyboard.press(key);
        await this.drawn();
    }

    span() {
        return this.page.evaluate(() => window.timeline.view.span);
    }

    rows() {
        return this.page.evaluate(() => window.timeline.rows
            .filter(row => row.type !== "heading").map(row => row.label));
    }

    /* How many of the picture's pixels have each colour, the most frequent first. */
    async colours() {
        await this.drawn();
        return this.page.evaluate(() => {
            const { width, height } = window.timeline.canvas;
            const copy = Object.assign(document.createElement("canvas"), { width, height });
            const ctx = copy.getContext("2d", { willReadFrequently: true });
            ctx.drawImage(window.timeline.canvas, 0, 0);
            const { data } = ctx.getImageData(0, 0, width, height);
            const counts = new Map();
            for (const pixel of new Uint32Array(data.buffer))
                counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
            return [...counts.entries()].sort((a, b) => b[1] - a[1]);
        });
    }

    /* A table of the page, as lists of texts. */
    table(selector) {
        return this.page.locator(`${selector} tbody tr`).evaluateAll(rows =>
            rows.map(row => [...row.cells].map(cell => cell.textContent)));
    }
}

/* file: of the page, or a function that makes it. */
const inPage = (file, test, options) => async () => {
    const trial = await Trial.open(file(), options);
    try {
        await test(trial);
    } finally {
        await trial.close();
    }
};
const known = () => pageOf(knownRun()), demo = () => demoPage, pair = () => pairPage;
const width = ([from, to]) => to - from;

function same(actual, wanted, what) {
    const [is, should] = [actual, wanted].map(value => JSON.stringify(value));
    expect(is === should, `${what}: ${should}, not ${is}`);
}

export const pageTests = {
    /* The demo's threads, CPUs and buffer have rows, something is drawn, there is an axis. */
    "timeline.draws": inPage(demo, async trial => {
        const rows = await trial.rows();
        for (const name of ["CPU 0", "CPU 3", "main", "ping[1]", "pong[4]", "buffer 0"])
            expect(rows.some(row => row.includes(name)), `a row ${name} in ${rows}`);
        expect((await trial.colours()).length > 20, "many colours");
        expect(await trial.page.locator("#axis .tick").count() > 3, "an axis");
    }),

    "timeline.dark": inPage(demo, async trial => {
        const [[most]] = await trial.colours();
        expect((most & 0xff) < 0x40, "a dark picture");
        await trial.page.emulateMedia({ colorScheme: "light" });
        const [[then]] = await trial.colours();
        expect((then & 0xff) > 0xc0, "a light picture, as the user changes it");
    }, { colorScheme: "dark" }),

    "timeline.zoom_keys": inPage(demo, async trial => {
        const whole = await trial.span();
        await trial.press("+", "+");
        const near = await trial.span();
        expect(width(near) < width(whole) / 2, "nearer");
        await trial.press("ArrowRight");
        expect((await trial.span())[0] > near[0], "later");
        await trial.press("f");
        same((await trial.span()).map(Math.round), whole.map(Math.round), "the whole run");
    }),

    /* What is under the pointer stays there. */
    "timeline.zoom_wheel": inPage(demo, async trial => {
        const { x, y } = MIDDLE, { page } = trial;
        const under = () => page.evaluate(x => window.timeline.view.scale.invert(x), x);
        const before = await under(), whole = await trial.span();
        await page.mouse.move(x, y);
        await page.mouse.wheel(0, -600);
        await until(async () => width(await trial.span()) < width(whole) / 2, "nearer");
        expect(Math.abs(await under() - before) < width(await trial.span()) / 100, "the same place");
        await page.mouse.down();
        await page.mouse.move(x - 200, y);
        await page.mouse.up();
        expect(await under() > before, "dragged");
    }),

    "timeline.filter_rows": inPage(demo, async trial => {
        await trial.page.locator("#filter summary").click();
        await trial.page.locator("#only-processes").fill("ping");
        await trial.page.locator("#only-cpus").fill("1");
        const rows = await trial.rows();
        expect(rows.includes("CPU 1") && !rows.includes("CPU 0"), "one CPU");
        expect(rows.includes("ping[1]") && !rows.includes("pong[2]"), "one program");
    }),

    /* Search goes from one to the next, and tells the record, and where the kernel writes it. */
    "timeline.search_records": inPage(demo, async trial => {
        await trial.press("/");
        await trial.page.keyboard.type("gets an item; now it holds 3");
        await trial.press("Enter");
        const first = /^1 of (\d+)$/.exec(await trial.text("#found"));
        expect(first && Number(first[1]) > 1, "several are found");
        expect(/now it holds 3.*put_item at kern\/ipc\/buffer\.c:\d+/.test(await trial.text("#here")),
               "the record and its place");
        await trial.press("Enter");
        expect(/^2 of/.test(await trial.text("#found")), "the next one");
        await trial.page.locator("#words").fill("nothing says this");
        await trial.press("Enter");
        same(await trial.text("#found"), "not found", "what is not there");
    }),

    "timeline.pointer": inPage(demo, async trial => {
        const { x, y } = MIDDLE;
        await trial.page.locator("#canvas").hover({ position: { x: x - 350, y: 25 } });
        expect(/main is running/.test(await trial.text("#tip")), "who runs there");
        await trial.page.locator("#canvas").click({ position: { x: x - 350, y: 25 } });
        expect(/main: before and after/.test(await trial.text("#here")), "its story");
        await trial.page.keyboard.down("Shift");
        await trial.page.mouse.move(x, y);
        await trial.page.mouse.down();
        await trial.page.mouse.move(x + 100, y);
        await trial.page.mouse.up();
        await trial.page.keyboard.up("Shift");
        await until(async () => /From wakeup to CPU/.test(await trial.text("#sums")), "sums");
    }),

    /* By keys alone: to the row of `a`, all of the time, its path. */
    "timeline.critical_path": inPage(known, async trial => {
        same(await trial.rows(), ["CPU 0", "CPU 1", "a[1]", "b[2]"], "rows");
        await trial.press("ArrowDown", "ArrowDown", "a", "c");
        const steps = await trial.page.evaluate(() => window.timeline.steps.map(
            ({ thread, state, begin, end, woke }) =>
                [thread.name, state, begin, end, woke?.name ?? ""]));
        same(steps, [["a", 1, 0, 10, ""], ["a", 0, 10, 90, "b"], ["b", 1, 90, 110, ""],
                     ["b", 0, 110, 300, "a"], ["a", 1, 300, 350, ""], ["a", 0, 350, 400, ""]], "path");
        const [sums] = await trial.table("#path-steps");
        same(sums, ["b[2]", "running", "190 ns"], "where most of the time went");
    }),

    /* From record to record of a row, and the sums of what lies between two of them. */
    "timeline.keys_alone": inPage(known, async trial => {
        await trial.press("ArrowDown", "ArrowDown", "Home", "n");
        for (let presses = 0; !/waits/.test(await trial.text("#here")); presses++) {
            expect(presses < 20, "the row's records are gone through");
            await trial.press("n");
        }
        await trial.press("[", "n", "n", "]");
        await until(async () => /200 ns/.test(await trial.text("#sums")), "200 ns are selected");
        const [first] = (await trial.table("#sums")).filter(row => row[0] === "a[1]");
        same(first.slice(1), ["0", "0", "200 ns", "200 ns"], "a's sums");
    }),

    /* A CPU that never switched may have been busy all the time: it does not look idle. */
    "timeline.not_told": inPage(() => pageOf(markedRun()), async trial => {
        const colours = await trial.page.evaluate(() => {
            const { canvas, rows } = window.timeline;
            const { y, height } = rows.filter(row => row.type === "cpu")[1];
            const { data } = canvas.getContext("2d").getImageData(600, y + height - 18, 12, 8);
            return new Set(new Uint32Array(data.buffer)).size;
        });
        expect(colours > 1, "CPU 1 has dots");
    }),

    /* A mark is a pole with a flag in the rows of its CPU and its thread, and says its text. */
    "timeline.marks_drawn": inPage(() => pageOf(markedRun()), async trial => {
        const colours = await trial.page.evaluate(() => {
            const { canvas, rows, view } = window.timeline, { width, height } = canvas;
            const copy = Object.assign(document.createElement("canvas"), { width, height });
            const ctx = copy.getContext("2d", { willReadFrequently: true });
            ctx.drawImage(canvas, 0, 0);
            const colourAt = (x, y) => [...ctx.getImageData(x, y, 1, 1).data].join();
            const x = Math.round(view.scale(1000));
            const [cpu] = rows.filter(row => row.type === "cpu");
            const [thread, other] = rows.filter(row => row.type === "thread");
            return { pole: [cpu, thread, other].map(row => colourAt(x, row.y + row.height - 3)),
                     flag: [cpu, thread].map(row => colourAt(x + 3, row.y + 2)),
                     beside: colourAt(x - 20, thread.y + thread.height / 2) };
        });
        const { pole: [cpu, thread, other], flag, beside } = colours;
        same([thread, ...flag], [cpu, cpu, cpu], "the pole's colour");
        expect(beside !== cpu && other !== cpu, "nothing of it beside, or in another's row");
        await trial.press("/");
        await trial.page.keyboard.type("here");
        await trial.press("Enter");
        expect(/mark: a\[1\] marks: “here”/.test(await trial.text("#here")), "its text");
    }),

    /* The story of a failure: a column for each CPU; a row leads to its moment in the picture. */
    "timeline.story": inPage(told("../book/source"), async trial => {
        same(await trial.table("#story"), [
            ["3", "", "b: before it updates f() kern/thread/sched.c:181, then sees 0"],
            ["from step 5 on"], ["10", "a: signals: this wakes nobody", ""]], "rows");
        same(await trial.text("#story .problem"), STORY.verdict, "the verdict, as it is");
        same(await trial.page.locator("#story a").evaluateAll(links => links.map(link => link.getAttribute("href"))),
             ["../book/source/kern/thread/sched.c.html#line-181", "../book/source/kern/ipc/buffer.c.html#line-9"],
             "places in the book");
        same(await trial.page.locator("#story b").allTextContents(),
             [": before it ", "then sees 0", "this wakes nobody"], "what is emphasised");
        await trial.page.locator("#story button", { hasText: "3" }).click();
        same(await trial.page.evaluate(() => [window.timeline.cursor, window.timeline.focus.key]), [30, "cpu 1"],
             "its moment");
        expect((await trial.page.locator("#axis .tick").allTextContents()).some(text => text.endsWith(" steps")),
               "steps on the axis");
    }),

    "timeline.story_alone": inPage(told(null), async trial => {
        same(await trial.page.locator("#story a").count(), 0, "no links where there is no book");
        same(await trial.page.locator("#story code").count(), 2, "places");
    }),

    "timeline.no_story": inPage(known, async trial => {
        expect(await trial.page.locator("#story-section").isHidden(), "no room is taken");
    }),

    /* Two runs: one axis, as long as the longer of them, however it is moved, and in whichever. */
    "timeline.two_runs": inPage(pair, async trial => {
        const runs = trial.page.frames().slice(1);
        same(runs.length, 2, "runs");
        const ask = what => Promise.all(runs.map(run => run.evaluate(what)));
        const places = () => ask(() => [0, 0.001, 0.01].map(second =>
            Math.round(window.timeline.view.scale(second * window.timeline.model.record.head.rate))));
        const agree = async what => {
            const [first, second] = await places();
            same(second, first, what);
            return first;
        };
        const ends = await ask(() => window.timeline.model.record.seconds(window.timeline.model.record.end));
        const [[, shown]] = await ask(() => window.timeline.view.span.map(time =>
            window.timeline.model.record.seconds(time)));
        expect(ends[0] !== ends[1], "one run is longer");
        expect(Math.abs(shown - Math.max(...ends)) < 1e-6, "all of the longer one is shown");
        const whole = await agree("the whole runs");
        await runs[0].locator("#stage").press("+");
        const near = await agree("moved above");
        expect(near[2] - near[0] > whole[2] - whole[0], "nearer");
        await runs[1].locator("#stage").press("ArrowRight");
        expect((await agree("moved below"))[0] < near[0], "later");
        same(await ask(() => window.timeline.rows.filter(row => row.type === "cpu").length), [4, 4], "CPUs");
    }),

    "timeline.burst": inPage(() => pageOf(burst()), async trial => {
        await trial.drawn();
        expect((await trial.text("#state")).startsWith("200,0"), "all are there");
    }),

    /* However many records there are, a frame draws no more than fits. */
    "timeline.few_strokes": inPage(() => pageOf(manyRecords()), async trial => {
        const { count, most } = await trial.page.evaluate(() => {
            const { drawing, rows, canvas } = window.timeline, { ctx } = drawing;
            let count = 0;
            for (const name of ["fillRect", "fillText", "stroke", "fill"]) {
                const draw = ctx[name];
                ctx[name] = (...words) => { count++; draw.apply(ctx, words); };
            }
            window.timeline.draw();
            return { count, most: 2 * rows.length * canvas.width };
        });
        expect(count > 1000 && count < most, `${count} of ${most}`);
    }),

    "timeline.many_records": inPage(() => pageOf(manyRecords()), async trial => {
        expect((await trial.text("#state")).startsWith("200,00"), "all are there");
        await trial.press("+", "+", "+", "ArrowRight", "-", "f");
        expect((await trial.colours()).length > 5, "a picture");
    }),
};
