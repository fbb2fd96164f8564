// The contestants that are written in Rust. What they write and read stays in the module's memory.

import { Content, Ours, TokioFsExt } from './storage.js';

const around = (name, files) => ({
  name,
  content: (bytes) => new Content(bytes),
  equals: (content, bytes) => content.equals(bytes),
  write: (path, content) => files.write(path, content),
  read: (path) => files.read(path),
  writeMany: (folder, count, content) => files.write_many(folder, count, content),
  readMany: (folder, count) => files.read_many(folder, count),
  list: (folder) => files.list(folder),
  rename: files.rename && ((from, to) => files.rename(from, to)),
});

export const ours = {
  name: 'ours',
  open: async (label) => around('ours', await Ours.open(label)),
};

export const tokioFsExt = {
  name: 'tokio-fs-ext',
  open: async (label) => around('tokio-fs-ext', await TokioFsExt.open(label)),
};
