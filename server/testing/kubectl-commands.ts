import { file, type KubectlSection, refused, works } from './kubectl-command.ts';
import { CONFIG_MAP, CSR, ON_NODE_2, ROLE, STATEFUL_SET, WEB } from './kubectl-manifests.ts';

export const KUBECTL_SECTIONS: readonly KubectlSection[] = [
  {
    title: 'The cluster',
    commands: [
      works('kubectl version', 'Client Version: …\nServer Version: v1.…'),
      works('kubectl cluster-info', 'Kubernetes control plane is running at https://127.0.0.1:…'),
      works('kubectl cluster-info dump --output-directory=dump', 'Cluster info dumped to dump\n'),
      works('kubectl api-versions', '…apps/v1\n…metrics.k8s.io/v1beta1\n…'),
      works(
        'kubectl api-resources',
        'NAME …configmaps …cm …pods …po …v1 …true …Pod\n…deployments …apps/v1 …',
      ),
      works('kubectl api-resources --api-group=batch -o name', 'cronjobs.batch\njobs.batch\n'),
      works(
        'kubectl explain deployment.spec.replicas',
        'GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n…FIELD: replicas <integer>\n…',
      ),
      works(
        'kubectl explain pod --recursive',
        'KIND:       Pod\n…terminationGracePeriodSeconds\t<integer>\n…',
      ),
      works('kubectl get --raw /readyz', 'ok'),
      works(
        'kubectl get --raw /metrics',
        '…apiserver_resource_objects{group="",resource="nodes",version="v1"} 3\n…',
      ),
      works('kubectl get componentstatuses', '…controller-manager   Healthy   ok …'),
      works('kubectl config current-context', 'wavetank\n'),
      works('kubectl config set-context --current --namespace=default', 'Context "wavetank" modified.\n'),
      works('kubectl config get-contexts', '…wavetank…'),
    ],
  },
  {
    title: 'create',
    commands: [
      works('kubectl create namespace team', 'namespace/team created\n'),
      works('kubectl create configmap cm --from-literal=a=b', 'configmap/cm created\n'),
      works('kubectl create secret generic s --from-literal=p=q', 'secret/s created\n'),
      works(
        'kubectl create secret docker-registry pull --docker-username=u --docker-password=p',
        'secret/pull created\n',
      ),
      works(
        'kubectl create deployment api --image=api:1 --replicas=2 --port=80',
        'deployment.apps/api created\n',
      ),
      works('kubectl create service clusterip api --tcp=80:8080', 'service/api created\n'),
      works('kubectl create service nodeport np --tcp=80', 'service/np created\n'),
      works('kubectl create service loadbalancer lb --tcp=80', 'service/lb created\n'),
      works('kubectl create service externalname out --external-name=a.example', 'service/out created\n'),
      works('kubectl create job once --image=tool:1 -- run it', 'job.batch/once created\n'),
      works(
        "kubectl create cronjob tick --image=tool:1 --schedule='0 0 1 1 *' -- run",
        'cronjob.batch/tick created\n',
      ),
      works('kubectl create job by-hand --from=cronjob/tick', 'job.batch/by-hand created\n'),
      works(
        'kubectl create role reader --verb=get,list --resource=pods',
        'role.rbac.authorization.k8s.io/reader created\n',
      ),
      works(
        'kubectl create rolebinding reader --role=reader --user=jane',
        'rolebinding.rbac.authorization.k8s.io/reader created\n',
      ),
      works(
        'kubectl create clusterrole nodes --verb=get,list --resource=nodes',
        'clusterrole.rbac.authorization.k8s.io/nodes created\n',
      ),
      works(
        'kubectl create clusterrolebinding nodes --clusterrole=nodes --user=jane',
        'clusterrolebinding.rbac.authorization.k8s.io/nodes created\n',
      ),
      works('kubectl create serviceaccount robot', 'serviceaccount/robot created\n'),
      works('kubectl create token robot', 'eyJ…'),
      works('kubectl create quota team -n team --hard=pods=2', 'resourcequota/team created\n'),
      works(
        'kubectl create poddisruptionbudget api --selector=app=api --min-available=1',
        'poddisruptionbudget.policy/api created\n',
      ),
      works(
        'kubectl create priorityclass high --value=1000',
        'priorityclass.scheduling.k8s.io/high created\n',
      ),
      works(
        'kubectl create ingress api --rule=a.example/*=api:80',
        'ingress.networking.k8s.io/api created\n',
      ),
      file('settings.yaml', CONFIG_MAP),
      works('kubectl create -f settings.yaml --dry-run=server -o name', 'configmap/settings\n'),
      works('kubectl create -f settings.yaml --save-config', 'configmap/settings created\n'),
      works(
        'kubectl create -f settings.yaml',
        'Error from server (AlreadyExists): error when creating "settings.yaml": configmaps "settings" already exists\n',
        { code: 1 },
      ),
      works(`kubectl run one --image=one:1 --labels=app=one --overrides='${ON_NODE_2}'`, 'pod/one created\n'),
      works(
        `kubectl run two --image=two:1 --port=80 --expose --overrides='${ON_NODE_2}'`,
        'service/two created\npod/two created\n',
      ),
      works('kubectl expose deployment api --name=api2 --port=80', 'service/api2 exposed\n'),
    ],
  },
  {
    title: 'get and describe',
    commands: [
      works(
        'kubectl wait --for=condition=Available deployment/api --timeout=5m',
        'deployment.apps/api condition met\n',
      ),
      works(
        'kubectl wait --for=condition=Ready pod/one pod/two --timeout=5m',
        'pod/one condition met\npod/two condition met\n',
      ),
      works(
        "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/one --timeout=5m",
        'pod/one condition met\n',
      ),
      works('kubectl get pods', 'NAME …READY   STATUS …RESTARTS …AGE\n…one …1/1     Running …'),
      works('kubectl get pods -o wide', 'NAME …IP …NODE …NOMINATED NODE   READINESS GATES\n…'),
      works('kubectl get pods -A', 'NAMESPACE …default …'),
      works(
        'kubectl get pod one -o yaml',
        'apiVersion: v1\nkind: Pod\nmetadata:\n…name: one\n…phase: Running\n…',
      ),
      works('kubectl get pod one -o json', '{\n    "apiVersion": "v1",\n    "kind": "Pod",\n…'),
      works("kubectl get deployment api -o jsonpath='{.spec.replicas}'", '2'),
      works(
        'kubectl get deployment api -o custom-columns=NAME:.metadata.name,SIZE:.spec.replicas',
        'NAME   SIZE\napi    2\n',
      ),
      works("kubectl get deployment api -o go-template='{{.spec.replicas}}'", '2'),
      works('kubectl get deployments -o name', 'deployment.apps/api\n'),
      works('kubectl get pods --show-labels -l app=api', '…app=api,pod-template-hash=…'),
      works('kubectl get pods --sort-by=.metadata.name', 'NAME …api-…one …two …'),
      works('kubectl get pods --field-selector=metadata.name=one --no-headers', 'one …'),
      works('kubectl get pods --chunk-size=1 -o name', 'pod/api-…pod/one\npod/two\n'),
      works(
        'kubectl get all',
        '…pod/one …service/api …deployment.apps/api …replicaset.apps/api-…job.batch/once …',
      ),
      works('kubectl get nodes', 'NAME     STATUS   ROLES …\nnode-1   Ready …'),
      works('kubectl get pods -w --request-timeout=2s', 'NAME …one …'),
      works('kubectl get pod nobody', 'Error from server (NotFound): pods "nobody" not found\n', { code: 1 }),
      works('kubectl get events', 'LAST SEEN   TYPE …REASON …pod/one …'),
      works('kubectl events --for=pod/one', 'LAST SEEN …Scheduled …'),
      works('kubectl describe pod one', 'Name: …one\n…Containers:\n…Events:\n…Scheduled …'),
      works('kubectl describe node node-1', 'Name: …node-1\n…Allocated resources:\n…'),
      works(
        'kubectl describe deployment api',
        'Name: …api\n…Replicas: …2 desired | 2 updated | 2 total | 2 available…',
      ),
      works('kubectl describe service api', 'Name: …api\n…'),
      works('kubectl describe quota -n team', 'Name: …team\n…Resource    Used  Hard\n…pods        0     2\n'),
      works(
        'kubectl describe job/once cronjob/tick && kubectl describe replicasets,endpointslices',
        'Name: …once\n…Name: …tick\n…Schedule: …Name: …api-…AddressType: …',
      ),
      works(
        'kubectl describe configmap/cm secret/s serviceaccount/robot ingress/api pdb/api',
        'Name: …cm\n…Name: …s\n…Name: …robot\n…Name: …api\n…Rules:\n…Name: …api\n…Min available: …1\n…',
      ),
      works('kubectl run a -n team --image=a && kubectl run b -n team --image=b', '…', {
        isPreparation: true,
      }),
      works(
        'kubectl run c -n team --image=c',
        'Error from server (Forbidden): pods "c" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2\n',
        { code: 1 },
      ),
      works(
        'kubectl describe role/reader rolebinding/reader clusterrole/nodes priorityclass/high namespace/team',
        'Name: …reader\n…PolicyRule:\n…Role:\n…Name: …nodes\n…Name: …high\n…Name: …team\n…',
      ),
      works('kubectl top nodes', 'NAME     CPU(cores)   CPU(%) …\nnode-…'),
      works('kubectl top pods --containers', 'POD …one …'),
      works('kubectl logs one', 'one started, image one:1\n…'),
      works('kubectl logs deployment/api --tail=1 --timestamps', '…20…Z api …'),
      works('kubectl logs one -f --request-timeout=1s | head -1', 'one started, image one:1\n'),
      works(
        'kubectl logs nobody',
        'error: error from server (NotFound): pods "nobody" not found in namespace "default"\n',
        { code: 1 },
      ),
    ],
  },
  {
    title: 'apply, diff, edit, replace',
    commands: [
      file('web.yaml', WEB),
      works('kubectl apply -f web.yaml', 'deployment.apps/web created\n'),
      works('kubectl apply -f web.yaml', 'deployment.apps/web unchanged\n'),
      works('kubectl diff -f web.yaml', ''),
      works(
        "sed 's/web:1/web:2/' web.yaml | kubectl diff -f -",
        '…-      - image: web:1\n+      - image: web:2\n…',
        { code: 1 },
      ),
      works("sed 's/web:1/web:2/' web.yaml | kubectl apply -f -", 'deployment.apps/web configured\n'),
      works(
        'kubectl apply -f web.yaml --dry-run=server',
        'deployment.apps/web configured (server dry run)\n',
      ),
      works('kubectl apply view-last-applied deployment/web', '…image: web:2\n…'),
      works('kubectl apply -f settings.yaml --prune -l set=1', 'configmap/settings unchanged\n…'),
      works(
        "sed 's/replicas:/replica:/' web.yaml | kubectl apply -f -",
        '…strict decoding error: unknown field "spec.replica"\n',
        { code: 1 },
      ),
      works('kubectl apply --server-side -f web.yaml', 'deployment.apps/web serverside-applied\n'),
      works(
        'kubectl get deployment web -o yaml --show-managed-fields',
        '…manager: kubectl\n…operation: Apply\n…',
      ),
      works(
        "sed 's/web:1/web:9/' web.yaml | kubectl apply --server-side --field-manager=other -f -",
        'error: Apply failed with 1 conflict: conflict with "kubectl": .spec.template.spec.containers[name="web"].image\n…',
        { code: 1 },
      ),
      works(
        "sed 's/web:1/web:9/' web.yaml | kubectl apply --server-side --field-manager=other --force-conflicts -f -",
        'deployment.apps/web serverside-applied\n',
      ),
      works('EDITOR="sed -i s/web:9/web:3/" kubectl edit deployment web', 'deployment.apps/web edited\n'),
      works('kubectl replace -f settings.yaml', 'configmap/settings replaced\n'),
      works(
        'kubectl replace --force -f settings.yaml',
        'configmap "settings" deleted\nconfigmap/settings replaced\n',
      ),
    ],
  },
  {
    title: 'Changes',
    commands: [
      works('kubectl label pod one tier=back', 'pod/one labeled\n'),
      works('kubectl label pod one tier-', 'pod/one unlabeled\n'),
      works('kubectl annotate pod one note=hello', 'pod/one annotated\n'),
      works(`kubectl patch deployment api -p '{"spec":{"replicas":3}}'`, 'deployment.apps/api patched\n'),
      works(
        `kubectl patch deployment api --type=merge -p '{"metadata":{"labels":{"a":"b"}}}'`,
        'deployment.apps/api patched\n',
      ),
      works(
        `kubectl patch deployment api --type=json -p '[{"op":"replace","path":"/spec/replicas","value":2}]'`,
        'deployment.apps/api patched\n',
      ),
      works('kubectl set image deployment/api api=api:2', 'deployment.apps/api image updated\n'),
      works('kubectl set env deployment/api KEY=value', 'deployment.apps/api env updated\n'),
      works(
        'kubectl set resources deployment/api --limits=cpu=200m',
        'deployment.apps/api resource requirements updated\n',
      ),
      works('kubectl set selector service api app=other', 'service/api selector updated\n'),
      works(
        'kubectl set serviceaccount deployment/api robot',
        'deployment.apps/api serviceaccount updated\n',
      ),
      works(
        'kubectl set subject rolebinding reader --user=joe',
        'rolebinding.rbac.authorization.k8s.io/reader subjects updated\n',
      ),
      works('kubectl scale deployment api --replicas=4', 'deployment.apps/api scaled\n'),
      works(
        'kubectl scale deployment api --current-replicas=9 --replicas=1',
        'error: Expected replicas to be 9, was 4\n',
        { code: 1 },
      ),
      works(
        'kubectl autoscale deployment api --min=1 --max=5 --cpu-percent=80',
        'horizontalpodautoscaler.autoscaling/api autoscaled\n',
      ),
      works(
        'kubectl rollout status deployment/api --timeout=10m',
        '…deployment "api" successfully rolled out\n',
      ),
      works(
        'kubectl rollout history deployment/api',
        'deployment.apps/api \nREVISION  CHANGE-CAUSE\n1         <none>\n…',
      ),
      works(
        'kubectl rollout history deployment/api --revision=2',
        'deployment.apps/api with revision #2\nPod Template:\n…',
      ),
      works('kubectl rollout undo deployment/api --to-revision=1', 'deployment.apps/api rolled back\n'),
      works('kubectl rollout pause deployment/api', 'deployment.apps/api paused\n'),
      works('kubectl rollout resume deployment/api', 'deployment.apps/api resumed\n'),
      works('kubectl rollout restart deployment/api', 'deployment.apps/api restarted\n'),
      works(
        'kubectl rollout status deployment/api --timeout=10m',
        '…deployment "api" successfully rolled out\n',
        { isPreparation: true },
      ),
    ],
  },
  {
    title: 'Other ways to say it',
    commands: [
      file('db.yaml', STATEFUL_SET),
      works('kubectl create -f db.yaml', 'statefulset.apps/db created\n'),
      works('kubectl rollout status statefulset/db --timeout=10m', '…'),
      works('kubectl scale -f db.yaml --replicas=2', 'statefulset.apps/db scaled\n'),
      works('kubectl get -f db.yaml', 'NAME   READY   AGE\ndb …'),
      works('kubectl get statefulset db --subresource=scale', 'NAME   DESIRED   AVAILABLE   AGE\ndb     2 …'),
      works(
        `kubectl patch node node-3 --subresource=status -p '{"status":{"capacity":{"a.example/x":"3"}}}'`,
        'node/node-3 patched\n',
      ),
      works(
        'printf one > file && kubectl create configmap from-file --from-file=file',
        'configmap/from-file created\n',
      ),
      works(
        'kubectl label configmap from-file a=b && kubectl label configmap from-file a=c --overwrite',
        '…labeled\n',
      ),
      works(
        'kubectl label configmap from-file a=d',
        "error: 'a' already has a value (c), and --overwrite is false\n",
        { code: 1 },
      ),
      file('kustomization.yaml', 'namePrefix: k-\nresources: [settings.yaml]\n'),
      works('kubectl apply -k .', 'configmap/k-settings created\n'),
      works('kubectl kustomize . | kubectl diff -f -', ''),
      works('kubectl logs -l app=api --prefix --tail=1', '[pod/api-…'),
      file('role.yaml', ROLE),
      works('kubectl auth reconcile -f role.yaml', 'role.rbac.authorization.k8s.io/more reconciled\n…'),
      works('kubectl delete -k . --dry-run=server', 'configmap "k-settings" deleted (server dry run)\n'),
      works('kubectl delete -k .', 'configmap "k-settings" deleted\n'),
    ],
  },
  {
    title: 'Nodes',
    commands: [
      works('kubectl cordon node-1', 'node/node-1 cordoned\n'),
      works('kubectl uncordon node-1', 'node/node-1 uncordoned\n'),
      works('kubectl taint nodes node-1 a=b:NoSchedule', 'node/node-1 tainted\n'),
      works('kubectl taint nodes node-1 a-', 'node/node-1 untainted\n'),
      works(
        'kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data --force --timeout=10m',
        'node/node-1 cordoned\n…node/node-1 drained\n',
      ),
      works('kubectl uncordon node-1', 'node/node-1 uncordoned\n', { isPreparation: true }),
    ],
  },
  {
    title: 'Who may do what',
    commands: [
      works(
        'kubectl auth whoami',
        'ATTRIBUTE   VALUE\nUsername    kubernetes-admin\nGroups      [system:masters system:authenticated]\n',
      ),
      works('kubectl auth can-i create pods', 'yes\n'),
      works('kubectl auth can-i --list', 'Resources …*.* …'),
      works('kubectl auth can-i list nodes --as=jane', '…yes\n'),
      works('kubectl auth can-i delete pods --as=jane', 'no\n', { code: 1 }),
      works('kubectl auth can-i get /healthz --as=jane', 'yes\n'),
      works('kubectl auth can-i get pods --subresource=log --as=jane', 'no\n', { code: 1 }),
      works('kubectl get clusterrole view', 'NAME   CREATED AT\nview   …\n'),
      works(
        'kubectl create clusterrole gathering --aggregation-rule=a=b',
        'clusterrole.rbac.authorization.k8s.io/gathering created\n',
      ),
      works(
        'kubectl get secrets --as=jane',
        'Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default"\n',
        { code: 1 },
      ),
      file('csr.yaml', CSR),
      works('kubectl apply -f csr.yaml', 'certificatesigningrequest.certificates.k8s.io/ask created\n', {
        isPreparation: true,
      }),
      works(
        'kubectl certificate approve ask',
        'certificatesigningrequest.certificates.k8s.io/ask approved\n',
      ),
      works(
        "kubectl wait --for=jsonpath='{.status.certificate}' csr/ask --timeout=1m",
        'certificatesigningrequest.certificates.k8s.io/ask condition met\n',
        { isPreparation: true },
      ),
      works('kubectl get csr ask', '…kubernetes-admin …Approved,Issued\n'),
      works(
        "sed 's/name: ask/name: nay/' csr.yaml | kubectl apply -f - && kubectl certificate deny nay",
        '…denied\n',
      ),
    ],
  },
  {
    title: 'What needs a program that runs',
    commands: [
      refused(
        'kubectl exec two -- ls',
        'Error from server (MethodNotAllowed): pods/exec of "two" is not supported: this cluster is simulated by wavetank, and there is no program that a command could run beside\n',
      ),
      refused('kubectl attach two', '…pods/attach of "two" is not supported: …'),
      refused('kubectl port-forward pod/two 8080:80', '…pods/portforward of "two" is not supported: …'),
      refused('kubectl cp two:/etc/hosts hosts', '…pods/exec of "two" is not supported: …'),
      works('kubectl debug two --image=tool --profile=general -c look', ''),
      refused(
        'kubectl get --raw /api/v1/namespaces/default/services/two/proxy/',
        '…services/proxy of "two" is not supported: …',
      ),
    ],
  },
  {
    title: 'delete',
    commands: [
      works('kubectl delete pod one', 'pod "one" deleted\n'),
      works('kubectl delete pod two --grace-period=0 --force', 'Warning: …pod "two" force deleted\n'),
      works('kubectl delete deployment web --cascade=foreground', 'deployment.apps "web" deleted\n'),
      works('kubectl delete cronjob tick --cascade=orphan', 'cronjob.batch "tick" deleted\n'),
      works(
        'kubectl delete deployment api --cascade=background --wait=false',
        'deployment.apps "api" deleted\n',
      ),
      works('kubectl wait --for=delete pod -l app=api --timeout=10m', '…'),
      works('kubectl delete service -l app=api', 'service "api" deleted\n…'),
      works('kubectl delete -f settings.yaml', 'configmap "settings" deleted\n'),
      works('kubectl delete jobs --all', 'job.batch "by-hand" deleted\njob.batch "once" deleted\n'),
      works('kubectl delete namespace team', 'namespace "team" deleted\n'),
      works('kubectl delete configmap nobody --ignore-not-found', ''),
    ],
  },
];
