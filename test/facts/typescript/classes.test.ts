import { describe, expect, test } from "vitest";
import { callsOf, classNamed, functionNamed, localsOf, moduleOf, read, show, showType } from "./reading.js";

test("bases, contracts and decorators", () => {
  const orders = classNamed(
    read(
      `@Controller("orders") @ApiTags(Tags.ORDERS, "v1") export abstract class OrdersController extends Base<Order, string> implements Handler<Order>, nest.OnModuleInit {}`,
    ),
    "OrdersController",
  );
  expect(orders.abstract).toBe(true);
  expect(show(orders.extends!)).toBe("Base");
  expect(orders.extendsArgs.map(showType)).toEqual(["Order", "string"]);
  expect(orders.implements.map(showType)).toEqual(["Handler<Order>", "nest.OnModuleInit"]);
  expect(orders.decorators.map(({ name, args }) => `${name}(${args.map(show).join(", ")})`)).toEqual([
    `Controller("orders")`,
    `ApiTags(Tags.ORDERS, "v1")`,
  ]);
});

test("lines start behind decorators", () => {
  expect(classNamed(read(`@Injectable()\nexport class Orders {\n}`), "Orders").lines).toEqual({ startLine: 2, endLine: 3 });
});

test("decorators without call, dotted, and on fields", () => {
  const [field] = classNamed(read("class Order { @Prop @nest.IsString({ each: true }) readonly id?: string; }"), "Order").fields;
  expect(field!.decorators.map(({ name }) => name)).toEqual(["Prop", "nest.IsString"]);
  expect(field).toMatchObject({ name: "id", optional: true, static: false });
  expect(showType(field!.type)).toBe("string");
});

describe("fields", () => {
  const fact = read(`
class Orders {
  private readonly client = axios.create({ baseURL: url });
  static topic = "orders";
  #secret: string;
  onCreated = async (order) => {
    await this.ship(order);
  };
  retry = debounce(() => this.ship());
}`);

  test("have values, which are evaluated around the class", () => {
    expect(
      classNamed(fact, "Orders").fields.map(({ name, value, static: isStatic }) => [name, value === null ? null : show(value), isStatic]),
    ).toEqual([
      ["client", "axios.create({ baseURL: url })", false],
      ["topic", `"orders"`, true],
      ["#secret", null, false],
      ["onCreated", "#1", false],
      ["retry", "debounce(#2)", false],
    ]);
    expect(callsOf(moduleOf(fact))).toEqual(["axios.create({ baseURL: url })", "debounce(#2)"]);
  });

  test("functions in them belong to the class", () => {
    expect(functionNamed(fact, "Orders.onCreated")).toMatchObject({ class: 0, lines: { startLine: 5, endLine: 7 } });
    expect(fact.functions[2]).toMatchObject({ class: 0 });
  });

  test("have their lines", () => {
    expect(classNamed(fact, "Orders").fields.map(({ lines }) => lines.startLine)).toEqual([2, 3, 4, 5, 8]);
  });
});

test("methods by kind", () => {
  const fact = read(
    "class Orders { constructor() {} get total() { return 1; } set total(v) {} static of() {} async pay() {} ['computed']() {} }",
  );
  expect(classNamed(fact, "Orders").methods).toEqual([
    { name: "constructor", function: 1, static: false, kind: "constructor" },
    { name: "total", function: 2, static: false, kind: "getter" },
    { name: "total", function: 3, static: false, kind: "setter" },
    { name: "of", function: 4, static: true, kind: "method" },
    { name: "pay", function: 5, static: false, kind: "method" },
    { name: "computed", function: 6, static: false, kind: "method" },
  ]);
});

test("methods of a top-level class stand in no function, others do", () => {
  const fact = read("class A { run() {} } function make() { return class B { run() {} }; }");
  expect(functionNamed(fact, "A.run").parent).toBeNull();
  expect(functionNamed(fact, "make.B.run").parent).toBe(functionNamed(fact, "make").id);
});

test("class expressions are called after what holds them", () => {
  const fact = read("const Orders = class { run() {} }; const table = { Items: class {} }; module.exports = class extends Base {};");
  expect(fact.classes.map(({ name }) => name)).toEqual(["Orders", "table.Items", "module.exports"]);
  expect(localsOf(moduleOf(fact))).toEqual(["Orders = class #0", "table = { Items: class #1 }"]);
});

test("mixins and static blocks", () => {
  const fact = read("class Orders extends Retrying(Base, { times: 3 }) { static { connect(); Orders.client = make(); } }");
  expect(show(classNamed(fact, "Orders").extends!)).toBe("Retrying(Base, { times: 3 })");
  expect(callsOf(moduleOf(fact))).toEqual(["Retrying(Base, { times: 3 })", "connect()", "make()"]);
});

test("fields that the constructor assigns are its variables", () => {
  const fact = read("class Orders { constructor(payments) { super(payments); this.payments = payments; this.client = axios.create(); } }");
  expect(localsOf(functionNamed(fact, "Orders.constructor"))).toEqual(["this.payments = payments", "this.client = axios.create()"]);
  expect(callsOf(functionNamed(fact, "Orders.constructor"))).toEqual(["super(payments)", "axios.create()"]);
});

test("a method's return type and a field's type arguments", () => {
  const fact = read("class Orders { private items: Map<string, Item[]>; list(): Promise<Item[]> { return load(); } }");
  expect(showType(classNamed(fact, "Orders").fields[0]!.type)).toBe("Map<string, []<Item>>");
  expect(showType(functionNamed(fact, "Orders.list").returnType)).toBe("Promise<[]<Item>>");
});
