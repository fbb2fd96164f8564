/** Tracks as lines of a list. */

/** Makes the line of a track, with this text for it. */
export function trackItem(track, text) {
  const item = document.createElement('li');
  const cells = [track.track ?? '', text, time(track.durationMs)].map((content) => {
    const cell = document.createElement('span');
    cell.textContent = content;
    return cell;
  });
  item.append(...cells);
  return item;
}

function time(ms) {
  if (ms === null) return '';
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
