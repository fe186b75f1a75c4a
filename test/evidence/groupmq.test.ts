import { spawn } from 'node:child_process';
import type * as GroupMQ from 'groupmq';
import type * as IORedis from 'ioredis';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Redis, startRedis } from './redis.js';
import { PAYLOADS, REFUSED, gaps, gate, killWhenStarted, sleep, until } from './support.js';

type QueueOptions = Partial<GroupMQ.QueueOptions>;
type WorkerOptions = Partial<GroupMQ.WorkerOptions<unknown>>;

const packages = packagesOf('groupmq');
let groupmq: typeof GroupMQ;
let ioredis: typeof IORedis;
let redis: Redis;
let open: { close(): Promise<unknown> }[] = [];
const closing: Promise<unknown>[] = [];
let counter = 0;

const quiet = (): void => {};

beforeAll(async () => {
  groupmq = await packages.load<typeof GroupMQ>('groupmq');
  ioredis = await packages.load<typeof IORedis>('ioredis');
  redis = await startRedis();
  return async () => {
    await Promise.all(closing);
    await redis.stop();
  };
});
afterEach(() => {
  const inOrder = open;
  open = [];
  closing.push(
    (async () => {
      for (const one of inOrder) await one.close().catch(quiet);
    })(),
  );
});

function openQueue(options: QueueOptions = {}): GroupMQ.Queue {
  const client = new ioredis.Redis(redis.port, redis.host, { maxRetriesPerRequest: null });
  const queue = new groupmq.Queue({
    redis: client,
    namespace: `q${++counter}`,
    keepCompleted: 100,
    keepFailed: 100,
    ...options,
  });
  open.push({
    close: async () => {
      client.disconnect();
    },
  });
  open.unshift(queue);
  return queue;
}

/** Retries follow at once unless a test says otherwise. */
function work(
  queue: GroupMQ.Queue,
  handler: GroupMQ.WorkerOptions<unknown>['handler'],
  options: WorkerOptions = {},
): GroupMQ.Worker {
  const worker = new groupmq.Worker({
    queue,
    handler,
    backoff: () => 0,
    schedulerIntervalMs: 50,
    ...options,
  });
  open.unshift({ close: () => worker.close(0) });
  return worker;
}

const hasFailed = (queue: GroupMQ.Queue): Promise<unknown> =>
  until('the job has failed for good', async () => (await queue.getFailedCount()) === 1);

/** The time of each run of a job that always fails. */
async function runsOf(
  job: object,
  worker: WorkerOptions = {},
  options: QueueOptions = {},
): Promise<number[]> {
  const queue = openQueue(options);
  const starts: number[] = [];
  const handler = async (): Promise<void> => {
    starts.push(Date.now());
    throw new Error('boom');
  };
  work(queue, handler, worker);
  await queue.add({ groupId: 'g', data: {}, ...job });
  await hasFailed(queue);
  expect(await queue.getJobCounts()).toMatchObject({ active: 0, waiting: 0, delayed: 0, failed: 1 });
  return starts;
}

/** What a handler receives. */
async function received(data: unknown): Promise<unknown> {
  const queue = openQueue();
  const seen: unknown[] = [];
  work(queue, async (job) => void seen.push(job.data));
  await queue.add({ groupId: 'g', data });
  await until('the handler has its job', () => seen.length === 1);
  return seen[0];
}

describe('attempts', () => {
  it('a failing job runs three times when nobody says how often', async () => {
    expect(await runsOf({})).toHaveLength(3);
  });

  it.each([1, 2, 5])('maxAttempts: %i of the queue counts all runs', async (maxAttempts) => {
    expect(await runsOf({}, {}, { maxAttempts })).toHaveLength(maxAttempts);
  });

  it.each([1, 2])('maxAttempts: %i of a worker counts all runs', async (maxAttempts) => {
    expect(await runsOf({}, { maxAttempts })).toHaveLength(maxAttempts);
  });

  it.each([
    { job: 0, worker: 9, runs: 1 },
    { job: 1, worker: 9, runs: 2 },
    { job: 2, worker: 9, runs: 3 },
  ])(
    'maxAttempts: $job of a job counts the runs after the first: $runs runs',
    async ({ job, worker, runs }) => {
      expect(await runsOf({ maxAttempts: job }, { maxAttempts: worker })).toHaveLength(runs);
    },
  );

  it('the smaller one wins, and a worker without its own takes that of its queue', async () => {
    expect(await runsOf({ maxAttempts: 5 })).toHaveLength(3);
    expect(await runsOf({ maxAttempts: 1 })).toHaveLength(2);
    expect(await runsOf({}, { maxAttempts: 9 }, { maxAttempts: 2 })).toHaveLength(3);
  });

  it('undefined and null are as absent', async () => {
    expect(await runsOf({ maxAttempts: undefined })).toHaveLength(3);
    expect(await runsOf({ maxAttempts: null })).toHaveLength(3);
  });

  it('0 of a worker is one run', async () => {
    expect(await runsOf({}, { maxAttempts: 0 })).toHaveLength(1);
  });

  it('Infinity of a worker ends with the job, Infinity of both never ends', async () => {
    expect(await runsOf({}, { maxAttempts: Infinity })).toHaveLength(4);
    const queue = openQueue();
    let runs = 0;
    work(
      queue,
      async () => {
        runs++;
        throw new Error('boom');
      },
      { maxAttempts: Infinity },
    );
    await queue.add({ groupId: 'g', data: {}, maxAttempts: Infinity });
    await until('it has run 50 times', () => runs >= 50);
    expect(await queue.getFailedCount()).toBe(0);
  });

  it('failed and error come with every failed run, and nobody need listen', async () => {
    const queue = openQueue();
    const events: string[] = [];
    const worker = work(queue, async () => {
      throw new Error('boom');
    });
    worker.on('failed', () => void events.push('failed'));
    worker.on('error', () => void events.push('error'));
    await queue.add({ groupId: 'g', data: {} });
    await hasFailed(queue);
    expect(events).toEqual(['error', 'failed', 'error', 'failed', 'error', 'failed']);
    expect(() => work(queue, async () => 1).emit('error', new Error('nobody listens'))).not.toThrow();
  });
});

describe('backoff', () => {
  it('the pause doubles from half a second up to 30 seconds, plus up to a quarter, when nobody says so', () => {
    const worker = new groupmq.Worker({ queue: openQueue(), handler: async () => 1 });
    open.unshift({ close: () => worker.close(0) });
    const { backoff } = worker as unknown as { backoff: (attempt: number) => number };
    for (const [attempt, base] of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].entries()) {
      const pauses = Array.from({ length: 100 }, () => backoff(attempt + 1));
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(base);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(base * 1.25);
      // Jitter: they are not all the same.
      expect(new Set(pauses).size).toBeGreaterThan(1);
    }
  });

  it('backoff of the worker is asked for milliseconds, with the number of failed runs', async () => {
    const asked: number[] = [];
    const backoff = (attempt: number): number => {
      asked.push(attempt);
      return 1_200;
    };
    const pauses = gaps(await runsOf({}, { backoff }));
    expect(asked).toEqual([1, 2, 3]);
    // Redis counts them from the start of its second.
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(150);
    expect(pauses).toHaveLength(2);
  });

  it('a job knows no backoff', async () => {
    const pauses = gaps(await runsOf({ backoff: { type: 'fixed', delay: 60_000 } }));
    expect(pauses).toHaveLength(2);
  });
});

describe('time', () => {
  it('a handler is not stopped after jobTimeoutMs: the lease is renewed', async () => {
    const queue = openQueue({ jobTimeoutMs: 300 });
    let runs = 0;
    const worker = work(
      queue,
      async () => {
        runs++;
        await sleep(1_500);
      },
      { stalledInterval: 300 },
    );
    const failures: unknown[] = [];
    worker.on('failed', (job) => void failures.push(job));
    await queue.add({ groupId: 'g', data: {} });
    await until('the job has ended', async () => (await queue.getCompletedCount()) === 1);
    expect({ runs, failures }).toEqual({ runs: 1, failures: [] });
  });

  it('the lease is 30 seconds when nobody says how long', () => {
    expect(openQueue().jobTimeoutMs).toBe(30_000);
  });
});

/** How many runs of a group's two jobs begin, of which the first holds the event loop of its worker for 1.5 s. */
async function runsBeside(jobTimeoutMs: number): Promise<number> {
  const queue = openQueue({ jobTimeoutMs });
  await queue.add({ groupId: 'g', data: { nr: 1 } });
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { execSync } from 'node:child_process';
       import { writeSync } from 'node:fs';
       const { Queue, Worker } = await import(process.argv[4]);
       const { Redis } = await import(process.argv[5]);
       const redis = new Redis(Number(process.argv[2]), process.argv[1], { maxRetriesPerRequest: null });
       const worker = new Worker({
         queue: new Queue({ redis, namespace: process.argv[3], jobTimeoutMs: Number(process.argv[6]) }),
         handler: async () => {
           writeSync(1, 'started ');
           execSync('sleep 1.5');
         },
       });
       worker.on('completed', () => writeSync(1, 'completed '));
       void worker.run();`,
      redis.host,
      String(redis.port),
      queue.rawNamespace,
      packages.url('groupmq'),
      packages.url('ioredis'),
      String(jobTimeoutMs),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  try {
    await until('the first worker has begun', () => printed.includes('started'));
    const runs: number[] = [];
    work(queue, async (job) => void runs.push((job.data as { nr: number }).nr));
    await sleep(1_000);
    await queue.add({ groupId: 'other', data: { nr: 3 } });
    await queue.add({ groupId: 'g', data: { nr: 2 } });
    await until('the job of the other group has run', () => runs.includes(3));
    await until('the first job has ended', () => printed.includes('completed'));
    // Whoever has ended a job is given the next one of its group.
    const begun = (): number => printed.split('started').length - 1 + runs.filter((nr) => nr !== 3).length;
    if (jobTimeoutMs > 2_000) await until('the next job of its group has begun', () => begun() === 2);
    else await sleep(1_000);
    return begun();
  } finally {
    child.kill('SIGKILL');
  }
}

describe('lock', () => {
  it('while a call blocks the event loop the lease is not renewed, and no job of the group is run any more', async () => {
    // Neither is the job itself run a second time.
    expect(await Promise.all([runsBeside(500), runsBeside(30_000)])).toEqual([1, 2]);
  });
});

describe('times', () => {
  /** What is left of the lease of a job that takes three seconds, looked at again and again. */
  async function leasesOf(options: QueueOptions, worker: WorkerOptions = {}): Promise<number[]> {
    const queue = openQueue(options);
    const client = new ioredis.Redis(redis.port, redis.host);
    open.push({ close: () => client.quit() });
    const released = gate();
    work(queue, () => released.opened, { stalledInterval: 0, ...worker });
    const { id } = await queue.add({ groupId: 'g', data: {} });
    const left = async (): Promise<number> => {
      const [key = ''] = await client.keys(`*${queue.rawNamespace}:processing`);
      return Number(await client.zscore(key, id)) - Date.now();
    };
    await until('it runs', async () => (await queue.getActiveCount()) === 1);
    const seen: number[] = [];
    for (let look = 0; look < 30; look++) {
      await sleep(100);
      seen.push(await left());
    }
    released.open();
    return seen;
  }

  it('a lease of less than a second runs out by itself, for it is renewed in whole seconds', async () => {
    // A heartbeatMs above the lease does no harm: a third of the lease is taken.
    const [short, long] = await Promise.all([
      leasesOf({ jobTimeoutMs: 300 }),
      leasesOf({ jobTimeoutMs: 2_400 }, { heartbeatMs: 60_000 }),
    ]);
    expect(Math.min(...short)).toBeLessThan(0);
    expect(Math.min(...long)).toBeGreaterThan(0);
  });
});

describe('acknowledgement', () => {
  /** The child takes the job and dies; what it leaves behind is due at once. */
  async function crash(): Promise<{ queue: GroupMQ.Queue; id: string }> {
    const queue = openQueue({ jobTimeoutMs: 200 });
    const { id } = await queue.add({ groupId: 'g', data: { nr: 1 } });
    await killWhenStarted(
      `const { Queue, Worker } = await import(process.argv[4]);
       const { Redis } = await import(process.argv[5]);
       const redis = new Redis(Number(process.argv[2]), process.argv[1], { maxRetriesPerRequest: null });
       new Worker({
         queue: new Queue({ redis, namespace: process.argv[3], jobTimeoutMs: 200 }),
         handler: async () => {
           process.stdout.write('started');
           await new Promise(() => {});
         },
       });`,
      redis.host,
      String(redis.port),
      queue.rawNamespace,
      packages.url('groupmq'),
      packages.url('ioredis'),
    );
    expect(await queue.getJobCounts()).toMatchObject({ active: 1, waiting: 0 });
    // Longer than the lease.
    await sleep(500);
    return { queue, id };
  }

  it('a job whose worker is killed blocks its group when a worker looks for jobs first', async () => {
    const { queue } = await crash();
    const runs: unknown[] = [];
    // The worker looks for jobs at once, and for stalled ones only after its interval.
    work(queue, async (job) => void runs.push((job.data as { nr: number }).nr), { stalledGracePeriod: 0 });
    await until('the job is back', async () => (await queue.getWaitingCount()) === 1);
    await queue.add({ groupId: 'g', data: { nr: 2 } });
    await queue.add({ groupId: 'other', data: { nr: 3 } });
    await until('the job of the other group has run', () => runs.length > 0);
    await sleep(700);
    expect(runs).toEqual([3]);
    expect(await queue.getJobCounts()).toMatchObject({ active: 0, waiting: 2 });
  });

  it('when the search for stalled jobs comes first, one stall is enough to fail it', async () => {
    const { queue, id } = await crash();
    // 1 is the default of a worker's maxStalledCount.
    expect(await queue.checkStalledJobs(Date.now(), 0, 1)).toEqual([id, 'g', 'failed']);
    let runs = 0;
    work(queue, async () => void runs++);
    await sleep(500);
    expect(runs).toBe(0);
    const job = await queue.getJob(id);
    expect(job.failedReason).toContain('Job stalled 1 times (max: 1)');
  });

  it('with maxStalledCount: 2 it is run again', async () => {
    const { queue, id } = await crash();
    expect(await queue.checkStalledJobs(Date.now(), 0, 2)).toEqual([id, 'g', 'recovered']);
    let runs = 0;
    work(queue, async () => void runs++);
    await until('the job has run', () => runs === 1);
  });

  it('a worker fails a job after one stall, looks every 30 seconds and leaves 5 seconds of grace', () => {
    const worker = work(openQueue(), async () => 1);
    expect(worker).toMatchObject({ maxStalledCount: 1, stalledInterval: 30_000, stalledGracePeriod: 5_000 });
  });
});

describe('deduplication', () => {
  it('a second add with the same jobId is dropped, also while the first is kept as completed', async () => {
    const queue = openQueue();
    const runs: unknown[] = [];
    await queue.add({ groupId: 'g', data: 1, jobId: 'same' });
    await queue.add({ groupId: 'g', data: 2, jobId: 'same' });
    work(queue, async (job) => void runs.push(job.data));
    await until('the first has run', async () => (await queue.getCompletedCount()) === 1);
    await queue.add({ groupId: 'g', data: 3, jobId: 'same' });
    await queue.add({ groupId: 'g', data: 4, jobId: 'other' });
    await until('the other has run', async () => (await queue.getCompletedCount()) === 2);
    expect(runs).toEqual([1, 4]);
  });

  it('completed jobs are not kept unless the queue says so, and then the same jobId runs again', async () => {
    const queue = openQueue({ keepCompleted: 0 });
    const runs: unknown[] = [];
    work(queue, async (job) => void runs.push(job.data));
    await queue.add({ groupId: 'g', data: 1, jobId: 'same' });
    await until('the first is gone', async () => {
      const { active, waiting } = await queue.getJobCounts();
      return runs.length === 1 && active + waiting === 0;
    });
    await queue.add({ groupId: 'g', data: 2, jobId: 'same' });
    await until('the second has run', () => runs.length === 2);
    expect(runs).toEqual([1, 2]);
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
      await expect(queue.add({ groupId: 'g', data: sent() })).rejects.toThrow(message);
      expect(await queue.getWaitingCount()).toBe(0);
    });
  }

  it('no data arrive as null, and falsy data as they are', async () => {
    expect(await received(undefined)).toBeNull();
    expect(await received(0)).toBe(0);
    expect(await received('')).toBe('');
  });
});

describe('waits', () => {
  it('a job has no promise of its outcome', async () => {
    const job = await openQueue().add({ groupId: 'g', data: {} });
    for (const name of ['finished', 'waitUntilFinished', 'result', 'then']) expect(name in job).toBe(false);
  });

  it('jobs of one group run one after the other, so that a job waits in vain for one of its group', async () => {
    const queue = openQueue();
    const released = gate();
    const happened: string[] = [];
    const handler: GroupMQ.WorkerOptions<unknown>['handler'] = async ({ data }) => {
      happened.push(`${String(data)} starts`);
      if (data !== 'parent') return;
      await queue.add({ groupId: 'g', data: 'child' });
      await released.opened;
      happened.push('parent ends');
    };
    work(queue, handler, { concurrency: 4 });
    await queue.add({ groupId: 'g', data: 'parent' });
    await until('the child is queued', async () => (await queue.getWaitingCount()) === 1);
    await sleep(300);
    expect(happened).toEqual(['parent starts']);
    released.open();
    await until('both have ended', async () => (await queue.getCompletedCount()) === 2);
    expect(happened).toEqual(['parent starts', 'parent ends', 'child starts']);
  });
});
