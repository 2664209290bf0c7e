/* Tests one after the other, reported as TAP; each has a limit, and one that fails ends none of
 * the others. */
const LIMIT_SECONDS = 300;

function within(promise) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not over after ${LIMIT_SECONDS} s`)),
                           1000 * LIMIT_SECONDS);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/* tests: { name: async function }.  True if all passed. */
export async function runTests(tests) {
    const all = Object.entries(tests);
    let failed = 0;

    console.log(`1..${all.length}`);
    for (const [index, [name, test]] of all.entries()) {
        const begin = Date.now();
        try {
            await within(test());
            console.log(`ok ${index + 1} - ${name} # ${(Date.now() - begin) / 1000} s`);
        } catch (error) {
            failed++;
            console.log(`# ${String(error.stack ?? error).replaceAll("\n", "\n# ")}`);
            console.log(`not ok ${index + 1} - ${name}`);
        }
    }
    return failed === 0;
}

export function expect(condition, what) {
    if (!condition)
        throw new Error(`expected: ${what}`);
}

/* Looks ten times a second: each look at a page costs the browser time that its machine needs. */
export async function until(condition, what, limit = 120) {
    for (const end = Date.now() + 1000 * limit; !(await condition());) {
        if (Date.now() > end)
            throw new Error(`did not come within ${limit} s: ${what}`);
        await new Promise(resolve => setTimeout(resolve, 100));
    }
}
