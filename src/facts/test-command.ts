/** Commands that run tests: what a job started before them was started to be tested. */
const RUNNERS =
  /^(?:jest|vitest|mocha|ava|tap|jasmine|karma|pytest|tox|nosetests|behave|robot|cypress|playwright|testcafe|cucumber(?:-js)?|newman|k6|artillery|locust|gatling|wrk|hey|bats|phpunit|rspec|karate|schemathesis|dredd|postman|nyc|c8|start-server-and-test)$/;

const TEST_SCRIPT = /(?:^|[:._/@-])(?:tests?|e2e|it|integration|smoke|spec|verify|acceptance|check)(?:$|[:._@/-])/i;

/** `start` is the program without its folder, `rest` its arguments. */
export function runsTests(start: string, rest: readonly string[]): boolean {
  const [first = "", second = ""] = rest.filter((word) => !word.startsWith("-"));
  if (RUNNERS.test(start)) {
    return true;
  }
  switch (start) {
    case "npm":
    case "yarn":
    case "pnpm":
    case "bun":
      return isPackageTest(rest);
    case "go":
    case "cargo":
    case "dotnet":
    case "deno":
    case "mix":
    case "rails":
      return first === "test";
    case "mvn":
    case "mvnw":
    case "gradle":
    case "gradlew":
      return rest.some((word) => /^:?(?:[\w-]+:)*(?:test|verify|integration-?test|check)$/i.test(word));
    case "nx":
      return /^(?:test|e2e)$/.test(first) || rest.some((word) => /^(?:--targets?=)?(?:[\w-]*:)?(?:test|e2e)(?:,|$)/.test(word));
    case "turbo":
    case "lerna":
    case "make":
    case "task":
    case "just":
      return TEST_SCRIPT.test(first === "run" ? second : first);
    case "python":
    case "python3":
      return rest[0] === "-m" && /^(?:pytest|unittest)$/.test(rest[1] ?? "");
    // A system on the runner itself is asked whether it works.
    case "curl":
    case "wget":
    case "http":
    case "wait-on":
    case "grpcurl":
      return rest.some((word) => /(?:^|\/\/|-get:\/\/)(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?=[:/]|$)/.test(word));
    case "docker":
    case "docker-compose":
      return /\b(?:compose|docker-compose)\b/.test(`${start} ${first}`) && composeTests(rest);
    default:
      return false;
  }
}

/** A script of this repository that says in its name that it tests. */
export function isTestScript(call: string): boolean {
  return TEST_SCRIPT.test(call.replace(/\.[a-z]+$/, "").replace(/^.*\//, "/"));
}

function isPackageTest(rest: readonly string[]): boolean {
  const words = rest.filter((word) => !word.startsWith("-") && word !== "run" && word !== "run-script" && word !== "exec");
  return words.some((word) => word === "t" || TEST_SCRIPT.test(word)) && !words.some((word) => /^(?:install|i|add|ci|publish)$/.test(word));
}

/** `run --rm orders npm test`, `exec orders pytest`, `up --exit-code-from tests`. */
function composeTests(rest: readonly string[]): boolean {
  if (rest.some((word) => word.startsWith("--exit-code-from") || word === "--abort-on-container-exit")) {
    return true;
  }
  const at = rest.findIndex((word) => word === "run" || word === "exec");
  return at >= 0 && rest.slice(at + 1).some((word) => TEST_SCRIPT.test(word) || RUNNERS.test(word));
}

/** Commands that start a cluster which ends with the job. */
export function startsThrowawayCluster(start: string, rest: readonly string[]): boolean {
  const line = rest.slice(0, 3).join(" ");
  switch (start) {
    case "kind":
      return line.startsWith("create cluster") || line.startsWith("load ");
    case "minikube":
      return line.startsWith("start");
    case "k3d":
      return line.startsWith("cluster create") || line.startsWith("create");
    case "ctlptl":
      return line.startsWith("create");
    default:
      return false;
  }
}
