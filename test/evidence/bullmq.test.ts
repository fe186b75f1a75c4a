import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v6 from 'bullmq';
import * as v5 from 'bullmq5';
import type { Job, JobsOptions, Processor, Queue, QueueOptions, Worker, WorkerOptions } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Redis, startRedis } from './redis.js';
import { HOUR, PAYLOADS, REFUSED, gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

const MAJORS = [
  { major: 5, alias: 'bullmq5', lib: v5 as unknown as typeof v6 },
  { major: 6, alias: 'bullmq', lib: v6 },
];

/** Options as plain JavaScript would pass them: the types of BullMQ refuse some of what is tested here. */
const untyped = (options: object): JobsOptions => options;

let redis: Redis;
let counter = 0;

beforeAll(async () => {
  redis = await startRedis();
  return () => redis.stop();
});

describe.each(MAJORS)('BullMQ $major', ({ major, alias, lib }) => {
  // Closed in this order after each test: first who runs jobs, then who only talks about them.
  let workers: Worker[] = [];
  let others: { close(): Promise<unknown> }[] = [];

  beforeAll(() => {
    const { version } = createRequire(import.meta.url)(`${alias}/package.json`) as { version: string };
    expect(Number.parseInt(version)).toBe(major);
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close(true)));
    await Promise.all(others.map((other) => other.close()));
    workers = [];
    others = [];
    vi.restoreAllMocks();
  });

  const connection = () => ({ host: redis.host, port: redis.port, maxRetriesPerRequest: null });
  const quiet = (): void => {};
  const closeLater = <T extends { close(): Promise<unknown> }>(other: T): T => (others.push(other), other);

  function openQueue(options: Omit<QueueOptions, 'connection'> = {}): Queue {
    const queue = closeLater(new lib.Queue(`q${++counter}`, { connection: connection(), ...options }));
    queue.on('error', quiet);
    return queue;
  }
  function openWorker(
    queue: Queue,
    processor: Processor | string,
    options: Omit<WorkerOptions, 'connection'> = {},
  ): Worker {
    const worker = new lib.Worker(queue.name, processor, { connection: connection(), ...options });
    worker.on('error', quiet);
    workers.push(worker);
    return worker;
  }
  async function openEvents(queue: Queue) {
    const events = closeLater(new lib.QueueEvents(queue.name, { connection: connection() }));
    events.on('error', quiet);
    await events.waitUntilReady();
    return events;
  }
  /** What is printed as an error from now to the end of the test, instead of printing it. */
  function silenceErrors(): () => string[] {
    const { mock } = vi.spyOn(console, 'error').mockImplementation(quiet);
    return () => mock.calls.flat().map(String);
  }
  const openFlows = () => closeLater(new lib.FlowProducer({ connection: connection() }));

  /** A worker whose every run fails; `starts` holds the time of each run. */
  function failEveryRun(queue: Queue, options: Omit<WorkerOptions, 'connection'> = {}) {
    const starts: number[] = [];
    const worker = openWorker(
      queue,
      async () => {
        starts.push(Date.now());
        throw new Error('boom');
      },
      options,
    );
    return { starts, worker };
  }

  const stored = async (queue: Queue, id: string | undefined): Promise<Job> =>
    until(`job ${id} is there`, () => queue.getJob(id ?? ''));

  // The state is asked first: a job that was read before it got there would show what it was like then.
  const reaches = (queue: Queue, id: string | undefined, state: string): Promise<Job> =>
    until(`job ${id} is ${state}`, async () =>
      (await queue.getJobState(id ?? '')) === state ? queue.getJob(id ?? '') : undefined,
    );

  /** Lets a job fail until it rests in `failed` and nothing is left to be run. */
  async function runsOf(options?: JobsOptions, defaults?: JobsOptions): Promise<number[]> {
    const queue = openQueue(defaults && { defaultJobOptions: defaults });
    const { starts } = failEveryRun(queue);
    const job = await queue.add('job', {}, options);
    await reaches(queue, job.id, 'failed');
    expect(await queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized')).toBe(0);
    return starts;
  }

  /** The delay that the library stores before each further run; hours, so that none passes by itself. */
  async function delaysOf(attempts: number, backoff: JobsOptions['backoff']): Promise<number[]> {
    const queue = openQueue();
    const { starts } = failEveryRun(queue);
    const { id } = await queue.add('job', {}, untyped({ attempts, backoff }));
    const delays: number[] = [];
    while (delays.length < attempts - 1) {
      const job = await reaches(queue, id, 'delayed');
      delays.push(job.delay);
      await job.promote();
    }
    await reaches(queue, id, 'failed');
    expect(starts).toHaveLength(attempts);
    return delays;
  }

  /** What a processor receives. */
  async function received(data: unknown): Promise<unknown> {
    const queue = openQueue();
    const seen: unknown[] = [];
    openWorker(queue, async (job) => void seen.push(job.data));
    await queue.add('job', data);
    await until('the processor has its data', () => seen.length === 1);
    return seen[0];
  }

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

    it('a fraction of attempts counts as one more run', async () => {
      expect(await runsOf({ attempts: 2.5 })).toHaveLength(3);
    });

    it.each([Infinity, NaN])('attempts %s makes add reject', async (attempts) => {
      const queue = openQueue();
      await expect(queue.add('job', {}, { attempts })).rejects.toThrow('must not be NaN or Inf');
      expect(await queue.getWaitingCount()).toBe(0);
    });

    it('attempts Number.MAX_SAFE_INTEGER is accepted and the job is retried on and on', async () => {
      const queue = openQueue();
      const { starts, worker } = failEveryRun(queue);
      const { id } = await queue.add('job', {}, { attempts: Number.MAX_SAFE_INTEGER });
      await until('it has run more than 50 times', () => starts.length > 50);
      await worker.close();
      const job = await stored(queue, id);
      // Redis' Lua encoder keeps 14 digits of it: 9007199254741000.
      expect(Math.abs(Number(job.opts.attempts) - Number.MAX_SAFE_INTEGER)).toBeLessThan(1_000);
      expect(job.attemptsMade).toBeGreaterThan(50);
      expect(await job.getState()).toBe('waiting');
      await job.remove();
      expect(await queue.getJob(id ?? '')).toBeUndefined();
    });

    it('an UnrecoverableError ends the retries', async () => {
      const queue = openQueue();
      let runs = 0;
      openWorker(queue, async () => {
        runs++;
        throw new lib.UnrecoverableError('no');
      });
      const { id } = await queue.add('job', {}, { attempts: 5 });
      await reaches(queue, id, 'failed');
      expect(runs).toBe(1);
    });

    it('the failed event of the worker fires on every attempt', async () => {
      const queue = openQueue();
      const { worker } = failEveryRun(queue);
      const made: number[] = [];
      worker.on('failed', (job) => made.push(job?.attemptsMade ?? -1));
      await queue.add('job', {}, { attempts: 3 });
      await until('three failures are reported', () => made.length === 3);
      expect(made).toEqual([1, 2, 3]);
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
      const defaults: JobsOptions = {
        attempts: 3,
        backoff: { type: 'exponential', delay: HOUR, jitter: 0.5 },
      };
      const queue = openQueue({ defaultJobOptions: defaults });
      const plain = await queue.add('plain', {});
      const replaced = await queue.add('replaced', {}, { backoff: { type: 'exponential' } });
      expect((await stored(queue, plain.id)).opts.backoff).toEqual(defaults.backoff);
      expect((await stored(queue, replaced.id)).opts.backoff).toEqual({ type: 'exponential' });
      expect((await stored(queue, replaced.id)).opts.attempts).toBe(3);
    });

    it('addBulk merges the defaultJobOptions into each of its jobs', async () => {
      const queue = openQueue({ defaultJobOptions: { attempts: 4 } });
      const jobs = await queue.addBulk([
        { name: 'plain', data: {} },
        { name: 'own', data: {}, opts: { attempts: 2 } },
        { name: 'erased', data: {}, opts: untyped({ attempts: undefined }) },
      ]);
      const attempts = await Promise.all(jobs.map(async ({ id }) => (await stored(queue, id)).opts.attempts));
      expect(attempts).toEqual([4, 2, 0]);
    });

    it('a FlowProducer ignores the defaultJobOptions of the queue', async () => {
      const queue = openQueue({ defaultJobOptions: { attempts: 3 } });
      const { starts } = failEveryRun(queue);
      const { job } = await openFlows().add({ name: 'parent', queueName: queue.name });
      await reaches(queue, job.id, 'failed');
      expect(starts).toHaveLength(1);
    });

    it('a FlowProducer honours queuesOptions[queue].defaultJobOptions', async () => {
      const queue = openQueue();
      const { starts } = failEveryRun(queue);
      const { job } = await openFlows().add(
        { name: 'parent', queueName: queue.name },
        { queuesOptions: { [queue.name]: { defaultJobOptions: { attempts: 3 } } } },
      );
      await reaches(queue, job.id, 'failed');
      expect(starts).toHaveLength(3);
    });

    it('a FlowProducer honours the opts of each node', async () => {
      const queue = openQueue();
      const node = { name: 'node', queueName: queue.name };
      const flow = await openFlows().add({
        ...node,
        opts: { attempts: 2 },
        children: [{ ...node, opts: { attempts: 5 } }],
      });
      expect((await stored(queue, flow.job.id)).opts.attempts).toBe(2);
      expect((await stored(queue, flow.children?.[0]?.job.id)).opts.attempts).toBe(5);
    });

    it('upsertJobScheduler uses the defaultJobOptions of the queue', async () => {
      const queue = openQueue({ defaultJobOptions: { attempts: 3 } });
      const { starts } = failEveryRun(queue);
      const job = await queue.upsertJobScheduler('hourly', { every: HOUR }, { name: 'tick', data: {} });
      await reaches(queue, job?.id, 'failed');
      expect(starts).toHaveLength(3);
    });

    it('the template opts of upsertJobScheduler win over the defaultJobOptions', async () => {
      const queue = openQueue({ defaultJobOptions: { attempts: 3, backoff: HOUR } });
      const template = { name: 'tick', data: {}, opts: { attempts: 2 } };
      const job = await queue.upsertJobScheduler('hourly', { every: HOUR }, template);
      const { opts } = await stored(queue, job?.id);
      expect(opts).toMatchObject({ attempts: 2, backoff: { type: 'fixed', delay: HOUR } });
    });
  });

  describe('backoff', () => {
    it('without backoff retries follow at once', async () => {
      const pauses = gaps(await runsOf({ attempts: 10 }));
      expect(pauses).toHaveLength(9);
      expect(median(pauses)).toBeLessThan(200);
    });

    it('backoff: n is a fixed delay of n milliseconds', async () => {
      expect(await delaysOf(4, HOUR)).toEqual([HOUR, HOUR, HOUR]);
      const [first, second] = gaps(await runsOf({ attempts: 3, backoff: 150 }));
      expect(first).toBeGreaterThanOrEqual(150);
      expect(second).toBeGreaterThanOrEqual(150);
    });

    it('exponential backoff doubles: d, 2d, 4d', async () => {
      expect(await delaysOf(4, { type: 'exponential', delay: HOUR })).toEqual([HOUR, 2 * HOUR, 4 * HOUR]);
      const backoff = { type: 'exponential', delay: 100 };
      const [first, second, third] = gaps(await runsOf({ attempts: 4, backoff }));
      expect(first).toBeGreaterThanOrEqual(100);
      expect(second).toBeGreaterThanOrEqual(200);
      expect(third).toBeGreaterThanOrEqual(400);
    });

    it.each(['exponential', 'fixed'])('%s backoff without delay retries at once', async (type) => {
      const pauses = gaps(await runsOf({ attempts: 10, backoff: { type } }));
      expect(pauses).toHaveLength(9);
      expect(median(pauses)).toBeLessThan(200);
    });

    it('jitter spreads a delay d over d(1 - jitter) to d', async () => {
      const queue = openQueue();
      failEveryRun(queue, { concurrency: 10 });
      const backoff = { type: 'exponential', delay: HOUR, jitter: 0.5 };
      const opts = { attempts: 2, backoff };
      await queue.addBulk(Array.from({ length: 30 }, () => ({ name: 'job', data: {}, opts })));
      await until('all of them wait for their retry', async () => (await queue.getDelayedCount()) === 30);
      const delays = (await queue.getDelayed()).map((job) => job.delay);
      expect(delays).toHaveLength(30);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(HOUR / 2);
      expect(Math.max(...delays)).toBeLessThan(HOUR);
      expect(new Set(delays).size).toBeGreaterThan(15);
    });

    it.each([-0.1, 1.1])('jitter %s, outside 0 to 1, makes add reject', async (jitter) => {
      const options = { attempts: 2, backoff: { type: 'exponential', delay: 100, jitter } };
      await expect(openQueue().add('job', {}, options)).rejects.toThrow('Jitter should be between 0 and 1');
    });

    it('backoff without attempts is never used', async () => {
      expect(await runsOf({ backoff: { type: 'exponential', delay: 10 } })).toHaveLength(1);
    });

    it('an unknown backoff type is accepted at add and leaves the failed job active', async () => {
      const queue = openQueue();
      const { starts, worker } = failEveryRun(queue);
      const errors: string[] = [];
      let failures = 0;
      worker.on('error', (error) => errors.push(error.message));
      worker.on('failed', () => failures++);
      const { id } = await queue.add('job', {}, { attempts: 3, backoff: { type: 'linear', delay: 10 } });
      await until('the worker complains', () => errors.length > 0);
      await sleep(300);
      expect(errors[0]).toContain('Unknown backoff strategy linear');
      expect(await (await stored(queue, id)).getState()).toBe('active');
      expect({ runs: starts.length, failures }).toEqual({ runs: 1, failures: 0 });
    });

    it('a custom backoff type asks the backoffStrategy of the worker', async () => {
      const queue = openQueue();
      failEveryRun(queue, { settings: { backoffStrategy: (attemptsMade) => attemptsMade * HOUR } });
      const { id } = await queue.add('job', {}, { attempts: 3, backoff: { type: 'custom' } });
      const first = await reaches(queue, id, 'delayed');
      expect(first.delay).toBe(HOUR);
      await first.promote();
      expect((await reaches(queue, id, 'delayed')).delay).toBe(2 * HOUR);
    });
  });

  describe('time', () => {
    it('the timeout option is ignored: a job that takes longer completes', async () => {
      const queue = openQueue();
      let runs = 0;
      openWorker(queue, async () => {
        runs++;
        await sleep(400);
      });
      const { id } = await queue.add('job', {}, untyped({ timeout: 50, attempts: 3 }));
      await reaches(queue, id, 'completed');
      expect(runs).toBe(1);
    });
  });

  describe('signal', () => {
    it('the signal given to a processor of three parameters is not aborted by time, nor by a lost lock', async () => {
      const queue = openQueue();
      const aborted: (boolean | undefined)[] = [];
      // The lock is not renewed and has long expired when the processor looks at its signal.
      const options = { lockDuration: 100, skipLockRenewal: true, skipStalledCheck: true };
      openWorker(
        queue,
        async (_job, _token, signal) => {
          await sleep(800);
          aborted.push(signal?.aborted);
        },
        options,
      );
      await queue.add('job', {}, untyped({ timeout: 50 }));
      await until('the processor has looked at its signal', () => aborted.length === 1);
      expect(aborted).toEqual([false]);
    });

    it('the signal of a processor is aborted by cancelJob', async () => {
      const queue = openQueue();
      const started = gate();
      let reason: unknown;
      const worker = openWorker(queue, async (_job, _token, signal) => {
        started.open();
        await until('the signal is aborted', () => signal?.aborted);
        reason = signal?.reason;
      });
      const { id } = await queue.add('job', {});
      await started.opened;
      expect(worker.cancelJob(id ?? '', 'enough')).toBe(true);
      await reaches(queue, id, 'completed');
      expect(String(reason)).toContain('enough');
    });

    it('a processor of fewer than three parameters gets no signal', async () => {
      const queue = openQueue();
      const seen: unknown[][] = [];
      openWorker(queue, async (...args) => void seen.push(args));
      await queue.add('job', {});
      await until('the processor has run', () => seen.length === 1);
      expect(seen[0]?.[2]).toBeUndefined();
    });
  });

  describe('lock', () => {
    it('while a call blocks the event loop the lock is not renewed, and another worker runs the job beside it', async () => {
      const queue = openQueue();
      const { id } = await queue.add('job', {});
      const child = spawn(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `import { execSync } from 'node:child_process';
           import { writeSync } from 'node:fs';
           const { Worker } = await import(process.argv[1]);
           const connection = { host: process.argv[2], port: Number(process.argv[3]), maxRetriesPerRequest: null };
           new Worker(process.argv[4], async () => {
             writeSync(1, 'started');
             execSync('sleep 4');
             writeSync(1, 'ended');
             process.exit();
           }, { connection, lockDuration: 500, stalledInterval: 200 });`,
          alias,
          redis.host,
          String(redis.port),
          queue.name,
        ],
        { cwd: join(import.meta.dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      try {
        await until('the first worker has begun', () => printed.includes('started'));
        let beside = '';
        openWorker(queue, async () => void (beside = printed), { stalledInterval: 200 });
        await reaches(queue, id, 'completed');
        expect(beside).toBe('started');
      } finally {
        child.kill('SIGKILL');
      }
    });
  });

  describe('acknowledgement', () => {
    /** The child takes the job and dies; afterwards a worker of this process looks after the queue. */
    async function crash(maxStalledCount: number) {
      const queue = openQueue();
      const { id } = await queue.add('job', {}, { attempts: 1 });
      await killWhenStarted(
        `const { Worker } = await import(process.argv[1]);
         const connection = { host: process.argv[2], port: Number(process.argv[3]), maxRetriesPerRequest: null };
         new Worker(process.argv[4], async () => {
           process.stdout.write('started');
           await new Promise(() => {});
         }, { connection, lockDuration: 500, stalledInterval: 200 });`,
        alias,
        redis.host,
        String(redis.port),
        queue.name,
      );
      expect(await (await stored(queue, id)).getState()).toBe('active');
      let runs = 0;
      openWorker(queue, async () => void runs++, { stalledInterval: 200, maxStalledCount });
      return { queue, id, runs: () => runs };
    }

    it('a job whose worker is killed is run again, even with attempts: 1', async () => {
      const { queue, id, runs } = await crash(1);
      const job = await reaches(queue, id, 'completed');
      expect(runs()).toBe(1);
      expect({ started: job.attemptsStarted, stalled: job.stalledCounter }).toEqual({
        started: 2,
        stalled: 1,
      });
    });

    it('with maxStalledCount: 0 a job whose worker is killed fails and is not run again', async () => {
      const { queue, id, runs } = await crash(0);
      const job = await reaches(queue, id, 'failed');
      expect(job.failedReason).toBe('job stalled more than allowable limit');
      expect(runs()).toBe(0);
    });

    it('a second add with the same jobId is dropped while the first job exists, also a completed one', async () => {
      const queue = openQueue();
      await queue.add('job', { nr: 1 }, { jobId: 'same' });
      await queue.add('job', { nr: 2 }, { jobId: 'same' });
      expect(await queue.getWaitingCount()).toBe(1);
      const runs: number[] = [];
      openWorker(queue, async (job) => void runs.push(job.data.nr));
      await reaches(queue, 'same', 'completed');
      await queue.add('job', { nr: 3 }, { jobId: 'same' });
      await queue.add('job', { nr: 4 }, { jobId: 'other' });
      await reaches(queue, 'other', 'completed');
      expect(runs).toEqual([1, 4]);
    });

    it('with removeOnComplete the same jobId is run again', async () => {
      const queue = openQueue();
      const runs: number[] = [];
      openWorker(queue, async (job) => void runs.push(job.data.nr));
      await queue.add('job', { nr: 1 }, { jobId: 'same', removeOnComplete: true });
      await until('the first is gone', async () => runs.length === 1 && !(await queue.getJob('same')));
      await queue.add('job', { nr: 2 }, { jobId: 'same', removeOnComplete: true });
      await until('the second has run', () => runs.length === 2);
      expect(runs).toEqual([1, 2]);
    });

    it.each(['user:1', '123'])('the jobId %s makes add reject', async (jobId) => {
      const queue = openQueue();
      await expect(queue.add('job', {}, { jobId })).rejects.toThrow('Custom Id cannot');
    });

    it('a deduplication id drops the second add until the first job is finished', async () => {
      const queue = openQueue();
      const options = { deduplication: { id: 'same' } };
      const first = await queue.add('job', { nr: 1 }, options);
      const second = await queue.add('job', { nr: 2 }, options);
      expect(second.id).toBe(first.id);
      expect(await queue.getWaitingCount()).toBe(1);
      const runs: number[] = [];
      openWorker(queue, async (job) => void runs.push(job.data.nr));
      await reaches(queue, first.id, 'completed');
      const third = await queue.add('job', { nr: 3 }, options);
      await reaches(queue, third.id, 'completed');
      expect(runs).toEqual([1, 3]);
    });
  });

  describe('waits', () => {
    /** A parent that adds a child to its own queue and waits for it; returns what happened, in order. */
    async function parentWaits(parents: number, concurrency: number, ttl: number): Promise<string[]> {
      const queue = openQueue();
      const events = await openEvents(queue);
      const happened: string[] = [];
      const allStarted = gate();
      openWorker(
        queue,
        async (job) => {
          happened.push(`${job.name} starts`);
          if (job.name === 'child') return;
          if (happened.length === parents) allStarted.open();
          // Parents that started one after the other could still see each other's children run.
          await allStarted.opened;
          const child = await queue.add('child', {});
          const end = await child.waitUntilFinished(events, ttl).then(
            () => 'has its child',
            (error: Error) => (error.message.includes('timed out') ? 'gives up' : error.message),
          );
          happened.push(`parent ${end}`);
        },
        { concurrency },
      );
      await queue.addBulk(Array.from({ length: parents }, () => ({ name: 'parent', data: {} })));
      await until('all jobs are completed', async () => (await queue.getCompletedCount()) === 2 * parents);
      return happened;
    }

    it('waitUntilFinished in a processor on the same queue dead-locks at concurrency 1', async () => {
      expect(await parentWaits(1, 1, 1_000)).toEqual(['parent starts', 'parent gives up', 'child starts']);
      // With a free slot the very same code ends well, so the wait above was for the slot.
      expect(await parentWaits(1, 2, 20_000)).toEqual([
        'parent starts',
        'child starts',
        'parent has its child',
      ]);
    });

    it('waitUntilFinished in a processor dead-locks as soon as parents fill the concurrency', async () => {
      const happened = await parentWaits(2, 2, 1_000);
      expect(happened.slice(0, 3)).toEqual(['parent starts', 'parent starts', 'parent gives up']);
      expect(happened.filter((event) => event === 'child starts')).toHaveLength(2);
    });
  });

  describe('payload', () => {
    for (const { title, sent, received: expected } of PAYLOADS) {
      it(title, async () => {
        expect(await received(sent)).toStrictEqual(expected);
      });
    }

    for (const { title, sent, message } of REFUSED) {
      it(title, async () => {
        const queue = openQueue();
        await expect(queue.add('job', sent())).rejects.toThrow(message);
        expect(await queue.getWaitingCount()).toBe(0);
      });
    }

    it.each([0, '', false, null])('the payload %j arrives as it is', async (data) => {
      expect(await received(data)).toBe(data);
    });
  });

  describe('workers', () => {
    let directory: string;
    beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'tasks-evidence-'))));
    afterAll(() => {
      rmSync(directory, { recursive: true, force: true });
    });

    function processorFile(name: string, source: string): string {
      const file = join(directory, name);
      writeFileSync(file, source);
      return file;
    }

    it.each([
      ['an ES module', 'esm.mjs', 'export default async (job) => ({ pid: process.pid, got: job.data.nr });'],
      [
        'a CommonJS module',
        'cjs.cjs',
        'module.exports = async (job) => ({ pid: process.pid, got: job.data.nr });',
      ],
    ])('the default export of %s is the handler of a sandboxed processor', async (_kind, name, source) => {
      const queue = openQueue();
      openWorker(queue, processorFile(name, source));
      const { id } = await queue.add('job', { nr: 7 });
      const job = await reaches(queue, id, 'completed');
      expect(job.returnvalue).toEqual({ pid: expect.any(Number), got: 7 });
      expect(job.returnvalue.pid).not.toBe(process.pid);
    });

    it('a sandboxed processor file without a default export fails the job', async () => {
      const queue = openQueue();
      const printed = silenceErrors();
      openWorker(queue, processorFile('named.mjs', 'export const handler = async () => 1;'));
      const { id } = await queue.add('job', {});
      const { failedReason } = await reaches(queue, id, 'failed');
      expect(failedReason).toContain("Cannot read properties of undefined (reading 'default')");
      expect(printed()).toEqual([`Error: ${failedReason}`]);
    });

    it('one processor gets the jobs of all names', async () => {
      const queue = openQueue();
      const names: string[] = [];
      openWorker(queue, async (job) => void names.push(job.name));
      await queue.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {} })));
      await until('all three have run', () => names.length === 3);
      expect(names).toEqual(['a', 'b', 'c']);
    });

    it('an error without a listener is printed and ends neither the worker nor the process', async () => {
      const queue = openQueue();
      const printed = silenceErrors();
      const worker = openWorker(queue, async () => 1);
      worker.removeAllListeners('error');
      worker.emit('error', new Error('nobody listens'));
      expect(printed()).toEqual(['Error: nobody listens']);
      const { id } = await queue.add('job', {});
      await reaches(queue, id, 'completed');
      worker.on('error', quiet);
    });
  });

  describe('removed options', () => {
    if (major === 5) {
      it('repeat at add makes a job recur', async () => {
        const queue = openQueue();
        let runs = 0;
        openWorker(queue, async () => void runs++);
        await queue.add('job', {}, untyped({ repeat: { every: 100, limit: 2 } }));
        await until('it has run twice', () => runs === 2);
      });
    } else {
      it('repeat at add is ignored: the job runs once', async () => {
        const queue = openQueue();
        let runs = 0;
        openWorker(queue, async () => void runs++);
        const { id } = await queue.add('job', {}, untyped({ repeat: { every: 100, limit: 2 } }));
        await reaches(queue, id, 'completed');
        expect(await queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized')).toBe(0);
        expect(await queue.getJobSchedulersCount()).toBe(0);
        expect(runs).toBe(1);
      });

      it('debounce makes add reject', async () => {
        const adding = openQueue().add('job', {}, untyped({ debounce: { id: 'same' } }));
        await expect(adding).rejects.toThrow('Debounce option has been removed');
      });
    }
  });

  describe('dispatch', () => {
    it('add rejects what it cannot take, and tells nobody else', async () => {
      const queue = openQueue();
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      await expect(queue.add('job', circle)).rejects.toThrow(/circular/);
      expect(await queue.getJobCountByTypes('waiting')).toBe(0);
    });

    it('addBulk hands over all at once; one that is refused takes none of the others back', async () => {
      const queue = openQueue();
      const bad = { name: 'bad', data: {}, opts: untyped({ attempts: Infinity }) };
      await expect(queue.addBulk([{ name: 'good', data: {} }, bad])).rejects.toThrow();
      expect(await queue.getJobCountByTypes('waiting')).toBe(1);
      await queue.addBulk([
        { name: 'a', data: {} },
        { name: 'b', data: {} },
      ]);
      expect(await queue.getJobCountByTypes('waiting')).toBe(3);
    });

    it('a flow runs the children first, then the parent', async () => {
      const queue = openQueue();
      const ran: string[] = [];
      openWorker(queue, async ({ name }) => void ran.push(name));
      const queueName = queue.name;
      await openFlows().add({ name: 'second', queueName, children: [{ name: 'first', queueName }] });
      await until('both have run', () => ran.length === 2);
      expect(ran).toEqual(['first', 'second']);
    });
  });
});
