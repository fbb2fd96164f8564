// ZenFS on its IndexedDB backend.

import { IndexedDB, configure, fs } from './peers.js';
import { overNode } from './in_javascript.js';

export const zenfs = {
  name: 'zenfs',
  async open(label) {
    await configure({ mounts: { '/': { backend: IndexedDB, storeName: label } } });
    return overNode('zenfs', fs.promises, async () => {});
  },
};
