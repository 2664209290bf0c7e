/* One computer in v86 that runs Strata: its serial line is the terminal.  For pages and for Node. */

/* The computer is the same in a saved state as where it is restored. */
const HARDWARE = {
    memory_size: 64 << 20,
    vga_memory_size: 1 << 20,
    acpi: true,                         /* v86 has the local APIC only then */
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    hda: { buffer: new ArrayBuffer(512) },  /* v86 restores no state without it (it misses a BAR) */
};
const EXIT_PORT = 0xf4;                 /* where the kernel says how it ends (kern/dev/machine_exit.h) */

/* Without an I/O APIC, which v86 announces only through a BIOS, the kernel looks for input at its
 * clock ticks.  It takes what there is then, until it has much that nobody has read: it stops the
 * line then, by RTS.  A burst is taken before the next one is sent, or the line is stopped. */
const BURST = 256;
const TICK = 15;                        /* milliseconds; longer than the kernel's own */

/* The keys that the kernel heeds itself, Ctrl-C and Ctrl-T, and how a PC keyboard says them (IBM
 * set 1: Ctrl and the letter down, both up).  From a stopped line the kernel takes no key. */
const INTERRUPT = 0x03, MONITOR = 0x14;
const SCANCODES = { [INTERRUPT]: [0x1d, 0x2e, 0xae, 0x9d], [MONITOR]: [0x1d, 0x14, 0x94, 0x9d] };

export class Machine {
    #v86;
    #queue = [];                        /* bytes not sent yet */
    #feeding = false;
    #mayFeed = true;                    /* RTS */
    #ended = false;
    #onEnd;
    #ready;                             /* a promise */

    /* V86: the class; wasm: v86's WebAssembly.Module; what: { state } or { kernel, programs,
     * options }, ArrayBuffers and a string.  onOutput gets bytes, onEnd the exit code. */
    constructor(V86, wasm, what, onOutput, onEnd) {
        this.#onEnd = onEnd;
        this.#v86 = new V86({
            ...HARDWARE,
            ...(what.state ? { initial_state: { buffer: what.state } } : {
                multiboot: { buffer: what.kernel },
                initrd: { buffer: what.programs },
                cmdline: what.options,
            }),
            wasm_fn: imports => this.#instantiate(wasm, imports),
            autostart: true,
        });
        this.#ready = new Promise(resolve => this.#v86.add_listener("emulator-ready", resolve));
        this.#v86.add_listener("serial0-output-byte", byte => onOutput(Uint8Array.of(byte)));
        this.#v86.add_listener("serial0-request-to-send-output", may => {
            this.#mayFeed = may;
        });
    }

    /* v86 itself would leave its main loop by an exception when the kernel ends. */
    async #instantiate(wasm, imports) {
        const write = imports.env.io_port_write8;
        imports.env.io_port_write8 = (port, value) =>
            port === EXIT_PORT ? this.#end(value) : write(port, value);
        return (await WebAssembly.instantiate(wasm, imports)).exports;
    }

    #end(code) {
        if (this.#ended)
            return;
        this.#ended = true;
        this.#v86.stop();
        this.#onEnd(code);
    }

    /* Types a text, of any length: it goes in as fast as the kernel takes it.  The two keys that
     * the kernel heeds itself wait for nothing: what was before them in the queue is dropped. */
    type(text) {
        const bytes = new TextEncoder().encode(text);
        const key = Math.max(bytes.lastIndexOf(INTERRUPT), bytes.lastIndexOf(MONITOR));
        if (key >= 0)
            this.#queue = [];
        this.#queue.push(...bytes.subarray(Math.max(key, 0)));
        this.#feed();
    }

    /* Whether the kernel wants nothing for now. */
    get isStopped() {
        return !this.#mayFeed;
    }

    /* Sends what may be sent now. */
    #send() {
        if (this.#mayFeed)
            this.#v86.serial_send_bytes(0, Uint8Array.from(this.#queue.splice(0, BURST)));
        else if (this.#queue[0] in SCANCODES)
            this.#v86.keyboard_send_scancodes(SCANCODES[this.#queue.shift()]);
    }

    async #feed() {
        if (this.#feeding)
            return;
        this.#feeding = true;
        await this.#ready;
        while (this.#queue.length > 0 && !this.#ended) {
            this.#send();
            await this.#tick();
        }
        this.#feeding = false;
    }

    /* The time of one tick has gone by, and the machine has run after it: so it has had the tick. */
    async #tick() {
        await sleep(TICK);
        const count = this.#v86.get_instruction_counter();
        while (!this.#ended && this.#v86.get_instruction_counter() === count)
            await sleep(1);
    }

    /* Everything, as an ArrayBuffer. */
    save() {
        return this.#v86.save_state();
    }

    /* Frees it.  Nothing else may be done with it then. */
    async destroy() {
        this.#ended = true;
        await this.#ready;
        await this.#v86.destroy();
    }
}

function sleep(milliseconds) {
    return new Promise(resolve => setTimeout(resolve, milliseconds));
}
