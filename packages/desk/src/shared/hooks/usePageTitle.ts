import { useEffect } from 'react';

/** The tab's title while the component is there; the product's name stands behind it. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · Headset` : 'Headset';
    return () => {
      document.title = 'Headset';
    };
  }, [title]);
}
