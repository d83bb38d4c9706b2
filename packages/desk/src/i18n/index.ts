import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';
import { ru } from './ru';

export type Language = 'en' | 'ru';

const stored = 'headset.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'desk';
    resources: { desk: typeof en };
  }
}

/** The language last chosen here, else the browser's; English where it is neither. */
export function preferredLanguage(): Language {
  const chosen = safely(() => localStorage.getItem(stored));
  if (chosen === 'ru' || chosen === 'en') return chosen;
  return navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}

/** Switches the page's language and keeps the choice for the next visit. */
export function chooseLanguage(language: Language): void {
  safely(() => localStorage.setItem(stored, language));
  void i18next.changeLanguage(language);
}

export function startTexts(language: Language = preferredLanguage()): typeof i18next {
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'desk',
    resources: { en: { desk: en }, ru: { desk: ru } },
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = language;
  i18next.on('languageChanged', (next) => {
    document.documentElement.lang = next;
  });
  return i18next;
}

/** Storage may be forbidden; the choice then lasts as long as the page. */
function safely<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
