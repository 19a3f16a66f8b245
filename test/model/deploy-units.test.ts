import { describe, expect, it } from "vitest";
import { deployment, service, systemOf, unitsOf, type Tree } from "./system.js";

const units = async (tree: Tree): Promise<readonly string[]> => unitsOf(await systemOf(tree));

const three: Tree = { ...service("orders"), ...service("payments"), ...service("shipping") };
const manifests: Tree = Object.fromEntries(["orders", "payments", "shipping"].map((name) => [`k8s/${name}.yaml`, deployment(name)]));

/** A workflow with one job; `steps` are the lines of its list. */
function workflow(steps: string, job = "", on = "push"): string {
  return `name: Deploy\non: [${on}]\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n${job}    steps:\n${steps
    .split("\n")
    .map((line) => `      ${line}\n`)
    .join("")}`;
}

const deploy = (steps: string, job = "", on = "push"): Tree => ({
  ...three,
  ...manifests,
  ".github/workflows/deploy.yml": workflow(steps, job, on),
});

describe("a job deploys", () => {
  it.each([
    ["a directory", "- run: kubectl apply -f k8s/", "one-directory: orders, payments, shipping"],
    ["files one by one", "- run: kubectl apply -f k8s/orders.yaml -f k8s/payments.yaml", "one-directory: orders, payments"],
    [
      "workloads by name",
      "- run: |\n    kubectl set image deployment/orders orders=x:1\n    kubectl rollout restart deployment/payments deployment/shipping",
      "one-job: orders, payments, shipping",
    ],
    ["a glob", "- run: kubectl apply -f k8s/*.yaml", "one-directory: orders, payments, shipping"],
    ["one service", "- run: kubectl apply -f k8s/orders.yaml", "apart: orders"],
    ["what a script deploys", "- run: ./scripts/deploy.sh", "one-directory: orders, payments, shipping"],
    ["what a make target deploys", "- run: make deploy", "one-directory: orders, payments, shipping"],
    ["what a package script deploys", "- run: npm run deploy", "one-directory: orders, payments, shipping"],
    ["what a composite action deploys", "- uses: ./.github/actions/rollout", "one-directory: orders, payments, shipping"],
  ])("%s", async (_, steps, expected) => {
    expect(
      await units({
        ...deploy(steps),
        "scripts/deploy.sh": "#!/bin/sh\nset -e\nkubectl apply -f k8s/\n",
        Makefile: "deploy:\n\tkubectl apply -f k8s/\n",
        "package.json": '{ "scripts": { "deploy": "kubectl apply -f k8s" } }',
        ".github/actions/rollout/action.yml":
          "name: Roll out\nruns:\n  using: composite\n  steps:\n    - run: kubectl apply -f k8s/\n      shell: bash\n",
      }).then((found) => found.filter((unit) => unit.startsWith("workflow:"))),
    ).toEqual([`workflow:deploy.yml/deploy ${expected}`]);
  });

  it("a kustomization and what it takes in", async () => {
    expect(
      await units({
        ...deploy("- run: kubectl apply -k k8s/overlays/prod"),
        "k8s/overlays/prod/kustomization.yaml": "resources: [../../orders.yaml, ../../payments.yaml]\n",
      }),
    ).toEqual(["workflow:deploy.yml/deploy one-directory: orders, payments"]);
  });

  it("each value of a literal matrix", async () => {
    expect(
      await units(
        deploy(
          "- run: kubectl apply -f k8s/${{ matrix.service }}.yaml",
          "    strategy: { matrix: { service: [orders, payments, shipping] } }\n",
        ),
      ),
    ).toEqual(["workflow:deploy.yml/deploy one-job: orders, payments, shipping"]);
  });

  it("all services of a compose file on a host, or the ones that it names", async () => {
    const compose = {
      "docker-compose.yml": "services:\n  orders: { build: orders }\n  payments: { build: payments }\n  shipping: { build: shipping }\n",
    };
    expect(await units({ ...deploy("- run: ssh shop@host 'cd /srv/shop && docker compose up -d'"), ...compose })).toEqual([
      "workflow:deploy.yml/deploy compose-host: orders, payments, shipping",
    ]);
    expect(await units({ ...deploy("- run: ssh shop@host 'cd /srv/shop && docker compose up -d orders'"), ...compose })).toEqual([
      "workflow:deploy.yml/deploy apart: orders",
    ]);
  });
});

describe("services can go alone where", () => {
  it.each([
    [
      "a list of changes fills the matrix",
      "- run: kubectl apply -f k8s/${{ matrix.service }}.yaml",
      "    strategy: { matrix: { service: '${{ fromJSON(needs.changes.outputs.services) }}' } }\n",
    ],
    ["an input chooses", "- run: kubectl apply -f k8s/${{ inputs.service }}.yaml", ""],
    [
      "each step asks for a service",
      "- { if: \"inputs.service == 'orders'\", run: kubectl apply -f k8s/orders.yaml }\n- { if: \"inputs.service == 'payments'\", run: kubectl apply -f k8s/payments.yaml }\n- { if: \"inputs.service == 'shipping'\", run: kubectl apply -f k8s/shipping.yaml }",
      "",
    ],
    [
      "a filter's result is asked",
      "- uses: dorny/paths-filter@v3\n  id: changes\n- { if: steps.changes.outputs.orders == 'true', run: kubectl apply -f k8s/orders.yaml }\n- { if: steps.changes.outputs.payments == 'true', run: kubectl apply -f k8s/payments.yaml }\n- { if: steps.changes.outputs.shipping == 'true', run: kubectl apply -f k8s/shipping.yaml }",
      "",
    ],
    [
      "a script branches",
      "- run: |\n    case $SERVICE in\n      orders) kubectl apply -f k8s/orders.yaml ;;\n      payments) kubectl apply -f k8s/payments.yaml ;;\n      shipping) kubectl apply -f k8s/shipping.yaml ;;\n    esac",
      "",
    ],
  ])("%s", async (_, steps, job) => {
    const model = await systemOf(deploy(steps, job, "workflow_dispatch"));
    expect(model.deployUnits.filter(({ coupling }) => coupling !== null)).toEqual([]);
  });

  it("the branch or the environment is asked for, they cannot", async () => {
    expect(
      await units(
        deploy(
          "- { if: \"github.ref == 'refs/heads/main'\", run: kubectl apply -f k8s }",
          "    if: inputs.environment == 'production'\n",
          "workflow_dispatch",
        ),
      ),
    ).toEqual(["workflow:deploy.yml/deploy one-directory: orders, payments, shipping"]);
  });
});

describe("no deployment is", () => {
  it.each([
    ["a build", "- run: docker compose build && docker compose push", ""],
    ["a system started to be tested", "- run: docker compose up -d\n- run: npm test", ""],
    ["a cluster that ends with the job", "- run: kind create cluster\n- run: kubectl apply -f k8s/", ""],
    ["a rehearsal", "- run: kubectl apply --dry-run=client -f k8s/", ""],
    ["a comment", "- run: |\n    # kubectl apply -f k8s/\n    echo done", ""],
  ])("%s", async (_, steps, job) => {
    expect(
      await units({
        ...deploy(steps, job),
        ".github/workflows/deploy.yml": workflow(steps, job).replace("name: Deploy", "name: CI").replace("  deploy:", "  build:"),
        "docker-compose.yml": "services:\n  orders: { build: orders }\n  payments: { build: payments }\n  shipping: { build: shipping }\n",
      }),
    ).toEqual([]);
  });

  it("a workflow for pull requests alone", async () => {
    expect(await units(deploy("- run: kubectl apply -f k8s/", "", "pull_request"))).toEqual([]);
  });
});

describe("several jobs", () => {
  const called =
    "on:\n  workflow_call:\n    inputs:\n      service: { type: string }\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npx cdk deploy\n        env: { SERVICE: '${{ inputs.service }}' }\n";
  const jobs = (order: boolean): string =>
    `on: [push]\njobs:\n${["orders", "payments", "shipping"].map((name, index) => `  ${name}:\n${order && index > 0 ? `    needs: ${["orders", "payments"][index - 1]}\n` : ""}    uses: ./.github/workflows/one.yml\n    with: { service: ${name} }\n`).join("")}`;

  it("of one workflow are one unit, in order or side by side", async () => {
    expect(await units({ ...three, ".github/workflows/all.yml": jobs(false), ".github/workflows/one.yml": called })).toEqual([
      "workflow:all.yml one-workflow: orders, payments, shipping",
    ]);
    expect(await units({ ...three, ".github/workflows/all.yml": jobs(true), ".github/workflows/one.yml": called })).toEqual([
      "workflow:all.yml ordered-jobs: orders, payments, shipping",
    ]);
  });

  it("that call a whole workflow add no unit", async () => {
    const all = jobs(false).replace("on: [push]", "on: [push, workflow_call]");
    expect(
      await units({
        ...three,
        ".github/workflows/all.yml": all,
        ".github/workflows/one.yml": called,
        ".github/workflows/nightly.yml": "on: [schedule]\njobs:\n  all:\n    uses: ./.github/workflows/all.yml\n",
      }),
    ).toEqual(["workflow:all.yml one-workflow: orders, payments, shipping"]);
  });

  it("end where workflows call each other in a circle", async () => {
    const circle = (other: string): string => `on: [push, workflow_call]\njobs:\n  next:\n    uses: ./.github/workflows/${other}.yml\n`;
    expect(await units({ ...three, ".github/workflows/a.yml": circle("b"), ".github/workflows/b.yml": circle("a") })).toEqual([]);
  });
});

describe("charts", () => {
  const chart = (name: string): Tree => ({
    [`charts/${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
    [`charts/${name}/templates/deployment.yaml`]: deployment(name),
  });
  const umbrella =
    "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - { name: orders, version: 1.0.0, repository: 'file://../orders' }\n  - { name: payments, version: 1.0.0, repository: 'file://../payments' }\n  - { name: redis, version: 20.0.0, repository: 'https://charts.bitnami.com/bitnami' }\n";

  it("that take in others are a unit, surer where a workflow installs them", async () => {
    const tree = { ...three, ...chart("orders"), ...chart("payments"), "charts/shop/Chart.yaml": umbrella };
    const alone = await systemOf(tree);
    expect(unitsOf(alone)).toEqual(["chart:shop umbrella-chart: orders, payments"]);
    expect(alone.deployUnits[0]?.confidence).toBe("medium");
    const installed = await systemOf({
      ...tree,
      ".github/workflows/deploy.yml": workflow("- run: helm upgrade --install shop charts/shop"),
    });
    expect(unitsOf(installed)).toEqual(["chart:shop umbrella-chart: orders, payments"]);
    expect(installed.deployUnits[0]?.confidence).toBe("high");
  });

  it("of one service each are none, however many a job installs", async () => {
    expect(
      await units({
        ...three,
        ...chart("orders"),
        ...chart("payments"),
        ".github/workflows/deploy.yml": workflow(
          "- run: helm upgrade --install ${{ matrix.service }} charts/${{ matrix.service }}",
          "    strategy: { matrix: { service: [orders, payments] } }\n",
        ),
      }),
    ).toEqual(["workflow:deploy.yml/deploy one-job: orders, payments"]);
  });

  it("whose templates loop over the values deploy what the values give an image", async () => {
    expect(
      await units({
        ...three,
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/templates/all.yaml":
          "{{- range $name, $service := .Values.services }}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ $name }}\nspec:\n  template:\n    spec:\n      containers:\n        - name: {{ $name }}\n          image: {{ $service.image }}\n{{- end }}\n",
        "chart/values.yaml": "services:\n  orders: { image: 'acme/orders:1' }\n  payments: { image: 'acme/payments:1' }\n",
      }),
    ).toEqual(["chart:shop umbrella-chart: orders, payments"]);
  });
});

describe("by hand", () => {
  it("a script is a unit that is less sure, and a list of single releases a hint", async () => {
    const whole = await systemOf({ ...three, ...manifests, "deploy.sh": "#!/bin/sh\nkubectl apply -f k8s/\n" });
    expect(whole.deployUnits).toMatchObject([{ id: "script:deploy.sh", coupling: "one-directory", confidence: "medium" }]);
    const list = await systemOf({
      ...three,
      ...manifests,
      "deploy.sh": "#!/bin/sh\nfor service in orders payments shipping; do kubectl rollout restart deployment/$service; done\n",
    });
    expect(list.deployUnits.map(({ confidence }) => confidence)).toEqual(["low"]);
  });

  it("a skaffold file is a hint until a workflow runs it", async () => {
    const skaffold = {
      "skaffold.yaml":
        "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n    - { image: orders, context: orders }\n    - { image: payments, context: payments }\n",
    };
    expect((await systemOf({ ...three, ...skaffold })).deployUnits).toMatchObject([{ id: "skaffold:skaffold.yaml", confidence: "low" }]);
    expect(await units({ ...three, ...skaffold, ".github/workflows/deploy.yml": workflow("- run: skaffold run") })).toEqual([
      "workflow:deploy.yml/deploy one-job: orders, payments",
    ]);
  });
});
