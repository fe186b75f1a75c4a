import { prisma, withPrismaClients } from '../prisma.js';
import { type Case, testRule } from './support.js';

withPrismaClients();

/** A model, a queue, and lines about them. */
const user = `import { Model } from 'objection';
export class User extends Model {
  id!: number;
  email!: string;
  password!: string;
  name!: string;
  phone!: string;
  posts?: Post[];
}
export class Post extends Model {
  slug!: string;
  title!: string;
}
export declare function load(): Promise<User>;
export declare function find(): Promise<User | undefined>;
`;
const head = `import { Queue } from 'bullmq';\nimport { load, find, Post, User } from './user.js';\nconst mail = new Queue('mail');\nconst user = await load();\n`;
const tail = `\nexport { find, Post, User, user };`;
/** A dispatch with this payload. */
const send = (payload: string, before = ''): Record<string, string> => ({
  'app.ts': `${head}${before}await mail.add('send', ${payload});${tail}`,
  'user.ts': user,
});
const line = (payload: string): string => `await mail.add('send', ${payload});`;
/** A handler file. */
const handler = (text: string): Record<string, string> => ({
  'app.ts': `import { Job, Worker, type Processor } from 'bullmq';\nimport { Post, User } from './user.js';\nconst options = { connection: {} };\n${text}\nexport { Job, options, Post, User, Worker, type Processor };`,
  'user.ts': user,
});

const dispatched: readonly Case[] = [
  {
    name: 'the payload itself',
    code: send('«user»'),
    messages: [
      '`data: User` (Objection model) goes through the queue as a copy: the task works on what was true when it was queued. Pass its identifier and load it in the task.',
    ],
    outputs: [[line('{ id: user.id }')]],
  },
  {
    name: 'a shorthand property',
    code: send('{ «user» }'),
    messages: ['`data.user: User` (Objection model)'],
    outputs: [[line('{ user: { id: user.id } }')]],
  },
  {
    name: 'a property',
    code: send('{ to: «user», n: 1 }'),
    outputs: [[line('{ to: { id: user.id }, n: 1 }')]],
  },
  {
    name: 'nested objects',
    code: send('{ a: { b: «user» } }'),
    messages: ['`data.a.b: User`'],
    outputs: [[line('{ a: { b: { id: user.id } } }')]],
  },
  {
    name: 'an element of a list',
    code: send('{ users: [«user»] }'),
    messages: ['`data.users[]: User`'],
    outputs: [[line('{ users: [{ id: user.id }] }')]],
  },
  {
    name: 'a list of rows',
    code: send('{ «users» }', 'const users = [user];\n'),
    messages: ['`data.users[]: User`'],
    outputs: [[]],
  },
  {
    name: 'a spread of a row',
    code: send('{ ...«user», n: 1 }'),
    messages: ['`data: User` (Objection model)'],
    outputs: [[]],
  },
  {
    name: 'a row or undefined',
    code: send('{ maybe: «maybe» }', 'const maybe = await find();\n'),
    outputs: [[line('{ maybe: { id: maybe?.id } }')]],
  },
  {
    name: 'a row in parentheses and a type assertion',
    code: send('{ user: «(user as User)» }'),
    outputs: [[line('{ user: { id: ((user as User)).id } }')]],
  },
  {
    name: 'the result of a call',
    code: send('{ user: «await load()» }'),
    outputs: [[line('{ user: { id: (await load()).id } }')]],
  },
  {
    name: 'a member',
    code: send('{ user: «box.user» }', 'const box = { user };\n'),
    outputs: [[line('{ user: { id: box.user.id } }')]],
  },
  {
    name: 'a plain copy',
    code: send('{ user: «user.toJSON()» }'),
    messages: ['`data.user: User` (Objection model)'],
  },
  { name: 'a copy by spread', code: send('{ user: { ...«user» } }') },
  {
    name: 'a row without its password is a row',
    code: send('«safe»', `const safe: Omit<User, 'password'> = user;\n`),
    messages: ['`data: User`'],
  },
  {
    name: 'inside a typed object',
    code: send(
      '«box»',
      'interface Box {\n  user: User;\n  n: number;\n}\nconst box: Box = { user, n: 1 };\n',
    ),
    messages: ['`data.user: User`'],
    outputs: [[]],
  },
  {
    name: 'on one way of a condition',
    code: send(`Math.random() > 0.5 ? { id: user.id } : «user»`),
    outputs: [[line('Math.random() > 0.5 ? { id: user.id } : { id: user.id }')]],
  },
  { name: 'two rows are two reports', code: send('{ a: «user», b: «user» }') },
  {
    name: 'a payload of a constant',
    code: send('«data»', 'const data = { user };\n'),
    messages: ['`data.user: User`'],
    outputs: [[]],
  },
  {
    name: 'a model without an identifier has no suggestion',
    code: send('«post»', 'const post = new Post();\n'),
    outputs: [[]],
  },
  {
    name: 'each element of addBulk',
    code: {
      'app.ts': `${head}await mail.addBulk([\n  { name: 'a', data: «user» },\n  { name: 'b', data: { id: user.id } },\n]);${tail}`,
      'user.ts': user,
    },
    outputs: [[`  { name: 'a', data: { id: user.id } },`.trim()]],
  },
  {
    name: 'rows mapped into addBulk',
    code: {
      'app.ts': `${head}await mail.addBulk([user].map((one) => ({ name: 'a', data: { one: «one» } })));${tail}`,
      'user.ts': user,
    },
    outputs: [[`await mail.addBulk([user].map((one) => ({ name: 'a', data: { one: { id: one.id } } })));`]],
  },
  {
    name: 'rows in an imported list of jobs: at the method',
    code: {
      'jobs.ts': `import { load } from './user.js';\nexport const jobs = [{ name: 'a', data: await load() }];`,
      'app.ts': `${head}import { jobs } from './jobs.js';\nawait mail.«addBulk»(jobs);${tail}`,
      'user.ts': user,
    },
    outputs: [[]],
  },
  {
    name: 'a job scheduler',
    code: {
      'app.ts': `${head}await mail.upsertJobScheduler('daily', { every: 1000 }, { name: 'send', data: { user: «user» } });${tail}`,
      'user.ts': user,
    },
  },
  {
    name: 'a child of a flow',
    code: {
      'app.ts': `import { FlowProducer } from 'bullmq';\nimport { load } from './user.js';\nconst user = await load();\nconst flow = new FlowProducer({ connection: {} });\nawait flow.add({ name: 'a', queueName: 'a', children: [{ name: 'b', queueName: 'b', data: { user: «user» } }] });`,
      'user.ts': user,
    },
  },
  {
    name: 'bull: the first argument',
    code: {
      'app.ts': `import Bull from 'bull';\nimport { load } from './user.js';\nconst user = await load();\nawait new Bull('mail').add(«user»);`,
      'user.ts': user,
    },
    outputs: [[`await new Bull('mail').add({ id: user.id });`]],
  },
  {
    name: 'bull: behind the name',
    code: {
      'app.ts': `import Bull from 'bull';\nimport { load } from './user.js';\nconst user = await load();\nawait new Bull('mail').add('send', { user: «user» });`,
      'user.ts': user,
    },
  },
  { name: 'an identifier', code: send('{ id: user.id }') },
  { name: 'a DTO mapped field by field', code: send('{ id: user.id, email: user.email }') },
  {
    name: 'a DTO of a function',
    code: send('dto(user)', 'const dto = ({ id, email }: User) => ({ id, email });\n'),
  },
  {
    name: 'Pick of a few columns',
    code: send('few', `declare const few: Pick<User, 'id' | 'email'>;\n`),
  },
  {
    name: 'what was changed of a row',
    code: send(
      '{ before, after }',
      'declare const before: Partial<User>;\ndeclare const after: { [K in keyof User]?: User[K] } | null;\n',
    ),
  },
  { name: 'a list of identifiers', code: send('{ ids: [user].map(({ id }) => id) }') },
  { name: 'a destructured field', code: send('{ email }', 'const { email } = user;\n') },
  {
    name: 'an own class of the same name',
    code: send(
      'own',
      'const own = await (async () => {\n  class User {\n    id = 1;\n    email = user.email;\n  }\n  return new User();\n})();\n',
    ),
  },
  { name: 'any', code: send('data', `const data: any = JSON.parse('{}');\n`) },
  { name: 'unknown', code: send('{ data }', `const data: unknown = JSON.parse('{}');\n`) },
  { name: 'nothing', code: send('undefined') },
  {
    name: 'a row that is no payload but part of the key',
    code: {
      'app.ts': `${head}await mail.add('send', { id: user.id }, { jobId: user.email });${tail}`,
      'user.ts': user,
    },
  },
  {
    name: 'a row handed to another class',
    code: {
      'app.ts': `${head}const seen = new Set<User>();\nseen.add(user);${tail}\nexport { mail };`,
      'user.ts': user,
    },
  },
];

const declared: readonly Case[] = [
  {
    name: 'Job<User>',
    code: handler(
      `export const work = new Worker('mail', async (job: Job<«User»>) => {\n  console.log(job.data.email);\n}, options);`,
    ),
    messages: [
      'This task expects `data: User` (Objection model), but what arrives is a stale copy of its columns, not the model. Expect an identifier and load it here.',
    ],
    outputs: [[]],
  },
  {
    name: 'Job<{ user: User }>',
    code: handler(
      `export const work = new Worker('mail', async (job: Job<«{ user: User }»>) => job.data.user.id, options);`,
    ),
    messages: ['`data.user: User`'],
  },
  {
    name: 'Job<User[]>',
    code: handler(
      `export const work = new Worker('mail', async (job: Job<«User[]»>) => job.data.length, options);`,
    ),
    messages: ['`data[]: User`'],
  },
  {
    name: 'Worker<User>',
    code: handler(`export const work = new Worker<«User»>('mail', async (job) => job.data.email, options);`),
  },
  {
    name: 'Worker<{ to: User }>',
    code: handler(
      `export const work = new Worker<«{ to: User }»>('mail', async ({ data }) => data.to.id, options);`,
    ),
  },
  {
    name: 'Processor<User>',
    code: handler(`export const work: Processor<«User»> = async (job) => job.data.email;`),
  },
  {
    name: 'satisfies Processor<User>',
    code: handler(`export const work = (async (job) => job.data.email) satisfies Processor<«User»>;`),
  },
  {
    name: 'a payload type with a name: at the name',
    code: handler(
      `interface Payload {\n  user: User;\n}\nexport const work = new Worker('mail', async (job: Job<«Payload»>) => job.data.user.id, options);`,
    ),
  },
  {
    name: 'a job type with a name: at the name',
    code: handler(
      `type MailJob = Job<{ user: User }>;\nexport const work = new Worker('mail', async (job: «MailJob») => job.data.user.id, options);`,
    ),
  },
  {
    name: 'a handler of another file is reported there, once',
    code: {
      'app.ts': `import { Worker } from 'bullmq';\nimport { work } from './work.js';\nexport const a = new Worker('a', work, { connection: {} });\nexport const b = new Worker('b', work, { connection: {} });`,
      'work.ts': `import type { Job } from 'bullmq';\nimport type { User } from './user.js';\nexport async function work(job: Job<«User»>) {\n  return job.data.email;\n}`,
      'user.ts': user,
    },
  },
  {
    name: 'a typed handler that is registered too is reported once',
    code: handler(
      `export const work: Processor<«User»> = async (job) => job.data.email;\nexport const worker = new Worker('mail', work, options);`,
    ),
  },
  {
    name: 'a typed queue is not reported, its dispatch is',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { load, type User } from './user.js';\nconst mail = new Queue<User>('mail');\nawait mail.add('send', «await load()»);`,
      'user.ts': user,
    },
    ids: 'dispatched',
    outputs: [[`await mail.add('send', { id: (await load()).id });`]],
  },
  {
    name: 'a method of a NestJS processor',
    code: {
      'app.ts': `import { Processor, WorkerHost } from '@nestjs/bullmq';\nimport type { Job } from 'bullmq';\nimport type { User } from './user.js';\n@Processor('mail')\nexport class Mails extends WorkerHost {\n  async process(job: Job<«User»>) {\n    return job.data.email;\n  }\n}`,
      'user.ts': user,
    },
  },
  {
    name: 'a method of a NestJS bull consumer',
    code: {
      'app.ts': `import { Process, Processor } from '@nestjs/bull';\nimport type { Job } from 'bull';\nimport type { User } from './user.js';\n@Processor('mail')\nexport class Mails {\n  @Process('send')\n  async send(job: Job<{ to: string }>) {\n    return job.data.to;\n  }\n  @Process('greet')\n  async greet(job: Job<«User»>) {\n    return job.data.email;\n  }\n}`,
      'user.ts': user,
    },
  },
  {
    name: 'an identifier',
    code: handler(
      `export const work = new Worker('mail', async (job: Job<{ userId: User['id'] }>) => job.data.userId, options);`,
    ),
  },
  {
    name: 'Pick of a few columns',
    code: handler(
      `export const work = new Worker('mail', async (job: Job<Pick<User, 'id'>>) => job.data.id, options);`,
    ),
  },
  {
    name: 'an untyped job',
    code: handler(`export const work = new Worker('mail', async (job) => job.data, options);`),
  },
  {
    name: 'a row that the handler loads itself',
    code: {
      'app.ts': `import { Job, Worker } from 'bullmq';\nimport { load } from './user.js';\nexport const work = new Worker('mail', async (job: Job<{ id: number }>) => (await load()).id + job.data.id, { connection: {} });`,
      'user.ts': user,
    },
  },
  {
    name: 'a function that takes Job<User> and is no handler',
    code: handler(`export const emailOf = (job: Job<User>) => job.data.email;`),
  },
].map((each) => ({ ids: 'declared', ...each }));

const bullmq = `import { Queue } from 'bullmq';\nconst mail = new Queue('mail');\n`;
const orms: readonly Case[] = [
  {
    name: 'TypeORM: an entity, and its identifier',
    code: `${bullmq}import { Column, Entity, PrimaryGeneratedColumn, type Repository } from 'typeorm';\n@Entity()\nclass User {\n  @PrimaryGeneratedColumn('uuid') uuid!: string;\n  @Column() email!: string;\n}\nexport async function send(users: Repository<User>) {\n  const user = await users.findOneByOrFail({ uuid: '1' });\n  await mail.add('a', { «user» });\n  await mail.add('b', { uuid: user.uuid });\n}`,
    messages: ['`data.user: User` (TypeORM entity)'],
    outputs: [[`await mail.add('a', { user: { uuid: user.uuid } });`]],
  },
  {
    name: 'MikroORM: an entity',
    code: `${bullmq}import { Entity, PrimaryKey, Property, type EntityManager } from '@mikro-orm/core';\n@Entity()\nclass User {\n  @PrimaryKey() id!: number;\n  @Property() email!: string;\n}\nexport async function send(em: EntityManager) {\n  await mail.add('a', «await em.findOneOrFail(User, 1)»);\n  await mail.add('b', { id: 1 });\n}`,
    messages: ['`data: User` (MikroORM entity)'],
  },
  {
    name: 'Sequelize: a model and its plain values',
    code: `${bullmq}import { Model, type CreationOptional, type InferAttributes, type InferCreationAttributes } from 'sequelize';\nclass User extends Model<InferAttributes<User>, InferCreationAttributes<User>> {\n  declare id: CreationOptional<number>;\n  declare email: string;\n}\nconst user = await User.findByPk(1, { rejectOnEmpty: true });\nawait mail.add('a', { «user» });\nawait mail.add('b', { user: «user.get({ plain: true })» });\nawait mail.add('c', { id: user.id });`,
    messages: ['`data.user: User` (Sequelize model)', '`data.user: User` (Sequelize model)'],
  },
  {
    name: 'Sequelize: what was changed of a model',
    code: `${bullmq}import { Model, type CreationOptional, type InferAttributes, type InferCreationAttributes } from 'sequelize';\nclass User extends Model<InferAttributes<User>, InferCreationAttributes<User>> {\n  declare id: CreationOptional<number>;\n  declare email: string;\n}\ninterface Changes<T extends Model> {\n  changes: { attributes: Partial<InferAttributes<T>>; previous: Partial<InferAttributes<T>> };\n}\ndeclare const event: Changes<User>;\nawait mail.add('a', event);`,
  },
  {
    name: 'Mongoose: a document and its lean copy',
    code: `${bullmq}import { model, Schema } from 'mongoose';\ninterface IUser {\n  email: string;\n  password: string;\n}\nconst User = model<IUser>('User', new Schema<IUser>({ email: String, password: String }));\nconst user = await User.findOne().orFail();\nawait mail.add('a', { «user» });\nawait mail.add('b', { user: «await User.findOne().lean().orFail()» });\nawait mail.add('c', { id: user.id as string });`,
    messages: ['(Mongoose document)', '(Mongoose document)'],
  },
  {
    name: 'Drizzle: a whole row, not selected columns',
    code: `${bullmq}import type { NodePgDatabase } from 'drizzle-orm/node-postgres';\nimport { integer, pgTable, text } from 'drizzle-orm/pg-core';\nconst users = pgTable('users', { id: integer('id').primaryKey(), email: text('email').notNull(), password: text('password').notNull() });\nexport const send = (user: typeof users.$inferSelect) => mail.add('a', «user»);\nexport const sendId = ({ id }: typeof users.$inferSelect) => mail.add('b', { id });\nexport type Db = NodePgDatabase;`,
    messages: ['(Drizzle row)'],
  },
  {
    name: 'Kysely: a whole row, not selected columns',
    code: `${bullmq}import type { Generated, Kysely, Selectable } from 'kysely';\ninterface UserTable {\n  id: Generated<number>;\n  email: string;\n  password: string;\n}\ntype User = Selectable<UserTable>;\nexport async function send(db: Kysely<{ users: UserTable }>, user: User) {\n  await mail.add('a', { «user» });\n  await mail.add('b', await db.selectFrom('users').select(['id', 'email']).executeTakeFirstOrThrow());\n}`,
    messages: ['`data.user: User` (Kysely row)'],
  },
  {
    name: 'Prisma: a model, not selected columns',
    code: `${bullmq}import type { PrismaClient, User } from '${prisma}';\nexport async function send(prisma: PrismaClient, user: User) {\n  await mail.add('a', { «user» });\n  await mail.add('b', «await prisma.user.findFirstOrThrow()»);\n  await mail.add('c', await prisma.user.findFirstOrThrow({ select: { id: true, email: true } }));\n}`,
    messages: ['`data.user: User` (Prisma model)', '`data: User` (Prisma model)'],
  },
];

const untyped: readonly Case[] = [
  {
    name: 'an entity that the file declares and makes',
    code: `${bullmq}import { Entity, PrimaryColumn } from 'typeorm';\n@Entity() class User { @PrimaryColumn() id = 1; }\nconst user = new User();\nawait mail.add('a', { user: «user» });`,
    untyped: true,
    broken: true,
  },
  {
    name: 'anything that another file declares is silent',
    code: `${bullmq}import { load } from './user.js';\nawait mail.add('a', { user: await load() });`,
    untyped: true,
    broken: true,
  },
];

testRule('no-model-payload', 'dispatched', { dispatched, declared, orms, untyped });
