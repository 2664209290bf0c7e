/* Elements of the page, without markup as text: what a record says is never read as HTML. */
export function element(tag, properties, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children.filter(child => child !== null && child !== undefined));
    return node;
}

export const paragraph = (text, className = "") => element("p", { className, textContent: text });

/* rows: lists of texts and nodes, the heading first. */
export function table(caption, rows) {
    const cells = (row, tag) => row.map(cell => element(tag, {}, cell));
    const [head, ...body] = rows;
    return element("table", {}, element("caption", { textContent: caption }),
                   element("thead", {}, element("tr", {}, ...cells(head, "th"))),
                   element("tbody", {}, ...body.map(row => element("tr", {}, ...cells(row, "td")))));
}

/* A button that reads as a link. */
export function link(text, act) {
    return element("button", { type: "button", textContent: text, onclick: act });
}
