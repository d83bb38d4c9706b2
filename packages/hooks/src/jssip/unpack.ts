/** The bytes that `xtask/src/inline.rs` wrote as text. */
export function unpack(singles: string, text: string): Uint8Array<ArrayBuffer> {
  // Printable ASCII without what needs an escape in a string.
  const alphabet = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).filter(
    (char) => !'"\\`$\''.includes(char),
  );
  const places = new Uint8Array(127);
  alphabet.forEach((char, at) => (places[char.charCodeAt(0)] = at));
  const kinds: [number[], number[]] = [[], []];
  for (let byte = 0; byte < 256; byte++) {
    const isSingle = (parseInt(singles[byte >> 2] as string, 16) >> (3 - (byte & 3))) & 1;
    kinds[isSingle as 0 | 1].push(byte);
  }
  const [pairs, ones] = kinds;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const place = places[text.charCodeAt(at)] as number;
    bytes[length++] = (
      place < 2 ? pairs[place * alphabet.length + (places[text.charCodeAt(++at)] as number)] : ones[place - 2]
    ) as number;
  }
  return bytes.subarray(0, length);
}
