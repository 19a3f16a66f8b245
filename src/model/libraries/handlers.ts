import type { Knowledge, Library } from "./library.js";
import { onEach, route, routeObjects } from "./make.js";

const VERBS = ["get", "post", "put", "patch", "delete", "del", "head", "options", "all"];

/** `app.post("/orders", validate, create)`: the path first, handlers after it. */
function verbs(instances: readonly string[], mount: Readonly<Record<string, Knowledge>> = {}): Record<string, Knowledge> {
  const methods: Record<string, Knowledge> = { ...mount };
  for (const verb of VERBS) {
    const method = verb === "all" ? "ANY" : verb === "del" ? "DELETE" : verb.toUpperCase();
    methods[verb] = route("http", `=${method}`, "0", "1+");
    methods[`route().${verb}`] = route("http", `=${method}`, "route:0", "0+");
  }
  return onEach(instances, methods);
}

/** How requests get into a service: who serves which method and path. */
export const handlerLibraries: readonly Library[] = [
  {
    name: "Express",
    modules: ["express", "restify", "@feathersjs/express", "polka", "find-my-way", "express-promise-router"],
    paths: verbs(["()", "{Router(),Router#}", "express()", "{Express,Application,IRouter,Server}#", "createServer()"], {
      use: { kind: "mount", prefix: "0", mounted: "0+" },
      "route().use": { kind: "mount", prefix: "route:0", mounted: "0+" },
    }),
  },
  {
    name: "Fastify",
    modules: ["fastify"],
    paths: {
      ...verbs(["()", "fastify()", "FastifyInstance#", "FastifyPluginAsync#", "().withTypeProvider()"], {
        register: { kind: "mount", prefix: "1.prefix", mounted: "0" },
      }),
      ...onEach(["()", "fastify()", "FastifyInstance#"], { route: routeObjects("0") }),
    },
  },
  {
    name: "Koa router",
    modules: ["koa-router", "@koa/router"],
    paths: {
      ...verbs(["#", "()", "Router#"], { use: { kind: "mount", prefix: "0", mounted: "0+" }, prefix: { kind: "prefix", prefix: "0" } }),
    },
  },
  { name: "Hono", modules: ["hono"], paths: verbs(["Hono#"], { route: { kind: "mount", prefix: "0", mounted: "1" } }) },
  {
    name: "Hapi",
    modules: ["@hapi/hapi", "hapi"],
    paths: onEach(["{,Hapi.}{server,Server}()", "{,Hapi.}Server#", "#"], { route: routeObjects("0") }),
  },
  { name: "NestJS", modules: ["@nestjs/core"], paths: { "NestFactory.create().setGlobalPrefix": { kind: "prefix", prefix: "0" } } },
  { name: "NestJS", modules: ["@nestjs/common"], paths: { "INestApplication#setGlobalPrefix": { kind: "prefix", prefix: "0" } } },
  {
    name: "NestJS",
    modules: ["@nestjs/platform-express", "@nestjs/platform-fastify"],
    paths: { "{NestExpressApplication,NestFastifyApplication}#setGlobalPrefix": { kind: "prefix", prefix: "0" } },
  },
  {
    name: "cron",
    modules: ["node-cron", "cron", "node-schedule", "croner"],
    paths: {
      "{schedule,scheduleJob}": route("schedule", "", "0", "-1"),
      "{CronJob,Cron}#": route("schedule", "", "0", "1 | 2"),
    },
  },
];

/** What a decorator makes of a method: `@Get(":id")` in a class under `@Controller("orders")`. */
export interface HandlerDecorator {
  readonly module: string;
  readonly name: string;
  readonly entry: "http" | "rpc" | "grpc" | "graphql" | "consumer" | "schedule";
  /** HTTP verb, or empty. */
  readonly method: string;
  readonly operation: string;
  readonly transport: string;
}

const decorator = (
  module: string,
  names: string,
  partial: Partial<HandlerDecorator> & Pick<HandlerDecorator, "entry">,
): readonly HandlerDecorator[] => names.split(" ").map((name) => ({ module, name, method: "", operation: "0", transport: "", ...partial }));

export const handlerDecorators: readonly HandlerDecorator[] = [
  ...["Get", "Post", "Put", "Patch", "Delete", "Head", "Options", "All"].flatMap((name) => [
    ...decorator("@nestjs/common", name, { entry: "http", method: name === "All" ? "ANY" : name.toUpperCase() }),
    ...decorator("routing-controllers", name, { entry: "http", method: name.toUpperCase() }),
    ...decorator("tsoa", name, { entry: "http", method: name.toUpperCase() }),
    ...decorator("inversify-express-utils", `http${name}`, { entry: "http", method: name.toUpperCase() }),
  ]),
  ...decorator("@nestjs/common", "Sse", { entry: "http", method: "GET" }),
  ...decorator("@nestjs/microservices", "MessagePattern", { entry: "rpc" }),
  ...decorator("@nestjs/microservices", "EventPattern", { entry: "consumer", transport: "nest" }),
  ...decorator("@nestjs/microservices", "GrpcMethod GrpcStreamMethod GrpcStreamCall", { entry: "grpc" }),
  ...decorator("@nestjs/graphql", "Query Mutation Subscription ResolveField ResolveReference", { entry: "graphql" }),
  ...decorator("type-graphql", "Query Mutation Subscription FieldResolver", { entry: "graphql" }),
  ...decorator("@nestjs/schedule", "Cron Interval Timeout", { entry: "schedule" }),
  ...decorator("@golevelup/nestjs-rabbitmq", "RabbitSubscribe", { entry: "consumer", transport: "amqp", operation: "0.exchange" }),
  ...decorator("@golevelup/nestjs-rabbitmq", "RabbitRPC", { entry: "rpc", operation: "0.routingKey" }),
  ...decorator("@ssut/nestjs-sqs", "SqsMessageHandler", { entry: "consumer", transport: "sqs" }),
  ...decorator("@golevelup/nestjs-google-pubsub", "PubsubSubscribe", { entry: "consumer", transport: "pubsub" }),
];

/** Classes whose decorator gives a prefix to the paths of their methods. */
export const controllerDecorators: ReadonlyMap<string, string> = new Map([
  ["@nestjs/common", "Controller"],
  ["routing-controllers", "JsonController"],
  ["tsoa", "Route"],
  ["inversify-express-utils", "controller"],
]);
