import { Skeleton, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** The workplace's outline, until it is known who works here. */
export function WorkplaceSkeleton() {
  const { t } = useTranslation();
  return (
    <Stack gap="md" aria-busy aria-label={t('common.loading')} role="status">
      <Skeleton height={84} radius="xl" />
      <Skeleton height={440} radius="xl" />
    </Stack>
  );
}
