import { useEffect } from 'react';

export type PageIcon = 'icon' | 'icon-ringing' | 'icon-talking';

/** The tab's icon. */
export function usePageIcon(icon: PageIcon): void {
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    link?.setAttribute('href', `/${icon}.svg`);
    return () => link?.setAttribute('href', '/icon.svg');
  }, [icon]);
}
