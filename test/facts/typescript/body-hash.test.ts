import { describe, expect, test } from "vitest";
import { functionNamed, moduleOf, read } from "./reading.js";

function hashOf(text: string, name = "pay"): string {
  return functionNamed(read(text), name).bodyHash;
}

const BODY = `
async function pay(order, { retries }) {
  const client = connect(order.url);
  for (const item of order.items) {
    await client.post(\`/charges/\${item.id}\`, { amount: item.price, retries }, (answer) => log(answer.status));
  }
  return client;
}`;

describe("stays the same when", () => {
  test.each([
    ["white space and comments change", BODY.replace(/\n/g, "\n\n  // charge\n").replace(/, /g, ",  /* and */ ")],
    ["a local is renamed", BODY.replace(/\bclient\b/g, "http")],
    [
      "a parameter is renamed",
      BODY.replace(/\border\b/g, "cart")
        .replace("{ retries }", "{ retries: tries }")
        .replace("retries }, (", "retries: tries }, ("),
    ],
    ["a loop's name is renamed", BODY.replace(/\bitem\b/g, "line")],
    ["a nested function's parameter is renamed", BODY.replace(/\banswer\b/g, "response")],
    ["a local is renamed to a name that a nested function has", BODY.replace(/\bclient\b/g, "answer")],
    [
      "types are added",
      BODY.replace("(order, ", "(order: Order, ")
        .replace("const client =", "const client: Client =")
        .replace("return client", "return client as Client"),
    ],
    ["braces round one statement are added", BODY.replace("return client;", "{ return client; }")],
    ["quotes change", BODY],
    ["the function moves", `import x from "y";\nconst z = 1;\n${BODY}`],
    ["the function is renamed", BODY],
  ])("%s", (_, changed) => {
    expect(hashOf(changed)).toBe(hashOf(BODY));
  });

  test("a declaration becomes an arrow or a method", () => {
    const expected = hashOf("function pay(order) { const id = order.id; return charge(id); }");
    expect(hashOf("const pay = (cart: Cart) => { const key = cart.id; return charge(key); };")).toBe(expected);
    expect(hashOf("class Orders { pay(order) { const id = order.id; return charge(id); } }", "Orders.pay")).toBe(expected);
  });
});

describe("changes when", () => {
  test.each([
    ["a string changes", BODY.replace("/charges/", "/refunds/")],
    ["a property changes", BODY.replace("item.price", "item.total")],
    ["a free name changes", BODY.replace("connect(", "open(")],
    ["an operator changes", BODY.replace("return client", "return !client")],
    ["a statement goes", BODY.replace("return client;", "")],
    ["two locals change places", BODY.replace("amount: item.price, retries", "amount: retries, retries: item.price")],
    ["a number changes", BODY.replace("item.price", "5")],
  ])("%s", (_, changed) => {
    expect(hashOf(changed)).not.toBe(hashOf(BODY));
  });

  test("two different locals are used the other way round", () => {
    expect(hashOf("function pay(a, b) { return charge(a, b); }")).toBe(hashOf("function pay(b, a) { return charge(b, a); }"));
    expect(hashOf("function pay(a, b) { log(a); return charge(a, b); }")).not.toBe(
      hashOf("function pay(a, b) { log(a); return charge(b, a); }"),
    );
  });
});

test("the module's own code is hashed without the functions in it", () => {
  const before = moduleOf(read("connect(url);\nfunction pay() { charge(1); }")).bodyHash;
  expect(moduleOf(read("connect(url);\nfunction pay() { refund(2); }")).bodyHash).toBe(before);
  expect(moduleOf(read("connect(other);\nfunction pay() { charge(1); }")).bodyHash).not.toBe(before);
});

test("is 16 hex digits", () => {
  expect(hashOf(BODY)).toMatch(/^[0-9a-f]{16}$/);
});
