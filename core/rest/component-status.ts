import { answer, type RestAnswer, type RestRequest } from './request.ts';
import { formOf } from './table.ts';

/** `v1` ComponentStatus, which the API has given up and old scripts still read: everything is well. */
const ROOT = '/api/v1/componentstatuses';
/** What an API server has said of it since 1.19. */
const WARNINGS = ['v1 ComponentStatus is deprecated in v1.19+'];
const NAMES = ['controller-manager', 'scheduler', 'etcd-0'];

function status(name: string): object {
  const condition = { type: 'Healthy', status: 'True', message: 'ok' };
  return { metadata: { name, creationTimestamp: null }, conditions: [condition] };
}

export function serveComponentStatus({ path, accept }: RestRequest): RestAnswer | undefined {
  const [, name] = new RegExp(`^${ROOT}/([^/]+)$`).exec(path) ?? [];
  if (name !== undefined && NAMES.includes(name)) {
    return answer(200, { kind: 'ComponentStatus', apiVersion: 'v1', ...status(name) }, WARNINGS);
  }
  if (path !== ROOT) return undefined;
  if (formOf(accept) !== 'table') {
    const list = { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: NAMES.map(status) };
    return answer(200, list, WARNINGS);
  }
  const columns = ['Name', 'Status', 'Message', 'Error'];
  const table = {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: columns.map((name) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: 0,
    })),
    rows: NAMES.map((name) => ({
      cells: [name, 'Healthy', 'ok', ''],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name } },
    })),
  };
  return answer(200, table, WARNINGS);
}
