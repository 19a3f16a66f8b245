import { readArguments, type CommandArguments, type Deployment, type ToolReader } from "./command-line.js";
import { cloudTools } from "./deploy-cloud-tools.js";

/** Knowledge of tools, by program. Each reader gets the words after the program. */
export function readTool(program: string, words: readonly string[], environment: ReadonlyMap<string, string>): Deployment | null {
  const reader = tools.get(program);
  return reader === undefined ? null : reader(words, environment);
}

/** The value of a label selector's conditions: `app=orders`, `app in (orders, payments)`. */
function selected(selectors: readonly string[]): string[] {
  return selectors.flatMap((selector) => {
    const list = /\bin\s*\(([^)]*)\)/.exec(selector)?.[1];
    if (list !== undefined) {
      return list.split(",").map((value) => value.trim());
    }
    return selector.split(",").flatMap((condition) => /^[^=!]+==?(.+)$/.exec(condition)?.[1]?.trim() ?? []);
  });
}

/** Paths, also several in one word. What is fetched from elsewhere is no part of this system. */
function local(paths: readonly string[]): string[] {
  return paths
    .flatMap((path) => path.split(","))
    .filter((path) => path !== "" && path !== "-" && !/^(?:https?|git|oci|s3):|^git@/i.test(path));
}

const DRY = ["--dry-run", "--dryrun", "--diff", "--help", "-h"];

function isDry(args: CommandArguments): boolean {
  return args.has(...DRY) && !args.option("--dry-run").includes("none") && !args.option("--dry-run").includes("false");
}

const KUBECTL =
  "-f --filename -k --kustomize -l --selector -n --namespace --context --kubeconfig --cluster --server --token --user -o --output -c --container -p --patch --type --timeout --field-manager --overrides --image --replicas";

const kubectl: ToolReader = (words) => {
  const args = readArguments(words, KUBECTL);
  const [verb, second, ...others] = args.rest;
  if (verb === undefined || isDry(args)) {
    return null;
  }
  if (verb === "apply" || verb === "create" || verb === "replace") {
    const given = args.option("-f", "--filename", "-k", "--kustomize");
    const targets = local(given);
    const fromInput = given.some((path) => path === "-" || path.startsWith("/dev/"));
    if (targets.length === 0 && !fromInput) {
      return null;
    }
    return { tool: "kubectl", verb: `kubectl ${verb}`, targets, names: selected(args.option("-l", "--selector")), fromInput };
  }
  if ((verb === "set" && second === "image") || (verb === "rollout" && second === "restart")) {
    const names = [...workloads(others.filter((word) => !word.includes("="))), ...selected(args.option("-l", "--selector"))];
    return { tool: "kubectl", verb: `kubectl ${verb} ${second}`, names };
  }
  if (verb === "patch") {
    const names = workloads([second ?? "", ...others]);
    return names.length > 0 && /^(?:deploy|statefulset|sts|daemonset|ds|rollout|ksvc)/.test(second ?? "")
      ? { tool: "kubectl", verb: "kubectl patch", names }
      : null;
  }
  return null;
};

/** `deployment/orders`, `deployment orders payments`. */
function workloads(words: readonly string[]): string[] {
  const [first, ...others] = words;
  if (first === undefined) {
    return [];
  }
  return first.includes("/") ? words.map((word) => word.slice(word.indexOf("/") + 1)) : others.filter((word) => word !== "*");
}

const HELM =
  "-f --values --set --set-string --set-file --set-json -n --namespace --kube-context --kubeconfig --version --timeout --repo --username --password --history-max --description --post-renderer --ca-file --cert-file --key-file";

const helm: ToolReader = (words) => {
  const args = readArguments(words, HELM);
  const [verb, ...others] = args.rest.filter((word) => word !== "secrets");
  if ((verb !== "upgrade" && verb !== "install") || isDry(args)) {
    return null;
  }
  const named = args.has("--generate-name", "-g") ? [undefined, ...others] : others;
  const [release, chart] = named;
  return {
    tool: "helm",
    verb: `helm ${verb}`,
    targets: [...local(chart === undefined ? [] : [chart]), ...local(args.option("-f", "--values"))],
    names: release === undefined ? [] : [release],
  };
};

const helmfile: ToolReader = (words) => {
  const args = readArguments(
    words,
    "-f --file -e --environment -l --selector -n --namespace --state-values-set --kube-context --set --args --log-level",
  );
  const isApply = ["apply", "sync"].includes(args.rest[0] ?? "");
  return isApply
    ? {
        tool: "helm",
        verb: `helmfile ${args.rest[0]}`,
        targets: local(args.option("-f", "--file")),
        names: selected(args.option("-l", "--selector")),
      }
    : null;
};

const skaffold: ToolReader = (words) => {
  const args = readArguments(
    words,
    "-f --filename -p --profile -m --module -b --build-image -d --default-repo -t --tag -n --namespace --kube-context --platform --label -l -a --build-artifacts --cache-file",
  );
  const [verb] = args.rest;
  if (verb !== "run" && verb !== "deploy" && verb !== "apply" && verb !== "build") {
    return null;
  }
  const names = args.option("-m", "--module", "-b", "--build-image").flatMap((value) => value.split(","));
  return { tool: "skaffold", verb: `skaffold ${verb}`, targets: local(args.option("-f", "--filename")), names, builds: verb === "build" };
};

const COMPOSE =
  "-f --file -p --project-name --profile --env-file --project-directory -c --context -H --host --ansi --progress --parallel --scale -t --timeout --pull --wait-timeout --exit-code-from --build-arg --index -e --env -u --user -w --workdir --entrypoint --name -v --volume";

/** `up`, `build`, `push` and what else a compose command may do; `null` for those that deploy nothing. */
const compose: ToolReader = (words, environment) => {
  const args = readArguments(words, COMPOSE);
  const [verb, ...services] = args.rest;
  const deploys = ["up", "create", "start", "restart"].includes(verb ?? "");
  if (!deploys && verb !== "build" && verb !== "push") {
    return null;
  }
  const files = args.option("-f", "--file");
  return {
    tool: "compose",
    verb: `docker compose ${verb}`,
    targets: local(files.length > 0 ? files : (environment.get("COMPOSE_FILE") ?? "").split(":")),
    names: services,
    builds: !deploys,
    remote: isRemoteHost(environment) || args.has("-H", "--host", "--context") || args.option("-c").length > 0,
    directory: args.option("--project-directory")[0] ?? null,
  };
};

function isRemoteHost(environment: ReadonlyMap<string, string>): boolean {
  const host = environment.get("DOCKER_HOST") ?? "";
  return (host !== "" && !host.startsWith("unix:")) || (environment.get("DOCKER_CONTEXT") ?? "default") !== "default";
}

const DOCKER = "-H --host -c --context -l --log-level --config";

const docker: ToolReader = (words, environment) => {
  let at = 0;
  let remote = isRemoteHost(environment);
  while (words[at]?.startsWith("-") === true) {
    const takesValue = DOCKER.split(" ").includes(words[at]!);
    remote ||= /^(?:-H|--host|-c|--context)/.test(words[at]!);
    at += takesValue ? 2 : 1;
  }
  const [verb, ...rest] = words.slice(at);
  const found = verb === "compose" ? compose(rest, environment) : dockerVerb(verb, rest);
  return found === null ? null : { ...found, remote: remote || found.remote === true };
};

function dockerVerb(verb: string | undefined, rest: readonly string[]): Deployment | null {
  const [second, ...others] = rest;
  switch (verb) {
    case "stack":
      return second === "deploy" || second === "up" ? stack(others) : null;
    case "service":
      return second === "update" || second === "create" ? swarmService(second, others) : null;
    case "run":
      return dockerRun(rest);
    case "build":
    case "push":
      return dockerBuild(verb, rest);
    case "buildx":
    case "image":
    case "builder":
      return second === "build" || second === "push" ? dockerBuild(second, others) : second === "bake" ? bake(others) : null;
    default:
      return null;
  }
}

function stack(words: readonly string[]): Deployment {
  const args = readArguments(words, "-c --compose-file --orchestrator --resolve-image");
  return { tool: "docker-stack", verb: "docker stack deploy", targets: local(args.option("-c", "--compose-file")) };
}

function swarmService(verb: string, words: readonly string[]): Deployment {
  const args = readArguments(
    words,
    "--image --name --env-add --env -e --mount --network --replicas --publish -p --update-delay --update-parallelism --label --label-add --constraint --secret --config --limit-memory --user -u",
  );
  const names = verb === "create" ? args.option("--name") : args.rest.slice(-1);
  return { tool: "docker-stack", verb: `docker service ${verb}`, names };
}

const DOCKER_RUN =
  "-e --env --env-file -p --publish -v --volume --name --network --net --restart -u --user -w --workdir -h --hostname -l --label -m --memory --cpus --mount --entrypoint --add-host --platform --log-driver --log-opt --ip --link --health-cmd --health-interval --health-timeout --health-retries --network-alias --shm-size --ulimit --cap-add --device --expose --pull --cidfile";

function dockerRun(words: readonly string[]): Deployment | null {
  const args = readArguments(words, DOCKER_RUN);
  const detached = args.has("-d", "--detach", "-itd", "-dit", "-id", "-di", "-td", "-dt");
  const name = args.option("--name")[0] ?? imageName(args.rest[0] ?? "");
  return detached && name !== "" ? { tool: "docker", verb: "docker run", names: [name] } : null;
}

const DOCKER_BUILD =
  "-t --tag -f --file --build-arg --target --platform --cache-from --cache-to --label --network --output -o --builder --progress --secret --ssh --build-context --iidfile --metadata-file";

function dockerBuild(verb: string, words: readonly string[]): Deployment {
  const args = readArguments(words, DOCKER_BUILD);
  const images = verb === "push" ? args.rest.slice(0, 1) : args.option("-t", "--tag");
  const context = verb === "push" ? [] : args.rest.slice(0, 1);
  return {
    tool: "docker",
    verb: `docker ${verb}`,
    targets: local([...args.option("-f", "--file"), ...context]),
    names: [...new Set(images.map(imageName))],
    builds: true,
  };
}

function bake(words: readonly string[]): Deployment {
  const args = readArguments(words, "-f --file --set --progress --builder --metadata-file");
  return { tool: "docker", verb: "docker buildx bake", targets: local(args.option("-f", "--file")), names: args.rest, builds: true };
}

/** `registry:5000/shop/orders:1.2` to `orders`. */
export function imageName(image: string): string {
  const last = image
    .replace(/@sha256:.*$/, "")
    .split("/")
    .at(-1)!;
  return last.replace(/:[^:{}]*(?:\$\{.*)?$/, "");
}

const argocd: ToolReader = (words) => {
  const args = readArguments(
    words,
    "--server --auth-token --revision -l --selector --resource --timeout --project -p --parameter --kustomize-image --helm-set --port-forward-namespace",
  );
  const [first, verb, ...names] = args.rest;
  return first === "app" && (verb === "sync" || verb === "set")
    ? { tool: "argocd", verb: `argocd app ${verb}`, names: [...names, ...selected(args.option("-l", "--selector"))] }
    : null;
};

const serverless: ToolReader = (words) => {
  const args = readArguments(words, "-s --stage -r --region -f --function -c --config --aws-profile --param -p --package --service --org");
  if (args.rest[0] !== "deploy") {
    return null;
  }
  return {
    tool: "serverless",
    verb: "serverless deploy",
    targets: local(args.option("-c", "--config")),
    names: [...args.option("-f", "--function", "--service"), ...(args.rest[1] === "function" ? [] : args.rest.slice(1))],
  };
};

const sam: ToolReader = (words) => {
  const args = readArguments(
    words,
    "-t --template --template-file --stack-name --s3-bucket --s3-prefix --region --profile --capabilities --parameter-overrides --config-env --config-file --image-repository --role-arn --tags",
  );
  const [verb] = args.rest;
  return verb === "deploy" || verb === "build" || verb === "sync"
    ? {
        tool: "sam",
        verb: `sam ${verb}`,
        targets: local(args.option("-t", "--template", "--template-file")),
        names: args.option("--stack-name"),
        builds: verb === "build",
      }
    : null;
};

const cdk: ToolReader = (words) => {
  const args = readArguments(
    words,
    "-a --app -c --context --require-approval --profile --role-arn -o --output --outputs-file --parameters --concurrency -r --region --toolkit-stack-name --progress",
  );
  return args.rest[0] === "deploy"
    ? { tool: "cdk", verb: "cdk deploy", targets: local(args.option("-a", "--app")), names: args.rest.slice(1) }
    : null;
};

const terraform: ToolReader = (words) => {
  const args = readArguments(
    words,
    "-var -var-file -target -chdir -parallelism -lock-timeout -state --terragrunt-working-dir --working-dir",
  );
  const apply = args.rest[0] === "apply" || (args.rest[0] === "run-all" && args.rest[1] === "apply");
  const directory = args.option("-chdir", "--terragrunt-working-dir", "--working-dir")[0] ?? null;
  return apply ? { tool: "terraform", verb: "terraform apply", names: args.option("-target", "--target"), directory } : null;
};

/** `rsync`, `scp`: files that are put on another machine. */
const copyToHost: ToolReader = (words) => {
  const args = readArguments(
    words,
    "-e --rsh -i -P -o -F --exclude --include --filter --rsync-path --exclude-from --files-from --chmod --chown",
  );
  const destination = args.rest.at(-1) ?? "";
  const sources = args.rest.slice(0, -1);
  const isRemote = /^[^/]*[^/:]:(?!\/\/)/.test(destination) || /^(?:rsync|ssh):\/\//.test(destination);
  // From a host to here is no deployment.
  return isRemote && sources.length > 0 && !sources.some((source) => /^[^/]*@[^/]*:/.test(source))
    ? { tool: "ssh", verb: "copy to a host", targets: sources, remote: true }
    : null;
};

const pm2: ToolReader = (words) => {
  const args = readArguments(words, "--only --env -i --name -n --instances");
  const [verb, ...what] = args.rest;
  if (!["start", "restart", "reload", "startOrRestart", "startOrReload", "deploy"].includes(verb ?? "")) {
    return null;
  }
  const files = what.filter((word) => /[./]/.test(word));
  const names = args.has("--name", "-n", "--only")
    ? args.option("--name", "-n", "--only")
    : what.filter((word) => !/[./]/.test(word) && word !== "all");
  return { tool: "other", verb: `pm2 ${verb}`, targets: files, names };
};

const tools: ReadonlyMap<string, ToolReader> = new Map<string, ToolReader>([
  ["argocd", argocd],
  ["cdk", cdk],
  ["docker", docker],
  ["docker-compose", compose],
  ["helm", helm],
  ["helm3", helm],
  ["helmfile", helmfile],
  ["kubectl", kubectl],
  ["nerdctl", docker],
  ["oc", kubectl],
  ["pm2", pm2],
  ["podman", docker],
  ["podman-compose", compose],
  ["rsync", copyToHost],
  ["sam", sam],
  ["scp", copyToHost],
  ["serverless", serverless],
  ["skaffold", skaffold],
  ["sls", serverless],
  ["terraform", terraform],
  ["terragrunt", terraform],
  ["tofu", terraform],
  ...cloudTools,
]);
