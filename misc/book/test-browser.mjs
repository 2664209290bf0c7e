/* node test-browser.mjs BOOK: the book as a reader has it, in Chromium, from the disk, without a network. */
import path from "node:path";
import { openChromium } from "./chromium.mjs";
import { expect, runTests, until } from "./tap.mjs";

const book = path.resolve(process.argv[2]);
const browser = await openChromium();

/* Each page complains of nothing, and loads nothing from elsewhere. */
async function withPage(file, test) {
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage(), problems = [];
    page.on("pageerror", error => problems.push(String(error)));
    page.on("request", request => /^(file|data):/.test(request.url()) || problems.push(request.url()));
    await page.goto(`file://${book}/${file}`);
    await test(page);
    await context.close();
    expect(problems.length === 0, `no complaint: ${problems.join("; ")}`);
}

const finds = (words, title) => withPage(`search.html?q=${words}`, async page => {
    const results = page.locator("#search-results ul.search a");
    await until(async () => (await results.allTextContents()).some(text => text.includes(title)),
                `${words} leads to ${title}`, 30);
});

const tests = {
    "book.search_word": () => finds("promise", "The bounded buffer"),
    "book.search_function": () => finds("condition_signal", "The kernel, file by file"),
    "book.follows_link": () => withPage("pictures.html", async page => {
        await page.locator("#picture-states a", { hasText: "begin_wait()" }).first().click();
        await page.waitForURL(/source\/kern\/thread\/sched\.c\.html#line-\d+$/);
        const line = await page.locator(":target").getAttribute("name");
        expect(/^line-\d+$/.test(line), "the line is there");
    }),
    "book.prints": () => withPage("misc/LOCKS.html", async page => {
        await page.emulateMedia({ media: "print" });
        expect(!await page.locator(".sphinxsidebar").isVisible(), "only the text is printed");
        expect((await page.pdf({ format: "A4" })).length > 50000, "pages");
    }),
};

const passed = await runTests(tests);
await browser.close();
process.exit(passed ? 0 : 1);
