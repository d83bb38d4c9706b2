import { useEffect, useState } from 'react';

/**
 * True once the component has been there for `ms`. A button that comes up where another one was pressed a moment ago
 * waits for it, or the second click of a double click would hang up, refuse or answer.
 */
export function useSettled(ms = 400): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return settled;
}
