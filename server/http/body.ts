import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import { failure, type Status } from '../../core/api/status.ts';
import { readProtobuf } from '../../core/schema/protobuf.ts';

/** The largest body that the API server takes (`MaxRequestBodyBytes`). */
const BODY_MAX = 3 * 1024 * 1024;
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const JSON_TYPE = 'application/json';
/** JSON, YAML, and the four kinds of patch. */
const ACCEPTED = /^application\/(?:json|yaml|[a-z-]+\+(?:json|yaml))$/;
/** YAML aliases could unfold into anything. */
const ALIASES_MAX = 100;

export type Body =
  | { readonly ok: true; readonly value: unknown; readonly contentType: string | undefined }
  | { readonly ok: false; readonly status: Status };

function refused(code: number, reason: string, message: string): Body {
  // Reasons of the transport, which no command of the API comes to.
  return {
    ok: false,
    status: { ...failure('BadRequest', message, {}), code, reason: reason as Status['reason'] },
  };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function isYaml(contentType: string | undefined): boolean {
  return contentType !== undefined && /yaml/.test(contentType);
}

/** The body of a request, read to its end and parsed by its content type: JSON unless it says YAML. */
export async function readRequestBody(request: IncomingMessage): Promise<Body> {
  const contentType = request.headers['content-type']?.split(';')[0]?.trim();
  const bytes = await bytesOf(request);
  if (bytes === undefined) {
    return refused(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_MAX}`);
  }
  if (bytes.length === 0) return { ok: true, value: undefined, contentType };
  if (contentType === PROTOBUF) {
    const read = readProtobuf(bytes);
    // What follows sees JSON, and so does the log.
    if (read.ok) return { ok: true, value: read.value, contentType: JSON_TYPE };
    return refused(400, 'BadRequest', `the body of the request can not be read: ${read.error}`);
  }
  if (contentType !== undefined && !ACCEPTED.test(contentType)) {
    return refused(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  }
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refused(400, 'BadRequest', 'the body of the request is not UTF-8 text');
  }
  try {
    const value: unknown = isYaml(contentType)
      ? parse(text, { maxAliasCount: ALIASES_MAX })
      : JSON.parse(text);
    return { ok: true, value, contentType };
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return refused(400, 'BadRequest', `the body of the request can not be read: ${problem}`);
  }
}
