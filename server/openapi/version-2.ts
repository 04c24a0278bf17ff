import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { openApiV2 } from '../../core/rest/openapi-v2.ts';
import { describe } from '../http/descriptions.ts';
import { openApiProtobuf } from './protobuf.ts';

/** One form of the document, made when it is first asked for. */
interface Form {
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly zipped: Buffer;
  /** A hash of what it says, by which clients know it again (kube-openapi, `handler.go`). */
  readonly etag: string;
}

const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** As kubectl asks: the first was its name until 1.26 (kube-openapi, `pkg/handler`). */
const PROTOBUF_TYPES: readonly string[] = [
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  PROTOBUF_TYPE,
];
const ANY_TYPES: readonly string[] = ['*/*', 'application/*', JSON_TYPE];

interface Forms {
  readonly document: Readonly<Record<string, unknown>>;
  readonly made: Map<string, Form>;
}

const formsOf = new Map<string, Forms>();

function formOf(version: string, contentType: string): Form {
  let forms = formsOf.get(version);
  if (forms === undefined) {
    forms = { document: openApiV2(version, describe), made: new Map() };
    formsOf.set(version, forms);
  }
  let form = forms.made.get(contentType);
  if (form === undefined) {
    const { document } = forms;
    const isJson = contentType === JSON_TYPE;
    const bytes = isJson ? Buffer.from(JSON.stringify(document)) : openApiProtobuf(document);
    const etag = `"${createHash('sha512').update(bytes).digest('hex').toUpperCase()}"`;
    form = { contentType, bytes, zipped: gzipSync(bytes), etag };
    forms.made.set(contentType, form);
  }
  return form;
}

/** The first type of the client's list that there is. */
function wantedType(accept: string | undefined): string | undefined {
  if (accept === undefined || accept === '') return JSON_TYPE;
  for (const part of accept.split(',')) {
    const [type = ''] = part.split(';');
    const name = type.trim().toLowerCase();
    if (PROTOBUF_TYPES.includes(name)) return PROTOBUF_TYPE;
    if (ANY_TYPES.includes(name)) return JSON_TYPE;
  }
  return undefined;
}

/** `GET /openapi/v2`. */
export function serveOpenApiV2(
  response: ServerResponse,
  headers: IncomingHttpHeaders,
  version: string,
): void {
  const contentType = wantedType(headers.accept);
  if (contentType === undefined) {
    response.writeHead(406, { 'Content-Length': 0 });
    response.end();
    return;
  }
  const { bytes, zipped, etag } = formOf(version, contentType);
  const about = { ETag: etag, Vary: 'Accept', 'Cache-Control': 'no-cache, private' };
  if (headers['if-none-match'] === etag) {
    response.writeHead(304, about);
    response.end();
    return;
  }
  const isZipped = String(headers['accept-encoding'] ?? '').includes('gzip');
  const content = isZipped ? zipped : bytes;
  response.writeHead(200, {
    ...about,
    'Content-Type': contentType,
    'Content-Length': content.length,
    ...(isZipped ? { 'Content-Encoding': 'gzip' } : {}),
  });
  response.end(content);
}
