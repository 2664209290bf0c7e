/* The page begins: takes the record that it carries, and shows it. */
import { App } from "./app.js";
import { decodeWords, Record } from "./record.js";
import { buildModel } from "./states.js";
import { showStory } from "./story.js";

const byId = id => document.getElementById(id);

function begin() {
    const head = JSON.parse(byId("head").textContent);
    const record = new Record(head, decodeWords(byId("records").textContent));
    const app = new App(buildModel(record));

    document.title = byId("title").textContent = head.title;
    byId("state").textContent = app.panel.summary();
    if (head.story)
        showStory(head.story, head.book, app);
    byId("stage").focus();
    window.timeline = app;              /* for the browser's console */
}

try {
    begin();
} catch (error) {
    byId("state").textContent = `The record cannot be shown: ${error.message}`;
    byId("state").className = "problem";
    throw error;
}
