/** Answers a digest challenge with MD5. */
export class DigestAuthentication {
  constructor(credentials: { username?: string; password?: string | null; realm?: string | null; ha1?: string | null });
  get(parameter: 'realm' | 'ha1'): string | null;
  /** Whether it could be answered. */
  authenticate(
    request: { method: string; ruri: unknown; body?: string | null },
    challenge: any,
    cnonce?: string,
  ): boolean;
  /** Authorization's value. */
  toString(): string;
}
export { DigestAuthentication as default };
