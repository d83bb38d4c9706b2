import { type ComponentProps, useRef } from 'react';
import { useShortcuts } from '../hooks/useShortcuts';
import { CallControl } from './CallControl';

interface Props extends Pick<ComponentProps<typeof CallControl>, 'icon' | 'label' | 'letter' | 'disabled'> {
  opened: boolean;
  onToggle: (opened: boolean) => void;
}

/** A button that opens something beside the call, and takes the focus back when it closes. */
export function OpeningControl({ opened, onToggle, ...look }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const toggle = () => {
    if (opened) button.current?.focus({ preventScroll: true });
    onToggle(!opened);
  };
  useShortcuts({ [`Key${look.letter}`]: look.disabled ? undefined : toggle });

  return (
    <CallControl {...look} ref={button} onClick={toggle} aria-expanded={opened} data-opened={opened || undefined} />
  );
}
