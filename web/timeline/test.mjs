/* node web/timeline/test.mjs [TEMPLATE PAGE PAIR]: tests of what the page makes of records, as TAP; with
 * the page without a record, one of a demo and one of two demos, also of the page in Chromium. */
import { runTests } from "../tap.mjs";
import { modelTests } from "./test-model.mjs";

const [template, demo, pair] = process.argv.slice(2);

async function inBrowser() {
    const { closeBrowser, openBrowser, pageTests } = await import("./test-page.mjs");
    try {
        await openBrowser(template, demo, pair);
        return await runTests({ ...modelTests, ...pageTests });
    } finally {
        await closeBrowser();
    }
}

process.exit(await (template ? inBrowser() : runTests(modelTests)) ? 0 : 1);
