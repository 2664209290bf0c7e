/* Colours and patterns of the canvas, as the style sheet has them for light or dark. */
const GOLDEN_ANGLE = 137.508;           /* so neighbours have hues far apart */
const TILE = 6;

function tile(draw) {
    const canvas = Object.assign(document.createElement("canvas"), { width: TILE, height: TILE });
    draw(canvas.getContext("2d"));
    return canvas;
}

function stripes(colour) {
    return tile(ctx => {
        ctx.strokeStyle = colour;
        ctx.lineWidth = 1.3;
        ctx.beginPath();
        for (const x of [-TILE / 2, TILE / 2, 1.5 * TILE]) {
            ctx.moveTo(x - TILE / 2, TILE);
            ctx.lineTo(x + TILE / 2, 0);
        }
        ctx.stroke();
    });
}

function dots(colour) {
    return tile(ctx => {
        ctx.fillStyle = colour;
        ctx.fillRect(0, 0, 3, 3);
        ctx.fillRect(3, 3, 3, 3);
    });
}

export class Theme {
    #threads = new Map();

    constructor(ctx) {
        this.ctx = ctx;
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
            this.read();
            this.changed?.();
        });
        this.read();
    }

    read() {
        const style = getComputedStyle(document.documentElement);
        for (const name of ["page", "card", "text", "faint", "line", "accent", "select", "path",
                            "arrow", "message"])
            this[name] = style.getPropertyValue(`--${name}`).trim();
        this.light = style.getPropertyValue("--thread-light").trim();
        this.stripes = this.ctx.createPattern(stripes(this.text), "repeat");
        this.dots = this.ctx.createPattern(dots(this.text), "repeat");
        this.#threads.clear();
    }

    thread(number) {
        if (!this.#threads.has(number))
            this.#threads.set(number,
                              `hsl(${Math.round(number * GOLDEN_ANGLE) % 360} 60% ${this.light})`);
        return this.#threads.get(number);
    }
}
