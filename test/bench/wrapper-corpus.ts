import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Corpus } from './corpus.js';

const repository = join(import.meta.dirname, '../..');
const feature = join(repository, 'fixtures/feature/src');

/** Of the files of such a project, the share that calls a wrapper. */
const share = 0.35;
const callersOfModule = 9;

/**
 * Writes a project of about this many files in which nobody but wrappers touches a queue: modules of a base
 * class that builds the queue, a class per queue, a singleton, a function that forwards to both, and nine
 * files that call them, among features without tasks.
 */
export function writeWrapperCorpus(size: number): Corpus {
  const folder = join(repository, '.cache/bench', `wrappers-${String(size)}`);
  rmSync(folder, { recursive: true, force: true });
  const files: string[] = [];
  const write = (name: string, text: string): void => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    files.push(path);
  };
  const modules = Math.max(1, Math.round((size * share) / (callersOfModule + 3)));
  for (let index = 0; index < modules; index += 1) {
    for (const [name, text] of Object.entries(moduleOf(index)))
      write(`src/module-${String(index)}/${name}`, text);
  }
  const sources = readdirSync(feature, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort();
  for (let copy = 0; files.length < size; copy += 1) {
    for (const name of sources)
      write(`src/feature-${String(copy)}/${name}`, readFileSync(join(feature, name), 'utf8'));
  }
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "wrapper-corpus", "private": true, "type": "module" }\n',
  );
  writeFileSync(
    join(folder, 'tsconfig.json'),
    readFileSync(join(repository, 'fixtures/shop/tsconfig.json'), 'utf8'),
  );
  return { folder, files, settings: { libraries: [] } };
}

function moduleOf(index: number): Readonly<Record<string, string>> {
  const id = String(index);
  const texts: Record<string, string> = {
    'base-queue.ts': `import { Queue, type JobsOptions } from 'bullmq';

export interface Envelope<T> { name: string; data: T; options?: JobsOptions }

export abstract class BaseQueue${id} {
  private queue?: Queue;
  protected abstract readonly queueName: string;

  protected defaults(): JobsOptions { return { attempts: 3, backoff: { type: 'exponential', delay: 1000 } }; }

  protected getQueue(): Queue {
    return (this.queue ??= new Queue(this.queueName, { connection: {}, defaultJobOptions: this.defaults() }));
  }

  async enqueue<T>({ name, data, options }: Envelope<T>): Promise<void> {
    await this.getQueue().add(name, data, { removeOnComplete: true, ...options });
  }
}
`,
    'queues.ts': `import type { JobsOptions } from 'bullmq';
import { BaseQueue${id}, type Envelope } from './base-queue.js';

export class MailQueue${id} extends BaseQueue${id} {
  protected readonly queueName = 'mail-${id}';
  private static instance?: MailQueue${id};
  static getInstance(): MailQueue${id} { return (MailQueue${id}.instance ??= new MailQueue${id}()); }
}

export class ReportQueue${id} extends BaseQueue${id} {
  protected readonly queueName = 'report-${id}';
  protected override defaults(): JobsOptions { return { removeOnFail: true }; }
}

export const reports${id} = new ReportQueue${id}();
export const hand${id} = <T>(job: Envelope<T>): Promise<void> => MailQueue${id}.getInstance().enqueue(job);
`,
    'trigger.ts': `import { hand${id}, reports${id} } from './queues.js';

export async function trigger${id}(name: string, data: object, urgent = false): Promise<void> {
  if (urgent) await reports${id}.enqueue({ name, data });
  else await hand${id}({ name, data, options: { delay: 5 } });
}
`,
  };
  for (let caller = 0; caller < callersOfModule; caller += 1) {
    texts[`caller-${String(caller)}.service.ts`] = callerOf(id, caller);
  }
  return texts;
}

function callerOf(id: string, caller: number): string {
  return `import { hand${id}, MailQueue${id}, reports${id} } from './queues.js';
import { trigger${id} } from './trigger.js';

interface Person { id: string; name: string; since: Date; tags: string[] }

async function load(id: string): Promise<Person> {
  const response = await fetch(\`https://example.com/people/\${id}\`);
  return (await response.json()) as Person;
}

export class Caller${String(caller)} {
  constructor(private readonly mails: MailQueue${id}) {}

  async welcome(id: string): Promise<void> {
    const person = await load(id);
    await this.mails.enqueue({ name: 'welcome', data: { id: person.id } });
    await hand${id}({ name: 'tags', data: { id, tags: person.tags.map((tag) => tag.trim()) } });
  }

  async remind(ids: string[]): Promise<number> {
    const people = await Promise.all(ids.map((id) => load(id)));
    const old = people.filter((person) => person.since.getFullYear() < 2020);
    for (const person of old) {
      await MailQueue${id}.getInstance().enqueue({ name: 'remind', data: { id: person.id }, options: { attempts: 2, backoff: 500 } });
      await trigger${id}('report', { id: person.id }, person.tags.length > 3);
    }
    await reports${id}.enqueue({ name: 'summary', data: { count: old.length } });
    return old.length;
  }
}
`;
}
