/* The terminal: xterm.js as this page wants it. */
import { FitAddon } from "./lib/addon-fit.js";
import { Terminal } from "./lib/xterm.js";

const COLUMNS = 80, ROWS = 25;          /* what Strata's programs count on */
const FONT = { largest: 16, smallest: 8 };
const SCROLLBACK = 5000;

const DARK = {
    background: "#10161d", foreground: "#dfe7ee", cursor: "#7cc4ff", cursorAccent: "#10161d",
    selectionBackground: "#35587a",
};
const LIGHT = {
    background: "#ffffff", foreground: "#1c2530", cursor: "#0b5cad", cursorAccent: "#ffffff",
    selectionBackground: "#b9d8f5",
};

/* Where the kernel and the library say that something happened. */
const PLACE = /\b((?:boot|kern|user)\/[\w/]+\.[chS]):(\d+)/g;

function linksOf(terminal, row) {
    const line = terminal.buffer.active.getLine(row - 1)?.translateToString(true) ?? "";
    return [...line.matchAll(PLACE)].map(({ 0: text, 1: file, 2: number, index }) => ({
        text,
        range: { start: { x: index + 1, y: row }, end: { x: index + text.length, y: row } },
        activate: () => open(`source/${file}.html#L${number}`, "_blank", "noopener"),
    }));
}

/* What browsers keep for themselves, or what the page does with a key.  True: the terminal's. */
function isForTerminal(event, terminal, type) {
    const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase()
                                              : event.code.replace("Key", "").toLowerCase();
    if (event.key === "Tab")
        return false;                   /* leaves the terminal, as in any other field */
    if (event.ctrlKey && letter === "v")
        return false;                   /* the browser pastes */
    if (event.ctrlKey && letter === "c" && terminal.hasSelection())
        return false;                   /* the browser copies */
    if (event.altKey && !event.ctrlKey && (letter === "t" || letter === "w")) {
        if (event.type === "keydown")
            type(letter === "t" ? "\x14" : "\x17");
        event.preventDefault();
        return false;
    }
    return true;
}

/* As large as the place allows, and never less than COLUMNS x ROWS: then it scrolls. */
function fit(terminal, fitting) {
    let size = FONT.largest + 1, room;
    do {
        terminal.options.fontSize = --size;
        room = fitting.proposeDimensions();
    } while (size > FONT.smallest && room && room.cols < COLUMNS);
    if (room)
        terminal.resize(Math.max(COLUMNS, room.cols), Math.max(ROWS, room.rows || 0));
}

/* Makes a terminal in that element.  type gets what is typed and pasted. */
export function makeTerminal(place, type) {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const terminal = new Terminal({
        cols: COLUMNS, rows: ROWS, scrollback: SCROLLBACK, convertEol: true, cursorBlink: true,
        fontFamily: "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace",
        theme: dark.matches ? DARK : LIGHT, minimumContrastRatio: 4.5,
    });
    const fitting = new FitAddon();

    terminal.loadAddon(fitting);
    terminal.open(place);
    terminal.textarea.setAttribute("aria-label", "Strata's terminal");
    terminal.onData(type);
    terminal.attachCustomKeyEventHandler(event => isForTerminal(event, terminal, type));
    terminal.registerLinkProvider({
        provideLinks: (row, callback) => callback(linksOf(terminal, row)),
    });
    dark.addEventListener("change", () => {
        terminal.options.theme = dark.matches ? DARK : LIGHT;
    });
    new ResizeObserver(() => fit(terminal, fitting)).observe(place);
    fit(terminal, fitting);
    return terminal;
}

/* What is selected, or else all that the terminal holds. */
export function textOf(terminal) {
    if (terminal.hasSelection())
        return terminal.getSelection();
    const buffer = terminal.buffer.active;
    const lines = Array.from({ length: buffer.length },
                             (_, row) => buffer.getLine(row).translateToString(true));
    return lines.join("\n").trimEnd() + "\n";
}
