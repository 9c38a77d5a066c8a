// What the phone keeps: today's registers and the marks not sent yet. All of it is sealed with a key that no script
// can read out; the key goes with the last thing it seals.
const WEEK = 7 * 864e5;
// The kinds of register: where the page of one is, to which door its marks go, and how they are called there.
export const KINDS = {
  class: { page: "/registers/", door: "/api/v1/attendance/batches/", of: "student", minutes: "minutes_late" },
  slot: { page: "/behaviour/slots/", door: "/api/v1/detention-slots/batches/", of: "detention", minutes: "minutes" },
};
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("lyceum", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("own"); // key, device, day, roll, found
      asked.result.createObjectStore("marks", { autoIncrement: true }); // one row for each save, only ever added
      asked.result.createObjectStore("batches"); // what was sent and not answered yet, by its key
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

// Runs in one transaction; answers with the result of the request that `work` returns, or of each in its list.
async function run(mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(["own", "marks", "batches"], mode, { durability: "strict" });
    const asked = work((name) => transaction.objectStore(name));
    transaction.oncomplete = () => resolve(Array.isArray(asked) ? asked.map((each) => each.result) : asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const read = (work) => run("readonly", work);
const write = (work) => run("readwrite", work);

async function own(name, make) {
  const known = await read((of) => of("own").get(name));
  if (known) return known;
  const made = await make();
  try {
    await write((of) => of("own").add(made, name));
  } catch {
    return read((of) => of("own").get(name)); // another tab was first
  }
  return made;
}

const key = () => own("key", () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));
const device = () => own("device", () => crypto.randomUUID());

async function seal(value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { iv, cipher: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), plain) };
}

async function unseal({ iv, cipher }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await key(), cipher)));
}

// The marks of a row; none where the key has gone. Those of before there were other kinds are of a class.
const marksOf = async (row) => (await unseal(row.sealed).catch(() => [])).map((mark) => ({ kind: "class", line: mark.student, ...mark }));
const kindOf = (row) => row.kind ?? "class";

// Today's registers: until the server's hour, counted by the phone's own clock from now on.
export async function putDay(day) {
  const from = Date.now();
  const until = from + Math.min(Date.parse(day.until) - Date.parse(day.now), 12 * 36e5);
  const sealed = await seal({ ...day, csrf: undefined });
  await write((of) => of("own").put({ who: day.who, from, until, sealed }, "day"));
}

export async function getDay() {
  const kept = await read((of) => of("own").get("day"));
  if (!kept) return undefined;
  const now = Date.now();
  if (now >= kept.until || now < kept.from - 6e4) return dropDay();
  try {
    return { ...(await unseal(kept.sealed)), age: now - kept.from };
  } catch {
    return dropDay();
  }
}

export async function dropDay() {
  await write((of) => of("own").delete("day"));
}

// Who is on site, for an evacuation without network: kept like the registers, with the ticks made meanwhile.
export async function putRoll(roll) {
  const from = Date.now();
  const sealed = await seal({ ...roll, csrf: undefined });
  await write((of) => of("own").put({ who: roll.who, from, until: from + 12 * 36e5, sealed }, "roll"));
}

export async function getRoll() {
  const kept = await read((of) => of("own").get("roll"));
  if (!kept) return undefined;
  const now = Date.now();
  if (now >= kept.until || now < kept.from - 6e4) return dropRoll();
  try {
    return { ...(await unseal(kept.sealed)), age: now - kept.from };
  } catch {
    return dropRoll();
  }
}

export async function dropRoll() {
  await write((of) => { of("own").delete("roll"); of("own").delete("found"); });
}

// The ids of those who were found, ticked without network.
export async function getFound() {
  const kept = await read((of) => of("own").get("found"));
  return new Set(kept ? await unseal(kept).catch(() => []) : []);
}

export async function putFound(found) {
  const sealed = await seal([...found]);
  await write((of) => of("own").put(sealed, "found"));
}

// Marks that were saved here: [{ kind, register, line, code, minutes, version, at }].
export async function addMarks(who, marks) {
  if (!marks.length) return;
  const row = { who, n: marks.length, until: Date.now() + WEEK, sealed: await seal(marks) };
  await write((of) => of("marks").add(row));
  navigator.storage?.persist?.().catch(() => {});
}

// How many marks wait, until when the first of them; how many of them are somebody else's.
export async function countUnsent(who) {
  const rows = (await read((of) => [of("marks").getAll(), of("batches").getAll()])).flat();
  const mine = rows.filter((row) => !who || row.who === who);
  const sum = (of) => of.reduce((n, row) => n + row.n, 0);
  return { n: sum(mine), others: sum(rows) - sum(mine), until: Math.min(...mine.map((row) => row.until)) };
}

// The newest unsent mark of each line, by register and line.
export async function readUnsent(who) {
  const [marks, batches] = await read((of) => [of("marks").getAll(), of("batches").getAll()]);
  const found = new Map();
  for (const batch of batches.filter((row) => row.who === who)) {
    const kind = kindOf(batch), names = KINDS[kind];
    for (const { register, marks: rows } of (await unseal(batch.sealed)).registers) {
      for (const { code, version, ...row } of rows) {
        const line = row[names.of];
        found.set(register + line, { kind, register, line, code, minutes: row[names.minutes], version });
      }
    }
  }
  for (const row of marks.filter((each) => each.who === who)) {
    for (const mark of await marksOf(row)) found.set(mark.register + mark.line, mark);
  }
  return found;
}

// Puts what waits into a batch for each door, with a key: from here on a retry sends the same again.
export async function makeBatches(who) {
  const [rows, keys] = await read((of) => [of("marks").getAll(), of("marks").getAllKeys()]);
  const taken = keys.filter((_, n) => rows[n].who === who);
  if (!taken.length) return;
  const newest = new Map();
  for (const row of rows.filter((each) => each.who === who)) {
    for (const mark of await marksOf(row)) newest.set(mark.register + mark.line, mark);
  }
  const until = Math.min(...rows.filter((row) => row.who === who).map((row) => row.until));
  const made = [];
  for (const kind of Object.keys(KINDS)) {
    const marks = [...newest.values()].filter((mark) => mark.kind === kind);
    if (!marks.length) continue;
    const name = crypto.randomUUID();
    const body = { device: await device(), key: name, device_time: new Date().toISOString(), registers: byRegister(marks, KINDS[kind]) };
    made.push([name, { who, kind, n: marks.length, until, sealed: await seal(body) }]);
  }
  await write((of) => {
    for (const [name, batch] of made) of("batches").put(batch, name);
    for (const each of taken) of("marks").delete(each);
  });
}

function byRegister(marks, names) {
  const registers = new Map();
  for (const { register, line, code, minutes, version, at } of marks) {
    if (!registers.has(register)) registers.set(register, []);
    registers.get(register).push({ [names.of]: line, code, [names.minutes]: minutes, version, at });
  }
  return [...registers].map(([register, rows]) => ({ register, marks: rows }));
}

export async function listBatches(who) {
  const [rows, names] = await read((of) => [of("batches").getAll(), of("batches").getAllKeys()]);
  const found = [];
  for (const [n, row] of rows.entries()) if (row.who === who) found.push({ key: names[n], kind: kindOf(row), body: await unseal(row.sealed) });
  return found;
}

// A batch was answered. Marks saved while it was on its way have seen what it wrote.
export async function dropBatch(name, kind, results) {
  const { of: called } = KINDS[kind];
  const versions = new Map(results.filter(({ result }) => result === "applied" || result === "same").map((row) => [row.register_id + row[called], row.version]));
  const [rows, keys] = await read((of) => [of("marks").getAll(), of("marks").getAllKeys()]);
  const newer = [];
  for (const [n, row] of rows.entries()) {
    const marks = (await marksOf(row)).map((mark) => ({ ...mark, version: versions.get(mark.register + mark.line) ?? mark.version }));
    newer.push([{ ...row, sealed: await seal(marks) }, keys[n]]);
  }
  await write((of) => {
    of("batches").delete(name);
    for (const [row, at] of newer) of("marks").put(row, at);
  });
}

// Forgets what is too old.
export async function sweep() {
  const now = Date.now();
  await getDay();
  await getRoll();
  await write((of) => {
    for (const name of ["marks", "batches"]) {
      of(name).openCursor().onsuccess = ({ target: { result: at } }) => {
        if (!at) return;
        if (at.value.until < now) at.delete();
        at.continue();
      };
    }
  });
}

// Signed out, or turned away: names and marks go at once; unsent marks stay, sealed, for who comes back.
// Answers with how many marks wait.
export async function leave() {
  await dropDay();
  await dropRoll();
  const { n } = await countUnsent();
  if (!n) await write((of) => of("own").delete("key"));
  return n;
}
