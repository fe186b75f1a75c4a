import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/index.js';
import { type Files, programOf, root } from '../harness.js';
import { errorsOf } from '../rules/support.js';

/*
 * What is said of a program does not depend on the order in which its files were found, nor on the file that was
 * linted first, nor on the rule that asked first.
 */
const user = `import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
@Entity() export class User { @PrimaryGeneratedColumn('uuid') id!: string; @Column() email!: string; }
export declare function load(): Promise<User>;`;

const projects: Readonly<Record<string, Files>> = {
  'wrappers of wrappers': {
    'user.ts': user,
    'queue.ts': `import { Queue } from 'bullmq';\nexport const mail = new Queue('mail');\nexport const sms = new Queue('sms', { connection: {}, defaultJobOptions: { attempts: 3 } });`,
    'send.ts': `import type { JobsOptions } from 'bullmq';\nimport { mail } from './queue.js';\nexport const send = (data: unknown, options?: JobsOptions) => mail.add('a', data, options);`,
    'index.ts': `export * from './send.js';\nexport { welcome as hello } from './welcome.js';`,
    'welcome.ts': `import type { JobsOptions } from 'bullmq';\nimport { send } from './send.js';\nexport const welcome = (who: object, options?: JobsOptions) => send({ who }, options);\nexport const plain = (id: string) => send({ id });`,
    'a.ts': `import { hello, send } from './index.js';\nimport { load } from './user.js';\nawait send({});\nawait send(await load(), { attempts: 3 });\nawait hello({ at: new Date() });\nawait hello({}, { attempts: 2, backoff: 5 });`,
    'b.ts': `import { plain } from './welcome.js';\nimport { sms } from './queue.js';\nawait plain('x');\nawait sms.add('b', {}, { backoff: 4 });\nawait sms.add('c', {});`,
  },
  'base classes and instances': {
    'base.ts': `import { Queue, Worker, type Job, type JobsOptions } from 'bullmq';
export abstract class Task<T> {
  protected readonly queue: Queue;
  constructor(readonly name: string, options: JobsOptions = {}) {
    this.queue = new Queue(name, { connection: {}, defaultJobOptions: options });
    new Worker(name, (job) => this.run(job), { connection: {} });
  }
  abstract run(job: Job<T>): Promise<unknown>;
  send(data: T, options?: JobsOptions) { return this.queue.add(this.name, data, options); }
}`,
    'careful.ts': `import type { Job } from 'bullmq';\nimport { Task } from './base.js';\nexport class Careful extends Task<{ id: string }> { constructor() { super('careful', { attempts: 3, backoff: 1000 }); } async run(job: Job<{ id: string }>) { await fetch(job.data.id); } }`,
    'careless.ts': `import type { Job } from 'bullmq';\nimport { Task } from './base.js';\nexport class Careless extends Task<{ at: Date }> { constructor() { super('careless'); } async run(job: Job<{ at: Date }>) { await fetch(String(job.data.at)); } }`,
    'instances.ts': `import { Careful } from './careful.js';\nimport { Careless } from './careless.js';\nexport const careful = new Careful();\nexport const careless = new Careless();`,
    'app.ts': `import { careful, careless } from './instances.js';\nawait careful.send({ id: 'x' });\nawait careless.send({ at: new Date() });\nawait careless.send({ at: new Date() }, { attempts: 3 });`,
  },
  'NestJS with providers, twice one name': {
    'app.module.ts': `import { BullModule } from '@nestjs/bullmq';\nimport { Module } from '@nestjs/common';\nimport { Queue } from 'bullmq';
@Module({ imports: [BullModule.forRoot({ connection: {}, defaultJobOptions: { attempts: 3, backoff: 1000 } }), BullModule.registerQueue({ name: 'mail' }, { name: 'sms', defaultJobOptions: { removeOnComplete: true } })], providers: [{ provide: 'q', useFactory: () => new Queue('q') }] })
export class AppModule {}`,
    'other.module.ts': `import { BullModule } from '@nestjs/bullmq';\nimport { Module } from '@nestjs/common';
@Module({ imports: [BullModule.registerQueue({ name: 'push', defaultJobOptions: { attempts: 2 } }), BullModule.registerQueue({ name: 'push' })] })
export class OtherModule {}`,
    'mails.service.ts': `import { InjectQueue } from '@nestjs/bullmq';\nimport { Inject, Injectable } from '@nestjs/common';\nimport type { JobsOptions, Queue } from 'bullmq';
@Injectable()
export class Mails {
  constructor(@InjectQueue('mail') private readonly mail: Queue, @InjectQueue('sms') private readonly sms: Queue, @InjectQueue('push') private readonly push: Queue, @Inject('q') private readonly q: Queue) {}
  welcome(to: string, options?: JobsOptions) { return this.mail.add('a', { to }, options); }
  text(data: unknown) { return this.sms.add('a', data); }
  note(data: object) { return this.push.add('a', data); }
  raw(data: object) { return this.q.add('a', data, { delay: 1 }); }
}`,
    'users.ts': `import type { Mails } from './mails.service.js';
export class Users { constructor(private readonly mails: Mails) {} async run() { await this.mails.welcome('x', { attempts: undefined }); await this.mails.text({ at: new Date() }); await this.mails.note({}); await this.mails.raw({ n: 1n }); } }`,
  },
  'singletons, tables and cycles': {
    'pool.ts': `import { Queue } from 'bullmq';\nimport { optionsOf } from './options.js';
export class Pool {
  private static one?: Pool;
  private readonly queues = new Map<string, Queue>();
  static get() { return (Pool.one ??= new Pool()); }
  queue(name: 'a' | 'b'): Queue {
    let queue = this.queues.get(name);
    if (!queue) { queue = new Queue(name, { connection: {}, defaultJobOptions: optionsOf(name) }); this.queues.set(name, queue); }
    return queue;
  }
}`,
    'options.ts': `import type { JobsOptions } from 'bullmq';\nimport { extra } from './extra.js';\nexport function optionsOf(name: 'a' | 'b'): JobsOptions { switch (name) { case 'a': return { attempts: 3, ...extra }; default: return {}; } }`,
    'extra.ts': `import type { JobsOptions } from 'bullmq';\nimport { optionsOf } from './options.js';\nexport const extra: JobsOptions = { delay: 5 };\nexport const more = () => optionsOf('a');`,
    'app.ts': `import { Pool } from './pool.js';\nimport { more } from './extra.js';\nawait Pool.get().queue('a').add('x', {});\nawait Pool.get().queue('b').add('x', {});\nawait Pool.get().queue('b').add('x', {}, more());`,
  },
  'wrappers that call each other around a cycle of files': {
    'a.ts': `import { Queue, type JobsOptions } from 'bullmq';\nimport { b } from './b.js';\nexport const mail = new Queue('mail');\nexport function a(n: number, data: unknown, options?: JobsOptions): Promise<unknown> { return n > 0 ? b(n - 1, { data }, options) : mail.add('a', data, options); }`,
    'b.ts': `import type { JobsOptions } from 'bullmq';\nimport { c } from './c.js';\nexport function b(n: number, data: unknown, options?: JobsOptions): Promise<unknown> { return c(n, data, { delay: 1, ...options }); }`,
    'c.ts': `import type { JobsOptions } from 'bullmq';\nimport { a, mail } from './a.js';\nexport function c(n: number, data: unknown, options?: JobsOptions): Promise<unknown> { return n > 5 ? mail.add('c', { data }, options) : a(n, data, options); }`,
    'x.ts': `import { a } from './a.js';\nawait a(Number(process.argv[2]), { at: new Date() });\nawait a(Number(process.argv[2]), {}, { attempts: 2 });`,
    'y.ts': `import { b } from './b.js';\nawait b(Number(process.argv[2]), new Map());\nawait b(Number(process.argv[2]), {}, { attempts: 2, backoff: 5 });`,
    'z.ts': `import { c } from './c.js';\nawait c(Number(process.argv[2]), { f: () => 1 });\nawait c(9, {}, { attempts: 1 });`,
  },
};

/** What all rules say of each file, whatever the order in which they are asked. */
function findings(
  files: Files,
  programOrder: readonly string[],
  lintOrder: readonly string[],
  rules: readonly string[],
): string {
  const program = programOf(Object.fromEntries(programOrder.map((name) => [name, files[name] ?? ''])));
  const linter = new Linter({ cwd: root });
  return lintOrder
    .flatMap((name) =>
      linter
        .verify(
          files[name] ?? '',
          [
            {
              files: ['**/*.ts'],
              languageOptions: { parser, parserOptions: { programs: [program] } },
              plugins: { tasks: plugin },
              rules: Object.fromEntries(rules.map((rule) => [`tasks/${rule}`, 'error' as const])),
            },
          ],
          { filename: `${root}/${name}` },
        )
        .map(
          ({ ruleId, line, column, endLine, endColumn, message, suggestions }) =>
            `${name}:${String(line)}:${String(column)}-${String(endLine)}:${String(endColumn)} ${ruleId ?? 'fatal'} ${message} ${JSON.stringify(suggestions)}`,
        ),
    )
    .toSorted()
    .join('\n');
}

const ruleNames = Object.keys(plugin.rules);

describe('the order of files, lint runs and rules makes no difference', () => {
  for (const [name, files] of Object.entries(projects)) {
    const names = Object.keys(files);
    it(name, () => {
      const expected = findings(files, names, names, ruleNames);
      expect(expected).not.toBe('');
      fc.assert(
        fc.property(
          permutation(names),
          permutation(names),
          permutation(ruleNames),
          (inProgram, inLint, ofRules) => {
            expect(findings(files, inProgram, inLint, ofRules)).toBe(expected);
          },
        ),
        { numRuns: 12, seed: 7 },
      );
    });

    it(`${name}: one file alone hears what it hears in a full run`, () => {
      const full = findings(files, names, names, ruleNames);
      for (const each of names.toReversed()) {
        expect(findings(files, names, [each], ruleNames)).toBe(
          full
            .split('\n')
            .filter((line) => line.startsWith(`${each}:`))
            .join('\n'),
        );
      }
    });
  }

  it('every sample type-checks', () => {
    expect(errorsOf(Object.entries(projects))).toEqual([]);
  });
});

function permutation(list: readonly string[]): fc.Arbitrary<string[]> {
  return fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length });
}
