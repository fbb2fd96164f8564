// The peers as one module, since a worker resolves no names of packages.

export { configure, fs, mounts } from '@zenfs/core';
export { IndexedDB } from '@zenfs/dom';
export { default as LightningFS } from '@isomorphic-git/lightning-fs';
