import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it.each(['../../README.md', '../../../../README.md'])('the example in %s is the one that is type-checked', (readme) => {
  const text = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
  expect(text(readme)).toContain(text('seed/readme.tsx'));
});
