import { prisma, withPrismaClients } from '../prisma.js';
import { type Case, testRule } from './support.js';

withPrismaClients();

const bullmq = `import { Queue } from 'bullmq';\nconst mails = new Queue('mails', { connection: {} });\n`;
const add = `await mails.«add»('a', { id: 1 });`;
const quiet = `await mails.add('a', { id: 1 });`;

/** A function that is given a database, with a text in it. */
const app = (imports: string, database: string, body: string): string =>
  `${bullmq}${imports}\nexport async function order(db: ${database}) {\n${body}\n}`;
const knex = (body: string): string => app(`import type { Knex } from 'knex';`, 'Knex', body);
const typeorm = (body: string): string =>
  app(`import type { DataSource } from 'typeorm';`, 'DataSource', body);
const kysely = (body: string): string =>
  app(`import type { Kysely } from 'kysely';`, 'Kysely<{ orders: { id: number } }>', body);
const sequelize = (body: string): string =>
  app(`import type { Sequelize } from 'sequelize';`, 'Sequelize', body);

const callbacks: readonly Case[] = [
  {
    name: 'Prisma, a generated client',
    code: app(
      `import type { PrismaClient } from '${prisma}';`,
      'PrismaClient',
      `await db.$transaction(async (tx) => {\nawait tx.user.findFirst();\n${add}\n});`,
    ),
    messages: ['Dispatched inside a Prisma transaction (line 5)'],
  },
  {
    name: 'Prisma, a class that extends the client',
    code: app(
      `import { PrismaClient } from '${prisma}';\nclass Service extends PrismaClient {}`,
      'Service',
      `await db.$transaction(async () => {\n${add}\n});`,
    ),
  },
  {
    name: 'TypeORM',
    code: typeorm(`await db.transaction(async () => {\n${add}\n});`),
    messages: ['TypeORM'],
  },
  {
    name: 'TypeORM, an isolation level, an entity manager',
    code: typeorm(`await db.manager.transaction('SERIALIZABLE', async () => {\n${add}\n});`),
  },
  {
    name: 'MikroORM',
    code: app(
      `import type { EntityManager } from '@mikro-orm/core';`,
      'EntityManager',
      `await db.transactional(async () => {\n${add}\n});`,
    ),
    messages: ['MikroORM'],
  },
  {
    name: 'Sequelize',
    code: sequelize(`await db.transaction(async () => {\n${add}\n});`),
    messages: ['Sequelize'],
  },
  {
    name: 'Sequelize, options first',
    code: sequelize(`await db.transaction({}, async () => {\n${add}\n});`),
  },
  { name: 'Knex', code: knex(`await db.transaction(async () => {\n${add}\n});`), messages: ['Knex'] },
  {
    name: 'Knex, a transaction in another: once',
    code: knex(
      `await db.transaction(async (trx) => {\nawait trx.transaction(async () => {\n${add}\n});\n});`,
    ),
  },
  {
    name: 'Objection, a model',
    code: `${bullmq}import { Model } from 'objection';\nclass User extends Model {}\nawait User.transaction(async () => {\n${add}\n});`,
    messages: ['Objection'],
  },
  {
    name: 'Objection, the function',
    code: `${bullmq}import { Model, transaction } from 'objection';\nclass User extends Model {}\nawait transaction(User.knex(), async () => {\n${add}\n});`,
  },
  {
    name: 'Drizzle',
    code: app(
      `import type { NodePgDatabase } from 'drizzle-orm/node-postgres';`,
      'NodePgDatabase',
      `await db.transaction(async () => {\n${add}\n});`,
    ),
    messages: ['Drizzle'],
  },
  {
    name: 'Kysely',
    code: kysely(
      `await db.transaction().setIsolationLevel('serializable').execute(async () => {\n${add}\n});`,
    ),
    messages: ['Kysely'],
  },
  {
    name: 'Mongoose',
    code: `${bullmq}import mongoose from 'mongoose';\nawait mongoose.connection.transaction(async () => {\n${add}\n});`,
    messages: ['Mongoose'],
  },
  {
    name: 'MongoDB, a session',
    code: `${bullmq}import mongoose from 'mongoose';\nconst session = await mongoose.startSession();\nawait session.withTransaction(async () => {\n${add}\n});`,
    messages: ['MongoDB'],
  },
  {
    name: 'postgres.js',
    code: `${bullmq}import postgres from 'postgres';\nconst sql = postgres();\nawait sql.begin(async () => {\n${add}\n});`,
    messages: ['PostgreSQL'],
  },
  {
    name: 'MikroORM, a decorated method',
    code: `${bullmq}import { type EntityManager, Transactional } from '@mikro-orm/core';\nexport class Orders {\nconstructor(readonly em: EntityManager) {}\n@Transactional()\nasync order() {\n${add}\n}\nasync other() {\n${quiet}\n}\n}`,
  },
  {
    name: 'in a list that is dispatched at once',
    code: knex(
      `await db.transaction(async () => {\nawait Promise.all([1, 2].map(async (id) => mails.«add»('a', { id })));\nawait mails.«addBulk»([{ name: 'a', data: {} }]);\n});`,
    ),
  },
  {
    name: 'behind a promise',
    code: knex(
      `await db.transaction((trx) => trx('orders').insert({ id: 1 }).then(() => mails.«add»('a', { id: 1 })));`,
    ),
  },
  {
    name: 'in a branch, a loop and a try',
    code: knex(
      `await db.transaction(async () => {\nif (Math.random() > 0.5) {\n${add}\n}\nfor (const id of [1, 2]) await mails.«add»('b', { id });\ntry {\n${add}\n} finally {\n}\n});`,
    ),
  },
  {
    name: 'a callback that is named',
    code: knex(`const work = async () => {\n${add}\n};\nawait db.transaction(work);`),
  },
  {
    name: 'through a wrapper',
    code: knex(
      `await db.transaction(async () => {\nawait «send»('a');\n});\nasync function send(name: string) {\nawait mails.add(name, { id: 1 });\n}`,
    ),
  },
  { name: 'after the transaction', code: knex(`await db.transaction(async () => {});\n${quiet}`) },
  {
    name: 'with what it returns',
    code: knex(
      `const id = await db.transaction(async (trx) => Number(await trx('orders').insert({})));\nawait mails.add('a', { id });`,
    ),
  },
  {
    name: 'a list of queries is no callback',
    code: app(
      `import type { PrismaClient } from '${prisma}';`,
      'PrismaClient',
      `await db.$transaction([db.user.findFirst()]);\n${quiet}`,
    ),
  },
  {
    name: 'methods of the same names on other classes',
    code: app(
      `class Store {\nasync transaction(run: () => Promise<void>) {\nawait run();\n}\nasync $transaction(run: () => Promise<void>) {\nawait run();\n}\nasync withTransaction(run: () => Promise<void>) {\nawait run();\n}\n}`,
      'Store',
      `await db.transaction(async () => {\n${quiet}\n});\nawait db.$transaction(async () => {\n${quiet}\n});\nawait db.withTransaction(async () => {\n${quiet}\n});`,
    ),
  },
  {
    name: 'any tells nothing',
    code: app('', 'any', `await db.$transaction(async () => {\n${quiet}\n});`),
  },
  {
    name: 'a Set in the transaction is no queue',
    code: knex(`await db.transaction(async () => {\nnew Set().add(1);\n});`),
  },
  {
    name: 'an import that leads nowhere, and a cyclic helper',
    code: `${bullmq}import { db } from './missing.js';\nconst run = (work: unknown): unknown => run(work);\nawait db.$transaction(async () => {\n${quiet}\n});\nawait db.transaction(run(run));`,
    broken: true,
  },
];

const later: readonly Case[] = [
  {
    name: 'in a hook after the commit',
    code: sequelize(`await db.transaction(async (t) => {\nt.afterCommit(async () => {\n${quiet}\n});\n});`),
  },
  {
    name: 'in closures that are kept',
    code: knex(
      `const later: (() => Promise<unknown>)[] = [];\nawait db.transaction(async () => {\nlater.push(() => mails.add('a', { id: 1 }));\n});\nfor (const each of later) await each();`,
    ),
  },
  {
    name: 'in a closure that is returned',
    code: knex(`const send = await db.transaction(async () => async () => {\n${quiet}\n});\nawait send();`),
  },
  {
    name: 'in a closure that a function is given, which may keep it',
    code: knex(
      `await db.transaction(async () => {\nsetImmediate(() => void mails.add('a', { id: 1 }));\n});`,
    ),
  },
  {
    name: 'a wrapper that keeps it for later',
    code: knex(
      `await db.transaction(async () => {\nenqueue('a');\n});\n}\nconst kept: (() => Promise<unknown>)[] = [];\nfunction enqueue(name: string) {\nkept.push(() => mails.add(name, { id: 1 }));`,
    ),
  },
  {
    name: 'a builder that is finished after the transaction, and one that is in it',
    code: `import BeeQueue from 'bee-queue';\nimport type { Knex } from 'knex';\nconst mails = new BeeQueue('mails');\nexport async function order(db: Knex) {\nawait db.transaction(async () => {\nawait mails.«createJob»({ id: 1 }).save();\n});\nconst job = await db.transaction(async () => mails.createJob({ id: 1 }));\nawait job.save();\n}`,
  },
];

const spans: readonly Case[] = [
  {
    name: 'Knex, between begin and commit, not behind it',
    code: knex(
      `const trx = await db.transaction();\ntry {\nawait trx('orders').insert({ id: 1 });\n${add}\nawait trx.commit();\n} catch (error) {\nawait trx.rollback();\nthrow error;\n}\n${quiet}`,
    ),
  },
  {
    name: 'in the catch, after the roll-back',
    code: knex(
      `const trx = await db.transaction();\ntry {\nawait trx('orders').insert({ id: 1 });\nawait trx.commit();\n} catch {\nawait trx.rollback();\n${quiet}\n}`,
    ),
  },
  {
    name: 'in a branch that leaves without a commit',
    code: knex(
      `const trx = await db.transaction();\nif (Math.random() > 0.5) {\nawait trx.rollback();\n${quiet}\nreturn;\n}\nif (Math.random() > 0.7) {\n${quiet}\nthrow new Error('full');\n}\nawait trx.commit();`,
    ),
  },
  {
    name: 'before it begins',
    code: knex(`${quiet}\nconst trx = await db.transaction();\nawait trx.commit();`),
  },
  {
    name: 'a transaction that nobody commits here',
    code: knex(`const trx = await db.transaction();\n${quiet}\nreturn trx;`),
  },
  {
    name: 'Sequelize, unmanaged',
    code: sequelize(`const t = await db.transaction();\n${add}\nawait t.commit();\n${quiet}`),
  },
  {
    name: 'TypeORM, a query runner',
    code: typeorm(
      `const runner = db.createQueryRunner();\nawait runner.startTransaction();\n${add}\nawait runner.commitTransaction();\n${quiet}`,
    ),
  },
  {
    name: 'MikroORM, by hand',
    code: app(
      `import type { EntityManager } from '@mikro-orm/core';`,
      'EntityManager',
      `await db.begin();\n${add}\nawait db.commit();\n${quiet}`,
    ),
  },
  {
    name: 'Kysely, a controlled transaction',
    code: kysely(
      `const trx = await db.startTransaction().execute();\n${add}\nawait trx.commit().execute();\n${quiet}`,
    ),
  },
  {
    name: 'MongoDB, a session by hand',
    code: `${bullmq}import mongoose from 'mongoose';\nconst session = await mongoose.startSession();\nexport async function order() {\nsession.startTransaction();\n${add}\nawait session.commitTransaction();\n${quiet}\n}`,
  },
  {
    name: 'node-postgres, by SQL',
    code: app(
      `import type { PoolClient } from 'pg';`,
      'PoolClient',
      `await db.query('BEGIN');\n${add}\nawait db.query('COMMIT');\n${quiet}`,
    ),
  },
  {
    name: 'node-postgres, other queries',
    code: app(
      `import type { PoolClient } from 'pg';`,
      'PoolClient',
      `await db.query('select 1');\n${quiet}\nawait db.query('COMMIT');`,
    ),
  },
  {
    name: 'mysql2',
    code: app(
      `import type { Connection } from 'mysql2/promise';`,
      'Connection',
      `await db.beginTransaction();\n${add}\nawait db.commit();\n${quiet}`,
    ),
  },
];

const helper = `import type { Knex } from 'knex';\nexport async function inTransaction<T>(db: Knex, work: (trx: Knex.Transaction) => Promise<T>, trx?: Knex.Transaction): Promise<T> {\nif (trx) return work(trx);\nreturn db.transaction((own) => work(own));\n}`;

const chains: readonly Case[] = [
  {
    name: 'a project function of another file runs the callback',
    code: {
      'transaction.ts': helper,
      'app.ts': `${bullmq}import type { Knex } from 'knex';\nimport { inTransaction } from './transaction.js';\nexport const order = (db: Knex) =>\ninTransaction(db, async () => {\n${add}\n});`,
    },
    messages: ['Dispatched inside a Knex transaction (line 6)'],
    ids: 'inside',
  },
  {
    name: 'a function around that one, with an object of arguments',
    code: {
      'transaction.ts': helper,
      'app.ts': `${bullmq}import type { Knex } from 'knex';\nimport { inTransaction } from './transaction.js';\nasync function atomically({ db, work }: { db: Knex; work: () => Promise<void> }) {\nawait inTransaction(db, work);\n}\nexport const order = (db: Knex) =>\natomically({ db, work: async () => {\n${add}\n} });`,
    },
    ids: 'inside',
  },
  {
    name: 'a method that begins and commits around its callback',
    code: typeorm(
      `await new Unit(db).run(async () => {\n${add}\n});\n}\nclass Unit {\nconstructor(readonly db: DataSource) {}\nasync run(work: () => Promise<void>) {\nconst runner = this.db.createQueryRunner();\nawait runner.startTransaction();\nawait work();\nawait runner.commitTransaction();\n}`,
    ),
    ids: 'inside',
  },
  {
    name: 'a helper that calls back after its transaction',
    code: knex(
      `await run(async () => {\n${quiet}\n});\nasync function run(then: () => Promise<void>) {\nawait db.transaction(async () => {});\nawait then();\n}`,
    ),
  },
  {
    name: 'a function of another file dispatches',
    code: {
      'mails.ts': `${bullmq}export async function confirm() {\n${quiet}\n}\nexport async function ordered() {\nawait confirm();\n}`,
      'app.ts': `import type { Knex } from 'knex';\nimport { ordered } from './mails.js';\nexport const order = (db: Knex) =>\ndb.transaction(async () => {\nawait «ordered»();\n});`,
    },
    messages: ['This dispatches a task (ordered → confirm) inside a Knex transaction (line 4)'],
  },
  {
    name: 'a method of a service',
    code: knex(
      `await db.transaction(async () => {\nawait «new Mails().confirm»();\n});\n}\nclass Mails {\nasync confirm() {\n${quiet}\n}`,
    ),
  },
  {
    name: 'the whole callback stands in another file',
    code: {
      'work.ts': `${bullmq}export async function work() {\n${quiet}\n}`,
      'app.ts': `import type { Knex } from 'knex';\nimport { work } from './work.js';\nexport const order = (db: Knex) => db.transaction(«work»);`,
    },
  },
  {
    name: 'a function that dispatches, and is called after the transaction or in a closure',
    code: knex(
      `const kept: (() => Promise<void>)[] = [];\nawait db.transaction(async () => {\nkept.push(() => confirm());\n});\nawait confirm();\n}\nasync function confirm() {\n${quiet}`,
    ),
  },
  {
    name: 'a function whose own transaction is reported in itself',
    code: knex(
      `await db.transaction(async () => {\nawait inner();\n});\nasync function inner() {\nawait db.transaction(async () => {\n${add}\n});\n}`,
    ),
    ids: 'inside',
  },
  {
    name: 'a function that only makes the closure',
    code: knex(
      `await db.transaction(async () => {\nlater();\n});\n}\nfunction later() {\nreturn async () => {\n${quiet}\n};`,
    ),
  },
  {
    name: 'a recursion ends',
    code: knex(
      `await db.transaction(async () => {\nawait again(3);\n});\n}\nasync function again(n: number): Promise<void> {\nif (n > 0) await again(n - 1);`,
    ),
  },
];

const boss = (options: string, imports = ''): string =>
  `import PgBoss from 'pg-boss';\nimport type { Knex } from 'knex';\n${imports}declare const boss: PgBoss;\nexport async function order(knex: Knex) {\nawait knex.transaction(async (trx) => {\nconst db = { executeSql: async (text: string) => trx.raw(text) };\n${options}\n});\n}`;

const joined: readonly Case[] = [
  {
    name: 'pg-boss without the transaction',
    code: boss(`await boss.«send»('mail', { id: db ? 1 : 2 });`),
    messages: ['Pass the transaction as `db`'],
  },
  {
    name: 'with other options',
    code: boss(`await boss.«send»('mail', { id: db ? 1 : 2 }, { retryLimit: 3 });`),
  },
  {
    name: 'with an undefined one',
    code: boss(`await boss.«send»('mail', { id: db ? 1 : 2 }, { db: undefined as never });`),
  },
  {
    name: 'in the transaction, by every method that takes it',
    code: boss(
      `await boss.send('mail', { id: 1 }, { db });\nawait boss.send({ name: 'mail', data: {}, options: { db } });\nawait boss.sendAfter('mail', {}, { db }, 5);\nawait boss.insert([{ name: 'mail' }], { db });`,
    ),
  },
  {
    name: 'options that are not known',
    code: boss(
      `await boss.send('mail', { id: db ? 1 : 2 }, given());`,
      `declare function given(): PgBoss.SendOptions;\n`,
    ),
  },
  {
    name: 'options that are spread',
    code: boss(`const options = { retryLimit: 3 };\nawait boss.send('mail', { id: 1 }, { ...options, db });`),
  },
  {
    name: 'a wrapper that hands the transaction on',
    code: boss(
      `await send('mail', db);`,
      `async function send(name: string, db: PgBoss.Db) {\nawait boss.send(name, { id: 1 }, { db });\n}\n`,
    ),
  },
  {
    name: 'a wrapper that does not',
    code: boss(
      `await «send»(db ? 'mail' : 'news');`,
      `async function send(name: string) {\nawait boss.send(name, { id: 1 });\n}\n`,
    ),
    ids: 'inside',
  },
];

/** One dispatch of each library whose package the tests resolve, in a transaction and behind it. */
const library = (name: string, setUp: string, inside: string, outside: string): Case => ({
  name,
  code: `${setUp}\nimport type { Knex } from 'knex';\nexport async function order(db: Knex) {\nawait db.transaction(async () => {\n${inside}\n});\n${outside}\n}`,
});
const marked = (text: string, name: string): readonly [string, string] => [
  text.replace(name, `«${name}»`),
  text,
];
const libraries: readonly Case[] = [
  library(
    'Bull',
    `import Bull from 'bull';\nconst q = new Bull('mail');`,
    ...marked(`await q.add({ id: 1 });`, 'add'),
  ),
  library(
    'graphile-worker',
    `import type { WorkerUtils } from 'graphile-worker';\ndeclare const w: WorkerUtils;`,
    ...marked(`await w.addJob('mail', { id: 1 });`, 'addJob'),
  ),
  library(
    'Inngest',
    `import { Inngest } from 'inngest';\nconst i = new Inngest({ id: 'x' });`,
    ...marked(`await i.send({ name: 'mail', data: { id: 1 } });`, 'send'),
  ),
  library(
    'amqplib',
    `import type { Channel } from 'amqplib';\ndeclare const c: Channel;`,
    ...marked(`c.sendToQueue('mail', Buffer.from('1'));`, 'sendToQueue'),
  ),
  library(
    'SQS',
    `import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';\nconst s = new SQSClient({});`,
    `await s.send(new «SendMessageCommand»({ QueueUrl: 'q', MessageBody: '1' }));`,
    `await s.send(new SendMessageCommand({ QueueUrl: 'q', MessageBody: '1' }));`,
  ),
  library(
    'KafkaJS',
    `import type { Producer } from 'kafkajs';\ndeclare const p: Producer;`,
    ...marked(`await p.send({ topic: 'mail', messages: [{ value: '1' }] });`, 'send'),
  ),
  library(
    'Sidequest',
    `import { Job, Sidequest } from 'sidequest';\nclass Mail extends Job {\nasync run(id: number) {\nreturn id;\n}\n}`,
    ...marked(`await Sidequest.build(Mail).enqueue(1);`, 'build'),
  ),
];

const untyped: readonly Case[] = [
  {
    name: 'nothing tells without types whose transaction it is',
    code: {
      'app.js': `import { Queue } from 'bullmq';\nconst mails = new Queue('mails');\nexport const order = (db) => db.$transaction(async () => {\nawait mails.add('a', { id: 1 });\n});`,
    },
    untyped: true,
  },
];

testRule('no-dispatch-in-transaction', 'inside', {
  callbacks,
  later,
  spans,
  chains: chains.map((each) => ({ ids: 'leads', ...each })),
  joined: joined.map((each) => ({ ids: 'joins', ...each })),
  libraries,
  untyped,
});
