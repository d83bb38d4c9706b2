import type { ReactNode } from 'react';

interface Box {
  gap?: 's';
  children: ReactNode;
}

export const Row = ({ children }: Box) => <div>{children}</div>;
export const Col = ({ children }: Box) => <div>{children}</div>;

interface ButtonProps {
  disabled?: boolean;
  loading?: boolean;
  onClick: () => void;
  children: ReactNode;
}

export const Button = ({ disabled, onClick, children }: ButtonProps) => (
  <button disabled={disabled} onClick={onClick}>
    {children}
  </button>
);
