// Runs all figures in one worker: of what takes part, OPFS is to be had in workers alone.

import init from './storage.js';
import { measure } from './figures.js';

onmessage = async ({ data }) => {
  try {
    await init();
    await measure(data, (line) => postMessage({ line }));
    postMessage({ end: 'ok' });
  } catch (error) {
    postMessage({ end: `${error.name}: ${error.message}\n${error.stack}` });
  }
};
