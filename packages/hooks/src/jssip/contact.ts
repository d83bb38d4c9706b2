import type { URI } from './uri.js';

/** Our address as others see it. */
export class UAContact {
  pub_gruu: string | null = null;
  temp_gruu: string | null = null;
  uri: URI;

  constructor(uri: URI) {
    this.uri = uri;
  }

  toString({ anonymous, outbound }: { anonymous?: boolean; outbound?: boolean } = {}): string {
    const gruu = anonymous ? this.temp_gruu : this.pub_gruu;
    const plain = anonymous ? 'sip:anonymous@anonymous.invalid;transport=ws' : this.uri.toString();
    return `<${gruu || plain}${outbound && !gruu ? ';ob' : ''}>`;
  }
}
