import { Title } from '@mantine/core';
import { IconArrowRight, IconHeadset, IconPhone } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageFrame } from '../../shared/ui/PageFrame';
import { usePageTitle } from '../../shared/hooks/usePageTitle';
import classes from './home.module.css';

export function HomePage() {
  const { t } = useTranslation();
  usePageTitle(undefined);
  return (
    <PageFrame>
      <div className={classes.words}>
        <Title order={1} className={classes.title}>
          {t('home.title')}
        </Title>
        <p>{t('home.lead')}</p>
        <p className={classes.note}>{t('home.headphones')}</p>
      </div>
      <nav className={classes.doors}>
        <Door
          to="/test"
          icon={<IconHeadset size={32} stroke={1.5} aria-hidden />}
          name={t('home.operator')}
          hint={t('home.operatorHint')}
        />
        <Door
          to="/customer"
          icon={<IconPhone size={32} stroke={1.5} aria-hidden />}
          name={t('home.customer')}
          hint={t('home.customerHint')}
        />
      </nav>
    </PageFrame>
  );
}

function Door({ to, icon, name, hint }: { to: '/test' | '/customer'; icon: ReactNode; name: string; hint: string }) {
  return (
    <Link to={to} className={classes.door}>
      <span className={classes.icon}>{icon}</span>
      <span className={classes.name}>
        {name}
        <IconArrowRight className={classes.arrow} size={20} stroke={1.75} aria-hidden />
      </span>
      <span className={classes.hint}>{hint}</span>
    </Link>
  );
}
