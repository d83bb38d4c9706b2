import type { TFunction } from 'i18next';

/** A reason for a break, as launch brings it. */
export interface Reason {
  code: string;
  title: Record<string, string>;
}

/** A reason in the page's language, else in any, else its code; undefined where there is none. */
export function reasonTitle(
  code: string | null | undefined,
  reasons: readonly Reason[],
  language: string,
  t: TFunction,
): string | undefined {
  if (!code) return undefined;
  if (code === 'ring_no_answer') return t('status.ringNoAnswer');
  const title = reasons.find((reason) => reason.code === code)?.title;
  return title?.[language] ?? title?.['en'] ?? Object.values(title ?? {})[0] ?? code;
}
