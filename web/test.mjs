/* node web/test.mjs FOLDER [OWN_FOLDER [PICTURES]]: tests of the page in FOLDER, as TAP; with
 * OWN_FOLDER, a page made with the program test_own.c and the arguments "one two", in Chromium,
 * too.  Pictures of the page go into the folder PICTURES. */
import { runTests } from "./tap.mjs";
import { machineTests, openFolder } from "./test-machine.mjs";

const [folder, ownFolder, pictures] = process.argv.slice(2);

async function inBrowser() {
    const { closeBrowser, openBrowser, pageTests } = await import("./test-page.mjs");
    try {
        await openBrowser(folder, ownFolder, pictures);
        return await runTests({ ...machineTests, ...pageTests });
    } finally {
        await closeBrowser();
    }
}

await openFolder(folder);
const passed = ownFolder ? await inBrowser() : await runTests(machineTests);
process.exit(passed ? 0 : 1);
