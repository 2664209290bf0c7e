/* What the page is made of, tried without a browser. */
import fs from "node:fs";
import zlib from "node:zlib";
import { V86 } from "v86";
import { Machine } from "./machine.js";
import { expect, until } from "./tap.mjs";

let folder, about, wasm;

/* Before any test: the folder with the page. */
export async function openFolder(page) {
    folder = page;
    about = JSON.parse(fs.readFileSync(`${folder}/about.json`));
    wasm = await WebAssembly.compile(unpack("lib/v86.wasm.gz"));
}

function unpack(file) {
    const bytes = zlib.gunzipSync(fs.readFileSync(`${folder}/${file}`));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

/* A machine whose output is kept. */
class Trial {
    text = "";
    end = null;

    constructor(what) {
        this.machine = new Machine(V86, wasm, what,
                                   bytes => { this.text += String.fromCharCode(...bytes); },
                                   code => { this.end = code; });
    }

    /* Waits until the kernel wants no more of what is typed. */
    async full() {
        await until(() => this.machine.isStopped, "the line to be stopped");
    }

    /* Types, and waits for what must come after. */
    async answer(typed, pattern) {
        const from = this.text.length;
        this.machine.type(typed);
        await until(() => pattern.test(this.text.slice(from)), pattern);
    }
}

async function atPrompt(test) {
    const trial = new Trial({ state: unpack("strata/state.gz") });
    await test(trial);
    await trial.machine.destroy();
}

async function boot(options) {
    const trial = new Trial({ options, kernel: unpack("strata/kernel.elf.gz"),
                              programs: unpack("strata/programs.tar.gz") });
    await until(() => trial.end !== null, `the end of a boot with ${options}`, 100);
    await trial.machine.destroy();
    return trial;
}

export const machineTests = {
    /* The state was saved when the shell stood at its prompt, and goes on from there. */
    "web.machine_state": () => atPrompt(async trial => {
        expect(/[\r\n]\$ $/.test(about.screen), "a prompt at the end of the screen");
        await trial.answer("ps\n", /sh \(wait\)[^]*running +ps\n[^]*\$ $/);
        expect(!trial.text.includes("\ninit"), "no boot");
    }),

    /* More than the kernel holds, typed before the program that reads it, and checks it, runs. */
    "web.machine_long_text": () => atPrompt(async trial => {
        const text = Array.from({ length: 4000 }, (_, i) => `${String(i).padStart(6, "0")}\n`).join("");
        trial.machine.type(`primes\ninput ${text.length}\n${text}hello $?\n`);
        await until(() => /argument 1: "\d+"/.test(trial.text), "the end of the program");
        expect(/argument 1: "0"/.test(trial.text), `the whole text: ${trial.text.slice(-200)}`);
    }),

    /* The two keys wait for nothing, and what was typed before them is dropped. */
    "web.machine_interrupt": () => atPrompt(async trial => {
        await trial.answer("pong 1 0 0\n", /pong started/);
        trial.machine.type("hello again\n".repeat(10000));
        await trial.full();
        await trial.answer("\x03hello\n", /\^C\n[^]*Hello from process/);
        expect(!trial.text.includes("again"), "nothing of what was typed before the key");
    }),

    "web.machine_demo": async () => {
        const trial = await boot(about.demo);
        expect(trial.end === 0x10, `the exit code 0x10, not ${trial.end}`);
        expect(/^demo: PASS$/m.test(trial.text), "the demo's own verdict");
    },

    "web.machine_monitor": () => atPrompt(async trial => {
        await trial.answer("\x14", /monitor> $/);
        await trial.answer("cpus\n", /shootdowns[^]*monitor> $/);
        await trial.answer("quit\n", /quit/);
        await until(() => trial.end !== null, "the machine's end");
        expect(trial.end === 0x10, `the exit code 0x10, not ${trial.end}`);
    }),
};
