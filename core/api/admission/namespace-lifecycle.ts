import { NAMESPACE } from '../../kinds/registry.ts';
import { forbidden, notFound } from '../status.ts';
import { type AdmissionPlugin, nameInMessages } from './admission.ts';

/** Nothing is created in a namespace that does not exist, or that is being terminated. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  handles: (kind) => kind.namespaced,
  admit: (object, kind, view) => {
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
