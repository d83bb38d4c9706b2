import type { CustomerView } from '../src/pages/customer/model';
import { CustomerCard } from '../src/pages/customer/CustomerCard';
import { CustomerForm } from '../src/pages/customer/CustomerForm';
import classes from '../src/pages/customer/customer.module.css';
import { PageFrame } from '../src/shared/ui/PageFrame';

const nothing = () => undefined;
const queues = [{ name: 'support', display_name: 'Support' }];

export function CustomerIdle({ ready = true }: { ready?: boolean }) {
  return (
    <PageFrame heading="Gallery">
      <div className={classes.column}>
        <CustomerForm
          number="79991234567"
          queues={ready ? queues : undefined}
          queue={ready ? 'support' : ''}
          ready={ready}
          waiting={false}
          draft={undefined}
          onDraft={nothing}
          onNumber={nothing}
          onQueue={nothing}
          onCall={nothing}
        />
      </div>
    </PageFrame>
  );
}

export function CustomerCall({
  view,
  digits = '',
}: {
  view: Exclude<CustomerView, { kind: 'idle' }>;
  digits?: string;
}) {
  return (
    <PageFrame heading="Gallery">
      <div className={classes.column}>
        <CustomerCard
          view={view}
          dialled="Support"
          startedAt={Date.now() - 47_000}
          digits={digits}
          onAnswer={nothing}
          onEnd={nothing}
          onMute={nothing}
          onDigit={nothing}
          onAgain={nothing}
          onDone={nothing}
        />
      </div>
    </PageFrame>
  );
}
