import type { Library } from "./library.js";
import { guard, iteration } from "./make.js";

/** What runs functions: per item, again after a failure, with a limit on their duration, or later. */
export const controlLibraries: readonly Library[] = [
  {
    name: "p-map",
    modules: ["p-map", "p-each-series", "p-filter", "p-map-series", "p-props"],
    paths: { "{,pMap,pMapIterable}": iteration("0", "1") },
  },
  { name: "p-all", modules: ["p-all", "p-series"], paths: {} },
  {
    name: "lodash",
    modules: ["lodash", "lodash-es", "underscore", "ramda", "remeda"],
    paths: {
      "{,_.}{map,forEach,each,flatMap,filter,reduce,mapValues,forOwn,forIn,keyBy,groupBy,times}": iteration("0", "1 | 0"),
      "{,_.}chunk": { kind: "source", source: "batches" },
      "{,_.}{splitEvery,aperture}": { kind: "source", source: "batches" },
    },
  },
  {
    name: "async",
    modules: ["async", "neo-async"],
    paths: {
      "{,async.}{each,eachSeries,eachLimit,eachOf,eachOfSeries,eachOfLimit,forEach,forEachSeries,forEachLimit,forEachOf,map,mapSeries,mapLimit,filter,filterSeries,concat,concatSeries}":
        iteration("0", "-1 | 2 | 1"),
      "{,async.}{retry,retryable}": guard("retry", "-1 | 1 | 0"),
      "{,async.}timeout": guard("timeout", "0"),
    },
  },
  {
    name: "bluebird",
    modules: ["bluebird"],
    paths: { "{map,mapSeries,each,filter,reduce}": iteration("0", "1"), "**().timeout": guard("timeout", "receiver") },
  },
  {
    name: "RxJS",
    modules: ["rxjs"],
    paths: {
      "{,operators.}{mergeMap,concatMap,switchMap,exhaustMap,flatMap,mergeScan,expand}": iteration("", "0", true),
      "{,operators.}{timeout,timeoutWith}": guard("timeout", "receiver"),
      "{,operators.}{retry,retryWhen}": guard("retry", "receiver"),
      "{from,range}": { kind: "source", source: "many" },
      "{interval,timer}": { kind: "source", source: "timer" },
    },
  },
  { name: "p-limit", modules: ["p-limit", "p-queue", "bottleneck"], paths: {} },
  { name: "p-timeout", modules: ["p-timeout", "promise-timeout"], paths: { "{,pTimeout,timeout}": guard("timeout", "0") } },
  {
    name: "p-retry",
    modules: ["p-retry", "async-retry", "promise-retry", "ts-retry-promise", "exponential-backoff", "ts-retry", "@lifeomic/attempt"],
    paths: { "{,pRetry,retry,backOff,retryAsync}": guard("retry", "0 | 1") },
  },
  {
    name: "cockatiel",
    modules: ["cockatiel"],
    paths: {
      "timeout().execute": guard("timeout", "0"),
      "wrap().execute": guard("timeout", "0", "wrap:*:timeout"),
      "{Policy.timeout(),TimeoutPolicy#}.execute": guard("timeout", "0"),
      "retry().execute": guard("retry", "0"),
      "{circuitBreaker(),CircuitBreakerPolicy#}.execute": guard("breaker", "0"),
    },
  },
  // A breaker gives up after 10 s unless `timeout: false`.
  { name: "opossum", modules: ["opossum"], paths: { "{,CircuitBreaker}#": guard("breaker", "0") } },
  {
    name: "Promise",
    modules: ["(global)"],
    paths: {
      "Promise.{race,any}": guard("race", "0[]"),
      "{setTimeout,setImmediate,setInterval,queueMicrotask,process.nextTick,process.on,process.once}": guard("deferred", "0 | 1"),
      "Array.from": iteration("0", "1"),
    },
  },
  { name: "DataLoader", modules: ["dataloader", "nestjs-dataloader"], paths: { "{,DataLoader}#": guard("batch-loader", "0") } },
  { name: "Temporal", modules: ["@temporalio/workflow"], paths: { "proxyActivities().<activity>": guard("workflow", "") } },
  // Engines that keep the progress of a workflow: each step is done again until it succeeds, whatever happens to the process.
  {
    name: "Inngest",
    modules: ["inngest"],
    paths: { "Inngest#createFunction": guard("workflow", "2 | 1"), "{Step#,Context#step.}run": guard("deferred", "1") },
  },
  {
    name: "Restate",
    modules: ["@restatedev/restate-sdk"],
    paths: {
      "{service,workflow,object}": guard("workflow", "0.handlers"),
      "{Context,ObjectContext,WorkflowContext}#run": guard("deferred", "1 | 0"),
    },
  },
  {
    name: "DBOS",
    modules: ["@dbos-inc/dbos-sdk"],
    paths: { "DBOS.{registerWorkflow,startWorkflow}": guard("workflow", "0"), "DBOS.runStep": guard("deferred", "0") },
  },
  {
    name: "AWS durable execution",
    modules: ["@aws/durable-execution-sdk-js"],
    paths: {
      withDurableExecution: guard("workflow", "0"),
      "DurableContext#{step,waitForCallback,waitForCondition,runInChildContext}": guard("deferred", "1 | 0"),
    },
  },
  { name: "Cloudflare Workflows", modules: ["cloudflare:workers"], paths: { "WorkflowStep#do": guard("deferred", "2 | 1") } },
];
