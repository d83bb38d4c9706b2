import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import classes from './PageFrame.module.css';

/** The sign and the name, leading home. */
export function Brand() {
  const { t } = useTranslation();
  return (
    <Link to="/" className={classes.brand} aria-label={`Headset. ${t('common.toStart')}`}>
      <BrandSign />
      <span className={classes.name}>Headset</span>
    </Link>
  );
}

export function BrandSign({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="9" fill="var(--mantine-color-iris-6)" />
      <path d="M8.5 18.5v-2a7.5 7.5 0 0 1 15 0v2" fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" />
      <rect x="6.5" y="16.5" width="5" height="7.5" rx="2.2" fill="#fff" />
      <rect x="20.5" y="16.5" width="5" height="7.5" rx="2.2" fill="#fff" />
    </svg>
  );
}
