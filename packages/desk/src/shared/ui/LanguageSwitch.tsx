import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { chooseLanguage } from '../../i18n';

/** With two languages one button is enough: it names the other one, in that one. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  const other = i18n.language === 'ru' ? 'en' : 'ru';
  return (
    <Button
      variant="subtle"
      color="gray"
      size="sm"
      h={40}
      px="sm"
      fw={500}
      lang={other}
      onClick={() => chooseLanguage(other)}
    >
      {t('common.otherLanguage')}
    </Button>
  );
}
