/** A span as a clock shows it: `0:07`, `12:34`, `1:02:03`. Negative spans, as of a clock set back, are zero. */
export function formatDuration(ms: number): string {
  const seconds = Number.isFinite(ms) ? Math.max(0, Math.floor(ms / 1000)) : 0;
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The same for machines, as the `datetime` of a `<time>` wants it: `PT12M34S`. */
export function isoDuration(ms: number): string {
  const seconds = Number.isFinite(ms) ? Math.max(0, Math.floor(ms / 1000)) : 0;
  return `PT${Math.floor(seconds / 60)}M${seconds % 60}S`;
}
