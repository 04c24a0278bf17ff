import { NAMESPACE } from '../../kinds/registry.ts';
import { forbidden, notFound } from '../status.ts';
import { type AdmissionPlugin, nameInMessages } from './admission.ts';

/** Namespaces that a cluster can't be without. */
const IMMORTAL: readonly string[] = ['default', 'kube-public', 'kube-system'];

/** Nothing is created in a namespace that does not exist, or that is being terminated. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  handles: (kind) => kind.namespaced || kind.resource === NAMESPACE.resource,
  validateDelete: ({ metadata }, kind) =>
    kind.resource === NAMESPACE.resource && IMMORTAL.includes(metadata.name)
      ? forbidden(kind, metadata.name, 'this namespace may not be deleted')
      : undefined,
  admit: (object, kind, view) => {
    if (!kind.namespaced) return object;
    const namespace = object.metadata.namespace ?? '';
    const found = view.getByKey(NAMESPACE, namespace);
    if (found === undefined) return notFound(NAMESPACE, namespace);
    if (found.metadata.deletionTimestamp !== undefined) {
      const message = `namespace ${namespace} is being terminated`;
      return forbidden(
        kind,
        nameInMessages(object),
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
      );
    }
    return object;
  },
};
