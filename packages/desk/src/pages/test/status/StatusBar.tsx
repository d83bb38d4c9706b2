import { Skeleton, VisuallyHidden } from '@mantine/core';
import { type Registrars, Status, type TelephonyStatus } from 'headset-hooks';
import { useTranslation } from 'react-i18next';
import { Elapsed } from '../../../shared/ui/Elapsed';
import { type Reason, reasonTitle } from '../model/reasons';
import { ServersSign } from './ServersSign';
import { StatusActions } from './StatusActions';
import classes from './status.module.css';

interface Props {
  person: { login: string; displayName: string };
  status: TelephonyStatus | undefined;
  /** A change is under way. */
  changing: boolean;
  reasons: readonly Reason[];
  registrars: Registrars;
  inCall: boolean;
  onStatus: (status: Status, subStatus?: string) => void;
}

export function StatusBar({ person, status, changing, reasons, registrars, inCall, onStatus }: Props) {
  const { t } = useTranslation();
  return (
    <section className={classes.bar} aria-label={t('status.label')}>
      <div className={classes.now}>
        <div className={classes.line} data-testid="status" data-status={status?.status} role="status">
          {status ? <StatusWords status={status} reasons={reasons} /> : <StatusUnknown />}
        </div>
        <div className={classes.person}>
          <span className={classes.personName}>{person.displayName || person.login}</span>
          {person.displayName && person.displayName !== person.login && (
            <span className={classes.login}>{person.login}</span>
          )}
          <ServersSign registrars={registrars} />
        </div>
      </div>
      <StatusActions status={status} changing={changing} reasons={reasons} onStatus={onStatus} />
      {inCall && status?.next && <NextStatus status={status} reasons={reasons} onStatus={onStatus} />}
    </section>
  );
}

function StatusWords({ status, reasons }: { status: TelephonyStatus; reasons: readonly Reason[] }) {
  const { t, i18n } = useTranslation();
  const since = Date.parse(status.since);
  const reason =
    status.status === Status.PAUSED ? reasonTitle(status.sub_status, reasons, i18n.language, t) : undefined;
  return (
    <>
      <span className={classes.dot} data-kind={status.status} aria-hidden />
      <strong className={classes.word}>{t(`status.${status.status}`)}</strong>
      {reason && <span className={classes.reason}>{reason}</span>}
      {Number.isFinite(since) && (
        <Elapsed since={since} className={classes.time} label={t('status.inState', { time: '' }).trim()} />
      )}
    </>
  );
}

function StatusUnknown() {
  const { t } = useTranslation();
  return (
    <>
      <Skeleton height={20} width={148} my={4} />
      <VisuallyHidden>{t('status.unknown')}</VisuallyHidden>
    </>
  );
}

type NextProps = Pick<Props, 'reasons' | 'onStatus'> & { status: TelephonyStatus };

function NextStatus({ status, reasons, onStatus }: NextProps) {
  const { t, i18n } = useTranslation();
  const { next } = status;
  if (!next) return null;
  const reason = reasonTitle(next.sub_status, reasons, i18n.language, t);
  const word = t(`status.${next.status}`);
  return (
    <div className={classes.next} role="status" data-testid="next-status">
      <span>{reason ? t('status.nextWithReason', { status: word, reason }) : t('status.next', { status: word })}</span>
      <button
        type="button"
        className={classes.keep}
        onClick={() => onStatus(status.status, status.sub_status ?? undefined)}
      >
        {t('status.keep')}
      </button>
    </div>
  );
}
