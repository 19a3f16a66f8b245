import { describe, expect, it } from "vitest";
import { describe as text, link, type Linked } from "./linked.js";
import { SERVICE, nest } from "./nest.js";

/** The `options` that a client for messages was registered with. */
function registered(linked: Linked, inside: string, method: string, option: string): string {
  const { library } = linked.callees(inside, method, SERVICE);
  const call = library?.calls[0];
  if (call?.args[0] === undefined) throw new Error("registered with nothing");
  const options = linked.program.member(linked.program.denote(call.args[0], call.scope), "options");
  return text(linked.program.member(options, option));
}

describe("classes", () => {
  it("injects a class by its type", () => {
    const linked = nest(
      `import { PaymentsService } from "./payments.service"; @Injectable() export class OrdersService { constructor(private readonly payments: PaymentsService) {} pay() { return this.payments.charge(); } }`,
      "",
      { "services/orders/src/payments.service.ts": `export class PaymentsService { charge() {} }` },
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("PaymentsService.charge");
    expect(linked.callees("OrdersService.pay", "charge", SERVICE).steps).toBe(0);
  });

  it("injects what useClass says", () => {
    const linked = nest(
      `import { PaymentGateway } from "./gateway"; @Injectable() export class OrdersService { constructor(private readonly gateway: PaymentGateway) {} pay() { return this.gateway.charge(); } }`,
      `import { PaymentGateway, StripeGateway } from "./gateway"; @Module({ providers: [{ provide: PaymentGateway, useClass: StripeGateway }] }) export class OrdersModule {}`,
      {
        "services/orders/src/gateway.ts": `export abstract class PaymentGateway { abstract charge(): void; } export class StripeGateway extends PaymentGateway { charge() {} } export class FakeGateway extends PaymentGateway { charge() {} }`,
      },
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("StripeGateway.charge");
  });

  it("takes subclasses of an abstract class that nothing provides, with less confidence", () => {
    const linked = nest(
      `abstract class Gateway { abstract charge(): void; } class Stripe extends Gateway { charge() {} } class Paypal extends Gateway { charge() {} }
       @Injectable() export class OrdersService { constructor(private readonly gateway: Gateway) {} pay() { return this.gateway.charge(); } }`,
      "",
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge | Paypal.charge");
    expect(linked.callees("OrdersService.pay", "charge", SERVICE).steps).toBe(1);
  });

  it("takes the only class that implements an interface, with less confidence", () => {
    const linked = nest(
      `interface Gateway { charge(): void } class Stripe implements Gateway { charge() {} } @Injectable() export class OrdersService { constructor(private readonly gateway: Gateway) {} pay() { return this.gateway.charge(); } }`,
      "",
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
    expect(linked.callees("OrdersService.pay", "charge", SERVICE).steps).toBe(1);
  });

  it("prefers implementations of the same service", () => {
    const linked = nest(
      `import { Gateway } from "../../../libs/ports"; class Stripe implements Gateway { charge() {} } @Injectable() export class OrdersService { constructor(private readonly gateway: Gateway) {} pay() { return this.gateway.charge(); } }`,
      "",
      {
        "libs/ports.ts": `export interface Gateway { charge(): void }`,
        "services/shipping/src/gateway.ts": `import { Gateway } from "../../../libs/ports"; export class Dhl implements Gateway { charge() {} }`,
      },
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
  });

  it("never takes an implementation of another service", () => {
    const linked = nest(
      `import { Gateway } from "../../../libs/ports"; @Injectable() export class OrdersService { constructor(private readonly gateway: Gateway) {} pay() { return this.gateway.charge(); } }`,
      "",
      {
        "libs/ports.ts": `export interface Gateway { charge(): void }`,
        "services/shipping/src/gateway.ts": `import { Gateway } from "../../../libs/ports"; export class Dhl implements Gateway { charge() {} }`,
      },
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("unresolved");
  });

  it("follows a factory with injected settings", () => {
    const linked = nest(
      `import { PaymentsClient } from "./payments.client"; @Injectable() export class OrdersService { constructor(private readonly payments: PaymentsClient) {} pay() { return this.payments.charge(); } }`,
      `import { PaymentsClient } from "./payments.client"; @Module({ providers: [{ provide: PaymentsClient, inject: [ConfigService], useFactory: (config: ConfigService) => new PaymentsClient(config.get("PAYMENTS_URL")) }] }) export class OrdersModule {}`,
      {
        "services/orders/src/payments.client.ts":
          "export class PaymentsClient { constructor(private readonly base: string) {} charge() { return fetch(`${this.base}/charges`); } }",
      },
    );
    expect(linked.through("OrdersService.pay", "charge", "fetch", SERVICE)).toBe("${PAYMENTS_URL}/charges");
  });

  it("follows useExisting and ends in its circles", () => {
    const linked = nest(
      `class Stripe { charge() {} } @Injectable() export class OrdersService { constructor(@Inject("GATEWAY") private readonly gateway, @Inject("A") private readonly other) {} pay() { return this.gateway.charge(); } undo() { return this.other.refund(); } }\nexport { Stripe };`,
      `import { Stripe } from "./orders.service"; @Module({ providers: [Stripe, { provide: "GATEWAY", useExisting: Stripe }, { provide: "A", useExisting: "B" }, { provide: "B", useExisting: "A" }] }) export class OrdersModule {}`,
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
    expect(linked.reaches("OrdersService.undo", "refund", SERVICE)).toBe("unresolved");
  });

  it("asks a module reference", () => {
    const linked = nest(
      `import { ModuleRef } from "@nestjs/core"; class Stripe { charge() {} } export class OrdersService { constructor(private readonly modules: ModuleRef) {} pay() { return this.modules.get(Stripe).charge(); } }`,
      "",
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
  });

  it("sees through forwardRef", () => {
    const linked = nest(
      `import { forwardRef } from "@nestjs/common"; class Stripe { charge() {} } export class OrdersService { constructor(@Inject(forwardRef(() => Stripe)) private readonly gateway) {} pay() { return this.gateway.charge(); } }`,
      "",
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
  });
});

describe("tokens", () => {
  const service = (token: string, more = ""): string =>
    `${more}; @Injectable() export class OrdersService { constructor(@Inject(${token}) private readonly gateway: unknown) {} pay() { return this.gateway.charge(); } }`;
  const provider = (token: string, more = ""): string =>
    `${more}; class Stripe { charge() {} } @Module({ providers: [{ provide: ${token}, useClass: Stripe }] }) export class OrdersModule {}`;
  const tokens = {
    "services/orders/src/tokens.ts": `export const GATEWAY = "PAYMENT_GATEWAY"; export const SYMBOL = Symbol("gateway"); export enum Tokens { Gateway = "gateway" } export const TOKENS = { gateway: Symbol.for("gateway") };`,
  };

  it.each([
    ["a text", `"GATEWAY"`, ""],
    ["a constant", "GATEWAY", `import { GATEWAY } from "./tokens"`],
    ["a symbol", "SYMBOL", `import { SYMBOL } from "./tokens"`],
    ["an enum member", "Tokens.Gateway", `import { Tokens } from "./tokens"`],
    ["a symbol in an object", "TOKENS.gateway", `import { TOKENS } from "./tokens"`],
  ])("may be %s", (_name, token, imports) => {
    const linked = nest(service(token, imports), provider(token, imports), tokens);
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
  });

  it("of another service do not count where the own service has one", () => {
    const linked = nest(service(`"GATEWAY"`), provider(`"GATEWAY"`), {
      "services/billing/src/billing.module.ts": `import { Module } from "@nestjs/common"; class Paypal { charge() {} } @Module({ providers: [{ provide: "GATEWAY", useClass: Paypal }] }) export class BillingModule {}`,
    });
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
  });

  it("may be provided by a list in another file", () => {
    const linked = nest(
      service(`"GATEWAY"`),
      `import { providers } from "./orders.providers"; @Module({ providers: [...providers] }) export class OrdersModule {}`,
      {
        "services/orders/src/orders.providers.ts": `class Stripe { charge() {} } export const providers = [{ provide: "GATEWAY", useFactory: () => new Stripe() }];`,
      },
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
  });

  it("may be provided by a dynamic module", () => {
    const linked = nest(
      service(`"GATEWAY"`),
      `class Stripe { charge() {} } @Module({}) export class PaymentsModule { static forRoot() { return { module: PaymentsModule, providers: [{ provide: "GATEWAY", useValue: new Stripe() }] }; } }`,
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
  });

  it("may be injected into a field", () => {
    const linked = nest(
      `@Injectable() export class OrdersService { @Inject("GATEWAY") private readonly gateway; pay() { return this.gateway.charge(); } }`,
      provider(`"GATEWAY"`),
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("Stripe.charge");
  });
});

describe("clients for messages", () => {
  const service = `@Injectable() export class OrdersService { constructor(@Inject("PAYMENTS_SERVICE") private readonly client: ClientProxy) {} pay() { return this.client.send({ cmd: "charge" }, {}); } }`;

  it("come with their registration", () => {
    const linked = nest(
      service,
      `@Module({ imports: [ClientsModule.register([{ name: "PAYMENTS_SERVICE", transport: Transport.TCP, options: { host: "payments", port: 3001 } }])] }) export class OrdersModule {}`,
    );
    expect(linked.reaches("OrdersService.pay", "send", SERVICE)).toBe("@nestjs/microservices ClientProxy#send");
    expect(registered(linked, "OrdersService.pay", "send", "host")).toBe("payments");
  });

  it("come with a registration by factory", () => {
    const linked = nest(
      service,
      `@Module({ imports: [ClientsModule.registerAsync([{ name: "PAYMENTS_SERVICE", imports: [ConfigModule], inject: [ConfigService], useFactory: (config: ConfigService) => ({ transport: Transport.RMQ, options: { urls: [config.get("RABBITMQ_URL")], queue: config.get<string>("PAYMENTS_QUEUE", "payments") } }) }])] }) export class OrdersModule {}`,
    );
    expect(registered(linked, "OrdersService.pay", "send", "queue")).toBe("${PAYMENTS_QUEUE:-payments}");
  });

  it("come with a registration in clients", () => {
    const linked = nest(
      service,
      `import { PAYMENTS } from "./names"; @Module({ imports: [ClientsModule.registerAsync({ clients: [{ name: PAYMENTS, useFactory: async () => ({ transport: Transport.TCP, options: { host: process.env.PAYMENTS_HOST } }) }] })] }) export class OrdersModule {}`,
      { "services/orders/src/names.ts": `export const PAYMENTS = "PAYMENTS_SERVICE";` },
    );
    expect(registered(linked, "OrdersService.pay", "send", "host")).toBe("${PAYMENTS_HOST}");
  });

  it("come from a shared module of another file", () => {
    const linked = nest(
      service,
      `import { MessagingModule } from "../../../libs/messaging"; @Module({ imports: [MessagingModule] }) export class OrdersModule {}`,
      {
        "libs/messaging.ts": `import { Module } from "@nestjs/common"; import { ClientsModule, Transport } from "@nestjs/microservices"; @Module({ imports: [ClientsModule.register([{ name: "PAYMENTS_SERVICE", transport: Transport.TCP, options: { host: "payments" } }])] }) export class MessagingModule {}`,
      },
    );
    expect(registered(linked, "OrdersService.pay", "send", "host")).toBe("payments");
  });

  it("may be made by a factory of their own", () => {
    const linked = nest(
      service,
      `@Module({ providers: [{ provide: "PAYMENTS_SERVICE", useFactory: (config: ConfigService) => ClientProxyFactory.create({ transport: Transport.TCP, options: { host: config.get("PAYMENTS_HOST") } }), inject: [ConfigService] }] }) export class OrdersModule {}`,
    );
    expect(linked.reaches("OrdersService.pay", "send", SERVICE)).toBe("@nestjs/microservices ClientProxyFactory.create().send");
    expect(registered(linked, "OrdersService.pay", "send", "host")).toBe("${PAYMENTS_HOST}");
  });

  it("keep their declared class", () => {
    const linked = nest(
      `@Injectable() export class OrdersService { constructor(@Inject("STOCK") private readonly kafka: ClientKafka) {} pay() { return this.kafka.emit("order.created", {}); } }`,
      `@Module({ imports: [ClientsModule.register([{ name: "STOCK", transport: Transport.KAFKA, options: { client: { brokers: ["kafka:9092"] } } }])] }) export class OrdersModule {}`,
    );
    expect(linked.reaches("OrdersService.pay", "emit", SERVICE)).toBe("@nestjs/microservices ClientKafka#emit");
    expect(registered(linked, "OrdersService.pay", "emit", "client")).toBe("{brokers}");
  });

  it("may be declared by @Client", () => {
    const linked = nest(
      `export class OrdersService { @Client({ transport: Transport.TCP, options: { host: "payments" } }) client: ClientProxy; pay() { return this.client.send("charge", {}); } }`,
      "",
    );
    expect(registered(linked, "OrdersService.pay", "send", "host")).toBe("payments");
  });

  it("give gRPC services", () => {
    const linked = nest(
      `interface Payments { charge(request: unknown): unknown } @Injectable() export class OrdersService { private payments: Payments; constructor(@Inject("PAYMENTS") private readonly client: ClientGrpc) {} onModuleInit() { this.payments = this.client.getService<Payments>("PaymentsService"); } pay() { return this.payments.charge({}); } }`,
      `@Module({ imports: [ClientsModule.register([{ name: "PAYMENTS", transport: Transport.GRPC, options: { package: "payments", url: "payments:5000" } }])] }) export class OrdersModule {}`,
    );
    expect(linked.reaches("OrdersService.pay", "charge", SERVICE)).toBe("@nestjs/microservices ClientGrpc#getService().charge");
    expect(registered(linked, "OrdersService.pay", "charge", "url")).toBe("payments:5000");
  });
});

describe("command buses", () => {
  it("run the handler of the command", () => {
    const linked = nest(
      `import { CommandBus } from "@nestjs/cqrs"; import { CreateOrder } from "./create-order"; @Injectable() export class OrdersService { constructor(private readonly commands: CommandBus) {} pay(dto) { return this.commands.execute(new CreateOrder(dto)); } }`,
      "",
      {
        "services/orders/src/create-order.ts": `import { CommandHandler } from "@nestjs/cqrs"; export class CreateOrder {} @CommandHandler(CreateOrder) export class CreateOrderHandler { async execute(command: CreateOrder) {} }`,
      },
    );
    expect(linked.reaches("OrdersService.pay", "execute", SERVICE)).toBe("CreateOrderHandler.execute | @nestjs/cqrs CommandBus#execute");
    expect(linked.callees("OrdersService.pay", "execute", SERVICE).steps).toBe(0);
  });
});

describe("decorators of libraries", () => {
  it("say what a repository is of", () => {
    const linked = nest(
      `import { InjectRepository } from "@nestjs/typeorm"; import { Repository } from "typeorm"; class Order {} @Injectable() export class OrdersService { constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {} pay() { return this.orders.save({}); } }`,
      "",
    );
    const { library } = linked.callees("OrdersService.pay", "save", SERVICE);
    expect(library).toMatchObject({ module: "typeorm", path: "Repository#save" });
    expect(library?.typeArgs.map(text)).toEqual(["class Order", "class Order"]);
  });

  it("say what a model is of, by the name of its class", () => {
    const linked = nest(
      `import { InjectModel } from "@nestjs/mongoose"; import { Model } from "mongoose"; class Order {} @Injectable() export class OrdersService { constructor(@InjectModel(Order.name) private readonly orders: Model<Order>) {} pay() { return this.orders.create({}); } }`,
      "",
    );
    expect(linked.callees("OrdersService.pay", "create", SERVICE).library?.typeArgs.map(text)[0]).toBe("class Order");
  });

  it("name a queue", () => {
    const linked = nest(
      `import { InjectQueue } from "@nestjs/bullmq"; import { Queue } from "bullmq"; @Injectable() export class OrdersService { constructor(@InjectQueue("mail") private readonly mail: Queue) {} pay() { return this.mail.add("receipt", {}); } }`,
      "",
    );
    const { library } = linked.callees("OrdersService.pay", "add", SERVICE);
    expect(library?.path).toBe("Queue#add");
    expect(library?.typeArgs.map(text)).toEqual(["mail"]);
    expect(library?.calls[0]?.args[0]).toMatchObject({ kind: "text", value: "mail" });
  });

  it("speak for themselves where no type does", () => {
    const linked = nest(
      `import { InjectQueue } from "@nestjs/bull"; export class OrdersService { constructor(@InjectQueue("mail") private readonly mail) {} pay() { return this.mail.add({}); } }`,
      "",
    );
    expect(linked.reaches("OrdersService.pay", "add", SERVICE)).toBe("@nestjs/bull InjectQueue().add");
  });

  it("may be wrapped in own ones", () => {
    const linked = nest(
      `const InjectPayments = () => Inject("PAYMENTS"); @Injectable() export class OrdersService { constructor(@InjectPayments() private readonly client: ClientProxy) {} pay() { return this.client.send("charge", {}); } }`,
      `@Module({ imports: [ClientsModule.register([{ name: "PAYMENTS", transport: Transport.TCP, options: { host: "payments" } }])] }) export class OrdersModule {}`,
    );
    expect(registered(linked, "OrdersService.pay", "send", "host")).toBe("payments");
  });

  it("are told apart from own ones", () => {
    const linked = nest(
      `import { Controller } from "@nestjs/common"; function Audited() {} @Audited() @Controller("orders") export class OrdersService {}`,
      "",
    );
    const file = linked.file(SERVICE);
    const names = file.fact.classes[0]!.decorators.map((one) => linked.program.decorator(one, file)?.path ?? null);
    expect(names).toEqual([null, "Controller"]);
  });
});

describe("other containers", () => {
  const FILE = "services/orders/src/orders.ts";

  it("tsyringe", () => {
    const linked = link({
      [FILE]: `import { container, inject, injectable } from "tsyringe"; class Stripe { charge() {} } container.register("Gateway", { useClass: Stripe });
        @injectable() class Orders { constructor(@inject("Gateway") private readonly gateway: unknown) {} pay() { return this.gateway.charge(); } } export function run() { return container.resolve(Orders).pay(); }`,
    });
    expect(linked.reaches("Orders.pay", "charge")).toBe("Stripe.charge");
    expect(linked.reaches("run", "pay")).toBe("Orders.pay");
  });

  it("inversify", () => {
    const linked = link({
      "services/orders/src/types.ts": `export const TYPES = { Gateway: Symbol.for("Gateway"), Orders: Symbol.for("Orders") };`,
      "services/orders/src/container.ts": `import { Container } from "inversify"; import { TYPES } from "./types"; import { Stripe, Orders } from "./orders"; export const container = new Container(); container.bind(TYPES.Gateway).to(Stripe).inSingletonScope(); container.bind(TYPES.Orders).to(Orders);`,
      [FILE]: `import { inject, injectable } from "inversify"; import { TYPES } from "./types"; export class Stripe { charge() {} } @injectable() export class Orders { @inject(TYPES.Gateway) private gateway; pay() { return this.gateway.charge(); } }`,
      "services/orders/src/main.ts": `import { container } from "./container"; import { TYPES } from "./types"; export function run() { return container.get(TYPES.Orders).pay(); }`,
    });
    expect(linked.reaches("Orders.pay", "charge")).toBe("Stripe.charge");
    expect(linked.reaches("run", "pay", "services/orders/src/main.ts")).toBe("Orders.pay");
  });

  it("typedi", () => {
    const linked = link({
      [FILE]: `import { Container, Service } from "typedi"; @Service() class Orders { pay() {} } export function run() { return Container.get(Orders).pay(); }`,
    });
    expect(linked.reaches("run", "pay")).toBe("Orders.pay");
  });

  it("awilix, by name", () => {
    const linked = link({
      [FILE]: `import { createContainer, asClass } from "awilix"; class Stripe { charge() {} } class Orders { constructor({ gateway }) { this.gateway = gateway; } pay() { return this.gateway.charge(); } }
        const container = createContainer(); container.register({ gateway: asClass(Stripe).singleton(), orders: asClass(Orders) }); export function run() { return container.resolve("orders").pay(); }`,
    });
    expect(linked.reaches("Orders.pay", "charge")).toBe("Stripe.charge");
    expect(linked.reaches("run", "pay")).toBe("Orders.pay");
  });
});
