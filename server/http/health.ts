import { NAMESPACE, PRIORITY_CLASS, SERVICE } from '../../core/kinds/registry.ts';
import { CLUSTER_ROLE } from '../../core/rbac/kinds.ts';
import type { View } from '../../core/store/view.ts';
import type { Session } from '../session/session.ts';

/**
 * `/healthz`, `/livez` and `/readyz` with their single checks, as one asks an API server for them
 * (https://kubernetes.io/docs/reference/using-api/health-checks/): what a control plane has done at its start can be
 * seen in what it holds.
 */
interface Check {
  readonly name: string;
  readonly passes: (session: Session) => boolean;
}

const SYSTEM_NAMESPACES: readonly string[] = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** What has been done once is done, whatever becomes of it later. */
const finished = new WeakMap<Session, Set<string>>();

/** A past moment was not prepared by this server, and may be before all that. */
function hook(name: string, isDone: (view: View) => boolean): Check {
  return {
    name: `poststarthook/${name}`,
    passes: (session) => {
      const hooks = finished.get(session) ?? new Set<string>();
      finished.set(session, hooks);
      if (session.isReadOnly || isDone(session.view)) hooks.add(name);
      return hooks.has(name);
    },
  };
}

const CHECKS: readonly Check[] = [
  { name: 'ping', passes: () => true },
  { name: 'log', passes: () => true },
  { name: 'etcd', passes: ({ isReadOnly, view }) => isReadOnly || view.version > 0 },
  hook('start-system-namespaces-controller', (view) =>
    SYSTEM_NAMESPACES.every((name) => view.getByKey(NAMESPACE, name) !== undefined),
  ),
  hook('rbac/bootstrap-roles', (view) => view.getByKey(CLUSTER_ROLE, 'cluster-admin') !== undefined),
  hook(
    'scheduling/bootstrap-system-priority-classes',
    (view) => view.getByKey(PRIORITY_CLASS, 'system-node-critical') !== undefined,
  ),
  hook('bootstrap-controller', (view) => view.getByKey(SERVICE, 'default/kubernetes') !== undefined),
];

interface HealthAnswer {
  readonly code: number;
  readonly text: string;
}

/** As the mux of the server has it (apiserver `healthz.InstallPathHandler`). */
const NO_SUCH_CHECK: HealthAnswer = { code: 404, text: '404 page not found\n' };
const PATH = /^\/(healthz|livez|readyz)(?:\/(.+))?$/;

function wordsOf(parameters: readonly string[]): string {
  return parameters.map((name) => JSON.stringify(name)).join(',');
}

/** The answer for a path of health; `undefined` for any other. `search`: the query as it was sent. */
export function serveHealth(
  path: string,
  search: URLSearchParams,
  session: Session,
): HealthAnswer | undefined {
  const [, root = '', single] = PATH.exec(path) ?? [];
  if (root === '') return undefined;
  if (single !== undefined) {
    const check = CHECKS.find(({ name }) => name === single);
    if (check === undefined) return NO_SUCH_CHECK;
    return check.passes(session)
      ? { code: 200, text: 'ok' }
      : { code: 500, text: 'internal server error: failed\n' };
  }
  const excluded = search.getAll('exclude');
  const failed: string[] = [];
  const lines = CHECKS.map(({ name, passes }) => {
    if (excluded.includes(name)) return `[+]${name} excluded: ok`;
    if (passes(session)) return `[+]${name} ok`;
    failed.push(name);
    return `[-]${name} failed: reason withheld`;
  });
  const unknown = excluded.filter((given) => !CHECKS.some(({ name }) => name === given));
  if (unknown.length > 0) {
    lines.push(`warn: some health checks cannot be excluded: no matches for ${wordsOf(unknown)}`);
  }
  if (failed.length > 0) return { code: 500, text: `${lines.join('\n')}\n${root} check failed\n` };
  if (!search.has('verbose')) return { code: 200, text: 'ok' };
  return { code: 200, text: `${lines.join('\n')}\n${root} check passed\n` };
}
