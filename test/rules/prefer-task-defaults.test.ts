import { type Case, testRule } from './support.js';

const head = `import { Queue } from 'bullmq';
export const mails = new Queue('mails', { connection: {} });
export const other = new Queue('other', { connection: {} });
`;
const app = (body: string): string => `${head}export async function run(attempts: number) {\n${body}\n}`;

const reported: readonly Case[] = [
  {
    name: 'three times the same, once at the first',
    code: app(
      `await mails.add('a', {}, { «attempts: 5» });\nawait mails.add('b', {}, { priority: 1, attempts: 5 });\nawait mails.add('c', {}, { attempts: 5 });`,
    ),
    messages: [
      '`attempts: 5` is written out at 3 dispatches of this queue (also line 6, line 7): who changes it will miss one. State it once, in `defaultJobOptions` of the queue.',
    ],
  },
  {
    name: 'in another order',
    code: app(
      `await mails.add('a', {}, { «attempts: 5», backoff: { type: 'fixed', delay: 9 } });\nawait mails.add('b', {}, { backoff: { delay: 9, type: 'fixed' }, attempts: 5 });\nawait mails.addBulk([{ name: 'c', data: {}, opts: { attempts: 5, backoff: { type: 'fixed', delay: 9 } } }]);`,
    ),
  },
  {
    name: 'in several files',
    code: {
      'a.ts': `import { mails } from './queues.js';\nexport const a = () => mails.add('a', {}, { «attempts: 5» });\nexport const b = () => mails.add('b', {}, { attempts: 5 });`,
      'b.ts': `import { mails } from './queues.js';\nexport const c = () => mails.add('c', {}, { attempts: 5 });\nexport const d = () => mails.add('d', {}, { attempts: 5 });`,
      'queues.ts': head,
    },
    messages: ['(also line 3, b.ts:2, …)'],
  },
  {
    name: 'two policies',
    code: app(
      [5, 9]
        .flatMap((runs) =>
          ['a', 'b', 'c'].map(
            (name) =>
              `await mails.add('${name}', {}, { ${name === 'a' ? `«attempts: ${String(runs)}»` : `attempts: ${String(runs)}`} });`,
          ),
        )
        .join('\n'),
    ),
  },
  {
    name: 'the same constant, written each time',
    code: `${head}const runs = 5;\nexport const a = () => mails.add('a', {}, { «attempts: runs» });\nexport const b = () => mails.add('b', {}, { attempts: runs });\nexport const c = () => mails.add('c', {}, { attempts: 5 });`,
  },
  {
    name: 'bull',
    code: `import Bull from 'bull';\nconst mails = new Bull('mails');\nexport async function run() {\n  await mails.add({}, { «timeout: 500» });\n  await mails.add({}, { timeout: 500 });\n  await mails.add({}, { timeout: 500 });\n}`,
  },
  {
    name: 'pg-boss',
    code: `import PgBoss from 'pg-boss';\nexport async function run(boss: PgBoss) {\n  await boss.createQueue('mails');\n  await boss.send('mails', {}, { «retryLimit: 5» });\n  await boss.send('mails', {}, { retryLimit: 5 });\n  await boss.send('mails', {}, { retryLimit: 5 });\n}`,
    messages: ['in the options of `createQueue`.'],
  },
  {
    name: 'groupmq',
    code: `import { Queue } from 'groupmq';\nimport type { Redis } from 'ioredis';\nexport async function run(redis: Redis) {\n  const mails = new Queue({ namespace: 'mails', redis });\n  await mails.add({ groupId: 'a', data: {}, «maxAttempts: 5» });\n  await mails.add({ groupId: 'a', data: {}, maxAttempts: 5 });\n  await mails.add({ groupId: 'a', data: {}, maxAttempts: 5 });\n}`,
  },
  {
    name: 'sidequest',
    code: `import { Job, Sidequest } from 'sidequest';\nclass Mail extends Job {\n  async run(): Promise<void> {}\n}\nexport async function run() {\n  await Sidequest.build(Mail).queue('mails').maxAttempts(«3»).enqueue();\n  await Sidequest.build(Mail).queue('mails').maxAttempts(3).enqueue();\n  await Sidequest.build(Mail).queue('mails').maxAttempts(3).enqueue();\n}`,
  },
  {
    name: 'trigger.dev: definitions',
    ids: 'definitions',
    code: `import { task } from '@trigger.dev/sdk/v3';\nconst run = async () => undefined;\nexport const a = task({ id: 'a', «retry: { maxAttempts: 5 }», run });\nexport const b = task({ id: 'b', retry: { maxAttempts: 5 }, run });\nexport const c = task({ id: 'c', retry: { maxAttempts: 5 }, run });`,
    messages: [
      'is written out at 3 definitions (also line 4, line 5): who changes it will miss one. State it once, in `trigger.config.ts`.',
    ],
  },
  {
    name: '@boringnode/queue: definitions',
    ids: 'definitions',
    code: `import { Job } from '@boringnode/queue';\n${['A', 'B', 'C'].map((name) => `export class ${name} extends Job<object> {\n  static override options = { ${name === 'A' ? '«maxRetries: 5»' : 'maxRetries: 5'} };\n  async execute(): Promise<void> {}\n}`).join('\n')}`,
  },
];

const silent: readonly Case[] = [
  {
    name: 'twice',
    code: app(`await mails.add('a', {}, { attempts: 5 });\nawait mails.add('b', {}, { attempts: 5 });`),
  },
  {
    name: 'different ones',
    code: app(
      `await mails.add('a', {}, { attempts: 5 });\nawait mails.add('b', {}, { attempts: 6 });\nawait mails.add('c', {}, { attempts: 7 });`,
    ),
  },
  {
    name: 'of different queues',
    code: app(
      `await mails.add('a', {}, { attempts: 5 });\nawait mails.add('b', {}, { attempts: 5 });\nawait other.add('c', {}, { attempts: 5 });`,
    ),
  },
  {
    name: 'one of them with more',
    code: app(
      `await mails.add('a', {}, { attempts: 5 });\nawait mails.add('b', {}, { attempts: 5 });\nawait mails.add('c', {}, { attempts: 5, backoff: 100 });`,
    ),
  },
  {
    name: 'a constant',
    code: `${head}const policy = { attempts: 5 };\nexport const a = () => mails.add('a', {}, policy);\nexport const b = () => mails.add('b', {}, policy);\nexport const c = () => mails.add('c', {}, { ...policy });`,
  },
  {
    name: 'unknown values',
    code: app(
      `await mails.add('a', {}, { attempts });\nawait mails.add('b', {}, { attempts });\nawait mails.add('c', {}, { attempts });`,
    ),
  },
  {
    name: 'no policy',
    code: app(
      `await mails.add('a', {}, { removeOnComplete: true });\nawait mails.add('b', {}, { removeOnComplete: true });\nawait mails.add('c', {}, { removeOnComplete: true });`,
    ),
  },
  {
    name: 'of a wrapper, which writes it once',
    code: `${head}const add = (name: string) => mails.add(name, {}, { attempts: 5 });\nexport const all = () => Promise.all([add('a'), add('b'), add('c')]);`,
  },
  {
    name: 'a library without defaults',
    code: `import type { Task } from 'graphile-worker';\nexport const lists: Task = async (_, helpers) => {\n  await helpers.addJob('a', {}, { maxAttempts: 5 });\n  await helpers.addJob('b', {}, { maxAttempts: 5 });\n  await helpers.addJob('c', {}, { maxAttempts: 5 });\n};`,
  },
  {
    name: 'any',
    code: `declare const mails: any;\nexport const all = () => [mails.add('a', {}, { attempts: 5 }), mails.add('b', {}, { attempts: 5 }), mails.add('c', {}, { attempts: 5 })];`,
  },
  {
    name: 'a project class of the same name',
    code: `class Queue {\n  async add(name: string, data: object, options: { attempts: number }) {\n    return [name, data, options];\n  }\n}\nconst mails = new Queue();\nexport const all = () => Promise.all(['a', 'b', 'c'].map(() => mails.add('a', {}, { attempts: 5 })).concat(mails.add('a', {}, { attempts: 5 }), mails.add('a', {}, { attempts: 5 })));`,
  },
];

testRule('prefer-task-defaults', 'dispatches', { reported, silent });
