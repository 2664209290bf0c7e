/* node web/timeline/test.mjs [TEMPLATE PAGE]: tests of what the page makes of records, as TAP; with
 * the page without a record, and one of a demo, also of the page in Chromium. */
import { runTests } from "../tap.mjs";
import { modelTests } from "./test-model.mjs";

const [template, demo] = process.argv.slice(2);

async function inBrowser() {
    const { closeBrowser, openBrowser, pageTests } = await import("./test-page.mjs");
    try {
        await openBrowser(template, demo);
        return await runTests({ ...modelTests, ...pageTests });
    } finally {
        await closeBrowser();
    }
}

process.exit(await (template ? inBrowser() : runTests(modelTests)) ? 0 : 1);
