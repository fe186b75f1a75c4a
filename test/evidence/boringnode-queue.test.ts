import { spawn } from 'node:child_process';
import { register } from 'node:module';
import type * as Boringnode from '@boringnode/queue';
import type * as Driver from '@boringnode/queue/drivers/redis_adapter';
import type * as Types from '@boringnode/queue/types';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Redis, startRedis } from './redis.js';
import { HOUR, PAYLOADS, REFUSED, gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

type Options = Types.JobOptions;
type Config = Partial<Types.QueueManagerConfig>;
/** The static side of a job class, as far as it is used here. */
type JobClass = typeof Boringnode.Job & { options: Options };

/**
 * The package is for Node 24: older ones have no `glob` in `fs/promises`, by which it finds job files. These tests
 * have no such files, so that a name in its place lets the package load.
 */
const HOOK = `
  const shim = "export * from 'node:fs/promises'; export const glob = undefined";
  export async function resolve(specifier, context, next) {
    const own = specifier === 'fs/promises' && context.parentURL?.includes('/@boringnode/queue/');
    return own ? { url: 'data:text/javascript,' + encodeURIComponent(shim), shortCircuit: true } : next(specifier, context);
  }`;
const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
const OLD_NODE = Number(process.versions.node.split('.')[0]) < 22;

const packages = packagesOf('boringnode-queue');
let boringnode: typeof Boringnode;
let driver: typeof Driver;
let redis: Redis;
let worker: Boringnode.Worker | undefined;
let counter = 0;

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
  if (OLD_NODE) register(hook);
  boringnode = await packages.load<typeof Boringnode>('@boringnode/queue');
  driver = await packages.load<typeof Driver>('@boringnode/queue/drivers/redis_adapter');
  redis = await startRedis();
  return () => redis.stop();
});
afterEach(async () => {
  openGates();
  await worker?.stop();
  worker = undefined;
  await boringnode.QueueManager.destroy();
});

/** The queue `default`, empty, with a worker that looks for jobs every 5 ms. */
async function start(config: Config = {}, keyPrefix = `n${++counter}:`): Promise<void> {
  worker = new boringnode.Worker(configOf(keyPrefix, config));
  await worker.init();
  void worker.start(['default']);
}

function configOf(keyPrefix: string, config: Config): Types.QueueManagerConfig {
  const connection = { host: redis.host, port: redis.port, keyPrefix };
  return {
    default: 'redis',
    adapters: { redis: driver.redis(connection) },
    ...config,
    worker: { idleDelay: 5, gracefulShutdown: false, ...config.worker },
  };
}

interface Defined {
  readonly Job: JobClass;
  /** What `failed()` was told. */
  readonly failures: Error[];
}

function define(execute: (job: Boringnode.Job) => unknown, options: Options = {}): Defined {
  const name = `job${++counter}`;
  const failures: Error[] = [];
  class Own extends boringnode.Job {
    static override options: Options = { removeOnComplete: false, removeOnFail: false, ...options, name };
    override async execute(): Promise<void> {
      await execute(this);
    }
    override async failed(error: Error): Promise<void> {
      failures.push(error);
    }
  }
  boringnode.Locator.register(name, Own);
  return { Job: Own, failures };
}

const dispatch = async (Job: JobClass, payload: unknown = {}): Promise<string> =>
  (await Job.dispatch(payload)).jobId;

const stored = (id: string): Promise<Types.JobRecord | null> =>
  boringnode.QueueManager.use().getJob(id, 'default');

const rests = (id: string, status: string): Promise<Types.JobRecord> =>
  until(`job ${id} is ${status}`, async () => {
    const record = await stored(id);
    return record?.status === status ? record : undefined;
  });

/** The time of each run of a job that always fails. */
async function runsOf(options: Options = {}, config: Config = {}): Promise<number[]> {
  const starts: number[] = [];
  const { Job, failures } = define(() => {
    starts.push(Date.now());
    throw new Error('boom');
  }, options);
  await start(config);
  await rests(await dispatch(Job), 'failed');
  await until('failed() is told', () => failures.length === 1);
  return starts;
}

describe('attempts', () => {
  it('a failing job runs once', async () => {
    expect(await runsOf()).toHaveLength(1);
  });

  it.each([
    { maxRetries: 0, runs: 1 },
    { maxRetries: 1, runs: 2 },
    { maxRetries: 3, runs: 4 },
    { maxRetries: -1, runs: 1 },
  ])(
    'maxRetries: $maxRetries is $runs runs: it counts those after the first',
    async ({ maxRetries, runs }) => {
      expect(await runsOf({ maxRetries })).toHaveLength(runs);
      expect(await runsOf({ retry: { maxRetries } })).toHaveLength(runs);
    },
  );

  it('maxRetries: Infinity never ends', async () => {
    let runs = 0;
    const { Job } = define(
      () => {
        if (++runs <= 20) throw new Error('boom');
      },
      { maxRetries: Infinity },
    );
    await start();
    await rests(await dispatch(Job), 'completed');
    expect(runs).toBe(21);
  });

  it('retry.maxRetries of a job wins over its maxRetries, then the queue, then all queues', async () => {
    const queues = { default: { retry: { maxRetries: 2 } } };
    const retry = { maxRetries: 3 };
    expect(await runsOf({ retry: { maxRetries: 1 }, maxRetries: 5 }, { queues, retry })).toHaveLength(2);
    expect(await runsOf({ maxRetries: 0 }, { queues, retry })).toHaveLength(1);
    expect(await runsOf({}, { queues, retry })).toHaveLength(3);
    expect(await runsOf({}, { retry })).toHaveLength(4);
  });

  it('undefined is as absent', async () => {
    const untyped: object = { maxRetries: undefined };
    expect(await runsOf(untyped, { retry: { maxRetries: 1 } })).toHaveLength(2);
  });

  it('failed() is told of the last failure alone', async () => {
    const { Job, failures } = define(
      () => {
        throw new Error('boom');
      },
      { maxRetries: 2 },
    );
    await start();
    await rests(await dispatch(Job), 'failed');
    await until('failed() is told', () => failures.length > 0);
    expect(failures).toMatchObject([{ code: 'E_JOB_MAX_ATTEMPTS_REACHED', cause: { message: 'boom' } }]);
  });
});

describe('traps', () => {
  it('maxRetries is not read where retry.maxRetries is there', async () => {
    expect(await runsOf({ maxRetries: 4, retry: { maxRetries: 1 } })).toHaveLength(2);
    expect(await runsOf({ maxRetries: 0, retry: { maxRetries: 1 } })).toHaveLength(2);
    // Another part of `retry` leaves it alone.
    const backoff = boringnode.fixedBackoff(1);
    expect(await runsOf({ maxRetries: 2, retry: { backoff } })).toHaveLength(3);
  });
});

describe('lock', () => {
  it('while a call blocks the event loop the job is not renewed, and another worker runs it a second time', async () => {
    let runs = 0;
    const { Job } = define(() => ++runs);
    const prefix = `n${++counter}:`;
    await boringnode.QueueManager.init(configOf(prefix, {}));
    const id = await dispatch(Job);
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { execSync } from 'node:child_process';
         import { writeSync } from 'node:fs';
         import { register } from 'node:module';
         if (process.argv[5]) register(process.argv[5]);
         const { Worker, Job, Locator } = await import(process.argv[3]);
         const { redis } = await import(process.argv[4]);
         const connection = { host: '${redis.host}', port: ${redis.port}, keyPrefix: process.argv[1] };
         Locator.register(process.argv[2], class extends Job {
           async execute() {
             writeSync(1, 'started');
             execSync('sleep 4');
             writeSync(1, 'ended');
             process.exit();
           }
         });
         const worker = { idleDelay: 5, stalledThreshold: 300, stalledInterval: 100 };
         await new Worker({ default: 'redis', adapters: { redis: redis(connection) }, worker }).start();`,
        prefix,
        Job.options.name ?? '',
        packages.url('@boringnode/queue'),
        packages.url('@boringnode/queue/drivers/redis_adapter'),
        OLD_NODE ? hook : '',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    try {
      await until('the first worker has begun', () => printed.includes('started'));
      await start({ worker: { stalledThreshold: 300, stalledInterval: 100 } }, prefix);
      await rests(id, 'completed');
      expect({ runs, printed }).toEqual({ runs: 1, printed: 'started' });
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('times', () => {
  const backoffOf = (baseDelay: number | string) =>
    boringnode.exponentialBackoff({
      baseDelay,
      maxDelay: 100,
      jitter: false,
    });

  it.each([100, 101, '1s'])('a first pause of %s is refused where the largest is 100 ms', (baseDelay) => {
    expect(() => backoffOf(baseDelay)()).toThrow('Max delay should be greater than base delay');
    const linear = boringnode.linearBackoff({ baseDelay: 100, maxDelay: 100 });
    expect(() => linear()).toThrow('Max delay should be greater than base delay');
  });

  it('one below it is taken, and grows up to it', () => {
    const strategy = backoffOf(99)();
    expect([1, 2].map((attempt) => strategy.calculateDelay(attempt))).toEqual([99, 100]);
  });

  it('it throws when a run has failed: the job stays active, is run as a stalled one, and is lost', async () => {
    let runs = 0;
    const { Job, failures } = define(
      () => {
        runs++;
        throw new Error('boom');
      },
      { retry: { maxRetries: 5, backoff: backoffOf(100) } },
    );
    await start({ worker: { stalledThreshold: 200, stalledInterval: 20 } });
    const id = await dispatch(Job);
    await until('it has run', () => runs === 1);
    expect((await stored(id))?.status).toBe('active');
    await until('it is gone', async () => (await stored(id)) === null);
    expect(runs).toBe(2);
    expect(failures).toEqual([]);
  });
});

describe('sameName', () => {
  it('of two jobs with one name the last is run for both', async () => {
    const ran: string[] = [];
    const { Job: First } = define(() => void ran.push('first'));
    class Second extends boringnode.Job {
      static override options: Options = { ...First.options };
      override async execute(): Promise<void> {
        ran.push('second');
      }
    }
    boringnode.Locator.register(First.options.name ?? '', Second);
    await start();
    await dispatch(First);
    await dispatch(Second);
    await until('both have run', () => ran.length === 2);
    expect(ran).toEqual(['second', 'second']);
  });
});

describe('backoff', () => {
  const asked = (backoff: () => { calculateDelay(attempt: number): number }, times: number): number[] =>
    Array.from({ length: times }, (_, index) => backoff().calculateDelay(index + 1));

  it('without backoff retries follow at once', async () => {
    const pauses = gaps(await runsOf({ maxRetries: 9 }));
    expect(pauses).toHaveLength(9);
    expect(median(pauses)).toBeLessThan(200);
  });

  it('a number is milliseconds, and a text says its unit', () => {
    expect(asked(boringnode.fixedBackoff(250), 2)).toEqual([250, 250]);
    expect(asked(boringnode.fixedBackoff('3m'), 2)).toEqual([180_000, 180_000]);
  });

  it('fixed is ten seconds and linear five seconds more each time, without jitter, when nobody says so', () => {
    expect(asked(boringnode.fixedBackoff(), 2)).toEqual([10_000, 10_000]);
    expect(asked(boringnode.linearBackoff(), 3)).toEqual([5_000, 10_000, 15_000]);
    expect(asked(boringnode.linearBackoff(), 100).at(-1)).toBe(120_000);
  });

  it('exponential doubles from one second up to five minutes, more or less a quarter', () => {
    const bases = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000];
    const rounds = Array.from({ length: 50 }, () => asked(boringnode.exponentialBackoff(), bases.length));
    for (const [index, base] of bases.entries()) {
      const delays = rounds.map((round) => round[index] ?? 0);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(base * 0.75 - 1);
      expect(Math.max(...delays)).toBeLessThanOrEqual(base * 1.25);
      expect(new Set(delays).size).toBeGreaterThan(1);
    }
    const plain = boringnode.exponentialBackoff({ jitter: false, baseDelay: 10, maxDelay: 35 });
    expect(asked(plain, 4)).toEqual([10, 20, 35, 35]);
  });

  it('the pause is kept, and jobs wait for it', async () => {
    const pauses = gaps(await runsOf({ retry: { maxRetries: 2, backoff: boringnode.fixedBackoff(150) } }));
    expect(pauses).toHaveLength(2);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(149);
    const { Job } = define(
      () => {
        throw new Error('boom');
      },
      { retry: { maxRetries: 1, backoff: boringnode.fixedBackoff(HOUR) } },
    );
    await start();
    await rests(await dispatch(Job), 'delayed');
  });

  it('the backoff of a job wins over that of the queue, and that over the one of all queues', async () => {
    const slow = { backoff: boringnode.fixedBackoff(HOUR) };
    const fast = { backoff: boringnode.fixedBackoff(1) };
    const queues = { default: { retry: slow } };
    expect(await runsOf({ maxRetries: 1, retry: fast }, { queues })).toHaveLength(2);
    expect(
      await runsOf({ maxRetries: 1 }, { queues: { default: { retry: fast } }, retry: slow }),
    ).toHaveLength(2);
  });
});

describe('time', () => {
  it('a job may take as long as it likes when nobody says how long, and has no signal', async () => {
    const signals: unknown[] = [];
    const { Job } = define(async (job) => {
      signals.push(job.signal);
      await sleep(300);
    });
    await start();
    await rests(await dispatch(Job), 'completed');
    expect(signals).toEqual([undefined]);
  });

  it('with failOnTimeout it is not tried again', async () => {
    let runs = 0;
    const { Job, failures } = define(
      async () => {
        runs++;
        await sleep(200);
      },
      { timeout: '30ms', maxRetries: 3, failOnTimeout: true },
    );
    await start();
    await rests(await dispatch(Job), 'failed');
    await until('failed() is told', () => failures.length === 1);
    expect(failures).toMatchObject([{ code: 'E_JOB_TIMEOUT' }]);
    expect(runs).toBe(1);
  });

  it('the timeout of the worker is for jobs without their own', async () => {
    const patient = define(() => sleep(150), { timeout: 10_000 });
    const hasty = define(() => sleep(150));
    await start({ worker: { timeout: 30 } });
    await rests(await dispatch(patient.Job), 'completed');
    await rests(await dispatch(hasty.Job), 'failed');
  });
});

describe('signal', () => {
  it('timeout fails the run after that many milliseconds while the handler goes on and a retry overlaps it', async () => {
    const released = closedGate();
    const signals: (AbortSignal | undefined)[] = [];
    let ended = 0;
    const { Job, failures } = define(
      async (job) => {
        signals.push(job.signal);
        await released.opened;
        ended++;
      },
      { timeout: 60, maxRetries: 1 },
    );
    await start();
    await rests(await dispatch(Job), 'failed');
    await until('failed() is told', () => failures.length === 1);
    // One job at a time, but two of its handlers are under way.
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
    expect(ended).toBe(0);
    released.open();
    await until('both handlers have ended', () => ended === 2);
  });
});

describe('acknowledgement', () => {
  it('a job is done when its handler has ended', async () => {
    const released = closedGate();
    const { Job } = define(() => released.opened);
    await start();
    const id = await dispatch(Job);
    await rests(id, 'active');
    await sleep(50);
    expect((await stored(id))?.status).toBe('active');
    released.open();
    await rests(id, 'completed');
  });

  it('jobs are not kept when they are done or have failed, unless the job says so', async () => {
    const done = define(() => 1, { removeOnComplete: true });
    const failed = define(
      () => {
        throw new Error('boom');
      },
      { removeOnFail: true },
    );
    Reflect.deleteProperty(done.Job.options, 'removeOnComplete');
    Reflect.deleteProperty(failed.Job.options, 'removeOnFail');
    await start();
    for (const { Job } of [done, failed]) {
      const id = await dispatch(Job);
      await until('it is gone', async () => (await stored(id)) === null);
    }
  });

  /** The child takes the job and dies; then a worker of this process looks after it. */
  async function crash(options: Types.WorkerConfig): Promise<{ id: string; runs: () => number }> {
    let runs = 0;
    const { Job } = define(() => ++runs);
    const prefix = `n${++counter}:`;
    await boringnode.QueueManager.init(configOf(prefix, {}));
    const id = await dispatch(Job);
    await killWhenStarted(
      `import { register } from 'node:module';
       if (process.argv[5]) register(process.argv[5]);
       const { Worker, Job, Locator } = await import(process.argv[3]);
       const { redis } = await import(process.argv[4]);
       const connection = { host: '${redis.host}', port: ${redis.port}, keyPrefix: process.argv[1] };
       Locator.register(process.argv[2], class extends Job {
         async execute() {
           process.stdout.write('started');
           await new Promise(() => {});
         }
       });
       const config = { default: 'redis', adapters: { redis: redis(connection) }, worker: { idleDelay: 5 } };
       await new Worker(config).start();`,
      prefix,
      Job.options.name ?? '',
      packages.url('@boringnode/queue'),
      packages.url('@boringnode/queue/drivers/redis_adapter'),
      OLD_NODE ? hook : '',
    );
    await start({ worker: options }, prefix);
    expect((await stored(id))?.status).toBe('active');
    return { id, runs: () => runs };
  }

  it('a job whose worker is killed is run again, without any retries', async () => {
    const { id, runs } = await crash({ stalledThreshold: 100, stalledInterval: 20 });
    await rests(id, 'completed');
    expect(runs()).toBe(1);
  });

  it('but not within the 30 seconds that a job is given when nobody says how long', async () => {
    const { id, runs } = await crash({ stalledInterval: 20 });
    await sleep(500);
    expect((await stored(id))?.status).toBe('active');
    expect(runs()).toBe(0);
  });

  it('with maxStalledCount: 0 it is lost', async () => {
    const { id, runs } = await crash({ stalledThreshold: 100, stalledInterval: 20, maxStalledCount: 0 });
    await until('the job is gone', async () => (await stored(id)) === null);
    expect(runs()).toBe(0);
  });

  it('a handler that takes longer than that keeps its job', async () => {
    let runs = 0;
    const { Job } = define(async () => {
      runs++;
      await sleep(600);
    });
    await start({ worker: { stalledThreshold: 200, stalledInterval: 20, concurrency: 2 } });
    await dispatch(Job);
    await until('the handler runs', () => runs === 1);
    await sleep(700);
    expect(runs).toBe(1);
  });
});

describe('payload', () => {
  async function received(payload: unknown): Promise<unknown> {
    const seen: unknown[] = [];
    const { Job } = define((job) => void seen.push(job.payload));
    await start();
    await dispatch(Job, payload);
    await until('the handler has its job', () => seen.length === 1);
    return seen[0];
  }

  for (const { title, sent, received: expected } of PAYLOADS) {
    it(title, async () => {
      expect(await received(sent)).toStrictEqual(expected);
    });
  }

  for (const { title, sent, message } of REFUSED) {
    it(title.replace('add', 'dispatch'), async () => {
      const { Job } = define(() => 1);
      await start();
      await expect(dispatch(Job, sent())).rejects.toThrow(message);
    });
  }

  it.each([0, false, null, ''])('the payload %j arrives as it is', async (payload) => {
    expect(await received(payload)).toBe(payload);
  });
});

describe('deduplication', () => {
  it('jobs are queued as often as they are asked for', async () => {
    let runs = 0;
    const { Job } = define(() => ++runs);
    await start();
    await dispatch(Job);
    await dispatch(Job);
    await until('both have run', () => runs === 2);
  });

  it('with dedup({ id }) a second one is dropped while the first is there', async () => {
    const released = closedGate();
    let runs = 0;
    const { Job } = define(
      async () => {
        runs++;
        await released.opened;
      },
      { removeOnComplete: true },
    );
    await start();
    const first = await Job.dispatch({}).dedup({ id: 'same' });
    const second = await Job.dispatch({}).dedup({ id: 'same' });
    expect(first).toMatchObject({ deduped: 'added' });
    expect(second).toEqual({ jobId: first.jobId, deduped: 'skipped' });
    released.open();
    await until('the first is gone', async () => (await stored(first.jobId)) === null);
    expect(await Job.dispatch({}).dedup({ id: 'same' })).toMatchObject({ deduped: 'added' });
    await until('it has run again', () => runs === 2);
  });
});

describe('waits', () => {
  it('dispatch gives the id of the job, and nothing that could be waited for', async () => {
    const { Job } = define(() => 1);
    await start();
    const dispatched: object = await Job.dispatch({});
    expect(Object.keys(dispatched)).toEqual(['jobId']);
  });
});

describe('handlers', () => {
  it('a dispatch that nobody awaits queues nothing', async () => {
    let runs = 0;
    const { Job } = define(() => ++runs);
    await start();
    Job.dispatch({}).toQueue('default');
    await sleep(200);
    expect(runs).toBe(0);
    await Job.dispatch({}).run();
    await until('the one that is run has run', () => runs === 1);
  });

  it('dispatchMany queues them all', async () => {
    let runs = 0;
    const { Job } = define(() => ++runs);
    await start();
    await Job.dispatchMany([{}, {}, {}]);
    await until('all have run', () => runs === 3);
  });
});

describe('dispatch', () => {
  it('nothing is enqueued before the dispatch is awaited, or run is called', async () => {
    let runs = 0;
    const { Job } = define(() => void runs++);
    await start();
    void Job.dispatch({});
    await sleep(200);
    expect(runs).toBe(0);
    await Job.dispatch({});
    void Job.dispatch({}).run();
    await until('the other two have run', () => runs === 2);
  });
});
