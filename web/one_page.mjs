/* node one_page.mjs FOLDER OUT.html, where npm's packages are: makes of the folder's main.js,
 * index.html and style.css, and of the colours of all pages, one page without data.  A script puts
 * the data into it. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const MODULES = path.join(path.dirname(fileURLToPath(import.meta.url)), "node_modules");
const [folder, out] = process.argv.slice(2);
const read = file => fs.readFileSync(path.join(folder, file), "utf8");

const bundle = await build({ entryPoints: [path.join(folder, "main.js")], bundle: true, write: false,
                             format: "iife", target: "es2022", minifyWhitespace: true,
                             minifySyntax: true, legalComments: "none", metafile: true });

/* Of every package of which something is in the bundle. */
function licences() {
    const names = Object.keys(bundle.metafile.inputs)
        .map(file => /node_modules\/([^/]+)\//.exec(file)?.[1]).filter(name => name);
    return [...new Set(names)].sort().map(name =>
        `--- ${name} ---\n\n${fs.readFileSync(`${MODULES}/${name}/LICENSE`, "utf8").trim()}\n`).join("\n");
}

const script = bundle.outputFiles[0].text.replaceAll("</script", "<\\/script");
const escaped = licences().replaceAll("&", "&amp;").replaceAll("<", "&lt;");
fs.writeFileSync(out, read("index.html")
    .replace("/*STYLE*/", () => read("../colours.css") + read("style.css"))
    .replace("<!--LICENCES-->", () => escaped)
    .replace("/*SCRIPT*/", () => script));
