/* Which time is shown: wheel, drag and touch are d3-zoom's, the rest moves by these methods. */
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";

export const GUTTER = 190;              /* pixels at the left, for the rows' names */
const LEAST_TIME = 200;                 /* cycles: the shortest time that fills the width */

export class View {
    #base;
    #zoom;
    #canvas;
    #transform = zoomIdentity;

    /* end: the record's; rate: cycles a second.  changed(event): when another time is shown. */
    constructor(canvas, end, changed) {
        this.end = Math.max(end, 1);
        this.#canvas = select(canvas);
        this.#base = scaleLinear([0, this.end], [GUTTER, GUTTER + 1]);
        this.#zoom = zoom()
            .filter(event => !event.shiftKey && !event.button &&
                             (event.type !== "wheel" || event.offsetX >= GUTTER))
            .scaleExtent([1, Math.max(1, this.end / LEAST_TIME)])
            .on("zoom", event => {
                this.#transform = event.transform;
                changed(event.sourceEvent);
            });
        this.#canvas.call(this.#zoom).on("dblclick.zoom", null);
    }

    /* Time to pixels. */
    get scale() {
        return this.#transform.rescaleX(this.#base);
    }

    get span() {
        return this.scale.domain();
    }

    resize(width, height) {
        const [from, to] = this.#base.range()[1] > GUTTER + 1 ? this.span : [0, this.end];
        const extent = [[GUTTER, 0], [Math.max(width, GUTTER + 50), height]];
        this.#base.range([GUTTER, extent[1][0]]);
        this.#zoom.extent(extent).translateExtent(extent);
        this.show(from, to);
    }

    show(from, to) {
        const [left, right] = this.#base.range();
        const [, most] = this.#zoom.scaleExtent();
        const factor = Math.min(most, Math.max(1, this.end / Math.max(to - from, 1)));
        const middle = this.#base((from + to) / 2);
        this.#canvas.call(this.#zoom.transform,
                          zoomIdentity.translate((left + right) / 2 - factor * middle, 0).scale(factor));
    }

    fit() {
        this.show(0, this.end);
    }

    /* By a part of the width. */
    pan(part) {
        const [from, to] = this.span;
        const by = Math.max(-from, Math.min(this.end - to, part * (to - from)));
        this.show(from + by, to + by);
    }

    zoomBy(factor, time) {
        const [from, to] = this.span;
        const at = time >= from && time <= to ? time : (from + to) / 2;
        this.show(at - (at - from) / factor, at + (to - at) / factor);
    }

    /* Moves so that the time is in sight, and not at the very edge. */
    reveal(time) {
        const [from, to] = this.span;
        const edge = (to - from) / 10;
        if (time < from + edge || time > to - edge)
            this.show(time - (to - from) / 2, time + (to - from) / 2);
    }
}
