/* The page as a user has it, in Chromium. */
import child_process from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openChromium } from "./chromium.mjs";
import { expect, until } from "./tap.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const WINDOW = { width: 1280, height: 900 };
const PATIENCE = 120000;                /* milliseconds, on a busy machine */
const PROMPT = /(^|\n)\$ $/;

let folder, ownFolder, pictures;        /* as given to openBrowser */
let browser, address, shared;
const servers = [];

/* Shows the folder as `make serve` does; its address. */
async function serve(folder) {
    const server = child_process.spawn(`${HERE}/serve`, [folder, "0"],
                                       { stdio: ["ignore", "pipe", "inherit"] });
    servers.push(server);
    let said = "";
    server.stdout.on("data", text => { said += text; });
    await until(() => said.endsWith("\n"), "the server's address");
    return /http:\S+/.exec(said)[0];
}

/* Before any test.  page: the folder with the page; own: one made with web/test_own.c and
 * arguments; into: where pictures of the page go, or nothing. */
export async function openBrowser(page, own, into) {
    [folder, ownFolder, pictures] = [page, own, into];
    address = await serve(folder);
    browser = await openChromium();
}

export async function closeBrowser() {
    await browser?.close();
    servers.forEach(server => server.kill());
}

/* --- one page ---------------------------------------------------------------------------- */

class Trial {
    problems = [];                      /* what the browser complained about */

    async open(browser, address, options = {}) {
        this.context = await browser.newContext({
            viewport: WINDOW, permissions: ["clipboard-read", "clipboard-write"], ...options });
        this.page = await this.context.newPage();
        this.page.setDefaultTimeout(PATIENCE);
        this.page.on("console", message =>
            ["error", "warning"].includes(message.type()) && this.problems.push(message.text()));
        this.page.on("pageerror", error => this.problems.push(String(error)));
        this.page.on("request", request => {
            if (!/^(blob:)?http:\/\/127\.0\.0\.1:/.test(request.url()))
                this.problems.push(`loads ${request.url()}`);
        });
        await this.page.goto(address);
        return this;
    }

    /* Ends it; nothing may have been complained about. */
    async close() {
        await this.context.close();
        this.expectNoProblems();
    }

    expectNoProblems() {
        const problems = this.problems.splice(0);
        expect(problems.length === 0, `no complaint: ${problems.join("; ")}`);
    }

    /* What the terminal shows, without spaces at the ends. */
    async screen() {
        const rows = await this.page.locator(".xterm-rows > div").allTextContents();
        return rows.map(row => row.replaceAll("\u00a0", " ")).join("\n").replace(/[ \n]+$/, "") + " ";
    }

    async shows(pattern) {
        let seen;
        await until(async () => pattern.test(seen = await this.screen()), pattern)
            .catch(error => { throw new Error(`${error.message}\n${seen}`); });
    }

    async type(text, pattern) {
        await this.page.keyboard.type(text);
        await this.shows(pattern);
    }

    button(name) {
        return this.page.getByRole("button", { name, exact: true });
    }

    async says(pattern) {
        await until(async () => pattern.test(await this.page.locator("#state").textContent()), pattern);
    }

    /* Everything that the terminal holds. */
    async all() {
        await this.button("Copy").click();
        await this.says(/^Copied/);
        return this.page.evaluate(() => navigator.clipboard.readText());
    }

    async picture(name) {
        if (pictures)
            await this.page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
    }
}

/* In the page that these tests share, reset to the prompt. */
function atPrompt(test) {
    return async () => {
        shared ??= await new Trial().open(browser, address);
        try {
            await shared.button("Reset").click();
            await shared.says(/^Strata runs: one CPU/);
            await shared.shows(PROMPT);
            await test(shared);
        } catch (error) {
            await shared.picture("failed");
            throw error;
        }
        shared.expectNoProblems();
    };
}

/* In a page of its own, in a window of that kind. */
function inWindow(options, test) {
    return async () => {
        const trial = await new Trial().open(browser, address, options);
        await trial.shows(PROMPT);
        await test(trial);
        await trial.close();
    };
}

/* With a page that can't run; it must say so in words that match. */
function says(pattern, prepare, where = () => address) {
    return async () => {
        const context = await browser.newContext({ viewport: WINDOW });
        const page = await context.newPage();
        page.setDefaultTimeout(PATIENCE);
        await prepare(page);
        await page.goto(where());
        await until(async () => pattern.test(await page.locator("#state").textContent()), pattern);
        expect(await page.locator("#state.problem").isVisible(), "it stands out");
        expect(!await page.locator("#progress").isVisible(), "no progress is shown");
        await context.close();
    };
}

/* --- the tests --------------------------------------------------------------------------- */

export const pageTests = {
    "web.shell": atPrompt(async trial => {
        await trial.type("ps\n", /sh \(wait\)[^]*running +ps\n\$ $/);
        await trial.type("pong 1 20 0 quiet &\n", /\[\d+\] pong/);
        await trial.type("ping 1 20 0 quiet\n", /\$ ping 1 20 0 quiet\n[^]*\$ $/);
        await trial.type("nonsense\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7fhello left\n", /"left"/);
        await trial.page.keyboard.press("ArrowUp");
        await trial.page.keyboard.press("Alt+w");
        await trial.type("changed\n", /argument 1: "changed"/);
        await trial.picture("shell");
    }),

    "web.top": atPrompt(async trial => {
        await trial.type("ping 1 0 0 quiet &\npong 1 0 0 quiet &\ntop\n", / name\n[^]* top/);
        await trial.picture("top");
        await trial.type("q", PROMPT);
        await trial.type("uptime\n", /CPU +0:/);
    }),

    "web.interrupt": atPrompt(async trial => {
        await trial.type("pong 1 0 0\n", /pong started/);
        await trial.page.keyboard.press("Control+c");
        await trial.shows(/\^C\n[^]*\$ $/);
    }),

    "web.monitor_keys": atPrompt(async trial => {
        for (const call of [() => trial.page.keyboard.press("Control+t"),
                            () => trial.page.keyboard.press("Alt+t"),
                            () => trial.button("Monitor").click()]) {
            await call();
            await trial.shows(/monitor> $/);
            await trial.type("cpus\n", /shootdowns[^]*monitor> $/);
            await trial.type("continue\n", /Back to the programs\. $/);
            await trial.type("\n", PROMPT);
        }
    }),

    /* By the keys and by the button; far more than the kernel holds. */
    "web.paste": atPrompt(async trial => {
        const words = Array.from({ length: 40 }, (_, i) => `${i}${"y".repeat(30)}`);
        const paste = text => trial.page.evaluate(t => navigator.clipboard.writeText(t), text);
        await paste(words.map(word => `hello ${word}\n`).join(""));
        await trial.page.keyboard.press("Control+v");
        await trial.shows(new RegExp(`argument 1: "${words.at(-1)}"`));
        await paste("hello button\n");
        await trial.button("Paste").click();
        await trial.shows(/argument 1: "button"/);
        const heard = [...(await trial.all()).matchAll(/argument 1: "(.*)"/g)].map(m => m[1]);
        expect(heard.join() === [...words, "button"].join(), `every line once: ${heard.join()}`);
    }),

    /* With text selected, Ctrl-C copies it and interrupts nothing. */
    "web.copy": atPrompt(async trial => {
        await trial.type("hello word\n", /argument 1: "word"/);
        expect((await trial.all()).includes('argument 1: "word"\n'), "all is copied");
        await trial.type("pong 1 0 0\n", /pong started/);
        const row = trial.page.locator(".xterm-rows > div", { hasText: /^argument 1/ });
        const { x, y } = await row.boundingBox();
        await trial.page.mouse.dblclick(x + 15, y + 8);
        await trial.page.keyboard.press("Control+c");
        await until(async () => await trial.page.evaluate(() => navigator.clipboard.readText())
                                === "argument", "the word on the clipboard");
        expect(!/\^C/.test(await trial.screen()), "no interrupt");
    }),

    "web.reset": atPrompt(async trial => {
        await trial.type("exit\n", /monitor> $/);
        await trial.type("quit\n", /quit/);
        await trial.says(/has ended, and all was well/);
        for (let times = 0; times < 3; times++) {
            await trial.button("Reset").click();
            await trial.says(/^Strata runs/);
            await trial.shows(PROMPT);
            await trial.type("ps\n", / 3 +2 [^]*running +ps\n\$ $/);
        }
        expect(!/exit|quit/.test(await trial.all()), "an empty terminal");
    }),

    /* Its log's places are links to the source. */
    "web.demo": atPrompt(async trial => {
        await trial.button("Demo").click();
        await trial.says(/^The demo/);
        await trial.shows(/demo: PASS/);
        await trial.says(/has ended, and all was well/);
        await trial.picture("demo");
        const row = trial.page.locator(".xterm-rows > div", { hasText: /sys_buffer.c:\d+/ }).last();
        const [, line] = /sys_buffer.c:(\d+)/.exec(await row.textContent());
        const { x, y } = await row.boundingBox();
        await trial.page.mouse.move(x + 100, y + 8);
        const [source] = await Promise.all([trial.context.waitForEvent("page"),
                                            trial.page.mouse.click(x + 101, y + 8)]);
        await source.waitForLoadState();
        expect(source.url().endsWith(`source/kern/trap/sys_buffer.c.html#L${line}`), source.url());
        expect(await source.locator(":target").isVisible(), "the line is there");
        await source.close();
        await trial.button("Reset").click();
        await trial.shows(PROMPT);
    }),

    "web.programs": atPrompt(async trial => {
        await trial.button("uptime").click();
        await trial.shows(/CPU +0:[^]*\$ $/);
        const about = JSON.parse(fs.readFileSync(`${folder}/about.json`));
        for (const { name } of about.programs)
            expect(await trial.page.getByRole("link", { name: `source of ${name}`, exact: true,
                includeHidden: true }).count() === 1, `the source of ${name}`);
        await trial.page.getByRole("link", { name: "source of hello", exact: true }).click();
        await trial.page.getByText("int main(int argc, char **argv)").waitFor();
        await trial.picture("source");
        await trial.page.getByRole("link", { name: '"proc.h"' }).click();
        await trial.page.getByText("getpid").first().waitFor();
        await trial.page.getByRole("link", { name: "All source" }).click();
        await trial.picture("sources");
        await trial.page.getByRole("link", { name: "sched.c", exact: true }).click();
        await trial.page.getByRole("link", { name: "The machine" }).click();
        await trial.shows(PROMPT);
    }),

    "web.links": async () => {
        const files = fs.readdirSync(folder, { recursive: true }).filter(f => f.endsWith(".html"));
        for (const file of files)
            for (const [, link] of fs.readFileSync(`${folder}/${file}`, "utf8")
                    .matchAll(/(?:href|src)="(?!https?:)([^"#]+)/g))
                expect(fs.existsSync(path.join(folder, path.dirname(file), link)),
                       `${link}, which ${file} names`);
        expect(files.length > 300, "a page for each file of the source");
    },

    /* All can be reached, left and used without a mouse, and has a name. */
    "web.keyboard": atPrompt(async trial => {
        const focused = () => trial.page.evaluate(() => {
            const { activeElement: e } = document;
            return e.id || e.getAttribute("aria-label") || e.textContent;
        });
        expect(await focused() === "Strata's terminal", "the terminal has the keys");
        await trial.page.keyboard.press("Shift+Tab");
        expect(await focused() === "reader", `the checkbox before it, not ${await focused()}`);
        await trial.page.keyboard.press("Space");
        await trial.page.locator(".xterm-accessibility").waitFor({ state: "attached" });
        for (const name of ["paste", "copy", "monitor", "demo", "reset"]) {
            await trial.page.keyboard.press("Shift+Tab");
            expect(await focused() === name, `${name}, not ${await focused()}`);
        }
        await trial.page.keyboard.press("Enter");
        await trial.shows(PROMPT);
        expect(await focused() === "Strata's terminal", "the terminal again");
        await trial.page.keyboard.press("Tab");
        expect(await focused() === "help", `what to try after it, not ${await focused()}`);
        await trial.page.keyboard.press("Enter");
        await trial.shows(/runs it in the background[^]*\$ $/);
    }),

    "web.narrow": inWindow({ viewport: { width: 360, height: 740 } }, async trial => {
        const { width } = await trial.page.evaluate(() => ({ width: document.body.scrollWidth }));
        expect(width <= 360, `no page wider than the window: ${width}`);
        await trial.type(`hello ${"z".repeat(60)}\n`, new RegExp(`\\$ hello z{60}\\n`));
        await trial.picture("narrow");
    }),

    "web.dark": inWindow({ colorScheme: "dark" }, async trial => {
        const colour = () => trial.page.evaluate(() =>
            getComputedStyle(document.querySelector("#terminal")).backgroundColor);
        expect(await colour() === "rgb(16, 22, 29)", `dark, not ${await colour()}`);
        await trial.type("top\n", / name\n[^]* top/);
        await trial.picture("dark");
        await trial.page.emulateMedia({ colorScheme: "light" });
        expect(await colour() === "rgb(255, 255, 255)", `light, not ${await colour()}`);
    }),

    "web.size": atPrompt(async trial => {
        const rows = () => trial.page.locator(".xterm-rows > div").count();
        const before = await rows();
        await trial.page.setViewportSize({ width: 1280, height: 1300 });
        await until(async () => await rows() > before, "more rows in a higher window");
        await trial.page.setViewportSize(WINDOW);
        await until(async () => await rows() === before, "as many as before");
    }),

    "web.file": says(/make serve/, async () => {},
                     () => `file://${path.resolve(folder)}/index.html`),
    "web.no_webassembly": says(/no WebAssembly/, page =>
        page.addInitScript(() => { delete globalThis.WebAssembly; })),
    "web.old_browser": says(/too old/, page =>
        page.addInitScript(() => { delete globalThis.DecompressionStream; })),
    "web.part_missing": says(/missing on the server/, page =>
        page.route("**/page.js", route => route.fulfill({ status: 404 }))),
    "web.state_missing": says(/the server has no strata\/state.gz/, page =>
        page.route("**/state.gz", route => route.fulfill({ status: 404 }))),
    "web.server_gone": says(/is the server still there/, page =>
        page.route("**/state.gz", route => route.abort())),
    "web.damaged": says(/Something went wrong/, page =>
        page.route("**/v86.wasm.gz", route => route.fulfill({ body: "nonsense" }))),

    /* A program of one's own is in the archive, first in the list, and runs at once. */
    "web.own": async () => {
        const trial = await new Trial().open(browser, await serve(ownFolder));
        await trial.shows(/\$ test_own one two\ntest_own: 3 words, the last one is two\n/);
        await trial.picture("own");
        await trial.page.getByRole("link", { name: "source of test_own" }).click();
        await trial.page.getByText("the last one is").waitFor();
        await trial.close();
    },
};
