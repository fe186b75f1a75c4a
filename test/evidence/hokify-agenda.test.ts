import type { EventEmitter } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agendaCron } from '../../src/libraries/cron.js';
import { EXPRESSIONS, takes } from './expressions.js';
import { BSON_PAYLOADS, BSON_REFUSED, Collection, type Document } from './mongo.js';
import { packagesOf } from './packages.js';
import { HOUR, gate, sleep, until } from './support.js';

/** As much of it as is used here. */
interface Job {
  readonly attrs: { readonly data: unknown; failCount?: number };
  schedule(when: string | Date): Job;
  unique(query: object, options?: object): Job;
  touch(): Promise<unknown>;
  save(): Promise<Job>;
}
interface Agenda extends EventEmitter {
  define(name: string, ...rest: unknown[]): void;
  now(name: string, data?: unknown): Promise<Job>;
  every(interval: string, name: string, data?: unknown): Promise<Job>;
  create(name: string, data?: unknown): Job;
  start(): Promise<void>;
  stop(): Promise<void>;
}
type Handler = (job: Job) => unknown;

const quiet = (): void => {};
/** A handler of two parameters, whatever it does with them. */
const withDone = (fn: (job: Job, done: (error?: Error) => void) => unknown) => fn;

const packages = packagesOf('hokify-agenda');
let Agenda: new (config: object) => Agenda;
let agendas: Agenda[] = [];

beforeAll(async () => {
  ({ Agenda } = await packages.load<{ Agenda: typeof Agenda }>('@hokify/agenda'));
});
afterEach(async () => {
  await Promise.all(agendas.map(async (agenda) => agenda.stop()));
  agendas = [];
});

function open(config: object = {}): { agenda: Agenda; jobs: Collection } {
  const jobs = new Collection(packages.file('@hokify/agenda'));
  const agenda = new Agenda({ mongo: jobs.database, processEvery: 20, ...config });
  agenda.on('error', quiet);
  agendas.push(agenda);
  return { agenda, jobs };
}

async function work(handler: unknown, options: object = {}, config: object = {}) {
  const opened = open(config);
  opened.agenda.define('t', handler, options);
  await opened.agenda.start();
  return opened;
}

/** Whether nobody has the job any more, and its handler has ended. */
const rests = (jobs: Collection): Promise<Document> =>
  until('the job has ended', () => {
    const [job] = jobs.all();
    return job?.['lastFinishedAt'] && job['lockedAt'] === null ? job : undefined;
  });

describe('attempts', () => {
  const runsOf = async (options: object = {}, config: object = {}): Promise<number> => {
    let runs = 0;
    const handler: Handler = async () => {
      runs++;
      throw new Error('boom');
    };
    const { agenda, jobs } = await work(handler, options, config);
    await agenda.now('t');
    const job = await rests(jobs);
    expect(job).toMatchObject({ failReason: 'boom', failCount: 1, nextRunAt: null });
    await sleep(150);
    return runs;
  };

  it('a failing job runs once', async () => {
    expect(await runsOf()).toBe(1);
  });

  it('no option changes that', async () => {
    const options = { attempts: 3, retries: 3, maxRetries: 3, backoff: () => 1 };
    expect(await runsOf(options, options)).toBe(1);
  });

  it('a listener to fail can schedule it again', async () => {
    let runs = 0;
    const { agenda, jobs } = await work(async () => {
      runs++;
      throw new Error('boom');
    });
    agenda.on('fail', (_error: Error, job: Job) => {
      if ((job.attrs.failCount ?? 0) < 3) void job.schedule(new Date()).save();
    });
    await agenda.now('t');
    await until('it has run three times', () => runs === 3);
    await until('it has failed three times', () => jobs.all()[0]?.['failCount'] === 3);
  });
});

describe('time', () => {
  it('a lock lives ten minutes when nobody says how long', () => {
    const { agenda } = open();
    agenda.define('t', async () => 1);
    const { definitions } = agenda as unknown as { definitions: Record<string, { lockLifetime: number }> };
    expect(definitions['t']?.lockLifetime).toBe(600_000);
  });

  it('after lockLifetime, in milliseconds, another copy starts while the first goes on, and another', async () => {
    const released = gate();
    let running = 0;
    let ended = 0;
    const handler: Handler = async () => {
      running++;
      await released.opened;
      ended++;
    };
    const errors: string[] = [];
    const { agenda } = await work(handler, { lockLifetime: 60 });
    agenda.on('error', (error: Error) => void errors.push(error.message));
    await agenda.now('t');
    await until('three copies run', () => running >= 3);
    expect(ended).toBe(0);
    expect(errors[0]).toContain('execution took more than 60ms');
    released.open();
    await until('all of them have ended', () => ended === running);
  });

  it('touch() keeps the lock', async () => {
    let runs = 0;
    const handler: Handler = async (job) => {
      runs++;
      for (let round = 0; round < 20; round++) {
        await job.touch();
        await sleep(10);
      }
    };
    const { agenda, jobs } = await work(handler, { lockLifetime: 1_000 });
    await agenda.now('t');
    const locked = await until('the job is locked', () => jobs.all()[0]?.['lockedAt'] as Date | undefined);
    await until('its lock is newer', () => (jobs.all()[0]?.['lockedAt'] as Date) > locked);
    await rests(jobs);
    expect(runs).toBe(1);
  });
});

describe('acknowledgement', () => {
  /** A job as a process leaves it that was killed so long ago. */
  async function crashed(ago: number, lockLifetime: number): Promise<{ runs: () => number }> {
    let runs = 0;
    const { agenda, jobs } = open();
    const then = new Date(Date.now() - ago);
    await jobs.insertOne({ name: 't', type: 'normal', nextRunAt: null, lastRunAt: then, lockedAt: then });
    agenda.define('t', async () => void runs++, { lockLifetime });
    await agenda.start();
    return { runs: () => runs };
  }

  it('a job is done when its handler has ended', async () => {
    const released = gate();
    let running = false;
    const { agenda, jobs } = await work(async () => {
      running = true;
      await released.opened;
    });
    await agenda.now('t');
    await until('the handler runs', () => running);
    expect(jobs.all()[0]?.['lockedAt']).toBeInstanceOf(Date);
    expect(jobs.all()[0]?.['lastFinishedAt']).toBeNull();
    released.open();
    await rests(jobs);
  });

  it('a job whose process was killed is run again when its lock is too old, and not before', async () => {
    const old = await crashed(HOUR, HOUR / 2);
    const young = await crashed(HOUR, 2 * HOUR);
    await until('the job has run', () => old.runs() === 1);
    await sleep(100);
    expect({ old: old.runs(), young: young.runs() }).toEqual({ old: 1, young: 0 });
  });
});

describe('payload', () => {
  for (const { title, sent, received } of BSON_PAYLOADS) {
    it(title, async () => {
      const seen: unknown[] = [];
      const { agenda, jobs } = await work(async (job: Job) => void seen.push(job.attrs.data));
      await agenda.now('t', sent);
      await rests(jobs);
      expect(seen).toStrictEqual([received]);
    });
  }

  for (const { title, sent, message } of BSON_REFUSED) {
    it(title, async () => {
      const { agenda, jobs } = open();
      await expect(agenda.now('t', sent())).rejects.toThrow(message);
      expect(jobs.all()).toEqual([]);
    });
  }

  it('a Buffer is the Binary of the driver', async () => {
    const { agenda, jobs } = open();
    await agenda.now('t', { value: Buffer.from('hi') });
    const { value } = jobs.all()[0]?.['data'] as { value: { _bsontype: string; buffer: Buffer } };
    expect(value._bsontype).toBe('Binary');
    expect(value.buffer.toString()).toBe('hi');
  });
});

describe('deduplication', () => {
  it('jobs are queued as often as they are asked for', async () => {
    const { agenda, jobs } = open();
    await agenda.now('t', { nr: 1 });
    await agenda.now('t', { nr: 1 });
    expect(jobs.all()).toHaveLength(2);
  });

  it('unique() finds the job that is there, and updates it', async () => {
    const { agenda, jobs } = open();
    await agenda.create('t', { key: 1, nr: 1 }).unique({ 'data.key': 1 }).save();
    await agenda.create('t', { key: 1, nr: 2 }).unique({ 'data.key': 1 }).save();
    expect(jobs.all().map(({ data }) => data)).toEqual([{ key: 1, nr: 2 }]);
  });

  it('with insertOnly it leaves it as it is', async () => {
    const { agenda, jobs } = open();
    const options = { insertOnly: true };
    await agenda.create('t', { key: 1, nr: 1 }).unique({ 'data.key': 1 }, options).save();
    await agenda.create('t', { key: 1, nr: 2 }).unique({ 'data.key': 1 }, options).save();
    expect(jobs.all().map(({ data }) => data)).toEqual([{ key: 1, nr: 1 }]);
  });

  it('every() has one job of a name', async () => {
    const { agenda, jobs } = open();
    await agenda.every('1 hour', 't', { nr: 1 });
    await agenda.every('2 hours', 't', { nr: 2 });
    expect(jobs.all()).toMatchObject([{ type: 'single', repeatInterval: '2 hours', data: { nr: 2 } }]);
  });
});

describe('sameName', () => {
  it('of two jobs with one name the last is run', async () => {
    const ran: string[] = [];
    const { agenda, jobs } = open();
    agenda.define('t', async () => void ran.push('first'));
    agenda.define('t', async () => void ran.push('second'));
    await agenda.start();
    await agenda.now('t');
    await rests(jobs);
    expect(ran).toEqual(['second']);
  });
});

describe('routes', () => {
  it('a job that nobody has defined is stored, and never taken', async () => {
    const { agenda, jobs } = await work(async () => 1);
    await agenda.now('other');
    await agenda.now('t');
    await until('the one that is known has run', () => jobs.all()[1]?.['lastFinishedAt']);
    await sleep(100);
    expect(jobs.all()[0]).toMatchObject({ name: 'other' });
    expect(jobs.all()[0]).not.toHaveProperty('lastRunAt');
  });
});

describe('schedules', () => {
  it('every() takes and refuses what the rule takes and refuses', async () => {
    const { agenda } = open();
    const differing: string[] = [];
    for (const expression of EXPRESSIONS) {
      const { attrs } = await agenda.every(expression, 't', {});
      const { nextRunAt, failReason } = attrs as { nextRunAt?: Date | null; failReason?: string };
      const planned = failReason === undefined && nextRunAt instanceof Date && nextRunAt.getTime() > 0;
      if (takes(expression, agendaCron) !== planned) differing.push(expression);
    }
    // What does not look like cron may be words, and is left alone.
    expect(differing).toEqual(['0 0 0 1 1 ? 2027', 'a b c d e', 'TZ=UTC 0 3 * * *']);
  });
});

describe('waits', () => {
  it('now() gives the job before it has run, and nothing that could be waited for', async () => {
    const { agenda, jobs } = open();
    const job = await agenda.now('t');
    expect(jobs.all()[0]).not.toHaveProperty('lastRunAt');
    for (const name of ['finished', 'result', 'then', 'waitUntilFinished']) expect(name in job).toBe(false);
  });
});

describe('handlers', () => {
  it('define takes the handler before the options; the other way round, as in agenda 5, every job fails', async () => {
    const { agenda, jobs } = open();
    agenda.define('t', { concurrency: 1 }, async () => 1);
    await agenda.start();
    await agenda.now('t');
    expect((await rests(jobs))['failReason']).toContain('is not a function');
  });

  it('a handler of two parameters ends with done, and never without it', async () => {
    const ended = await work(withDone(async (_job, done) => void setImmediate(done)));
    await ended.agenda.now('t');
    await rests(ended.jobs);
    let runs = 0;
    const hanging = await work(
      withDone(async (_job, _done) => void runs++),
      { lockLifetime: 60 },
    );
    await hanging.agenda.now('t');
    // Its lock runs out, and it is run again, without end.
    await until('it has run three times', () => runs >= 3);
    expect(hanging.jobs.all()[0]?.['lastFinishedAt']).toBeNull();
  });

  it('a rejected promise fails it, also with two parameters', async () => {
    const { agenda, jobs } = await work(
      withDone(async (_job, _done) => {
        throw new Error('boom');
      }),
    );
    await agenda.now('t');
    expect((await rests(jobs))['failReason']).toBe('boom');
  });

  it('a job that is created and not saved does not run', async () => {
    let runs = 0;
    const { agenda, jobs } = await work(async () => void runs++);
    agenda.create('t');
    await sleep(100);
    expect({ runs, jobs: jobs.all() }).toEqual({ runs: 0, jobs: [] });
  });

  it('nobody listens to error unless the program does', () => {
    const agenda = new Agenda({});
    expect(agenda.listenerCount('error')).toBe(0);
  });
});
