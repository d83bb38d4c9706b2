import type { AudioDevices, TelephonyError } from 'headset-hooks';
import { useTranslation } from 'react-i18next';
import { Problem } from '../ui/Problem';
import { microphoneProblem } from '../media/microphone';
import { callErrorWords } from './callError';

interface Props {
  devices: Pick<AudioDevices, 'error' | 'permission' | 'soundBlocked' | 'askPermission'>;
  /** Of the call itself: dialling did not work, it was not put on hold … */
  callError?: TelephonyError | undefined;
  /** The call is waiting for the browser's question about the microphone. */
  asking: boolean;
  onSound: () => void;
}

/** What is wrong with the sound of a call, beside it. Each goes by itself when it is mended. */
export function CallProblems({ devices, callError, asking, onSound }: Props) {
  const { t } = useTranslation();
  const ofCall = microphoneProblem(callError);
  const words = callErrorWords(callError);
  const failed = devices.error ?? (ofCall && callError);
  const which = devices.permission === 'denied' ? 'micDenied' : (microphoneProblem(devices.error) ?? ofCall);
  return (
    <>
      {which && (
        <Problem
          tone="broken"
          testId={`problem-${which}`}
          title={t(`problem.${which}`)}
          hint={t(`problem.${which}Hint`)}
          action={
            devices.permission === 'denied'
              ? undefined
              : { label: t('common.tryAgain'), onClick: devices.askPermission }
          }
          technical={failed && `${failed.code}: ${failed.message}`}
        />
      )}
      {!which && asking && devices.permission === 'prompt' && (
        <Problem
          tone="warning"
          testId="problem-micPrompt"
          title={t('problem.micPrompt')}
          hint={t('problem.micPromptHint')}
        />
      )}
      {devices.soundBlocked && (
        <Problem
          tone="warning"
          testId="problem-silent"
          title={t('problem.silent')}
          hint={t('problem.silentHint')}
          action={{ label: t('problem.silentAction'), onClick: onSound }}
        />
      )}
      {words && (
        <Problem
          tone="broken"
          testId={`problem-${words.title}`}
          title={t(`problem.${words.title}`)}
          hint={t(`problem.${words.hint}`)}
          technical={callError && `${callError.code}: ${callError.message}`}
        />
      )}
    </>
  );
}
