import { stringify } from 'yaml';
import type { RunningServer } from './http/server.ts';

/** What kubectl needs to reach the server: its address, whom to trust, and the token. */
export function kubeconfigOf({ url, certificate, token }: RunningServer): string {
  const name = 'wavetank';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: url,
          'certificate-authority-data': Buffer.from(certificate).toString('base64'),
        },
      },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
