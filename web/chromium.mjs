/* Chromium, as all who look at pages by program use it: Debian's, and quiet. */
import { chromium } from "playwright-core";

const FLAGS = ["--disable-gpu", "--no-first-run", "--disable-background-networking",
               "--disable-component-update", "--disable-sync",
               ...(process.getuid() === 0 ? ["--no-sandbox"] : [])];

export function openChromium() {
    return chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
}

/* After the picture that is asked for by now. */
export function drawn(page) {
    return page.evaluate(() => new Promise(resolve =>
        requestAnimationFrame(() => requestAnimationFrame(resolve))));
}
