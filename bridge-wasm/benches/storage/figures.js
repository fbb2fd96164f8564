// Which figures there are, and how they are measured: all contestants take turns, a sample each, and go
// first in turn. What they did is checked, outside of the time that is taken.

import { ours, tokioFsExt } from './in_rust.js';
import { raw } from './raw.js';
import { zenfs } from './zenfs.js';
import { lightningFs } from './lightning_fs.js';

const MIB = 1024 * 1024;
const LARGE = 64 * MIB;
const SMALL = 4096;
const FEW = 1_000;
const MANY = 10_000;
/** Renames in a sample, there and back. */
const RENAMES = 10;

export async function measure({ only, samples }, report) {
  const contestants = [];
  for (const contestant of [ours, raw, zenfs, lightningFs, tokioFsExt]) {
    const files = await contestant.open(`bench-${contestant.name.replaceAll(' ', '-')}`);
    contestants.push({ name: contestant.name, files });
  }
  const bench = { contestants, only, samples, report };
  const large = noise(LARGE);
  const small = noise(SMALL);

  await figure(bench, 'write_64_mib', ({ files }) => {
    const content = files.content(large);
    return {
      run: () => files.write('/large', content),
      check: async () => files.equals(await files.read('/large'), large),
      free: () => content.free?.(),
    };
  });
  await figure(bench, 'read_64_mib', async ({ files }) => {
    const content = files.content(large);
    await files.write('/large', content);
    content.free?.();
    return {
      run: () => files.read('/large'),
      check: (read) => files.equals(read, large),
    };
  });
  await figure(bench, 'write_1000_files', ({ files }) => {
    const content = files.content(small);
    let round = 0;
    return {
      run: () => files.writeMany(`/written-${round += 1}`, FEW, content),
      check: async () => await files.readMany(`/written-${round}`, FEW) === FEW * SMALL,
    };
  });
  await figure(bench, 'read_1000_files', async ({ files }) => {
    await files.writeMany('/small', FEW, files.content(small));
    return {
      run: () => files.readMany('/small', FEW),
      check: (sum) => sum === FEW * SMALL,
    };
  });
  const isHere = { files: {} };
  const fill = async (files, folder, count) => {
    if (isHere.files[`${files.name}${folder}`]) return;
    await files.writeMany(folder, count, files.content(noise(16)));
    isHere.files[`${files.name}${folder}`] = true;
  };
  for (const [name, count] of [['rename_folder_of_10', 10], ['rename_folder_of_10000', MANY]]) {
    await figure(bench, name, async ({ files }) => {
      if (!files.rename) return undefined;
      const folder = `/folder-of-${count}`;
      await fill(files, folder, count);
      return {
        operations: 2 * RENAMES,
        run: async () => {
          for (let at = 0; at < RENAMES; at += 1) {
            await files.rename(folder, '/moved');
            await files.rename('/moved', folder);
          }
        },
        check: async () => (await files.list(folder))[0] === count,
      };
    });
  }
  await figure(bench, 'list_10000', async ({ files }) => {
    const folder = `/folder-of-${MANY}`;
    await fill(files, folder, MANY);
    return {
      run: () => files.list(folder),
      check: ([count, sum]) => count === MANY && sum === 16 * MANY,
    };
  });
}

/**
 * Measures one figure. `prepare` gives, for a contestant, what is timed (`run`), what is looked at then
 * (`check`) and how many operations that was; or nothing, if the contestant can't do it.
 */
async function figure({ contestants, only, samples, report }, name, prepare) {
  if (only && !name.includes(only)) return;
  const taking = [];
  for (const contestant of contestants) {
    const work = await prepare(contestant);
    if (work) taking.push({ name: contestant.name, work, times: [] });
  }
  // The first turn is for the browser to compile what it runs, and does not count.
  for (let turn = -1; turn < samples; turn += 1) {
    for (let at = 0; at < taking.length; at += 1) {
      const one = taking[(at + turn + 1) % taking.length];
      const started = performance.now();
      const outcome = await one.work.run();
      const time = performance.now() - started;
      if (!await one.work.check(outcome)) throw new Error(`${one.name} has not done ${name}`);
      outcome?.free?.();
      if (turn >= 0) one.times.push(time / (one.work.operations ?? 1));
    }
  }
  for (const { name: contestant, work, times } of taking) {
    work.free?.();
    report(`figure ${name} | ${contestant} | ${times.map((it) => it.toFixed(4)).join(' ')}`);
  }
}

/** Bytes that no storage can compress. */
function noise(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(size, at + 65_536)));
  }
  return bytes;
}
