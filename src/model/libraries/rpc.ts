import type { Library } from "./library.js";
import { bound, call, consume, publish, route } from "./make.js";

/** Stands for a module that is not in the repository: what its class is constructed with must show that it is a client. */
export const GENERATED = "(generated)";

/** Calls of procedures: a name and a payload, over a broker or a socket, and an answer that is waited for. */
export const rpcLibraries: readonly Library[] = [
  {
    name: "ClientProxy",
    modules: ["@nestjs/microservices"],
    paths: {
      "{ClientProxy,ClientKafka,ClientKafkaProxy,ClientRMQ,ClientTCP,ClientRedis,ClientNats,ClientMqtt}#send": call("rpc", {
        operation: "0",
        bound: bound({ chain: ["pipe"] }),
        cold: true,
      }),
      "ClientProxyFactory.create().send": call("rpc", { operation: "0", bound: bound({ chain: ["pipe"] }), cold: true }),
      "{ClientProxy,ClientRMQ,ClientTCP,ClientRedis,ClientNats,ClientMqtt}#emit": publish("nest", "0", { event: "0", payload: "1" }),
      // What has a value is a record of Kafka, and what has none becomes the value of one.
      "{ClientKafka,ClientKafkaProxy}#emit": publish("nest", "0", { event: "0", payload: "1.value | 1" }),
      "ClientProxyFactory.create().emit": publish("nest", "0", { event: "0", payload: "1" }),
      "{ClientGrpc,ClientGrpcProxy}#{getService,getServiceByName}().<method>": call("grpc", {
        operation: "getService:0 | getServiceByName:0",
        method: "$method",
        bound: bound({ chain: ["pipe"], options: "2", keys: ["deadline"] }),
        cold: true,
      }),
    },
  },
  {
    name: "grpc-js",
    modules: ["@grpc/grpc-js", "grpc"],
    paths: {
      // `new proto.shop.payments.Payments(address, credentials).charge(request)`
      "{loadPackageDefinition(),load()}.{**.,}<service>#<method>": call("grpc", {
        url: "$service:0",
        operation: "$service",
        method: "$method",
        bound: bound({ options: "1 & 2 & -1", keys: ["deadline"] }),
      }),
      "{makeClientConstructor,makeGenericClientConstructor}()#<method>": call("grpc", {
        operation: "makeClientConstructor:1 | makeGenericClientConstructor:1",
        method: "$method",
        bound: bound({ options: "1 & 2", keys: ["deadline"] }),
      }),
      "Server#addService": route("grpc", "", "0", "1"),
    },
  },
  {
    // Clients whose code a build generates: the import leads nowhere, name and credentials tell.
    name: "generated gRPC client",
    modules: [GENERATED],
    paths: {
      "{**.,}<service>Client#<method>": call("grpc", {
        url: "$serviceClient:0",
        operation: "$service",
        method: "$method",
        bound: bound({ options: "1 & 2 & -1", keys: ["deadline"] }),
      }),
    },
  },
  {
    name: "connect-es",
    modules: ["@connectrpc/connect", "@bufbuild/connect"],
    paths: {
      "{createClient,createPromiseClient,createCallbackClient}().<method>": call("grpc", {
        url: "createClient:1:0.baseUrl | createPromiseClient:1:0.baseUrl",
        operation: "createClient:0 | createPromiseClient:0 | createCallbackClient:0",
        method: "$method",
        bound: bound({
          options: "1 & createClient:1:0 & createPromiseClient:1:0",
          keys: ["timeoutMs", "signal", "defaultTimeoutMs"],
          option: "timeoutMs: 5_000",
          argument: 1,
          instance: true,
        }),
      }),
    },
  },
  {
    name: "nice-grpc",
    modules: ["nice-grpc", "nice-grpc-web"],
    paths: {
      "{createClient(),createClientFactory().{use().,}create()}.<method>": call("grpc", {
        url: "createClient:1:0 | create:1:0",
        operation: "createClient:0 | create:0",
        method: "$method",
        bound: bound({ options: "1", keys: ["signal", "deadline"], option: "signal: AbortSignal.timeout(5_000)", argument: 1 }),
      }),
      "createServer().add": route("grpc", "", "0", "1"),
    },
  },
  {
    name: "Dapr",
    modules: ["@dapr/dapr", "dapr-client"],
    paths: {
      "DaprClient#invoker.invoke": call("dapr", { url: "0", operation: "1", method: "2" }),
      "DaprServer#invoker.listen": route("http", "2.method", "0", "1"),
      "DaprClient#pubsub.publish": publish("dapr", "1", { event: "1", payload: "2" }),
      "DaprClient#pubsub.publishBulk": publish("dapr", "1", { event: "1", payload: "2[]" }),
      "DaprServer#pubsub.{subscribe,subscribeWithOptions}": consume("dapr", "1", { handler: "2 | 2.callback" }),
    },
  },
  {
    name: "Moleculer",
    modules: ["moleculer"],
    paths: {
      "{ServiceBroker,Context}#call": call("rpc", {
        operation: "0",
        bound: bound({
          options: "2 & ServiceBroker:0",
          keys: ["timeout", "requestTimeout"],
          option: "timeout: 5_000",
          argument: 2,
          instance: true,
        }),
      }),
      "Service#broker.call": call("rpc", {
        operation: "0",
        bound: bound({ options: "2", keys: ["timeout"], option: "timeout: 5_000", argument: 2, instance: true }),
      }),
      "{ServiceBroker,Context}#{emit,broadcast}": publish("moleculer", "0", { event: "0", payload: "1", named: true }),
      "Service#broker.{emit,broadcast}": publish("moleculer", "0", { event: "0", payload: "1", named: true }),
    },
  },
  {
    name: "AWS Lambda",
    modules: ["@aws-sdk/client-lambda"],
    paths: {
      "InvokeCommand#": call("lambda", {
        url: "0.FunctionName",
        method: "0.InvocationType",
        operation: "0.FunctionName",
        bound: bound({
          sender: "LambdaClient#send",
          // Of a handler that the team makes itself the options are those of its construction.
          options: "1 & LambdaClient:0.requestHandler:0 | LambdaClient:0.requestHandler & LambdaClient:0",
          keys: ["abortSignal", "socketTimeout"],
          onlyWith: { key: "requestTimeout", switch: "throwOnRequestTimeout" },
          instance: true,
        }),
      }),
    },
  },
  {
    name: "AWS SDK v2 Lambda",
    modules: ["aws-sdk"],
    paths: {
      "{AWS.,}Lambda#{invoke,invokeAsync}": call("lambda", {
        url: "0.FunctionName",
        method: "0.InvocationType",
        operation: "0.FunctionName",
        bound: bound({ options: "Lambda:0.httpOptions", keys: ["timeout"], defaultSeconds: 120 }),
      }),
    },
  },
  {
    name: "seneca",
    modules: ["seneca"],
    paths: { "().act": call("rpc", { operation: "0" }) },
  },
  {
    name: "cote",
    modules: ["cote"],
    paths: {
      "{Requester,**Requester}#send": call("rpc", { operation: "0.type", bound: bound({ options: "0", keys: ["__timeout", "timeout"] }) }),
    },
  },
];
