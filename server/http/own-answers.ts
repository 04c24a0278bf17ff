import { KINDS } from '../../core/kinds/registry.ts';
import { customOpenApiDocument, customOpenApiPaths } from '../../core/rest/custom-openapi.ts';
import { openApiDocument, openApiIndex } from '../../core/rest/openapi.ts';
import type { View } from '../../core/store/view.ts';
import { describe } from './descriptions.ts';

/** What the server answers by itself: its version, its paths, the document of its API. */

const OPENAPI = '/openapi/v3/';
/** What the mux says of a path that nobody serves. */
export const NOTHING = '404 page not found\n';

function versionInfo(version: string): unknown {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Math.max(Number(minor) - 1, 0)),
    gitVersion: version,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'wavetank',
    platform: 'linux/amd64',
  };
}

/** `/`: every path that leads somewhere (`kubectl get --raw /`). */
function rootPaths(): unknown {
  const groups = KINDS.flatMap(({ group, apiVersion }) =>
    group === '' ? [] : [`/apis/${group}`, `/apis/${apiVersion}`],
  );
  const others = ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/metrics', '/openapi/v2', '/openapi/v3'];
  const own = ['/openapi/v3/', '/readyz', '/version', '/.well-known/openid-configuration', '/openid/v1/jwks'];
  return { paths: [...new Set([...others, ...own, ...groups])].sort() };
}

const META = ['ObjectMeta', 'OwnerReference', 'ManagedFieldsEntry'];

/** The document of a group that definitions serve, with what it needs of the API's own. */
function customDocument(path: string, version: string, view: View): unknown {
  const core = openApiDocument('api/v1', version, describe) as { components: { schemas: object } };
  const shared = Object.entries(core.components.schemas).filter(([name]) => META.includes(name));
  return customOpenApiDocument(view, path, version, Object.fromEntries(shared));
}

export function ownDocument(path: string, version: string, view: View): unknown {
  if (path === '/') return rootPaths();
  if (path === '/version' || path === '/version/') return versionInfo(version);
  if (path === '/openapi/v3') return openApiIndex(customOpenApiPaths(view));
  if (!path.startsWith(OPENAPI)) return undefined;
  const document = path.slice(OPENAPI.length);
  return openApiDocument(document, version, describe) ?? customDocument(document, version, view) ?? NOTHING;
}
