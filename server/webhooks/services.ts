import type { WebhookCall } from '../../core/api/admission/webhooks/port.ts';
import { objectKey } from '../../core/api/object.ts';
import { ENDPOINT_SLICE, SERVICE } from '../../core/kinds/registry.ts';
import type { View } from '../../core/store/view.ts';

/** Where the services of webhooks are for real, by `namespace/name`: a URL, or `allow` for one that allows everything. */
export type WebhookServices = ReadonlyMap<string, URL | 'allow'>;

function readUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** `NAMESPACE/NAME=URL`, or `*=allow` for all services that aren't named; `undefined` where it is neither. */
export function parseWebhookService(text: string): readonly [string, URL | 'allow'] | undefined {
  const equals = text.indexOf('=');
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  if (equals < 0 || !(name === '*' || /^[a-z0-9-]+\/[a-z0-9-]+$/.test(name))) return undefined;
  if (value === 'allow') return [name, value];
  const url = readUrl(value);
  return url === undefined || !/^https?:$/.test(url.protocol) ? undefined : [name, url];
}

export interface Target {
  /** As messages show it. */
  readonly url: string;
  /** Where it really is. */
  readonly at: URL;
  /** Whom its certificate may be for, besides. */
  readonly servername?: string;
}

export type Resolution = Target | 'allow' | { readonly url: string; readonly failure: string };

const HTTPS_PORT = 443;

/**
 * Why nobody answers for a service that isn't mapped. Its pods run no program, so that what is left are the ways in
 * which that shows: no such service, no endpoints, or a port at which nobody listens (aggregator `ResolveEndpoint`).
 */
function unreachable(view: View, namespace: string, name: string, port: number): string {
  const service = view.getByKey(SERVICE, objectKey(namespace, name));
  if (service === undefined) return `service "${name}" not found`;
  const isReady = view
    .list(ENDPOINT_SLICE, namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready !== false));
  if (!isReady) return `no endpoints available for service "${name}"`;
  return `dial tcp ${service.spec.clusterIP ?? name}:${port}: connect: connection refused`;
}

/** The address of a webhook. */
export function resolve(
  { clientConfig, timeoutSeconds }: WebhookCall,
  services: WebhookServices,
  view: View,
): Resolution {
  const { url, service } = clientConfig;
  const timeout = `timeout=${timeoutSeconds}s`;
  if (url !== undefined) {
    const at = readUrl(url);
    if (at === undefined) return { url, failure: 'the URL can not be read' };
    at.search = at.search === '' ? timeout : `${at.search.slice(1)}&${timeout}`;
    return { url: at.href, at };
  }
  const { namespace = '', name = '', path = '', port = HTTPS_PORT } = service ?? {};
  const servername = `${name}.${namespace}.svc`;
  const shown = `https://${servername}:${port}${path === '' ? '/' : path}?${timeout}`;
  const mapped = services.get(`${namespace}/${name}`) ?? services.get('*');
  if (mapped === 'allow') return 'allow';
  if (mapped === undefined) return { url: shown, failure: unreachable(view, namespace, name, port) };
  const at = new URL(mapped.href);
  at.pathname = `${mapped.pathname.replace(/\/$/, '')}${path}`;
  at.search = timeout;
  return { url: shown, at, servername };
}
