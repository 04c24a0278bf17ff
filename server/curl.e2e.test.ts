import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canServe, type ServedCluster, serveCluster } from './testing/served-cluster.ts';

/** What people write in shells and pipelines: curl with the token and the certificate of the kubeconfig. */
const hasCurl = canServe && spawnSync('curl', ['--version']).status === 0;
const SESSION_MS = 120_000;

/** Reads the kubeconfig as a script does that has no YAML parser at hand. */
const PREPARE = `
URL=$(sed -n 's/^ *server: //p' kubeconfig | head -1)
TOKEN=$(sed -n 's/^ *token: //p' kubeconfig | head -1)
sed -n 's/^ *certificate-authority-data: //p' kubeconfig | head -1 | base64 -d > ca.pem
api() { curl -sS --cacert ca.pem -H "Authorization: Bearer $TOKEN" "$@"; }
`;

describe.skipIf(!hasCurl)('curl', () => {
  let cluster: ServedCluster;
  beforeAll(async () => {
    cluster = await serveCluster('--speed', '10');
  }, SESSION_MS);
  afterAll(() => cluster?.end());

  const sh = (script: string): string => cluster.run(`${PREPARE}${script}`).output;

  test('creates from JSON and from YAML, reads, patches in three ways, and deletes', () => {
    const script = `
CM=$URL/api/v1/namespaces/default/configmaps
api -o /dev/null -w '%{http_code} ' -X POST -H 'Content-Type: application/json' -d '{"metadata":{"name":"a"},"data":{"x":"1"}}' $CM
printf 'metadata:\\n  name: b\\n' | api -o /dev/null -w '%{http_code} ' -X POST -H 'Content-Type: application/yaml' --data-binary @- $CM
api -o /dev/null -w '%{http_code} ' -X PATCH -H 'Content-Type: application/merge-patch+json' -d '{"data":{"y":"2"}}' $CM/a
api -o /dev/null -w '%{http_code} ' -X PATCH -H 'Content-Type: application/json-patch+json' -d '[{"op":"remove","path":"/data/x"}]' $CM/a
api -o /dev/null -w '%{http_code}\\n' -X PATCH -H 'Content-Type: application/apply-patch+yaml' -d '{"apiVersion":"v1","kind":"ConfigMap","data":{"z":"3"}}' "$CM/a?fieldManager=sh"
api $CM/a | tr ',' '\\n' | grep -o '"[xyz]":"[0-9]"' | sort | tr '\\n' ' '
api -o /dev/null -w '%{http_code} ' -X DELETE $CM/a
api -o /dev/null -w '%{http_code}\\n' $CM/a`;
    expect(sh(script)).toBe('201 201 200 200 200\n"y":"2" "z":"3" 200 404\n');
  });

  test('watches: a line for each event, until the time that it asked for is over', () => {
    const script = `
FROM=$(api $URL/api/v1/namespaces/default/secrets | grep -o '"resourceVersion":"[0-9]*"' | head -1 | tr -dc 0-9)
api -X POST -H 'Content-Type: application/json' -d '{"metadata":{"name":"s"}}' $URL/api/v1/namespaces/default/secrets > /dev/null
api -X DELETE $URL/api/v1/namespaces/default/secrets/s > /dev/null
api -N "$URL/api/v1/namespaces/default/secrets?watch=1&timeoutSeconds=1&resourceVersion=$FROM" | cut -c1-17`;
    expect(sh(script)).toBe('{"type":"ADDED","\n{"type":"DELETED"\n');
  });

  test('no token, a wrong one, no certificate: refused', () => {
    const pods = '$URL/api/v1/pods';
    const script = `
curl -sS --cacert ca.pem -o /dev/null -w '%{http_code} ' ${pods}
curl -sS --cacert ca.pem -o /dev/null -w '%{http_code} ' -H 'Authorization: Bearer no' ${pods}
curl -sS --cacert ca.pem -o /dev/null -w '%{http_code} ' $URL/healthz
curl -s -o /dev/null ${pods}; echo $?`;
    // 60: the peer's certificate can't be verified.
    expect(sh(script)).toMatch(/^40[13] 401 200 60\n$/);
  });
});
