import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { checkServerIdentity } from 'node:tls';
import type { Target } from './services.ts';

/** One POST of JSON, and what came back; failures are texts, in the words of the real client where it has some. */
export type Posted = { readonly code: number; readonly text: string } | { readonly failure: string };

/** An answer that is longer is no answer. */
const ANSWER_MAX = 16 * 1024 * 1024;

const CERTIFICATE_TEXTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'x509: certificate has expired or is not yet valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'x509: certificate signed by unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'x509: certificate is not valid for the name that was asked',
  SELF_SIGNED_CERT_IN_CHAIN: 'x509: certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'x509: certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'x509: certificate signed by unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'x509: certificate signed by unknown authority',
};

function failureText(error: NodeJS.ErrnoException, { hostname, port, protocol }: URL): string {
  const code = error.code ?? '';
  const where = `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
  if (Object.hasOwn(CERTIFICATE_TEXTS, code)) {
    return `tls: failed to verify certificate: ${CERTIFICATE_TEXTS[code]}`;
  }
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${where}: connect: connection refused`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${hostname}: no such host`;
    case 'ECONNRESET':
      return 'EOF';
    default:
      return error.message;
  }
}

const NO_ROOTS = 'unable to load root certificates: unable to parse bytes as PEM block';

/** A bundle that holds no certificates is found out before anything is sent. */
function requestTo(
  make: typeof httpRequest,
  at: URL,
  options: RequestOptions,
  onResponse: (response: IncomingMessage) => void,
): ClientRequest | undefined {
  try {
    return make(at, options, onResponse);
  } catch {
    return undefined;
  }
}

export function postJson(
  { at, servername }: Target,
  body: unknown,
  caBundle: string | undefined,
  timeoutMs: number,
): Promise<Posted> {
  const text = JSON.stringify(body);
  const isTls = at.protocol === 'https:';
  const ca = caBundle === undefined || caBundle === '' ? undefined : Buffer.from(caBundle, 'base64');
  return new Promise((resolve) => {
    const options = {
      method: 'POST',
      headers: {
        Accept: 'application/json, */*',
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(text),
        'User-Agent': 'kube-apiserver-admission',
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(isTls && ca !== undefined ? { ca } : {}),
      ...(isTls && servername !== undefined
        ? {
            servername,
            // Its certificate is for the service, or for where it is for now.
            checkServerIdentity: (host: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
              checkServerIdentity(host, certificate) && checkServerIdentity(at.hostname, certificate),
          }
        : {}),
    };
    const failed = (error: NodeJS.ErrnoException): void => {
      const isLate = error.name === 'TimeoutError' || error.name === 'AbortError';
      resolve({ failure: isLate ? 'context deadline exceeded' : failureText(error, at) });
    };
    const sent = requestTo(isTls ? httpsRequest : httpRequest, at, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_MAX) response.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      response.on('error', failed);
      response.on('end', () =>
        resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    if (sent === undefined) {
      resolve({ failure: NO_ROOTS });
      return;
    }
    sent.on('error', failed);
    sent.end(text);
  });
}
