import type { Micros } from '../time.ts';
import type { ReviewPort, WebhookPort } from './admission/webhooks/port.ts';

/** A draw in [0, 2^32) that depends on the seed, the entity and the purpose alone. */
export type Draw = (entity: string, purpose: string) => number;

const HEX = '0123456789abcdef';
const DASH = 45;
// One buffer: the string is made from it in one call, since text put together with + keeps its pieces alive.
const codes = new Array<number>(36).fill(DASH);

function putHex(position: number, value: number, digits: number): void {
  let rest = value;
  for (let i = position + digits - 1; i >= position; i -= 1) {
    codes[i] = HEX.charCodeAt(rest & 15);
    rest >>>= 4;
  }
}

/** A version 4 UUID for the object that record `rv` creates. */
export function uidOf(draw: Draw, rv: number): string {
  const entity = String(rv);
  const a = draw(entity, 'uid-0');
  const b = draw(entity, 'uid-1');
  const c = draw(entity, 'uid-2');
  const d = draw(entity, 'uid-3');
  putHex(0, a, 8);
  putHex(9, b >>> 16, 4);
  putHex(14, (b & 0x0fff) | 0x4000, 4);
  putHex(19, ((c >>> 16) & 0x3fff) | 0x8000, 4);
  putHex(24, c & 0xffff, 4);
  putHex(28, d, 8);
  return String.fromCharCode.apply(null, codes);
}

/** No vowels and no easily confused digits (apimachinery `util/rand`): a suffix that spells nothing. */
export const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

/** Longest name that a generated one is cut to (apiserver `names.maxNameLength`: 63). */
const MAX_BASE_LENGTH = 63 - SUFFIX_LENGTH;

/**
 * `generateName` plus five letters. Another `attempt` gives another name: within 150,000 pods of one prefix
 * five letters do collide.
 */
export function generatedName(draw: Draw, prefix: string, rv: number, attempt: number): string {
  let bits = draw(attempt === 0 ? String(rv) : `${rv}/${attempt}`, 'name');
  const parts = [prefix.length > MAX_BASE_LENGTH ? prefix.slice(0, MAX_BASE_LENGTH) : prefix];
  for (let i = 0; i < SUFFIX_LENGTH; i += 1) {
    parts.push(SAFE_ALPHABET[bits % SAFE_ALPHABET.length] as string);
    bits = Math.floor(bits / SAFE_ALPHABET.length);
  }
  return parts.join('');
}

/** Somebody from outside, as admission knows them. Components of the cluster are not asked who they are. */
export interface RequestClient {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** Tell the client something besides the answer: a `Warning` header. */
  readonly warn: (text: string) => void;
  /** Where there are admission webhooks. */
  readonly webhooks?: WebhookPort;
  /** Where there are admission policies. */
  readonly review?: ReviewPort;
}

/** What a request is made with: when, by whom, because of what. */
export interface RequestContext {
  readonly now: Micros;
  /** The component, as the log names it. */
  readonly actor: string;
  /** The record that made the actor act. */
  readonly cause: number;
  /** Why a timer fired, where one did. */
  readonly reason?: string | undefined;
  /** It has been reviewed already, as what it stands for: a Scale, an Eviction. */
  readonly isReviewed?: boolean;
  /** The client from outside whose request it is; absent where a component of the cluster asks. */
  readonly client?: RequestClient;
}
