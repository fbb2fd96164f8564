// How a figure is measured: all contestants take turns, a sample each, and go first in turn. What they did
// is checked, outside of the time that is taken.

/**
 * Measures one figure. `prepare` gives, for a contestant, what is timed (`run`), what comes `before` it,
 * what is looked at then (`check`), what is done at the end (`free`), and how many operations `run` is; or
 * why the contestant can't do it.
 */
export async function figure({ contestants, only, samples, report }, name, prepare) {
  if (only && !name.includes(only)) return;
  const [taking, missing] = [[], []];
  for (const contestant of contestants) {
    const work = await prepare(contestant);
    if (typeof work === 'string') missing.push(`missing ${name} | ${contestant.name} | ${work}`);
    else taking.push({ name: contestant.name, work, times: [] });
  }
  // The first turn is for the browser to compile what it runs, and does not count.
  for (let turn = -1; turn < samples; turn += 1) {
    for (let at = 0; at < taking.length; at += 1) {
      const one = taking[(at + turn + 1) % taking.length];
      await one.work.before?.();
      const started = performance.now();
      const outcome = await one.work.run();
      const time = performance.now() - started;
      if (!await one.work.check(outcome)) throw new Error(`${one.name} has not done ${name}`);
      outcome?.free?.();
      if (turn >= 0) one.times.push(time / (one.work.operations ?? 1));
    }
  }
  for (const { name: contestant, work, times } of taking) {
    await work.free?.();
    report(`figure ${name} | ${contestant} | ${times.map((it) => it.toFixed(4)).join(' ')}`);
  }
  missing.forEach(report);
}

/** Ours and those whose name has one of these words in it; without words, all. */
export function takePart(contestants, against) {
  const words = against?.split(',');
  return contestants.filter(({ name }) => !words || name.startsWith('ours') || words.some((it) => name.includes(it)));
}
