import type { BoundKnowledge, CallKnowledge, Knowledge, Library } from "./library.js";
import { bound, call, joinPath, onEach } from "./make.js";
import { NAMED_BY_CALLER } from "./patterns.js";

/** A client whose methods are named after HTTP verbs. */
interface VerbClient {
  readonly name: string;
  readonly modules: readonly string[];
  /** Paths on which the methods are found. */
  readonly instances: readonly string[];
  /** Index of the options argument for verbs without and with a body. */
  readonly options: readonly [number, number];
  /** The general form: method by argument or option. Empty: none. */
  readonly general: string;
  readonly base?: string;
  readonly instanceOptions?: string;
  readonly bound: Partial<BoundKnowledge>;
  readonly verbs?: string;
  readonly cold?: boolean;
  readonly extra?: Readonly<Record<string, Knowledge>>;
}

const VERBS = "get head options delete post put patch";
const WITH_BODY = new Set(["post", "put", "patch", "POST", "PUT", "PATCH"]);

function verbClient(client: VerbClient): Library {
  const paths: Record<string, Knowledge> = { ...client.extra };
  const limits = (argument: number): BoundKnowledge =>
    bound({ ...client.bound, argument, options: [argument, client.instanceOptions ?? ""].filter((at) => at !== "").join(" & ") });
  for (const instance of client.instances) {
    for (const verb of (client.verbs ?? VERBS).split(" ")) {
      const argument = client.options[WITH_BODY.has(verb) ? 1 : 0];
      const method = verb === "del" ? "DELETE" : verb.toUpperCase();
      paths[joinPath(instance, verb)] = http({
        method: `=${method}`,
        base: client.base ?? "",
        bound: limits(argument),
        cold: client.cold ?? false,
      });
    }
    paths[joinPath(instance, NAMED_BY_CALLER)] = http({
      method: "=ANY",
      base: client.base ?? "",
      bound: bound({
        ...limits(client.options[1]),
        options: ["1", "2", client.instanceOptions ?? ""].filter((at) => at !== "").join(" & "),
      }),
      cold: client.cold ?? false,
    });
    for (const name of client.general === "" ? [] : client.general.split(" ")) {
      const argument = client.options[0];
      paths[joinPath(instance, name === "()" ? "" : name)] = http({
        method: `0.method | ${argument}.method | =GET`,
        base: client.base ?? "",
        bound: bound({ ...limits(argument), options: ["0", argument, client.instanceOptions ?? ""].filter((at) => at !== "").join(" & ") }),
        cold: client.cold ?? false,
      });
    }
  }
  return { name: client.name, modules: client.modules, paths };
}

function http(partial: Partial<CallKnowledge>): CallKnowledge {
  return call("http", { url: "0", ...partial });
}

const AXIOS: Partial<BoundKnowledge> = { keys: ["timeout", "signal", "cancelToken"], option: "timeout: 5_000", instance: true };
const FETCH: Partial<BoundKnowledge> = { keys: ["signal"], option: "signal: AbortSignal.timeout(5_000)" };
/** Node's fetch gives up after 300 s without headers, and again without body. */
const NODE_FETCH_SECONDS = 300;

const fetchLike = (
  name: string,
  modules: readonly string[],
  paths: readonly string[],
  limits: Partial<BoundKnowledge>,
  base = "",
): Library => ({
  name,
  modules,
  paths: Object.fromEntries(
    paths.map((path) => [
      path,
      http({
        url: "0#Request:0 | 0",
        method: "1.method | 0#Request:1.method | =GET",
        base,
        bound: bound({ ...FETCH, options: "1 & 0#Request:1", argument: 1, ...limits }),
      }),
    ]),
  ),
});

export const httpClients: readonly Library[] = [
  verbClient({
    name: "axios",
    modules: ["axios"],
    instances: ["", "create()", "create().create()", "Axios#", "AxiosInstance#", "AxiosStatic#"],
    options: [1, 2],
    general: "() request",
    base: "0.baseURL | 1.baseURL | 2.baseURL | create:0.baseURL | Axios:0.baseURL",
    instanceOptions: "create:0 & Axios:0",
    bound: AXIOS,
    extra: { "{postForm,putForm,patchForm}": http({ method: "=POST", bound: bound({ ...AXIOS, options: "2", argument: 2 }) }) },
  }),
  verbClient({
    name: "HttpService",
    modules: ["@nestjs/axios", "@nestjs/common"],
    instances: ["HttpService#", "HttpService#axiosRef"],
    options: [1, 2],
    general: "request",
    base: "0.baseURL | 1.baseURL | 2.baseURL",
    bound: { ...AXIOS, chain: ["pipe"] },
    cold: true,
    extra: {
      "HttpModule.register": { kind: "defaults", of: "HttpService#", options: "0" },
      "HttpModule.registerAsync": { kind: "defaults", of: "HttpService#", options: "0.useFactory()" },
    },
  }),
  fetchLike("fetch", ["(global)"], ["fetch", "globalThis.fetch", "global.fetch"], { defaultSeconds: NODE_FETCH_SECONDS }),
  fetchLike("node-fetch", ["node-fetch", "node-fetch-native", "node-fetch-cjs", "fetch-h2"], ["", "fetch"], {
    keys: ["signal", "timeout"],
  }),
  fetchLike("cross-fetch", ["cross-fetch", "isomorphic-fetch", "isomorphic-unfetch", "whatwg-fetch"], ["", "fetch"], {
    keys: ["signal", "timeout"],
  }),
  fetchLike("make-fetch-happen", ["make-fetch-happen", "minipass-fetch"], ["", "defaults()"], { keys: ["signal", "timeout"] }),
  {
    name: "undici",
    modules: ["undici"],
    paths: {
      "{fetch,request}": http({
        method: "1.method | =GET",
        bound: bound({
          options: "1",
          argument: 1,
          keys: ["signal", "bodyTimeout", "headersTimeout", "dispatcher"],
          defaultSeconds: NODE_FETCH_SECONDS,
          option: FETCH.option!,
        }),
      }),
      "{Pool,Client,Agent}#{request,fetch}": http({
        url: "0.path | 0",
        base: "Pool:0 | Client:0 | 0.origin",
        method: "0.method | =GET",
        bound: bound({
          options: "0 & Pool:1 & Client:1 & Agent:0",
          argument: null,
          keys: ["signal", "bodyTimeout", "headersTimeout"],
          defaultSeconds: NODE_FETCH_SECONDS,
          instance: true,
        }),
      }),
    },
  },
  verbClient({
    name: "got",
    modules: ["got"],
    instances: ["", "extend()", "extend().extend()", "got", "got.extend()", "Got#"],
    options: [1, 1],
    general: "() stream paginate",
    base: "1.prefixUrl | 0.prefixUrl | extend:0.prefixUrl",
    instanceOptions: "extend:0",
    bound: { keys: ["timeout", "signal"], option: "timeout: { request: 5_000 }", instance: true },
  }),
  verbClient({
    name: "ky",
    modules: ["ky", "ky-universal"],
    instances: ["", "create()", "extend()", "create().extend()", "KyInstance#"],
    options: [1, 1],
    general: "()",
    base: "1.prefixUrl | 1.prefix | create:0.prefixUrl | create:0.prefix | extend:0.prefixUrl",
    instanceOptions: "create:0 & extend:0",
    bound: { keys: ["timeout", "signal"], defaultSeconds: 10, instance: true },
  }),
  verbClient({
    name: "superagent",
    modules: ["superagent"],
    instances: ["", "agent()"],
    options: [9, 9],
    general: "",
    verbs: `${VERBS} del`,
    bound: { chain: ["timeout"], option: null },
  }),
  verbClient({
    name: "request",
    modules: ["request", "request-promise", "request-promise-native", "postman-request", "@cypress/request"],
    instances: ["", "defaults()"],
    options: [1, 1],
    general: "()",
    verbs: `${VERBS} del`,
    base: "0.baseUrl | 1.baseUrl | defaults:0.baseUrl",
    instanceOptions: "0 & defaults:0",
    bound: { keys: ["timeout"], option: "timeout: 5_000", instance: true },
  }),
  verbClient({
    name: "needle",
    modules: ["needle"],
    instances: [""],
    options: [1, 2],
    general: "",
    bound: { keys: ["timeout", "response_timeout", "read_timeout", "signal"], option: "response_timeout: 5_000" },
    extra: {
      "": http({
        method: "0",
        url: "1",
        bound: bound({
          options: "3 & 2",
          argument: 3,
          keys: ["timeout", "response_timeout", "read_timeout", "signal"],
          option: "response_timeout: 5_000",
        }),
      }),
    },
  }),
  {
    name: "wretch",
    modules: ["wretch"],
    paths: Object.fromEntries(
      ["get", "post", "put", "patch", "delete", "head"].map((verb) => [
        `{,**.}().{,**.}${verb}`.replace("{,**.}()", "()"),
        http({
          method: `=${verb.toUpperCase()}`,
          url: "0 | url:0 | :0",
          base: "url:0 | :0",
          bound: bound({
            options: "options:0 & :1",
            keys: ["signal", "timeout"],
            chain: ["setTimeout"],
            defaultSeconds: NODE_FETCH_SECONDS,
          }),
        }),
      ]),
    ),
  },
  fetchLike(
    "ofetch",
    ["ofetch", "ohmyfetch"],
    ["{,$fetch,ofetch,ofetchRaw}{,.raw,.native}", "{$fetch,ofetch}.create()"],
    {
      options: "1 & create:0",
      keys: ["timeout", "signal"],
      option: "timeout: 5_000",
      defaultSeconds: NODE_FETCH_SECONDS,
      instance: true,
    },
    "1.baseURL | create:0.baseURL",
  ),
  {
    name: "http",
    modules: ["node:http", "node:https", "http", "https", "follow-redirects"],
    paths: {
      "{,http.,https.}{get,request}": http({
        method: "0.method | 1.method | =GET",
        bound: bound({ options: "0 & 1", keys: ["timeout", "signal"], chain: ["setTimeout"] }),
      }),
    },
  },
  verbClient({
    name: "openapi-fetch",
    modules: ["openapi-fetch"],
    instances: ["()"],
    options: [1, 1],
    verbs: "GET HEAD OPTIONS DELETE POST PUT PATCH",
    general: "",
    base: "1.baseUrl | :0.baseUrl",
    instanceOptions: ":0",
    bound: { keys: ["signal", "fetch"], option: FETCH.option!, defaultSeconds: NODE_FETCH_SECONDS, instance: true },
  }),
  verbClient({
    name: "RESTDataSource",
    modules: ["@apollo/datasource-rest", "apollo-datasource-rest"],
    instances: ["RESTDataSource#"],
    options: [1, 1],
    general: "fetch",
    base: "this:baseURL",
    bound: { keys: ["signal", "timeout"] },
  }),
  verbClient({
    name: "typed-rest-client",
    modules: ["typed-rest-client"],
    instances: [],
    options: [1, 1],
    general: "",
    bound: {},
    extra: onEach(["RestClient#"], {
      "{get,del}": http({ method: "=GET", base: "RestClient:1", bound: bound({ options: "1 & RestClient:3", keys: ["socketTimeout"] }) }),
      "{create,update,replace}": http({
        method: "=POST",
        base: "RestClient:1",
        bound: bound({ options: "2 & RestClient:3", keys: ["socketTimeout"] }),
      }),
    }),
  }),
  ...proxies(),
  ...graphql(),
];

/** What hands a request on as it is. */
function proxies(): readonly Library[] {
  const proxy = (url: string, options: string, keys: readonly string[], defaultSeconds: number | null = null): CallKnowledge =>
    call("http", { method: "=ANY", url, bound: bound({ options, keys, defaultSeconds }), relays: true });
  return [
    {
      name: "http-proxy-middleware",
      modules: ["http-proxy-middleware"],
      paths: { "{,createProxyMiddleware,legacyCreateProxyMiddleware}": proxy("0.target | 1.target", "0 & 1", ["proxyTimeout", "timeout"]) },
    },
    {
      name: "http-proxy",
      modules: ["http-proxy", "http-proxy-3"],
      paths: {
        "{createProxyServer,createProxy,createServer}().{web,ws}": proxy(
          "2.target | createProxyServer:0.target | createProxy:0.target | createServer:0.target",
          "2 & createProxyServer:0 & createProxy:0",
          ["proxyTimeout", "timeout"],
        ),
      },
    },
    { name: "express-http-proxy", modules: ["express-http-proxy"], paths: { "": proxy("0", "1", ["timeout"]) } },
    { name: "fast-gateway", modules: ["fast-proxy"], paths: { "().proxy": proxy(":0.base", ":0", []) } },
    {
      name: "h.proxy",
      modules: ["@hapi/hapi", "hapi"],
      // h2o2 waits for three minutes.
      paths: { "ResponseToolkit#proxy": proxy("0.uri | 0", "0", ["timeout"], 180) },
    },
  ];
}

function graphql(): readonly Library[] {
  const query = (partial: Partial<CallKnowledge>): CallKnowledge => call("graphql", { method: "=POST", ...partial });
  const fetchBound = (options: string): BoundKnowledge =>
    bound({ options, keys: ["signal", "fetch", "timeout"], defaultSeconds: NODE_FETCH_SECONDS, instance: true });
  return [
    {
      name: "graphql-request",
      modules: ["graphql-request"],
      paths: {
        "{request,rawRequest}": query({ url: "0.url | 0", operation: "0.document | 1", bound: fetchBound("0") }),
        "GraphQLClient#{request,rawRequest}": query({
          url: "GraphQLClient:0",
          operation: "0.document | 0",
          bound: fetchBound("0 & GraphQLClient:1"),
        }),
      },
    },
    {
      name: "Apollo client",
      modules: ["@apollo/client", "apollo-client", "apollo-boost"],
      paths: {
        "{,core.}ApolloClient#{query,mutate}": query({
          url: "ApolloClient:0.uri | ApolloClient:0.link:0.uri",
          operation: "0.query | 0.mutation",
          bound: fetchBound("0.context.fetchOptions & ApolloClient:0"),
        }),
      },
    },
    {
      name: "urql",
      modules: ["@urql/core", "urql"],
      paths: {
        "{createClient(),Client#}.{query,mutation}": query({
          url: "createClient:0.url | Client:0.url",
          operation: "0",
          bound: fetchBound("2 & createClient:0"),
        }),
        "Client#{query,mutation}": query({ url: "Client:0.url", operation: "0", bound: fetchBound("2 & Client:0") }),
      },
    },
    {
      name: "tRPC client",
      modules: ["@trpc/client"],
      paths: {
        "{createTRPCProxyClient,createTRPCClient}().**.{query,mutate}": call("rpc", {
          method: "$path",
          url: "createTRPCProxyClient:0.links[]:0.url | createTRPCClient:0.links[]:0.url",
          operation: "$path",
          bound: fetchBound("1"),
        }),
      },
    },
  ];
}
