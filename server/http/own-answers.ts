import { KINDS } from '../../core/kinds/registry.ts';
import { openApiDocument, openApiIndex } from '../../core/rest/openapi.ts';
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

export function ownDocument(path: string, version: string): unknown {
  if (path === '/') return rootPaths();
  if (path === '/version' || path === '/version/') return versionInfo(version);
  if (path === '/openapi/v3') return openApiIndex();
  if (!path.startsWith(OPENAPI)) return undefined;
  return openApiDocument(path.slice(OPENAPI.length), version, describe) ?? NOTHING;
}
