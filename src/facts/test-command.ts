/** Commands that run tests: what a job started before them was started to be tested. */
const RUNNERS =
  /^(?:jest|vitest|mocha|ava|tap|jasmine|karma|pytest|tox|nosetests|behave|robot|cypress|playwright|testcafe|cucumber(?:-js)?|newman|k6|artillery|locust|gatling|wrk|hey|bats|phpunit|rspec|karate|schemathesis|dredd|postman|nyc|c8|start-server-and-test)$/;

const TEST_SCRIPT = /(?:^|[:._/@-])(?:tests?|e2e|integration|smoke|spec|verify|acceptance)(?:$|[:._@/-])/i;

type Reader = (rest: readonly string[]) => boolean;

const firstWord = (rest: readonly string[]): string => rest.find((word) => !word.startsWith("-")) ?? "";
const testVerb: Reader = (rest) => firstWord(rest) === "test";
const javaGoal: Reader = (rest) => rest.some((word) => /^:?(?:[\w-]+:)*(?:test|verify|integration-?test|check)$/i.test(word));
const nxTarget: Reader = (rest) =>
  /^(?:test|e2e)$/.test(firstWord(rest)) || rest.some((word) => /^(?:--targets?=)?(?:[\w-]*:)?(?:test|e2e)(?:,|$)/.test(word));
const pythonModule: Reader = (rest) => rest[0] === "-m" && /^(?:pytest|unittest)$/.test(rest[1] ?? "");
/** A system on the runner itself is asked whether it works. */
const asksHere: Reader = (rest) => rest.some((word) => /(?:^|\/\/|-get:\/\/)(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?=[:/]|$)/.test(word));

const task: Reader = (rest) => {
  const name = firstWord(rest.filter((word) => word !== "run"));
  return name === "check" || TEST_SCRIPT.test(name);
};

const packageScript: Reader = (rest) => {
  const words = rest.filter((word) => !word.startsWith("-") && word !== "run" && word !== "run-script" && word !== "exec");
  return words.some((word) => word === "t" || TEST_SCRIPT.test(word)) && !words.some((word) => /^(?:install|i|add|ci|publish)$/.test(word));
};

/** `run --rm orders npm test`, `exec orders pytest`, `up --exit-code-from tests`. */
const composeTests: Reader = (rest) => {
  if (rest.some((word) => word.startsWith("--exit-code-from") || word === "--abort-on-container-exit")) {
    return true;
  }
  const at = rest.findIndex((word) => word === "run" || word === "exec");
  return at >= 0 && rest.slice(at + 1).some((word) => TEST_SCRIPT.test(word) || RUNNERS.test(word));
};

function forAll(reader: Reader, ...programs: readonly string[]): [string, Reader][] {
  return programs.map((program) => [program, reader]);
}

const READERS: ReadonlyMap<string, Reader> = new Map([
  ...forAll(asksHere, "curl", "grpcurl", "http", "wait-on", "wget"),
  ...forAll(composeTests, "docker-compose"),
  ...forAll((rest) => rest[0] === "compose" && composeTests(rest), "docker"),
  ...forAll(javaGoal, "gradle", "gradlew", "mvn", "mvnw"),
  ...forAll(nxTarget, "nx"),
  ...forAll(packageScript, "bun", "npm", "pnpm", "yarn"),
  ...forAll(pythonModule, "python", "python3"),
  ...forAll(task, "just", "lerna", "make", "task", "turbo"),
  ...forAll(testVerb, "cargo", "deno", "dotnet", "go", "mix", "rails"),
]);

/** `start` is the program without its folder, `rest` its arguments. */
export function runsTests(start: string, rest: readonly string[]): boolean {
  return RUNNERS.test(start) || READERS.get(start)?.(rest) === true;
}

/** A script of this repository that says in its name that it tests. */
export function isTestScript(call: string): boolean {
  return TEST_SCRIPT.test(call.replace(/\.[a-z]+$/, "").replace(/^.*\//, "/"));
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
