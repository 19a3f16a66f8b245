import { describe, expect, test } from "vitest";
import { readCommands } from "../../src/facts/deploy-command.js";
import type { DeployCommand } from "../../src/facts/pipeline.js";

const read = (text: string) => readCommands(text, { place: (line) => line });

/** `tool targets / names`, with where and how. */
function brief(command: DeployCommand): string {
  const how = [command.builds ? "builds" : "", command.remote ? "remote" : "", command.conditional ? "conditional" : ""]
    .filter((word) => word !== "")
    .join(" ");
  const where = command.directory === null ? "" : ` in ${command.directory}`;
  return `${command.tool} ${command.targets.join(",")} / ${command.names.join(",")}${where} ${how}`.trim().replaceAll(/ +/g, " ");
}

const briefs = (text: string): string[] => read(text).commands.map(brief);

describe("tools", () => {
  test.each([
    ["kubectl apply -f k8s/", "kubectl k8s/ /"],
    ["kubectl apply -Rf k8s -n shop", "kubectl k8s /"],
    ["kubectl apply --filename=a.yaml -f b.yaml", "kubectl b.yaml,a.yaml /"],
    ["kubectl -n shop apply -k overlays/prod", "kubectl overlays/prod /"],
    ["kubectl apply -f k8s -l app=orders", "kubectl k8s / orders"],
    ["kubectl apply -f k8s -l 'app in (orders, payments)'", "kubectl k8s / orders,payments"],
    ["kubectl set image deployment/orders orders=shop/orders:1 -n shop", "kubectl / orders"],
    ["kubectl rollout restart deployment orders payments", "kubectl / orders,payments"],
    [
      "helm upgrade --install orders ./charts/orders -n shop -f values/orders.yaml --set image.tag=$TAG --wait",
      "helm ./charts/orders,values/orders.yaml / orders",
    ],
    ["helmfile -f helmfile.yaml -l name=orders apply", "helm helmfile.yaml / orders"],
    ["skaffold run -p prod -f skaffold.yaml", "skaffold skaffold.yaml /"],
    ["skaffold deploy --module=orders", "skaffold / orders"],
    ["skaffold build", "skaffold / builds"],
    ["docker compose -f a.yml -f b.yml up -d --no-deps orders payments", "compose a.yml,b.yml / orders,payments"],
    ["docker-compose up -d", "compose /"],
    ["COMPOSE_FILE=a.yml:b.yml docker compose up -d", "compose a.yml,b.yml /"],
    ["docker compose build orders", "compose / orders builds"],
    ["DOCKER_HOST=ssh://me@shop docker compose up -d", "compose / remote"],
    ["docker --context prod compose up -d", "compose / remote"],
    ["docker stack deploy -c stack.yml shop", "docker-stack stack.yml /"],
    ["docker service update --image shop/orders:2 shop_orders", "docker-stack / shop_orders"],
    [
      "docker build -t registry:5000/shop/orders:1.2 -f services/orders/Dockerfile .",
      "docker services/orders/Dockerfile,. / orders builds",
    ],
    ["docker buildx build --push -t shop/orders:${{ github.sha }} services/orders", "docker services/orders / orders builds"],
    ["argocd app sync orders payments --prune", "argocd / orders,payments"],
    ["npx serverless@3 deploy --stage prod", "serverless /"],
    ["sls deploy function -f create", "serverless / create"],
    ["sam deploy --template-file template.yaml --stack-name orders", "sam template.yaml / orders"],
    ["npx cdk deploy OrdersStack --require-approval never", "cdk / OrdersStack"],
    ["terraform -chdir=infra apply -auto-approve", "terraform / in infra"],
    ["gcloud beta run deploy orders --image gcr.io/shop/orders --region eu", "other / orders"],
    ["aws ecs update-service --cluster shop --service orders --force-new-deployment", "ecs / orders"],
    ["flyctl deploy --config services/orders/fly.toml --remote-only", "other services/orders/fly.toml /"],
    ["vercel --prod --token=$TOKEN", "other /"],
    ["rsync -az --delete dist/ deploy@shop.example:/srv/orders", "ssh dist/ / remote"],
    ["npx nx run-many -t deploy --projects=orders,payments", "other / orders,payments"],
    ["pnpm -r run deploy", "other / *"],
  ])("%s", (line, expected) => {
    expect(briefs(line)).toEqual([expected]);
  });

  test.each([
    "kubectl get pods",
    "kubectl apply -f k8s --dry-run=client",
    "kubectl rollout status deployment/orders",
    "kubectl apply -f https://example.com/cert-manager.yaml",
    "kubectl create namespace shop --dry-run=client -o yaml | kubectl apply -f -",
    "helm template orders ./charts/orders",
    "helm upgrade orders ./charts/orders --dry-run",
    "docker compose down",
    "docker compose pull",
    "docker run -d --name db postgres",
    "docker login -u me -p secret",
    "terraform plan",
    "scp deploy@shop.example:/srv/log .",
    "npx nx affected -t deploy",
    "turbo run deploy --filter=...[main]",
    "echo kubectl apply -f k8s/",
    "# kubectl apply -f k8s/",
    "git push origin main",
    "systemctl restart orders",
  ])("silent: %s", (line) => {
    expect(briefs(line)).toEqual([]);
  });
});

describe("what a text holds apart from tools", () => {
  test("wrappers and paths do not hide the tool", () => {
    expect(briefs("sudo -u deploy env A=b /usr/local/bin/kubectl apply -f a.yaml\ntimeout 60 helm upgrade orders c")).toEqual([
      "kubectl a.yaml /",
      "helm c / orders",
    ]);
  });

  test("what stands in quotes after ssh runs on another machine", () => {
    expect(
      briefs("ssh -i key -p 22 deploy@shop.example 'cd /srv/shop && docker compose up -d orders && sudo systemctl restart orders'"),
    ).toEqual(["compose / orders in /srv/shop remote", "other / orders in /srv/shop remote"]);
  });

  test("and what stands in a heredoc for it, with its lines", () => {
    const { commands } = read(
      "ssh shop.example <<'EOF'\n  cd /srv\n  docker stack deploy -c stack.yml shop\nEOF\nkubectl apply -f a.yaml\n",
    );
    expect(commands.map((command) => [brief(command), command.lines.startLine])).toEqual([
      ["docker-stack stack.yml / in /srv remote", 3],
      ["kubectl a.yaml /", 5],
    ]);
  });

  test("a script inside a script is read", () => {
    expect(briefs('bash -euc "kubectl apply -f a.yaml"; eval "kubectl apply -f b.yaml"')).toEqual(["kubectl a.yaml /", "kubectl b.yaml /"]);
  });

  test("what goes through a pipe is the target", () => {
    expect(briefs("envsubst < k8s/orders.yaml | kubectl apply -f -")).toEqual(["kubectl k8s/orders.yaml /"]);
    expect(briefs("kustomize build overlays/prod | kubectl apply -f -")).toEqual(["kubectl overlays/prod /"]);
    expect(briefs("helm template shop ./charts/shop | sed 's/a/b/' | kubectl apply -f -")).toEqual(["kubectl ./charts/shop /"]);
  });

  test("calls are scripts, make targets and package scripts, with their directory", () => {
    const text = `./scripts/deploy.sh prod && bash ci/build.sh
cd infra && make -j4 deploy ENV=prod
cd .. && npm run deploy --workspace=services/orders
yarn workspace payments deploy
pnpm --filter inventory run release
`;
    expect(read(text).calls).toEqual([
      "scripts/deploy.sh",
      "ci/build.sh",
      "make:deploy@infra",
      "npm:deploy@services/orders",
      "npm:deploy@payments",
      "npm:release@inventory",
    ]);
  });

  test("a job that tests what it started says so", () => {
    expect(read("docker compose up -d\nnpm run test:e2e").tests).toBe(true);
    expect(read("docker compose up --exit-code-from tests").tests).toBe(true);
    expect(read("docker compose up -d\ncurl --fail http://localhost:3000/health").tests).toBe(true);
    expect(read("docker compose up -d\ncurl --fail https://shop.example/health").tests).toBe(false);
    expect(read("npm ci\nnpm run build\nnpm run type-check").tests).toBe(false);
    expect(read("kind create cluster\nkubectl apply -f k8s")).toMatchObject({ throwaway: true });
  });
});

describe("text", () => {
  test("is short and holds no option", () => {
    const [command] = read("helm upgrade orders charts/orders --set db.password=hunter2 --set-string token=hunter2 -f v.yaml").commands;
    expect(command!.text).toBe("helm upgrade charts/orders v.yaml orders");
  });

  test("holds no user part of a URL", () => {
    const [command] = read("helm upgrade orders oci2://me:hunter2@charts.example/orders").commands;
    expect(command!.text).toBe("helm upgrade oci2://charts.example/orders orders");
  });
});
