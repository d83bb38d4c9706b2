import { useEffect, useState } from 'react';

/**
 * The time of day in ms, anew at every whole second counted from `since`, so that a timer never shows a second twice
 * or leaves one out. Stands still while `since` is undefined.
 */
export function useNow(since: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());

  useEffect(() => {
    if (since === undefined) return;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const current = Date.now();
      setNow(current);
      const intoSecond = (((current - since) % 1000) + 1000) % 1000;
      timer = setTimeout(tick, 1000 - intoSecond + 5);
    };
    tick();
    return () => clearTimeout(timer);
  }, [since]);

  return now;
}
