import type { Status } from 'headset-hooks';
import type { ReactNode } from 'react';
import type { CallView, EndedCall } from '../model/callView';
import { ConsultingCall } from './ConsultingCall';
import { DiallingCall } from './DiallingCall';
import { EndedCallCard } from './EndedCallCard';
import { IdleCall, type Link } from './IdleCall';
import { RingingCall } from './RingingCall';
import { TalkingCall } from './TalkingCall';

export interface CallActions {
  onAnswer: () => void;
  /** Refuses, cancels or hangs up. */
  onEnd: () => void;
  onHold: (on: boolean) => void;
  onMute: (on: boolean) => void;
  onDigit: (digit: string) => void;
  onCall: (target: string) => void;
  /** Hands the call on unseen. */
  onTransfer: (target: string) => void;
  /** Asks somebody first, while the caller waits. */
  onConsult: (target: string) => void;
  /** Connects the two. */
  onJoin: () => void;
  onGoBack: () => void;
  /** The ended call was read. */
  onDone: () => void;
}

interface Props extends CallActions {
  view: CallView;
  status: Status | undefined;
  last?: EndedCall | undefined;
  link: Link;
  problems?: ReactNode;
  keypadOpened?: boolean;
  transferOpened?: boolean;
}

export function CallCard({ view, status, last, link, problems, keypadOpened, transferOpened, ...act }: Props) {
  switch (view.kind) {
    case 'idle':
      return <IdleCall status={status} last={last} link={link} problems={problems} onCall={act.onCall} />;
    case 'ringing':
      return (
        <RingingCall
          key={view.id}
          caller={view.caller}
          answering={view.answering}
          problems={problems}
          onAnswer={act.onAnswer}
          onRefuse={act.onEnd}
        />
      );
    case 'dialling':
      return <DiallingCall caller={view.caller} ringing={view.ringing} problems={problems} onCancel={act.onEnd} />;
    case 'talking':
      return (
        <TalkingCall
          key={view.id}
          call={view}
          problems={problems}
          opened={keypadOpened ? 'keypad' : transferOpened ? 'transfer' : undefined}
          onHold={act.onHold}
          onMute={act.onMute}
          onDigit={act.onDigit}
          onTransfer={act.onTransfer}
          onConsult={act.onConsult}
          onHangUp={act.onEnd}
        />
      );
    case 'consulting':
      return (
        <ConsultingCall
          key={view.id}
          call={view}
          problems={problems}
          onMute={act.onMute}
          onJoin={act.onJoin}
          onGoBack={act.onGoBack}
        />
      );
    case 'ended':
      return <EndedCallCard end={view.end} problems={problems} onDone={act.onDone} />;
  }
}
