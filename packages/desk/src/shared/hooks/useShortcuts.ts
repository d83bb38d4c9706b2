import { useEffect, useRef } from 'react';

/** By the key's place on the keyboard, so that they work in any layout: `KeyA`, `KeyH` … */
export type Shortcuts = Readonly<Record<string, (() => void) | undefined>>;

/** Alt and a letter, anywhere on the page; a held key fires once. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const newest = useRef(shortcuts);
  useEffect(() => {
    newest.current = shortcuts;
  });

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
      const act = newest.current[event.code];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
}

const mac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform);

/** As it stands in a tooltip: `Alt + A`, on a Mac `⌥ A`. */
export function shortcutLabel(letter: string): string {
  return mac ? `⌥ ${letter}` : `Alt + ${letter}`;
}
