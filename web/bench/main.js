/* The page of `make bench`: draws the figures that it carries, those of scripts/bench. */
import { axisTop } from "d3-axis";
import { scaleLog, scalePoint } from "d3-scale";
import { select } from "d3-selection";

const WIDTH = 1000, ROW = 24, HEAD = 30, LABELS = 150, RIGHT = 30;
const DIAMOND = "M0,-6L6,0L0,6L-6,0Z";

const times = number => number >= 100 ? number.toFixed(0) : number.toPrecision(3);

/* An axis of figures that is logarithmic, and a line for each row; `figures` are all to be shown. */
function drawRows(id, rows, figures) {
    const height = HEAD + ROW * rows.length;
    const svg = select(id).attr("viewBox", `0 0 ${WIDTH} ${height}`);
    const x = scaleLog([Math.min(...figures), Math.max(...figures)], [LABELS, WIDTH - RIGHT]).nice();
    const y = scalePoint(rows.map(row => row.name), [HEAD, height]).padding(0.5);

    svg.append("g").attr("transform", `translate(0, ${HEAD})`)
        .call(axisTop(x).ticks(6, number => number.toLocaleString("en")).tickSizeInner(HEAD - height)).select(".domain").remove();
    const lines = svg.selectAll(".row").data(rows).join("g").attr("class", "row")
        .attr("transform", row => `translate(0, ${y(row.name)})`);
    lines.append("text").attr("x", LABELS - 10).attr("dy", "0.35em").attr("text-anchor", "end")
        .text(row => row.name);
    return [x, lines];
}

function mark(lines, className, x, text) {
    const marks = lines.filter(row => x(row) !== null).append("path").attr("class", className)
        .attr("d", DIAMOND).attr("transform", row => `translate(${x(row)}, 0)`);
    marks.append("title").text(text);
}

function dot(lines, x, text) {
    lines.append("circle").attr("class", "now").attr("r", 5).attr("cx", x).append("title").text(text);
}

function drawCost(rows) {
    const all = rows.flatMap(row => [row.figure, row.before, row.peer]).filter(figure => figure);
    const [x, lines] = drawRows("#cost", rows, all);

    lines.filter(row => row.before).append("line").attr("class", "before").attr("y1", -8).attr("y2", 8)
        .attr("x1", row => x(row.before)).attr("x2", row => x(row.before))
        .append("title").text(row => `before: ${row.before}`);
    mark(lines, "peer", row => row.peer && x(row.peer), row => `${row.peer}: ${row.peer_name}`);
    dot(lines, row => x(row.figure), row => `now: ${row.figure}`);
}

function drawWall(rows) {
    const all = rows.flatMap(row => [row.ratio, ...row.wall]);
    const [x, lines] = drawRows("#wall", rows, all);

    lines.append("line").attr("class", "range").attr("x1", row => x(row.wall[0]))
        .attr("x2", row => x(row.wall[2]));
    mark(lines, "peer", row => x(row.wall[1]), row => `time: ${times(row.wall[1])}`);
    dot(lines, row => x(row.ratio), row => `instructions: ${times(row.ratio)}`);
}

const HEADS = ["row", "now", "spread", "before", "deviation", "instructions / null", "time / null",
               "best of others"];

function cells(row) {
    const wall = row.wall ? `${times(row.wall[1])} (${times(row.wall[0])} – ${times(row.wall[2])})` : "";

    return [row.name, row.figure, `${row.spread.toFixed(1)} %`, row.before ?? "", row.remark,
            row.ratio ? times(row.ratio) : "", wall,
            row.peer ? `${row.peer} ${row.peer_name}` : row.peer_name];
}

function drawTable(rows) {
    const figures = select("#figures");

    figures.append("thead").append("tr").selectAll("th").data(HEADS).join("th")
        .attr("scope", "col").text(text => text);
    figures.append("tbody").selectAll("tr").data(rows).join("tr").selectAll("td").data(cells).join("td")
        .classed("problem", (text, column) => column === 4 && text !== "").text(text => text);
}

function summary({ rows, tolerance, when }) {
    const others = rows.filter(row => row.remark);

    return `${when}: ` + (others.length === 0
        ? `all of ${rows.length} rows are within ${tolerance} % of what they were`
        : `more than ${tolerance} % from before: `
          + others.map(row => `${row.name} (${row.remark})`).join(", "));
}

const data = JSON.parse(document.getElementById("data").textContent);
const timed = data.rows.filter(row => row.wall && row.ratio);

select("#state").text(summary(data)).classed("problem", data.rows.some(row => row.remark));
drawCost(data.rows);
if (timed.length > 0)
    drawWall(timed);
drawTable(data.rows);
