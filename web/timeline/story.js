/* The story of a failure beside its picture: a table with a column for each CPU, time downwards, and
 * how it stood at the end (scripts/story.py). */
import { element, link } from "./element.js";

const PLACE = /\b((?:kern|misc|user)\/[\w/]+\.[ch]:\d+)/;
const EMPHASIS = /(then sees \w+$|this wakes nobody|: before it )/;

/* A place of the sources: a link where the book is there. */
function placeNode(place, book) {
    const [path, line] = place.split(":"), code = element("code", {}, place);
    return book ? element("a", { href: `${book}/${path}.html#line-${line}`, target: "_blank" }, code) : code;
}

/* What is said, as nodes. */
function withPlaces(text, book) {
    return text.split(PLACE).map((part, i) => i % 2 ? placeNode(part, book) : part)
        .flatMap(part => typeof part === "string"
            ? part.split(EMPHASIS).map((piece, i) => i % 2 ? element("b", {}, piece) : piece) : [part]);
}

/* A row of the table; what is said of all that follows has one cell. */
function storyRow(row, story, book, app) {
    if (row.time === null)
        return element("tr", { className: row.moment === "-----" ? "lost" : "" },
                       element("td", { colSpan: story.cpus + 1, textContent: row.text }));
    const cells = Array.from({ length: story.cpus }, (_, cpu) =>
        element("td", {}, ...(cpu === row.cpu ? withPlaces(row.text, book) : [])));
    return element("tr", {},
                   element("td", {}, link(row.moment, () => app.go(`cpu ${row.cpu}`, row.time))), ...cells);
}

function storyTable(story, book, app) {
    const heads = Array.from({ length: story.cpus }, (_, cpu) => element("th", {}, `CPU ${cpu}`));
    return element("table", {},
                   element("thead", {}, element("tr", {}, element("th", {}, story.unit), ...heads)),
                   element("tbody", {}, ...story.rows.map(row => storyRow(row, story, book, app))));
}

export function showStory(story, book, app) {
    const words = story.words.flatMap(line => [...withPlaces(line, book), "\n"]);
    document.getElementById("story").append(
        element("p", { className: "problem", textContent: story.verdict }),
        storyTable(story, book, app), element("pre", {}, ...words));
    document.getElementById("story-section").hidden = false;
}
