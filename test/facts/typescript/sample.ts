/** A service in TypeScript that has most of what the extractor reads. No string in it holds white space. */
export const sample = `import axios, { type AxiosInstance } from "axios";
import * as events from "./events.js";
const { Kafka } = require("kafkajs");

export const BASE_URL = process.env.ORDERS_URL ?? "http://orders:3000";
export enum Status { Open = "open", Paid = "paid" }
export interface OrderCreated extends events.Versioned {
  readonly type: "order.created";
  items: { sku: string; amount?: number }[];
}
type OrderEvent = OrderCreated | { type: "order.paid"; total: number };

const schema = z.object({ id: z.string().uuid(), items: z.array(z.object({ sku: z.string() })).min(1) });

router.post("/orders", validate(schema), async (req, res) => {
  const { id, items: [first, ...others], total = 0 } = req.body;
  for (const item of others) {
    try {
      const stock = await axios
        .get(\`\${BASE_URL}/stock/\${item.sku}\`, { timeout: 500 });
      if (stock.data.amount > 0) break;
      else await reserve(item);
    } catch (error) {
      logger.error(error);
      throw new OrderError(describe(error));
    } finally {
      release(first);
    }
  }
  await Promise.all(items.map(async (item) => {
    await ship(item);
  }));
  return res.json({ id, total });
});

@Controller("orders")
export class OrdersController extends Base<Order> implements OnModuleInit {
  private readonly client: AxiosInstance = axios.create({ baseURL: BASE_URL });
  static topic = \`orders.\${VERSION}\`;
  onPaid = async (event: OrderEvent) => this.publish(event);

  constructor(private readonly repository: Repository<Order>, @Inject("PAYMENTS") payments: ClientProxy) {
    super();
    this.payments = payments;
  }

  @Post(":id")
  async create(@Body() { id, lines = [] }: CreateOrder): Promise<Order | null> {
    let tries = 0;
    while (tries < 3) {
      tries += 1;
      switch (await this.charge(id)) {
        case Status.Paid:
          return await this.repository.save({ id, lines, ...defaults(id) });
        default:
          await sleep(tries * 100);
      }
    }
    return prisma.$queryRaw\`SELECT\${id}\`;
  }

  get total() {
    return this.items.reduce((sum, item) => sum + item.price, 0);
  }
}

module.exports.handler = function (event, context) {
  const orders = event.Records.map((record) => JSON.parse(record.body)), client = new Kafka({ brokers: [BASE_URL] });
  return orders.length ? client.producer().send({ topic: OrdersController.topic, messages: orders }) : undefined;
};
export * from "./events.js";
export default router;
`;
