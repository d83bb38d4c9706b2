type Write = (...data: any[]) => void;

/** A namespace's writer. Silent until `debug.enable` names it. */
export interface Debugger {
  (formatter: any, ...args: any[]): void;
  enabled: boolean;
  namespace: string;
  log: Write;
  extend(namespace: string, delimiter?: string): Debugger;
}

/** The npm module `debug`, as much of it as `JsSIP.debug` is used for. */
export interface Debug {
  (namespace: string): Debugger;
  debug: Debug;
  default: Debug;
  /** `JsSIP:*`, several separated by commas or spaces, `-JsSIP:Transport` to leave one out. */
  enable(namespaces: string): void;
  /** Says what was enabled. */
  disable(): string;
  enabled(namespace: string): boolean;
  log: Write;
}
