import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasKubectl, runProgram, serveCluster } from './testing/served-cluster.ts';

const SESSION_MS = 180_000;

/** A real kubectl as several people: by roles, tokens and certificates. */
describe.skipIf(!hasKubectl)('who may do what', () => {
  test(
    'with kubectl, and the session replays bit for bit',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-auth-'));
      const log = path.join(folder, 'session.jsonl');
      const live = await serveCluster('--speed', '1', '--nodes', '1', '--record', log);
      const works = (line: string): string => {
        const ran = live.run(line);
        expect([line, ran.code, ran.output]).toEqual([line, 0, expect.any(String)]);
        return ran.output;
      };
      const fails = (line: string): string => {
        const ran = live.run(line);
        expect([line, ran.code, ran.output]).toEqual([line, 1, expect.any(String)]);
        return ran.output;
      };

      try {
        // The built-in roles, and one of one's own that a built-in one takes in.
        expect(
          works('kubectl get clusterroles -l kubernetes.io/bootstrapping=rbac-defaults -o name'),
        ).toMatch(/cluster-admin\n.*system:node-proxier\n.*view\n/s);
        works('kubectl create role looker --verb=get,list,watch --resource=pods');
        works('kubectl create rolebinding jane --clusterrole=view --user=jane');
        expect(works('kubectl auth can-i list pods --as=jane')).toBe('yes\n');
        expect(fails('kubectl auth can-i get leases.coordination.k8s.io --as=jane')).toBe('no\n');
        works('kubectl create clusterrole leases --verb=get --resource=leases.coordination.k8s.io');
        works('kubectl label clusterrole leases rbac.authorization.k8s.io/aggregate-to-view=true');
        works(
          `kubectl wait --for=jsonpath='{.rules[?(@.apiGroups[0]=="coordination.k8s.io")].verbs[0]}'=get clusterrole/view --timeout=20s`,
        );
        expect(works('kubectl auth can-i get leases.coordination.k8s.io --as=jane')).toBe('yes\n');
        expect(works('kubectl auth can-i --list --as=jane')).toMatch(
          /pods\/log +\[\] +\[\] +\[get list watch\]/,
        );
        expect(works('kubectl auth can-i get /version --as=joe')).toBe('yes\n');
        expect(fails('kubectl auth can-i get /metrics --as=joe')).toBe('no\n');

        // Nobody gives what they haven't.
        works('kubectl create rolebinding jane-admin --clusterrole=admin --user=jane');
        expect(fails('kubectl create role all --verb=get --resource=nodes --as=jane')).toBe(
          'Error from server (Forbidden): roles.rbac.authorization.k8s.io "all" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}\n',
        );
        expect(
          fails('kubectl create rolebinding up --clusterrole=cluster-admin --user=jane --as=jane'),
        ).toContain('is attempting to grant RBAC permissions not currently held');
        works('kubectl create rolebinding down --clusterrole=edit --user=joe --as=jane');
        const reconciled = `kubectl create rolebinding down -n default --clusterrole=edit --user=kim --dry-run=client -o yaml | kubectl auth reconcile --as=jane -f -`;
        expect(works(reconciled)).toContain('rolebinding.rbac.authorization.k8s.io/down reconciled');
        expect(works(`kubectl get rolebinding down -o jsonpath='{.subjects[*].name}'`)).toBe('joe kim');

        // A service account, by its token.
        works('kubectl create serviceaccount robot');
        works('kubectl create token robot --duration=20m > token');
        works('kubectl create token robot --duration=20m --audience=vault > other');
        const asRobot = 'kubectl --token=$(cat token)';
        expect(works(`${asRobot} auth whoami -o jsonpath='{.status.userInfo.username}'`)).toBe(
          'system:serviceaccount:default:robot',
        );
        expect(fails(`${asRobot} create configmap made --from-literal=a=b`)).toContain(
          'configmaps is forbidden',
        );
        works('kubectl create rolebinding robot --clusterrole=edit --serviceaccount=default:robot');
        works(`${asRobot} create configmap made --from-literal=a=b`);
        expect(fails('kubectl --token=$(cat other) get configmaps')).toContain('Unauthorized');
        works('kubectl run home --image=home:1 --overrides=\'{"spec":{"serviceAccountName":"robot"}}\'');
        works('kubectl create token robot --bound-object-kind=Pod --bound-object-name=home > bound');
        works('kubectl --token=$(cat bound) get configmap made');
        works('kubectl delete pod home --now --wait');
        expect(fails('kubectl --token=$(cat bound) get configmap made')).toContain('Unauthorized');

        // A user, by a certificate.
        works(
          'openssl req -new -newkey rsa:2048 -nodes -keyout kim.key -out kim.csr -subj /O=dev/CN=kim 2>/dev/null',
        );
        works(`kubectl apply -f - <<END
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: kim}
spec: {request: $(base64 -w0 kim.csr), signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
END`);
        expect(fails('kubectl certificate approve kim --as=jane')).toContain('forbidden');
        expect(works('kubectl certificate approve kim')).toBe(
          'certificatesigningrequest.certificates.k8s.io/kim approved\n',
        );
        works("kubectl wait --for=jsonpath='{.status.certificate}' csr/kim --timeout=20s");
        works("kubectl get csr kim -o jsonpath='{.status.certificate}' | base64 -d > kim.crt");
        works(
          'kubectl config set-credentials kim --client-key=kim.key --client-certificate=kim.crt --embed-certs',
        );
        expect(works(`kubectl --user=kim auth whoami -o jsonpath='{.status.userInfo.groups}'`)).toBe(
          '["dev","system:authenticated"]',
        );
        works('kubectl --user=kim get configmap made');
        expect(works(`kubectl --context=wavetank-certificate auth whoami`)).toContain('kubernetes-admin');

        const url = works("kubectl config view -o jsonpath='{.clusters[0].cluster.server}'");
        expect(works(`curl -sk ${url}/healthz`)).toBe('ok');
        expect(works(`curl -sk -o /dev/null -w '%{http_code}' ${url}/api/v1/pods`)).toBe('403');
        expect(
          works(`curl -sk --key kim.key --cert kim.crt ${url}/api/v1/namespaces/default/configmaps/made`),
        ).toContain('"a":"b"');

        works('kubectl delete serviceaccount robot');
        expect(fails(`${asRobot} get configmap made`)).toContain('Unauthorized');
      } finally {
        expect(await live.end()).toBe(0);
      }
      expect(runProgram('replay', log, '--verify')).toContain('re-executed bit for bit');
      rmSync(folder, { recursive: true, force: true });
    },
    SESSION_MS,
  );
});
