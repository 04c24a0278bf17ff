/** What the commands of the table apply. */

/** Where no drain takes it away. */
export const ON_NODE_2 = '{"spec":{"nodeSelector":{"kubernetes.io/hostname":"node-2"}}}';

export const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: {set: "1"}
data:
  a: "1"
  b: "2"
`;

export const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{containerPort: 80}]
`;

export const STATEFUL_SET = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: db:1}]}
`;

export const ROLE = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: more, namespace: default}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
`;

export const CSR = `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ask}
spec:
  request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIbU1JR01BZ0VBTUNveEREQUtCZ05WQkFvTUEyUmxkakVNTUFvR0ExVUVDZ3dEYjNCek1Rd3dDZ1lEVlFRRApEQU5oYzJzd1dUQVRCZ2NxaGtqT1BRSUJCZ2dxaGtqT1BRTUJCd05DQUFUV0VkM25LT0NvSDRFQjJ5bEtjTDRaCmlQOWUyWE9zZ25UbWJubXloMUxnNkY4aklaUDFyYnVNOTF0bFpqUk03emR0NnVlWXB2ZTc2Z1ltRUZ6K0x5TWMKb0FBd0NnWUlLb1pJemowRUF3SURTUUF3UmdJaEFOVFpkcldUZEVtNWVwT2ZNYlE4Q2QySXg1V3RaM0dSSHVEeQpjWC9XLzYwdEFpRUFud2h4RXNmUU1zbVowZHBWYzBObHVmS1EwS0Z5QlNNaTBEV0gvR3kya2k4PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
`;
