/* All that the keyboard does in the picture: [keys, what it does, function of the app]. */
export const KEYS = [
    [["ArrowLeft"], "earlier", app => app.view.pan(-0.15)],
    [["ArrowRight"], "later", app => app.view.pan(0.15)],
    [["ArrowUp"], "the row above", app => app.moveFocus(-1)],
    [["ArrowDown"], "the row below", app => app.moveFocus(1)],
    [["+", "="], "zoom in", app => app.view.zoomBy(1.6, app.cursor)],
    [["-"], "zoom out", app => app.view.zoomBy(1 / 1.6, app.cursor)],
    [["f"], "the whole run", app => app.view.fit()],
    [["Home"], "the beginning", app => app.go(app.focus.key, 0)],
    [["End"], "the end", app => app.go(app.focus.key, app.model.record.end)],
    [["n"], "the row's next record", app => app.step(1)],
    [["p"], "the row's record before", app => app.step(-1)],
    [["["], "the selection begins at the cursor", app => app.selectFrom(app.cursor)],
    [["]"], "the selection ends at the cursor", app => app.selectTo(app.cursor)],
    [["a"], "select what is in sight", app => app.select(app.view.span)],
    [["z"], "zoom to the selection", app => app.showSelection()],
    [["c"], "the row's thread: critical path of the selection", app => app.showPath()],
    [["Enter", " "], "fold or unfold a process", app => app.toggle(app.focus)],
    [["/"], "search", app => app.searchField.focus()],
    [["."], "the next that is found", app => app.nextFound()],
    [["Escape"], "no selection, no path", app => app.clear()],
];

export function listenToKeys(node, app) {
    node.addEventListener("keydown", event => {
        if (event.ctrlKey || event.altKey || event.metaKey)
            return;
        const row = KEYS.find(([keys]) => keys.includes(event.key));
        if (!row)
            return;
        event.preventDefault();
        row[2](app);
    });
}
