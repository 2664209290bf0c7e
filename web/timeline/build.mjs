/* node build.mjs OUT.html, where npm's packages are: makes of this folder one page without a record.
 * scripts/timeline puts a record into it. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const MODULES = path.join(HERE, "..", "node_modules");
const read = file => fs.readFileSync(path.join(HERE, file), "utf8");

const bundle = await build({ entryPoints: [path.join(HERE, "main.js")], bundle: true, write: false,
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
fs.writeFileSync(process.argv[2], read("index.html")
    .replace("/*STYLE*/", () => read("style.css"))
    .replace("<!--LICENCES-->", () => escaped)
    .replace("/*SCRIPT*/", () => script));
