import { afterEach } from 'vitest';

// Vitest's own cleanup needs globals; without them each file would have to ask.
afterEach(async () => {
  if (typeof document === 'undefined') return;
  const { cleanup } = await import('@testing-library/react');
  cleanup();
});
