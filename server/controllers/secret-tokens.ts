import { SECRET, SERVICE_ACCOUNT } from '../../core/kinds/registry.ts';
import type { RestRequest } from '../../core/rest/request.ts';
import { secretClaims } from '../../core/rest/tokens/claims.ts';
import type { Secret } from '../../core/schema/types.generated.ts';
import type { Credentials } from '../auth/credentials.ts';
import type { OutsideCluster, OutsideController } from './outside.ts';

/**
 * Fills Secrets of the type `kubernetes.io/service-account-token` with a token of their account, and deletes those
 * whose account is gone (kubernetes `pkg/controller/serviceaccount` `TokensController`).
 */
const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

const ACTOR = { user: 'system:kube-controller-manager', groups: ['system:authenticated'] };

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function secretTokens(session: OutsideCluster, { signer, authority }: Credentials): OutsideController {
  let [secrets, accounts]: [unknown, unknown] = [undefined, undefined];

  const tried = new Set<string>();
  const pathOf = ({ metadata }: Secret): string =>
    `/api/v1/namespaces/${metadata.namespace}/secrets/${metadata.name}`;
  const write = (request: Omit<RestRequest, 'user' | 'query'>): void => {
    session.write({ ...request, ...ACTOR, query: { fieldManager: 'kube-controller-manager' } });
  };

  function fill(secret: Secret): void {
    const { namespace = '', name, annotations = {}, resourceVersion = '' } = secret.metadata;
    const account = session.view.get(SERVICE_ACCOUNT, namespace, annotations[NAME] ?? '');
    // What was refused once is refused again, until something about it is another.
    const attempt = `${secret.metadata.uid}/${resourceVersion}/${account?.metadata.uid ?? ''}`;
    if (tried.has(attempt)) return;
    tried.add(attempt);
    const uid = annotations[UID] ?? '';
    if (account === undefined || (uid !== '' && uid !== account.metadata.uid)) {
      write({
        method: 'DELETE',
        path: pathOf(secret),
        body: { preconditions: { uid: secret.metadata.uid } },
      });
      return;
    }
    const reference = { name: account.metadata.name, uid: account.metadata.uid };
    const ca = base64(authority.certificate);
    const data = {
      'ca.crt': ca,
      namespace: base64(namespace),
      token: secret.data?.token ?? base64(signer.sign(secretClaims(namespace, name, reference))),
    };
    const isFull = uid !== '' && Object.entries(data).every(([key, value]) => secret.data?.[key] === value);
    if (isFull) return;
    const metadata = { annotations: { [UID]: reference.uid } };
    write({
      method: 'PATCH',
      path: pathOf(secret),
      contentType: 'application/merge-patch+json',
      body: { metadata, data },
    });
  }

  return {
    look() {
      const { view } = session;
      const [allSecrets, allAccounts] = [view.list(SECRET), view.list(SERVICE_ACCOUNT)];
      if (allSecrets === secrets && allAccounts === accounts) return;
      [secrets, accounts] = [allSecrets, allAccounts];
      for (const secret of allSecrets) {
        if (secret.type === TYPE && secret.metadata.deletionTimestamp === undefined) fill(secret);
      }
    },
  };
}
