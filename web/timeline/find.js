/* Which record is meant: by a place in the picture, by a row, by words. */

/* Does the record belong to the row?  Every record belongs to the row of the CPU that wrote it, and
 * to those of the threads that wrote it or that it tells of. */
export function belongs(model, row, i) {
    const { record } = model;
    const names = sort => ["subject", "value"].filter((_, n) => record.head.table[record.kind[i]][n + 1]
                                                                === sort).map(field => record[field][i]);
    switch (row.type) {
    case "cpu": return record.cpu[i] === row.cpu.number;
    case "thread": return model.actor[i] === row.thread.number ||
        (names("THREAD").includes(row.thread.address) && lives(row.thread, record.time[i]));
    case "process": return row.process.threads.some(thread => model.actor[i] === thread.number);
    case "lock": return names("LOCK").includes(row.lock.address);
    case "buffer": return names("BUFFER").includes(row.buffer.number);
    default: return false;
    }
}

/* Later another thread may lie at its address. */
function lives({ states }, time) {
    return time >= states.begins[0] && time <= states.ends.at(-1);
}

function wanted(model, filter, i) {
    const { kind, kindOf } = model.record;
    return kind[i] !== kindOf.NAME && kind[i] !== kindOf.LETTERS && filter.hasKind(kind[i]);
}

/* The row's record that is nearest to `time`, not further than `reach`; -1 if there is none. */
export function nearest(model, row, filter, time, reach) {
    const { record } = model;
    const after = record.firstAfter(time);
    let found = -1;
    const look = i => {
        const better = found < 0 || Math.abs(record.time[i] - time) < Math.abs(record.time[found] - time);
        if (better && wanted(model, filter, i) && belongs(model, row, i))
            found = i;
    };
    for (let i = after - 1; i >= 0 && record.time[i] >= time - reach && found < 0; i--)
        look(i);
    for (let i = after; i < record.count && record.time[i] <= time + reach; i++) {
        look(i);
        if (found >= after)
            break;
    }
    return found;
}

/* The row's next record after `from` in the direction (1 or -1), or -1. */
export function neighbour(model, row, filter, from, direction) {
    for (let i = from + direction; i >= 0 && i < model.record.count; i += direction)
        if (wanted(model, filter, i) && belongs(model, row, i))
            return i;
    return -1;
}

/* All records that say this, and that the filter lets through. */
export function search(model, words, filter, text) {
    const low = text.toLowerCase(), found = [];
    for (let i = 0; i < model.record.count; i++)
        if (wanted(model, filter, i) && filter.hasCpu(model.record.cpu[i]) &&
            `${words.kind(i)} ${words.line(i)}`.toLowerCase().includes(low))
            found.push(i);
    return found;
}
