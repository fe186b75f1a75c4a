import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LibraryDefinition } from '../../src/index.js';
import { Vocabulary } from '../../src/libraries/vocabulary.js';
import type { Setting } from '../../src/tasks/model.js';
import { Project } from '../../src/tasks/project.js';
import { Code } from '../../src/typescript/code.js';
import { type Files, programOf, root } from '../harness.js';
import { errorsOf } from '../rules/support.js';

const projectOf = (files: Files, libraries?: readonly LibraryDefinition[]): Project =>
  Project.of(Code.of(programOf(files)), new Vocabulary(libraries && { libraries }, root));

/** `3 @ queues.ts:4`, `default 1`, `erased 1 @ app.ts:2`, `unknown`. */
function text(setting: Setting<unknown>): string {
  const where = (node: {
    getSourceFile(): { fileName: string; getLineAndCharacterOfPosition(at: number): { line: number } };
    getStart(): number;
  }): string =>
    `${relative(root, node.getSourceFile().fileName)}:${String(node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1)}`;
  const show = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return String(value);
    if (Array.isArray(value)) return value.length === 0 ? 'none' : 'keys';
    const { kind, delay } = value as { kind: string; delay?: number };
    return delay === undefined ? kind : `${kind} ${String(delay)}`;
  };
  switch (setting.state) {
    case 'stated':
      return `${setting.values.map(show).join('|')} @ ${where(setting.at)}`;
    case 'defaulted':
      return setting.erasedAt
        ? `erased ${show(setting.value)} @ ${where(setting.erasedAt)}`
        : `default ${show(setting.value)}`;
    case 'configured':
      return `configured ${show(setting.fallback)} @ ${where(setting.at)}`;
    case 'unknown':
      return 'unknown';
  }
}

type Name = 'attempts' | 'backoff' | 'timeLimit' | 'deduplication' | 'inheritedAttempts' | 'inheritedBackoff';

/** Of every dispatch, in order of file and place: the queue, the task, and these settings. */
function told(
  files: Files,
  names: readonly Name[],
  libraries?: readonly LibraryDefinition[],
): readonly string[] {
  return projectOf(files, libraries).dispatches.map(
    ({ queue, task, policy }) =>
      `${text(queue).split(' @ ')[0] ?? ''}/${text(task).split(' @ ')[0] ?? ''}: ${names.map((name) => text(policy[name])).join(', ')}`,
  );
}

const bullmq = `import { Queue } from 'bullmq';\n`;
const layered: readonly (readonly [
  claim: string,
  files: Files,
  names: readonly Name[],
  ...expected: string[],
])[] = [
  [
    'nothing said: the defaults of the library',
    { 'app.ts': `${bullmq}await new Queue('mail').add('send', {});` },
    ['attempts', 'backoff', 'timeLimit', 'deduplication'],
    'mail/send: default 1, default none, default none, default none',
  ],
  [
    'the dispatch',
    {
      'app.ts': `${bullmq}const mail = new Queue('mail');\nawait mail.add('send', {}, {\n  attempts: 3,\n  backoff: 500,\n  jobId: 'a',\n});`,
    },
    ['attempts', 'backoff', 'deduplication'],
    'mail/send: 3 @ app.ts:4, fixed 500 @ app.ts:5, keys @ app.ts:6',
  ],
  [
    'the queue, then the dispatch, key by key',
    {
      'app.ts': `${bullmq}const mail = new Queue('mail', {\n  connection: {},\n  defaultJobOptions: {\n    attempts: 3,\n    backoff: { type: 'exponential', delay: 100 },\n  },\n});\nawait mail.add('a', {});\nawait mail.add('b', {}, { attempts: 5 });\nawait mail.add('c', {}, { backoff: { type: 'fixed' } });\nawait mail.add('d', {}, { attempts: undefined, backoff: undefined });`,
    },
    ['attempts', 'backoff'],
    'mail/a: 3 @ app.ts:5, exponential 100 @ app.ts:6',
    'mail/b: 5 @ app.ts:10, exponential 100 @ app.ts:6',
    'mail/c: 3 @ app.ts:5, fixed 0 @ app.ts:11',
    'mail/d: erased 1 @ app.ts:12, erased none @ app.ts:12',
  ],
  [
    'what an undefined erases',
    {
      'app.ts': `${bullmq}const mail = new Queue('mail', { connection: {}, defaultJobOptions: { attempts: 3, backoff: 5 } });\nawait mail.add('a', {}, { attempts: undefined, backoff: undefined });`,
    },
    ['inheritedAttempts', 'inheritedBackoff'],
    'mail/a: 3 @ app.ts:2, fixed 5 @ app.ts:2',
  ],
  [
    'constants of three files',
    {
      'app.ts': `import { mail } from './queues.js';\nimport { urgent } from './options.js';\nawait mail.add('a', {});\nawait mail.add('b', {}, urgent);\nawait mail.add('c', {}, { ...urgent, attempts: 9 });`,
      'queues.ts': `${bullmq}import { shared } from './options.js';\nexport const mail = new Queue('mail', { connection: {}, defaultJobOptions: { ...shared, backoff: 7 } });`,
      'options.ts': `export const shared = { attempts: 4, backoff: 5 };\nexport const urgent = { attempts: 8 };`,
    },
    ['attempts', 'backoff'],
    'mail/a: 4 @ options.ts:1, fixed 7 @ queues.ts:3',
    'mail/b: 8 @ options.ts:2, fixed 7 @ queues.ts:3',
    'mail/c: 9 @ app.ts:5, fixed 7 @ queues.ts:3',
  ],
  [
    'a choice between two statements',
    {
      'app.ts': `${bullmq}const mail = new Queue('mail');\nexport const send = (urgent: boolean) => mail.add('a', {}, { attempts: urgent ? 5 : 2 });`,
    },
    ['attempts'],
    'mail/a: 5|2 @ app.ts:3',
  ],
  [
    'what is not known',
    {
      'app.ts': `${bullmq}const mail = new Queue('mail');\nexport const send = (n: number, name: string) => mail.add(name, {}, { attempts: n, jobId: name });`,
    },
    ['attempts', 'backoff', 'deduplication'],
    'mail/unknown: unknown, default none, unknown',
  ],
  [
    'numbers as the library reads them',
    {
      'app.ts': `${bullmq}const mail = new Queue('mail');\nawait mail.add('a', {}, { attempts: 0 });\nawait mail.add('b', {}, { attempts: -1 });\nawait mail.add('c', {}, { attempts: 2.5 });\nawait mail.add('d', {}, { attempts: Infinity });`,
    },
    ['attempts'],
    'mail/a: 1 @ app.ts:3',
    'mail/b: 1 @ app.ts:4',
    'mail/c: 2.5 @ app.ts:5',
    'mail/d: Infinity @ app.ts:6',
  ],
  [
    'kinds of backoff',
    {
      'app.ts': `${bullmq}const mail = new Queue('mail');\nawait mail.add('a', {}, { backoff: { type: 'exponential' } });\nawait mail.add('b', {}, { backoff: { type: 'ours', delay: 3 } });\nawait mail.add('c', {}, { backoff: { type: 'fixed', delay: Number(process.env['N']) } });\nawait mail.add('d', {}, { backoff: JSON.parse('{}') });`,
    },
    ['backoff'],
    'mail/a: exponential 0 @ app.ts:3',
    'mail/b: custom 3 @ app.ts:4',
    'mail/c: fixed @ app.ts:5',
    'mail/d: unknown',
  ],
  [
    'a flow takes nothing from the queue, and queuesOptions only of its own name',
    {
      'app.ts': `import { FlowProducer, Queue } from 'bullmq';\nexport const a = new Queue('a', { connection: {}, defaultJobOptions: { attempts: 9 } });\nconst flow = new FlowProducer({ connection: {} });\nawait flow.add(\n  { name: 'x', queueName: 'a', children: [{ name: 'y', queueName: 'b', opts: { attempts: 2 } }, { name: 'z', queueName: 'c' }] },\n  { queuesOptions: { c: { defaultJobOptions: { attempts: 4 } } } },\n);`,
    },
    ['attempts'],
    'a/x: default 1',
    'b/y: 2 @ app.ts:5',
    'c/z: 4 @ app.ts:6',
  ],
  [
    'bull: a time limit of the queue and one of the dispatch',
    {
      'app.ts': `import Bull from 'bull';\nconst mail = new Bull('mail', 'redis://x', { defaultJobOptions: { timeout: 5 } });\nawait mail.add({});\nawait mail.add('a', {}, { timeout: 7 });`,
    },
    ['timeLimit'],
    'mail/__default__: 5 @ app.ts:2',
    'mail/a: 7 @ app.ts:4',
  ],
  [
    'NestJS: root, registration, dispatch',
    {
      'mail.service.ts': `import { InjectQueue } from '@nestjs/bullmq';\nimport { Queue } from 'bullmq';\nexport class MailService {\n  constructor(\n    @InjectQueue('mail') private readonly mail: Queue,\n    @InjectQueue('sms') private readonly sms: Queue,\n    @InjectQueue('none') private readonly none: Queue,\n  ) {}\n  async send() {\n    await this.mail.add('a', {});\n    await this.mail.add('b', {}, { attempts: 2 });\n    await this.sms.add('c', {});\n    await this.none.add('d', {});\n  }\n}`,
      'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nexport const imports = [\n  BullModule.forRoot({ connection: {}, defaultJobOptions: { attempts: 5, backoff: 100 } }),\n  BullModule.registerQueue({ name: 'mail' }, { name: 'sms', defaultJobOptions: { attempts: 3 } }),\n];`,
    },
    ['attempts', 'backoff'],
    'mail/a: 5 @ app.module.ts:3, fixed 100 @ app.module.ts:3',
    'mail/b: 2 @ mail.service.ts:11, fixed 100 @ app.module.ts:3',
    'sms/c: 3 @ app.module.ts:4, default none',
    'none/d: unknown, unknown',
  ],
];

describe('the policy of each dispatch', () => {
  for (const [claim, files, names, ...expected] of layered) {
    it(claim, () => {
      expect(told(files, names)).toEqual(expected);
    });
  }

  it('every sample type-checks', () => {
    expect(errorsOf(layered.map(([claim, files]) => [claim, files]))).toEqual([]);
  });
});

describe('is the same', () => {
  const several = layered.filter(([, files]) => Object.keys(files).length > 1);

  for (const [claim, files, names, ...expected] of several) {
    it(`whatever the order of the files: ${claim}`, () => {
      const entries = Object.entries(files);
      const orders = [entries.toReversed(), [...entries.slice(1), ...entries.slice(0, 1)]];
      for (const order of orders) expect(told(Object.fromEntries(order), names)).toEqual(expected);
    });

    it(`whichever file is asked first: ${claim}`, () => {
      const project = projectOf(files);
      for (const file of project.files.toReversed()) {
        project.bodiesIn(file);
        project.policiesMentionedIn(file);
        project.dispatchesIn(file).map(({ policy }) => policy.attempts);
      }
      const again = project.dispatches.map(({ policy }) =>
        names.map((name) => text(policy[name])).join(', '),
      );
      expect(again).toEqual(expected.map((each) => each.slice(each.indexOf(': ') + 2)));
    });

    it(`however often it is asked: ${claim}`, () => {
      const project = projectOf(files);
      const ask = (): readonly string[] =>
        project.dispatches.flatMap(({ policy }) => names.map((name) => text(policy[name])));
      expect(ask()).toEqual(ask());
    });
  }
});

describe('the policy of each queue', () => {
  const queues = (files: Files): readonly string[] =>
    projectOf(files).queues.map(
      ({ name, root: isRoot, policy }) =>
        `${isRoot ? 'root' : (text(name).split(' @ ')[0] ?? '')}: ${text(policy.attempts)}`,
    );

  it('of a construction, also of a subclass', () => {
    expect(
      queues({
        'app.ts': `${bullmq}class Mails extends Queue {\n  constructor() {\n    super('mail', { connection: {}, defaultJobOptions: { attempts: 3 } });\n  }\n}\nexport const mails = new Mails();\nexport const sms = new Queue('sms');`,
      }).toSorted(),
    ).toEqual(['mail: 3 @ app.ts:4', 'mail: 3 @ app.ts:4', 'sms: default 1']);
  });

  it('of registrations and their root', () => {
    expect(
      queues({
        'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nexport const imports = [\n  BullModule.forRoot({ connection: {}, defaultJobOptions: { attempts: 5 } }),\n  BullModule.registerQueue({ name: 'mail' }, { name: 'sms', defaultJobOptions: { attempts: 3 } }),\n];`,
      }),
    ).toEqual(['root: 5 @ app.module.ts:3', 'mail: 5 @ app.module.ts:3', 'sms: 3 @ app.module.ts:4']);
  });
});

describe('the handlers of a project', () => {
  const handlers = (files: Files): readonly string[] => {
    const project = projectOf(files);
    return project.files
      .flatMap((file) => project.handlersIn(file))
      .map(({ library, queue, task, body }) => {
        const where = body ? relative(root, body.getSourceFile().fileName) : 'no body';
        return `${library.name} ${text(queue).split(' @ ')[0] ?? ''}/${text(task).split(' @ ')[0] ?? ''} ${where}`;
      });
  };

  it.each<[string, Files, ...string[]]>([
    [
      'a worker of an imported function',
      {
        'app.ts': `import { Worker } from 'bullmq';\nimport { run } from './run.js';\nexport const work = new Worker('mail', run, { connection: {} });`,
        'run.ts': `export const run = async () => 1;`,
      },
      'BullMQ mail/unknown run.ts',
    ],
    [
      'a worker that is given what is not known',
      {
        'app.ts': `import { type Processor, Worker } from 'bullmq';\nexport const start = (run: Processor, name: string) => new Worker(name, run, { connection: {} });`,
      },
      'BullMQ unknown/unknown no body',
    ],
    [
      'bull processes by name and by queue',
      {
        'app.ts': `import Bull from 'bull';\nconst mail = new Bull('mail');\nvoid mail.process('send', 5, async () => 1);`,
      },
      'Bull mail/send app.ts',
    ],
    [
      'NestJS methods take the queue of their class',
      {
        'app.ts': `import { Process, Processor } from '@nestjs/bull';\nenum Queues {\n  Mail = 'mail',\n}\n@Processor(Queues.Mail)\nexport class Mails {\n  @Process('send')\n  send() {\n    return 1;\n  }\n  @Process()\n  rest() {\n    return 1;\n  }\n}`,
      },
      'Bull with NestJS mail/send app.ts',
      'Bull with NestJS mail/__default__ app.ts',
    ],
  ])('%s', (_, files, ...expected) => {
    expect(errorsOf([['handlers', files]])).toEqual([]);
    expect(handlers(files)).toEqual(expected);
  });
});
