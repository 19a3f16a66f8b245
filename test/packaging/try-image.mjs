// Does what the Dockerfile says, without a container engine: builds both stages in a temporary directory as an ordinary user,
// then starts the App there as that user, who can write nothing but the data directory, asks for its health, and stops it.
// As root, since files get another owner than the one who runs them: npm run try-image
import { spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { DockerfileParser } from "dockerfile-ast";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** Nobody, on every system. */
const USER = 65534;

if (process.getuid?.() !== 0) throw new Error("Files get an owner here, which only root can do: start this with sudo.");
const home = mkdtempSync(path.join(tmpdir(), "faultline-image-"));
chmodSync(home, 0o755);
try {
  await tryImage();
} finally {
  rmSync(home, { recursive: true, force: true });
}

async function tryImage() {
  const stages = [];
  for (const instruction of DockerfileParser.parse(readFileSync(path.join(ROOT, "Dockerfile"), "utf8")).getInstructions()) {
    if (instruction.getKeyword() === "FROM") stages.push(begin(instruction, stages.length));
    else perform(instruction, stages.at(-1), stages);
  }
  const image = stages.at(-1);
  // What a read-only file system would refuse, the owner of the files refuses here.
  own(image.at("/app"), 0);
  await run(image);
}

function begin(instruction, index) {
  const directory = path.join(home, String(index));
  mkdirSync(directory);
  chownSync(directory, USER, USER);
  const at = (name) => path.join(directory, path.resolve("/", name));
  return { name: instruction.getBuildStage(), at, environment: {}, directory: "/", command: [], health: [] };
}

function perform(instruction, stage, stages) {
  const text = instruction.getRawArgumentsContent() ?? "";
  switch (instruction.getKeyword()) {
    case "WORKDIR":
      stage.directory = text;
      mkdirSync(stage.at(text), { recursive: true });
      own(stage.at(text), USER);
      return;
    case "ENV":
      for (const { name, value } of instruction.getProperties().map((each) => ({ name: each.getName(), value: each.getValue() })))
        stage.environment[name] = value;
      return;
    case "COPY":
      return copy(instruction, stage, stages);
    case "RUN":
      return build(text, stage);
    case "CMD":
      stage.command = JSON.parse(text);
      return;
    case "HEALTHCHECK":
      stage.health = JSON.parse(text.slice(text.indexOf("[")));
      return;
  }
}

function copy(instruction, stage, stages) {
  const from = instruction
    .getFlags()
    .find((flag) => flag.getName() === "from")
    ?.getValue();
  const words = instruction.getArguments().map((argument) => argument.getValue());
  const target = words.pop();
  for (const word of words) {
    const source = from === undefined ? path.join(ROOT, word) : stages.find(({ name }) => name === from).at(word);
    const into = path.join(
      stage.at(stage.directory),
      target.endsWith("/") || target === "." ? path.join(target, path.basename(word)) : target,
    );
    cpSync(source, into, { recursive: true, verbatimSymlinks: true });
    own(into, USER);
  }
}

function build(script, stage) {
  console.log(`RUN ${script}`);
  // The owner that root would give is the one that already is.
  const here = script.replaceAll(/ --(?:owner|group)=\S+/g, "").replaceAll(" /data", ` ${stage.at("/data")}`);
  const { status } = spawnSync("sh", ["-ec", here], {
    cwd: stage.at(stage.directory),
    uid: USER,
    gid: USER,
    stdio: "inherit",
    env: { PATH: process.env.PATH, HOME: stage.at("/") },
  });
  if (status !== 0) throw new Error(`The step ended with ${status}.`);
}

async function run({ at, directory, environment, command, health }) {
  const port = await freePort();
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const env = {
    ...environment,
    PATH: process.env.PATH,
    FAULTLINE_DATA_DIR: at(environment.FAULTLINE_DATA_DIR),
    PORT: String(port),
    APP_ID: "1",
    PRIVATE_KEY: privateKey,
    WEBHOOK_SECRET: "of-no-worth-outside-of-this-trial",
    // Nobody listens there, so that nothing goes out.
    GITHUB_API_URL: "http://127.0.0.1:9",
  };
  const options = { cwd: at(directory), uid: USER, gid: USER, env };
  const [program, ...args] = command;
  console.log(`CMD ${command.join(" ")}`);
  const app = spawn(program, args, { ...options, stdio: "inherit" });
  const ended = new Promise((resolve) => app.on("exit", resolve));
  const healthy = () => spawnSync(health[0], health.slice(1), options).status === 0;
  const until = Date.now() + 60_000;
  while (!healthy()) {
    if (app.exitCode !== null || Date.now() > until) throw new Error("The App is not healthy after a minute.");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  console.log("healthy");
  app.kill("SIGTERM");
  const code = await ended;
  if (code !== 0) throw new Error(`The App ended with ${code}.`);
  console.log("stopped");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function own(file, user) {
  const { status } = spawnSync("chown", ["-R", `${user}:${user}`, file], { stdio: "inherit" });
  if (status !== 0) throw new Error(`${file} could not be given to ${user}.`);
}
