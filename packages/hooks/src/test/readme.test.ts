import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the README’s example is the one that is type-checked', () => {
  const text = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
  expect(text('../../README.md')).toContain(text('seed/readme.tsx'));
});
