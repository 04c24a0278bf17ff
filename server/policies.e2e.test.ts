import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasKubectl, runProgram, serveCluster } from './testing/served-cluster.ts';

const SESSION_MS = 240_000;

const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: limits.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: limits, singular: limit, kind: Limit }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [max]
              properties: { max: { type: integer }, min: { type: integer, default: 0 } }
              x-kubernetes-validations:
                - { rule: self.min <= self.max, messageExpression: "'at least ' + string(self.min)", fieldPath: .max }
                - { rule: self.max >= oldSelf.max, message: never less, reason: FieldValueForbidden }
`;

const limit = (max: number, min = 0): string => `apiVersion: example.com/v1
kind: Limit
metadata: { name: replicas }
spec: { max: ${max}, min: ${min} }
`;

const POLICIES = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: replicas }
spec:
  paramKind: { apiVersion: example.com/v1, kind: Limit }
  matchConstraints:
    resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments] }]
  variables: [{ name: wanted, expression: object.spec.replicas }]
  validations:
    - expression: variables.wanted <= params.spec.max
      messageExpression: "'%d are more than %d'.format([variables.wanted, params.spec.max])"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: replicas }
spec:
  policyName: replicas
  validationActions: [Deny]
  paramRef: { name: replicas, parameterNotFoundAction: Deny }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: { name: proxy }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: >-
          Object{spec: Object.spec{initContainers: [
            Object.spec.initContainers{name: "proxy", image: "proxy", restartPolicy: "Always"}]}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: { name: proxy }
spec: { policyName: proxy }
`;

describe.skipIf(!hasKubectl)('policies with kubectl', () => {
  test(
    'rules of custom resources, policies with parameters of a custom kind, and what they make of pods, replay',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-policies-'));
      const log = path.join(folder, 'session.jsonl');
      const live = await serveCluster('--speed', 'max', '--nodes', '2', '--record', log);
      onTestFinished(async () => {
        await live.end();
        rmSync(folder, { recursive: true, force: true });
      });
      const expectRun = (line: string, code: number, output: unknown): void => {
        expect([line, live.run(line)]).toEqual([line, { code, output }]);
      };
      const file = (name: string, text: string): string => {
        const at = path.join(folder, name);
        writeFileSync(at, text);
        return at;
      };
      const apply = (name: string, text: string, code: number, output: unknown): void =>
        expectRun(`kubectl apply -f ${file(name, text)} 2>&1 | cat`, code, output);

      apply('crd.yaml', DEFINITION, 0, expect.stringContaining('limits.example.com created'));
      expectRun('kubectl wait --for=condition=Established crd/limits.example.com', 0, expect.any(String));
      apply(
        'low.yaml',
        limit(1, 2),
        0,
        'The Limit "replicas" is invalid: spec.max: Invalid value: at least 2\n',
      );
      apply(
        'policies.yaml',
        POLICIES,
        0,
        expect.stringContaining('mutatingadmissionpolicybinding.admissionregistration.k8s.io/proxy created'),
      );
      const denied = (why: string): string =>
        `error: failed to create deployment: deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'replicas' denied request: ${why}\n`;
      expectRun(
        'kubectl create deployment web --image=web',
        1,
        denied(
          'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
        ),
      );
      apply('limit.yaml', limit(3), 0, 'limit.example.com/replicas created\n');
      apply('less.yaml', limit(2), 0, 'The Limit "replicas" is invalid: spec: Forbidden: never less\n');
      expectRun('kubectl create deployment web --image=web --replicas=4', 1, denied('4 are more than 3'));
      expectRun('kubectl create deployment web --image=web --replicas=2', 0, 'deployment.apps/web created\n');
      expectRun('kubectl rollout status deployment/web --timeout=10m', 0, expect.any(String));
      expectRun(`kubectl get pods -o jsonpath='{.items[*].spec.initContainers[*].name}'`, 0, 'proxy proxy');
      apply(
        'bad.yaml',
        DEFINITION.replace('self.min <= self.max', 'self.mni <= self.max')
          .replaceAll('limit', 'other')
          .replaceAll('Limit', 'Other'),
        0,
        expect.stringContaining(
          "compilation failed: ERROR: <input>:1:5: undefined field 'mni'\n | self.mni <= self.max\n | ....^\n",
        ),
      );
      expect(await live.end()).toBe(0);
      expect(runProgram('replay', log, '--verify')).toContain('re-executed bit for bit');
    },
    SESSION_MS,
  );
});
