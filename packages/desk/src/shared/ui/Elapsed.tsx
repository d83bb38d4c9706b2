import { formatDuration, isoDuration } from '../format/duration';
import { useNow } from '../hooks/useNow';

interface Props {
  /** When it began, ms since the Unix epoch. */
  since: number;
  label?: string;
  className?: string | undefined;
}

/** The time since a moment, running. Not announced each second: a screen reader reads it on demand. */
export function Elapsed({ since, label, className }: Props) {
  const passed = useNow(since) - since;
  return (
    <time role="timer" aria-live="off" aria-label={label} className={className} dateTime={isoDuration(passed)}>
      {formatDuration(passed)}
    </time>
  );
}
