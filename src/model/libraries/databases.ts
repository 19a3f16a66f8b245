import type { Knowledge, Library } from "./library.js";
import { connection, database, onEach, optionsIn } from "./make.js";

const read = (entity: string): Knowledge => database("read", { entity });
const write = (entity: string): Knowledge => database("write", { entity });
const statement = (at: string): Knowledge => database("statement", { statement: at });
const transaction = (within: string): Knowledge => database("transaction", { within });

const MONGO_READS = "{find,findOne,findById,exists,countDocuments,estimatedDocumentCount,distinct,aggregate,where}";
const MONGO_WRITES =
  "{create,insertMany,insertOne,save,bulkSave,bulkWrite,updateOne,updateMany,replaceOne,deleteOne,deleteMany,remove,findOneAndUpdate,findOneAndDelete,findOneAndReplace,findOneAndRemove,findByIdAndUpdate,findByIdAndDelete,findByIdAndRemove,update}";

/** A document or row that was read or made, and then changes by itself: `const order = await Order.findOne(…).exec(); await order.save()`. */
const DOCUMENTS =
  "{findOne,findById,findOneAndUpdate,findByIdAndUpdate,create}(){,.exec(),.orFail(),.session(),.select(),.populate(),.populate().exec(),.populate().populate(),.select().exec(),.session().exec(),.sort(),.sort().exec()}";
const DOCUMENTS_OF_LISTS =
  "find(){,.exec(),.session(),.select(),.populate(),.sort(),.limit(),.sort().limit(),.sort().exec(),.limit().exec(),.sort().limit().exec(),.populate().exec(),.select().exec(),.session().exec(),.cursor()}.each";
/** What changes a document and gives it back. */
const CHANGED = "{,.set(),.$set(),.overwrite(),.increment(),.set().set()}";
const ROWS = "{findOne,findByPk,findOrCreate,create,build}(),findAll().each";

const PG_CLIENTS = ["Pool#", "Client#", "PoolClient#", "Pool#connect()", "pg.Pool#", "ClientBase#"];
const MYSQL_CLIENTS = [
  "{,promise.}{createPool,createConnection}()",
  "createPool().promise()",
  "createPool().getConnection()",
  "{Pool,Connection,PoolConnection}#",
];

/** Databases: what is read and written, and where a connection is opened. */
export const databaseLibraries: readonly Library[] = [
  {
    name: "Moleculer",
    modules: ["moleculer-db"],
    paths: {
      "Adapter#{find,findOne,findById,findByIds,count}": read("Adapter:0"),
      "Adapter#{insert,insertMany,updateById,updateMany,removeById,removeMany}": write("Adapter:0"),
      "Adapter#{_create,_insert,_update,_remove,createEntity,createEntities,updateEntity,removeEntity}": write("Adapter:0"),
    },
  },
  {
    name: "Prisma",
    modules: ["@prisma/client", "prisma"],
    paths: onEach(["PrismaClient#", "PrismaClient#$extends()", "Prisma.TransactionClient#"], {
      "<entity>.{findMany,findFirst,findUnique,findFirstOrThrow,findUniqueOrThrow,count,aggregate,groupBy}": read("$entity"),
      "<entity>.{create,createMany,createManyAndReturn,update,updateMany,updateManyAndReturn,upsert,delete,deleteMany}": write("$entity"),
      "{$queryRaw,$queryRawUnsafe}": statement("0"),
      "{$executeRaw,$executeRawUnsafe}": statement("0"),
      $transaction: transaction("0"),
    }),
  },
  // The schema file says the rest.
  {
    name: "Prisma",
    modules: ["@prisma/client"],
    paths: { "PrismaClient#": connection("", { url: "0.datasources.db.url | 0.datasourceUrl" }) },
  },
  // Or what its driver is opened with, whose place is in the code and not in the schema.
  {
    name: "Prisma",
    modules: ["@prisma/adapter-pg", "@prisma/adapter-neon"],
    paths: { "{PrismaPg,PrismaNeon,PrismaNeonHttp}#": connection("postgres", { ...optionsIn(["0"]), url: "0.connectionString | 0" }) },
  },
  {
    name: "Prisma",
    modules: ["@prisma/adapter-mariadb"],
    paths: { "PrismaMariaDb#": connection("mysql", { ...optionsIn(["0"]), url: "0" }) },
  },
  {
    name: "TypeORM",
    modules: ["typeorm", "@nestjs/typeorm"],
    paths: {
      ...onEach(
        [
          "{Repository,TreeRepository,MongoRepository}#",
          "**getRepository()",
          "**{getCustomRepository,getTreeRepository,getMongoRepository}()",
        ],
        {
          "{find,findBy,findOne,findOneBy,findOneOrFail,findOneByOrFail,findAndCount,findAndCountBy,findByIds,count,countBy,exist,exists,existsBy,sum,average}":
            read("type:0 | getRepository:0"),
          "{save,insert,update,upsert,delete,remove,softDelete,softRemove,restore,recover,increment,decrement,clear}":
            write("type:0 | getRepository:0"),
          query: statement("0"),
        },
      ),
      // Rows that write themselves.
      ...onEach(["BaseEntity"], {
        "{find,findBy,findOne,findOneBy,findOneOrFail,findOneByOrFail,findAndCount,count,countBy,exists,existsBy}": read("class"),
        "{insert,update,upsert,delete,clear}": write("class"),
        "{{findOne,findOneBy,findOneOrFail,findOneByOrFail,create}(),{find,findBy}().each}.{save,remove,softRemove,recover}":
          write("class"),
      }),
      "BaseEntity#{save,remove,softRemove,recover}": write("class"),
      ...onEach(
        [
          "{EntityManager,MongoEntityManager}#",
          "{DataSource#,Connection#}manager",
          "**createQueryRunner().manager",
          "QueryRunner#manager",
          "getManager()",
        ],
        {
          "{find,findBy,findOne,findOneBy,findOneOrFail,findOneByOrFail,findAndCount,count,countBy,exists,existsBy}": read("0"),
          "{save,insert,update,upsert,delete,remove,softDelete,softRemove,restore,increment,decrement}": write("0"),
          query: statement("0"),
          transaction: transaction("-1"),
        },
      ),
      "{DataSource,Connection}#transaction": transaction("-1"),
      "{DataSource#,Connection#}query": statement("0"),
      "{DataSource#createQueryRunner(),Connection#createQueryRunner(),QueryRunner#}.startTransaction": transaction(""),
      "QueryRunner#startTransaction": transaction(""),
      "{DataSource#createQueryRunner().,Connection#createQueryRunner().,QueryRunner#}commitTransaction": database("commit"),
      "**{createQueryBuilder()}.{**.,}{insert,update,delete,softDelete}": write("type:0 | update:0 | delete:0 | createQueryBuilder:0"),
      "**{createQueryBuilder()}.{**.,}{getOne,getMany,getRawOne,getRawMany,getManyAndCount,getCount,getOneOrFail}":
        read("type:0 | createQueryBuilder:0"),
      "{TypeOrmModule.forRoot,TypeOrmModule.forRootAsync,createConnection,DataSource#}": connection("", optionsIn(["0", "0.useFactory()"])),
    },
  },
  {
    name: "Sequelize",
    modules: ["sequelize", "sequelize-typescript", "@nestjs/sequelize"],
    paths: {
      ...onEach(["Model#", "{Sequelize#,#}define()", "{Sequelize#,#}model()", "Model"], {
        "{findAll,findOne,findByPk,findAndCountAll,count,sum,max,min,aggregate,findAllBuilder}": read(
          "class | define:0 | model:0 | type:0",
        ),
        "{create,bulkCreate,bulkBuild,update,upsert,destroy,increment,decrement,restore,truncate,findOrCreate,findCreateFind,save}": write(
          "class | define:0 | model:0 | type:0",
        ),
        [`{${ROWS}}.{save,update,destroy,increment,decrement,restore}`]: write("class | define:0 | model:0 | type:0"),
      }),
      "{Sequelize#,#}query": statement("0"),
      "{Sequelize#,#}transaction": transaction("-1"),
      // new Sequelize(options), new Sequelize(url, options), new Sequelize(database, user, password, options)
      "{Sequelize,}#": connection("", {
        ...optionsIn(["0", "3"]),
        engineAt: "0.dialect | 1.dialect | 3.dialect",
        url: "0.uri | 0.url | 0",
        database: "0.database | 3.database | 0",
        user: "0.username | 3.username | 1",
      }),
      "SequelizeModule.{forRoot,forRootAsync}": connection("", optionsIn(["0", "0.useFactory()"])),
    },
  },
  {
    name: "Mongoose",
    modules: ["mongoose", "@nestjs/mongoose", "@typegoose/typegoose", "typegoose", "nestjs-typegoose", "@m8a/nestjs-typegoose"],
    paths: {
      ...onEach(
        [
          "{,mongoose.}model()",
          "Model#",
          "{createConnection().,mongoose.createConnection().,connection.,mongoose.connection.,Connection#}model()",
          "{createConnection().,mongoose.createConnection().,connection.,mongoose.connection.,Connection#}model()#",
          "{,mongoose.}model()#",
          "Model##",
          "getModelForClass()",
          "{ReturnModelType,ModelType,PaginateModel,AggregatePaginateModel,SoftDeleteModel}#",
        ],
        {
          [MONGO_READS]: read("type:0 | model:0 | getModelForClass:0"),
          [MONGO_WRITES]: write("type:0 | model:0 | getModelForClass:0"),
          [`{${DOCUMENTS},${DOCUMENTS_OF_LISTS}}${CHANGED}.{save,updateOne,deleteOne,remove}`]: write(
            "type:0 | model:0 | getModelForClass:0",
          ),
          // A static method of one's own makes a document: nothing else can be saved.
          [`*()${CHANGED}.save`]: write("type:0 | model:0 | getModelForClass:0"),
        },
      ),
      "{startSession(),ClientSession#,**startSession()}.withTransaction": transaction("0"),
      "{startSession(),ClientSession#,**startSession()}.startTransaction": transaction(""),
      "{startSession(),ClientSession#,**startSession()}.commitTransaction": database("commit"),
      "{HydratedDocument,Document}#{save,updateOne,deleteOne,remove}": write("type:0"),
      "{connect,createConnection,mongoose.connect,mongoose.createConnection,MongooseModule.forRoot,TypegooseModule.forRoot}": connection(
        "mongodb",
        {
          url: "0.uri | 0",
          database: "1.dbName",
        },
      ),
      "{MongooseModule,TypegooseModule}.forRootAsync": connection("mongodb", {
        url: "0.useFactory().uri",
        database: "0.useFactory().dbName",
      }),
    },
  },
  {
    name: "mongodb",
    modules: ["mongodb"],
    paths: {
      ...onEach(["**collection()", "Collection#"], {
        [MONGO_READS]: read("collection:0 | type:0"),
        [MONGO_WRITES]: write("collection:0 | type:0"),
      }),
      "**{startSession(),ClientSession#}.withTransaction": transaction("0"),
      "MongoClient#": connection("mongodb", { url: "0" }),
      "MongoClient.connect": connection("mongodb", { url: "0" }),
      "MongoClient{#,#connect().,.connect().}db": connection("mongodb", { url: "MongoClient:0 | connect:0", database: "0" }),
    },
  },
  {
    name: "MikroORM",
    modules: [
      "@mikro-orm/core",
      "@mikro-orm/postgresql",
      "@mikro-orm/mysql",
      "@mikro-orm/mongodb",
      "@mikro-orm/sqlite",
      "@mikro-orm/mariadb",
      "@mikro-orm/nestjs",
      "@mikro-orm/knex",
    ],
    paths: {
      ...onEach(
        ["{EntityManager,SqlEntityManager}#", "MikroORM#em", "{EntityManager,MikroORM#em}#fork()", "MikroORM.init().em{,.fork()}"],
        {
          "{find,findOne,findOneOrFail,findAll,findAndCount,count}": read("0"),
          "{flush,persistAndFlush,removeAndFlush}": database("flush", { entity: "0" }),
          "{nativeInsert,nativeUpdate,nativeDelete,insert,insertMany,upsert,upsertMany}": write("0"),
          transactional: transaction("0"),
          begin: transaction(""),
          commit: database("commit"),
        },
      ),
      ...onEach(["EntityRepository#"], {
        "{find,findOne,findOneOrFail,findAll,findAndCount,count}": read("type:0"),
        "{nativeInsert,nativeUpdate,nativeDelete,insert,insertMany,upsert}": write("type:0"),
        "{flush,persistAndFlush,removeAndFlush}": database("flush", { entity: "type:0" }),
      }),
      "{MikroORM.init,MikroOrmModule.forRoot,MikroOrmModule.forRootAsync,defineConfig}": connection(
        "",
        optionsIn(["0", "0.useFactory()"], "dbName"),
      ),
    },
  },
  {
    name: "knex",
    modules: ["knex"],
    paths: {
      ...onEach(["{,knex}()()", "Knex#()", "{,knex}().{table,from,into}()", "{,knex}().transaction()()"], {
        "{**.,}{insert,update,del,delete,upsert,increment,decrement,truncate}": write(":0 | table:0 | from:0 | into:0"),
        "{**.,}{select,first,where,pluck,count,join}": read(":0 | table:0 | from:0 | into:0"),
      }),
      "{knex(),(),Knex#}.raw": statement("0"),
      "{knex(),(),Knex#}.transaction": transaction("0"),
      "{,knex}": connection("", {
        ...optionsIn(["0.connection"]),
        engineAt: "0.client",
        url: "0.connection.connectionString | 0.connection",
      }),
    },
  },
  {
    name: "kysely",
    modules: ["kysely"],
    paths: {
      ...onEach(["Kysely#", "Transaction#"], {
        "{insertInto,updateTable,deleteFrom,mergeInto,replaceInto}": write("0"),
        selectFrom: read("0"),
        "transaction().execute": transaction("0"),
      }),
    },
  },
  {
    name: "drizzle",
    modules: ["drizzle-orm"],
    paths: onEach(["drizzle()", "{NodePgDatabase,PostgresJsDatabase,MySql2Database,BetterSQLite3Database,PgTransaction}#"], {
      "{insert,update,delete}": write("0"),
      "select().from": read("0"),
      "query.<entity>.{findMany,findFirst}": read("$entity"),
      execute: statement("0"),
      transaction: transaction("0"),
    }),
  },
  {
    name: "pg",
    modules: ["pg", "pg-pool", "@neondatabase/serverless"],
    paths: {
      ...onEach(PG_CLIENTS, { query: statement("0.text | 0") }),
      "{,pg.}{Pool,Client}#": connection("postgres", { ...optionsIn(["0"]), url: "0.connectionString | 0" }),
    },
  },
  {
    name: "pg-promise",
    modules: ["pg-promise"],
    paths: {
      "{()(),IDatabase#,ITask#}.{query,none,one,many,any,oneOrNone,manyOrNone,result,multi}": statement("0"),
      "{()(),IDatabase#}.tx": transaction("-1"),
      "()": connection("postgres", { ...optionsIn(["0"]), url: "0.connectionString | 0" }),
    },
  },
  {
    name: "mysql2",
    modules: ["mysql2", "mysql", "promise-mysql", "mariadb"],
    paths: {
      ...onEach(MYSQL_CLIENTS, {
        "{query,execute}": statement("0.sql | 0"),
        beginTransaction: transaction(""),
        commit: database("commit"),
      }),
      "{,promise.}{createPool,createConnection}": connection("mysql", { ...optionsIn(["0"]), url: "0.uri | 0" }),
    },
  },
  {
    name: "postgres.js",
    modules: ["postgres"],
    paths: {
      "(){,.unsafe}": statement("0"),
      "().begin": transaction("-1"),
      "": connection("postgres", { ...optionsIn(["0", "1"]), url: "0" }),
    },
  },
  {
    name: "better-sqlite3",
    modules: ["better-sqlite3", "sqlite3", "node:sqlite"],
    paths: {
      "{#,Database#,DatabaseSync#}{prepare,exec,run,all,get}": statement("0"),
      "{#,Database#}transaction": transaction("0"),
    },
  },
  {
    name: "Elasticsearch",
    modules: ["@elastic/elasticsearch", "@opensearch-project/opensearch", "elasticsearch"],
    paths: {
      "{,elasticsearch.}Client#": connection("elasticsearch", { url: "0.node | 0.nodes[] | 0.nodes | 0.host | 0.hosts[] | 0.hosts" }),
    },
  },
  {
    name: "Neo4j",
    modules: ["neo4j-driver", "neo4j-driver-lite"],
    paths: {
      ...onEach(["driver().session()", "Driver#session()", "Session#"], {
        run: statement("0"),
        "{executeWrite,executeRead,writeTransaction,readTransaction}": transaction("0"),
        beginTransaction: transaction(""),
        "beginTransaction().run": statement("0"),
        "beginTransaction().commit": database("commit"),
      }),
      "{Transaction,ManagedTransaction}#run": statement("0"),
      "{driver(),Driver#}{.,}executeQuery": statement("0"),
      driver: connection("neo4j", { url: "0" }),
    },
  },
  {
    name: "Neode",
    modules: ["neode"],
    paths: {
      "#{,withDirectory().,with().}{cypher,readCypher,writeCypher}": statement("0"),
      "#{,withDirectory().,with().}{create,merge,mergeOn,delete,deleteAll}": write("0"),
      "#": connection("neo4j", { url: "0" }),
    },
  },
  { name: "Neo4j", modules: ["nest-neo4j", "nest-neo4j/dist"], paths: { "Neo4jService#{read,write}": statement("0") } },
  {
    name: "event store",
    modules: ["@eventstore/db-client", "@kurrent/kurrentdb-client"],
    paths: onEach(["{EventStoreDBClient,KurrentDBClient}#", "{EventStoreDBClient,KurrentDBClient}.connectionString()"], {
      "{appendToStream,multiStreamAppend}": write("=events"),
      "{readStream,readAll}": read("=events"),
    }),
  },
  {
    name: "InfluxDB",
    modules: ["influx", "@influxdata/influxdb-client"],
    paths: { "InfluxDB#": connection("influxdb", { url: "0.url", host: "0.host", port: "0.port", database: "0.database" }) },
  },
  {
    name: "ClickHouse",
    modules: ["@clickhouse/client", "clickhouse"],
    paths: { "{createClient,ClickHouse#}": connection("clickhouse", { url: "0.url | 0.host", database: "0.database" }) },
  },
  {
    name: "mssql",
    modules: ["mssql"],
    paths: {
      "{ConnectionPool#,connect().,Request#}{request().,}{query,batch}": statement("0"),
      connect: connection("mssql", { ...optionsIn(["0"]), url: "0" }),
    },
  },
  {
    name: "DynamoDB",
    modules: ["@aws-sdk/lib-dynamodb", "@aws-sdk/client-dynamodb"],
    paths: {
      "{PutCommand,PutItemCommand,UpdateCommand,UpdateItemCommand,DeleteCommand,DeleteItemCommand}#": write("0.TableName"),
      "{BatchWriteCommand,BatchWriteItemCommand,TransactWriteCommand,TransactWriteItemsCommand}#": write(
        "0.TransactItems[].Put.TableName | 0.TableName",
      ),
      "{GetCommand,GetItemCommand,QueryCommand,ScanCommand,BatchGetCommand,BatchGetItemCommand}#": read("0.TableName"),
    },
  },
  {
    name: "DynamoDB",
    modules: ["aws-sdk"],
    paths: onEach(["{AWS.,}DynamoDB.DocumentClient#", "{AWS.,}DynamoDB#", "clients/dynamodb.DocumentClient#"], {
      "{put,putItem,update,updateItem,delete,deleteItem,batchWrite,transactWrite,transactWriteItems}": write("0.TableName"),
      "{get,getItem,query,scan,batchGet}": read("0.TableName"),
    }),
  },
];
