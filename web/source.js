/* Strata's source as pages: a page for each file, and one that lists them all. */
import fs from "node:fs";
import path from "node:path";

const FOLDERS = {
    "boot": "how the machine is entered",
    "user/include": "what a program may use",
    "user/lib": "the programs' library",
    "user/programs": "programs",
    "user/tests": "programs that test the kernel",
    "user/attacks": "programs that try to harm the machine",
};
const KEYWORDS = "auto break case char const continue default do double else enum extern float for " +
    "goto if inline int long register return short signed sizeof static struct switch typedef " +
    "union unsigned void volatile while bool";
const TOKEN = new RegExp([
    String.raw`(?<comment>/\*[^]*?\*/|//.*)`,
    String.raw`(?<include>(?<=#include )(?:"[^"\n]+"|<[^>\n]+>))`,
    String.raw`(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')`,
    String.raw`(?<keyword>\b(?:${KEYWORDS.replaceAll(" ", "|")})\b|^ *#\w+)`,
].join("|"), "gm");

const escape = text => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);

function htmlPage(file, title, body) {
    const top = "../".repeat(file.split("/").length);
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} - Strata</title>
<link rel="icon" href="${top}icon.svg">
<link rel="stylesheet" href="${top}style.css">
</head>
<body class="source">
<header><img src="${top}icon.svg" alt="" width="40" height="40">
<div><h1>${escape(title)}</h1>
<p><a href="${top}index.html">The machine</a> · <a href="${top}source/index.html">All source</a></p>
</div></header>
${body}
</body>
</html>
`;
}

/* A token may go over several lines, each of which is an element. */
function wrap(tag, text) {
    return text.split("\n").map(part => `<${tag}>${escape(part)}</${tag}>`).join("\n");
}

/* The included file as seen from that one, if it is Strata's. */
function included(file, name, files) {
    return [path.posix.join(path.posix.dirname(file), name), `kern/${name}`,
            `user/include/${name}`].find(candidate => files.has(candidate));
}

function includeLink(file, quoted, files) {
    const target = included(file, quoted.slice(1, -1), files);
    const way = target && path.posix.relative(path.posix.dirname(file), target);
    return target ? `<a href="${way}.html">${escape(quoted)}</a>` : escape(quoted);
}

function coloured(file, text, files) {
    let html = "", done = 0;
    for (const match of text.matchAll(TOKEN)) {
        const { comment, include, string, keyword } = match.groups;
        html += escape(text.slice(done, match.index));
        html += comment ? wrap("i", comment)
            : include ? includeLink(file, include, files)
            : keyword ? wrap("b", keyword) : escape(string);
        done = match.index + match[0].length;
    }
    return html + escape(text.slice(done));
}

function filePage(file, text, files) {
    const lines = coloured(file, text.replace(/\n$/, ""), files).split("\n");
    const rows = lines.map((line, i) => `<span id="L${i + 1}">${line}</span>`);
    return htmlPage(file, file, `<pre tabindex="0">${rows.join("")}</pre>`);
}

function listPage(folders) {
    const parts = folders.map(({ folder, does, names }) =>
        `<dt>${escape(folder)}/</dt><dd>${escape(does)}</dd>\n<dd>` +
        names.map(name => `<a href="${folder}/${name}.html">${name}</a>`).join("\n") + "</dd>");
    return htmlPage("index", "All source", `<dl>\n${parts.join("\n")}\n</dl>`);
}

/* The layers as kern/LAYERS describes them, lowest first. */
function kernelFolders() {
    const layers = fs.readFileSync("kern/LAYERS", "utf8").matchAll(/^(?!upcall)([a-z]+) +(.*)/gm);
    return Object.fromEntries([...layers].map(([, name, does]) => [`kern/${name}`, does]));
}

function foldersOf(folders) {
    return Object.entries(folders).map(([folder, does]) => ({
        folder, does, names: fs.readdirSync(folder).filter(name => /\.[chS]$/.test(name)).sort(),
    }));
}

function write(out, file, text) {
    fs.mkdirSync(path.dirname(`${out}/${file}`), { recursive: true });
    fs.writeFileSync(`${out}/${file}`, text);
}

/* Writes all pages below `out`; own is a file of the user's, or nothing. */
export function writeSource(out, own) {
    const { boot, ...user } = FOLDERS;
    const folders = foldersOf({ boot, ...kernelFolders(), ...user });
    const files = new Set(folders.flatMap(({ folder, names }) => names.map(n => `${folder}/${n}`)));

    for (const file of files)
        write(out, `${file}.html`, filePage(file, fs.readFileSync(file, "utf8"), files));
    if (own)
        write(out, `own/${own.name}.c.html`,
              filePage(`own/${own.name}.c`, fs.readFileSync(own.file, "utf8"), files));
    write(out, "index.html", listPage(folders));
}

/* The first sentence of the comment at the top of a program. */
export function whatItDoes(file) {
    const comment = /\/\*([^]*?)\*\//.exec(fs.readFileSync(file, "utf8"))?.[1] ?? "";
    const text = comment.replace(/\n \*/g, " ").replace(/\s+/g, " ").trim();
    return /^.*?(?:\.|:(?= `))(?= |$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}
