import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Database, openDatabase } from './postgres.js';
import { PAYLOADS, REFUSED, gate, killWhenStarted, until } from './support.js';

interface Job {
  readonly id: string;
  readonly max_attempts: number;
  readonly payload: unknown;
}
interface Helpers {
  readonly abortSignal?: AbortSignal;
  readonly job: { readonly attempts: number };
  addJob(identifier: string, payload?: unknown, spec?: object): Promise<Job>;
}
type Task = (payload: never, helpers: Helpers) => unknown;

interface Runner {
  stop(): Promise<void>;
  readonly events: { on(event: string, listener: (given: { job: Job }) => void): unknown };
}
interface Utils {
  addJob(identifier: string, payload?: unknown, spec?: object): Promise<Job>;
  addJobs(jobs: readonly object[]): Promise<Job[]>;
  release(): Promise<void>;
}

type AddJobAdhoc = (options: object, identifier: string, payload?: unknown, spec?: object) => Promise<Job>;

/** What is used of graphile-worker, in the words of both versions. */
interface Library {
  Logger: new (factory: () => (level: string, message: string) => void) => object;
  makeWorkerUtils(options: object): Promise<Utils>;
  quickAddJob: AddJobAdhoc;
  addJobAdhoc: AddJobAdhoc;
  run(options: object): Promise<Runner>;
  runOnce(options: object): Promise<void>;
  runTaskListOnce(options: object, tasks: object, client: object): Promise<void>;
  parseCrontab(crontab: string): { options: { maxAttempts?: number } }[];
  parseCronItems(items: readonly object[]): object[];
}

/** A job as the database holds it. */
interface Row {
  readonly attempts: number;
  readonly max_attempts: number;
  readonly payload: unknown;
  readonly locked: boolean;
  /** Seconds until it may be run. */
  readonly due: number;
}

type Absent = (title: string, test: () => Promise<void>) => void;
const absent: Absent = () => {};

let counter = 0;

describe.each([{ version: '0.16' }, { version: '0.18' }])('graphile-worker $version', ({ version }) => {
  const packages = packagesOf(`graphile-worker-${version}`);
  const newer = version !== '0.16';
  const from18 = newer ? it : absent;
  let library: Library;
  let database: Database;
  let options: object;
  let utils: Utils;

  beforeAll(async () => {
    expect(packages.version('graphile-worker').startsWith(version)).toBe(true);
    // The older one is CommonJS, of which not every name is seen from outside.
    const loaded = await packages.load<Library & { default?: Library }>('graphile-worker');
    library = loaded.default ?? loaded;
    database = await openDatabase(`graphile_${version.replace('.', '_')}`);
    options = {
      connectionString: database.url,
      noHandleSignals: true,
      pollInterval: 50,
      logger: new library.Logger(() => () => {}),
    };
    utils = await library.makeWorkerUtils(options);
  });
  afterAll(async () => {
    await utils.release();
    await database.close();
  });

  const newTask = (): string => `task${++counter}`;
  const runOnce = (taskList: Readonly<Record<string, Task>>): Promise<void> =>
    library.runOnce({ ...options, taskList });
  const fail = (): never => {
    throw new Error('boom');
  };
  const jobs = 'graphile_worker._private_jobs';

  async function stored(id: string): Promise<Row | undefined> {
    const rows = await database.query<Row>(
      `SELECT attempts, max_attempts, payload, locked_at IS NOT NULL AS locked,
        extract(epoch FROM run_at - now())::float AS due
      FROM ${jobs} WHERE id = $1`,
      id,
    );
    return rows[0];
  }

  /** Runs a job until it is not run any more, each time at once: how often that was, and the seconds it was to wait. */
  async function failing(id: string, task: string): Promise<{ runs: number; pauses: number[] }> {
    let runs = 0;
    const pauses: number[] = [];
    for (let before = -1; runs > before;) {
      before = runs;
      await runOnce({
        [task]: () => {
          runs++;
          throw new Error('boom');
        },
      });
      const row = await stored(id);
      if (runs > before) pauses.push(row?.due ?? NaN);
      await database.query(`UPDATE ${jobs} SET run_at = now() WHERE id = $1`, id);
    }
    return { runs, pauses };
  }
  async function runsOf(spec?: object): Promise<number> {
    const task = newTask();
    const { id } = await utils.addJob(task, {}, spec);
    return (await failing(id, task)).runs;
  }

  /** What a cron item with this number adds, and one of the same minute without; and what is said where it cannot. */
  async function byCron(maxAttempts: number): Promise<{ added: number[]; errors: string[] }> {
    const task = newTask();
    const item = { match: '* * * * *', options: { backfillPeriod: 3_600_000 } };
    const items = [
      { ...item, task, options: { ...item.options, maxAttempts } },
      { ...item, task: `${task}-other` },
    ];
    const errors: string[] = [];
    const logger = new library.Logger(() => (_, message) => {
      if (message.startsWith('Cron hit an error')) errors.push(message);
    });
    const start = (): Promise<Runner> =>
      library.run({
        ...options,
        logger,
        taskList: { other: fail },
        parsedCronItems: library.parseCronItems(items),
      });
    const known = (): Promise<unknown[]> =>
      database.query(
        `SELECT 1 FROM graphile_worker._private_known_crontabs WHERE identifier IN ($1, $1 || '-other')`,
        task,
      );
    const first = await start();
    await until('the item is known', async () => (await known()).length === 2);
    await first.stop();
    // As if it had last been at work five minutes ago.
    await database.query(
      `UPDATE graphile_worker._private_known_crontabs
        SET known_since = now() - interval '1 day', last_execution = now() - interval '5 minutes'
        WHERE identifier IN ($1, $1 || '-other')`,
      task,
    );
    const second = await start();
    const found = await until('it has added a job, or has failed to', async () => {
      const rows = await database.query<Row>(
        `SELECT max_attempts FROM ${jobs} JOIN graphile_worker._private_tasks tasks ON tasks.id = task_id
          WHERE identifier IN ($1, $1 || '-other')`,
        task,
      );
      return (rows.length > 0 || errors.length > 0) && rows;
    });
    await second.stop();
    const added = new Set(found.map((row) => row.max_attempts));
    return { added: [...added].toSorted((a, b) => a - b), errors };
  }

  describe('attempts', () => {
    it('a failing job of which nobody says anything runs 25 times', async () => {
      const task = newTask();
      const { id, max_attempts } = await utils.addJob(task, {});
      expect(max_attempts).toBe(25);
      await database.query(`UPDATE ${jobs} SET attempts = 22 WHERE id = $1`, id);
      expect((await failing(id, task)).runs).toBe(3);
    });

    it('maxAttempts counts all runs', async () => {
      expect(await runsOf({ maxAttempts: 3 })).toBe(3);
      expect(await runsOf({ maxAttempts: 1 })).toBe(1);
    });

    it.each([0, null, undefined, NaN])('maxAttempts %s of addJob means 25', async (maxAttempts) => {
      expect(await utils.addJob(newTask(), {}, { maxAttempts })).toMatchObject({ max_attempts: 25 });
    });

    it('maxAttempts is at most 32767: Infinity and more make addJob reject, and so does a negative number', async () => {
      expect(await utils.addJob(newTask(), {}, { maxAttempts: 32_767 })).toMatchObject({
        max_attempts: 32_767,
      });
      for (const maxAttempts of [32_768, Infinity, -1]) {
        await expect(utils.addJob(newTask(), {}, { maxAttempts })).rejects.toThrow();
      }
    });

    it('every way to add a job takes it', async () => {
      const task = newTask();
      const spec = { maxAttempts: 4 };
      const within: Job[] = [];
      await utils.addJob(task);
      await runOnce({
        [task]: async (_, helpers) => void within.push(await helpers.addJob(newTask(), {}, spec)),
      });
      const add = newer ? library.addJobAdhoc : library.quickAddJob;
      within.push(await add(options, newTask(), {}, spec));
      expect(within.map(({ max_attempts }) => max_attempts)).toEqual([4, 4]);
      const [bySql] = await database.query<Job>(
        `SELECT * FROM graphile_worker.add_job($1, max_attempts => 4)`,
        newTask(),
      );
      expect(bySql).toMatchObject({ max_attempts: 4 });
    });

    from18('addJobs takes maxAttempts beside the payload; 0 makes it reject', async () => {
      const identifier = newTask();
      const added = await utils.addJobs([
        { identifier, payload: { a: 1 } },
        { identifier, payload: { a: 2 }, maxAttempts: 4 },
      ]);
      expect(added).toMatchObject([{ max_attempts: 25 }, { max_attempts: 4 }]);
      await expect(utils.addJobs([{ identifier, maxAttempts: 0 }])).rejects.toThrow(
        'violates check constraint',
      );
    });

    it('a cron item states it for the jobs that it adds', async () => {
      expect(library.parseCrontab('* * * * * task ?max=4')[0]?.options.maxAttempts).toBe(4);
      expect(await byCron(4)).toEqual({ added: [4, 25], errors: [] });
    });

    it('job:error tells of each failure, job:failed of the last', async () => {
      const task = newTask();
      const told: string[] = [];
      const runner = await library.run({ ...options, taskList: { [task]: fail } });
      for (const event of ['job:error', 'job:failed']) runner.events.on(event, () => told.push(event));
      const { id } = await utils.addJob(task, {}, { maxAttempts: 2 });
      await until('it has failed once', () => told.length === 1);
      await until('it is released', async () => (await stored(id))?.locked === false);
      await database.query(`UPDATE ${jobs} SET run_at = now() WHERE id = $1`, id);
      await until('it has failed for good', () => told.length === 3);
      await runner.stop();
      expect(told).toEqual(['job:error', 'job:error', 'job:failed']);
    });
  });

  describe('traps', () => {
    const refused = /violates check constraint|out of range|invalid input syntax/;
    /** All ways that take one job. */
    const one = (maxAttempts: number): readonly Promise<Job>[] => {
      const add = newer ? library.addJobAdhoc : library.quickAddJob;
      const task = newTask();
      return [
        utils.addJob(task, {}, { maxAttempts }),
        add(options, task, {}, { maxAttempts }),
        new Promise((resolve, reject) => {
          const outer = newTask();
          const handler: Task = (_, helpers) =>
            helpers.addJob(task, {}, { maxAttempts }).then(resolve, reject);
          void utils.addJob(outer).then(() => runOnce({ [outer]: handler }));
        }),
      ];
    };

    it.each([0, NaN])('%s of addJob is taken for not given: 25 runs', async (maxAttempts) => {
      for (const job of one(maxAttempts)) expect(await job).toMatchObject({ max_attempts: 25 });
    });

    it.each([-1, 2.5, 32_768, Infinity])('%s of addJob is refused', async (maxAttempts) => {
      const answers = await Promise.allSettled(one(maxAttempts));
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    });

    it.each([NaN, Infinity])('%s of a cron item is taken for not given: 25 runs', async (maxAttempts) => {
      expect(await byCron(maxAttempts)).toEqual({ added: [25], errors: [] });
    });

    // The older one ends its process.
    from18('0, less and more of a cron item is refused, and with it all items of the minute', async () => {
      for (const maxAttempts of [0, -1, 2.5, 32_768]) {
        const { added, errors } = await byCron(maxAttempts);
        expect(added).toEqual([]);
        expect(errors[0]).toMatch(refused);
      }
    });

    from18('addJobs takes Infinity and NaN for not given: 25 runs', async () => {
      for (const maxAttempts of [NaN, Infinity]) {
        const added = await utils.addJobs([{ identifier: newTask(), payload: {}, maxAttempts }]);
        expect(added).toMatchObject([{ max_attempts: 25 }]);
      }
    });

    from18('addJobs refuses 0, less and more, and with it all jobs of the call', async () => {
      for (const maxAttempts of [0, -1, 2.5, 32_768]) {
        const [good, bad] = [newTask(), newTask()];
        const both = [{ identifier: good }, { identifier: bad, maxAttempts }];
        await expect(utils.addJobs(both)).rejects.toThrow(refused);
        const added = await database.query(
          `SELECT 1 FROM ${jobs} JOIN graphile_worker._private_tasks tasks ON tasks.id = task_id
            WHERE identifier = $1`,
          good,
        );
        expect(added).toEqual([]);
      }
    });
  });

  describe('backoff', () => {
    it('the pause is e to the number of runs in seconds, up to e^10; there is no jitter and no option', async () => {
      const task = newTask();
      // These would be options, if there were any.
      const spec = { maxAttempts: 14, backoff: { delay: 1 }, retryDelay: 1, jitter: 1 };
      const { id } = await utils.addJob(task, {}, spec);
      const { pauses } = await failing(id, task);
      expect(pauses).toHaveLength(14);
      pauses.forEach((pause, index) => {
        const full = Math.exp(Math.min(index + 1, 10));
        // The database's clock went on while the row was read.
        expect(pause).toBeLessThanOrEqual(full + 0.001);
        expect(pause).toBeGreaterThan(full * 0.98 - 2);
      });
    });
  });

  describe('time', () => {
    describe('signal', () => {
      it('the abort signal of a handler is for the end of the worker', async () => {
        const task = newTask();
        const { opened, open } = gate();
        let signal: AbortSignal | undefined;
        const runner = await library.run({
          ...options,
          taskList: {
            [task]: async (_: never, helpers: Helpers) => {
              signal = helpers.abortSignal;
              await opened;
            },
          },
          preset: { worker: { gracefulShutdownAbortTimeout: 50 } },
        });
        await utils.addJob(task);
        const given = await until('the handler has its signal', () => signal);
        expect(given.aborted).toBe(false);
        const stopping = runner.stop();
        await until('the signal is aborted', () => given.aborted);
        open();
        await stopping;
      });
    });
  });

  describe('acknowledgement', () => {
    it('a job is locked while its handler runs, and gone when that resolves', async () => {
      const task = newTask();
      const { opened, open } = gate();
      const { id } = await utils.addJob(task);
      const running = runOnce({ [task]: () => opened });
      await until('it is locked', async () => (await stored(id))?.locked);
      open();
      await running;
      expect(await stored(id)).toBeUndefined();
    });

    it('a job that has failed for good stays in the table', async () => {
      const task = newTask();
      const { id } = await utils.addJob(task, {}, { maxAttempts: 1 });
      await failing(id, task);
      expect(await stored(id)).toMatchObject({ attempts: 1, max_attempts: 1, locked: false });
    });

    it('the job of a killed worker is run again after four hours, unless it has no runs left', async () => {
      const [task, last] = [newTask(), newTask()];
      const { id } = await utils.addJob(task);
      const { id: lastId } = await utils.addJob(last, {}, { maxAttempts: 1 });
      await killWhenStarted(
        `const [url, connectionString, ...tasks] = process.argv.slice(1);
        const loaded = await import(url);
        const { Logger, run } = loaded.default ?? loaded;
        let started = 0;
        const hang = async () => {
          if (++started === tasks.length) console.log('started');
          await new Promise(() => {});
        };
        await run({
          connectionString,
          concurrency: tasks.length,
          noHandleSignals: true,
          logger: new Logger(() => () => {}),
          taskList: Object.fromEntries(tasks.map((task) => [task, hang])),
        });`,
        packages.url('graphile-worker'),
        database.url,
        task,
        last,
      );
      let runs = 0;
      const lock = (ids: readonly string[], age: string): Promise<unknown> =>
        database.query(
          `UPDATE ${jobs} SET locked_at = now() - $1::interval, locked_by = 'the dead' WHERE id = ANY($2)`,
          age,
          ids,
        );
      /** Works until locks have been looked through: a job that has been locked for a day is run. */
      async function work(): Promise<void> {
        const old = newTask();
        await lock([(await utils.addJob(old)).id], '1 day');
        let done = false;
        const often = { minResetLockedInterval: 50, maxResetLockedInterval: 60 };
        const runner = await library.run({
          ...options,
          taskList: { [task]: () => void runs++, [last]: () => void runs++, [old]: () => (done = true) },
          ...often,
          preset: { worker: often },
        });
        await until('the locks have been looked through', () => done);
        await runner.stop();
      }
      expect(await stored(id)).toMatchObject({ attempts: 1, locked: true });
      await lock([id, lastId], '3 hours 59 minutes');
      await work();
      expect(runs).toBe(0);
      expect(await stored(id)).toMatchObject({ attempts: 1, locked: true });
      await lock([id, lastId], '4 hours 1 minute');
      await work();
      await until('the job is run', async () => (await runOnce({ [task]: () => void runs++ }), runs > 0));
      expect(runs).toBe(1);
      expect(await stored(lastId)).toMatchObject({ attempts: 1, locked: false });
    });

    it('promises that are returned for an array are looked at: what failed is retried alone', async () => {
      const task = newTask();
      const { id } = await utils.addJob(task, [1, 2, 3]);
      const handler = (payload: number[]): Promise<void>[] =>
        payload.map((each) => (each === 2 ? Promise.reject(new Error('boom')) : Promise.resolve()));
      await runOnce({ [task]: handler });
      expect(await stored(id)).toMatchObject({ payload: [2], attempts: 1 });
    });
  });

  describe('payload', () => {
    async function received(payload: unknown): Promise<unknown> {
      const task = newTask();
      const seen: unknown[] = [];
      await utils.addJob(task, payload);
      await runOnce({ [task]: (given: unknown) => void seen.push(given) });
      expect(seen).toHaveLength(1);
      return seen[0];
    }

    it.each(PAYLOADS)('$title', async ({ sent, received: expected }) => {
      expect(await received(sent)).toEqual(expected);
    });

    it.each(REFUSED)('$title', async ({ sent, message }) => {
      await expect(received(sent())).rejects.toThrow(message);
    });

    it.each([
      { title: 'undefined', sent: undefined, expected: {} },
      { title: 'null', sent: null, expected: {} },
      { title: 'a function', sent: () => 1, expected: {} },
      { title: 'a string', sent: 'a', expected: 'a' },
      { title: 'a number', sent: 5, expected: 5 },
      { title: 'a string with a NUL', sent: { value: 'a\u0000b' }, expected: { value: 'a\u0000b' } },
    ])('$title as the payload arrives as $expected', async ({ sent, expected }) => {
      expect(await received(sent)).toEqual(expected);
    });
  });

  describe('deduplication', () => {
    const add = (payload: unknown, spec: object): Promise<Job> => utils.addJob('keyed', payload, spec);

    it('a second job with the same jobKey replaces the first', async () => {
      const first = await add({ a: 1 }, { jobKey: 'replace', maxAttempts: 3 });
      const second = await add({ a: 2 }, { jobKey: 'replace', maxAttempts: 5 });
      expect(second).toMatchObject({ id: first.id, payload: { a: 2 }, max_attempts: 5 });
      expect((await add({ a: 1 }, { jobKey: 'other' })).id).not.toBe(first.id);
    });

    it('arrays of the same jobKey are put together', async () => {
      const { id } = await add([1], { jobKey: 'arrays' });
      expect(await add([2], { jobKey: 'arrays' })).toMatchObject({ id, payload: [1, 2] });
    });

    it('preserve_run_at keeps the time of the first, replace does not', async () => {
      const due = async (jobKeyMode: string): Promise<number> => {
        const jobKey = `time ${jobKeyMode}`;
        await add({}, { jobKey, jobKeyMode, runAt: new Date(Date.now() + 600_000) });
        const { id } = await add({}, { jobKey, jobKeyMode, runAt: new Date(Date.now() + 60_000) });
        return (await stored(id))?.due ?? NaN;
      };
      expect(await due('preserve_run_at')).toBeGreaterThan(300);
      expect(await due('replace')).toBeLessThan(61);
    });

    it('unsafe_dedupe keeps the first job, even when it has failed for good', async () => {
      const task = newTask();
      const spec = { jobKey: task, jobKeyMode: 'unsafe_dedupe', maxAttempts: 1 };
      const { id } = await utils.addJob(task, { a: 1 }, spec);
      await failing(id, task);
      expect(await utils.addJob(task, { a: 2 }, spec)).toMatchObject({ id, payload: { a: 1 } });
      expect((await failing(id, task)).runs).toBe(0);
    });

    it('a job that is being run is not replaced: the second becomes a job of its own', async () => {
      const task = newTask();
      const { opened, open } = gate();
      const { id } = await utils.addJob(task, {}, { jobKey: task });
      const running = runOnce({ [task]: () => opened });
      await until('it is locked', async () => (await stored(id))?.locked);
      expect((await utils.addJob(task, {}, { jobKey: task })).id).not.toBe(id);
      open();
      await running;
    });
  });
});
