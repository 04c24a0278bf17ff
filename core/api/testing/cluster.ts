import { randomStream } from '../../../sim/random/keyed.ts';
import type { Kind } from '../../kinds/kind.ts';
import { CONFIG_MAP, DEPLOYMENT, NAMESPACE, POD, SERVICE_ACCOUNT } from '../../kinds/registry.ts';
import { Journal } from '../../log/journal.ts';
import type { EventRecord } from '../../log/record.ts';
import { DEFAULT_START, SECOND } from '../../time.ts';
import type { Command, DeleteOptions, Result } from '../command.ts';
import type { Draw } from '../identity.ts';
import type { KubeObject, NewObject } from '../object.ts';
import { ApiServer } from '../server.ts';

export interface Cluster {
  readonly server: ApiServer;
  readonly events: EventRecord[];
  readonly at: (seconds: number) => void;
  readonly run: (command: Command) => Result;
}

/** An API server with the namespace `default` and its service account. */
export function cluster(draw: Draw = randomStream(1, 'api').draw): Cluster {
  const journal = new Journal();
  const server = new ApiServer(journal, draw);
  const events: EventRecord[] = [];
  journal.subscribe((record) => {
    if (record.type === 'event') events.push(record);
  });
  let now = DEFAULT_START;
  const run = (command: Command): Result => server.execute(command, { now, actor: 'user', cause: 0 });
  const created = [
    run({ verb: 'create', kind: NAMESPACE, object: newObject(NAMESPACE, { name: 'default' }) }),
    run({
      verb: 'create',
      kind: SERVICE_ACCOUNT,
      object: newObject(SERVICE_ACCOUNT, { name: 'default', namespace: 'default' }),
    }),
  ];
  for (const result of created) if (!result.ok) throw new Error(result.status.message);
  events.length = 0;
  return {
    server,
    events,
    at: (seconds) => {
      now = DEFAULT_START + seconds * SECOND;
    },
    run,
  };
}

export function newObject(kind: Kind, metadata: object, rest: object = {}): NewObject {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  return { apiVersion, kind: kind.kind, metadata, ...rest } as NewObject;
}

export const POD_SPEC = { containers: [{ name: 'c', image: 'web' }] };

export function newPod(metadata: object, spec: object = POD_SPEC): NewObject {
  return newObject(POD, { namespace: 'default', ...metadata }, { spec });
}

export function newDeployment(name: string): NewObject {
  const spec = {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: POD_SPEC },
  };
  return newObject(DEPLOYMENT, { name, namespace: 'default' }, { spec });
}

export function newConfigMap(name: string, data: object = { a: '1' }, metadata: object = {}): NewObject {
  return newObject(CONFIG_MAP, { name, namespace: 'default', ...metadata }, { data });
}

/** The object that a request came to. */
export function done<T extends KubeObject = KubeObject>(result: Result): T {
  if (!result.ok) throw new Error(result.status.message);
  return result.object as T;
}

export function refusal(result: Result): string {
  if (result.ok) throw new Error('the request was served');
  const { code, reason, message } = result.status;
  return `${code} ${reason}: ${message}`;
}

export function create<T extends KubeObject>({ run }: Cluster, object: NewObject, kind: Kind): T {
  return done<T>(run({ verb: 'create', kind, object }));
}

export function remove({ run }: Cluster, kind: Kind, name: string, options?: DeleteOptions): Result {
  const namespace = kind.namespaced ? 'default' : undefined;
  return run({ verb: 'delete', kind, namespace, name, ...(options === undefined ? {} : { options }) });
}

export function stored<T extends KubeObject>({ server }: Cluster, kind: Kind, name: string): T | undefined {
  return server.state.get(kind, kind.namespaced ? 'default' : undefined, name) as T | undefined;
}
