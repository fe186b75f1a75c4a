import { type Case, testRule } from './support.js';

const exponential = "{ type: 'exponential', delay: 1000, jitter: 0.5 }";

const mail = (line: string, before = ''): string =>
  `import { Queue } from 'bullmq';\n${before}const mail = new Queue('mail');\n${line}`;
/** One dispatch with these options. */
const add = (options: string, before = ''): string =>
  mail(`await mail.add('send', {}, { ${options} });`, before);
const withDefaults = (defaults: string, line = `await mail.add('send', {});`): string =>
  `import { Queue } from 'bullmq';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: ${defaults} });\n${line}`;

const missing: readonly Case[] = [
  {
    name: 'attempts without backoff: at the attempts',
    code: add('«attempts: 3»'),
    messages: [
      '`attempts: 3` without a backoff: BullMQ runs the failing task again at once, so all its runs meet the same outage. State `backoff`.',
    ],
    outputs: [[`await mail.add('send', {}, { attempts: 3, backoff: ${exponential} });`]],
  },
  {
    name: 'between other options',
    code: add('priority: 1, «attempts: 3», delay: 5'),
    outputs: [
      [`await mail.add('send', {}, { priority: 1, attempts: 3, backoff: ${exponential}, delay: 5 });`],
    ],
  },
  {
    name: 'on a line of its own',
    code: mail(`await mail.add('send', {}, {\n  «attempts: 3»,\n  priority: 1,\n});`),
    outputs: [[`backoff: ${exponential},`]],
  },
  {
    name: 'in the defaults: once, however many dispatches inherit it',
    code: withDefaults('{ «attempts: 3» }', `await mail.add('a', {});\nawait mail.add('b', {});`),
    outputs: [
      [
        `const mail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 3, backoff: ${exponential} } });`,
      ],
    ],
  },
  {
    name: 'in the defaults of a queue that this program adds nothing to',
    code: withDefaults('{ «attempts: 3» }', ''),
  },
  {
    name: 'in defaults whose dispatches all bring a backoff',
    code: withDefaults('{ attempts: 3 }', `await mail.add('a', {}, { backoff: ${exponential} });`),
  },
  {
    name: 'in defaults of which one dispatch brings a backoff and one does not',
    code: withDefaults(
      '{ «attempts: 3» }',
      `await mail.add('a', {}, { backoff: ${exponential} });\nawait mail.add('b', {});`,
    ),
  },
  {
    name: 'in defaults that every dispatch overrides with one run',
    code: withDefaults('{ «attempts: 3» }', `await mail.add('a', {}, { attempts: 1 });`),
  },
  {
    name: 'in a constant of another file: there, once',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { options } from './options.js';\nconst mail = new Queue('mail');\nawait mail.add('a', {}, options);\nawait mail.add('b', {}, options);`,
      'options.ts': `export const options = { «attempts: 3» };`,
    },
    outputs: [[`export const options = { attempts: 3, backoff: ${exponential} };`]],
  },
  {
    name: 'a named number: where it becomes the option',
    code: add('«attempts: runs»', 'const runs = 3;\n'),
    messages: ['`attempts: runs` without a backoff'],
    outputs: [[`await mail.add('send', {}, { attempts: runs, backoff: ${exponential} });`]],
  },
  {
    name: 'a shorthand',
    code: add('«attempts»', 'const attempts = 3;\n'),
    messages: ['`attempts` without a backoff'],
  },
  {
    name: 'retries at the dispatch, backoff in the defaults',
    code: withDefaults(`{ backoff: ${exponential} }`, `await mail.add('send', {}, { attempts: 3 });`),
  },
  {
    name: 'retries in the defaults, backoff at the dispatch',
    code: withDefaults('{ attempts: 3 }', `await mail.add('send', {}, { backoff: 500 });`),
  },
  {
    name: 'retries at the dispatch, defaults without backoff',
    code: withDefaults('{ priority: 1 }', `await mail.add('send', {}, { «attempts: 3» });`),
  },
  { name: 'one run needs none', code: add('attempts: 1') },
  { name: 'no run stated needs none', code: mail(`await mail.add('send', {});`) },
  { name: 'attempts: 0', code: add('attempts: 0') },
  { name: 'attempts: 2 is the smallest number that retries', code: add('«attempts: 2»') },
  {
    name: 'one run on one way, three on the other',
    code: mail(`export const send = (safe: boolean) => mail.add('send', {}, { attempts: safe ? 1 : 3 });`),
  },
  { name: 'attempts that are not known', code: add(`attempts: Number(process.env['RUNS'])`) },
  { name: 'a backoff that is not known', code: add(`attempts: 3, backoff: JSON.parse('{}')`) },
  {
    name: 'options of which a spread may hold the backoff',
    code: `import { Queue, type JobsOptions } from 'bullmq';\nconst mail = new Queue('mail');\nexport const send = (options: JobsOptions) => mail.add('send', {}, { attempts: 3, ...options });`,
  },
  {
    name: 'a spread constant that holds the backoff',
    code: add('attempts: 3, ...pause', `const pause = { backoff: ${exponential} };\n`),
  },
  {
    name: 'a spread constant that holds none',
    code: add('«attempts: 3», ...rest', `const rest = { priority: 1 };\n`),
    outputs: [[`await mail.add('send', {}, { attempts: 3, backoff: ${exponential}, ...rest });`]],
  },
];

const there: readonly Case[] = [
  { name: 'exponential', code: add(`attempts: 3, backoff: ${exponential}`) },
  { name: 'fixed, accepted by default', code: add(`attempts: 3, backoff: { type: 'fixed', delay: 1000 }`) },
  { name: 'a number', code: add('attempts: 3, backoff: 1000') },
  { name: 'a strategy of the project', code: add(`attempts: 3, backoff: { type: 'ours' }`) },
  {
    name: 'a strategy of the project with no delay',
    code: add(`attempts: 3, backoff: { type: 'ours', delay: 0 }`),
  },
  {
    name: 'a delay that is calculated',
    code: add(`attempts: 3, backoff: { type: 'exponential', delay: second }`, 'const second = 1_000;\n'),
  },
  {
    name: 'a delay that is not known',
    code: add(`attempts: 3, backoff: { type: 'exponential', delay: Number(process.env['DELAY']) }`),
  },
  {
    name: 'a type that is not known',
    code: mail(
      `export const send = (type: string) => mail.add('send', {}, { attempts: 3, backoff: { type, delay: 0 } });`,
    ),
  },
  {
    name: 'a type by an enum',
    code: add(
      `attempts: 3, backoff: { type: Pause.Growing, delay: 5 }`,
      `enum Pause {\n  Growing = 'exponential',\n}\n`,
    ),
  },
];

const immediate: readonly Case[] = [
  {
    name: 'a delay of zero',
    code: add(`attempts: 3, «backoff: { type: 'exponential', delay: 0 }»`),
    messages: [
      'A backoff without a delay is none: BullMQ runs the failing task again at once. State its delay.',
    ],
    outputs: [[`await mail.add('send', {}, { attempts: 3, backoff: ${exponential} });`]],
  },
  {
    name: 'no delay',
    code: add(`attempts: 3, «backoff: { type: 'exponential' }»`),
    outputs: [[`await mail.add('send', {}, { attempts: 3, backoff: ${exponential} });`]],
  },
  { name: 'fixed without delay', code: add(`attempts: 3, «backoff: { type: 'fixed' }»`) },
  {
    name: 'the number zero',
    code: add(`attempts: 3, «backoff: 0»`),
    outputs: [[`await mail.add('send', {}, { attempts: 3, backoff: ${exponential} });`]],
  },
  {
    name: 'in the defaults: once',
    code: withDefaults(
      `{ attempts: 3, «backoff: { type: 'fixed', delay: 0 }» }`,
      `await mail.add('a', {});\nawait mail.add('b', {});`,
    ),
  },
  {
    name: 'in a constant of another file: there',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { options } from './options.js';\nconst mail = new Queue('mail');\nawait mail.add('a', {}, options);`,
      'options.ts': `export const options = { attempts: 3, «backoff: { type: 'exponential', delay: 0 }» };`,
    },
  },
  {
    name: 'a backoff of another file than its attempts: there',
    code: {
      'app.ts': `import { Queue } from 'bullmq';\nimport { pause } from './pause.js';\nconst mail = new Queue('mail');\nawait mail.add('a', {}, { attempts: 3, backoff: pause });`,
      'pause.ts': `export const pause = «{ type: 'exponential', delay: 0 }»;`,
    },
  },
  {
    name: 'zero with a single run is nobody’s harm',
    code: add(`attempts: 1, backoff: { type: 'fixed', delay: 0 }`),
  },
].map((each) => ({ ids: 'immediate', ...each }));

const erased: readonly Case[] = [
  {
    name: 'undefined at the dispatch erases the backoff of the defaults',
    code: withDefaults(
      `{ attempts: 3, backoff: ${exponential} }`,
      `await mail.add('send', {}, { «backoff: undefined» });`,
    ),
    ids: 'erased',
    messages: ['`undefined` here erases the backoff (line 2): BullMQ runs the failing task again at once.'],
  },
  {
    name: 'spread defaults and undefined in one text',
    code: {
      'defaults.ts': `export const defaults = { attempts: 3, backoff: ${exponential} };`,
      'app.ts': `import { Queue } from 'bullmq';\nimport { defaults } from './defaults.js';\nconst mail = new Queue('mail', { connection: {}, defaultJobOptions: defaults });\nawait mail.add('send', {}, { ...defaults, «backoff: undefined» });`,
    },
    ids: 'erased',
    messages: ['(defaults.ts:1)'],
  },
  {
    name: 'undefined with nothing to erase',
    code: add('attempts: 3, «backoff: undefined»'),
    ids: 'missing',
  },
  { name: 'undefined with a single run', code: add('attempts: 1, backoff: undefined') },
];

const fixedPace: readonly Case[] = [
  {
    name: 'fixed',
    code: add(`attempts: 3, «backoff: { type: 'fixed', delay: 5000 }»`),
    messages: ['The pause is the same each time'],
    outputs: [
      [
        `await mail.add('send', {}, { attempts: 3, backoff: { type: 'exponential', delay: 5000, jitter: 0.5 } });`,
      ],
    ],
  },
  {
    name: 'a number',
    code: add('attempts: 3, «backoff: 5000»'),
    outputs: [
      [
        `await mail.add('send', {}, { attempts: 3, backoff: { type: 'exponential', delay: 5000, jitter: 0.5 } });`,
      ],
    ],
  },
  { name: 'exponential', code: add(`attempts: 3, backoff: ${exponential}`) },
  { name: 'a strategy of the project', code: add(`attempts: 3, backoff: { type: 'ours', delay: 1 }`) },
  { name: 'a fixed pause that is not used', code: add('attempts: 1, backoff: 5000') },
  { name: 'the one pause between two runs', code: add('attempts: 2, backoff: 5000') },
  {
    name: 'fixed on one way only',
    code: mail(
      `export const send = (slow: boolean) => mail.add('send', {}, { attempts: 3, backoff: slow ? 5000 : ${exponential} });`,
    ),
  },
  {
    name: 'in the defaults: once',
    code: withDefaults(
      '{ attempts: 3, «backoff: 5000» }',
      `await mail.add('a', {});\nawait mail.add('b', {});`,
    ),
  },
  {
    name: 'a delay with a name keeps its value',
    code: add(`attempts: 3, «backoff: { type: 'fixed', delay: second }»`, 'const second = 2_000;\n'),
    outputs: [
      [
        `await mail.add('send', {}, { attempts: 3, backoff: { type: 'exponential', delay: 2000, jitter: 0.5 } });`,
      ],
    ],
  },
].map((each) => ({ ids: 'fixed', options: { allowFixed: false }, ...each }));

const nest = (root: string, queue: string, options = ''): Record<string, string> => ({
  'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nexport const root = BullModule.forRoot({ connection: {}, ${root} });\nexport const queues = BullModule.registerQueue({ name: 'mail', ${queue} });`,
  'mail.service.ts': `import { InjectQueue } from '@nestjs/bullmq';\nimport { Queue } from 'bullmq';\nexport class MailService {\n  constructor(@InjectQueue('mail') private readonly mail: Queue) {}\n  send() {\n    return this.mail.add('send', {}${options});\n  }\n}`,
});

const lost: readonly Case[] = [
  {
    name: 'own defaults of a NestJS queue replace those of the root whole',
    code: nest(
      `defaultJobOptions: { attempts: 3, backoff: ${exponential} }`,
      'defaultJobOptions: { «attempts: 2» }',
    ),
    ids: 'lost',
    messages: [
      '`attempts: 2` without a backoff: these `defaultJobOptions` replace those at app.module.ts:2 whole'.replace(
        'app.module.ts:2',
        'line 2',
      ),
    ],
    outputs: [
      [
        `export const queues = BullModule.registerQueue({ name: 'mail', defaultJobOptions: { attempts: 2, backoff: ${exponential} } });`,
      ],
    ],
  },
  {
    name: 'root defaults without backoff: at the root',
    code: nest('defaultJobOptions: { «attempts: 3» }', ''),
    ids: 'missing',
  },
  {
    name: 'root defaults that every queue replaces',
    code: nest(
      'defaultJobOptions: { «attempts: 3» }',
      `defaultJobOptions: { attempts: 2, backoff: ${exponential} }`,
    ),
    ids: 'missing',
  },
  {
    name: 'both with backoff',
    code: nest(
      `defaultJobOptions: { attempts: 3, backoff: ${exponential} }`,
      `defaultJobOptions: { attempts: 2, backoff: 500 }`,
    ),
  },
  {
    name: 'retries at the dispatch in another file than the defaults',
    code: nest('defaultJobOptions: { priority: 1 }', '', ', { «attempts: 3» }'),
  },
];

const presets: readonly Case[] = [
  {
    name: 'strict reports a fixed pause',
    code: add('attempts: 3, «backoff: 500»'),
    options: { allowFixed: false, stated: true },
    ids: 'fixed',
  },
  {
    name: 'stated reports defaulted retries without pause, at the dispatch',
    code: {
      'boss.ts': `export class Boss {\n  send(name: string, data: object, options?: object) {\n    return [name, data, options];\n  }\n}`,
      'app.ts': `import { Boss } from './boss.js';\nnew Boss().«send»('mail', {});\nnew Boss().send('mail', {}, { «retryLimit: 2» });\nnew Boss().send('mail', {}, { retryDelay: 5 });`,
    },
    options: { stated: true },
    settings: {
      libraries: [
        {
          name: 'Boss',
          files: ['boss.ts'],
          dispatches: [{ method: 'Boss.send', task: 'arg0', payload: 'arg1', options: 'arg2' }],
          layers: ['dispatch'],
          attempts: { option: 'retryLimit', counts: 'retries', default: 3 },
          backoff: { option: 'retryDelay', number: 'fixed', unit: 's', default: 'none' },
        },
      ],
    },
    ids: ['defaulted', 'missing'],
    messages: ['By default Boss runs a failing task again at once, and nobody decided otherwise here.'],
  },
];

testRule(
  'require-retry-backoff',
  'missing',
  { missing, there, immediate, erased, 'a fixed pace': fixedPace, lost, presets },
  { typedOutputs: true },
);
