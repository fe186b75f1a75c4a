import { setTimeout as timeout } from 'node:timers/promises';
import Bull from 'bull';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Redis, startRedis } from './redis.js';
import { HOUR, PAYLOADS, REFUSED, gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

type Queue = Bull.Queue;
type JobOptions = Bull.JobOptions;

/** Options as plain JavaScript would pass them: the types of Bull refuse some of what is tested here. */
const untyped = (options: object): JobOptions => options;

let redis: Redis;
let queues: Queue[] = [];
const closing: Promise<unknown>[] = [];
let counter = 0;

beforeAll(async () => {
  redis = await startRedis();
  return async () => {
    await Promise.all(closing);
    await redis.stop();
  };
});
afterEach(() => {
  // Half a second each; they need not be waited for one by one.
  closing.push(...queues.map((queue) => queue.close(true)));
  queues = [];
});
const quiet = (): void => {};

function openQueue(options: Bull.QueueOptions = {}): Queue {
  const connection = { host: redis.host, port: redis.port };
  const queue = new Bull(`q${++counter}`, { redis: connection, ...options });
  queue.on('error', quiet);
  queues.push(queue);
  return queue;
}

/** Bull's process() resolves when the queue closes, and rejects when that is by force. */
function run(queue: Queue, handler: (job: Bull.Job) => Promise<unknown>): void {
  queue.process(handler).catch(quiet);
}

/** Every run fails; `starts` holds the time of each. */
function failEveryRun(queue: Queue): number[] {
  const starts: number[] = [];
  run(queue, async () => {
    starts.push(Date.now());
    throw new Error('boom');
  });
  return starts;
}

const stored = (queue: Queue, id: Bull.JobId): Promise<Bull.Job> =>
  until(`job ${id} is there`, () => queue.getJob(id));

const reaches = (queue: Queue, id: Bull.JobId, state: string): Promise<Bull.Job> =>
  until(`job ${id} is ${state}`, async () => {
    const job = await queue.getJob(id);
    // Read again: the first reading may be older than the state.
    return job && (await job.getState()) === state ? queue.getJob(id) : undefined;
  });

/** Lets a job fail until it rests in `failed` and nothing is left to be run. */
async function runsOf(options?: JobOptions, defaults?: JobOptions): Promise<number[]> {
  const queue = openQueue(defaults && { defaultJobOptions: defaults });
  const starts = failEveryRun(queue);
  const { id } = await queue.add({}, options);
  await reaches(queue, id, 'failed');
  expect(await queue.getJobCounts()).toEqual({
    waiting: 0,
    active: 0,
    delayed: 0,
    completed: 0,
    failed: 1,
    paused: 0,
  });
  return starts;
}

/** When Bull means to run a delayed job again: the score of the job in the set of delayed jobs. */
async function dueTime(queue: Queue, id: Bull.JobId): Promise<number> {
  const score = await queue.client.zscore(queue.toKey('delayed'), String(id));
  return Number(score) / 0x1000;
}

/** The delay before each further run, in whole minutes; hours are asked for, so that none passes by itself. */
async function delaysOf(attempts: number, backoff: JobOptions['backoff'], options: Bull.QueueOptions = {}) {
  const queue = openQueue(options);
  const starts = failEveryRun(queue);
  const { id } = await queue.add({}, untyped({ attempts, backoff }));
  const minutes: number[] = [];
  while (minutes.length < attempts - 1) {
    const job = await reaches(queue, id, 'delayed');
    const waits = (await dueTime(queue, id)) - (starts.at(-1) ?? 0);
    minutes.push(Math.floor(waits / 60_000));
    await job.promote();
  }
  await reaches(queue, id, 'failed');
  expect(starts).toHaveLength(attempts);
  return minutes;
}

/** What a handler receives. */
async function received(data: unknown): Promise<Bull.Job> {
  const queue = openQueue();
  const seen: Bull.Job[] = [];
  queue.process('*', async (job) => void seen.push(job)).catch(quiet);
  await queue.add(data);
  await until('the handler has its job', () => seen.length === 1);
  return seen[0] as Bull.Job;
}

it('isReady() gives the queue itself', async () => {
  const queue = openQueue();
  expect(await queue.isReady()).toBe(queue);
});

describe('Bull 4', () => {
  describe('attempts', () => {
    it('a failing job without attempts runs once', async () => {
      expect(await runsOf()).toHaveLength(1);
    });

    it('attempts counts total runs', async () => {
      expect(await runsOf({ attempts: 3 })).toHaveLength(3);
    });

    it.each([0, -1, null])('attempts %s runs once', async (attempts) => {
      expect(await runsOf(untyped({ attempts }))).toHaveLength(1);
    });

    it('a fraction of attempts is cut off', async () => {
      expect(await runsOf({ attempts: 2.5 })).toHaveLength(2);
    });

    it.each([Infinity, NaN])('attempts %s silently runs once', async (attempts) => {
      expect(await runsOf({ attempts })).toHaveLength(1);
    });

    it('attempts Number.MAX_SAFE_INTEGER is accepted and the job is retried on and on', async () => {
      const queue = openQueue();
      const starts = failEveryRun(queue);
      const { id } = await queue.add({}, { attempts: Number.MAX_SAFE_INTEGER });
      await until('it has run more than 50 times', () => starts.length > 50);
      expect((await stored(queue, id)).opts.attempts).toBe(Number.MAX_SAFE_INTEGER);
    });

    it('the failed event fires on every attempt', async () => {
      const queue = openQueue();
      const made: number[] = [];
      queue.on('failed', (job) => made.push(job.attemptsMade));
      failEveryRun(queue);
      await queue.add({}, { attempts: 3 });
      await until('three failures are reported', () => made.length === 3);
      expect(made).toEqual([1, 2, 3]);
    });

    it('job.discard() ends the retries', async () => {
      const queue = openQueue();
      let runs = 0;
      run(queue, async (job) => {
        runs++;
        await job.discard();
        throw new Error('no');
      });
      const { id } = await queue.add({}, { attempts: 5 });
      await reaches(queue, id, 'failed');
      expect(runs).toBe(1);
    });
  });

  describe('defaults', () => {
    it('the defaultJobOptions of the queue hold for a job that states nothing', async () => {
      expect(await runsOf(undefined, { attempts: 3 })).toHaveLength(3);
    });

    it('attempts at add win over the defaultJobOptions', async () => {
      expect(await runsOf({ attempts: 2 }, { attempts: 3 })).toHaveLength(2);
    });

    it('an explicit attempts: undefined at add erases the attempts of the queue', async () => {
      expect(await runsOf(untyped({ attempts: undefined }), { attempts: 3 })).toHaveLength(1);
    });

    it('a backoff at add replaces the whole default backoff', async () => {
      const defaults: JobOptions = { attempts: 3, backoff: { type: 'exponential', delay: HOUR } };
      const queue = openQueue({ defaultJobOptions: defaults });
      const plain = await queue.add({});
      const replaced = await queue.add({}, { backoff: { type: 'exponential' } });
      expect((await stored(queue, plain.id)).opts).toMatchObject(defaults);
      const { opts } = await stored(queue, replaced.id);
      expect(opts.backoff).toEqual({ type: 'exponential' });
      expect(opts.attempts).toBe(3);
    });

    it('addBulk merges the defaultJobOptions into each of its jobs', async () => {
      const queue = openQueue({ defaultJobOptions: { attempts: 4 } });
      const jobs = await queue.addBulk([
        { data: {} },
        { data: {}, opts: { attempts: 2 } },
        { data: {}, opts: untyped({ attempts: undefined }) },
      ]);
      const attempts = await Promise.all(jobs.map(async ({ id }) => (await stored(queue, id)).opts.attempts));
      expect(attempts).toEqual([4, 2, 1]);
    });
  });

  describe('backoff', () => {
    it('without backoff retries follow at once', async () => {
      const pauses = gaps(await runsOf({ attempts: 10 }));
      expect(pauses).toHaveLength(9);
      expect(median(pauses)).toBeLessThan(200);
    });

    it('backoff: n is a fixed delay of n milliseconds', async () => {
      expect(await delaysOf(4, HOUR)).toEqual([60, 60, 60]);
      const [first, second] = gaps(await runsOf({ attempts: 3, backoff: 150 }));
      expect(first).toBeGreaterThanOrEqual(150);
      expect(second).toBeGreaterThanOrEqual(150);
    });

    it('exponential backoff is (2^n - 1) times the delay: d, 3d, 7d', async () => {
      expect(await delaysOf(4, { type: 'exponential', delay: HOUR })).toEqual([60, 180, 420]);
      const [first, second, third] = gaps(
        await runsOf({ attempts: 4, backoff: { type: 'exponential', delay: 100 } }),
      );
      expect(first).toBeGreaterThanOrEqual(100);
      expect(second).toBeGreaterThanOrEqual(300);
      expect(third).toBeGreaterThanOrEqual(700);
    });

    it.each(['exponential', 'fixed'])('%s backoff without delay retries at once', async (type) => {
      const pauses = gaps(await runsOf({ attempts: 10, backoff: { type } }));
      expect(pauses).toHaveLength(9);
      expect(median(pauses)).toBeLessThan(200);
    });

    it('jitter is ignored', async () => {
      const backoff = { type: 'exponential', delay: HOUR, jitter: 1 };
      expect(await delaysOf(4, backoff as Bull.BackoffOptions)).toEqual([60, 180, 420]);
    });

    it('backoff without attempts is never used', async () => {
      expect(await runsOf({ backoff: { type: 'exponential', delay: 10 } })).toHaveLength(1);
    });

    it('an unknown backoff type is accepted at add and leaves the failed job active', async () => {
      const queue = openQueue();
      const errors: string[] = [];
      queue.on('error', (error) => errors.push(error.message));
      const starts = failEveryRun(queue);
      const { id } = await queue.add({}, { attempts: 3, backoff: { type: 'linear', delay: 10 } });
      await until('the queue complains', () => errors.length > 0);
      await sleep(300);
      expect(errors[0]).toContain('Unknown backoff strategy linear');
      expect(await (await stored(queue, id)).getState()).toBe('active');
      expect(starts).toHaveLength(1);
    });

    it('a custom backoff type asks the backoffStrategies of the queue, before the built-in ones', async () => {
      const backoffStrategies = { exponential: (made: number) => made * 10 * 60_000 };
      const minutes = await delaysOf(
        3,
        { type: 'exponential', delay: HOUR },
        { settings: { backoffStrategies } },
      );
      expect(minutes).toEqual([10, 20]);
    });
  });

  describe('time', () => {
    it('timeout fails the job while its handler goes on, so that a retry overlaps it', async () => {
      const queue = openQueue();
      const released = gate();
      let running = 0;
      let ended = 0;
      run(queue, async () => {
        running++;
        await released.opened;
        ended++;
      });
      const { id } = await queue.add({}, { timeout: 100, attempts: 2 });
      const job = await reaches(queue, id, 'failed');
      expect(job.failedReason).toBe('Promise timed out after 100 milliseconds');
      // At concurrency 1, two handlers of one job are under way, and both come to their end.
      expect({ running, ended }).toEqual({ running: 2, ended: 0 });
      released.open();
      await until('both handlers have ended', () => ended === 2);
      expect(await (await stored(queue, id)).getState()).toBe('failed');
    });

    it('without timeout a job may take as long as it likes', async () => {
      const queue = openQueue();
      run(queue, () => sleep(400));
      const { id } = await queue.add({});
      const job = await reaches(queue, id, 'completed');
      expect(job.attemptsMade).toBe(0);
      expect(job.opts).not.toHaveProperty('timeout');
    });

    it('a handler of two parameters that never calls done stays active', async () => {
      const queue = openQueue();
      let returned = 0;
      queue
        .process(async (_job, _done) => {
          await Promise.resolve();
          returned++;
        })
        .catch(quiet);
      const { id } = await queue.add({}, { attempts: 3 });
      await until('the handler has returned', () => returned === 1);
      await sleep(500);
      expect(await (await stored(queue, id)).getState()).toBe('active');
      expect(returned).toBe(1);
    });

    it('a handler of two parameters ends with done, whatever its promise says', async () => {
      const queue = openQueue();
      queue
        .process(async (_job, done) => {
          done(null, 'from done');
        })
        .catch(quiet);
      const { id } = await queue.add({});
      expect((await reaches(queue, id, 'completed')).returnvalue).toBe('from done');
    });
  });

  describe('acknowledgement', () => {
    /** The child takes the job and dies; afterwards a queue of this process looks after it. */
    async function crash(maxStalledCount: number) {
      const settings = { stalledInterval: 200, maxStalledCount };
      const queue = openQueue({ settings });
      const { id } = await queue.add({}, { attempts: 1 });
      await killWhenStarted(
        `import Bull from 'bull';
         const redis = { host: process.argv[1], port: Number(process.argv[2]) };
         const settings = { lockDuration: 500, stalledInterval: 200 };
         new Bull(process.argv[3], { redis, settings }).process(async () => {
           process.stdout.write('started');
           await new Promise(() => {});
         });`,
        redis.host,
        String(redis.port),
        queue.name,
      );
      expect(await (await stored(queue, id)).getState()).toBe('active');
      let runs = 0;
      run(queue, async () => void runs++);
      return { queue, id, runs: () => runs };
    }

    it('a job whose worker is killed is run again, even with attempts: 1', async () => {
      const { queue, id, runs } = await crash(1);
      await reaches(queue, id, 'completed');
      expect(runs()).toBe(1);
    });

    it('with maxStalledCount: 0 a job whose worker is killed fails and is not run again', async () => {
      const { queue, id, runs } = await crash(0);
      const job = await reaches(queue, id, 'failed');
      expect(job.failedReason).toBe('job stalled more than allowable limit');
      expect(runs()).toBe(0);
    });

    it.each(['same', 'user:1', 7])('a second add with the same jobId (%s) is dropped', async (jobId) => {
      const queue = openQueue();
      await queue.add({ nr: 1 }, { jobId });
      await queue.add({ nr: 2 }, { jobId });
      expect(await queue.getWaitingCount()).toBe(1);
      const runs: number[] = [];
      run(queue, async (job) => void runs.push(job.data.nr));
      await reaches(queue, jobId, 'completed');
      // Also while the first job is there as a completed one.
      await queue.add({ nr: 3 }, { jobId });
      await queue.add({ nr: 4 }, { jobId: 'other' });
      await reaches(queue, 'other', 'completed');
      expect(runs).toEqual([1, 4]);
    });

    it('with removeOnComplete the same jobId is run again', async () => {
      const queue = openQueue();
      const runs: number[] = [];
      run(queue, async (job) => void runs.push(job.data.nr));
      await queue.add({ nr: 1 }, { jobId: 'same', removeOnComplete: true });
      await until('the first is gone', async () => runs.length === 1 && !(await queue.getJob('same')));
      await queue.add({ nr: 2 }, { jobId: 'same', removeOnComplete: true });
      await until('the second has run', () => runs.length === 2);
      expect(runs).toEqual([1, 2]);
    });
  });

  describe('waits', () => {
    /** A parent that adds a child to its own queue and waits for it; returns what happened, in order. */
    async function parentWaits(concurrency: number, patience: number): Promise<string[]> {
      const queue = openQueue();
      const happened: string[] = [];
      const handler = async (job: Bull.Job): Promise<void> => {
        happened.push(`${job.data.kind} starts`);
        if (job.data.kind === 'child') return;
        const child = await queue.add({ kind: 'child' });
        const end = await Promise.race([
          child.finished().then(() => 'has its child'),
          // finished() has no limit of its own.
          timeout(patience, 'gives up', { ref: false }),
        ]);
        happened.push(`parent ${end}`);
      };
      queue.process(concurrency, handler).catch(quiet);
      await queue.add({ kind: 'parent' });
      await until('both jobs are completed', async () => (await queue.getCompletedCount()) === 2);
      return happened;
    }

    it('finished() in a handler on the same queue dead-locks at concurrency 1', async () => {
      expect(await parentWaits(1, 1_000)).toEqual(['parent starts', 'parent gives up', 'child starts']);
      // With a free slot the very same code ends well, so the wait above was for the slot.
      expect(await parentWaits(2, 20_000)).toEqual(['parent starts', 'child starts', 'parent has its child']);
    });
  });

  describe('payload', () => {
    for (const { title, sent, received: expected } of PAYLOADS) {
      it(title, async () => {
        expect((await received(sent)).data).toStrictEqual(expected);
      });
    }

    for (const { title, sent, message } of REFUSED) {
      it(title, async () => {
        const queue = openQueue();
        await expect(queue.add(sent())).rejects.toThrow(message);
        expect(await queue.getWaitingCount()).toBe(0);
      });
    }

    it.each([0, false, null])('the payload %j arrives as an empty object', async (data) => {
      expect((await received(data)).data).toStrictEqual({});
    });

    it("add('text') is a job named text without data", async () => {
      const { name, data } = await received('text');
      expect({ name, data }).toStrictEqual({ name: 'text', data: {} });
    });
  });

  describe('handlers', () => {
    it('a named process() handler gets the jobs of its name', async () => {
      const queue = openQueue();
      const seen: string[] = [];
      queue.process('welcome', async (job) => void seen.push(`welcome ${job.data.nr}`)).catch(quiet);
      queue.process('goodbye', async (job) => void seen.push(`goodbye ${job.data.nr}`)).catch(quiet);
      await queue.add('goodbye', { nr: 1 });
      await queue.add('welcome', { nr: 2 });
      await until('both have run', () => seen.length === 2);
      expect(seen.sort()).toEqual(['goodbye 1', 'welcome 2']);
    });

    it('a job whose name has no handler fails on every attempt', async () => {
      const queue = openQueue();
      queue.process('known', async () => 1).catch(quiet);
      const { id } = await queue.add('unknown', {}, { attempts: 2 });
      const job = await reaches(queue, id, 'failed');
      expect(job.failedReason).toBe('Missing process handler for job type unknown');
      expect(job.attemptsMade).toBe(2);
    });

    it('the concurrencies of named handlers add up', async () => {
      const queue = openQueue();
      const released = gate();
      let running = 0;
      const handler = async (): Promise<void> => {
        running++;
        await released.opened;
      };
      queue.process('a', 2, handler).catch(quiet);
      queue.process('b', 3, handler).catch(quiet);
      await Promise.all(Array.from({ length: 8 }, () => queue.add('a', {})));
      await until('five are under way', () => running >= 5);
      await sleep(300);
      expect(running).toBe(5);
      released.open();
      await until('all have run', async () => (await queue.getCompletedCount()) === 8);
    });

    it('a second process() without a name throws', async () => {
      const queue = openQueue();
      run(queue, async () => 1);
      expect(() => queue.process(async () => 2)).toThrow('Cannot define the same handler twice __default__');
      const { id } = await queue.add({});
      expect((await reaches(queue, id, 'completed')).returnvalue).toBe(1);
    });

    it('an error without a listener of the user ends nothing: the queue listens itself', async () => {
      const queue = new Bull(`q${++counter}`, { redis: { host: redis.host, port: redis.port } });
      queues.push(queue);
      expect(queue.listenerCount('error')).toBe(1);
      expect(() => queue.emit('error', new Error('nobody listens'))).not.toThrow();
      run(queue, async () => 1);
      const { id } = await queue.add({});
      await reaches(queue, id, 'completed');
    });
  });
});

describe('traps', () => {
  it.each([Infinity, NaN])('attempts: %d is no number, and the job runs once', async (attempts) => {
    expect(await runsOf({ attempts })).toHaveLength(1);
  });
  it('attempts: 2.5 is two runs', async () => {
    expect(await runsOf({ attempts: 2.5 })).toHaveLength(2);
  });
  it('backoff without attempts is one run', async () => {
    expect(await runsOf({ backoff: 1 })).toHaveLength(1);
  });
  it('backoff.jitter leaves every pause as long as without it', async () => {
    const backoff = { type: 'fixed', delay: 100, jitter: 1 };
    const starts = await runsOf(untyped({ attempts: 4, backoff }));
    expect(Math.min(...gaps(starts))).toBeGreaterThanOrEqual(95);
  });
  it('repeat.pattern makes add() reject: it finds no cron expression', async () => {
    const queue = openQueue();
    const adding = queue.add({}, untyped({ repeat: { pattern: '* * * * *' } }));
    await expect(adding).rejects.toThrow('Validation error');
    expect(await queue.getRepeatableJobs()).toEqual([]);
    expect(await queue.count()).toBe(0);
  });
});
