/** After the first candidate, how long better ones are waited for. */
const AFTER_FIRST = 500;
/** At most, whatever the network does: a call is not answered ten seconds late for a silent STUN server. */
const AT_MOST = 2000;

/** Resolves when the local description has the candidates worth waiting for. */
export function gathered(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const done = (): void => {
      listening.abort();
      clearTimeout(atMost);
      clearTimeout(afterFirst);
      resolve();
    };
    const atMost = setTimeout(done, AT_MOST);
    let afterFirst: ReturnType<typeof setTimeout> | undefined;
    const { signal } = listening;
    connection.addEventListener(
      'icecandidate',
      ({ candidate }) => {
        if (!candidate) done();
        else if (candidate.candidate !== '') afterFirst ??= setTimeout(done, AFTER_FIRST);
      },
      { signal },
    );
    connection.addEventListener(
      'icegatheringstatechange',
      () => connection.iceGatheringState === 'complete' && done(),
      { signal },
    );
    if (connection.iceGatheringState === 'complete') done();
  });
}
