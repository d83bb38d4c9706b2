import { describe, expect, it } from 'vitest';
import { en } from './en';
import { ru } from './ru';
import { startTexts } from './index';

const plural = /_(one|few|many|other)$/;

function texts(language: object): Map<string, string> {
  const all = new Map<string, string>();
  for (const [section, entries] of Object.entries(language)) {
    for (const [key, text] of Object.entries(entries as Record<string, string>)) all.set(`${section}.${key}`, text);
  }
  return all;
}

const bases = (language: object) => new Set([...texts(language).keys()].map((key) => key.replace(plural, '')));
const slots = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((found) => found[1]).sort();

describe('texts', () => {
  it('are the same set in both languages', () => {
    expect([...bases(ru)].sort()).toEqual([...bases(en)].sort());
  });

  it('fill the same slots in both languages', () => {
    const english = texts(en);
    for (const [key, text] of texts(ru)) {
      const twin = english.get(key) ?? english.get(key.replace(plural, '_other'));
      expect(slots(text), key).toEqual(slots(twin ?? ''));
    }
  });

  it('are never empty, and Russian is written in Russian', () => {
    for (const [key, text] of [...texts(en), ...texts(ru)]) expect(text.trim(), key).not.toBe('');
    for (const [key, text] of texts(ru)) {
      if (key === 'common.otherLanguage') continue;
      expect(text.replaceAll(/{{\w+}}/g, '').replaceAll(/[\s·]/g, '') === '' || /[а-яё]/i.test(text), key).toBe(true);
    }
  });

  it('have every plural form that Russian counts with', () => {
    const forms = new Intl.PluralRules('ru').resolvedOptions().pluralCategories;
    const counted = [...texts(ru).keys()].filter((key) => key.endsWith('_other'));
    expect(counted).not.toHaveLength(0);
    for (const key of counted) {
      for (const form of forms) expect(texts(ru).has(key.replace(plural, `_${form}`)), `${key} ${form}`).toBe(true);
    }
  });

  it('count callers as people do', () => {
    const i18n = startTexts('ru');
    expect(i18n.t('customer.waiting', { count: 1 })).toBe('Всего ждёт 1 человек');
    expect(i18n.t('customer.waiting', { count: 3 })).toBe('Всего ждут 3 человека');
    expect(i18n.t('customer.waiting', { count: 12 })).toBe('Всего ждут 12 человек');
  });
});
