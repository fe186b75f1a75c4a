import type { EventEmitter } from 'node:events';
import type * as Resque from 'node-resque';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Redis, startRedis } from './redis.js';
import { PAYLOADS, REFUSED, gate, killWhenStarted, sleep, until } from './support.js';

interface Program {
  readonly queue: Resque.Queue;
  /** A worker of the queue `q`; it looks for jobs every 20 ms, so that tests need not wait. */
  readonly work: () => Promise<Resque.Worker>;
  readonly schedule: (options?: Resque.Scheduler['options']) => Promise<Resque.Scheduler>;
  readonly namespace: string;
}

/** What the Retry plugin says when it puts a job back. */
interface ReEnqueued {
  readonly delay: number;
  readonly remainingAttempts: number;
}

const packages = packagesOf('node-resque');
let resque: typeof Resque;
let redis: Redis;
let open: { end(): unknown }[] = [];
const closing: Promise<unknown>[] = [];
let counter = 0;

const quiet = (): void => {};

/** Gates of the running test. Those that a failed test leaves shut would keep its handlers, and so the end, waiting. */
const gates: (() => void)[] = [];
function closedGate(): ReturnType<typeof gate> {
  const made = gate();
  gates.push(made.open);
  return made;
}
function openGates(): void {
  for (const open of gates.splice(0)) open();
}

beforeAll(async () => {
  resque = await packages.load<typeof Resque>('node-resque');
  redis = await startRedis();
  return async () => {
    await Promise.all(closing);
    await redis.stop();
  };
});
afterEach(() => {
  openGates();
  closing.push(...open.map(async (one) => one.end()));
  open = [];
});

/** Each program has the names in Redis to itself. */
async function program(jobs: Resque.Jobs): Promise<Program> {
  const namespace = `n${++counter}`;
  const settings = () => ({ connection: { host: redis.host, port: redis.port, namespace } });
  const queue = new resque.Queue(settings(), jobs);
  queue.on('error', quiet);
  await queue.connect();
  open.unshift(queue);
  return {
    queue,
    namespace,
    work: async () => {
      const worker = new resque.Worker({ ...settings(), queues: ['q'], timeout: 20 }, jobs);
      worker.on('error', quiet);
      await worker.connect();
      open.unshift(worker);
      await worker.start();
      return worker;
    },
    schedule: async (options = {}) => {
      const scheduler = new resque.Scheduler({ ...settings(), timeout: 20, ...options }, jobs);
      scheduler.on('error', quiet);
      await scheduler.connect();
      open.unshift(scheduler);
      await scheduler.start();
      return scheduler;
    },
  };
}

/** The types have a string where this is. */
function onReEnqueue(worker: EventEmitter, listener: (what: ReEnqueued) => void): void {
  worker.on('reEnqueue', (_queue, _job, what: ReEnqueued) => {
    listener(what);
  });
}

/** Lets a job fail until it is in the list of those that have failed; returns the number of its runs. */
async function runsOf(rest: Partial<Resque.Job<unknown>>): Promise<number> {
  let runs = 0;
  const perform = async (): Promise<void> => {
    runs++;
    throw new Error('boom');
  };
  const { queue, work, schedule } = await program({ j: { perform, ...rest } });
  await schedule();
  await work();
  await queue.enqueue('q', 'j', [1]);
  await until('the job has failed for good', async () => (await queue.failedCount()) === 1);
  expect({ waiting: await queue.length('q'), delayed: await queue.timestamps() }).toEqual({
    waiting: 0,
    delayed: [],
  });
  return runs;
}

/** What a job gets as its arguments. */
async function received(...args: unknown[]): Promise<unknown[]> {
  const seen: unknown[][] = [];
  const { queue, work } = await program({ j: { perform: async (...got) => void seen.push(got) } });
  await work();
  await queue.enqueue('q', 'j', args);
  await until('the job has its arguments', () => seen.length === 1);
  return seen[0] as unknown[];
}

describe('attempts', () => {
  // The runs are counted in a key of Redis that lives as many seconds as this is milliseconds.
  const retry = (options: object): Partial<Resque.Job<unknown>> => ({
    plugins: ['Retry'],
    pluginOptions: { Retry: { retryDelay: 100, ...options } },
  });

  it('a failing job runs once', async () => {
    expect(await runsOf({})).toBe(1);
  });

  it('also with the Retry plugin, when nobody says how often', async () => {
    expect(await runsOf(retry({}))).toBe(1);
  });

  it.each([
    { retryLimit: 1, runs: 1 },
    { retryLimit: 3, runs: 3 },
    { retryLimit: 0, runs: 1 },
    { retryLimit: undefined, runs: 1 },
  ])('retryLimit: $retryLimit is $runs runs: it counts all of them', async ({ retryLimit, runs }) => {
    expect(await runsOf(retry({ retryLimit }))).toBe(runs);
  });

  it('the plugin can be given as a class, too', async () => {
    expect(await runsOf({ ...retry({ retryLimit: 2 }), plugins: [resque.Plugins.Retry] })).toBe(2);
  });

  it('retryLimit: Infinity never ends', async () => {
    const remaining: unknown[] = [];
    const perform = async (): Promise<void> => {
      throw new Error('boom');
    };
    const { queue, work, schedule } = await program({ j: { perform, ...retry({ retryLimit: Infinity }) } });
    await schedule();
    const worker = await work();
    onReEnqueue(worker, ({ remainingAttempts }) => void remaining.push(remainingAttempts));
    await queue.enqueue('q', 'j', [1]);
    await until('it has run four times', () => remaining.length >= 4);
    expect(remaining.every((left) => left === Infinity)).toBe(true);
    expect(await queue.failedCount()).toBe(0);
  });

  it('a retry waits for a Scheduler', async () => {
    let runs = 0;
    const perform = async (): Promise<void> => {
      runs++;
      throw new Error('boom');
    };
    const { queue, work, schedule } = await program({ j: { perform, ...retry({ retryLimit: 2 }) } });
    await work();
    await queue.enqueue('q', 'j', [1]);
    await until('the retry is delayed', async () => (await queue.timestamps()).length === 1);
    // Longer than the second that delays are rounded to.
    await sleep(1_200);
    expect(runs).toBe(1);
    await schedule();
    await until('it has run again', () => runs === 2);
  });

  it('a failed run that is retried emits success', async () => {
    const events: string[] = [];
    const perform = async (): Promise<void> => {
      throw new Error('boom');
    };
    const { queue, work, schedule } = await program({ j: { perform, ...retry({ retryLimit: 2 }) } });
    await schedule();
    const worker = await work();
    for (const event of ['success', 'failure', 'reEnqueue'] as const) {
      worker.on(event as 'success', () => void events.push(event));
    }
    await queue.enqueue('q', 'j', [1]);
    await until('it has failed', () => events.includes('failure'));
    expect(events).toEqual(['reEnqueue', 'success', 'failure']);
  });
});

describe('traps', () => {
  const pluginOptions = { Retry: { retryLimit: 2, retryDelay: 100 } };

  it('the options of the Retry plugin without the plugin do nothing, and the job runs once', async () => {
    expect(await runsOf({ pluginOptions })).toBe(1);
    expect(await runsOf({ pluginOptions, plugins: ['Retry'] })).toBe(2);
  });
});

describe('times', () => {
  it('retryDelay is rounded to seconds: less than half a second is hardly a pause', async () => {
    /** How long after its first run a job ran again. */
    const pauseOf = async (retryDelay: number): Promise<number> => {
      const starts: number[] = [];
      const perform = async (): Promise<void> => {
        starts.push(Date.now());
        throw new Error('boom');
      };
      const { queue, work, schedule } = await program({
        j: { perform, plugins: ['Retry'], pluginOptions: { Retry: { retryLimit: 2, retryDelay } } },
      });
      await schedule();
      await work();
      await queue.enqueue('q', 'j', [1]);
      await until('it has run again', () => starts.length === 2);
      return (starts[1] ?? 0) - (starts[0] ?? 0);
    };
    const [short, long] = await Promise.all([pauseOf(30), pauseOf(3_000)]);
    // As seconds they would be half a minute, and the better part of an hour. Both the time to come and the clock are
    // rounded, so that up to a second is missing.
    expect(short).toBeLessThan(long);
    expect(long).toBeGreaterThanOrEqual(1_990);
    expect(long).toBeLessThan(10_000);
  });
});

describe('backoff', () => {
  /** The delays that the plugin asks for; each retry is brought forward, so that none is waited for. */
  async function delaysOf(runs: number, options: object): Promise<number[]> {
    const delays: number[] = [];
    const due: number[] = [];
    const starts: number[] = [];
    const perform = async (): Promise<void> => {
      starts.push(Date.now());
      throw new Error('boom');
    };
    const pluginOptions = { Retry: { retryLimit: runs, ...options } };
    const { queue, work } = await program({ j: { perform, plugins: ['Retry'], pluginOptions } });
    const worker = await work();
    onReEnqueue(worker, ({ delay }) => void delays.push(delay));
    await queue.enqueue('q', 'j', [1]);
    while (delays.length < runs - 1) {
      const known = delays.length;
      await until('the retry is delayed', () => delays.length > known);
      const [timestamp] = await queue.timestamps();
      due.push((timestamp ?? 0) - (starts.at(-1) ?? 0));
      await queue.delDelayed('q', 'j', [1]);
      await queue.connection.redis.del(queue.connection.key(`delayed:${(timestamp ?? 0) / 1_000}`));
      await queue.enqueue('q', 'j', [1]);
    }
    await until('the job has failed for good', async () => (await queue.failedCount()) === 1);
    // What is stored is the second nearest to the delay.
    for (const [index, delay] of delays.entries()) {
      expect(due[index]).toBeGreaterThanOrEqual(delay - 500);
    }
    return delays;
  }

  it('the pause is five seconds when nobody says how long', async () => {
    expect(await delaysOf(3, {})).toEqual([5_000, 5_000]);
  });

  it('retryDelay is a fixed pause in milliseconds, without jitter', async () => {
    expect(await delaysOf(3, { retryDelay: 60_000 })).toEqual([60_000, 60_000]);
  });

  it('backoffStrategy is a list of pauses in milliseconds, of which the last is repeated', async () => {
    const backoffStrategy = [60_000, 120_000];
    expect(await delaysOf(4, { backoffStrategy, retryDelay: 1 })).toEqual([60_000, 120_000, 120_000]);
  });
});

describe('time', () => {
  it('a job may take as long as it likes: timeout is the pause of a worker without jobs', async () => {
    const released = closedGate();
    const events: string[] = [];
    const { queue, work } = await program({
      j: {
        perform: async () => {
          await released.opened;
          return 'done';
        },
      },
    });
    const worker = await work();
    worker.on('success', (_queue, _job, result) => void events.push(String(result)));
    worker.on('failure', () => void events.push('failure'));
    await queue.enqueue('q', 'j', []);
    // Twenty times the timeout of the worker.
    await sleep(400);
    expect(worker.options.timeout).toBe(20);
    expect(events).toEqual([]);
    released.open();
    await until('the job has ended', () => events.length > 0);
    expect(events).toEqual(['done']);
  });
});

describe('acknowledgement', () => {
  /** The child takes the job and dies. */
  async function crash(): Promise<{ runs: () => number; crashed: Program }> {
    let runs = 0;
    const crashed = await program({ j: { perform: async () => void runs++ } });
    await crashed.queue.enqueue('q', 'j', [1]);
    await killWhenStarted(
      `const { Worker } = await import(process.argv[4]);
       const connection = { host: process.argv[1], port: Number(process.argv[2]), namespace: process.argv[3] };
       const perform = async () => {
         process.stdout.write('started');
         await new Promise(() => {});
       };
       const worker = new Worker({ connection, queues: ['q'], timeout: 50 }, { j: { perform } });
       await worker.connect();
       await worker.start();`,
      redis.host,
      String(redis.port),
      crashed.namespace,
      packages.url('node-resque'),
    );
    return { crashed, runs: () => runs };
  }

  it('a job leaves its queue before it runs', async () => {
    const released = closedGate();
    let running = false;
    const { queue, work } = await program({
      j: {
        perform: async () => {
          running = true;
          await released.opened;
        },
      },
    });
    await queue.enqueue('q', 'j', []);
    expect(await queue.length('q')).toBe(1);
    await work();
    await until('the job runs', () => running);
    expect(await queue.length('q')).toBe(0);
    released.open();
  });

  it('a job whose worker is killed is not run again', async () => {
    const { crashed, runs } = await crash();
    expect(await crashed.queue.length('q')).toBe(0);
    await crashed.schedule();
    await crashed.work();
    await sleep(500);
    expect(runs()).toBe(0);
  });

  it('a Scheduler looks for such jobs after an hour and leaves them failed when nobody says otherwise', async () => {
    const { options } = await (await program({})).schedule();
    expect(options).toMatchObject({ stuckWorkerTimeout: 3_600_000, retryStuckJobs: false });
    const { crashed, runs } = await crash();
    await crashed.schedule({ stuckWorkerTimeout: 1 });
    await until('the job has failed', async () => (await crashed.queue.failedCount()) === 1);
    await sleep(200);
    expect(await crashed.queue.length('q')).toBe(0);
    expect(runs()).toBe(0);
  });

  it('with retryStuckJobs it puts them back', async () => {
    const { crashed, runs } = await crash();
    const scheduler = await crashed.schedule({ stuckWorkerTimeout: 1, retryStuckJobs: true });
    await until('the job is back', async () => (await crashed.queue.length('q')) === 1);
    await scheduler.end();
    await crashed.work();
    await until('the job has run', () => runs() === 1);
  });
});

describe('payload', () => {
  for (const { title, sent, received: expected } of PAYLOADS) {
    it(title, async () => {
      expect(await received(sent)).toStrictEqual([expected]);
    });
  }

  for (const { title, sent, message } of REFUSED) {
    it(title.replace('add', 'enqueue'), async () => {
      const { queue } = await program({});
      await expect(queue.enqueue('q', 'j', [sent()])).rejects.toThrow(message);
      expect(await queue.length('q')).toBe(0);
    });
  }

  it('arguments keep their places, and what JSON has not is null there', async () => {
    expect(await received(1, undefined, () => 1, 'a')).toStrictEqual([1, null, null, 'a']);
  });

  it('what is no array is the only argument', async () => {
    const seen: unknown[][] = [];
    const { queue, work } = await program({ j: { perform: async (...got) => void seen.push(got) } });
    await work();
    await queue.enqueue('q', 'j', { a: 1 } as unknown as unknown[]);
    await until('the job has run', () => seen.length === 1);
    expect(seen).toEqual([[{ a: 1 }]]);
  });

  it('objects are frozen, but not what is in them', async () => {
    const [payload] = await received({ list: [1] });
    expect(Object.isFrozen(payload)).toBe(true);
    expect(Object.isFrozen((payload as { list: unknown }).list)).toBe(false);
  });
});

describe('waits', () => {
  it('enqueue tells that a job is queued, and nothing that could be waited for', async () => {
    const { queue } = await program({ j: { perform: async () => 1 } });
    expect(await queue.enqueue('q', 'j', [])).toBe(true);
    expect(await queue.enqueueIn(60_000, 'q', 'j', [])).toBe(true);
  });
});

describe('deduplication', () => {
  it('the same job is queued as often as it is asked for', async () => {
    const { queue } = await program({ j: { perform: async () => 1 } });
    await queue.enqueue('q', 'j', [1]);
    await queue.enqueue('q', 'j', [1]);
    expect(await queue.length('q')).toBe(2);
  });

  it('with QueueLock it is queued once for the same arguments, until it starts', async () => {
    const { queue, work } = await program({ j: { perform: async () => 1, plugins: ['QueueLock'] } });
    expect(await queue.enqueue('q', 'j', [1])).toBe(true);
    expect(await queue.enqueue('q', 'j', [1])).toBe(false);
    expect(await queue.enqueue('q', 'j', [2])).toBe(true);
    expect(await queue.length('q')).toBe(2);
    await work();
    await until('both have started', async () => (await queue.length('q')) === 0);
    await until('the lock is free', async () => await queue.enqueue('q', 'j', [1]));
  });

  it('enqueueAt refuses the same arguments at the same second', async () => {
    const { queue } = await program({ j: { perform: async () => 1 } });
    const at = Date.now() + 60_000;
    await queue.enqueueAt(at, 'q', 'j', [1]);
    await expect(queue.enqueueAt(at, 'q', 'j', [1])).rejects.toThrow('Job already enqueued at this time');
    expect(await queue.enqueueAt(at, 'q', 'j', [1], true)).toBeUndefined();
  });
});

describe('routes', () => {
  it('a job that no worker knows is queued, and fails there', async () => {
    const { queue, work } = await program({});
    expect(await queue.enqueue('q', 'unknown', [])).toBe(true);
    await work();
    await until('it has failed', async () => (await queue.failedCount()) === 1);
    expect((await queue.failed(0, -1))[0]?.error).toBe('No job defined for class "unknown"');
  });
});
