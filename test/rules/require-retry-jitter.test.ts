import { type Case, testRule } from './support.js';

const add = (options: string, packageName = 'bullmq'): string =>
  `import { Queue } from '${packageName}';\nconst mail = new Queue('mail', { connection: {} });\nawait mail.add('a', {}, { ${options} });`;

const missing: readonly Case[] = [
  {
    name: 'exponential, nothing random',
    code: add(`attempts: 5, «backoff: { type: 'exponential', delay: 1000 }»`),
    messages: ['State `jitter`.'],
    outputs: [
      [
        `await mail.add('a', {}, { attempts: 5, backoff: { type: 'exponential', delay: 1000, jitter: 0.5 } });`,
      ],
    ],
  },
  {
    name: 'with a jitter',
    code: add(`attempts: 5, backoff: { type: 'exponential', delay: 1000, jitter: 0.5 }`),
  },
  {
    name: 'a jitter of 0',
    code: add(`attempts: 5, backoff: { type: 'exponential', delay: 1000, «jitter: 0» }`),
    ids: 'off',
  },
  { name: 'fixed', code: add(`attempts: 5, backoff: { type: 'fixed', delay: 1000 }`) },
  { name: 'a number', code: add('attempts: 5, backoff: 1000') },
  { name: 'one run', code: add(`attempts: 1, backoff: { type: 'exponential', delay: 1000 }`) },
  { name: 'two runs', code: add(`attempts: 2, «backoff: { type: 'exponential', delay: 1000 }»`) },
  {
    name: 'no delay is require-retry-backoff’s',
    code: add(`attempts: 5, backoff: { type: 'exponential', delay: 0 }`),
  },
  {
    name: 'a jitter that nobody knows',
    code: add(`attempts: 5, backoff: { type: 'exponential', delay: 1000, jitter: Number(process.env['J']) }`),
  },
  {
    name: 'a spread that may hold it',
    code: `import { Queue } from 'bullmq';\ndeclare const more: { jitter?: number };\nconst mail = new Queue('mail', { connection: {} });\nawait mail.add('a', {}, { attempts: 5, backoff: { type: 'exponential', delay: 1000, ...more } });`,
  },
  { name: 'BullMQ 5', code: add(`attempts: 5, «backoff: { type: 'exponential', delay: 1000 }»`, 'bullmq5') },
  {
    name: 'in the defaults: once',
    code: `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 5, «backoff: { type: 'exponential', delay: 1000 }» } });\nawait mail.add('a', {});\nawait mail.add('b', {});`,
  },
  {
    name: 'in a constant of another file: there',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { patient } from './policy.js';\nconst mail = new Queue('mail', { connection: {} });\nawait mail.add('a', {}, patient);`,
      'policy.ts': `export const patient = { attempts: 5, «backoff: { type: 'exponential', delay: 1000 }» };`,
    },
  },
];

const others: readonly Case[] = [
  {
    name: 'Bull has none',
    code: `import Bull from 'bull';\nawait new Bull('mail').add({ id: 1 }, { attempts: 5, backoff: { type: 'exponential', delay: 1000 } });`,
  },
  {
    name: 'pg-boss has it by itself',
    code: `import PgBoss from 'pg-boss';\nawait new PgBoss('postgres://db').send('mail', {}, { retryLimit: 5, retryBackoff: true });`,
  },
  {
    name: 'Trigger.dev: switched off',
    code: `import { task } from '@trigger.dev/sdk/v3';\nexport const a = task({ id: 'a', retry: { maxAttempts: 3, «randomize: false» }, run: async () => {} });\nexport const b = task({ id: 'b', retry: { maxAttempts: 3 }, run: async () => {} });`,
    ids: 'off',
  },
  {
    name: 'a look-alike',
    code: `class Queue { add(_name: string, _data: object, _options: object): void {} }\nnew Queue().add('a', {}, { attempts: 5, backoff: { type: 'exponential', delay: 1000 } });`,
  },
  {
    name: 'without types nobody knows the version',
    code: add(`attempts: 5, backoff: { type: 'exponential', delay: 1000 }`),
    untyped: true,
  },
  {
    name: 'Agenda 6',
    code: `import { Agenda, backoffStrategies, exponential } from '../../fixtures/libraries/agenda-6/node_modules/agenda/dist/index.js';\ndeclare const agenda: Agenda;\nvoid backoffStrategies;\nagenda.define('a', async () => {}, { «backoff: exponential({ delay: 1000, maxRetries: 3 })» });\nagenda.define('b', async () => {}, { backoff: exponential({ delay: 1000, maxRetries: 3, jitter: 0.2 }) });`,
    broken: true,
  },
];

testRule('require-retry-jitter', 'missing', { missing, others }, { typedOutputs: true });
