import { stringify } from 'yaml';
import { MOMENTS, type RunningServer } from './http/server.ts';

/** How the contexts of a kubeconfig are called; those of moments have the moment after it. */
const NAME = 'wavetank';

/** The same administrator, by a certificate. */
const CERTIFIED = `${NAME}-certificate`;

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

interface Named {
  readonly name: string;
  readonly server: string;
}

/**
 * What kubectl needs to reach the server: its address, whom to trust, and the token. A second user, with a context of its
 * own, is known by a certificate instead. A recorded run has a context for
 * each moment that was named, and the first of them is the current one.
 */
export function kubeconfigOf(
  { url, certificate, token, client }: RunningServer,
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
      cluster: { server, 'certificate-authority-data': base64(certificate) },
    })),
    users: [
      { name: NAME, user: { token } },
      {
        name: CERTIFIED,
        user: {
          'client-certificate-data': base64(client.cert),
          'client-key-data': base64(client.key),
        },
      },
    ],
    contexts: [
      ...all.map(({ name }) => ({ name, context: { cluster: name, user: NAME } })),
      { name: CERTIFIED, context: { cluster: NAME, user: CERTIFIED } },
    ],
    'current-context': first === undefined ? NAME : `${NAME}-${first}`,
  });
}
