import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 over text as UTF-8, piece by piece. `files` has one on Node's own implementation, which is faster. */
export interface Hasher {
  update(text: string): void;
  /** The hash in lower-case hexadecimal. The hasher is used up. */
  digest(): string;
}

export type NewHasher = () => Hasher;

/** The hasher that runs anywhere: in a browser too. */
export const newPureHasher: NewHasher = () => {
  const hash = sha256.create();
  return {
    update: (text) => {
      hash.update(utf8ToBytes(text));
    },
    digest: () => bytesToHex(hash.digest()),
  };
};
