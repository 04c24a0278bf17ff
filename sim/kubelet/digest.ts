import type { RandomStream } from '../random/keyed.ts';

const WORDS = 8;

/** 64 hexadecimal digits that belong to `entity`: what stands for a container's id or an image's digest. */
export function hexDigest(random: RandomStream, entity: string): string {
  let word = random.draw(entity, 'digest');
  const parts: string[] = [];
  for (let i = 0; i < WORDS; i += 1) {
    parts.push(word.toString(16).padStart(8, '0'));
    // splitmix32: the following words are a function of the first.
    word = (word + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    word = (mixed ^ (mixed >>> 15)) >>> 0;
  }
  // One call, so that the pieces aren't kept.
  return parts.join('');
}
