import { compileRetryPolicy } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Queue } from 'bullmq';
import { startRedis, type Redis } from './redis.js';

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
