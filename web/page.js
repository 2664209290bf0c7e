/* The page: a terminal, a machine, and buttons. */
import { load, loadJson } from "./files.js";
import { V86 } from "./lib/v86.js";
import { Machine } from "./machine.js";
import { makeTerminal, textOf } from "./terminal.js";

const EXIT_PASS = 0x10;                 /* kern/dev/machine_exit.h */
const CLEAR = "\x1bc";                  /* a terminal as new */

const element = id => document.getElementById(id);
const terminal = makeTerminal(element("terminal"), type);
let wasm, about, state;                 /* what was loaded */
let machine = null;

/* --- what is said ------------------------------------------------------------------------ */

function say(text, isProblem = false) {
    element("state").textContent = text;
    element("state").className = isProblem ? "problem" : "";
}

function sayProblem(error) {
    element("progress").hidden = true;
    say(`Something went wrong: ${error.message ?? error}. Load the page again.`, true);
}

function sayEnd(code) {
    say(code === EXIT_PASS ? "The machine has ended, and all was well. Reset starts it again."
                           : `The machine has ended with code ${code}. Reset starts it again.`,
        code !== EXIT_PASS);
}

/* --- the machine ------------------------------------------------------------------------- */

function type(text) {
    machine?.type(text);
}

/* One machine at a time; what the old one still says is no longer shown. */
async function start(what, screen) {
    const old = machine;
    const next = machine = new Machine(
        V86, wasm, what, bytes => next === machine && terminal.write(bytes),
        code => next === machine && sayEnd(code));
    terminal.write(CLEAR + screen);
    terminal.focus();
    await old?.destroy();
}

async function reset() {
    say("Strata runs: one CPU, 64 MB.");
    await start({ state }, about.screen);
}

/* A real boot: the saved state knows only the prompt. */
async function demo() {
    say("The demo: its boot and its log. Reset goes back to the prompt.");
    const [kernel, programs] =
        await Promise.all([load("strata/kernel.elf.gz"), load("strata/programs.tar.gz")]);
    await start({ kernel, programs, options: about.demo }, "");
}

/* --- copy and paste ---------------------------------------------------------------------- */

/* Without a secure context there is no clipboard object. */
async function toClipboard(text) {
    if (navigator.clipboard)
        return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
}

async function copy() {
    const text = textOf(terminal);
    await toClipboard(text);
    say(`Copied: ${text.length} characters.`);
    terminal.focus();
}

async function paste() {
    terminal.focus();
    let text;
    try {
        text = await navigator.clipboard.readText();
    } catch {
        return say("The browser does not let the page read what was copied: press Ctrl-V instead.");
    }
    terminal.paste(text);
}

/* --- what there is to click -------------------------------------------------------------- */

function typeLine(line) {
    type(line + "\n");
    terminal.focus();
}

function programRow({ name, does, source }) {
    const row = document.createElement("li");
    const button = document.createElement("button"), link = document.createElement("a");

    button.className = "type";
    button.textContent = name;
    link.href = source;
    link.textContent = "source";
    link.setAttribute("aria-label", `source of ${name}`);
    row.append(button, ` ${does} `, link);
    return row;
}

function showPrograms() {
    const lists = { own: document.querySelector("#own-program ul"),
                    programs: element("user-programs"), tests: element("user-tests") };
    for (const program of about.programs)
        lists[program.kind].append(programRow(program));
    element("own-program").hidden = !lists.own.firstChild;
}

function onClick(id, action) {
    element(id).addEventListener("click", () => action().catch(sayProblem));
}

function enable() {
    onClick("reset", reset);
    onClick("demo", demo);
    onClick("monitor", async () => {
        type("\x14");
        terminal.focus();
    });
    onClick("copy", copy);
    onClick("paste", paste);
    element("reader").addEventListener("change", event => {
        terminal.options.screenReaderMode = event.target.checked;
    });
    for (const button of document.querySelectorAll("button.type"))
        button.addEventListener("click", () => typeLine(button.textContent));
    for (const button of document.querySelectorAll("button"))
        button.disabled = false;
}

/* --- the beginning ----------------------------------------------------------------------- */

/* Both files at once, with the progress of their sum. */
async function loadMachine() {
    const files = Object.entries(about.sizes), came = {};
    const progress = element("progress");

    progress.max = files.reduce((sum, [, size]) => sum + size, 0);
    return Promise.all(files.map(([path]) => load(path, size => {
        if (progress.hidden)
            return;                     /* the other file did not come */
        came[path] = size;
        progress.value = Object.values(came).reduce((sum, part) => sum + part);
        say(`Loading … ${Math.round(progress.value / progress.max * 100)} %`);
    })));
}

async function begin() {
    about = await loadJson("about.json");
    showPrograms();
    const [code, saved] = await loadMachine();
    say("Starting …");
    wasm = await WebAssembly.compile(code);
    state = saved;
    element("progress").hidden = true;
    enable();
    await reset();
    if (about.run)
        typeLine(about.run);
}

addEventListener("unhandledrejection", event => sayProblem(event.reason));
begin().catch(sayProblem);
