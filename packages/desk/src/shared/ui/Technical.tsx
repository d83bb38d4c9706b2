import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Technical.module.css';

/** The technical detail, folded away, with a button to copy it. */
export function Technical({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <details className={classes.details}>
      <summary className={classes.summary}>{t('common.technical')}</summary>
      <code className={classes.code}>{text}</code>
      <CopyButton text={text} />
    </details>
  );
}

export function CopyButton({ text }: { text: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = () => {
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };

  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      onClick={copy}
      leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
    >
      {copied ? t('common.copied') : t('common.copy')}
    </Button>
  );
}
