import type { Deployment } from "./command-line.js";
import { deployCommand, readCommands, type CommandReading } from "./deploy-command.js";
import { imageName } from "./deploy-tools.js";
import type { Lines } from "./place.js";
import { record } from "./yaml-node.js";
import { parseYaml } from "./yaml.js";

type Inputs = Readonly<Record<string, string>>;

/** What a step that uses an action deploys, builds or tests. `place` is for the action's own script. */
export function readAction(uses: string, inputs: Inputs, lines: Lines, place: (line: number) => number): CommandReading {
  const action = uses.replace(/@.*$/, "").toLowerCase();
  const input = (...names: readonly string[]): string | null =>
    names.map((name) => inputValue(inputs, name)).find((value) => value !== null) ?? null;
  const throwaway = THROWAWAY.test(action);
  const tests = TESTS.test(action);
  const wrapped = input("action");
  if (WRAPPER.test(action) && wrapped !== null && !WRAPPER.test(wrapped)) {
    return readAction(wrapped, record(parseYaml(inputs["with"] ?? "").documents[0]?.root), lines, () => lines.startLine);
  }
  const scripted = scriptOf(action, input);
  if (scripted !== null) {
    const reading = readCommands(scripted.script, {
      place,
      remote: scripted.remote,
      directory: input("working-directory", "working_directory"),
    });
    return { ...reading, tests: reading.tests || tests, throwaway: reading.throwaway || throwaway };
  }
  const found = ACTIONS.find(([name]) => name.test(action))?.[1](input) ?? null;
  return { commands: found === null ? [] : deployCommand(found, lines), calls: [], tests, throwaway };
}

/** Inputs are told apart without regard to case. */
function inputValue(inputs: Inputs, name: string): string | null {
  const key = Object.keys(inputs).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  const value = key === undefined ? undefined : inputs[key]!.trim();
  return value === undefined || value === "" ? null : value;
}

/** Runs another action again until it succeeds; its inputs are a text of YAML. */
const WRAPPER = /^wandalen\/wretry\.action/i;
const THROWAWAY =
  /^(?:helm\/kind-action|engineerd\/setup-kind|container-tools\/kind-action|medyagh\/setup-minikube|manusa\/actions-setup-minikube|absaoss\/k3d-action|nolar\/setup-k3d-k3s|jupyterhub\/action-k3s-helm|hoverkraft-tech\/compose-action|isbang\/compose-action|adambirds\/docker-compose-action)$/;
const TESTS =
  /^(?:cypress-io\/github-action|helm\/chart-testing-action|grafana\/(?:k6-action|run-k6-action)|matt-ball\/newman-action|microsoft\/playwright-github-action|artilleryio\/action-cli|apache\/skywalking-infra-e2e)$/;

type Input = (...names: readonly string[]) => string | null;

/** Actions that run a script or the arguments of one tool. */
function scriptOf(action: string, input: Input): { script: string; remote: boolean } | null {
  const remote =
    /^(?:appleboy\/ssh-action|garygrossgarten\/github-action-ssh|fifsky\/ssh-action|d3rhase\/ssh-command-action|cross-the-world\/ssh-(?:scp-ssh-)?pipelines|easingthemes\/ssh-deploy|tiyee\/action-ssh|matheusvanzan\/sshpass-action)$/.test(
      action,
    );
  const script = input("script", "command", "commands", "run", "args", "cmd", "script_after");
  if (remote) {
    return script === null ? null : { script, remote };
  }
  const tool = TOOL_OF_ACTION.find(([name]) => name.test(action))?.[1];
  if (tool === undefined || script === null) {
    return null;
  }
  return { script: script.startsWith(tool) ? script : `${tool} ${script}`, remote: false };
}

const TOOL_OF_ACTION: readonly (readonly [RegExp, string])[] = [
  [/\/(?:.*-)?kubectl(?:-.*)?$/, "kubectl"],
  [/^(?:superfly\/flyctl-actions)/, "flyctl"],
  [/^(?:serverless\/github-action)/, "serverless"],
  [/^cloudflare\/wrangler-action/, "wrangler"],
  [/^(?:wyrihaximus\/github-action-helm3)/, "helm"],
  [/^(?:helmfile\/helmfile-action|mamezou-tech\/setup-helmfile)/, "helmfile"],
  [/^clowdhaus\/argo-cd-action/, "argocd"],
  [/^hashicorp\/terraform-github-actions/, "terraform"],
  [/^w9jds\/firebase-action/, "firebase"],
  [/^heroku\/actions?/, "heroku"],
  [/^nick-(?:fields|invision)\/retry/, ""],
];

/** Several in one input: one a line, or parted by commas. */
function list(value: string | null): string[] {
  return value === null
    ? []
    : value
        .split(/[\n,]/)
        .map((each) => each.trim())
        .filter((each) => each !== "");
}

function images(value: string | null): string[] {
  return [...new Set(list(value).map((image) => imageName(image.replace(/^type=.*?name=/, ""))))];
}

const ACTIONS: readonly (readonly [RegExp, (input: Input) => Deployment | null])[] = [
  [
    /^docker\/build-push-action$/,
    (input) => ({
      tool: "docker",
      verb: "docker build",
      targets: [...list(input("file")), ...list(input("context") ?? ".")],
      names: images(input("repository", "tags")),
      builds: true,
    }),
  ],
  [
    /^docker\/bake-action$/,
    (input) => ({ tool: "docker", verb: "docker buildx bake", targets: list(input("files")), names: list(input("targets")), builds: true }),
  ],
  [
    /^(?:elgohr\/publish-docker-github-action|mr-smithers-excellent\/docker-build-push|macbre\/push-to-ghcr|whoan\/docker-build-with-cache-action|redhat-actions\/buildah-build)$/,
    (input) => ({
      tool: "docker",
      verb: "docker build",
      targets: [...list(input("dockerfile", "containerfiles")), ...list(input("directory", "workdir", "context"))],
      names: images(input("name", "image", "image_name")),
      builds: true,
    }),
  ],
  [
    /^azure\/k8s-(?:deploy|bake)$/,
    (input) => ({ tool: "kubectl", verb: "kubectl apply", targets: list(input("manifests", "kustomizationPath", "helmChart")) }),
  ],
  [
    /^(?:stefanprodan\/kube-tools|koslib\/helm-eks-action|deliverybot\/helm|bitovi\/github-actions-deploy-eks-helm|vimeda\/helm)$/,
    (input) => ({
      tool: "helm",
      verb: "helm upgrade",
      targets: list(input("chart", "chart-path", "charts")),
      names: list(input("release", "name")),
    }),
  ],
  [
    /^aws-actions\/amazon-ecs-deploy-task-definition$/,
    (input) => ({ tool: "ecs", verb: "ecs deploy", targets: list(input("task-definition")), names: list(input("service")) }),
  ],
  [
    /^(?:aws-actions\/amazon-ecs-deploy-express-service|donaldpiret\/ecs-deploy|brunocascio\/ecs-deploy)$/,
    (input) => ({ tool: "ecs", verb: "ecs deploy", names: list(input("service", "service-name", "service_name")) }),
  ],
  [
    /^aws-actions\/aws-cloudformation-github-deploy$/,
    (input) => ({ tool: "sam", verb: "cloudformation deploy", targets: list(input("template")), names: list(input("name")) }),
  ],
  [
    /^(?:aws-actions\/aws-lambda-deploy|appleboy\/lambda-action)$/,
    (input) => ({ tool: "other", verb: "lambda deploy", names: list(input("function-name", "function_name")) }),
  ],
  [
    /^google-github-actions\/(?:deploy-cloudrun|deploy-cloud-functions)$/,
    (input) => ({
      tool: "other",
      verb: "gcloud run deploy",
      targets: list(input("source", "metadata", "source_dir")),
      names: list(input("service", "name", "job")),
    }),
  ],
  [
    /^google-github-actions\/deploy-appengine$/,
    (input) => ({
      tool: "other",
      verb: "gcloud app deploy",
      targets: list(input("deliverables")),
      directory: input("working_directory", "project_path"),
    }),
  ],
  [
    /^google-github-actions\/create-cloud-deploy-release$/,
    (input) => ({
      tool: "skaffold",
      verb: "gcloud deploy releases create",
      targets: list(input("skaffold_file")),
      names: list(input("delivery_pipeline")),
    }),
  ],
  [
    /^azure\/(?:webapps-deploy|functions-action|container-apps-deploy-action|appservice-settings|static-web-apps-deploy)$/,
    (input) => ({
      tool: "other",
      verb: "azure deploy",
      targets: list(input("package", "appSourcePath", "app_location")),
      names: list(input("app-name", "containerAppName")),
    }),
  ],
  [
    /^bitovi\/github-actions-(?:deploy-docker-to-ec2|docker-to-ec2-deployment)$/,
    (input) => ({
      tool: "compose",
      verb: "docker compose up",
      targets: list(input("docker_repo_app_directory", "app_directory", "docker_compose_file")),
      remote: true,
    }),
  ],
  [
    /^(?:appleboy\/scp-action|burnett01\/rsync-deployments|samkirkland\/ftp-deploy-action|wlixcc\/sftp-deploy-action)$/,
    (input) => ({ tool: "ssh", verb: "copy to a host", targets: list(input("source", "path", "local-dir", "local_path")), remote: true }),
  ],
  [/^amondnet\/vercel-action$/, (input) => ({ tool: "other", verb: "vercel deploy", directory: input("working-directory") })],
  [
    /^(?:akhileshns\/heroku-deploy|gonuit\/heroku-docker-deploy)$/,
    (input) => ({
      tool: "other",
      verb: "heroku deploy",
      targets: list(input("appdir", "dockerfile_directory")),
      names: list(input("heroku_app_name")),
    }),
  ],
  [
    /^digitalocean\/app_action/,
    (input) => ({ tool: "other", verb: "digitalocean app deploy", names: list(input("app_name", "app_spec_location")) }),
  ],
  [/^dflook\/terraform-apply$/, (input) => ({ tool: "terraform", verb: "terraform apply", directory: input("path") })],
  [/^nwtgck\/actions-netlify$/, (input) => ({ tool: "other", verb: "netlify deploy", targets: list(input("publish-dir")) })],
  [
    /^pulumi\/actions$/,
    (input) =>
      input("command") === "up" || input("command") === "update"
        ? { tool: "other", verb: "pulumi up", names: list(input("stack-name")), directory: input("work-dir") }
        : null,
  ],
];
