import BeeQueue from 'bee-queue';
import Bull from 'bull';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Redis, startRedis } from './redis.js';
import { until } from './support.js';

/*
 * What a worker renews while a handler runs: a worker in a process of its own, whose handler blocks the event loop
 * for longer than that, and one of this process beside it.
 */

const root = join(import.meta.dirname, '../..');
let redis: Redis;
const closing: (() => Promise<unknown>)[] = [];
const quiet = (): void => {};

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await redis.stop();
});

/** Runs a program that prints `started` before its handler blocks, and then this; what it had printed when that was done. */
async function beside(program: string, queue: string, work: () => Promise<unknown>): Promise<string> {
  const child = spawn(
    process.execPath,
    [
      ...['--input-type=module', '-e'],
      `import { execSync } from 'node:child_process';
       import { writeSync } from 'node:fs';
       const redis = { host: process.argv[1], port: Number(process.argv[2]) };
       const block = () => {
         writeSync(1, 'started');
         execSync('sleep 4');
         writeSync(1, 'ended');
         process.exit();
       };
       ${program}`,
      ...[redis.host, String(redis.port), queue, packagesOf('bee-queue').url('bee-queue')],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  try {
    await until('the first worker has begun', () => printed.includes('started'));
    await work();
    return printed;
  } finally {
    child.kill('SIGKILL');
  }
}

describe.concurrent('lock', () => {
  it('Bull: a lock that is not renewed is lost, and another worker runs the job a second time', async () => {
    const settings = { stalledInterval: 100 };
    const queue = new Bull('lock', { redis: { host: redis.host, port: redis.port }, settings });
    queue.on('error', quiet);
    closing.push(() => queue.close(true));
    const { settings: defaults } = queue as unknown as {
      readonly settings: { readonly lockDuration: number };
    };
    expect(defaults.lockDuration).toBe(30_000);
    await queue.add({});
    const printed = await beside(
      `const { default: Bull } = await import('bull');
       const settings = { lockDuration: 300, lockRenewTime: 100, stalledInterval: 100 };
       new Bull(process.argv[3], { redis, settings }).process(block);`,
      queue.name,
      async () => {
        let runs = 0;
        queue
          .process(() => {
            runs++;
            return Promise.resolve();
          })
          .catch(quiet);
        await until('it is run here, too', () => runs === 1);
      },
    );
    expect(printed).toBe('started');
  });

  it('Bee-Queue: a job that is not reported is handed out a second time at the next check', async () => {
    const queue = new BeeQueue('lock', { redis: { host: redis.host, port: redis.port }, stallInterval: 300 });
    queue.on('error', quiet);
    closing.push(() => queue.close(100));
    const { settings } = new BeeQueue('defaults', {
      redis: { host: redis.host, port: redis.port },
    }) as unknown as {
      readonly settings: { readonly stallInterval: number };
    };
    expect(settings.stallInterval).toBe(5_000);
    await queue.createJob({}).save();
    const printed = await beside(
      `const { default: Queue } = await import(process.argv[4]);
       new Queue(process.argv[3], { redis, stallInterval: 300 }).process(block);`,
      'lock',
      async () => {
        let runs = 0;
        queue.process(() => {
          runs++;
          return Promise.resolve();
        });
        void queue.checkStalledJobs(100);
        await until('it is run here, too', () => runs === 1);
      },
    );
    expect(printed).toBe('started');
  });
});
