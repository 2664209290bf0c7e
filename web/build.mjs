/* At the top of the tree: node web/build.mjs --out FOLDER --kernel FILE --programs FILE.tar
 *                    [--own NAME --own-source FILE.c] [--run LINE]
 *
 * Makes the page: boots the kernel in v86 up to the shell's prompt, saves that state, and puts
 * all that the page needs into FOLDER.  --own: a program in the archive that is the user's;
 * --run: what the page types at the prompt. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import zlib from "node:zlib";
import { V86 } from "v86";
import { Machine } from "./machine.js";
import { whatItDoes, writeSource } from "./source.js";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const MODULES = `${HERE}/node_modules`;
const PAGE = ["index.html", "style.css", "colours.css", "icon.svg", "start.js", "page.js",
              "terminal.js", "files.js", "machine.js"];
const LIBRARY = {
    "v86.js": "v86/build/libv86.mjs",
    "xterm.js": "@xterm/xterm/lib/xterm.mjs",
    "xterm.css": "@xterm/xterm/css/xterm.css",
    "addon-fit.js": "@xterm/addon-fit/lib/addon-fit.mjs",
};
const LICENCES = {
    "Strata": "LICENSE",
    "v86": `${MODULES}/v86/LICENSE`,
    "xterm.js": `${MODULES}/@xterm/xterm/LICENSE`,
    "xterm.js, addon-fit": `${MODULES}/@xterm/addon-fit/LICENSE`,
};
const V86_CONTAINS = "v86 contains Berkeley SoftFloat 3 (BSD 3-clause, the Regents of the University " +
    "of California,\nhttp://www.jhauser.us/arithmetic/SoftFloat.html) and zstd's decoder (BSD " +
    "3-clause, Meta Platforms,\nhttps://github.com/facebook/zstd).\n";
const PROMPT = /[\r\n]\$ $/;
const DEMO = "demo items=100";
const BOOT_SECONDS = 120, QUIET_MILLISECONDS = 500;

const { values: options } = parseArgs({ options: Object.fromEntries(
    ["out", "kernel", "programs", "own", "own-source", "run"].map(name => [name, { type: "string" }])) });
const out = `${options.out}.new`;       /* takes the old one's place when it is complete */

function bufferOf(file) {
    const bytes = fs.readFileSync(file);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

/* Its size in bytes. */
function pack(file, bytes) {
    const packed = zlib.gzipSync(Buffer.from(bytes), { level: 9 });
    fs.writeFileSync(`${out}/${file}`, packed);
    return packed.length;
}

/* What the screen shows at the prompt, and the state. */
async function bootToPrompt(wasm, kernel, programs) {
    let screen = "";
    const machine = new Machine(
        V86, await WebAssembly.compile(wasm), { kernel, programs, options: "" },
        bytes => { screen += String.fromCharCode(bytes[0]); },
        code => giveUp(`the machine ended with code ${code}`, screen));
    const limit = Date.now() + 1000 * BOOT_SECONDS;

    for (let seen = -1; !PROMPT.test(screen) || seen !== screen.length;) {
        if (Date.now() > limit)
            giveUp(`no prompt within ${BOOT_SECONDS} seconds`, screen);
        seen = screen.length;
        await new Promise(resolve => setTimeout(resolve, QUIET_MILLISECONDS));
    }
    const state = await machine.save();
    await machine.destroy();
    return { screen, state };
}

function giveUp(problem, screen) {
    console.error(`${screen}\nweb: Strata does not come up in v86: ${problem}`);
    process.exit(1);
}

function programs() {
    const list = (kind, folder) => fs.readdirSync(folder).filter(name => name.endsWith(".c")).sort()
        .map(file => ({ kind, name: file.slice(0, -2), does: whatItDoes(`${folder}/${file}`),
                        source: `source/${folder}/${file}.html` }));
    const own = options.own ? [{ kind: "own", name: options.own,
                                 does: whatItDoes(options["own-source"]),
                                 source: `source/own/${options.own}.c.html` }] : [];
    return [...own, ...list("programs", "user/programs"), ...list("tests", "user/tests"),
            ...list("tests", "user/attacks")];
}

/* The source maps that these files name are not there. */
function copyLibrary(from, to) {
    const text = fs.readFileSync(from, "utf8");
    fs.writeFileSync(to, text.replace(/\n\/[/*][#] sourceMappingURL=.*/, ""));
}

function copyPage() {
    fs.rmSync(out, { recursive: true, force: true });
    for (const folder of ["lib", "strata", "source"])
        fs.mkdirSync(`${out}/${folder}`, { recursive: true });
    for (const file of PAGE)
        fs.copyFileSync(`${HERE}/${file}`, `${out}/${file}`);
    for (const [to, from] of Object.entries(LIBRARY))
        copyLibrary(`${MODULES}/${from}`, `${out}/lib/${to}`);
    fs.writeFileSync(`${out}/LICENSES.txt`, Object.entries(LICENCES).map(([what, file]) =>
        `--- ${what} ---\n\n${fs.readFileSync(file, "utf8").trim()}\n`).join("\n") +
        `\n${V86_CONTAINS}`);
}

async function packMachine() {
    const wasm = bufferOf(`${MODULES}/v86/build/v86.wasm`);
    const kernel = bufferOf(options.kernel), archive = bufferOf(options.programs);
    const { screen, state } = await bootToPrompt(wasm, kernel, archive);

    pack("strata/kernel.elf.gz", kernel);
    pack("strata/programs.tar.gz", archive);
    return { screen, sizes: { "lib/v86.wasm.gz": pack("lib/v86.wasm.gz", wasm),
                              "strata/state.gz": pack("strata/state.gz", state) } };
}

copyPage();
const { screen, sizes } = await packMachine();
fs.writeFileSync(`${out}/about.json`, JSON.stringify(
    { screen, sizes, demo: DEMO, run: options.run ?? "", programs: programs() }, null, 1));
writeSource(`${out}/source`, options.own && { name: options.own, file: options["own-source"] });
fs.rmSync(options.out, { recursive: true, force: true });
fs.renameSync(out, options.out);
