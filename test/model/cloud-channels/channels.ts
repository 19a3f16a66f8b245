import { systemOf, type Tree } from "../system.js";

export const SQS = `import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
const sqs = new SQSClient({});
export const create = async (order) => { await sqs.send(new SendMessageCommand({ QueueUrl: process.env.ORDERS_URL, MessageBody: JSON.stringify({ type: "OrderPlaced", id: order.id }) })); };
`;
export const SNS = `import { SNSClient, PublishCommand } from "@aws-sdk/client-sns";
const sns = new SNSClient({});
export const create = async (order) => { await sns.send(new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Message: JSON.stringify({ type: "OrderPlaced", id: order.id }) })); };
`;
export const BUS = `import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
const bus = new EventBridgeClient({});
export const create = async (order) => { await bus.send(new PutEventsCommand({ Entries: [{ EventBusName: process.env.BUS_NAME, Source: "orders", DetailType: "OrderPlaced", Detail: JSON.stringify({ id: order.id }) }] })); };
`;
export const DEFAULT_BUS = BUS.replace("EventBusName: process.env.BUS_NAME, ", "");
export const STREAM = `import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
const kinesis = new KinesisClient({});
export const create = async (order) => { await kinesis.send(new PutRecordCommand({ StreamName: process.env.STREAM, Data: JSON.stringify({ type: "OrderPlaced", id: order.id }) })); };
`;
export const KAFKA = `import { Kafka } from "kafkajs";
const producer = new Kafka({ brokers: [] }).producer();
export const create = async (order) => { await producer.send({ topic: "orders.placed", messages: [{ value: JSON.stringify({ id: order.id }) }] }); };
`;
/** Inserts for each message, and tells nobody of what kind the message is. */
const SHIP = `import { Pool } from "pg";
const pool = new Pool();
export const handler = async (event) => { await pool.query("INSERT INTO shipments (order_id) VALUES ($1)", [event.id]); };
`;

/** `orders-queue: orders -> shipping`, with the handler's name where it is known. */
export async function channels(tree: Tree): Promise<readonly string[]> {
  const { channels: all } = await systemOf({
    "orders/package.json": '{ "name": "orders" }',
    "shipping/package.json": '{ "name": "shipping" }',
    "shipping/src/ship.ts": SHIP,
    ...tree,
  });
  return all.map(
    ({ name, publishers, consumers }) =>
      `${name}: ${publishers.map(({ service }) => service).join(", ")} -> ${consumers.map(({ service, function: at }) => at ?? service).join(", ")}`,
  );
}
