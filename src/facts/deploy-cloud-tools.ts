import { readArguments, type Deployment, type ToolReader } from "./command-line.js";

/** Command lines of clouds and hosts. Most deploy one service that an option or an argument names. */

const AWS_OPTIONS =
  "--cluster --service --task-definition --region --profile --template-file --template-body --stack-name --function-name --image-uri --zip-file --application-name --environment-name --service-arn --desired-count --capabilities --parameter-overrides --parameters --output --query --s3-bucket --s3-key --deployment-group-name --version-label --cli-input-json --deployment-configuration --service-name --tags";

const aws: ToolReader = (words) => {
  const args = readArguments(words, AWS_OPTIONS);
  const [area, verb] = args.rest;
  const verbText = `aws ${area} ${verb}`;
  switch (`${area} ${verb}`) {
    case "ecs update-service":
    case "ecs create-service":
    case "ecs deploy":
      return { tool: "ecs", verb: verbText, names: args.option("--service", "--service-name") };
    case "cloudformation deploy":
    case "cloudformation create-stack":
    case "cloudformation update-stack":
      return {
        tool: "sam",
        verb: verbText,
        targets: [...args.option("--template-file"), ...args.option("--template-body").map((path) => path.replace(/^file:\/\//, ""))],
        names: args.option("--stack-name"),
      };
    case "lambda update-function-code":
    case "lambda publish-version":
      return { tool: "other", verb: verbText, names: args.option("--function-name") };
    case "deploy create-deployment":
      return { tool: "other", verb: verbText, names: args.option("--application-name") };
    case "elasticbeanstalk update-environment":
      return { tool: "other", verb: verbText, names: args.option("--environment-name", "--application-name").slice(0, 1) };
    case "apprunner start-deployment":
    case "apprunner update-service":
      return { tool: "other", verb: verbText, names: args.option("--service-arn").map((arn) => arn.split("/").at(-2) ?? arn) };
    default:
      return null;
  }
};

const GCLOUD =
  "--image --region --zone --project --source --platform --service-account --set-env-vars --update-env-vars --config --substitutions --tag -t --memory --cpu --port --vpc-connector --set-secrets --runtime --entry-point --trigger-topic --delivery-pipeline --release --max-instances --min-instances --timeout --concurrency --add-cloudsql-instances --ingress --labels --format --machine-type";

function name(word: string | undefined): string[] {
  return word === undefined ? [] : [word];
}

const gcloud: ToolReader = (words) => {
  const args = readArguments(words, GCLOUD);
  const rest = args.rest.filter((word, index) => !(index === 0 && (word === "beta" || word === "alpha")));
  const [area, verb, third, fourth] = rest;
  if ((area === "run" || area === "functions") && verb === "deploy") {
    return { tool: "other", verb: `gcloud ${area} deploy`, targets: args.option("--source"), names: name(third) };
  }
  if (area === "run" && (verb === "services" || verb === "jobs") && (third === "update" || third === "replace")) {
    return {
      tool: "other",
      verb: `gcloud run ${verb} ${third}`,
      ...(third === "replace" ? { targets: name(fourth) } : { names: name(fourth) }),
    };
  }
  if (area === "app" && verb === "deploy") {
    return { tool: "other", verb: "gcloud app deploy", targets: rest.slice(2) };
  }
  if (area === "deploy" && verb === "releases" && third === "create") {
    return {
      tool: "skaffold",
      verb: "gcloud deploy releases create",
      names: args.option("--delivery-pipeline"),
      directory: args.option("--source")[0] ?? null,
    };
  }
  if (area === "builds" && verb === "submit") {
    return { tool: "docker", verb: "gcloud builds submit", targets: [...args.option("--config"), ...name(third)], builds: true };
  }
  return null;
};

const az: ToolReader = (words) => {
  const args = readArguments(
    words,
    "-n --name -g --resource-group --image --src --src-path --source --plan --slot --template-file --parameters --environment --registry-server --set-env-vars -r --registry -t -f --file",
  );
  const [area, verb, third] = args.rest;
  const isApp = ["webapp", "functionapp", "containerapp", "container", "spring", "staticwebapp"].includes(area ?? "");
  if (isApp && (["deploy", "up", "update", "create", "restart"].includes(verb ?? "") || third === "deploy" || third === "set")) {
    return { tool: "other", verb: `az ${area} ${verb}`, names: args.option("-n", "--name") };
  }
  if (area === "deployment" && third === "create") {
    return { tool: "other", verb: "az deployment create", targets: args.option("--template-file", "-f") };
  }
  return area === "acr" && verb === "build"
    ? { tool: "docker", verb: "az acr build", targets: args.option("-f", "--file"), builds: true }
    : null;
};

/** Tools whose one verb deploys what stands in a directory, or what an option names. */
function plainDeploy(
  verbs: readonly string[],
  valued: string,
  nameOptions: readonly string[],
  fileOptions: readonly string[] = [],
): (program: string) => ToolReader {
  return (program) => (words) => {
    const args = readArguments(words, valued);
    const verb = verbs.find((candidate) => args.rest.join(" ").startsWith(candidate));
    if (verb === undefined) {
      return null;
    }
    const after = args.rest.slice(verb === "" ? 0 : verb.split(" ").length);
    return {
      tool: "other",
      verb: `${program} ${verb}`.trim(),
      targets: [...args.option(...fileOptions), ...after],
      names: args.option(...nameOptions),
    };
  };
}

/** `vercel` alone deploys as well. */
const vercel: ToolReader = (words) => {
  const args = readArguments(words, "-t --token -S --scope --cwd --name -e --env -b --build-env -A --local-config --target");
  const verb = args.rest[0];
  const deploys = verb === "deploy" || (args.has("--prod", "--prebuilt") && !["build", "pull", "link", "env"].includes(verb ?? ""));
  return deploys
    ? { tool: "other", verb: "vercel deploy", names: args.option("--name"), directory: args.option("--cwd")[0] ?? null }
    : null;
};

const heroku: ToolReader = (words) => {
  const args = readArguments(words, "-a --app -r --remote --arg");
  const verb = args.rest[0];
  if (verb !== "container:release" && verb !== "container:push") {
    return null;
  }
  return { tool: "other", verb: `heroku ${verb}`, names: args.option("-a", "--app"), builds: verb === "container:push" };
};

const git: ToolReader = (words) => {
  const [verb, remote = "", ...refs] = words.filter((word) => !word.startsWith("-"));
  const isHost = /^(?:heroku|dokku|caprover|piku)\b/.test(remote) || /dokku@|git\.heroku\.com/.test(remote);
  return verb === "push" && isHost && refs.length > 0 ? { tool: "other", verb: "git push to a host", names: [], remote: true } : null;
};

const ansible: ToolReader = (words) => {
  const args = readArguments(
    words,
    "-i --inventory -e --extra-vars -l --limit -t --tags --skip-tags -u --user --private-key --key-file --vault-password-file -f --forks",
  );
  return args.rest.length > 0 && !args.has("--check", "-C", "--syntax-check")
    ? { tool: "other", verb: "ansible-playbook", targets: args.rest, names: args.option("-t", "--tags"), remote: true }
    : null;
};

const copilot: ToolReader = (words) => {
  const args = readArguments(words, "-n --name -e --env -a --app --tag");
  const line = args.rest.join(" ");
  return line === "deploy" || line === "svc deploy" || line === "job deploy"
    ? { tool: "ecs", verb: `copilot ${line}`, names: args.option("-n", "--name") }
    : null;
};

const ecsCli: ToolReader = (words) => {
  const args = readArguments(words, "-f --file -p --project-name -c --cluster --region --ecs-params --ecs-profile");
  const isUp = args.rest[0] === "compose" && ["up", "service"].includes(args.rest[1] ?? "");
  return isUp
    ? { tool: "ecs", verb: "ecs-cli compose", targets: args.option("-f", "--file"), names: args.option("-p", "--project-name") }
    : null;
};

/** Only on another machine does restarting a service deploy it. */
const systemctl: ToolReader = (words): Deployment | null => {
  const [verb, ...units] = words.filter((word) => !word.startsWith("-"));
  const names = units
    .map((unit) => unit.replace(/\.service$/, ""))
    .filter((unit) => !/^(?:docker|nginx|ssh|caddy|apache2|cron|firewalld)$/.test(unit));
  return ["restart", "reload", "start"].includes(verb ?? "") && names.length > 0
    ? { tool: "other", verb: `systemctl ${verb}`, names }
    : null;
};

const fly = plainDeploy(
  ["deploy"],
  "-a --app -c --config --dockerfile -i --image -r --region --build-arg --strategy --wait-timeout -e --env --access-token -t",
  ["-a", "--app"],
  ["-c", "--config"],
);
const wrangler = plainDeploy(
  ["deploy", "publish", "pages deploy"],
  "-c --config -e --env --name --project-name --branch --compatibility-date",
  ["--name", "--project-name"],
  ["-c", "--config"],
);
const railway = plainDeploy(["up", "redeploy"], "-s --service -e --environment -p --project", ["-s", "--service"]);
const firebase = plainDeploy(["deploy"], "--only -P --project --token --except -m --message", ["--only"]);
const kamal = plainDeploy(["deploy", "redeploy"], "-d --destination -c --config-file --version", [], ["-c", "--config-file"]);
const netlify = plainDeploy(["deploy"], "-d --dir -s --site -a --auth -m --message --filter", ["-s", "--site"], ["-d", "--dir"]);
const nomad = plainDeploy(["job run", "run"], "-var -var-file -address -namespace -token", []);
const pulumi = plainDeploy(["up"], "-s --stack -C --cwd -t --target -c --config", ["-s", "--stack"]);
const eb = plainDeploy(["deploy"], "-l --label -m --message --profile -r --region --timeout", []);
const kapp = plainDeploy(["deploy"], "-f --file -a --app -n --namespace", ["-a", "--app"], ["-f", "--file"]);
const devspace = plainDeploy(["deploy", "converge"], "-n --namespace -p --profile --env --repo", []);

export const cloudTools: readonly (readonly [string, ToolReader])[] = [
  ["ansible-playbook", ansible],
  ["aws", aws],
  ["az", az],
  ["copilot", copilot],
  ["devspace", devspace("devspace")],
  ["eb", eb("eb")],
  ["ecs-cli", ecsCli],
  ["firebase", firebase("firebase")],
  ["fly", fly("fly")],
  ["flyctl", fly("fly")],
  ["gcloud", gcloud],
  ["git", git],
  ["heroku", heroku],
  ["kamal", kamal("kamal")],
  ["kapp", kapp("kapp")],
  ["netlify", netlify("netlify")],
  ["nomad", nomad("nomad")],
  ["okteto", devspace("okteto")],
  ["pulumi", pulumi("pulumi")],
  ["railway", railway("railway")],
  ["systemctl", systemctl],
  ["vercel", vercel],
  ["werf", devspace("werf")],
  ["wrangler", wrangler("wrangler")],
];
