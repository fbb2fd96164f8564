// The figures of files.

import { figure, takePart } from './turns.js';
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
/** Milliseconds after which filling a folder is given up. */
const FILLING = 300_000;
const TOO_SLOW = `has not written the folder in ${FILLING / 1000} s`;

export async function measureFiles({ only, against, samples }, report) {
  const contestants = [];
  for (const contestant of takePart([ours, raw, zenfs, lightningFs, tokioFsExt], against)) {
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
  const filled = new Map();
  /** Fills a folder, once; gives `false` if that takes for ever. */
  const fill = (files, folder, count) => {
    const key = files.name + folder;
    if (!filled.has(key)) {
      const until = performance.now() + FILLING;
      filled.set(key, files.writeMany(folder, count, files.content(noise(16)), until));
    }
    return filled.get(key);
  };
  for (const [name, count] of [['rename_folder_of_10', 10], ['rename_folder_of_10000', MANY]]) {
    await figure(bench, name, async ({ files }) => {
      if (!files.rename) return 'it renames no folders';
      const folder = `/folder-of-${count}`;
      if (await fill(files, folder, count) === false) return TOO_SLOW;
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
    if (await fill(files, folder, MANY) === false) return TOO_SLOW;
    return {
      run: () => files.list(folder),
      check: ([count, sum]) => count === MANY && sum === 16 * MANY,
    };
  });
}

/** Bytes that no storage can compress. */
function noise(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(size, at + 65_536)));
  }
  return bytes;
}
