import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textOfUtf8 } from '../text/utf8.ts';
import { decodeObject } from './decode.ts';
import { readProtobuf } from './protobuf.ts';
import { numbersOf } from './protobuf-numbers.ts';
import { structNameOf } from './table.ts';
import { encodeProtobuf } from './testing/encode-protobuf.ts';

/** `kubectl create deployment d1 --image=nginx --replicas=0`, as version 1.32 sends it. */
const RECORDED =
  'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EqcBCh0KAmQxEgAaACIAKgAyADgAQgBaCQoDYXBwEgJkMRJ4CAASCwoJCgNhcHASAmQxGl8KGwoAEgAaACIAKgAyADgAQgBaCQoDYXBwEgJkMRJAEiIKBW5naW54EgVuZ2lueCoAQgBqAHIAgAEAiAEAkAEAogEAGgAyAEIASgBSAFgAYABoAIIBAIoBAJoBAMIBACICCgAoADgAGgwIABAAGAAgACgAOAAaACIA';

function read(bytes: Uint8Array): unknown {
  const result = readProtobuf(bytes);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe('the protobuf form', () => {
  test('what kubectl sends is what it would have sent as JSON', () => {
    const value = read(new Uint8Array(Buffer.from(RECORDED, 'base64')));
    expect(value).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd1', labels: { app: 'd1' } },
      spec: {
        // A pointer in Go: a zero that was set.
        replicas: 0,
        selector: { matchLabels: { app: 'd1' } },
        strategy: {},
        template: {
          metadata: { labels: { app: 'd1' } },
          spec: { containers: [{ name: 'nginx', image: 'nginx', resources: {} }] },
        },
      },
      status: {},
    });
  });

  const samples = '../shared/data/k8s/api-roundtrip/testdata/v1.36.0';
  const files = existsSync(samples) ? readdirSync(samples).filter((file) => file.endsWith('.json')) : [];
  test.skipIf(files.length === 0)('every field of every kind that has numbers comes back', () => {
    let seen = 0;
    for (const file of files) {
      const raw = JSON.parse(readFileSync(`${samples}/${file}`, 'utf8')) as {
        apiVersion: string;
        kind: string;
      };
      const struct = structNameOf(raw.apiVersion, raw.kind);
      if (struct === undefined || numbersOf(struct) === undefined) continue;
      const { value } = decodeObject(raw);
      const back = read(encodeProtobuf(value as unknown as Readonly<Record<string, unknown>>));
      // What this table has no number for is left out by the encoder; the rest is the same.
      expect(value).toMatchObject(decodeObject(back).value as object);
      expect(decodeObject(back).problems).toEqual([]);
      seen += 1;
    }
    expect(seen).toBeGreaterThan(50);
  });

  test.each([
    ['no magic', [1, 2, 3], 'provided data does not appear to be a protobuf message'],
    ['an end in the middle', [0x6b, 0x38, 0x73, 0, 0x0a, 0x20, 1], 'ends too early'],
    [
      'a number without an end',
      [0x6b, 0x38, 0x73, 0, 8, ...Array.from({ length: 12 }, () => 0xff)],
      'does not end',
    ],
    ['the field 0', [0x6b, 0x38, 0x73, 0, 0, 0], 'number 0'],
    ['a group', [0x6b, 0x38, 0x73, 0, 11], 'wire type 3'],
  ])('%s is refused', (_name, bytes, message) => {
    expect(readProtobuf(new Uint8Array(bytes))).toEqual({
      ok: false,
      error: expect.stringContaining(message),
    });
  });

  test('a kind without numbers, and a field of a newer API, ask for JSON', () => {
    const crd = encodeProtobuf({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
    expect(readProtobuf(crd)).toEqual({ ok: false, error: expect.stringContaining('send JSON') });
    const bytes = [...encodeProtobuf({ apiVersion: 'v1', kind: 'ConfigMap' })];
    // Field 100 of the message: 0xa2 0x06 is its tag, with one byte of text.
    const raw = [0xa2, 0x06, 1, 0x61];
    const newer = new Uint8Array([...bytes.slice(0, -2), 0x12, raw.length, ...raw]);
    expect(readProtobuf(newer)).toEqual({ ok: false, error: expect.stringContaining('no field 100') });
  });

  test('any bytes are read or refused, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        const envelope = new Uint8Array([0x6b, 0x38, 0x73, 0, ...tail]);
        expect(typeof readProtobuf(envelope).ok).toBe('boolean');
        const pod = encodeProtobuf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } });
        expect(typeof readProtobuf(new Uint8Array([...pod.slice(0, -2), ...tail])).ok).toBe('boolean');
      }),
    );
  });

  test('UTF-8 is what the platform takes for it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          let expected: string | undefined;
          try {
            expected = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
          } catch {
            expected = undefined;
          }
          expect(textOfUtf8(bytes)).toBe(expected);
        },
      ),
    );
  });
});
