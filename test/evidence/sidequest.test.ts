import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as timeout } from 'node:timers/promises';
import type * as Sidequest from 'sidequest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { HOUR, PAYLOADS, REFUSED, gate, sleep, until } from './support.js';

// No backend package is installed here: they all are this package's SQLBackend, with a schema. Its tables are held
// in memory; how a job becomes a row, and a row a job, and what is stale is the shipped code.

type Row = Omit<Sidequest.JobData, 'args'> & { args: unknown };
type Builder = Sidequest.JobBuilder<new () => Sidequest.Job>;
/** What a job of these tests does when it runs. */
type Run = (job: Sidequest.Job, args: unknown[]) => unknown;

declare global {
  /** How the file of jobs, which is another module, finds its way back to the tests. */
  var sidequestEvidence: { backend: unknown; runs: Map<number, Run> };
}

const packages = packagesOf('sidequest');
const directory = mkdtempSync(join(tmpdir(), 'tasks-evidence-'));
const rows = new Map<number, Row>();
const runs = new Map<number, Run>();
let sidequest: typeof Sidequest;
let engine: Sidequest.Engine;
let jobs: Record<'Plain' | 'Other' | 'Endless', new () => Sidequest.Job>;

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

const same = (one: unknown, other: unknown): boolean =>
  one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other;

/** The few calls of Knex that are made of the jobs. */
function table() {
  const copy = (row: Row): Row => ({ ...row });
  return {
    insert: (data: Omit<Row, 'id'>) => ({
      returning: async () => {
        const digest = data.unique_digest;
        if (digest !== null && [...rows.values()].some((row) => row.unique_digest === digest)) {
          const constraint = 'sidequest_jobs_unique_digest_active_idx';
          throw Object.assign(new Error('duplicate key'), { constraint });
        }
        const id = rows.size + 1;
        // What a table fills with null.
        const nothing = {
          claimed_by: null,
          claimed_at: null,
          attempted_at: null,
          errors: null,
          result: null,
        };
        const row = { ...nothing, ...data, id } as Row;
        rows.set(id, row);
        return [copy(row)];
      },
    }),
    where: (wanted: Record<string, unknown>) => {
      const found = [...rows.values()].filter((row) =>
        Object.entries(wanted).every(([name, value]) => same(row[name as keyof Row] ?? null, value)),
      );
      return {
        first: async () => found.map(copy)[0],
        update: (data: Partial<Row>) => ({
          returning: async () => found.map((row) => copy(Object.assign(row, data))),
        }),
      };
    },
    select: () => ({
      distinct: async () =>
        [...new Set([...rows.values()].map(({ queue }) => queue))].map((queue) => ({ queue })),
      // What staleJobs() asks for is filtered by itself, but for the claimed jobs.
      where: () => ({
        orWhere: async () => [...rows.values()].filter(({ state }) => state === 'running').map(copy),
      }),
    }),
  };
}

function makeBackend(): Sidequest.Backend {
  class InMemory extends sidequest.SQLBackend {
    readonly #queues = new Map<string, Sidequest.QueueConfig>();
    override async migrate(): Promise<void> {}
    override async close(): Promise<void> {}
    override async deleteFinishedJobs(): Promise<void> {}
    override async getQueue(name: string): Promise<Sidequest.QueueConfig | undefined> {
      return this.#queues.get(name);
    }
    override async createNewQueue(config: Sidequest.NewQueueData): Promise<Sidequest.QueueConfig> {
      const queue = { ...sidequest.QUEUE_FALLBACK, ...config, id: 1 };
      this.#queues.set(queue.name, queue);
      return queue;
    }
    override async claimPendingJob(queue: string, quantity = 1): Promise<Sidequest.JobData[]> {
      const due = [...rows.values()].filter(
        (row) => row.state === 'waiting' && row.queue === queue && row.available_at.getTime() <= Date.now(),
      );
      const claimed = due.slice(0, quantity);
      for (const row of claimed)
        Object.assign(row, { state: 'claimed', claimed_at: new Date(), claimed_by: 'here' });
      return await Promise.all(claimed.map(async ({ id }) => (await this.getJob(id)) as Sidequest.JobData));
    }
    override truncDate(): string {
      return '';
    }
  }
  return new InMemory(table as never);
}

/** A backend is a class that is the default export of a module. */
const DRIVER = 'export default function () { return globalThis.sidequestEvidence.backend }';

/** In the process of the tests, without threads, unless a test says otherwise. */
async function start(options: Sidequest.EngineConfig = {}): Promise<void> {
  engine = new sidequest.Engine();
  await engine.start({
    backend: { driver: `data:text/javascript,${encodeURIComponent(DRIVER)}` },
    fork: false,
    runner: 'inline',
    manualJobResolution: true,
    jobsFilePath: join(directory, 'jobs.mjs'),
    jobPollingInterval: 5,
    gracefulShutdown: false,
    // No level of this name: it says nothing.
    logger: { level: 'nothing', json: false },
    ...options,
  });
}

beforeAll(async () => {
  sidequest = await packages.load<typeof Sidequest>('sidequest');
  sidequest.configureLogger({ level: 'nothing', json: false });
  globalThis.sidequestEvidence = { backend: makeBackend(), runs };
  writeFileSync(
    join(directory, 'jobs.mjs'),
    `import { appendFileSync } from 'node:fs';
     import { setTimeout as sleep } from 'node:timers/promises';
     import { Job } from ${JSON.stringify(packages.url('sidequest'))};
     const run = (job, args) => globalThis.sidequestEvidence.runs.get(job.id)(job, args);
     export class Plain extends Job {
       run(...args) { return run(this, args); }
     }
     export class Other extends Job {
       run(...args) { return run(this, args); }
     }
     export class Endless extends Job {
       async run(file, rounds) {
         for (let round = 0; round < rounds; round++) {
           appendFileSync(file, '.');
           await sleep(10);
         }
       }
     }`,
  );
  jobs = (await import(/* @vite-ignore */ join(directory, 'jobs.mjs'))) as typeof jobs;
  await start({ jobDefaults: { retryDelay: 1, backoffStrategy: 'fixed' } });
});
afterEach(openGates);
afterAll(async () => {
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Queues a job; `run` is what it does. */
async function enqueue(
  run: Run,
  build: (builder: Builder) => Builder = (it) => it,
  ...args: unknown[]
): Promise<Row> {
  const builder = build(engine.build(jobs.Plain));
  runs.set(rows.size + 1, run);
  const { id } = await builder.enqueue(...(args as []));
  return stored(id);
}

function stored(id: number): Row {
  const row = rows.get(id);
  if (!row) throw new Error(`There is no job ${id}`);
  return row;
}

const rests = (row: Row, state: Row['state']): Promise<true> =>
  until(`job ${row.id} is ${state}`, () => row.state === state);

const fail: Run = () => {
  throw new Error('boom');
};

async function runsOf(build?: (builder: Builder) => Builder): Promise<number> {
  let made = 0;
  const row = await enqueue(() => {
    made++;
    throw new Error('boom');
  }, build);
  await rests(row, 'failed');
  expect(row.attempt).toBe(made);
  return made;
}

describe('attempts', () => {
  it('a failing job runs five times when nobody says how often', async () => {
    expect(await runsOf()).toBe(5);
  });

  it.each([
    { maxAttempts: 1, made: 1 },
    { maxAttempts: 2, made: 2 },
    { maxAttempts: 6, made: 6 },
    { maxAttempts: 0, made: 1 },
    { maxAttempts: undefined, made: 5 },
  ])('maxAttempts($maxAttempts) is $made runs: it counts all of them', async ({ maxAttempts, made }) => {
    expect(await runsOf((builder) => builder.maxAttempts(maxAttempts as number))).toBe(made);
  });

  it('the builder wins over the jobDefaults of the engine', async () => {
    await engine.close();
    await start({ jobDefaults: { maxAttempts: 3, retryDelay: 1, backoffStrategy: 'fixed' } });
    expect(await runsOf()).toBe(3);
    expect(await runsOf((builder) => builder.maxAttempts(2))).toBe(2);
    await engine.close();
    await start({ jobDefaults: { retryDelay: 1, backoffStrategy: 'fixed' } });
  });

  it('retry, snooze and fail do nothing unless they are returned', async () => {
    const row = await enqueue((job) => {
      job.retry('again');
      job.snooze(1);
      job.fail('never again');
      return 'done';
    });
    await rests(row, 'completed');
    expect(row.attempt).toBe(1);
  });

  it('a returned fail() ends all attempts', async () => {
    const row = await enqueue((job) => job.fail('never again'));
    await rests(row, 'failed');
    expect(row.attempt).toBe(1);
  });

  it('a returned retry() counts as a failed run', async () => {
    const row = await enqueue(
      (job) => job.retry('again'),
      (builder) => builder.maxAttempts(3),
    );
    await rests(row, 'failed');
    expect(row.attempt).toBe(3);
  });

  it('a returned snooze() does not', async () => {
    let made = 0;
    const row = await enqueue(
      (job) => (++made < 5 ? job.snooze(1) : 'done'),
      (builder) => builder.maxAttempts(1),
    );
    await rests(row, 'completed');
    expect({ made, attempt: row.attempt }).toEqual({ made: 5, attempt: 1 });
  });
});

describe('backoff', () => {
  /** The pause before each further run, in milliseconds; the next run is brought forward. */
  async function delaysOf(made: number, build: (builder: Builder) => Builder): Promise<number[]> {
    const delays: number[] = [];
    let start = 0;
    const row = await enqueue(
      () => {
        start = Date.now();
        throw new Error('boom');
      },
      (builder) => build(builder.maxAttempts(made)),
    );
    while (delays.length < made - 1) {
      await until('the retry is delayed', () => row.state === 'waiting' && row.attempt === delays.length + 1);
      delays.push(row.available_at.getTime() - start);
      row.available_at = new Date();
    }
    await rests(row, 'failed');
    return delays;
  }
  const minutes = (delays: readonly number[]): number[] => delays.map((delay) => Math.floor(delay / 60_000));

  it('it is exponential from one second on when nobody says how', async () => {
    await engine.close();
    await start();
    const row = await enqueue(fail, (builder) => builder.maxAttempts(1));
    expect(row).toMatchObject({ backoff_strategy: 'exponential', retry_delay: 1_000 });
    await rests(row, 'failed');
    await engine.close();
    await start({ jobDefaults: { retryDelay: 1, backoffStrategy: 'fixed' } });
  });

  it('fixed is retryDelay in milliseconds each time, without jitter', async () => {
    const delays = await delaysOf(3, (builder) => builder.backoffStrategy('fixed').retryDelay(HOUR));
    expect(minutes(delays)).toEqual([60, 60]);
  });

  it('exponential doubles retryDelay, times 0.5 to 1.5', async () => {
    const delays = await delaysOf(4, (builder) => builder.backoffStrategy('exponential').retryDelay(120_000));
    for (const [index, delay] of delays.entries()) {
      const base = 120_000 * 2 ** index;
      expect(delay).toBeGreaterThanOrEqual(base * 0.5);
      // A second for a machine that is slow between the run and the note of it.
      expect(delay).toBeLessThan(base * 1.5 + 1_000);
    }
    // Jitter: they are no multiples of each other.
    expect(new Set(delays.map((delay, index) => Math.round(delay / 2 ** index / 10))).size).toBeGreaterThan(
      1,
    );
  });

  it('it does not grow over an hour', async () => {
    const delays = await delaysOf(3, (builder) =>
      builder.backoffStrategy('exponential').retryDelay(100 * HOUR),
    );
    expect(minutes(delays)).toEqual([60, 60]);
  });

  it('the delay of a returned retry() wins over that of the job', async () => {
    const row = await enqueue(
      (job) => job.retry('again', HOUR),
      (builder) => builder.maxAttempts(2),
    );
    await until('the retry is delayed', () => row.attempt === 1 && row.state === 'waiting');
    expect(row.available_at.getTime() - Date.now()).toBeGreaterThan(0.9 * HOUR);
  });
});

describe('times', () => {
  it('a timeout of 30 is over before anything is done, one of 30_000 is not', async () => {
    let done = 0;
    const work = async (job: Sidequest.Job): Promise<void> => {
      await timeout(200, undefined, { signal: job.abortSignal });
      done++;
    };
    await rests(await enqueue(work, (builder) => builder.timeout(30).maxAttempts(1)), 'failed');
    expect(done).toBe(0);
    await rests(await enqueue(work, (builder) => builder.timeout(30_000).maxAttempts(1)), 'completed');
    expect(done).toBe(1);
  });
});

describe('time', () => {
  it('a job has no time limit when nobody says so', async () => {
    const row = await enqueue(() => sleep(300));
    expect(row.timeout).toBeNull();
    await rests(row, 'completed');
  });

  it('a handler that heeds the signal is run again', async () => {
    const row = await enqueue(
      (job) => timeout(60_000, undefined, { signal: job.abortSignal }),
      (builder) => builder.timeout(30).maxAttempts(2),
    );
    await rests(row, 'failed');
    expect(row.attempt).toBe(2);
  });

  it('in a thread, which is the default, the handler is stopped', async () => {
    await engine.close();
    await start({ runner: 'thread', minThreads: 1, maxThreads: 1, jobDefaults: { retryDelay: 1 } });
    const endless = (rounds: number, file: string, limit?: number): Promise<Sidequest.JobData> => {
      const builder = engine.build(jobs.Endless) as unknown as Builder;
      if (limit !== undefined) builder.timeout(limit).maxAttempts(1);
      return builder.enqueue(...([join(directory, file), rounds] as unknown as []));
    };
    const lines = (file: string): number => readFileSync(join(directory, file), 'utf8').length;
    // The first starts the thread, so that the limit of the second is for the handler alone.
    await rests(stored((await endless(1, 'first')).id), 'completed');
    const row = stored((await endless(1_000, 'second', 500)).id);
    await rests(row, 'failed');
    const written = lines('second');
    expect(written).toBeGreaterThan(0);
    await sleep(200);
    expect(lines('second')).toBe(written);
    expect(written).toBeLessThan(1_000);
    await engine.close();
    await start({ jobDefaults: { retryDelay: 1, backoffStrategy: 'fixed' } });
  });

  it('engines use threads of a process of their own unless told otherwise', async () => {
    const plain = new sidequest.Engine();
    await engine.close();
    const config = await plain.configure({
      logger: { level: 'nothing', json: false },
      skipMigration: true,
    });
    expect(config).toMatchObject({ fork: true, runner: 'thread', abortGracePeriodMs: 0 });
    await plain.close();
    await start({ jobDefaults: { retryDelay: 1, backoffStrategy: 'fixed' } });
  });
});

describe('signal', () => {
  it('inline, timeout only aborts the signal, and a handler that goes on completes the job', async () => {
    const released = closedGate();
    const aborted: unknown[] = [];
    const row = await enqueue(
      async (job) => {
        job.abortSignal.addEventListener('abort', () => aborted.push(job.abortSignal.reason));
        await released.opened;
        return 'done';
      },
      (builder) => builder.timeout(50),
    );
    await until('the signal is aborted', () => aborted.length > 0);
    expect((aborted[0] as Error).name).toBe('JobTimeout');
    await sleep(100);
    expect(row.state).toBe('running');
    released.open();
    await rests(row, 'completed');
    expect(row.attempt).toBe(1);
  });
});

describe('acknowledgement', () => {
  /** A job as a process leaves it that was killed so many minutes ago; then an engine starts. */
  async function crashed(minutes: number, build: (builder: Builder) => Builder = (it) => it): Promise<Row> {
    await engine.close();
    await start();
    const row = await enqueue(
      () => 'done',
      (builder) => build(builder.availableAt(new Date(Date.now() + HOUR))),
    );
    const then = new Date(Date.now() - minutes * 60_000);
    Object.assign(row, {
      state: 'running',
      attempt: row.attempt + 1,
      claimed_by: 'a process that is gone',
      claimed_at: then,
      attempted_at: then,
    });
    await engine.close();
    await start({ jobDefaults: { retryDelay: 1, backoffStrategy: 'fixed' } });
    return row;
  }

  it('a job is done when its handler has ended', async () => {
    const released = closedGate();
    const row = await enqueue(() => released.opened);
    await rests(row, 'running');
    await sleep(50);
    expect(row.state).toBe('running');
    released.open();
    await rests(row, 'completed');
  });

  it('a job whose process is killed is run again after ten minutes, and that run counts', async () => {
    const row = await crashed(11);
    expect(row.state).toBe('waiting');
    row.available_at = new Date();
    await rests(row, 'completed');
    expect(row.attempt).toBe(2);
  });

  it('not before', async () => {
    expect((await crashed(9)).state).toBe('running');
  });

  it('with a timeout, after that time', async () => {
    expect((await crashed(1, (builder) => builder.timeout(30_000))).state).toBe('waiting');
  });

  it('with maxAttempts: 1 it is failed instead', async () => {
    expect((await crashed(11, (builder) => builder.maxAttempts(1))).state).toBe('failed');
  });

  it('engines look for such jobs when they start and every 60 minutes', async () => {
    expect(engine.getConfig()).toMatchObject({
      releaseStaleJobsIntervalMin: 60,
      releaseStaleJobsMaxStaleMs: 600_000,
    });
  });
});

describe('payload', () => {
  async function received(...args: unknown[]): Promise<unknown[]> {
    const seen: unknown[][] = [];
    const row = await enqueue((_job, got) => void seen.push(got), undefined, ...args);
    await rests(row, 'completed');
    return seen[0] as unknown[];
  }

  for (const { title, sent, received: expected } of PAYLOADS) {
    it(title, async () => {
      expect(await received(sent)).toStrictEqual([expected]);
    });
  }

  for (const { title, sent, message } of REFUSED) {
    it(title.replace('add', 'enqueue'), async () => {
      const before = rows.size;
      await expect(enqueue(() => 1, undefined, sent())).rejects.toThrow(message);
      expect(rows.size).toBe(before);
    });
  }

  it('arguments keep their places, and what JSON has not is null there', async () => {
    expect(await received(1, undefined, 'a')).toStrictEqual([1, null, 'a']);
  });

  it('the arguments of the constructor are stored, too', async () => {
    const row = await enqueue(
      () => 1,
      (builder) => builder.with(...([new Date(0)] as unknown as [])),
    );
    expect(row.constructor_args).toBe('["1970-01-01T00:00:00.000Z"]');
    await rests(row, 'completed');
  });
});

describe('deduplication', () => {
  const held = (): { run: Run; release: () => void } => {
    const released = closedGate();
    return { run: () => released.opened, release: released.open };
  };

  it('jobs are queued as often as they are asked for', async () => {
    const one = await enqueue(() => 1);
    const other = await enqueue(() => 1);
    expect(one.id).not.toBe(other.id);
    await Promise.all([rests(one, 'completed'), rests(other, 'completed')]);
  });

  it('unique(true) refuses a second job of the class while the first is under way, whatever its arguments', async () => {
    const { run, release } = held();
    const first = await enqueue(run, (builder) => builder.unique(true), 1);
    await expect(enqueue(run, (builder) => builder.unique(true), 2)).rejects.toThrow(
      sidequest.DuplicatedJobError,
    );
    release();
    await rests(first, 'completed');
    await rests(await enqueue(run, (builder) => builder.unique(true), 1), 'completed');
  });

  it('withArgs takes the arguments into account', async () => {
    const { run, release } = held();
    const unique = (builder: Builder): Builder => builder.unique({ withArgs: true });
    const first = await enqueue(run, unique, 1);
    const second = await enqueue(run, unique, 2);
    await expect(enqueue(run, unique, 1)).rejects.toThrow(sidequest.DuplicatedJobError);
    release();
    await Promise.all([rests(first, 'completed'), rests(second, 'completed')]);
  });

  it('with a period it refuses it in that period, also when the first is done', async () => {
    const unique = (builder: Builder): Builder => builder.unique({ withArgs: true, period: 'month' });
    await rests(await enqueue(() => 1, unique, 'in a period'), 'completed');
    await expect(enqueue(() => 1, unique, 'in a period')).rejects.toThrow(sidequest.DuplicatedJobError);
  });
});

describe('waits', () => {
  it('enqueue gives the row of the job, and nothing that could be waited for', async () => {
    const id = rows.size + 1;
    runs.set(id, () => 1);
    const job: object = await engine.build(jobs.Plain).enqueue(...([] as unknown as []));
    expect(Object.getPrototypeOf(job)).toBe(Object.prototype);
    expect(Object.values(job).some((value) => typeof value === 'function')).toBe(false);
    await rests(stored(id), 'completed');
  });
});

describe('handlers', () => {
  it('a job that is built and not enqueued does not run', async () => {
    const before = rows.size;
    engine.build(jobs.Other).maxAttempts(3);
    await sleep(50);
    expect(rows.size).toBe(before);
  });
});
