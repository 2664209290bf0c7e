/* node web/timeline/screenshots.mjs PAGE TYPESCRIPT FOLDER: the pictures of README.  PAGE: a run's timeline;
 * TYPESCRIPT: what `scripts/watch` wrote to a terminal of COLUMNS by ROWS. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { drawn, openChromium } from "../chromium.mjs";

const MODULES = path.join(path.dirname(fileURLToPath(import.meta.url)), "../node_modules");
const COLUMNS = 100, ROWS = 18;         /* as web/timeline/timeline.mk tells the terminal */
const HOME = "\x1b[H";                 /* begins each frame */
const ITEMS = 8;                        /* so many are put in the time that is shown */

const [timeline, typescript, folder] = process.argv.slice(2);
const browser = await openChromium();

async function open(address) {
    const page = await browser.newPage({ viewport: { width: 1200, height: 640 } });
    await page.goto(address);
    return page;
}

/* The middle of the items, so near that single threads are seen. */
async function drawTimeline() {
    const page = await open(`file://${path.resolve(timeline)}`);
    await page.waitForFunction(() => window.timeline?.rows.length);
    await page.evaluate(items => {
        const { model: { record, buffers: [buffer] }, view } = window.timeline;
        const puts = buffer.refs.filter(i => i >= 0 && record.kind[i] === record.kindOf.PUT);
        const middle = puts.length >> 1;
        view.show(record.time[puts[middle]], record.time[puts[middle + items]]);
    }, ITEMS);
    await page.locator("#canvas").click({ position: { x: 500, y: 75 } });
    await page.mouse.move(0, 0);
    await drawn(page);
    await page.screenshot({ path: `${folder}/timeline.png` });
}

/* What stood there when most of the run was over. */
function laterFrame(text) {
    const frames = text.split(HOME).filter(frame => frame.includes("CPU 0"));
    return HOME + frames[Math.floor(frames.length * 0.8)];
}

async function drawWatch() {
    const page = await open("about:blank");
    await page.addStyleTag({ path: `${MODULES}/@xterm/xterm/css/xterm.css` });
    await page.addScriptTag({ path: `${MODULES}/@xterm/xterm/lib/xterm.js` });
    await page.evaluate(([text, cols, rows]) => new Promise(resolve => {
        const terminal = new window.Terminal({ cols, rows, fontSize: 14, cursorInactiveStyle: "none" });
        terminal.open(document.body);
        terminal.write(text, resolve);
    }), [laterFrame(fs.readFileSync(typescript, "utf8")), COLUMNS, ROWS]);
    await drawn(page);
    await page.locator(".xterm-screen").screenshot({ path: `${folder}/watch.png` });
}

await drawTimeline();
await drawWatch();
await browser.close();
