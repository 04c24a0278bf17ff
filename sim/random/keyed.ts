/**
 * Keyed randomness: a draw is a function of (seed, stream, entity, purpose), never of how many draws came
 * before it. Changing one policy therefore leaves every other draw of a run as it was, which is what makes
 * two runs comparable pair by pair.
 */

/** FNV-1a over UTF-16 code units, with a murmur3 finaliser: short keys that differ in one letter share nothing. */
function hashText(text: string, basis: number): number {
  let hash = (0x811c9dc5 ^ basis) >>> 0;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return finalise(hash);
}

function finalise(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** One of a run's named random streams (`kubelet`, `scheduler`, `cloud`). */
export interface RandomStream {
  /** Uniform in [0, 2^32). */
  draw(entity: string, purpose: string): number;
  /** Uniform in [0, 1), with 32 bits. */
  unit(entity: string, purpose: string): number;
  /** Uniform integer in [0, bound). */
  below(bound: number, entity: string, purpose: string): number;
}

export function randomStream(seed: number, stream: string): RandomStream {
  const basis = hashText(stream, finalise((seed >>> 0) ^ finalise(Math.floor(seed / 0x1_0000_0000) >>> 0)));
  const draw = (entity: string, purpose: string): number => hashText(purpose, hashText(entity, basis));
  return {
    draw,
    unit: (entity, purpose) => draw(entity, purpose) / 0x1_0000_0000,
    below: (bound, entity, purpose) => Math.floor((draw(entity, purpose) / 0x1_0000_0000) * bound),
  };
}
