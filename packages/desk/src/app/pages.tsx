import { Button, Skeleton } from '@mantine/core';
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageFrame } from '../shared/ui/PageFrame';
import { Problem } from '../shared/ui/Problem';

export function LoadingPage() {
  const { t } = useTranslation();
  return (
    <PageFrame>
      <Skeleton height={440} radius="xl" role="status" aria-label={t('common.loading')} />
    </PageFrame>
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <PageFrame narrow>
      <Problem tone="info" title={t('common.notFound')} hint={t('common.notFoundHint')} />
      <Button component={Link} to="/" variant="default">
        {t('common.toStart')}
      </Button>
    </PageFrame>
  );
}

export function CrashPage({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <PageFrame narrow>
      <Problem
        tone="broken"
        title={t('common.crashed')}
        hint={t('common.crashedHint')}
        technical={error instanceof Error ? (error.stack ?? error.message) : String(error)}
        action={{ label: t('common.reload'), onClick: () => window.location.reload() }}
      />
    </PageFrame>
  );
}
