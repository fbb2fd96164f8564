// What all contestants in JavaScript share.

export const nameOf = (at) => `song ${String(at).padStart(5, '0')}.mp3`;

export function equals(bytes, others) {
  if (bytes.length !== others.length) return false;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== others[at]) return false;
  }
  return true;
}

/** Contestants with the promises of Node's `fs`; `done` waits until what was done is stored. */
export const overNode = (name, fs, done) => ({
  name,
  content: (bytes) => bytes,
  equals,
  async write(path, content) {
    await fs.writeFile(path, content);
    await done();
  },
  read: (path) => fs.readFile(path),
  async writeMany(folder, count, content, until = Infinity) {
    await fs.mkdir(folder);
    for (let at = 0; at < count; at += 1) {
      if (performance.now() > until) return false;
      await fs.writeFile(`${folder}/${nameOf(at)}`, content);
    }
    await done();
    return true;
  },
  async readMany(folder, count) {
    let sum = 0;
    for (let at = 0; at < count; at += 1) {
      sum += (await fs.readFile(`${folder}/${nameOf(at)}`)).length;
    }
    return sum;
  },
  async list(folder) {
    let [count, sum] = [0, 0];
    for (const name of await fs.readdir(folder)) {
      count += 1;
      sum += (await fs.stat(`${folder}/${name}`)).size;
    }
    return [count, sum];
  },
  async rename(from, to) {
    await fs.rename(from, to);
    await done();
  },
});
