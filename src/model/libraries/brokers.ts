import type { Knowledge, Library } from "./library.js";
import { bound, call, consume, joinPath, onEach, publish } from "./make.js";

const KAFKA: Record<string, Knowledge> = {
  ...onEach(["{,KafkaJS.}Kafka#producer()", "{,KafkaJS.}Producer#"], {
    send: publish("kafka", "0.topic", { payload: "0.messages[].value | 0.messages" }),
    sendBatch: publish("kafka", "0.topicMessages[].topic", { payload: "0.topicMessages[].messages[].value" }),
  }),
  "{,KafkaJS.}Kafka#producer().transaction().send": publish("kafka", "0.topic", { payload: "0.messages[].value" }),
  ...onEach(["{,KafkaJS.}Kafka#consumer()", "{,KafkaJS.}Consumer#"], {
    subscribe: consume("kafka", "0.topic | 0.topics"),
    run: consume("kafka", "", { handler: "0.eachMessage | 0.eachBatch" }),
  }),
};

/** Ways to a channel of amqplib: made from a connection, or typed. */
const AMQP_CHANNELS = ["connect().{createChannel,createConfirmChannel}()", "{,amqp.}{Channel,ConfirmChannel}#"];

const REDIS_CLIENTS = ["#", "Redis#", "Cluster#", "createClient()", "RedisClientType#", "RedisClient#"];

/** Options of a receiver of Service Bus by which it asks for what is in a queue's, or a subscription's, queue of dead letters. */
const SUBQUEUE_OPTIONS = { subqueue: "createReceiver:1.subQueueType | createReceiver:2.subQueueType", subscription: "createReceiver:1" };

/** Stands for a team's own package: a field of the class must name the channel. */
export const OWN_BROKER = "(own broker)";

/** Fields by which publishers and listeners of such packages name their channel. */
const CHANNEL_FIELDS =
  "receiver:subject | receiver:topic | receiver:queueName | receiver:queue | receiver:routingKey | receiver:exchange | receiver:channelName | receiver:eventName";

/** Message brokers: who hands a message to which channel, and who takes it from there. */
export const brokers: readonly Library[] = [
  {
    name: "an own broker client",
    modules: [OWN_BROKER],
    paths: {
      "*{Publisher,Producer}#{publish,produce,emit,send}": publish("", CHANNEL_FIELDS, { payload: "0" }),
      "{Publisher,Producer}#{publish,produce,emit,send}": publish("", CHANNEL_FIELDS, { payload: "0" }),
    },
  },
  { name: "kafkajs", modules: ["kafkajs", "@confluentinc/kafka-javascript"], paths: KAFKA },
  {
    name: "node-rdkafka",
    modules: ["node-rdkafka", "@confluentinc/kafka-javascript"],
    paths: {
      "{Producer,HighLevelProducer}#produce": publish("kafka", "0", { payload: "2" }),
      "KafkaConsumer#subscribe": consume("kafka", "0"),
    },
  },
  {
    name: "kafka-node",
    modules: ["kafka-node"],
    paths: {
      "{Producer,HighLevelProducer}#send": publish("kafka", "0[].topic", { payload: "0[].messages" }),
      "{Consumer,ConsumerGroup}#": consume("kafka", "1[].topic | 1"),
    },
  },
  {
    name: "amqplib",
    modules: ["amqplib"],
    paths: onEach(AMQP_CHANNELS, {
      publish: publish("amqp", "0", { event: "1", payload: "2", keyed: true, reply: "3.replyTo" }),
      sendToQueue: publish("amqp", "0", { payload: "1", reply: "2.replyTo" }),
      consume: consume("amqp", "0", { handler: "1" }),
      bindQueue: consume("amqp", "1", { event: "2", keyed: true }),
    }),
  },
  {
    name: "amqp-connection-manager",
    modules: ["amqp-connection-manager"],
    paths: onEach(["connect().createChannel()", "ChannelWrapper#"], {
      publish: publish("amqp", "0", { event: "1", payload: "2", keyed: true, reply: "3.replyTo" }),
      sendToQueue: publish("amqp", "0", { payload: "1", reply: "2.replyTo" }),
      consume: consume("amqp", "0", { handler: "1" }),
    }),
  },
  {
    name: "@golevelup/nestjs-rabbitmq",
    modules: ["@golevelup/nestjs-rabbitmq"],
    paths: {
      "AmqpConnection#publish": publish("amqp", "0", { event: "1", payload: "2", keyed: true, reply: "3.replyTo" }),
      "AmqpConnection#request": call("rpc", {
        operation: "0.routingKey",
        bound: bound({ options: "0", keys: ["timeout"], defaultSeconds: 10 }),
      }),
      "AmqpConnection#createSubscriber": consume("amqp", "1.exchange", { event: "1.routingKey", handler: "0", keyed: true }),
      "AmqpConnection#managedChannel.sendToQueue": publish("amqp", "0", { payload: "1", reply: "2.replyTo" }),
    },
  },
  {
    name: "rascal",
    modules: ["rascal"],
    paths: onEach(["{BrokerAsPromised,Broker}.create()", "{BrokerAsPromised,Broker}#"], {
      publish: publish("amqp", "0", { payload: "1" }),
      subscribe: consume("amqp", "0"),
    }),
  },
  {
    name: "nats",
    modules: ["nats", "@nats-io/transport-node", "@nats-io/nats-core", "@nats-io/jetstream"],
    paths: {
      ...onEach(["connect()", "NatsConnection#"], {
        publish: publish("nats", "0", { event: "0", payload: "1" }),
        subscribe: consume("nats", "0", { handler: "1.callback" }),
        request: call("rpc", { operation: "0", bound: bound({ options: "2", keys: ["timeout"], defaultSeconds: 1 }) }),
      }),
      ...onEach(["connect().jetstream()", "NatsConnection#jetstream()", "JetStreamClient#", "jetstream()"], {
        publish: publish("nats", "0", { event: "0", payload: "1" }),
        subscribe: consume("jetstream", "0", { handler: "1.callback" }),
      }),
    },
  },
  {
    name: "node-nats-streaming",
    modules: ["node-nats-streaming"],
    paths: onEach(["connect()", "Stan#"], {
      publish: publish("nats-streaming", "0", { event: "0", payload: "1" }),
      subscribe: consume("nats-streaming", "0"),
    }),
  },
  {
    name: "SNS",
    modules: ["@aws-sdk/client-sns"],
    paths: {
      "PublishCommand#": publish("sns", "0.TopicArn | 0.TargetArn", { event: "0.Subject", payload: "0.Message" }),
      "PublishBatchCommand#": publish("sns", "0.TopicArn", { payload: "0.PublishBatchRequestEntries[].Message" }),
      "SNS#publish": publish("sns", "0.TopicArn", { event: "0.Subject", payload: "0.Message" }),
    },
  },
  {
    name: "SQS",
    modules: ["@aws-sdk/client-sqs"],
    paths: {
      "SendMessageCommand#": publish("sqs", "0.QueueUrl", { payload: "0.MessageBody" }),
      "SendMessageBatchCommand#": publish("sqs", "0.QueueUrl", { payload: "0.Entries[].MessageBody" }),
      "SQS#{sendMessage,sendMessageBatch}": publish("sqs", "0.QueueUrl", { payload: "0.MessageBody" }),
      "{ReceiveMessageCommand#,SQS#receiveMessage}": consume("sqs", "0.QueueUrl"),
    },
  },
  {
    name: "EventBridge",
    modules: ["@aws-sdk/client-eventbridge"],
    paths: {
      "{PutEventsCommand#,EventBridge#putEvents}": publish("eventbridge", "0.Entries[].EventBusName", {
        event: "0.Entries[].DetailType",
        payload: "0.Entries[].Detail",
        keyed: true,
        named: true,
        usual: "default",
      }),
    },
  },
  {
    name: "Kinesis",
    modules: ["@aws-sdk/client-kinesis"],
    paths: {
      "{PutRecordCommand#,PutRecordsCommand#,Kinesis#putRecord,Kinesis#putRecords}": publish("kinesis", "0.StreamName", {
        payload: "0.Data",
      }),
    },
  },
  {
    name: "aws-sdk",
    modules: ["aws-sdk"],
    paths: {
      "{AWS.,}SNS#publish": publish("sns", "0.TopicArn | 0.TargetArn", { event: "0.Subject", payload: "0.Message" }),
      "{AWS.,}SQS#{sendMessage,sendMessageBatch}": publish("sqs", "0.QueueUrl", { payload: "0.MessageBody" }),
      "{AWS.,}SQS#receiveMessage": consume("sqs", "0.QueueUrl"),
      "{AWS.,}EventBridge#putEvents": publish("eventbridge", "0.Entries[].EventBusName", {
        event: "0.Entries[].DetailType",
        payload: "0.Entries[].Detail",
        keyed: true,
        named: true,
        usual: "default",
      }),
      "{AWS.,}Kinesis#{putRecord,putRecords}": publish("kinesis", "0.StreamName", { payload: "0.Data" }),
    },
  },
  {
    name: "sqs-consumer",
    modules: ["sqs-consumer", "@rxfork/sqs-consumer"],
    paths: { "Consumer.create": consume("sqs", "0.queueUrl", { handler: "0.handleMessage | 0.handleMessageBatch" }) },
  },
  {
    name: "sqs-producer",
    modules: ["sqs-producer"],
    paths: { "Producer.create().send": publish("sqs", "create:0.queueUrl", { payload: "0" }) },
  },
  {
    name: "Pub/Sub",
    modules: ["@google-cloud/pubsub"],
    paths: {
      ...onEach(["PubSub#topic()", "Topic#"], {
        "{publish,publishMessage,publishJSON}": publish("pubsub", "topic:0", { payload: "0.json | 0.data | 0" }),
      }),
      "PubSub#subscription().on": consume("pubsub", "subscription:0", { handler: "1" }),
      "PubSub#topic().subscription().on": consume("pubsub", "topic:0", { handler: "1" }),
    },
  },
  {
    name: "Service Bus",
    modules: ["@azure/service-bus"],
    paths: {
      "ServiceBusClient#createSender().{sendMessages,scheduleMessages}": publish("servicebus", "createSender:0", {
        payload: "0.body | 0[].body",
      }),
      "ServiceBusSender#{sendMessages,scheduleMessages}": publish("servicebus", "", { payload: "0.body" }),
      "ServiceBusClient#createReceiver().subscribe": consume("servicebus", "createReceiver:0", {
        ...SUBQUEUE_OPTIONS,
        handler: "0.processMessage",
      }),
      "ServiceBusClient#createReceiver().{receiveMessages,getMessageIterator}": consume("servicebus", "createReceiver:0", SUBQUEUE_OPTIONS),
    },
  },
  {
    name: "Event Hubs",
    modules: ["@azure/event-hubs"],
    paths: {
      "EventHubProducerClient#sendBatch": publish("eventhubs", "EventHubProducerClient:1", { payload: "0" }),
      "EventHubConsumerClient#subscribe": consume("eventhubs", "EventHubConsumerClient:2", { handler: "0.processEvents" }),
    },
  },
  {
    name: "redis",
    modules: ["ioredis", "redis", "@redis/client"],
    paths: {
      ...onEach([...REDIS_CLIENTS, ...REDIS_CLIENTS.map((client) => joinPath(client, "duplicate()"))], {
        publish: publish("redis", "0", { event: "0", payload: "1" }),
        "{xadd,xAdd}": publish("redis", "0", { payload: "2" }),
        "{subscribe,psubscribe,pSubscribe}": consume("redis", "0", { handler: "1" }),
        // Options, then STREAMS, a key and an id.
        "{xreadgroup,xReadGroup,xread,xRead}": consume("redis", "2.key | 2[].key | 0.key | -2"),
      }),
    },
  },
  {
    name: "BullMQ",
    modules: ["bullmq", "@nestjs/bullmq"],
    paths: {
      "Queue#add": publish("bullmq", "Queue:0 | type:0", { event: "0", payload: "1", timetable: "2.repeat" }),
      "Queue#addBulk": publish("bullmq", "Queue:0 | type:0", { event: "0[].name", payload: "0[].data" }),
      "FlowProducer#add": publish("bullmq", "0.queueName", { event: "0.name", payload: "0.data" }),
      "Worker#": consume("bullmq", "0", { handler: "1" }),
    },
  },
  {
    name: "bull",
    modules: ["bull", "@nestjs/bull", "bee-queue"],
    paths: onEach(["#", "()", "Queue#"], {
      add: publish("bull", "#:0 | :0 | Queue:0 | type:0", {
        event: "job:name",
        payload: "job:data",
        timetable: "2.repeat | 1.repeat",
      }),
      process: consume("bull", "#:0 | :0 | Queue:0 | type:0", { handler: "-1" }),
    }),
  },
  {
    name: "pg-boss",
    modules: ["pg-boss"],
    paths: onEach(["#", "PgBoss#"], {
      "{send,publish,sendAfter}": publish("pg-boss", "0.name | 0", { payload: "1" }),
      "{work,subscribe}": consume("pg-boss", "0", { handler: "-1" }),
    }),
  },
  {
    name: "MQTT",
    modules: ["mqtt", "async-mqtt"],
    paths: onEach(["{connect(),connectAsync()}", "MqttClient#"], {
      "{publish,publishAsync}": publish("mqtt", "0", { event: "0", payload: "1" }),
      "{subscribe,subscribeAsync}": consume("mqtt", "0"),
    }),
  },
];
