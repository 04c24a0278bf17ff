import { equalValues } from '../../core/api/equal.ts';
import { CONFIG_MAP, NAMESPACE } from '../../core/kinds/registry.ts';
import type { View } from '../../core/store/view.ts';
import type { Controller, Reconciliation, WatchEvent } from '../controller.ts';
import { DONE } from '../controller.ts';
import { ignoringLostRaces, isActive, keysOfNamespace } from './service-account.ts';

/** The ConfigMap by which pods trust the API server, in every namespace (kubernetes `pkg/controller/certificates/rootcacertpublisher`). */

const NAME = 'kube-root-ca.crt';

/** The annotation and its text are part of the object that users see. */
const DESCRIPTION_ANNOTATION = 'kubernetes.io/description';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
  'internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of ' +
  'Kubernetes clusters.';

/**
 * A certificate for the simulated cluster, valid for a hundred years. Nobody has its key: nothing inside a
 * simulation is encrypted, and one fixed text keeps logs the same.
 */
const SIMULATED_ROOT_CA = `-----BEGIN CERTIFICATE-----
MIIBQDCB86ADAgECAhRWsu9uo4OTiCQFtSoP74HuMZu6PjAFBgMrZXAwFTETMBEG
A1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjQyMDI4MzhaGA8yMTI2MTAzMTIwMjgz
OFowFTETMBEGA1UEAwwKa3ViZXJuZXRlczAqMAUGAytlcAMhAPiRxywKwlN+pfUy
y11bGe+ncGPtB80B/LjU8ckLN5+uo1MwUTAdBgNVHQ4EFgQU0oEOg2cZbtaOgJNH
ztORbi5Tx7YwHwYDVR0jBBgwFoAU0oEOg2cZbtaOgJNHztORbi5Tx7YwDwYDVR0T
AQH/BAUwAwEB/zAFBgMrZXADQQCTi3JlUJ83eqos3JVlYPD885mviqn33RzG2lGf
tbN4FQcNPpNUp0Q6xO+sXxFlcKSjMGtd5l0d+nrM3MUNuf0I
-----END CERTIFICATE-----
`;

const DATA = { 'ca.crt': SIMULATED_ROOT_CA };

function reconcile(view: View, key: string): Reconciliation<never> {
  if (!isActive(view.get(NAMESPACE, undefined, key))) return DONE;
  const published = view.get(CONFIG_MAP, key, NAME);
  if (published === undefined) {
    const object = {
      apiVersion: CONFIG_MAP.apiVersion,
      kind: CONFIG_MAP.kind,
      metadata: { name: NAME, namespace: key, annotations: { [DESCRIPTION_ANNOTATION]: DESCRIPTION } },
      data: DATA,
    };
    return { requests: [{ verb: 'create', kind: CONFIG_MAP, object }], memory: undefined };
  }
  const described = (published.metadata.annotations?.[DESCRIPTION_ANNOTATION] ?? '') !== '';
  if (described && equalValues(published.data, DATA)) return DONE;
  const object = {
    ...published,
    metadata: {
      ...published.metadata,
      annotations: { ...published.metadata.annotations, [DESCRIPTION_ANNOTATION]: DESCRIPTION },
    },
    data: DATA,
  };
  return { requests: [{ verb: 'update', kind: CONFIG_MAP, object }], memory: undefined };
}

function keysOfConfigMap({ type, object }: WatchEvent): readonly string[] {
  const { name, namespace } = object.metadata;
  return type !== 'ADDED' && name === NAME && namespace !== undefined ? [namespace] : [];
}

export const rootCaPublisher: Controller<undefined> = {
  name: 'root-ca-certificate-publisher-controller',
  component: 'root-ca-cert-publisher',
  workers: 1,
  watches: [
    { kind: NAMESPACE, keys: keysOfNamespace },
    { kind: CONFIG_MAP, keys: keysOfConfigMap },
  ],
  reconcile,
  onResult: ignoringLostRaces,
};
