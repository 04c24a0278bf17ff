import type { RandomStream } from '../random/keyed.ts';

const WORDS = 8;
/** Four digits for every 16 bits, each made when it is first needed: formatting numbers is what costs here. */
const quads: (string | undefined)[] = new Array(65_536).fill(undefined);

function quad(bits: number): string {
  const known = quads[bits];
  if (known !== undefined) return known;
  const made = bits.toString(16).padStart(4, '0');
  quads[bits] = made;
  return made;
}

/** Filled anew for each digest. */
const parts: string[] = new Array(2 * WORDS).fill('');

/** 64 hexadecimal digits that belong to `entity`: what stands for a container's id or an image's digest. Hot path. */
export function hexDigest(random: RandomStream, entity: string): string {
  let word = random.draw(entity, 'digest');
  for (let i = 0; i < WORDS; i += 1) {
    parts[2 * i] = quad(word >>> 16);
    parts[2 * i + 1] = quad(word & 0xffff);
    // splitmix32: the following words are a function of the first.
    word = (word + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    word = (mixed ^ (mixed >>> 15)) >>> 0;
  }
  // One call, so that the pieces aren't kept.
  return parts.join('');
}
