/* node web/bench/test.mjs PAGE: tests of the page with figures in Chromium, from the disk, as TAP.
 * scripts/selftest/bench has put the figures into it. */
import path from "node:path";
import { drawn, openChromium } from "../chromium.mjs";
import { expect, runTests } from "../tap.mjs";

const address = `file://${path.resolve(process.argv[2])}`;
const browser = await openChromium();
const page = await browser.newPage();
const errors = [], asked = [];

page.on("pageerror", error => errors.push(String(error)));
page.on("request", request => asked.push(request.url()));
await page.goto(address);
await drawn(page);

const count = selector => page.locator(selector).count();
const x = selector => page.locator(selector).first().evaluate(mark => mark.getBoundingClientRect().x);

const tests = {
    async "it draws what it carries, and loads nothing else"() {
        expect(errors.length === 0, `no errors: ${errors}`);
        expect(asked.filter(url => !url.startsWith("data:")).join() === address, `only itself: ${asked}`);
    },
    async "each row has its marks in both pictures and a line in the table"() {
        expect(await count("#cost .row circle") === 2, "a dot for each row");
        expect(await count("#cost .row path") === 1, "a diamond for each that has a peer");
        expect(await count("#wall .row path") === 2, "a diamond for each time");
        expect(await count("#figures tbody tr") === 2, "a line for each row");
    },
    async "what is less lies farther left"() {
        expect(await x("#cost .row circle") < await x("#cost .row path.peer"), "59 before 112");
    },
    async "a deviation is said, and marked"() {
        const said = await page.locator("#state").textContent();
        expect(/more than 2 % from before: null_syscall \(18\.0 % more\)/.test(said), said);
        expect(await count("#figures .problem") === 1, "one is marked");
    },
};

const passed = await runTests(tests);
await browser.close();
process.exit(passed ? 0 : 1);
