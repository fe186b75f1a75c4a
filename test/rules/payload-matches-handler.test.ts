import { type Case, testRule } from './support.js';

/** A worker that declares a payload, in another file, and a dispatch. */
const bullmq = (declared: string, line: string, before = ''): Case['code'] => ({
  'worker.ts': `import { type Job, Worker } from 'bullmq';\nexport interface User { id: string; name?: string; tags: string[] }\nnew Worker('mails', async (job: Job<${declared}>) => job.data);`,
  'app.ts': `import { Queue } from 'bullmq';\nimport type { User } from './worker.js';\n${before}const mails = new Queue('mails');\nexport type { User };\n${line}`,
});
const add = (payload: string): string => `void mails.add('send', ${payload});`;

const cases: readonly Case[] = [
  {
    name: 'a property that is not there',
    code: bullmq('{ id: string; at: number }', add(`«{ id: 'a' }»`)),
    messages: ['Its handler (worker.ts:3) reads `data.at`, a `number`, and it is not handed over'],
  },
  {
    name: 'a property of another type',
    code: bullmq('{ id: string }', add(`{ «id: 1» }`)),
    ids: 'other',
    messages: ['`data.id` is `number`, and its handler (worker.ts:3) declares `string`'],
  },
  { name: 'further in', code: bullmq('{ user: { id: string } }', add(`{ «user: { name: 'a' }» }`)) },
  {
    name: 'in a list',
    code: bullmq('{ users: { id: string }[] }', add(`{ «users: [{ id: 1 }]» }`)),
    ids: 'other',
  },
  {
    name: 'a variable: at the payload',
    code: bullmq('User', `const user = { id: 1, tags: ['a'] };\n${add('«user»')}`),
    ids: 'other',
  },
  {
    name: 'a shorthand',
    code: bullmq('User', `const id = 5;\n${add(`{ «id», tags: ['a'] }`)}`),
    ids: 'other',
  },
  {
    name: 'a whole of another kind',
    code: bullmq('string', add(`«{ id: 'a' }»`)),
    ids: 'other',
    messages: ['`data` is'],
  },
  { name: 'a list for an object', code: bullmq('{ id: string }', add(`«[{ id: 'a' }]»`)), ids: 'other' },
  {
    name: 'a bulk',
    code: bullmq(
      '{ id: string }',
      `void mails.addBulk([{ name: 'a', data: { id: 'b' } }, { name: 'a', data: { «id: 1» } }]);`,
    ),
    ids: 'other',
  },
  {
    name: 'the same',
    code: bullmq('User', `declare const user: User;\n${add('user')}\n${add(`{ id: 'a', tags: [] }`)}`),
  },
  { name: 'more than is declared', code: bullmq('{ id: string }', add(`{ id: 'a', more: 1 }`)) },
  {
    name: 'what may be left out',
    code: bullmq('{ id?: string; at: number | undefined; any: unknown; run(): void }', add(`{}`)),
  },
  {
    name: 'what may be left out here',
    code: bullmq('{ id: string }', `declare const user: { id?: string };\n${add('user')}`),
  },
  { name: 'one of several', code: bullmq('{ id: string | number }', add(`{ id: 1 }`)) },
  { name: 'none of several', code: bullmq('{ id: string | number }', add(`{ «id: true» }`)), ids: 'other' },
  {
    name: 'a text where one of several is declared',
    code: bullmq(`{ kind: 'a' | 'b' }`, `declare const kind: string;\n${add('{ kind }')}`),
  },
  {
    name: 'another text than the ones declared',
    code: bullmq(`{ kind: 'a' | 'b' }`, `declare const kind: 'c';\n${add('{ «kind» }')}`),
    ids: 'other',
  },
  {
    name: 'null and undefined',
    code: bullmq(
      '{ id: string }',
      `declare const id: string | null;\n${add('{ id }')}\n${add('{ id: null }')}`,
    ),
  },
  {
    name: 'dates are another rule’s',
    code: bullmq('{ at: Date; to: string }', add(`{ at: '2020-01-01', to: new Date() }`)),
  },
  {
    name: 'any, unknown, an index',
    code: bullmq(
      '{ id: string }',
      `declare const some: { a: any; b: unknown; c: Record<string, string>; d: object };\n${add('some.a')}\n${add('some.b')}\n${add('some.c')}\n${add('some.d')}\n${add('{ id: some.a }')}`,
    ),
  },
  { name: 'a handler that declares nothing', code: bullmq('any', add(`{ id: 1 }`)) },
  {
    name: 'a generic',
    code: bullmq(
      '{ id: string }',
      `export function send<T>(data: T) {\n  return mails.add('send', data);\n}`,
    ),
  },
  {
    name: 'an enum is a text',
    code: bullmq('{ kind: string }', `enum Kind { A = 'a' }\n${add('{ kind: Kind.A }')}`),
  },
  {
    name: 'a class of data',
    code: bullmq(
      '{ id: string }',
      `class Mail { constructor(readonly id: number) {} }\nclass Plain { id = 1; }\n${add('new Mail(1)')}\n${add('«new Plain()»')}`,
    ),
    ids: 'other',
  },
  {
    name: 'another queue',
    code: bullmq('{ id: string }', `void new Queue('others').add('send', { id: 1 });`),
  },
  {
    name: 'a queue that is not known',
    code: bullmq('{ id: string }', `declare const others: Queue;\nvoid others.add('send', { id: 1 });`),
  },
  {
    name: 'what a project function passes on',
    code: bullmq(
      '{ id: string }',
      `function send(data: any) {\n  return mails.add('send', data);\n}\nvoid send({ «id: 1» });\nvoid send({ id: 'a' });`,
    ),
    ids: 'other',
  },
  {
    name: 'what a project function declares: there',
    code: bullmq(
      '{ id: string }',
      `function send(data: { id: number }) {\n  return mails.add('send', «data»);\n}\nvoid send({ id: 1 });`,
    ),
    ids: 'other',
  },
  {
    name: 'two workers: as long as it fits one',
    code: {
      'worker.ts': `import { type Job, Worker } from 'bullmq';\nnew Worker('mails', async (job: Job<{ id: string }>) => job.data);\nnew Worker('mails', async (job: Job<{ key: string }>) => job.data);`,
      'app.ts': `import { Queue } from 'bullmq';\nconst mails = new Queue('mails');\nvoid mails.add('send', { key: 'a' });\nvoid mails.add('send', «{ other: 'a' }»);`,
    },
  },
  {
    name: 'a union: as long as it fits one part',
    code: bullmq(
      `{ id: string; kind: 'a' } | { key: string; kind: 'b' }`,
      `${add(`{ kind: 'b', key: 'a' }`)}\n${add(`«{ other: 1 }»`)}`,
    ),
    ids: 'other',
  },
  {
    name: 'cyclic types',
    code: bullmq(
      'Tree',
      `interface Tree { children: Tree[]; value: string }\ndeclare const tree: Tree;\n${add('tree')}`,
      '',
    ),
    broken: true,
  },
  { name: 'untyped', code: bullmq('{ id: string }', add(`{ id: 1 }`)), untyped: true },
  {
    name: 'from a test',
    code: {
      'worker.ts': `import { type Job, Worker } from 'bullmq';\nnew Worker('mails', async (job: Job<{ id: string }>) => job.data);`,
      'app.test.ts': `import { Queue } from 'bullmq';\nvoid new Queue('mails').add('send', { id: 1 });`,
    },
  },
];

const others: readonly Case[] = [
  {
    name: 'Bull: by queue and name',
    code: `import Bull, { type Job } from 'bull';\nconst mails = new Bull('mails');\nmails.process('send', async (job: Job<{ id: string }>) => job.data);\nmails.process('drop', async (job: Job<{ id: number }>) => job.data);\nvoid mails.add('send', { «id: 1» });\nvoid mails.add('drop', { id: 1 });`,
  },
  {
    name: 'Bull with NestJS',
    code: {
      'mails.ts': `import { Process, Processor } from '@nestjs/bull';\nimport type { Job } from 'bull';\n@Processor('mails')\nexport class Mails {\n  @Process('send') send(job: Job<{ id: string }>) { return job.data; }\n}`,
      'module.ts': `import { BullModule } from '@nestjs/bull';\nBullModule.registerQueue({ name: 'mails' });`,
      'app.ts': `import { InjectQueue } from '@nestjs/bull';\nimport type { Queue } from 'bull';\nexport class App {\n  constructor(@InjectQueue('mails') private readonly mails: Queue) {}\n  async go() {\n    await this.mails.add('send', { id: 'a' });\n    await this.mails.add('send', { «id: 1» });\n  }\n}`,
    },
  },
  {
    name: 'Agenda',
    // Before 6 its types let no handler say more of its data.
    broken: true,
    code: `import { Agenda, type Job } from 'agenda';\nconst agenda = new Agenda();\nagenda.define('send', async (job: Job<{ id: string }>) => { await Promise.resolve(job.attrs.data.id); });\nvoid agenda.now('send', { id: 'a' });\nvoid agenda.now('send', { «id: 1» });`,
  },
  {
    name: 'graphile-worker',
    code: `import { run, quickAddJob } from 'graphile-worker';\ninterface Mail { id: string }\nvoid run({ taskList: { send: async (payload: any) => payload, drop: async (payload: unknown) => { (payload as Mail).id; } } });\nvoid quickAddJob({}, 'send', { id: 1 });\nvoid quickAddJob({}, 'drop', { id: 1 });`,
  },
  {
    name: 'pg-boss: by the queue, in a batch',
    code: `import PgBoss from 'pg-boss';\nconst boss = new PgBoss('');\nvoid boss.work<{ id: string }>('send', async ([job]) => { await Promise.resolve(job?.data.id); });\nvoid boss.send('send', { id: 'a' });\nvoid boss.send('send', { «id: 1» });`,
  },
  {
    name: 'Trigger.dev: by the id, unless a schema parses it',
    code: `import { schemaTask, task, tasks } from '@trigger.dev/sdk/v3';\nexport const send = task({ id: 'send', run: async (payload: { id: string }) => payload });\nexport const parsed = schemaTask({ id: 'parsed', schema: (data: unknown) => data as { id: string }, run: async (payload: { id: string }) => payload });\nvoid tasks.trigger('send', { «id: 1» });\nvoid tasks.trigger('send', { id: 'a' });\nvoid tasks.trigger('parsed', { id: 1 });`,
  },
];

testRule('payload-matches-handler', 'missing', { BullMQ: cases });
testRule('payload-matches-handler', 'other', { others });
