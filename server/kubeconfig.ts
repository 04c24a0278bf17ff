import { stringify } from 'yaml';
import { MOMENTS, type RunningServer } from './http/server.ts';

/** How the contexts of a kubeconfig are called; those of moments have the moment after it. */
const NAME = 'wavetank';

interface Named {
  readonly name: string;
  readonly server: string;
}

/**
 * What kubectl needs to reach the server: its address, whom to trust, and the token. A recorded run has a context for
 * each moment that was named, and the first of them is the current one.
 */
export function kubeconfigOf(
  { url, certificate, token }: RunningServer,
  moments: readonly string[] = [],
): string {
  const [first] = moments;
  const all: readonly Named[] = [
    { name: NAME, server: url },
    ...moments.map((moment) => ({
      name: `${NAME}-${moment}`,
      server: `${url}${MOMENTS}${encodeURIComponent(moment)}`,
    })),
  ];
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: all.map(({ name, server }) => ({
      name,
      cluster: { server, 'certificate-authority-data': Buffer.from(certificate).toString('base64') },
    })),
    users: [{ name: NAME, user: { token } }],
    contexts: all.map(({ name }) => ({ name, context: { cluster: name, user: NAME } })),
    'current-context': first === undefined ? NAME : `${NAME}-${first}`,
  });
}
