import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeClusterAuthority } from '../auth/cluster-authority.ts';

/** An admission webhook for tests: over HTTPS, with an authority of its own. */
type Fields = Readonly<Record<string, unknown>>;

export interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: Fields & { readonly uid: string; readonly object: Fields | null };
}

/** What to answer at a path: the fields of `response` apart from the uid, or a code to fail with; nothing: never. */
export type Answer = Fields | number | undefined;

export interface WebhookServer {
  readonly url: string;
  /** As `clientConfig.caBundle` has it. */
  readonly caBundle: string;
  /** What was asked, in order. */
  readonly asked: { readonly path: string; readonly review: Review }[];
  close(): Promise<void>;
}

/** A JSON patch as webhooks send it. */
export function patchResponse(patch: readonly unknown[]): Fields {
  return {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  };
}

export async function startWebhookServer(
  answer: (path: string, review: Review) => Answer,
): Promise<WebhookServer> {
  const authority = await makeClusterAuthority();
  const { key, cert } = await authority.serverCertificate(new Date());
  const asked: { path: string; review: Review }[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      const review = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Review;
      asked.push({ path, review });
      const given = answer(path, review);
      if (given === undefined) return;
      if (typeof given === 'number') {
        response.writeHead(given).end('it is broken');
        return;
      }
      const { apiVersion, kind, request: question } = review;
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ apiVersion, kind, response: { uid: question.uid, ...given } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    caBundle: Buffer.from(authority.certificate).toString('base64'),
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
