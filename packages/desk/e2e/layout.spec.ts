import path from 'node:path';
import { build, preview } from 'vite';

import { expect, test } from './support/test';

test('wide and on a phone, in both languages, no state of a page is wider than the screen and no button’s words are cut', async ({
  chromium,
}, info) => {
  const configFile = path.resolve(import.meta.dirname, '../gallery/vite.config.ts');
  const shared = { configFile, logLevel: 'error', build: { outDir: info.outputPath('gallery') } } as const;
  await build(shared);
  const vite = await preview({ ...shared, preview: { port: 0, host: 'localhost' } });
  try {
    const url = vite.resolvedUrls?.local[0] ?? '';
    const context = await chromium.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    const cut: string[] = [];
    for (const [width, language] of [390, 1280].flatMap((width) => [[width, 'en'] as const, [width, 'ru'] as const])) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(`${url}?language=${language}`);
      await expect(page.getByRole('link').first()).toBeVisible();
      const scenes = await page.getByRole('link').allInnerTexts();
      expect(scenes.length).toBeGreaterThan(30);
      for (const scene of scenes) {
        await page.evaluate(show, `?scene=${scene}&language=${language}`);
        cut.push(...(await page.evaluate(cutTexts)).map((text) => `${width} ${language} ${scene}: ${text}`));
      }
    }
    expect(cut).toEqual([]);
  } finally {
    await vite.close();
  }
});

/** Shows another scene of the gallery, and waits until it is drawn. */
async function show(address: string): Promise<void> {
  history.replaceState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
}

/** What does not fit: the page itself, a button's words (but for names, which end in an ellipsis), a field's placeholder. */
function cutTexts(): string[] {
  const cut = [...document.querySelectorAll<HTMLElement>('button, button span')]
    .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
    .filter((element) => getComputedStyle(element).textOverflow !== 'ellipsis')
    .map((element) => element.innerText);
  const pen = document.createElement('canvas').getContext('2d');
  for (const field of document.querySelectorAll('input')) {
    const style = getComputedStyle(field);
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (pen) pen.font = style.font;
    if (room > 0 && (pen?.measureText(field.placeholder).width ?? 0) > room + 1) cut.push(field.placeholder);
  }
  if (document.documentElement.scrollWidth > innerWidth) cut.push('the page');
  return cut;
}
