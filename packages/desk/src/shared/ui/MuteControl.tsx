import { IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../hooks/useShortcuts';
import { CallControl } from './CallControl';

interface Props {
  muted: boolean;
  onMute: (on: boolean) => void;
}

/** The button that mutes the microphone, and tells whether it is. */
export function MuteControl({ muted, onMute }: Props) {
  const { t } = useTranslation();
  const toggle = () => onMute(!muted);
  useShortcuts({ KeyM: toggle });

  return (
    <CallControl
      icon={muted ? IconMicrophoneOff : IconMicrophone}
      label={muted ? t('call.unmute') : t('call.mute')}
      letter="M"
      pressed={muted}
      onClick={toggle}
    />
  );
}
