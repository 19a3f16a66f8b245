import { describe, expect, it } from "vitest";
import type { Fact, FactKind, FactOf } from "../../src/facts/facts.js";
import { helmChart } from "../../src/facts/helm-chart.js";
import { kubernetesManifest } from "../../src/facts/kubernetes-manifest.js";
import { kustomization } from "../../src/facts/kustomization.js";

function factsIn(text: string, path = "k8s/orders.yaml"): readonly Fact[] {
  return kubernetesManifest.extract({ path, text }).facts;
}

function only<K extends FactKind>(kind: K, text: string, path?: string): FactOf<K> {
  const found = factsIn(text, path).filter((fact): fact is FactOf<K> => fact.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]!;
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
  namespace: shop
  labels: {app: orders}
spec:
  replicas: 2
  template:
    metadata:
      labels:
        app: orders
    spec:
      initContainers:
        - name: migrate
          image: shop/orders-migrate
      containers:
        - name: orders
          image: shop/orders:1.4
          command: ["node"]
          args: ["dist/main.js"]
          ports:
            - containerPort: 3000
          env:
            - name: PAYMENTS_URL
              value: http://payments.shop.svc.cluster.local
            - name: DB_PASSWORD
              valueFrom:
                secretKeyRef: {name: orders-db, key: password}
            - name: DB_HOST
              valueFrom:
                configMapKeyRef:
                  name: orders
                  key: db-host
            - name: POD_IP
              valueFrom: {fieldRef: {fieldPath: status.podIP}}
          envFrom:
            - configMapRef: {name: shared}
            - secretRef: {name: broker}
              prefix: MQ_
`;

describe("workloads", () => {
  it("reads a Deployment with its containers and where their variables come from", () => {
    const workload = only("workload", DEPLOYMENT);
    expect(workload).toMatchObject({ name: "orders", namespace: "shop", workloadKind: "Deployment", replicas: 2, templated: false });
    expect(workload.podLabels).toEqual({ app: "orders" });
    expect(workload.containers.map((it) => [it.name, it.init])).toEqual([
      ["migrate", true],
      ["orders", false],
    ]);
    const orders = workload.containers[1]!;
    expect(orders).toMatchObject({ image: "shop/orders:1.4", command: "node dist/main.js", ports: [3000] });
    expect(orders.environment.map(({ name, value, source, lines }) => [name, value, source, lines.startLine])).toEqual([
      ["PAYMENTS_URL", "http://payments.shop.svc.cluster.local", null, 25],
      ["DB_PASSWORD", null, { kind: "secret", name: "orders-db", key: "password" }, 27],
      ["DB_HOST", null, { kind: "config-map", name: "orders", key: "db-host" }, 30],
      ["POD_IP", null, { kind: "field", name: "", key: "status.podIP" }, 35],
    ]);
    expect(orders.environmentFrom).toMatchObject([
      { kind: "config-map", name: "shared", prefix: "" },
      { kind: "secret", name: "broker", prefix: "MQ_" },
    ]);
  });

  it.each([
    [
      "CronJob",
      "batch/v1",
      "  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n            - {name: report, image: shop/report}\n",
    ],
    ["Pod", "v1", "  containers:\n    - {name: report, image: shop/report}\n"],
    ["StatefulSet", "apps/v1", "  template:\n    spec:\n      containers:\n        - {name: report, image: shop/report}\n"],
    ["Rollout", "argoproj.io/v1alpha1", "  template:\n    spec:\n      containers:\n        - {name: report, image: shop/report}\n"],
    ["Service", "serving.knative.dev/v1", "  template:\n    spec:\n      containers:\n        - {name: report, image: shop/report}\n"],
  ])("finds the containers of a %s of %s", (kind, apiVersion, spec) => {
    const workload = only("workload", `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: report\nspec:\n${spec}`);
    expect(workload.containers.map((it) => it.image)).toEqual(["shop/report"]);
    expect(workload.workloadKind).toBe(kind);
  });

  it("opens lists, also in JSON", () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "orders" },
          spec: { selector: { app: "orders" }, ports: [{ port: 80, targetPort: 3000 }] },
        },
      ],
    };
    const service = only("kubernetes-service", JSON.stringify(list, null, 2), "k8s/list.json");
    expect(service).toMatchObject({ name: "orders", ports: [{ port: 80, targetPort: "3000", name: null }] });
    expect(service.lines.startLine).toBe(5);
  });

  it("notes what an autoscaler scales", () => {
    expect(
      only(
        "autoscaler",
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: orders}\nspec:\n  maxReplicas: 5\n  scaleTargetRef: {kind: Deployment, name: orders}\n",
      ),
    ).toMatchObject({ target: "orders", maximum: 5 });
  });
});

describe("configuration", () => {
  it("keeps what a ConfigMap says, with its lines, and env files inside it", () => {
    const facts = factsIn(
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: orders\ndata:\n  DB_HOST: db\n  app.env: |\n    # comment\n    DB_NAME=orders\n    export PAYMENTS_URL="http://payments"\n  nginx.conf: |\n    server { a=b }\n',
    );
    const [map, file] = facts;
    expect(map).toMatchObject({
      kind: "config-map",
      data: [{ name: "DB_HOST", value: "db", lines: { startLine: 6, endLine: 6 } }, { name: "app.env" }, { name: "nginx.conf" }],
    });
    expect(file).toMatchObject({
      kind: "env-file",
      variables: [
        { name: "DB_NAME", value: "orders", lines: { startLine: 9, endLine: 9 } },
        { name: "PAYMENTS_URL", value: "http://payments", lines: { startLine: 10, endLine: 10 } },
      ],
    });
    expect(facts).toHaveLength(2);
  });

  it("keeps the keys of a Secret and nothing of their values", () => {
    const text =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: orders-db}\nstringData:\n  password: hunter2\ndata:\n  user: aHVudGVyMg==\n";
    const facts = factsIn(text);
    expect(facts).toMatchObject([{ kind: "secret", name: "orders-db", keys: ["password", "user"] }]);
    expect(JSON.stringify(facts)).not.toMatch(/hunter2|aHVudGVyMg/);
  });

  it("knows the Secrets that sealed and external ones become", () => {
    expect(
      only(
        "secret",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: orders-db}\nspec:\n  encryptedData: {password: AgBy3i4}\n",
      ),
    ).toMatchObject({ name: "orders-db", keys: ["password"] });
    expect(
      only(
        "secret",
        "apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\nmetadata: {name: x}\nspec:\n  target: {name: orders-db}\n  data:\n    - secretKey: password\n",
      ),
    ).toMatchObject({ name: "orders-db", keys: ["password"] });
  });
});

describe("ingress", () => {
  it("reads rules of v1 and of v1beta1, and the class from either place", () => {
    const ingress = only(
      "ingress",
      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: shop\n  annotations:\n    kubernetes.io/ingress.class: kong\n    konghq.com/plugins: limit\nspec:\n  rules:\n    - host: shop.example\n      http:\n        paths:\n          - path: /orders\n            backend: {service: {name: orders, port: {number: 80}}}\n          - path: /old\n            backend: {serviceName: legacy, servicePort: 80}\n",
    );
    expect(ingress.className).toBe("kong");
    expect(ingress.annotations["konghq.com/plugins"]).toBe("limit");
    expect(ingress.rules).toMatchObject([
      { host: "shop.example", path: "/orders", service: "orders", lines: { startLine: 13, endLine: 14 } },
      { host: "shop.example", path: "/old", service: "legacy" },
    ]);
  });
});

describe("what is no manifest", () => {
  it.each([
    ["compose", "services:\n  orders:\n    image: x\n"],
    [
      "a definition of resources",
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  names:\n    kind: Service\n",
    ],
    ["App Mesh", "apiVersion: appmesh.k8s.aws/v1beta2\nkind: VirtualService\nmetadata: {name: orders}\nspec: {}\n"],
  ])("says nothing of %s", (_name, text) => {
    expect(factsIn(text)).toEqual([]);
  });

  it("reports a broken manifest with its line and reads its neighbours", () => {
    const { facts, unreadable } = kubernetesManifest.extract({
      path: "a.yaml",
      text: `${DEPLOYMENT}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: "orders\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n`,
    });
    expect(facts.map((fact) => fact.kind)).toEqual(["workload", "config-map"]);
    expect(unreadable).toHaveLength(1);
    expect(unreadable[0]?.line).toBeGreaterThan(42);
  });

  it("leaves a broken neighbour of another kind to others", () => {
    expect(kubernetesManifest.extract({ path: "a.yaml", text: `${DEPLOYMENT}---\na: [\n` }).unreadable).toEqual([]);
  });

  it("does not look at files of other tools", () => {
    expect(
      ["package.json", "web/tsconfig.json", "k8s/kustomization.yaml", "charts/shop/Chart.yaml", "main.ts"].filter((path) =>
        kubernetesManifest.accepts(path),
      ),
    ).toEqual([]);
    expect(["k8s/orders.yaml", "k8s/orders.yml.j2", "k8s/orders.json"].every((path) => kubernetesManifest.accepts(path))).toBe(true);
  });
});

describe("Helm templates", () => {
  const TEMPLATE = `{{- define "orders.labels" -}}
app: {{ .Chart.Name }}
{{- end }}
{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "orders.fullname" . }}
  labels:
    {{- include "orders.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          env:
            - name: PAYMENTS_URL
              value: http://payments
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: orders
{{- end }}
`;

  it("read what is literal and mark what is not", () => {
    const { facts, unreadable } = kubernetesManifest.extract({ path: "charts/orders/templates/deployment.yaml", text: TEMPLATE });
    expect(unreadable).toEqual([]);
    expect(facts.map((fact) => fact.kind)).toEqual(["workload", "kubernetes-service"]);
    const workload = facts[0] as FactOf<"workload">;
    expect(workload).toMatchObject({ name: '{{ include "orders.fullname" . }}', templated: true, replicas: null, lines: { startLine: 5 } });
    expect(workload.containers[0]?.image).toBe("{{ .Values.image.repository }}:{{ .Values.image.tag }}");
    expect(workload.containers[0]?.environment[0]).toMatchObject({
      name: "PAYMENTS_URL",
      value: "http://payments",
      lines: { startLine: 19, endLine: 20 },
    });
  });

  it("tell manifests in branches apart, though nothing stands between them", () => {
    const text =
      "{{- if .Values.istio }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n{{- else }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n{{- end }}\n";
    expect(factsIn(text)).toMatchObject([{ name: "a" }, { name: "b" }]);
  });
});

describe("kustomization", () => {
  it("reads resources, patches and generators, and no secret values", () => {
    const [fact] = kustomization.extract({
      path: "k8s/kustomization.yaml",
      text: "resources: [orders.yaml]\nbases:\n  - ../base\ncomponents: [../mesh]\nnamespace: shop\nnamePrefix: prod-\npatches:\n  - path: replicas.yaml\n  - patch: |\n      - op: add\npatchesStrategicMerge: [env.yaml]\nconfigMapGenerator:\n  - name: orders\n    literals: [DB_HOST=db]\n    envs: [orders.env]\nsecretGenerator:\n  - name: orders-db\n    literals: [PASSWORD=hunter2]\n",
    }).facts;
    expect(fact).toMatchObject({
      resources: ["orders.yaml", "../base", "../mesh"],
      patches: ["replicas.yaml", "env.yaml"],
      namespace: "shop",
      namePrefix: "prod-",
      nameSuffix: "",
    });
    expect(fact).toMatchObject({
      generators: [
        { name: "orders", literals: [{ name: "DB_HOST", value: "db" }], envFiles: ["orders.env"] },
        { name: "orders-db", literals: [{ name: "PASSWORD", value: null }] },
      ],
    });
    expect(JSON.stringify(fact)).not.toContain("hunter2");
  });
});

describe("Helm charts", () => {
  it("reads name and dependencies", () => {
    const [fact] = helmChart.extract({
      path: "charts/shop/Chart.yaml",
      text: "apiVersion: v2\nname: shop\ndependencies:\n  - name: orders\n    repository: file://../orders\n    condition: orders.enabled\n  - {name: redis, alias: cache}\n",
    }).facts;
    expect(fact).toMatchObject({
      name: "shop",
      library: false,
      dependencies: [
        { name: "orders", repository: "file://../orders", condition: "orders.enabled", alias: null },
        { name: "redis", alias: "cache" },
      ],
    });
  });
});
