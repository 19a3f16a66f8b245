import { describe, expect, it } from "vitest";
import { SERVICE, nest } from "./nest.js";

describe("settings of Nest", () => {
  const service = (key: string): string =>
    `import { ConfigService } from "@nestjs/config"; @Injectable() export class OrdersService { constructor(private readonly config: ConfigService) {} pay() { return fetch(this.config.getOrThrow<string>("${key}")); } }`;

  it("read a variable", () => {
    expect(nest(service("PAYMENTS_URL"), "").argument("OrdersService.pay", "fetch", SERVICE)).toBe("${PAYMENTS_URL}");
  });

  it("read a namespace", () => {
    const linked = nest(service("payments.url"), "", {
      "services/orders/src/config/payments.ts": `import { registerAs } from "@nestjs/config"; export default registerAs("payments", () => ({ url: process.env.PAYMENTS_URL || "http://payments" }));`,
    });
    expect(linked.argument("OrdersService.pay", "fetch", SERVICE)).toBe("${PAYMENTS_URL:-http://payments}");
  });

  it("read a loaded function", () => {
    const linked = nest(
      service("payments.url"),
      `import settings from "./settings"; @Module({ imports: [ConfigModule.forRoot({ load: [settings] })] }) export class OrdersModule {}`,
      {
        "services/orders/src/settings.ts": `export default () => ({ payments: { url: process.env.PAYMENTS_URL } });`,
      },
    );
    expect(linked.argument("OrdersService.pay", "fetch", SERVICE)).toBe("${PAYMENTS_URL}");
  });

  it("do not mix services", () => {
    const linked = nest(service("payments.url"), "", {
      "services/billing/src/payments.ts": `import { registerAs } from "@nestjs/config"; export default registerAs("payments", () => ({ url: process.env.BILLING_URL }));`,
    });
    expect(linked.argument("OrdersService.pay", "fetch", SERVICE)).toBe("?url");
  });

  it("are injected by key", () => {
    const linked = nest(
      `import { ConfigType } from "@nestjs/config"; import payments from "./payments.config"; @Injectable() export class OrdersService { constructor(@Inject(payments.KEY) private readonly settings: ConfigType<typeof payments>) {} pay() { return fetch(this.settings.url); } }`,
      "",
      {
        "services/orders/src/payments.config.ts": `import { registerAs } from "@nestjs/config"; export default registerAs("payments", () => ({ url: process.env.PAYMENTS_URL }));`,
      },
    );
    expect(linked.argument("OrdersService.pay", "fetch", SERVICE)).toBe("${PAYMENTS_URL}");
  });

  it("come through an own service", () => {
    const linked = nest(
      `import { ConfigService } from "@nestjs/config"; class Settings { constructor(private readonly config: ConfigService) {} get paymentsUrl() { return this.config.get("PAYMENTS_URL"); } }
       @Injectable() export class OrdersService { constructor(private readonly settings: Settings) {} pay() { return fetch(this.settings.paymentsUrl); } }`,
      "",
    );
    expect(linked.argument("OrdersService.pay", "fetch", SERVICE)).toBe("${PAYMENTS_URL}");
  });
});
