import type { EventEmitter } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agendaCron } from '../../src/libraries/cron.js';
import { EXPRESSIONS, takes } from './expressions.js';
import { BSON_PAYLOADS, BSON_REFUSED, Collection, type Document } from './mongo.js';
import { packagesOf } from './packages.js';
import { HOUR, gaps, gate, sleep, until } from './support.js';

/** What the versions have in common, under the names of their own; the types of one are not those of the other. */
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

/** What an expression is stored as: when it comes next, or why never. */
const isPlanned = (attrs: object): boolean => {
  const { nextRunAt, failReason } = attrs as { nextRunAt?: Date | null; failReason?: string };
  return failReason === undefined && nextRunAt instanceof Date && !Number.isNaN(nextRunAt.getTime());
};
/** A handler of two parameters, whatever it does with them. */
const withDone = (fn: (job: Job, done: (error?: Error) => void) => unknown) => fn;

describe.each([4, 5])('agenda %i', (version) => {
  const packages = packagesOf(`agenda-${version}`);
  let Agenda: new (config: object) => Agenda;
  let agendas: Agenda[] = [];

  beforeAll(async () => {
    ({ Agenda } = await packages.load<{ Agenda: typeof Agenda }>('agenda'));
  });
  afterEach(async () => {
    await Promise.all(agendas.map(async (agenda) => agenda.stop()));
    agendas = [];
  });

  function open(config: object = {}): { agenda: Agenda; jobs: Collection } {
    const jobs = new Collection(packages.file('agenda'));
    const agenda = new Agenda({ mongo: jobs.database, processEvery: 20, ...config });
    agenda.on('error', quiet);
    agendas.push(agenda);
    return { agenda, jobs };
  }

  async function work(handler: unknown, options: object = {}, config: object = {}) {
    const opened = open(config);
    opened.agenda.define('t', options, handler);
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

  describe('traps', () => {
    it('define takes the options before the handler', async () => {
      let runs = 0;
      const { agenda } = await work(async () => void runs++, { concurrency: 1 });
      await agenda.now('t');
      await until('it has run', () => runs === 1);
    });

    it('with the handler before the options, as version 6 wants it, every job fails', async () => {
      const { agenda, jobs } = open();
      agenda.define('t', async () => 1, { concurrency: 1 });
      await agenda.start();
      await agenda.now('t');
      expect((await rests(jobs))['failReason']).toContain('is not a function');
    });
  });

  describe('times', () => {
    it('a lockLifetime of 30 is milliseconds: a second copy starts while the first is at work', async () => {
      let running = 0;
      let most = 0;
      const handler: Handler = async () => {
        most = Math.max(most, ++running);
        await sleep(200);
        running--;
      };
      const { agenda, jobs } = await work(handler, { lockLifetime: 30 });
      await agenda.now('t');
      await until('two copies run', () => most > 1);
      // As it seems, the job has ended more than once.
      await until('all of them have ended', () => running === 0 && jobs.all()[0]?.['lastFinishedAt']);
    });

    it('with one of 30_000 there is no other', async () => {
      let runs = 0;
      const { agenda, jobs } = await work(async () => (runs++, sleep(200)), { lockLifetime: 30_000 });
      await agenda.now('t');
      await rests(jobs);
      expect(runs).toBe(1);
    });
  });

  describe('time', () => {
    it('a lock lives ten minutes when nobody says how long', () => {
      const { agenda } = open();
      agenda.define('t', async () => 1);
      const { _definitions } = agenda as unknown as {
        _definitions: Record<string, { lockLifetime: number }>;
      };
      expect(_definitions['t']?.lockLifetime).toBe(600_000);
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
      const { agenda } = await work(handler, { lockLifetime: 60 });
      await agenda.now('t');
      await until('three copies run', () => running >= 3);
      expect(ended).toBe(0);
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
      agenda.define('t', { lockLifetime }, async () => void runs++);
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
      expect(jobs.all()[0]?.['lastFinishedAt']).toBeUndefined();
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
        if (takes(expression, agendaCron) !== isPlanned(attrs)) differing.push(expression);
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
      expect(hanging.jobs.all()[0]?.['lastFinishedAt']).toBeUndefined();
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
});

describe('agenda 6', () => {
  interface Context {
    readonly attempt: number;
    readonly error: Error;
    readonly jobName: string;
    readonly jobData: unknown;
  }
  type Backoff = (context: Context) => number | null;
  type Strategy = (options?: Record<string, number | null | undefined>) => Backoff;
  type Decorator = (target: object, name: string, descriptor: PropertyDescriptor) => void;
  interface Module {
    readonly Agenda: new (config: object) => Agenda;
    readonly constant: Strategy;
    readonly linear: Strategy;
    readonly exponential: Strategy;
    readonly backoffStrategies: Record<'aggressive' | 'relaxed' | 'standard', () => Backoff>;
    readonly Define: (options: object) => Decorator;
    readonly Every: (interval: string, options: object) => Decorator;
    readonly JobsController: (options?: object) => (constructor: object) => void;
    readonly registerJobs: (agenda: Agenda, instances: object[]) => void;
  }

  const packages = packagesOf('agenda-6');
  let agenda6: Module;
  let agendas: Agenda[] = [];

  beforeAll(async () => {
    agenda6 = await packages.load<Module>('agenda');
  });
  afterEach(async () => {
    await Promise.all(agendas.map(async (agenda) => agenda.stop()));
    agendas = [];
  });

  /** No backend package is installed here. This one keeps its jobs in memory, under the rules of the interface. */
  class Backend {
    readonly name = 'memory';
    readonly jobs = new Map<string, Document>();
    readonly repository = {
      connect: async () => {},
      queryJobs: async ({ id }: { id?: string }) => {
        const jobs = [...this.jobs.values()].filter((job) => id === undefined || job['_id'] === id);
        return { jobs: jobs.map((job) => ({ ...job })), total: jobs.length };
      },
      getQueueSize: async () => this.jobs.size,
      saveJob: async ({ unique: _unique, uniqueOpts: _options, ...job }: Document) => {
        const same = [...this.jobs.values()].find(
          ({ type, name }) => type === 'single' && job['type'] === 'single' && name === job['name'],
        );
        const _id = (job['_id'] ?? same?.['_id'] ?? `id${this.jobs.size}`) as string;
        const saved = { ...this.jobs.get(_id), ...job, _id };
        this.jobs.set(_id, saved);
        return { ...saved };
      },
      saveJobState: async (job: Document) =>
        void Object.assign(this.jobs.get(job['_id'] as string) ?? {}, job),
      unlockJob: async ({ _id }: Document) =>
        void Object.assign(this.jobs.get(_id as string) ?? {}, { lockedAt: undefined }),
      unlockJobs: async (ids: string[]) => {
        for (const id of ids) Object.assign(this.jobs.get(id) ?? {}, { lockedAt: undefined });
      },
      getNextJobToRun: async (name: string, nextScanAt: Date, lockDeadline: Date) => {
        const job = [...this.jobs.values()].find(({ name: own, lockedAt, nextRunAt }) => {
          if (own !== name) return false;
          if (lockedAt) return lockedAt <= lockDeadline;
          return nextRunAt instanceof Date && nextRunAt <= nextScanAt;
        });
        if (!job) return undefined;
        job['lockedAt'] = new Date();
        return { ...job };
      },
    };
    connect = async (): Promise<void> => {};
    disconnect = async (): Promise<void> => {};
  }

  function open(config: object = {}) {
    const backend = new Backend();
    const agenda = new agenda6.Agenda({ backend, processEvery: 20, ...config });
    agendas.push(agenda);
    return { agenda, jobs: () => [...backend.jobs.values()], backend };
  }

  async function work(handler: unknown, options: object = {}, config: object = {}) {
    const opened = open(config);
    opened.agenda.define('t', handler, options);
    await opened.agenda.start();
    return opened;
  }

  /** Lets a job fail until nothing is left to be run, and tells of each of its runs and retries. */
  async function failing(options: object = {}, config: object = {}) {
    const starts: number[] = [];
    const events: string[] = [];
    const delays: number[] = [];
    const errors: string[] = [];
    const handler: Handler = async () => {
      starts.push(Date.now());
      throw new Error('boom');
    };
    const { agenda, jobs } = await work(handler, options, config);
    for (const event of ['fail', 'retry', 'retry exhausted']) agenda.on(event, () => void events.push(event));
    agenda.on('retry', (_job, { delay }: { delay: number }) => void delays.push(delay));
    agenda.on('error', (error: Error) => void errors.push(error.message));
    await agenda.now('t', { nr: 1 });
    await until('nothing is left to be run', () => {
      const [job] = jobs();
      return errors.length > 0 || (job?.['failedAt'] && !job['lockedAt'] && !job['nextRunAt']);
    });
    await sleep(60);
    return { starts, events, delays, errors, job: jobs()[0] };
  }

  describe('traps', () => {
    it('define takes the handler before the options; the other way round, every job fails', async () => {
      const { agenda, jobs } = open();
      agenda.define('t', { concurrency: 1 }, async () => 1);
      await agenda.start();
      await agenda.now('t');
      await until('the job has failed', () => jobs()[0]?.['failReason']);
      expect(jobs()[0]?.['failReason']).toContain('is not a function');
    });

    it.each(['Define', 'Every'] as const)(
      '@%s hands no backoff on, so that its job runs once',
      async (kind) => {
        let runs = 0;
        class Jobs {
          async welcome(): Promise<void> {
            runs++;
            throw new Error('boom');
          }
        }
        const descriptor = Object.getOwnPropertyDescriptor(Jobs.prototype, 'welcome') as PropertyDescriptor;
        const options = { name: 't', backoff: agenda6.constant({ delay: 1 }) };
        const decorate = kind === 'Define' ? agenda6.Define(options) : agenda6.Every('1 hour', options);
        decorate(Jobs.prototype, 'welcome', descriptor);
        agenda6.JobsController()(Jobs);
        const { agenda, jobs } = open();
        agenda6.registerJobs(agenda, [new Jobs()]);
        await agenda.start();
        // What comes every hour comes at once, too.
        if (kind === 'Define') await agenda.now('t');
        await until('the job has failed', () => jobs()[0]?.['failCount'] === 1);
        await sleep(100);
        expect(runs).toBe(1);
      },
    );
  });

  describe('times', () => {
    it('a lockLifetime of 30 is milliseconds, of 30_000 as well: only with it there is one copy', async () => {
      const mostWith = async (lockLifetime: number): Promise<number> => {
        let running = 0;
        let most = 0;
        let ended = 0;
        const handler: Handler = async () => {
          most = Math.max(most, ++running);
          await sleep(200);
          running--;
          ended++;
        };
        const { agenda } = await work(handler, { lockLifetime });
        agenda.on('error', quiet);
        await agenda.now('t');
        await until('it has ended', () => ended > 0);
        return most;
      };
      const [short, long] = await Promise.all([mostWith(30), mostWith(30_000)]);
      expect(short).toBeGreaterThan(1);
      expect(long).toBe(1);
    });
  });

  describe('attempts', () => {
    it('a failing job runs once', async () => {
      const { starts, events } = await failing();
      expect(starts).toHaveLength(1);
      expect(events).toEqual(['fail']);
    });

    it('with a backoff it runs four times when nobody says how often', async () => {
      const { starts, events } = await failing({ backoff: agenda6.constant({ delay: 1 }) });
      expect(starts).toHaveLength(4);
      expect(events).toEqual(['fail', 'retry', 'fail', 'retry', 'fail', 'retry', 'fail', 'retry exhausted']);
    });

    it.each([
      { maxRetries: 0, runs: 1 },
      { maxRetries: 1, runs: 2 },
      { maxRetries: 5, runs: 6 },
      { maxRetries: undefined, runs: 4 },
      { maxRetries: null, runs: 1 },
    ])(
      'maxRetries: $maxRetries is $runs runs: it counts those after the first',
      async ({ maxRetries, runs }) => {
        expect((await failing({ backoff: agenda6.constant({ delay: 1, maxRetries }) })).starts).toHaveLength(
          runs,
        );
      },
    );

    it('maxRetries: Infinity never ends', async () => {
      let runs = 0;
      const handler: Handler = async () => {
        if (++runs <= 10) throw new Error('boom');
      };
      const { agenda } = await work(handler, {
        backoff: agenda6.constant({ delay: 1, maxRetries: Infinity }),
      });
      await agenda.now('t');
      await until('it has run eleven times', () => runs === 11);
    });

    it('a backoff is for define alone: neither new Agenda() nor the data know one', async () => {
      const backoff = agenda6.constant({ delay: 1 });
      expect((await failing({}, { backoff, defaultBackoff: backoff })).starts).toHaveLength(1);
    });

    it.each([
      { title: 'undefined', backoff: () => undefined },
      { title: 'a promise', backoff: async () => 1 },
    ])('a backoff that gives $title ends the attempts with an error', async ({ backoff }) => {
      const { starts, errors } = await failing({ backoff });
      expect(starts).toHaveLength(1);
      expect(errors).toEqual(['Invalid time value']);
    });
  });

  describe('backoff', () => {
    const asked = (backoff: Backoff, times: number): (number | null)[] =>
      Array.from({ length: times }, (_, index) =>
        backoff({ attempt: index + 1, error: new Error('boom'), jobName: 't', jobData: {} }),
      );

    it('constant is one second each time when nobody says how long', () => {
      expect(asked(agenda6.constant(), 4)).toEqual([1_000, 1_000, 1_000, null]);
    });

    it('linear grows by its delay', () => {
      expect(asked(agenda6.linear({ delay: 100 }), 4)).toEqual([100, 200, 300, null]);
    });

    it('exponential doubles', () => {
      expect(asked(agenda6.exponential(), 4)).toEqual([1_000, 2_000, 4_000, null]);
      expect(asked(agenda6.exponential({ delay: 10, factor: 3, maxDelay: 50, maxRetries: 4 }), 5)).toEqual([
        10,
        30,
        50,
        50,
        null,
      ]);
    });

    it('jitter is that part of the delay, more or less, and none when nobody says so', () => {
      const backoff = agenda6.constant({ delay: 1_000, jitter: 0.5, maxRetries: Infinity });
      const delays = asked(backoff, 200).map(Number);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(500);
      expect(Math.max(...delays)).toBeLessThanOrEqual(1_500);
      expect(delays.some((delay) => delay < 1_000) && delays.some((delay) => delay > 1_000)).toBe(true);
    });

    it('the ready-made ones have three, four and five retries', () => {
      const { aggressive, relaxed, standard } = agenda6.backoffStrategies;
      expect(asked(aggressive(), 4)).toEqual([100, 200, 400, null]);
      expect(asked(relaxed(), 5).map((delay) => delay === null)).toEqual([false, false, false, false, true]);
      expect(asked(standard(), 6).map((delay) => delay === null)).toEqual([
        false,
        false,
        false,
        false,
        false,
        true,
      ]);
    });

    it('it is asked in milliseconds, with the failure', async () => {
      const contexts: Context[] = [];
      const backoff: Backoff = (context) => {
        contexts.push(context);
        return context.attempt < 3 ? 120 : null;
      };
      const { starts, delays } = await failing({ backoff });
      expect(delays).toEqual([120, 120]);
      expect(Math.min(...gaps(starts))).toBeGreaterThanOrEqual(119);
      expect(contexts).toMatchObject([
        { attempt: 1, jobName: 't', jobData: { nr: 1 }, error: { message: 'boom' } },
        { attempt: 2 },
        { attempt: 3 },
      ]);
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
      const errors: string[] = [];
      const handler: Handler = async () => {
        running++;
        await released.opened;
        ended++;
      };
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
        for (let round = 0; round < 120; round++) {
          await job.touch();
          await sleep(10);
        }
      };
      const { agenda, jobs } = await work(handler, { lockLifetime: 1_000 });
      await agenda.now('t');
      await until('the job has ended', () => jobs()[0]?.['lastFinishedAt']);
      expect(runs).toBe(1);
    });
  });

  describe('acknowledgement', () => {
    it('a job is done when its handler has ended', async () => {
      const released = gate();
      let running = false;
      const { agenda, jobs } = await work(async () => {
        running = true;
        await released.opened;
      });
      await agenda.now('t');
      await until('the handler runs', () => running);
      expect(jobs()[0]?.['lockedAt']).toBeInstanceOf(Date);
      expect(jobs()[0]?.['lastFinishedAt']).toBeUndefined();
      released.open();
      await until('the job has ended', () => jobs()[0]?.['lastFinishedAt']);
    });

    it('a backend is asked for jobs whose lock is older than lockLifetime: those of processes that are gone', async () => {
      let runs = 0;
      const { agenda, backend } = open();
      const then = new Date(Date.now() - HOUR);
      const crashed = { type: 'normal', nextRunAt: null, lastRunAt: then, lockedAt: then };
      backend.jobs.set('old', { ...crashed, _id: 'old', name: 'old' });
      backend.jobs.set('young', { ...crashed, _id: 'young', name: 'young' });
      agenda.define('old', async () => void runs++, { lockLifetime: HOUR / 2 });
      agenda.define('young', async () => void runs++, { lockLifetime: 2 * HOUR });
      await agenda.start();
      await until('the job has run', () => runs === 1);
      await sleep(100);
      expect(runs).toBe(1);
      expect(backend.jobs.get('young')?.['lockedAt']).toEqual(then);
    });
  });

  describe('deduplication', () => {
    it('every() asks for one job of a name', async () => {
      const { agenda, jobs } = open();
      await agenda.every('1 hour', 't', { nr: 1 });
      await agenda.every('2 hours', 't', { nr: 2 });
      expect(jobs()).toMatchObject([{ type: 'single', repeatInterval: '2 hours', data: { nr: 2 } }]);
    });

    it('unique() is passed on to the backend', async () => {
      const { agenda, backend } = open();
      const asked: unknown[] = [];
      const { saveJob } = backend.repository;
      backend.repository.saveJob = async (job) => {
        asked.push(job['unique'], job['uniqueOpts']);
        return saveJob(job);
      };
      await agenda.create('t', { key: 1 }).unique({ 'data.key': 1 }, { insertOnly: true }).save();
      expect(asked).toEqual([{ 'data.key': 1 }, { insertOnly: true }]);
    });
  });

  describe('routes', () => {
    it('a job that nobody has defined is stored, and never taken', async () => {
      const { agenda, jobs } = await work(async () => 1);
      await agenda.now('other');
      await agenda.now('t');
      await until('the one that is known has run', () => jobs()[1]?.['lastFinishedAt']);
      await sleep(100);
      expect(jobs()[0]).toMatchObject({ name: 'other' });
      expect(jobs()[0]?.['lastRunAt']).toBeUndefined();
    });
  });

  describe('schedules', () => {
    it('every() takes and refuses what the rule takes and refuses', async () => {
      const { agenda } = open();
      const differing: string[] = [];
      for (const expression of EXPRESSIONS) {
        const planned = await agenda.every(expression, 't', {}).then(
          ({ attrs }) => isPlanned(attrs),
          () => false,
        );
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
      expect(jobs()[0]?.['lastRunAt']).toBeUndefined();
      for (const name of ['finished', 'result', 'then', 'waitUntilFinished']) expect(name in job).toBe(false);
    });
  });

  describe('handlers', () => {
    it('a handler of two parameters ends with done, and never without it', async () => {
      const ended = await work(withDone(async (_job, done) => void setImmediate(done)));
      await ended.agenda.now('t');
      await until('the job has ended', () => ended.jobs()[0]?.['lastFinishedAt']);
      let runs = 0;
      const hanging = await work(
        withDone(async (_job, _done) => void runs++),
        { lockLifetime: 60 },
      );
      await hanging.agenda.now('t');
      // Its lock runs out, and it is run again, without end.
      await until('it has run three times', () => runs >= 3);
      expect(hanging.jobs()[0]?.['lastFinishedAt']).toBeUndefined();
    });

    it('a job that is created and not saved does not run', async () => {
      let runs = 0;
      const { agenda, jobs } = await work(async () => void runs++);
      agenda.create('t');
      await sleep(100);
      expect({ runs, jobs: jobs() }).toEqual({ runs: 0, jobs: [] });
    });

    it('an error without a listener of the program ends nothing: it listens itself', () => {
      const { agenda } = open();
      expect(agenda.listenerCount('error')).toBe(1);
      expect(() => agenda.emit('error', new Error('nobody listens'))).not.toThrow();
    });
  });
});
