import { existsSync, writeFileSync } from 'node:fs';
import { withFile } from '../../files/file-error.ts';
import { EXIT, InputError } from '../exit.ts';

const SCENARIO = `# A first scenario: two replicas of a web server, and the node under one of them crashes.
# Run it:      wavetank run scenario.yaml --out run.jsonl
# Look at it:  wavetank get pods -o wide --log run.jsonl --at 7m
# Ask why:     wavetank why deployment/web --log run.jsonl --at 7m
apiVersion: wavetank.dev/v1alpha1
kind: Scenario
metadata:
  name: first
spec:
  seed: 1              # another seed: other image pulls, start-up times and tie-breaks
  duration: 15m        # of virtual time; it takes a fraction of a second
  cluster:
    nodeGroups:
      - name: node
        count: 3
        zones: [a, b, c]
        machine: { cpu: 4, memory: 16Gi, pods: 110 }
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        replicas: 2
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec:
            topologySpreadConstraints:   # one replica a node, as far as there are nodes
              - maxSkew: 1
                topologyKey: kubernetes.io/hostname
                whenUnsatisfiable: ScheduleAnyway
                labelSelector: { matchLabels: { app: web } }
            containers:
              - name: web
                image: nginx:1.27
                ports: [{ containerPort: 80 }]
                resources: { requests: { cpu: 100m, memory: 64Mi } }
                readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 5 }
  behaviors:
    - match: { app: web }
      startup: { p50: 2s, p99: 5s }
  timeline:
    - { at: 2m, setImage: deployment/web, container: web, image: 'nginx:1.28' }
    # A lost node is noticed after about 50 s, and its pods are evicted 5 m later.
    - { at: 4m, fault: node-crash, node: { hosting: { selector: { app: web } } }, for: 10m }
  expect:
    - { name: never without a web server, always: 'available(deployment/web) >= 1' }
    - { name: whole again, eventually: 'available(deployment/web) == 2', after: 5m, within: 8m }
`;

/** `wavetank init [FILE]`: a commented first scenario. Never writes over a file. */
export function initCommand(file: string): number {
  if (existsSync(file)) throw new InputError(`${file} exists already: name another file, or remove it`);
  withFile(file, 'write', () => writeFileSync(file, SCENARIO, { flag: 'wx' }));
  process.stdout.write(`wrote ${file}: run it with wavetank run ${file}\n`);
  return EXIT.fine;
}
