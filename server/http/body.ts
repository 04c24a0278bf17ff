import type { IncomingMessage } from 'node:http';
import { failure, type Status } from '../../core/api/status.ts';
import { readProtobuf } from '../../core/schema/protobuf.ts';
import { parseYamlValue } from '../../files/yaml/parse-yaml.ts';
import { holdsForbiddenKey, parseJson } from './safe-json.ts';

/** The largest body that the API server takes (`MaxRequestBodyBytes`). */
const BODY_MAX = 3 * 1024 * 1024;
const DROPPED_MAX = 64 * 1024 * 1024;
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const JSON_TYPE = 'application/json';
/** JSON, YAML, and the kinds of patch. */
const ACCEPTED = /^application\/(?:json|yaml|[a-z-]+\+(?:json|yaml))$/;
/** So much of a body that can't be read is quoted. */
const QUOTED_MAX = 30;
const OPEN_BRACE = 0x7b;

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

/** As `summarizeData` of apiserver quotes a body: text that begins as an object, and else hexadecimal. */
function summary(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>';
  const cut = bytes.subarray(0, QUOTED_MAX);
  const shown = bytes[0] === OPEN_BRACE ? cut.toString() : cut.toString('hex');
  return bytes.length > QUOTED_MAX ? `${shown} ...` : shown;
}

/** The body can't be read as the kind that the path names, or as anything. */
function unreadable(bytes: Buffer, kind: string | undefined, problem: string): Body {
  const message =
    kind === undefined
      ? `the body of the request can not be read: ${problem}`
      : `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${problem} (${summary(bytes)})`;
  return refused(400, 'BadRequest', message);
}

/** All of it, unless that is too much. Nearly every body comes in one piece. Hot path. */
function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_MAX) chunks.push(chunk);
      else {
        // The rest is read and dropped, so that the answer gets through; one that doesn't end is cut off.
        chunks.length = 0;
        resolve(undefined);
        if (size > DROPPED_MAX) request.destroy();
      }
    });
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    // A client that goes away in the middle makes an error of it.
    request.once('error', reject);
  });
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function isYaml(contentType: string | undefined): boolean {
  return contentType !== undefined && /yaml/.test(contentType);
}

/** What was to be decoded, in Go's words for a value of another type. */
const GO_OBJECT =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function readText(bytes: Buffer, contentType: string | undefined, kind: string | undefined): Body {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return unreadable(bytes, kind, 'invalid UTF-8');
  }
  let value: unknown;
  if (isYaml(contentType)) {
    const read = parseYamlValue(text);
    if ('error' in read) return refused(400, 'BadRequest', `error converting YAML to JSON: ${read.error}`);
    value = read.value;
  } else {
    const read = parseJson(text);
    if ('problem' in read) return unreadable(bytes, kind, read.problem);
    value = read.value;
  }
  if (holdsForbiddenKey(text, value)) {
    return refused(400, 'BadRequest', '"__proto__" is not allowed as a key');
  }
  if (kind !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    const got = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    return unreadable(bytes, kind, `json: cannot unmarshal ${got} into Go value of type ${GO_OBJECT}`);
  }
  return { ok: true, value, contentType };
}

/**
 * The body of a request, read to its end and parsed by its content type: JSON unless it says otherwise. `kind` is what
 * has to stand in it; absent where that may be anything, or nothing.
 */
export async function readRequestBody(request: IncomingMessage, kind: string | undefined): Promise<Body> {
  const contentType = request.headers['content-type']?.split(';')[0]?.trim();
  const bytes = await bytesOf(request);
  if (bytes === undefined) {
    return refused(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_MAX}`);
  }
  if (bytes.length === 0) {
    return kind === undefined
      ? { ok: true, value: undefined, contentType }
      : unreadable(bytes, kind, 'unexpected end of JSON input');
  }
  if (contentType === PROTOBUF) {
    const read = readProtobuf(bytes);
    // What follows sees JSON, and so does the log.
    if (read.ok) return { ok: true, value: read.value, contentType: JSON_TYPE };
    return unreadable(bytes, undefined, read.error);
  }
  if (contentType !== undefined && !ACCEPTED.test(contentType)) {
    // Patches are turned away by the router, and other requests by the decoder.
    if (request.method === 'PATCH') {
      return refused(415, 'UnsupportedMediaType', '415: Unsupported Media Type');
    }
    return refused(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  }
  return readText(bytes, contentType, kind);
}
