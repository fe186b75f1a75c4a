import { compileRetryPolicy } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Queue } from 'bullmq';
import BeeQueue from 'bee-queue';
import { packagesOf } from './packages.js';
import { startRedis, type Redis } from './redis.js';
import { sleep, until } from './support.js';

/** Traps of libraries whose own files of evidence do not show them. */
describe('traps of Temporal', () => {
  it.each([{ maximumAttempts: 0 }, { maximumAttempts: 1.5 }, { backoffCoefficient: 0 }])(
    '%o throws',
    (policy) => {
      expect(() => compileRetryPolicy(policy)).toThrow('RetryPolicy');
    },
  );
  it('takes one attempt', () => {
    expect(compileRetryPolicy({ maximumAttempts: 1 }).maximumAttempts).toBe(1);
  });
  it('throws where the first pause is longer than the largest', () => {
    expect(() => compileRetryPolicy({ initialInterval: '1m', maximumInterval: '10s' })).toThrow(
      'maximumInterval',
    );
  });
});

describe('traps of BullMQ', () => {
  let redis: Redis;
  let queue: Queue;
  beforeAll(async () => {
    redis = await startRedis();
    queue = new Queue('traps', { connection: { host: redis.host, port: redis.port } });
  });
  afterAll(async () => {
    await queue.close();
    await redis.stop();
  });
  const add = (options: object): Promise<unknown> => queue.add('a', {}, options);

  it.each([
    { jobId: 'user:1' },
    { jobId: 'a:b:c:d' },
    { jobId: '42' },
    { jobId: 42 },
    { attempts: Infinity },
    { debounce: { id: 'a' } },
    { priority: 2_097_153 },
    { attempts: 2, backoff: { type: 'exponential', delay: 1, jitter: 50 } },
  ])('%o is refused', async (options) => {
    await expect(add(options)).rejects.toThrow();
  });
  it.each([{ jobId: 'user-1' }, { jobId: 'a:b:c' }, { jobId: '0042' }, { timeout: 5 }, { backoff: 5 }])(
    '%o is taken',
    async (options) => {
      await expect(add(options)).resolves.toBeDefined();
    },
  );
});

describe('traps of Bee-Queue', () => {
  let redis: Redis;
  const queues: BeeQueue[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    for (const queue of queues) await queue.close(100);
    await redis.stop();
  });

  /** How often a failing job has run, half a second after its first run. */
  async function runsOf(
    name: string,
    options: object,
    change: (job: BeeQueue.Job<object>) => unknown,
  ): Promise<number> {
    const queue = new BeeQueue<object>(name, { redis: { host: redis.host, port: redis.port }, ...options });
    queues.push(queue);
    let runs = 0;
    queue.process(() => {
      runs += 1;
      return Promise.reject(new Error('boom'));
    });
    const job = queue.createJob({});
    change(job);
    await job.save();
    await until('it has run', () => runs > 0);
    await sleep(500);
    return runs;
  }

  it.each([Infinity, NaN])('retries(%d) is stored as null, and the job runs once', async (retries) => {
    expect(await runsOf(`retries-${String(retries)}`, {}, (job) => job.retries(retries))).toBe(1);
  });
  it('a job with a pause comes again only where a queue activates delayed jobs', async () => {
    const paused = (job: BeeQueue.Job<object>): unknown => job.retries(1).backoff('fixed', 10);
    expect(await runsOf('asleep', {}, paused)).toBe(1);
    expect(await runsOf('awake', { activateDelayedJobs: true }, paused)).toBe(2);
  });
});

describe.each([13, 15])('traps of sqs-consumer, version %i', (version) => {
  let Consumer: {
    create(options: object): {
      on(name: string, listener: () => void): void;
      start(): void;
      stop(options: object): void;
    };
  };
  beforeAll(async () => {
    ({ Consumer } = await packagesOf(`sqs-consumer-${String(version)}`).load<{ Consumer: typeof Consumer }>(
      'sqs-consumer',
    ));
  });
  const make = (
    options: object,
    sqs: object = { send: () => Promise.resolve({}) },
  ): ReturnType<typeof Consumer.create> =>
    Consumer.create({
      queueUrl: 'https://sqs.example/q',
      sqs,
      handleMessage: (m: object) => Promise.resolve(m),
      ...options,
    });

  it.each([11, -1])('batchSize: %i throws where the consumer is made', (batchSize) => {
    expect(() => make({ batchSize })).toThrow('batchSize must be between 1 and 10');
  });
  it('takes batchSize: 0 for none', () => {
    expect(() => make({ batchSize: 0 })).not.toThrow();
  });
  it.each([21, -1])(
    'waitTimeSeconds: %i is not looked at, and asked of SQS as it is',
    async (waitTimeSeconds) => {
      const asked: unknown[] = [];
      const consumer = make(
        { waitTimeSeconds },
        {
          send: async ({ input }: { input: { WaitTimeSeconds?: number } }) => {
            asked.push(input.WaitTimeSeconds);
            await sleep(10);
            return {};
          },
        },
      );
      consumer.on('error', () => undefined);
      consumer.start();
      await until('it has asked', () => asked.length > 0);
      consumer.stop({ abort: true });
      expect(asked[0]).toBe(waitTimeSeconds);
    },
  );
  it('calls handleMessageBatch alone where both are there', async () => {
    const called: string[] = [];
    const consumer = make(
      {
        handleMessage: (message: object) => {
          called.push('one');
          return Promise.resolve(message);
        },
        handleMessageBatch: (messages: object[]) => {
          called.push('batch');
          return Promise.resolve(messages);
        },
      },
      {
        send: async () => {
          await sleep(10);
          return {
            Messages: [{ MessageId: '1', ReceiptHandle: 'r', Body: '{}' }],
            Successful: [],
            Failed: [],
          };
        },
      },
    );
    consumer.on('error', () => undefined);
    consumer.start();
    await until('it is called', () => called.length > 0);
    consumer.stop({ abort: true });
    expect(new Set(called)).toEqual(new Set(['batch']));
  });
});
