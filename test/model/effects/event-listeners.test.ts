import { describe, expect, it } from "vitest";
import { orders } from "./shop.js";

const BROKER = `import { Inject } from "@nestjs/common"; import { ClientProxy } from "@nestjs/microservices"; import { AggregateRoot, EventBus, EventsHandler } from "@nestjs/cqrs"; import { EventEmitter2, OnEvent } from "@nestjs/event-emitter";
  class OrderPlaced { constructor(readonly id: string) {} } class OrderPaid { constructor(readonly id: string) {} }`;
const HANDLER = `@EventsHandler(OrderPlaced, OrderPaid) export class Tell { constructor(@Inject("EVENTS") private readonly broker: ClientProxy) {} handle(event) { this.broker.emit("order.placed", event); fetch("http://payments:3000/charges", { method: "POST" }); } }`;
const ROUTER = `export class Router { constructor(@Inject("EVENTS") private readonly broker: ClientProxy) {} @OnEvent("placed") tell([name, order]) { this.broker.emit(name, order); } }`;

describe("what is announced inside the process", () => {
  it.each([
    [
      "on Nest's event bus",
      `${HANDLER} export class Orders { constructor(private readonly bus: EventBus) {} place(id) { this.bus.publish(new OrderPlaced(id)); } }`,
    ],
    [
      "as one of several events",
      `${HANDLER} export class Orders { constructor(private readonly bus: EventBus) {} place(id) { this.bus.publishAll([new OrderPaid(id)]); } }`,
    ],
    [
      "by an aggregate",
      `${HANDLER} class Order extends AggregateRoot { place(id) { this.apply(new OrderPlaced(id)); } } export class Orders { place(id) { const order = new Order(); order.place(id); order.commit(); } }`,
    ],
    [
      "by name",
      `${ROUTER} export class Orders { constructor(private readonly emitter: EventEmitter2) {} place(order) { this.emitter.emit("placed", ["order.placed", order]); } }`,
    ],
  ])("reaches the broker: %s", async (_, source) => {
    const system = await orders(`${BROKER} ${source}`);
    expect(system.effects("Orders.place")).toEqual(["publish order.placed order.placed"]);
    expect(system.effect("Orders.place", "publish").confidence).toBe("medium");
  });

  it("reaches nobody who listens to another event", async () => {
    const source = `${HANDLER} class OrderLost {} export class Orders { constructor(private readonly bus: EventBus, private readonly emitter: EventEmitter2) {} place(id) { this.bus.publish(new OrderLost()); this.emitter.emit("placed." + id); } }`;
    const system = await orders(`${BROKER} ${source} ${ROUTER}`);
    expect(system.model.code.functions.map(({ name }) => name)).not.toContain("Orders.place");
  });
});

describe("a connection that one of several factories makes", () => {
  const module = (more: string): string => `import amqp from "amqplib"; import { Inject, Injectable, Module } from "@nestjs/common";
    @Module({}) export class BusModule {
      static forRoot(options) { return { module: BusModule, providers: [{ provide: "CONNECTION", useFactory: async () => await amqp.connect(options.uri) }] }; }
      static forRootAsync(options) { return { module: BusModule, providers: [{ provide: "CONNECTION", useFactory: async (given) => await amqp.connect(given.uri), inject: ["OPTIONS"] }] }; } }
    @Injectable() export class Bus { private channel: amqp.Channel; constructor(@Inject("CONNECTION") private readonly connection: amqp.ChannelModel) {} async onModuleInit() { this.channel = await this.connection.createChannel(); } tell(key: string, message) { ${more} } }`;

  it("leaves no doubt about what is published", async () => {
    const system = await orders(module(`this.channel.publish("shop", "order.placed", Buffer.from(JSON.stringify(message)));`));
    expect(system.effect("Bus.tell", "publish shop/order.placed").confidence).toBe("high");
  });
});
