import BeeQueue from 'bee-queue';
import Bull from 'bull';
import * as bullmq6 from 'bullmq';
import * as bullmq5 from 'bullmq5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Redis, startRedis } from './redis.js';
import { gaps, sleep, until } from './support.js';

/*
 * What the tables say of times: which unit a number has, and what becomes of two times that contradict each other.
 * A number that is far too small is given as those give it who think in seconds.
 */

let redis: Redis;
let counter = 0;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await redis.stop();
});

const quiet = (): void => {};
const newName = (): string => `times${++counter}`;
const address = () => ({ host: redis.host, port: redis.port });

/** A call that keeps the event loop waiting: no lock is renewed while it lasts. */
function pause(ms: number): void {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

/** Two workers, and what each run of a job does: how often they are at work on the same one at a time. */
class Beside {
  readonly #running = new Map<string, number>();
  runs = 0;
  /** The jobs that two have run at a time. */
  readonly twice = new Set<string>();
  ended = 0;

  async run(job: string, ms: number): Promise<void> {
    this.runs++;
    const running = (this.#running.get(job) ?? 0) + 1;
    this.#running.set(job, running);
    if (running > 1) this.twice.add(job);
    await sleep(ms);
    this.#running.set(job, (this.#running.get(job) ?? 0) - 1);
    this.ended++;
  }
}

const BULLMQ = [
  { version: 5, lib: bullmq5 as unknown as typeof bullmq6 },
  { version: 6, lib: bullmq6 },
];
describe.concurrent.each(BULLMQ)('times of BullMQ, version $version', ({ lib }) => {
  const connection = () => ({ ...address(), maxRetriesPerRequest: null });
  const open = (name: string): bullmq6.Queue => {
    const queue = new lib.Queue(name, { connection: connection() });
    closing.push(() => queue.close());
    return queue;
  };
  function work(
    name: string,
    processor: bullmq6.Processor,
    options: Partial<bullmq6.WorkerOptions> = {},
  ): bullmq6.Worker {
    const worker = new lib.Worker(name, processor, { connection: connection(), ...options });
    worker.on('error', quiet);
    closing.push(() => worker.close(true));
    return worker;
  }

  it.each([{ backoff: 30 }, { backoff: { type: 'fixed', delay: 30 } }])(
    'with %o all runs are over in no time',
    async (options) => {
      const starts: number[] = [];
      const queue = open(newName());
      work(queue.name, async () => {
        starts.push(Date.now());
        throw new Error('boom');
      });
      await queue.add('a', {}, { attempts: 3, ...options });
      await until('it has failed', () => starts.length === 3);
      for (const pause of gaps(starts)) expect(pause).toBeLessThan(5_000);
      expect(Math.min(...gaps(starts))).toBeGreaterThanOrEqual(29);
    },
  );

  /** The jobs of eight, begun one after the other, that were run twice at a time. */
  async function lost(
    options: { lockDuration: number; lockRenewTime: number },
    afterwards = quiet,
  ): Promise<number> {
    const queue = open(newName());
    const beside = new Beside();
    const processor = (job: bullmq6.Job): Promise<void> => beside.run(job.id ?? '', 1_500);
    const both = { concurrency: 8, stalledInterval: 100, ...options };
    for (const worker of [work(queue.name, processor, both), work(queue.name, processor, both)])
      await worker.waitUntilReady();
    for (let job = 0; job < 8; job++) {
      await queue.add('a', {});
      await sleep(70);
    }
    afterwards();
    await until('all have ended', () => beside.ended >= 8);
    return beside.twice.size;
  }

  it('a lock that is renewed too late is lost, and another worker runs the job beside', async () => {
    const [much, little, never] = await Promise.all([
      lost({ lockDuration: 500, lockRenewTime: 1_500 }),
      // It is renewed after half of this time, or the whole, as the job was begun.
      lost({ lockDuration: 500, lockRenewTime: 650 }),
      lost({ lockDuration: 1_000, lockRenewTime: 200 }),
    ]);
    expect(much).toBeGreaterThan(4);
    expect(little).toBeGreaterThan(0);
    expect(never).toBe(0);
  });

  it('a lock of 30 is lost at the first pause', async () => {
    const blocked = (): void => {
      pause(300);
    };
    expect(await lost({ lockDuration: 30, lockRenewTime: 15 }, blocked)).toBeGreaterThan(0);
    expect(await lost({ lockDuration: 30_000, lockRenewTime: 15_000 }, blocked)).toBe(0);
  });

  it('stalledInterval is milliseconds: with 30 a worker asks thirty times a second', async () => {
    const asked = async (stalledInterval: number): Promise<number> => {
      const worker = work(newName(), () => Promise.resolve(), { stalledInterval });
      let times = 0;
      const { moveStalledJobsToWait } = worker as unknown as {
        moveStalledJobsToWait: () => Promise<unknown>;
      };
      Object.assign(worker, {
        moveStalledJobsToWait() {
          times++;
          return moveStalledJobsToWait.call(worker);
        },
      });
      await worker.waitUntilReady();
      await sleep(900);
      return times;
    };
    const [often, seldom] = await Promise.all([asked(30), asked(30_000)]);
    expect(often).toBeGreaterThan(5);
    expect(seldom).toBeLessThan(2);
  });
});

describe.concurrent('times of Bull', () => {
  const open = (name: string, settings: Bull.AdvancedSettings = {}): Bull.Queue => {
    const queue = new Bull(name, { redis: address(), settings });
    queue.on('error', quiet);
    closing.push(() => queue.close(true));
    return queue;
  };

  it.each([{ backoff: 30 }, { backoff: { type: 'fixed', delay: 30 } }])(
    'with %o all runs are over in no time',
    async (options) => {
      const starts: number[] = [];
      const queue = open(newName());
      queue
        .process(() => {
          starts.push(Date.now());
          return Promise.reject(new Error('boom'));
        })
        .catch(quiet);
      await queue.add({}, { attempts: 3, ...options });
      await until('it has failed', () => starts.length === 3);
      for (const pause of gaps(starts)) expect(pause).toBeLessThan(5_000);
      expect(Math.min(...gaps(starts))).toBeGreaterThanOrEqual(29);
    },
  );

  it('a timeout of 30 is over before anything is done, one of 30_000 is not', async () => {
    const queue = open(newName());
    let done = 0;
    queue
      .process(async () => {
        await sleep(200);
        done++;
      })
      .catch(quiet);
    const short = await queue.add({}, { timeout: 30 });
    await expect(short.finished()).rejects.toThrow('Promise timed out');
    expect(done).toBe(0);
    const long = await queue.add({}, { timeout: 30_000 });
    await long.finished();
    expect(done).toBe(2);
  });

  async function lost(settings: Bull.AdvancedSettings, afterwards = quiet): Promise<number> {
    const name = newName();
    const beside = new Beside();
    const queues = [0, 1].map(() => open(name, { stalledInterval: 100, ...settings }));
    for (const queue of queues)
      void queue.process(4, (job) => beside.run(String(job.id), 1_500)).catch(quiet);
    for (let job = 0; job < 4; job++) await queues[0]?.add({});
    await until('they run', () => beside.runs === 4);
    afterwards();
    await until('all have ended', () => beside.ended >= 4);
    return beside.twice.size;
  }

  it('a lock that is renewed too late is lost, and another worker runs the job beside', async () => {
    const [late, never] = await Promise.all([
      lost({ lockDuration: 400, lockRenewTime: 600 }),
      lost({ lockDuration: 1_000, lockRenewTime: 200 }),
    ]);
    expect(late).toBe(4);
    expect(never).toBe(0);
  });

  it('a lock of 30 is lost at the first pause', async () => {
    const blocked = (): void => {
      pause(300);
    };
    expect(await lost({ lockDuration: 30, lockRenewTime: 15 }, blocked)).toBeGreaterThan(0);
    expect(await lost({ lockDuration: 30_000, lockRenewTime: 15_000 }, blocked)).toBe(0);
  });
});

describe.concurrent('times of Bee-Queue', () => {
  const open = (): BeeQueue => {
    const options = { redis: address(), activateDelayedJobs: true, delayedDebounce: 1 };
    const queue = new BeeQueue(newName(), options);
    queue.on('error', quiet);
    closing.push(() => queue.close(100));
    return queue;
  };

  it('with backoff(fixed, 30) all runs are over in no time', async () => {
    const starts: number[] = [];
    const queue = open();
    queue.process(() => {
      starts.push(Date.now());
      return Promise.reject(new Error('boom'));
    });
    await queue.createJob({}).retries(2).backoff('fixed', 30).save();
    await until('it has failed', () => starts.length === 3);
    for (const pause of gaps(starts)) expect(pause).toBeLessThan(5_000);
    expect(Math.min(...gaps(starts))).toBeGreaterThanOrEqual(29);
  });

  it('timeout(30) is over before anything is done, timeout(30_000) is not', async () => {
    const queue = open();
    let done = 0;
    const events: string[] = [];
    queue.on('failed', (_, { message }) => events.push(message));
    queue.on('succeeded', () => events.push('done'));
    queue.process(async () => {
      await sleep(200);
      done++;
    });
    await queue.createJob({}).timeout(30).save();
    await until('it has failed', () => events.length === 1);
    expect(done).toBe(0);
    await queue.createJob({}).timeout(30_000).save();
    await until('the other is done', () => events.length === 2);
    expect(events[0]).toContain('timed out (30 ms)');
    expect(events[1]).toBe('done');
  });
});

describe.concurrent('times of Kue', () => {
  interface Kue {
    createQueue(options: object): Queue;
  }
  interface Queue {
    create(type: string, data: object): Job;
    process(type: string, handler: (job: unknown, done: (error?: Error) => void) => void): void;
    shutdown(ms: number, done: (error?: Error) => void): void;
  }
  interface Job {
    attempts(runs: number): Job;
    backoff(options: object): Job;
    ttl(ms: number): Job;
    on(event: string, listener: (what: unknown) => void): Job;
    save(): Job;
  }
  let queue: Queue;
  beforeAll(async () => {
    const { default: kue } = await packagesOf('kue').load<{ default: Kue }>('kue');
    queue = kue.createQueue({ redis: address(), promotion: { interval: 20 } });
    closing.push(
      () =>
        new Promise((resolve) => {
          queue.shutdown(100, resolve);
        }),
    );
  });

  it('with backoff({ delay: 30 }) all runs are over in no time', async () => {
    const starts: number[] = [];
    queue.process('pause', (_, done) => {
      starts.push(Date.now());
      done(new Error('boom'));
    });
    queue.create('pause', {}).attempts(3).backoff({ type: 'fixed', delay: 30 }).save();
    await until('it has failed', () => starts.length === 3);
    for (const pause of gaps(starts)) expect(pause).toBeLessThan(5_000);
    expect(Math.min(...gaps(starts))).toBeGreaterThanOrEqual(29);
  });

  it('ttl(30) is over before anything is done, ttl(30_000) is not', async () => {
    let ended = 0;
    queue.process('limit', (_, done) => {
      void sleep(1_200).then(() => {
        ended++;
        done();
      });
    });
    const events: string[] = [];
    queue
      .create('limit', {})
      .ttl(30)
      .on('failed', (what) => events.push(String(what)))
      .save();
    await until('it has failed', () => events.length === 1);
    expect(events[0]).toContain('TTL exceeded');
    expect(ended).toBe(0);
    queue
      .create('limit', {})
      .ttl(30_000)
      .on('complete', () => events.push('done'))
      .save();
    await until('the other is done', () => events.length === 2);
    expect(events[1]).toBe('done');
  });
});
