import { setTimeout as timeout } from 'node:timers/promises';
import type BeeQueue from 'bee-queue';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Redis, startRedis } from './redis.js';
import { HOUR, PAYLOADS, REFUSED, gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

type Job = BeeQueue.Job<unknown>;

const packages = packagesOf('bee-queue');
let Queue: typeof BeeQueue;
let redis: Redis;
let queues: BeeQueue[] = [];
const closing: Promise<unknown>[] = [];
let counter = 0;

const quiet = (): void => {};

beforeAll(async () => {
  ({ default: Queue } = await packages.load<{ default: typeof BeeQueue }>('bee-queue'));
  redis = await startRedis();
  return async () => {
    await Promise.all(closing);
    await redis.stop();
  };
});
afterEach(() => {
  closing.push(...queues.map((queue) => queue.close(100).catch(quiet)));
  queues = [];
});

function openQueue(settings: object = {}): BeeQueue {
  // Jobs that are not kept in memory are read from Redis, as another process would read them.
  const connection = { host: redis.host, port: redis.port };
  const queue = new Queue(`q${++counter}`, { redis: connection, storeJobs: false, ...settings });
  queue.on('error', quiet);
  queues.push(queue);
  return queue;
}

/** Every run fails; `starts` holds the time of each. */
function failEveryRun(queue: BeeQueue): number[] {
  const starts: number[] = [];
  queue.process(async () => {
    starts.push(Date.now());
    throw new Error('boom');
  });
  return starts;
}

/** bee-queue's own type knows no failed attempt that is the last one. */
const rests = (queue: BeeQueue, id: string, status: Job['status']): Promise<Job> =>
  until(`job ${id} has ${status}`, async () => {
    const job = await queue.getJob(id);
    return job?.status === status && job;
  });

async function runsOf(build: (job: Job) => Job, settings: object = {}): Promise<number[]> {
  const queue = openQueue(settings);
  const starts = failEveryRun(queue);
  const { id } = await build(queue.createJob<unknown>({})).save();
  await rests(queue, id, 'failed');
  expect(await queue.checkHealth()).toMatchObject({ waiting: 0, active: 0, delayed: 0, failed: 1 });
  return starts;
}

/** A worker that sees to delayed jobs as soon as they are due. */
const ACTIVATED = { activateDelayedJobs: true, delayedDebounce: 1 };

/** What a handler receives. */
async function received(data: unknown): Promise<unknown> {
  const queue = openQueue();
  const seen: Job[] = [];
  queue.process(async (job) => void seen.push(job));
  await queue.createJob(data).save();
  await until('the handler has its job', () => seen.length === 1);
  return seen[0]?.data;
}

describe('attempts', () => {
  it('a failing job runs once when nobody says how often', async () => {
    expect(await runsOf((job) => job)).toHaveLength(1);
  });

  it.each([
    { retries: 0, runs: 1 },
    { retries: 1, runs: 2 },
    { retries: 3, runs: 4 },
    { retries: 2.5, runs: 4 },
  ])('retries($retries) is $runs runs: it counts the runs after the first', async ({ retries, runs }) => {
    expect(await runsOf((job) => job.retries(retries))).toHaveLength(runs);
  });

  it.each([Infinity, NaN, undefined])('retries(%s) is one run: JSON does not keep it', async (retries) => {
    expect(await runsOf((job) => job.retries(retries as number))).toHaveLength(1);
  });

  it('negative retries throw', () => {
    expect(() => openQueue().createJob({}).retries(-1)).toThrow('Retries cannot be negative');
  });

  it('the settings of the queue know no retries', async () => {
    expect(await runsOf((job) => job, { retries: 2 })).toHaveLength(1);
  });

  it('the last call of retries wins', async () => {
    expect(await runsOf((job) => job.retries(5).retries(1))).toHaveLength(2);
  });

  it('a handler that throws undefined has succeeded', async () => {
    const queue = openQueue();
    let runs = 0;
    queue.process(async () => {
      runs++;
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- this is what is tested
      throw undefined;
    });
    const { id } = await queue.createJob({}).retries(3).save();
    await rests(queue, id, 'succeeded');
    expect(runs).toBe(1);
  });
});

describe('backoff', () => {
  /** When the next run is due, in whole minutes from now; hours are asked for, so that none passes by itself. */
  async function delaysOf(runs: number, build: (queue: BeeQueue, job: Job) => Job): Promise<number[]> {
    const queue = openQueue();
    const starts = failEveryRun(queue);
    // The client is not in the types.
    const { client, toKey } = await until('the queue is connected', async () => {
      const ready = (await queue.ready()) as unknown as {
        client: Record<'zrange' | 'zrem' | 'lpush', (...args: unknown[]) => void>;
        toKey(name: string): string;
      };
      return { client: ready.client, toKey: ready.toKey.bind(ready) };
    });
    const command = (name: 'zrange' | 'zrem' | 'lpush', ...args: unknown[]): Promise<string[]> =>
      new Promise((resolve, reject) => {
        client[name](...args, (error: Error | null, answer: string[]) => {
          if (error) reject(error);
          else resolve(answer);
        });
      });
    const { id } = await build(queue, queue.createJob<unknown>({})).save();
    const minutes: number[] = [];
    while (minutes.length < runs - 1) {
      const [, due] = await until('the job is delayed', async () => {
        const entry = await command('zrange', toKey('delayed'), 0, -1, 'WITHSCORES');
        return entry.length > 0 && entry;
      });
      minutes.push(Math.floor((Number(due) - (starts.at(-1) ?? 0)) / 60_000));
      await command('zrem', toKey('delayed'), id);
      await command('lpush', toKey('waiting'), id);
    }
    await rests(queue, id, 'failed');
    expect(starts).toHaveLength(runs);
    return minutes;
  }

  it('without backoff retries follow at once', async () => {
    const pauses = gaps(await runsOf((job) => job.retries(9)));
    expect(pauses).toHaveLength(9);
    expect(median(pauses)).toBeLessThan(200);
  });

  it("'immediate' is that too, and needs no delay", async () => {
    const pauses = gaps(await runsOf((job) => job.retries(9).backoff('immediate')));
    expect(median(pauses)).toBeLessThan(200);
  });

  it('fixed is the same delay in milliseconds each time, without jitter', async () => {
    expect(await delaysOf(4, (_, job) => job.retries(3).backoff('fixed', HOUR))).toEqual([60, 60, 60]);
  });

  it('exponential doubles: d, 2d, 4d, without jitter', async () => {
    expect(await delaysOf(4, (_, job) => job.retries(3).backoff('exponential', HOUR))).toEqual([
      60, 120, 240,
    ]);
  });

  it('a strategy of the own is asked by its name', async () => {
    const minutes = await delaysOf(3, (queue, job) => {
      queue.backoffStrategies.set('own', ({ options }) => options.retries * HOUR);
      return job.retries(2).backoff('own', 1);
    });
    expect(minutes).toEqual([120, 60]);
  });

  it('delayed retries run with activateDelayedJobs', async () => {
    const pauses = gaps(await runsOf((job) => job.retries(2).backoff('fixed', 150), ACTIVATED));
    expect(pauses).toHaveLength(2);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(150);
  });

  it('without activateDelayedJobs, the default, they never run', async () => {
    const queue = openQueue();
    const starts = failEveryRun(queue);
    const { id } = await queue.createJob({}).retries(2).backoff('fixed', 50).save();
    await rests(queue, id, 'retrying');
    await sleep(1_000);
    expect(starts).toHaveLength(1);
    expect(await queue.checkHealth()).toMatchObject({ waiting: 0, active: 0, delayed: 1 });
  });

  it('neither do jobs that were delayed from the start', async () => {
    const queue = openQueue();
    let runs = 0;
    queue.process(async () => void runs++);
    await queue
      .createJob({})
      .delayUntil(Date.now() + 50)
      .save();
    await sleep(700);
    expect(runs).toBe(0);
    expect(await queue.checkHealth()).toMatchObject({ delayed: 1 });
  });

  it('backoff without retries is never used', async () => {
    expect(await runsOf((job) => job.backoff('fixed', 1), ACTIVATED)).toHaveLength(1);
  });

  it('an unknown strategy and a missing delay throw at once', () => {
    const job = openQueue().createJob({});
    expect(() => job.backoff('linear', 10)).toThrow('unknown strategy');
    expect(() => job.backoff('fixed')).toThrow('delay must be a positive integer');
    expect(() => job.backoff('exponential', 0)).toThrow('delay must be a positive integer');
  });
});

describe('time', () => {
  it('timeout fails the run after that many milliseconds while the handler goes on and a retry overlaps it', async () => {
    const queue = openQueue();
    const released = gate();
    let running = 0;
    let ended = 0;
    queue.process(async () => {
      running++;
      await released.opened;
      ended++;
    });
    const { id } = await queue.createJob({}).timeout(100).retries(1).save();
    const job = await rests(queue, id, 'failed');
    expect(job.options.stacktraces[0]).toContain(`Job ${id} timed out (100 ms)`);
    // At concurrency 1, two handlers of one job are under way, and both come to their end.
    expect({ running, ended }).toEqual({ running: 2, ended: 0 });
    released.open();
    await until('both handlers have ended', () => ended === 2);
    expect((await queue.getJob(id)).status).toBe('failed');
  });

  it('without timeout a job may take as long as it likes', async () => {
    const queue = openQueue({ stallInterval: 100 });
    let runs = 0;
    queue.process(async () => {
      runs++;
      await sleep(400);
    });
    const { id } = await queue.createJob({}).save();
    const job = await rests(queue, id, 'succeeded');
    expect(job.options).not.toHaveProperty('timeout');
    expect(runs).toBe(1);
  });
});

describe('acknowledgement', () => {
  it('a job whose worker is killed is run again, without any retries, but only when checkStalledJobs() is called', async () => {
    const queue = openQueue({ stallInterval: 200 });
    const { id } = await queue.createJob({}).save();
    await killWhenStarted(
      `const { default: Queue } = await import(process.argv[4]);
       const redis = { host: process.argv[1], port: Number(process.argv[2]) };
       new Queue(process.argv[3], { redis, stallInterval: 200 }).process(async () => {
         process.stdout.write('started');
         await new Promise(() => {});
       });`,
      redis.host,
      String(redis.port),
      queue.name,
      packages.url('bee-queue'),
    );
    expect(await queue.checkHealth()).toMatchObject({ waiting: 0, active: 1 });
    let runs = 0;
    queue.process(async () => void runs++);
    await sleep(1_000);
    expect(runs).toBe(0);
    void queue.checkStalledJobs(100);
    await rests(queue, id, 'succeeded');
    expect(runs).toBe(1);
  });
});

describe('deduplication', () => {
  it('a second save with the same setId is dropped and answers with a job without id', async () => {
    const queue = openQueue();
    const runs: unknown[] = [];
    queue.process(async (job) => void runs.push(job.data.nr));
    await queue.createJob({ nr: 1 }).setId('same').save();
    await rests(queue, 'same', 'succeeded');
    // Also while the first is there as a job that has succeeded.
    expect((await queue.createJob({ nr: 2 }).setId('same').save()).id).toBeNull();
    await queue.createJob({ nr: 3 }).setId('other').save();
    await rests(queue, 'other', 'succeeded');
    expect(runs).toEqual([1, 3]);
  });

  it('with removeOnSuccess the same id is run again', async () => {
    const queue = openQueue({ removeOnSuccess: true });
    const runs: unknown[] = [];
    queue.process(async (job) => void runs.push(job.data.nr));
    await queue.createJob({ nr: 1 }).setId('same').save();
    await until('the first is gone', async () => runs.length === 1 && !(await queue.getJob('same')));
    await queue.createJob({ nr: 2 }).setId('same').save();
    await until('the second has run', () => runs.length === 2);
    expect(runs).toEqual([1, 2]);
  });
});

describe('waits', () => {
  /** A parent that waits for the events of a child of its own queue; returns what happened, in order. */
  async function parentWaits(concurrency: number, patience: number): Promise<string[]> {
    const queue = openQueue({ storeJobs: true });
    const happened: string[] = [];
    queue.process(concurrency, async (job) => {
      happened.push(`${job.data.kind} starts`);
      if (job.data.kind === 'child') return;
      const child = queue.createJob({ kind: 'child' });
      const ended = new Promise<string>((resolve) => {
        child.on('succeeded', () => {
          resolve('has its child');
        });
      });
      await child.save();
      happened.push(`parent ${await Promise.race([ended, timeout(patience, 'gives up', { ref: false })])}`);
    });
    await queue.createJob({ kind: 'parent' }).save();
    await until('both jobs have succeeded', async () => (await queue.checkHealth()).succeeded === 2);
    return happened;
  }

  it('the events of a job, waited for in a handler of its queue, dead-lock at concurrency 1', async () => {
    expect(await parentWaits(1, 500)).toEqual(['parent starts', 'parent gives up', 'child starts']);
    // With a free slot the very same code ends well, so the wait above was for the slot.
    expect(await parentWaits(2, 20_000)).toEqual(['parent starts', 'child starts', 'parent has its child']);
  });

  it('a job has no promise of its outcome', () => {
    const job = openQueue().createJob({});
    expect(job).not.toHaveProperty('finished');
    expect(job).not.toHaveProperty('waitUntilFinished');
  });
});

describe('payload', () => {
  for (const { title, sent, received: expected } of PAYLOADS) {
    it(title, async () => {
      expect(await received(sent)).toStrictEqual(expected);
    });
  }

  for (const { title, sent, message } of REFUSED) {
    it(title.replace('add', 'save'), async () => {
      const queue = openQueue();
      await queue.ready();
      // The promise of save() is made from the error, or it is thrown at once.
      await expect((async () => queue.createJob(sent()).save())()).rejects.toThrow(message);
      expect(await queue.checkHealth()).toMatchObject({ waiting: 0 });
    });
  }

  it.each([0, false, null, ''])('the payload %j arrives as an empty object', async (data) => {
    expect(await received(data)).toStrictEqual({});
  });

  it('strings and arrays arrive as they are', async () => {
    expect(await received('text')).toBe('text');
    expect(await received([1])).toStrictEqual([1]);
  });
});

describe('handlers', () => {
  it('a job that is created and not saved does not run', async () => {
    const queue = openQueue();
    let runs = 0;
    queue.process(async () => void runs++);
    queue.createJob({}).retries(2);
    await sleep(300);
    expect(runs).toBe(0);
    expect(await queue.checkHealth()).toMatchObject({ waiting: 0, succeeded: 0, newestJob: 0 });
  });

  it('saveAll saves them all', async () => {
    const queue = openQueue();
    let runs = 0;
    queue.process(async () => void runs++);
    await queue.saveAll([queue.createJob({}), queue.createJob({})]);
    await until('both have run', () => runs === 2);
  });

  it('a promise ends the job, also of a handler that takes done', async () => {
    const queue = openQueue();

    queue.process(async (_job: unknown, _done: unknown) => 1);
    const { id } = await queue.createJob({}).save();
    await rests(queue, id, 'succeeded');
  });

  it('a second process() throws', () => {
    const queue = openQueue();
    queue.process(async () => 1);
    expect(() => {
      queue.process(async () => 2);
    }).toThrow('Cannot call Queue#process twice');
  });

  it('failed comes with every failed run, failed:fatal with the last', async () => {
    const queue = openQueue();
    const events: string[] = [];
    for (const event of ['failed', 'failed:fatal', 'succeeded']) {
      // failed:fatal is not in the types.
      queue.on(event as 'failed', () => void events.push(event));
    }
    failEveryRun(queue);
    const { id } = await queue.createJob({}).retries(1).save();
    await rests(queue, id, 'failed');
    await until('the last event is there', () => events.includes('failed:fatal'));
    expect(events).toEqual(['failed', 'failed', 'failed:fatal']);
  });

  it('nobody listens to error unless the program does', () => {
    const queue = new Queue(`q${++counter}`, { redis: { host: redis.host, port: redis.port } });
    queues.push(queue);
    expect(queue.listenerCount('error')).toBe(0);
    expect(() => queue.emit('error', new Error('nobody listens'))).toThrow('nobody listens');
  });
});

describe('dispatch', () => {
  it('a builder that nothing ends enqueues nothing', async () => {
    const queue = openQueue();
    await queue.ready();
    queue.createJob({}).retries(3).timeout(100);
    await queue.createJob({}).save();
    expect(await queue.checkHealth()).toMatchObject({ waiting: 1, newestJob: 1 });
  });

  it('save rejects what it cannot take', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    await expect(async () => openQueue().createJob(circle).save()).rejects.toThrow(/circular/);
  });
});
