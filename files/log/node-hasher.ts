import { createHash } from 'node:crypto';
import type { NewHasher } from '../../core/log/hash.ts';

/** The hasher on Node's own implementation. */
export const newNodeHasher: NewHasher = () => {
  const hash = createHash('sha256');
  return {
    update: (text) => {
      hash.update(text, 'utf8');
    },
    digest: () => hash.digest('hex'),
  };
};
