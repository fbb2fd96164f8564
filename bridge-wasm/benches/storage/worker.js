// Runs all figures in one worker: of what takes part, OPFS is to be had in workers alone.

import init from './storage.js';
import { measureFiles } from './figures.js';
import { measureSql } from './sql_figures.js';

onmessage = async ({ data }) => {
  try {
    await init();
    const report = (line) => postMessage({ line });
    await measureFiles(data, report);
    await measureSql(data, report);
    postMessage({ end: 'ok' });
  } catch (error) {
    postMessage({ end: `${error.name}: ${error.message}\n${error.stack}` });
  }
};
