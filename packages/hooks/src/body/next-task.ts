let next: Promise<void> | undefined;

/** After what the page does now, React's rendering too; also at once in a hidden tab, where timers are late. */
export function nextTask(): Promise<void> {
  // Whoever asks within one task shares its successor: a channel for each would be dear while a call comes in.
  return (next ??= new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      next = undefined;
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  }));
}
