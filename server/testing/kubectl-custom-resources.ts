import { file, type KubectlSection, works } from './kubectl-command.ts';

const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct]}
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
              description: What is to run, and when.
              required: [cronSpec]
              properties:
                cronSpec: {type: string}
                replicas: {type: integer, minimum: 1, default: 1}
              x-kubernetes-validations: [{rule: self.replicas < 10, message: ten are too many}]
            status: {type: object, properties: {replicas: {type: integer}}}
      subresources:
        status: {}
        scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}
      additionalPrinterColumns:
        - {name: Spec, type: string, jsonPath: .spec.cronSpec}
        - {name: Replicas, type: integer, jsonPath: .spec.replicas}
`;

const crontab = (spec: string): string => `apiVersion: stable.example.com/v1
kind: CronTab
metadata: {name: mine}
spec: {${spec}}
`;

export const CUSTOM_RESOURCES: KubectlSection = {
  title: 'Custom resources',
  commands: [
    file('definition.yaml', DEFINITION),
    file('mine.yaml', crontab("cronSpec: '* * * * *'")),
    file('wrong.yaml', crontab("cronSpec: '* * * * *', replicas: 0")),
    file('unknown.yaml', crontab("cronSpec: '* * * * *', colour: red")),
    works(
      'kubectl apply -f definition.yaml',
      'customresourcedefinition.apiextensions.k8s.io/crontabs… created\n',
    ),
    works(
      'kubectl wait --for=condition=Established crd/crontabs.stable.example.com --timeout=1m',
      '…condition met\n',
    ),
    works(
      'kubectl api-resources --api-group=stable.example.com',
      'NAME …\ncrontabs …ct …stable.example.com/v1 …',
    ),
    works('kubectl explain crontab.spec', '…KIND:       CronTab\n…What is to run, and when.\n…'),
    works('kubectl apply -f mine.yaml', 'crontab.stable.example.com/mine created\n'),
    works('kubectl apply -f mine.yaml', 'crontab.stable.example.com/mine unchanged\n'),
    works('kubectl apply -f wrong.yaml', 'The CronTab "mine" is invalid: spec.replicas: …', { code: 1 }),
    works('kubectl apply -f unknown.yaml', '…strict decoding error: unknown field "spec.colour"\n', {
      code: 1,
    }),
    works('kubectl get ct', 'NAME   SPEC        REPLICAS\nmine   * * * * *   1\n'),
    works('kubectl scale ct/mine --replicas=3', 'crontab.stable.example.com/mine scaled\n'),
    works(
      `kubectl patch ct mine --type=merge -p '{"spec":{"replicas":10}}'`,
      'The CronTab "mine" is invalid: spec: Invalid value: ten are too many\n',
      { code: 1 },
    ),
    works('kubectl label ct mine tier=back', 'crontab.stable.example.com/mine labeled\n'),
    works('kubectl describe ct mine', 'Name:         mine\n…Cron Spec:  * * * * *\n  Replicas:   3\n…'),
    works(
      'kubectl delete -f definition.yaml',
      'customresourcedefinition…"crontabs.stable.example.com" deleted\n',
    ),
    works('kubectl get ct', 'Error from server (NotFound): Unable to list …', { code: 1 }),
  ],
};
