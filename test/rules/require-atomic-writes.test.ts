import { prisma, withPrismaClients } from '../prisma.js';
import { type Case, testRule } from './support.js';

withPrismaClients();

/** A worker with a text in it. */
const worker = (head: string, body: string): string =>
  `import { Worker } from 'bullmq';\n${head}\nexport const work = new Worker('orders', async (job) => {\n${body}\n}, { connection: {} });`;
const knex = (body: string, more = ''): string =>
  worker(`import type { Knex } from 'knex';\ndeclare const db: Knex;\n${more}`, body);
const orders = `await db('orders').insert({ user: 1 });`;
const items = `await db('items').«insert»({ sku: 1 });`;
const quietItems = `await db('items').insert({ sku: 1 });`;

const libraries: readonly Case[] = [
  {
    name: 'Knex',
    code: knex(`${orders}\n${items}`),
    messages: ['it writes to `orders` (line 6) and to `items` (line 7) without a transaction'],
  },
  {
    name: 'Prisma, a generated client',
    code: worker(
      `import type { PrismaClient } from '${prisma}';\ndeclare const db: PrismaClient;`,
      `await db.user.create({ data: { email: String(job.id) } as never });\nawait db.post.«updateMany»({ data: { title: 'x' } });`,
    ),
    messages: ['`db.user`', '`db.post`'].slice(0, 1),
  },
  {
    name: 'TypeORM, repositories',
    code: worker(
      `import type { Repository } from 'typeorm';\ndeclare const users: Repository<{ id: number }>;\ndeclare const posts: Repository<{ id: number }>;`,
      `await users.insert({ id: 1 });\nawait posts.«save»({ id: 1 });`,
    ),
  },
  {
    name: 'Sequelize, models',
    code: worker(
      `import { Model } from 'sequelize';\nclass User extends Model {}\nclass Post extends Model {}`,
      `await User.create({ id: 1 });\nawait Post.«create»({ id: 1 });`,
    ),
  },
  {
    name: 'Objection',
    code: worker(
      `import { Model } from 'objection';\nclass User extends Model {}\nclass Post extends Model {}`,
      `await User.query().insert({});\nawait Post.query().«insert»({});`,
    ),
  },
  {
    name: 'Drizzle',
    code: worker(
      `import { integer, pgTable } from 'drizzle-orm/pg-core';\nimport type { NodePgDatabase } from 'drizzle-orm/node-postgres';\nconst users = pgTable('users', { id: integer() });\nconst posts = pgTable('posts', { id: integer() });\ndeclare const db: NodePgDatabase;`,
      `await db.insert(users).values({ id: 1 });\nawait db.«insert»(posts).values({ id: 1 });`,
    ),
    messages: ['`users`'],
  },
  {
    name: 'Kysely',
    code: worker(
      `import type { Kysely } from 'kysely';\ndeclare const db: Kysely<{ users: { id: number }; posts: { id: number } }>;`,
      `await db.insertInto('users').values({ id: 1 }).execute();\nawait db.«insertInto»('posts').values({ id: 1 }).execute();`,
    ),
  },
  {
    name: 'Mongoose',
    code: worker(
      `import mongoose from 'mongoose';\nconst User = mongoose.model('User', new mongoose.Schema({ name: String }));\nconst Post = mongoose.model('Post', new mongoose.Schema({ name: String }));`,
      `await User.create({ name: 'a' });\nawait Post.«updateOne»({ name: 'a' }, { $set: { name: 'b' } });`,
    ),
  },
  {
    name: 'MongoDB',
    code: worker(
      `import type { Db } from 'mongodb';\ndeclare const db: Db;`,
      `await db.collection('users').insertOne({ a: 1 });\nawait db.collection('posts').«insertOne»({ a: 1 });`,
    ),
  },
  {
    name: 'node-postgres, by SQL',
    code: worker(
      `import type { Pool } from 'pg';\ndeclare const db: Pool;`,
      `await db.query('select 1');\nawait db.query('INSERT INTO a VALUES (1)');\nawait db.«query»('UPDATE b SET x = 1');`,
    ),
  },
];

const ways: readonly Case[] = [
  { name: 'one write', code: knex(orders) },
  { name: 'one write in a loop', code: knex(`for (const id of [1, 2]) await db('orders').insert({ id });`) },
  {
    name: 'in one transaction',
    code: knex(
      `await db.transaction(async (trx) => {\nawait trx('orders').insert({ a: 1 });\nawait trx('items').insert({ a: 1 });\n});`,
    ),
  },
  {
    name: 'between begin and commit',
    code: knex(
      `const own = await db.transaction();\nawait own('orders').insert({ a: 1 });\nawait own('items').insert({ a: 1 });\nawait own.commit();`,
    ),
  },
  {
    name: 'in branches that exclude each other',
    code: knex(
      `if (job.id) {\n${orders}\nreturn;\n}\nif (job.name) {\n${quietItems}\n} else await db('a').insert({});`,
    ),
  },
  {
    name: 'in the cases of a switch',
    code: knex(`switch (job.name) {\ncase 'a':\n${orders}\nbreak;\ncase 'b':\n${quietItems}\nbreak;\n}`),
  },
  {
    name: 'what a catch writes',
    code: knex(`try {\n${orders}\n} catch (error) {\n${quietItems}\nthrow error;\n}`),
  },
  { name: 'in a try and behind it', code: knex(`try {\n${orders}\n} finally {\n}\n${items}`) },
  {
    name: 'at once',
    code: knex(`await Promise.all([db('orders').insert({ a: 1 }), db('items').«insert»({ b: 1 })]);`),
  },
  {
    name: 'deleted and created anew',
    code: knex(`await db('orders').where({ a: 1 }).del();\nawait db('orders').«insert»({ a: 1 });`),
    ids: 'replaced',
    messages: ['it deletes from `'],
  },
  {
    name: 'two deletions can be done again',
    code: knex(`await db('orders').del();\nawait db('items').del();`),
  },
  {
    name: 'the same table twice',
    code: knex(`await db('orders').update({ total: 1 });\nawait db('orders').update({ tax: 1 });`),
  },
  {
    name: 'a row that is created and then completed, the client a property of something',
    code: worker(
      `import type { Knex } from 'knex';\ndeclare const r: { knex: Knex };`,
      `await r.knex('runs').insert({ a: 1 });\nawait r.knex('runs').where({ a: 1 }).update({ extra: 1 });`,
    ),
  },
  {
    name: 'what says what it is can be said again',
    code: knex(`await db('orders').where({ a: 1 }).update({ price: 2 });\n${quietItems}\n`),
  },
  {
    name: 'what goes by what was there before cannot',
    code: knex(`await db('stock').where({ a: 1 }).update({ left: 1 }).increment('sold', 1);\n${items}\n`),
  },
  {
    name: 'what may fail without the run failing',
    code: knex(
      `${orders}\nif (Math.random() > 0.5) {\n  try {\n    ${quietItems}\n  } catch (error) {\n    console.error(error);\n  }\n}`,
    ),
  },
  {
    name: 'upserts can be done again',
    code: knex(`await db('orders').insert({ a: 1 }).onConflict('a').merge();\n${quietItems}\n`),
  },
  {
    name: 'progress around the work',
    code: knex(
      `await db('runs').update({ status: 'running', started_at: 1 });\n${quietItems}\nawait db('runs').update({ status: 'done', finishedAt: 1, lastError: null });`,
    ),
  },
  {
    name: 'progress of a document',
    code: worker(
      `import mongoose from 'mongoose';\nconst Run = mongoose.model('Run', new mongoose.Schema({ status: String }));\nconst Post = mongoose.model('Post', new mongoose.Schema({ name: String }));`,
      `const run = await Run.findOne();\nif (!run) return;\nawait Post.create({ name: 'a' });\nrun.status = 'done';\nawait run.save();`,
    ),
  },
  {
    name: 'in a closure that somebody calls later',
    code: knex(
      `${orders}\njob.updateProgress(1).then;\nsetImmediate(() => void db('items').insert({ a: 1 }));`,
    ),
  },
  {
    name: 'two stores',
    code: worker(
      `import type { Knex } from 'knex';\nimport type { Db } from 'mongodb';\ndeclare const db: Knex;\ndeclare const mongo: Db;`,
      `await db('orders').insert({ a: 1 });\nawait mongo.collection('x').insertOne({ a: 1 });`,
    ),
  },
  {
    name: 'methods of the same names on other classes',
    code: worker(
      `class Store {\nasync insert(of: object) {\nreturn of;\n}\nasync create(of: object) {\nreturn of;\n}\n}\nconst a = new Store();\nconst b = new Store();`,
      `await a.insert({});\nawait b.create({});`,
    ),
  },
  {
    name: 'any tells nothing',
    code: worker(`declare const db: any;`, `await db.user.create({});\nawait db.post.create({});`),
  },
  {
    name: 'outside of a handler',
    code: `import { Worker } from 'bullmq';\nimport type { Knex } from 'knex';\nexport async function order(db: Knex) {\n${orders}\n${quietItems}\n}\nexport const work = new Worker('a', async () => 1, { connection: {} });`,
  },
  {
    name: 'declared idempotent, with a reason',
    code: `import { Worker } from 'bullmq';\nimport type { Knex } from 'knex';\ndeclare const db: Knex;\n/** @idempotent both rows have the job's identifier for a key */\nasync function handle() {\n${orders}\n${quietItems}\n}\nexport const work = new Worker('a', handle, { connection: {} });`,
  },
  {
    name: 'a message that is gone before the work',
    code: `import type { Channel } from 'amqplib';\nimport type { Knex } from 'knex';\nexport const consume = (channel: Channel, db: Knex) => channel.consume('q', async () => {\n${orders}\n${quietItems}\n}, { noAck: true });`,
  },
];

const chains: readonly Case[] = [
  {
    name: 'the second write in another function: at the call',
    code: knex(`${orders}\nawait «save»();`, `async function save() {\n${quietItems}\n}`),
    messages: ['`orders` (line 8) and to `items` (line 5)'],
  },
  {
    name: 'both in functions of another file',
    code: {
      'store.ts': `import type { Knex } from 'knex';\ndeclare const db: Knex;\nexport async function order() {\n${orders}\n}\nexport class Items {\nasync add() {\n${quietItems}\n}\n}`,
      'app.ts': `import { Worker } from 'bullmq';\nimport { Items, order } from './store.js';\nconst items = new Items();\nexport const work = new Worker('orders', async () => {\nawait order();\nawait «items.add»();\n}, { connection: {} });`,
    },
    messages: ['`orders` (store.ts:4) and to `items` (store.ts:8)'],
  },
  {
    name: 'both in one function that the handler calls',
    code: knex(`await «all»();`, `async function all() {\n${orders}\n${quietItems}\n}`),
  },
  {
    name: 'a function that is given the transaction',
    code: knex(
      `await db.transaction(async (trx) => {\nawait all(trx);\n});`,
      `async function all(db: Knex) {\n${orders}\n${quietItems}\n}`,
    ),
  },
  {
    name: 'a function with a transaction of its own',
    code: knex(
      `${orders}\nawait all();`,
      `async function all() {\nawait db.transaction(async (trx) => {\nawait trx('items').insert({ a: 1 });\n});\n}`,
    ),
  },
  {
    name: 'a recursion ends',
    code: knex(
      `await again(3);`,
      `async function again(n: number): Promise<void> {\nif (n > 0) await again(n - 1);\n}`,
    ),
  },
  {
    name: 'one handler registered twice: once',
    code: `import { Worker } from 'bullmq';\nimport type { Knex } from 'knex';\ndeclare const db: Knex;\nasync function handle() {\n${orders}\n${items}\n}\nexport const a = new Worker('a', handle, { connection: {} });\nexport const b = new Worker('b', handle, { connection: {} });`,
  },
];

const handlers: readonly Case[] = [
  {
    name: 'Bull',
    code: `import Bull from 'bull';\nimport type { Knex } from 'knex';\nexport const order = (db: Knex) => new Bull('a').process(async () => {\n${orders}\n${items}\n});`,
  },
  {
    name: 'graphile-worker',
    code: `import type { Task, TaskList } from 'graphile-worker';\nimport type { Knex } from 'knex';\ndeclare const db: Knex;\nconst order: Task = async () => {\n${orders}\n${items}\n};\nexport const list: TaskList = { order };`,
  },
  {
    name: 'pg-boss',
    code: `import PgBoss from 'pg-boss';\nimport type { Knex } from 'knex';\nexport const order = (boss: PgBoss, db: Knex) => boss.work('a', async () => {\n${orders}\n${items}\n});`,
  },
  {
    name: 'NestJS',
    code: `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Knex } from 'knex';\n@Processor('a')\nexport class Orders extends WorkerHost {\nconstructor(readonly db: Knex) {\nsuper();\n}\nasync process() {\nawait this.db('orders').insert({ a: 1 });\nawait this.db('items').«insert»({ a: 1 });\n}\n}`,
  },
  {
    name: 'amqplib',
    code: `import type { Channel } from 'amqplib';\nimport type { Knex } from 'knex';\nexport const consume = (channel: Channel, db: Knex) => channel.consume('q', async (message) => {\n${orders}\n${items}\nif (message) channel.ack(message);\n});`,
  },
  {
    name: 'a durable function is repeated by steps',
    code: `import { Inngest } from 'inngest';\nimport type { Knex } from 'knex';\nconst inngest = new Inngest({ id: 'x' });\nexport const order = (db: Knex) => inngest.createFunction({ id: 'a' }, { event: 'a' }, async ({ step }) => {\nawait step.run('a', () => db('orders').insert({ a: 1 }));\nawait step.run('b', () => db('items').insert({ a: 1 }));\n});`,
  },
];

const untyped: readonly Case[] = [
  {
    name: 'nothing tells without types what writes',
    code: {
      'app.js': `import { Worker } from 'bullmq';\nimport { db } from './db.js';\nexport const work = new Worker('a', async () => {\nawait db('a').insert({});\nawait db('b').insert({});\n});`,
    },
    untyped: true,
  },
];

testRule('require-atomic-writes', 'separate', { libraries, ways, chains, handlers, untyped });
