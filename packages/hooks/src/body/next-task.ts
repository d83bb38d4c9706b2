let next: Promise<void> | undefined;
let arrive: () => void;
let channel: MessageChannel | undefined;

/** After what the page does now, React's rendering too; also at once in a hidden tab, where timers are late. */
export function nextTask(): Promise<void> {
  return (next ??= new Promise((resolve) => {
    arrive = resolve;
    channel ??= open();
    channel.port2.postMessage(undefined);
  }));
}

/** One for the page: to make one takes long while a call comes in. */
function open(): MessageChannel {
  const made = new MessageChannel();
  made.port1.onmessage = () => {
    next = undefined;
    arrive();
  };
  return made;
}
