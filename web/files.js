/* The files that the page is made of, some of them packed. */

async function unpack(bytes) {
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;  /* some servers unpack .gz themselves */
    if (!packed)
        return bytes.buffer;
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
}

async function collect(response, progress) {
    const pieces = [];
    let size = 0;
    for (const reader = response.body.getReader();;) {
        const { done, value } = await reader.read();
        if (done)
            break;
        pieces.push(value);
        progress(size += value.length);
    }
    const bytes = new Uint8Array(size);
    pieces.reduce((at, piece) => {
        bytes.set(piece, at);
        return at + piece.length;
    }, 0);
    return bytes;
}

/* The file as an ArrayBuffer, unpacked.  progress gets how many bytes have come so far. */
export async function load(path, progress = () => {}) {
    const response = await fetch(path).catch(() => {
        throw new Error(`${path} does not come: is the server still there?`);
    });
    if (!response.ok)
        throw new Error(`the server has no ${path} (${response.status})`);
    return unpack(await collect(response, progress));
}

export async function loadJson(path) {
    return JSON.parse(new TextDecoder().decode(await load(path)));
}
