import { describe, expect, test } from "vitest";
import type { WorkflowFact, WorkflowStep } from "../../src/facts/pipeline.js";
import { workflow } from "../../src/facts/workflow.js";

function read(text: string, path = ".github/workflows/deploy.yml"): WorkflowFact {
  const { facts, unreadable } = workflow.extract({ path, text });
  expect(unreadable).toEqual([]);
  return facts[0] as WorkflowFact;
}

/** The steps of one job, written below `steps:`. */
function steps(text: string): readonly WorkflowStep[] {
  const indented = text
    .trimEnd()
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n");
  return read(`on: push\njobs:\n  deploy:\n    steps:\n${indented}\n`).jobs[0]!.steps;
}

describe("events and filters", () => {
  test.each([
    ["on: push", ["push"]],
    ["on: [push, workflow_dispatch]", ["push", "workflow_dispatch"]],
    ["on:\n  push:\n  pull_request: {}", ["push", "pull_request"]],
    ["'on': push", ["push"]],
    ["true: push", ["push"]],
  ])("%s", (on, events) => {
    expect(read(`${on}\njobs: { a: { steps: [] } }\n`).events).toEqual(events);
  });

  test("path filters of push and pull requests, what is ignored with a mark", () => {
    const fact = read(
      "on:\n  push:\n    paths: [services/orders/**]\n  pull_request:\n    paths-ignore: ['docs/**']\njobs: { a: { steps: [] } }\n",
    );
    expect(fact.paths).toEqual(["services/orders/**", "!docs/**"]);
  });

  test("a reusable workflow can be called", () => {
    expect(read("on:\n  workflow_call:\n    inputs: { service: { type: string } }\njobs: { a: { steps: [] } }\n")).toMatchObject({
      callable: true,
    });
  });
});

describe("jobs", () => {
  test("say what they need, what they call, where and when", () => {
    const fact = read(`on: push
jobs:
  orders:
    uses: ./.github/workflows/service.yml
    with: { service: orders }
  payments:
    name: Payments
    needs: orders
    if: github.ref == 'refs/heads/main'
    environment: { name: production }
    steps: []
`);
    expect(fact.jobs).toMatchObject([
      {
        id: "orders",
        uses: "./.github/workflows/service.yml",
        inputs: { service: "orders" },
        needs: [],
        lines: { startLine: 3, endLine: 5 },
      },
      {
        id: "payments",
        name: "Payments",
        needs: ["orders"],
        condition: "github.ref == 'refs/heads/main'",
        environment: "production",
        uses: null,
      },
    ]);
  });

  test.each([
    ["matrix: { service: [orders, payments] }", { service: ["orders", "payments"] }],
    [
      "matrix: { service: [orders], include: [{ service: payments }, { service: orders, port: 3000 }] }",
      { service: ["orders", "payments"], port: ["3000"] },
    ],
    ["matrix: { service: '${{ fromJSON(needs.changes.outputs.services) }}' }", { service: null }],
    ["matrix: '${{ fromJSON(x) }}'", { "*": null }],
    ["matrix: { target: [{ name: orders, path: services/orders }] }", { "target.name": ["orders"], "target.path": ["services/orders"] }],
    ["matrix: { service: [orders], exclude: [{ service: payments }] }", { service: ["orders"] }],
  ])("%s", (matrix, expected) => {
    expect(read(`on: push\njobs:\n  a:\n    strategy:\n      ${matrix}\n    steps: []\n`).jobs[0]!.matrix).toEqual(expected);
  });
});

describe("steps that run a script", () => {
  test("have each command on its line, and commented ones not at all", () => {
    const [step] = steps(`- name: Deploy
  run: |
    # kubectl apply -f old.yaml
    kubectl apply -f k8s/\${{ matrix.service }}.yaml

    ./scripts/notify.sh
# - run: kubectl apply -f other.yaml`);
    expect(step).toMatchObject({ name: "Deploy", calls: ["scripts/notify.sh"], lines: { startLine: 5, endLine: 10 } });
    expect(step!.commands).toMatchObject([{ targets: ["k8s/${{ matrix.service }}.yaml"], lines: { startLine: 8, endLine: 8 } }]);
  });

  test("know what env sets, nearest first", () => {
    const fact = read(`on: push
env: { CHART: charts/shop, SERVICE: none }
jobs:
  a:
    env: { SERVICE: "\${{ matrix.service }}" }
    steps:
      - run: helm upgrade $SERVICE $CHART
`);
    expect(fact.jobs[0]!.steps[0]!.commands).toMatchObject([{ targets: ["charts/shop"], names: ["${{ matrix.service }}"] }]);
  });

  test("start in their working directory, or that of the job", () => {
    const fact = read(`on: push
jobs:
  a:
    defaults: { run: { working-directory: infra } }
    steps:
      - run: terraform apply -auto-approve
      - run: kubectl apply -f .
        working-directory: k8s
      - uses: actions/checkout@v4
`);
    expect(fact.jobs[0]!.steps.map(({ workingDirectory, commands }) => [workingDirectory, commands[0]?.directory ?? null])).toEqual([
      ["infra", "infra"],
      ["k8s", "k8s"],
      [null, null],
    ]);
  });

  test("folded into one line stand on the line of the key", () => {
    expect(steps("- run: >-\n    helm upgrade orders\n    charts/orders\n")[0]!.commands).toMatchObject([
      { targets: ["charts/orders"], names: ["orders"], lines: { startLine: 5 } },
    ]);
  });
});

describe("steps that use an action", () => {
  test.each([
    [
      "docker/build-push-action@v6",
      "{ context: services/orders, file: services/orders/Dockerfile, tags: 'ghcr.io/shop/orders:1' }",
      { tool: "docker", builds: true, targets: ["services/orders/Dockerfile", "services/orders"], names: ["orders"] },
    ],
    ["azure/k8s-deploy@v5", "{ manifests: 'k8s/orders.yaml' }", { tool: "kubectl", builds: false, targets: ["k8s/orders.yaml"] }],
    ["Azure/K8s-Deploy@v5", "{ manifests: 'k8s/orders.yaml' }", { tool: "kubectl" }],
    [
      "aws-actions/amazon-ecs-deploy-task-definition@v2",
      "{ task-definition: task.json, service: orders, cluster: shop }",
      { tool: "ecs", names: ["orders"] },
    ],
    ["google-github-actions/deploy-cloudrun@v2", "{ service: orders, image: x }", { tool: "other", names: ["orders"] }],
    ["appleboy/ssh-action@v1", "{ host: shop.example, script: 'docker compose up -d' }", { tool: "compose", remote: true }],
    ["actions-hub/kubectl@master", "{ args: apply -f k8s }", { tool: "kubectl", targets: ["k8s"] }],
    ["serverless/github-action@v3", "{ args: deploy --stage prod }", { tool: "serverless" }],
    [
      "Wandalen/wretry.action@v3",
      "{ action: docker/build-push-action@v6, with: 'context: services/orders' }",
      { tool: "docker", targets: ["services/orders"] },
    ],
  ])("%s", (uses, inputs, expected) => {
    expect(steps(`- uses: ${uses}\n  with: ${inputs}`)[0]!.commands).toMatchObject([expected]);
  });

  test("a script of ssh-action has its own lines", () => {
    const [step] = steps("- uses: appleboy/ssh-action@v1\n  with:\n    host: a\n    script: |\n      cd /srv\n      docker compose up -d");
    expect(step!.commands).toMatchObject([{ directory: "/srv", remote: true, lines: { startLine: 10, endLine: 10 } }]);
  });

  test("an action that prepares or tests deploys nothing", () => {
    expect(
      steps("- uses: actions/checkout@v4\n- uses: helm/kind-action@v1\n- uses: cypress-io/github-action@v6").map(
        ({ commands, tests, throwaway }) => [commands.length, tests, throwaway],
      ),
    ).toEqual([
      [0, false, false],
      [0, false, true],
      [0, true, false],
    ]);
  });
});

test("a composite action is one job", () => {
  const fact = read(
    "name: Deploy\nruns:\n  using: composite\n  steps:\n    - run: skaffold run\n      shell: bash\n",
    "actions/deploy/action.yml",
  );
  expect(fact).toMatchObject({ callable: true, events: [], jobs: [{ id: "action", steps: [{ commands: [{ tool: "skaffold" }] }] }] });
});

test("only the folder of workflows counts, and a broken one says where", () => {
  expect(workflow.accepts(".github/workflows/deploy.yaml")).toBe(true);
  expect(workflow.accepts("examples/.github/workflows/deploy.yaml")).toBe(false);
  expect(workflow.extract({ path: ".github/workflows/a.yml", text: "on: push\njobs:\n  a: [\n" }).unreadable).toHaveLength(1);
});
