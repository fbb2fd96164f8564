// lightning-fs. It stores its tree half a second after a change; a sample ends when it has.

import { LightningFS } from './peers.js';
import { overNode } from './in_javascript.js';

export const lightningFs = {
  name: 'lightning-fs',
  async open(label) {
    const fs = new LightningFS(label).promises;
    return overNode('lightning-fs', fs, () => fs.flush());
  },
};
