import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cronParser } from '../../src/libraries/cron.js';
import { EXPRESSIONS, takes } from './expressions.js';
import { packagesOf } from './packages.js';
import { type Database, openDatabase } from './postgres.js';
import { PAYLOADS, REFUSED, gate, killWhenStarted, sleep, until } from './support.js';

/** What is used of pg-boss, in the words of all its versions. */
interface Boss {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  start(): Promise<unknown>;
  stop(options: object): Promise<unknown>;
  createQueue(name: string, options?: object): Promise<unknown>;
  send(...args: unknown[]): Promise<string | null>;
  sendAfter(...args: unknown[]): Promise<string | null>;
  sendThrottled(...args: unknown[]): Promise<string | null>;
  sendDebounced(...args: unknown[]): Promise<string | null>;
  sendOnce(...args: unknown[]): Promise<string | null>;
  sendSingleton(...args: unknown[]): Promise<string | null>;
  insert(...args: unknown[]): Promise<unknown>;
  flow(jobs: readonly object[]): Promise<unknown>;
  resolveFlow(): Promise<unknown>;
  retry(name: string, id: string | undefined): Promise<unknown>;
  publish(...args: unknown[]): Promise<unknown>;
  subscribe(event: string, name: string): Promise<unknown>;
  schedule(name: string, cron: string, data: unknown, options: object): Promise<unknown>;
  work(name: string, options: object, handler: (given: never) => unknown): Promise<unknown>;
  fetch(name: string): Promise<Job | Job[] | null>;
  complete(...args: unknown[]): Promise<unknown>;
  fail(...args: unknown[]): Promise<unknown>;
  updateQueue(name: string, options: object): Promise<unknown>;
  upsert(name: string, data: unknown, options: object): Promise<unknown>;
  /** Of 9 and 10. */
  expire(): Promise<unknown>;
  /** Of 11 and 12. */
  supervise(name: string): Promise<unknown>;
}
type BossClass = new (options: object) => Boss;

interface Job {
  readonly id: string;
  readonly data: unknown;
  readonly signal?: AbortSignal;
}

/** A job as the database holds it. */
interface Row {
  readonly id: string;
  readonly data: unknown;
  readonly state: string;
  readonly retryLimit: number;
  readonly retryDelay: number;
  readonly retryBackoff: boolean;
  readonly expireInSeconds: number;
  /** Seconds until it may be fetched. */
  readonly due: number;
}

const VERSIONS = [{ major: 9 }, { major: 10 }, { major: 11 }, { major: 12 }];
const QUICK = { newJobCheckInterval: 100, pollingIntervalSeconds: 0.5 };
/** Nothing but what a test calls for touches the jobs. */
const ALONE = { supervise: false, schedule: false, noSupervisor: true, noScheduling: true };
const STOP = { graceful: false, destroy: true };

type Absent = (title: string, test: () => Promise<void>) => void;
const absent: Absent = () => {};

const databases: Database[] = [];
let counter = 0;

beforeAll(async () => {
  for (const { major } of VERSIONS) databases[major] = await openDatabase(`pg_boss_${major}`);
  return () => Promise.all(databases.map((database) => database.close()));
});

// The versions side by side, the tests of each one after the other: 10 makes a table for each queue, and its
// workers on other queues would be in the way of that.
describe.concurrent.each(VERSIONS)('pg-boss $major', ({ major }) => {
  const packages = packagesOf(`pg-boss-${major}`);
  const schema = `boss${major}`;
  const errors: unknown[] = [];
  const bosses: Boss[] = [];
  let boss: Boss;
  let database: Database;

  /** A test of some versions is no skipped test of the others. */
  const from = (version: number): typeof it | Absent => (major >= version ? it : absent);
  const only = (...versions: number[]): typeof it | Absent => (versions.includes(major) ? it : absent);

  beforeAll(async () => {
    expect(Number.parseInt(packages.version('pg-boss'))).toBe(major);
    database = databases[major] as Database;
    boss = await open();
  });
  afterAll(() => Promise.all(bosses.map((each) => each.stop(STOP))));

  async function open(options: object = {}): Promise<Boss> {
    const library = await packages.load<{ PgBoss?: BossClass; default?: BossClass }>('pg-boss');
    const Class = (library.PgBoss ?? library.default) as BossClass;
    const opened = new Class({
      connectionString: database.url,
      schema,
      monitorIntervalSeconds: 1,
      ...ALONE,
      ...options,
    });
    opened.on('error', (error) => errors.push(error));
    bosses.push(opened);
    await opened.start();
    return opened;
  }

  /** Queues are made from 10 on; before, any name is one. */
  async function openQueue(options?: object): Promise<string> {
    const name = `q${++counter}`;
    if (major >= 10) await boss.createQueue(name, options);
    return name;
  }

  /** In 9, columns have no underscores, and a handler is given one job. */
  const column = (name: string): string => (major === 9 ? name.replaceAll('_', '') : name);
  const expires = major >= 11 ? 'expire_seconds' : `extract(epoch FROM ${column('expire_in')})::int`;

  const rows = (where: string, ...values: unknown[]): Promise<Row[]> =>
    database.query<Row>(
      `SELECT id, data, state, ${column('retry_limit')} AS "retryLimit", ${column('retry_delay')} AS "retryDelay",
        ${column('retry_backoff')} AS "retryBackoff", ${expires} AS "expireInSeconds",
        extract(epoch FROM ${column('start_after')} - now())::float AS due
      FROM ${schema}.job WHERE ${where}`,
      ...values,
    );
  async function stored(id: string | null): Promise<Row> {
    const [row] = await rows('id = $1', id);
    if (!row) throw new Error(`No job ${id}`);
    return row;
  }
  const inState = (id: string | null, state: string): Promise<Row> =>
    until(`job ${id} is ${state}`, async () => {
      const row = await stored(id);
      return row.state === state ? row : undefined;
    });

  async function work(
    name: string,
    handler: (jobs: Job[]) => unknown,
    options: object = {},
    worker = boss,
  ): Promise<void> {
    await worker.work(name, { ...QUICK, ...options }, (given: Job | Job[]) => handler([given].flat()));
  }
  const fetched = async (name: string): Promise<Job | undefined> =>
    [(await boss.fetch(name)) ?? []].flat(2)[0];
  const settle = (how: 'complete' | 'fail', name: string, id: string): Promise<unknown> =>
    boss[how](...(major === 9 ? [] : [name]), id);

  /** Fails a job until it rests, each time at once: how often it ran, and the seconds it was to wait between. */
  async function failing(name: string, id: string | null): Promise<{ runs: number; pauses: number[] }> {
    const pauses: number[] = [];
    for (let runs = 1; ; runs++) {
      const job = await fetched(name);
      expect(job?.id).toBe(id);
      await settle('fail', name, job?.id ?? '');
      const { state, due } = await stored(id);
      if (state === 'failed') return { runs, pauses };
      expect(state).toBe('retry');
      pauses.push(due);
      await database.query(`UPDATE ${schema}.job SET ${column('start_after')} = now() WHERE id = $1`, id);
    }
  }
  async function runsOf(options?: object, queue?: object, sender = boss): Promise<number> {
    const name = await openQueue(queue);
    return (await failing(name, await sender.send(name, {}, options))).runs;
  }
  async function pausesOf(options: object, queue?: object): Promise<number[]> {
    const name = await openQueue(queue);
    return (await failing(name, await boss.send(name, {}, options))).pauses;
  }
  async function sent(options?: object, queue?: object, sender = boss): Promise<Row> {
    return stored(await sender.send(await openQueue(queue), {}, options));
  }
  async function inserted(job: object, queue?: object, sender = boss): Promise<Row> {
    const name = await openQueue(queue);
    await (major >= 11
      ? sender.insert(name, [{ data: {}, ...job }])
      : sender.insert([{ name, data: {}, ...job }]));
    const [row] = await rows('name = $1', name);
    return row as Row;
  }

  describe('traps', { concurrent: false }, () => {
    const add = (name: string, jobs: readonly object[]): Promise<unknown> =>
      major >= 11 ? boss.insert(name, jobs) : boss.insert(jobs.map((job) => ({ name, ...job })));

    /** Each call that checks its options, with these. */
    async function checking(options: object): Promise<(() => Promise<unknown>)[]> {
      const name = await openQueue();
      const job = { name, data: {}, options };
      return [
        () => boss.send(name, {}, options),
        () => boss.send(job),
        () => boss.sendAfter(name, {}, options, 60),
        () => boss.sendThrottled(name, {}, options, 60),
        () => boss.sendDebounced(name, {}, options, 60),
        () => boss.schedule(name, '0 4 * * *', {}, options),
        ...(major === 9
          ? [() => boss.sendOnce(name, {}, options, 'key'), () => boss.sendSingleton(name, {}, options)]
          : [() => openQueue({ ...options }), () => boss.updateQueue(name, { ...options })]),
        ...(major >= 12
          ? [
              () => boss.upsert(name, {}, { singletonKey: 'key', ...options }),
              () =>
                boss.flow([
                  { ref: 'a', name, data: {} },
                  { ref: 'b', ...job, dependsOn: ['a'] },
                ]),
            ]
          : []),
      ];
    }
    async function expectRefused(options: object, message: string): Promise<void> {
      for (const call of await checking(options)) await expect(call()).rejects.toThrow(message);
    }
    async function expectTaken(options: object): Promise<void> {
      for (const call of await checking(options)) await expect(call()).resolves.not.toThrow();
    }

    it.each([-1, 1.5, Infinity, NaN])(
      'retryLimit: %d is refused wherever options are checked',
      async (retryLimit) => {
        await expectRefused({ retryLimit }, 'retryLimit must be an integer >= 0');
      },
    );

    it('so is one that is no integer of PostgreSQL, when it is sent', async () => {
      expect(await sent({ retryLimit: 2 ** 31 - 1 })).toMatchObject({ retryLimit: 2 ** 31 - 1 });
      const name = await openQueue();
      await expect(boss.send(name, {}, { retryLimit: 2 ** 31 })).rejects.toThrow('out of range');
    });

    it('insert takes Infinity and NaN for the default', async () => {
      for (const retryLimit of [Infinity, NaN]) {
        expect(await inserted({ retryLimit })).toMatchObject({ retryLimit: major === 9 ? 0 : 2 });
      }
    });

    it('insert takes -1, and the job runs once', async () => {
      const name = await openQueue();
      await add(name, [{ data: {}, retryLimit: -1 }]);
      const [row] = await rows('name = $1', name);
      expect((await failing(name, row?.id ?? null)).runs).toBe(1);
    });

    it.each([1.5, 2 ** 31])('insert fails as a whole on retryLimit: %d', async (retryLimit) => {
      const name = await openQueue();
      await expect(add(name, [{ data: {} }, { data: {}, retryLimit }])).rejects.toThrow();
      expect(await rows('name = $1', name)).toEqual([]);
    });

    only(9)('there is no longest time limit', async () => {
      await expectTaken({ expireInSeconds: 864_000 });
    });
    from(10)('the longest limit is 24 hours, less one second before 12', async () => {
      const longest = major >= 12 ? 86_400 : 86_399;
      expect(await sent({ expireInSeconds: longest })).toMatchObject({ expireInSeconds: longest });
      await expectTaken({ expireInSeconds: longest });
      await expectRefused({ expireInSeconds: longest + 1 }, 'cannot exceed 24 hours');
      expect(await inserted({ expireInSeconds: 300_000 })).toMatchObject({ expireInSeconds: 300_000 });
    });

    const keptFor = async (options: object): Promise<number> => {
      const id = await boss.send(await openQueue(), {}, options);
      const [row] = await database.query<{ kept: number }>(
        `SELECT round(extract(epoch FROM ${column('keep_until')} - now()) / 60)::int AS kept FROM ${schema}.job WHERE id = $1`,
        id,
      );
      return row?.kept ?? 0;
    };
    /** How many of three jobs are queued; slots begin at whole hours, and these may fall into two of them. */
    const queued = async (options: object): Promise<number> => {
      const name = await openQueue();
      const ids = [await boss.send(name, {}, options), await boss.send(name, {}, options)];
      return [...ids, await boss.send(name, {}, options)].filter(Boolean).length;
    };

    from(11)('minutes, hours and days are not read', async () => {
      expect(await sent({ expireInMinutes: 5 })).toMatchObject({ expireInSeconds: 900 });
      expect(await sent({ expireInHours: 5 })).toMatchObject({ expireInSeconds: 900 });
      expect(await sent({ expireInSeconds: 300 })).toMatchObject({ expireInSeconds: 300 });
      const standard = await keptFor({});
      expect(standard).toBeGreaterThan(10_000);
      for (const option of ['retentionMinutes', 'retentionHours', 'retentionDays'])
        expect(Math.abs((await keptFor({ [option]: 1 })) - standard)).toBeLessThan(2);
      expect(await keptFor({ retentionSeconds: 300 })).toBe(5);
      expect(await queued({ singletonMinutes: 60 })).toBe(3);
      expect(await queued({ singletonHours: 1 })).toBe(3);
      expect(await queued({ singletonSeconds: 3600 })).toBeLessThan(3);
    });
    only(9, 10)('minutes, hours and days are read', async () => {
      expect(await sent({ expireInMinutes: 5 })).toMatchObject({ expireInSeconds: 300 });
      expect(await keptFor({ retentionMinutes: 5 })).toBe(5);
      expect(await queued({ singletonHours: 1 })).toBeLessThan(3);
    });

    from(11)('retryDelayMax needs retryBackoff', async () => {
      await expectRefused({ retryDelayMax: 5 }, 'retryDelayMax can only be set if retryBackoff is true');
      await expectTaken({ retryDelayMax: 5, retryBackoff: true });
      await expect(inserted({ retryDelayMax: 5 })).resolves.toBeDefined();
    });

    from(12)('a heartbeat has ten seconds at least', async () => {
      await expectRefused({ heartbeatSeconds: 9 }, 'heartbeatSeconds must be an integer >= 10');
      await expectTaken({ heartbeatSeconds: 10 });
      await expect(inserted({ heartbeatSeconds: 9 })).resolves.toBeDefined();
    });

    from(10)('a singletonKey alone does nothing on a queue without a policy', async () => {
      const twice = async (
        call: (name: string, job: object) => Promise<unknown>,
        job: object,
      ): Promise<number> => {
        const name = await openQueue();
        for (let count = 0; count < 3; count++) await call(name, job);
        return (await rows('name = $1', name)).length;
      };
      const send = (name: string, job: object): Promise<unknown> => boss.send(name, {}, job);
      const later = (name: string, job: object): Promise<unknown> => boss.sendAfter(name, {}, job, 60);
      const insert = (name: string, job: object): Promise<unknown> => add(name, [{ data: {}, ...job }]);
      for (const call of [send, later, insert]) {
        expect(await twice(call, { singletonKey: 'k' })).toBe(3);
        expect(await twice(call, { singletonKey: 'k', singletonSeconds: 3600 })).toBeLessThan(3);
      }
    });

    it(`work() ${major === 9 ? 'takes' : 'does not read'} what 10 took away`, async () => {
      const name = await openQueue();
      const starts: number[] = [];
      for (let job = 0; job < 2; job++) await boss.send(name, {});
      const options = {
        ...{ teamSize: 2, teamConcurrency: 2, teamRefill: true },
        ...{ newJobCheckInterval: 100, newJobCheckIntervalSeconds: 1 },
      };
      await boss.work(name, options, async () => void starts.push(Date.now()));
      await until('both have run', () => starts.length === 2);
      const pause = (starts[1] ?? 0) - (starts[0] ?? 0);
      // One job comes with each look into the table: every two seconds unless somebody says otherwise.
      if (major === 9) expect(pause).toBeLessThan(500);
      else expect(pause).toBeGreaterThan(1_500);
    });
    from(10)('work() reads what took its place', async () => {
      const name = await openQueue();
      const starts: number[] = [];
      for (let job = 0; job < 2; job++) await boss.send(name, {});
      await boss.work(name, { pollingIntervalSeconds: 0.5 }, async () => void starts.push(Date.now()));
      await until('both have run', () => starts.length === 2);
      expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeLessThan(1_500);
    });

    from(11)('what the constructor says of jobs is ignored', async () => {
      const sender = await open({
        ...{ retryLimit: 7, retryDelay: 60, retryBackoff: true },
        ...{ expireInSeconds: 5, expireInMinutes: 5 },
      });
      const standard = { retryLimit: 2, retryDelay: 0, retryBackoff: false, expireInSeconds: 900 };
      expect(await sent({}, undefined, sender)).toMatchObject(standard);
    });
  });

  describe('times', { concurrent: false }, () => {
    it('a retryDelay of 200_000 is seconds: more than two days', async () => {
      const [pause = 0] = await pausesOf({ retryLimit: 1, retryDelay: 200_000 });
      expect(pause / 86_400).toBeGreaterThan(2.3);
    });

    from(11)('a retryDelay above retryDelayMax is cut down to it at once', async () => {
      const above = { retryLimit: 3, retryDelay: 2000, retryDelayMax: 1000, retryBackoff: true };
      for (const pause of await pausesOf(above)) expect(Math.abs(pause - 1000)).toBeLessThan(20);
      const [first = 0] = await pausesOf({ ...above, retryDelay: 100 });
      expect(first).toBeLessThan(300);
    });

    if (major === 12) {
      it.each([
        { heartbeatSeconds: 20, expireInSeconds: 15, by: 'expires' },
        { heartbeatSeconds: 15, expireInSeconds: 20, by: 'misses its heartbeat' },
      ])(
        'with a heartbeat of $heartbeatSeconds s and a limit of $expireInSeconds s a silent job $by',
        async ({ heartbeatSeconds, expireInSeconds, by }) => {
          const name = await openQueue({ retryLimit: 0 });
          const id = await boss.send(name, {}, { heartbeatSeconds, expireInSeconds });
          await fetched(name);
          await database.query(
            `UPDATE ${schema}.job SET started_on = now() - interval '16 s', heartbeat_on = now() - interval '16 s' WHERE id = $1`,
            id,
          );
          await boss.supervise(name);
          const [row] = await database.query<{ output: unknown }>(
            `SELECT output FROM ${schema}.job WHERE id = $1 AND state = 'failed'`,
            id,
          );
          expect(JSON.stringify(row?.output)).toContain(by === 'expires' ? 'timed out' : 'heartbeat');
        },
      );
    }
  });

  describe('schedules', { concurrent: false }, () => {
    it('schedule() takes and refuses what the rule takes and refuses', async () => {
      const name = await openQueue();
      const differing: string[] = [];
      for (const expression of EXPRESSIONS) {
        const taken = await boss.schedule(name, expression, {}, {}).then(
          () => true,
          () => false,
        );
        if (takes(expression, cronParser) !== taken) differing.push(expression);
      }
      expect(differing).toEqual([]);
    });
  });

  describe('routes', { concurrent: false }, () => {
    it('what is sent to a queue on which nobody works stays there', async () => {
      const [served, unserved] = [await openQueue(), await openQueue()];
      const id = await boss.send(unserved, {});
      const done = await boss.send(served, {});
      await work(served, async () => 1);
      await inState(done, 'completed');
      expect((await stored(id)).state).toBe('created');
    });
  });

  describe('attempts', { concurrent: false }, () => {
    const standard = major === 9 ? 1 : 3;

    it(`a failing job of which nobody says anything runs ${standard} times`, async () => {
      const name = await openQueue();
      let runs = 0;
      const id = await boss.send(name, {});
      await work(name, async () => {
        runs++;
        throw new Error('boom');
      });
      await inState(id, 'failed');
      expect(runs).toBe(standard);
      expect((await stored(id)).retryLimit).toBe(standard - 1);
    });

    it('retryLimit counts the runs after the first', async () => {
      expect(await runsOf({ retryLimit: 3 })).toBe(4);
      expect(await runsOf({ retryLimit: 1 })).toBe(2);
      expect(await runsOf({ retryLimit: 0 })).toBe(1);
    });

    from(10)('the retryLimit of the queue holds for a job that states none', async () => {
      expect(await runsOf(undefined, { retryLimit: 4 })).toBe(5);
      expect(await inserted({}, { retryLimit: 4 })).toMatchObject({ retryLimit: 4 });
    });

    from(10)('the retryLimit of a job wins over that of its queue', async () => {
      expect(await runsOf({ retryLimit: 1 }, { retryLimit: 4 })).toBe(2);
      expect(await runsOf({ retryLimit: 0 }, { retryLimit: 4 })).toBe(1);
      expect(await inserted({ retryLimit: 0 }, { retryLimit: 4 })).toMatchObject({ retryLimit: 0 });
    });

    only(9)(
      'the retryLimit of the constructor holds for jobs that are sent, and 0 does not undo it',
      async () => {
        const sender = await open({ retryLimit: 4 });
        expect(await runsOf({}, undefined, sender)).toBe(5);
        expect(await runsOf({ retryLimit: 1 }, undefined, sender)).toBe(2);
        expect(await runsOf({ retryLimit: 0 }, undefined, sender)).toBe(5);
        expect(await inserted({}, undefined, sender)).toMatchObject({ retryLimit: 0 });
      },
    );

    only(9)('a retryDelay or retryBackoff without retryLimit means one more run', async () => {
      expect(await runsOf({ retryDelay: 1 })).toBe(2);
      expect(await runsOf({ retryBackoff: true })).toBe(2);
      expect(await runsOf({ retryBackoff: true, retryLimit: 0 })).toBe(2);
      expect(await inserted({ retryDelay: 1 })).toMatchObject({ retryLimit: 0 });
    });

    only(10)('the retryLimit of the constructor holds where neither job nor queue states one', async () => {
      const sender = await open({ retryLimit: 7 });
      expect(await sent({}, undefined, sender)).toMatchObject({ retryLimit: 7 });
      expect(await inserted({}, undefined, sender)).toMatchObject({ retryLimit: 7 });
      expect(await sent({}, { retryLimit: 4 }, sender)).toMatchObject({ retryLimit: 4 });
      expect(await sent({ retryLimit: 0 }, { retryLimit: 4 }, sender)).toMatchObject({ retryLimit: 0 });
    });

    const OPTIONS = { retryLimit: 5, retryDelay: 60, retryBackoff: true, expireInSeconds: 30 };

    it('every way to send a job takes the same options', async () => {
      const name = await openQueue();
      const ids = [
        await boss.send(name, {}, OPTIONS),
        await boss.send({ name, data: {}, options: OPTIONS }),
        await boss.sendAfter(name, {}, OPTIONS, 60),
        await boss.sendThrottled(name, {}, OPTIONS, 60),
        await boss.sendDebounced(name, {}, OPTIONS, 60),
      ];
      await boss.subscribe(name, name);
      await boss.publish(name, {}, OPTIONS);
      const all = await rows('name = $1', name);
      expect(all).toHaveLength(ids.length + 1);
      for (const row of all) expect(row).toMatchObject(OPTIONS);
      expect((await stored(ids[2] ?? null)).due).toBeGreaterThan(30);
      expect(await inserted(OPTIONS)).toMatchObject(OPTIONS);
    });

    from(12)('each job of a flow has options of its own, over those of its queue', async () => {
      const [first, second] = [await openQueue({ retryLimit: 4 }), await openQueue({ retryLimit: 4 })];
      await boss.flow([
        { ref: 'a', name: first, data: {}, options: OPTIONS },
        { ref: 'b', name: second, data: {}, dependsOn: ['a'] },
      ]);
      expect((await rows('name = $1', first))[0]).toMatchObject(OPTIONS);
      expect((await rows('name = $1', second))[0]).toMatchObject({ retryLimit: 4, retryDelay: 0 });
    });

    it('a schedule keeps the options for the jobs that it will send', async () => {
      const name = await openQueue();
      await boss.schedule(name, '0 4 * * *', {}, OPTIONS);
      const [schedule] = await database.query(`SELECT options FROM ${schema}.schedule WHERE name = $1`, name);
      expect(schedule).toMatchObject({ options: OPTIONS });
    });

    it('insert checks nothing: null and, as JSON has no other word for it, Infinity mean the default', async () => {
      for (const retryLimit of [null, undefined, Infinity]) {
        expect(await inserted({ retryLimit })).toMatchObject({ retryLimit: standard - 1 });
      }
    });

    it('a failing job is no error event', async () => {
      const name = await openQueue();
      const before = errors.length;
      const id = await boss.send(name, {}, { retryLimit: 0 });
      await work(name, async () => {
        throw new Error('boom');
      });
      await inState(id, 'failed');
      expect(errors.slice(before)).toEqual([]);
    });
  });

  describe('backoff', { concurrent: false }, () => {
    it('without options a failed job may run again at once', async () => {
      for (const pause of await pausesOf({ retryLimit: 3 })) expect(pause).toBeLessThanOrEqual(0);
    });

    it('retryDelay is a fixed number of seconds', async () => {
      const pauses = await pausesOf({ retryLimit: 3, retryDelay: 600 });
      expect(pauses.map((pause) => Math.ceil(pause / 60))).toEqual([10, 10, 10]);
    });

    it.each([0.5, -1, undefined])('retryDelay %s makes send reject', async (retryDelay) => {
      const sending = boss.send(await openQueue(), {}, { retryDelay });
      await expect(sending).rejects.toThrow('retryDelay must be an integer >= 0');
    });

    /** The pauses after the first, second, … failure lie between these. */
    function expectBetween(pauses: readonly number[], bounds: readonly (readonly [number, number])[]): void {
      expect(pauses).toHaveLength(bounds.length);
      bounds.forEach(([low, high], index) => {
        // The database's clock went on while the row was read.
        expect(pauses[index]).toBeGreaterThan(low * 0.95 - 1);
        expect(pauses[index]).toBeLessThan(high);
      });
    }

    only(
      9,
      10,
      12,
    )('retryBackoff doubles retryDelay each time', async () => {
      const pauses = await pausesOf({ retryLimit: 4, retryDelay: 1000, retryBackoff: true });
      expectBetween(pauses, [
        [1000, 2000],
        [2000, 4000],
        [4000, 8000],
        [8000, 16_000],
      ]);
    });

    only(11)('retryBackoff adds 1, 2, 4, … seconds to retryDelay', async () => {
      const pauses = await pausesOf({ retryLimit: 4, retryDelay: 1000, retryBackoff: true });
      expectBetween(pauses, [
        [1001, 1002],
        [1002, 1004],
        [1004, 1008],
        [1008, 1016],
      ]);
    });

    it('retryBackoff without retryDelay starts at one second', async () => {
      const pauses = await pausesOf({ retryLimit: 12, retryBackoff: true });
      expectBetween(pauses.slice(0, 2), [
        [1, 2],
        [2, 4],
      ]);
      expectBetween(pauses.slice(-1), [[2048, 4096]]);
    });

    it('retryBackoff is up to twice as long by chance', async () => {
      const name = await openQueue();
      const pauses: number[] = [];
      for (let job = 0; job < 12; job++) {
        const id = await boss.send(name, {}, { retryLimit: 20, retryBackoff: true });
        await database.query(`UPDATE ${schema}.job SET ${column('retry_count')} = 9 WHERE id = $1`, id);
        await fetched(name);
        await settle('fail', name, id ?? '');
        pauses.push((await stored(id)).due);
      }
      const shortest = Math.min(...pauses);
      expect(shortest).toBeGreaterThan(500);
      expect(Math.max(...pauses)).toBeLessThan(2048);
      expect(Math.max(...pauses) - shortest).toBeGreaterThan(20);
    });

    from(10)(
      'the queue states backoff for jobs that state none, and a job may change it in part',
      async () => {
        const queue = { retryLimit: 1, retryDelay: 6000, retryBackoff: true };
        const [pause = 0] = await pausesOf({}, queue);
        expect(pause).toBeGreaterThan(5900);
        const [changed = 0] = await pausesOf({ retryDelay: 600, retryBackoff: false }, queue);
        expect(Math.ceil(changed / 60)).toBe(10);
        const [fixed = 0] = await pausesOf({ retryBackoff: false }, queue);
        expect(Math.ceil(fixed / 60)).toBe(100);
      },
    );

    only(9, 10)('the constructor states backoff, too', async () => {
      const sender = await open({ retryLimit: 3, retryDelay: 60, retryBackoff: true });
      expect(await sent({}, undefined, sender)).toMatchObject({ retryDelay: 60, retryBackoff: true });
      expect(await sent({ retryDelay: 5 }, undefined, sender)).toMatchObject({
        retryDelay: 5,
        retryBackoff: true,
      });
      const off = await sent({ retryBackoff: false }, undefined, sender);
      expect(off.retryBackoff).toBe(major === 9);
    });

    from(11)('retryDelayMax is the longest pause, and needs retryBackoff', async () => {
      const options = { retryLimit: 6, retryDelay: 1000, retryDelayMax: 1003 };
      const pauses = await pausesOf({ ...options, retryBackoff: true });
      for (const pause of pauses) expect(pause).toBeLessThanOrEqual(1003);
      const sending = boss.send(await openQueue(), {}, options);
      await expect(sending).rejects.toThrow('retryDelayMax can only be set if retryBackoff is true');
    });

    only(9, 10)('retryDelayMax is ignored', async () => {
      const pauses = await pausesOf({
        retryLimit: 1,
        retryDelay: 1000,
        retryBackoff: true,
        retryDelayMax: 5,
      });
      expect(pauses[0]).toBeGreaterThan(900);
    });
  });

  describe('time', { concurrent: false }, () => {
    it('the limit is 15 minutes when nobody states one', async () => {
      expect(await sent()).toMatchObject({ expireInSeconds: 900 });
      expect(await inserted({})).toMatchObject({ expireInSeconds: 900 });
    });

    it('expireInSeconds is in seconds', async () => {
      expect(await sent({ expireInSeconds: 30 })).toMatchObject({ expireInSeconds: 30 });
    });

    only(9, 10)(
      'expireInMinutes and expireInHours state it in their unit, the longest unit wins',
      async () => {
        expect(await sent({ expireInMinutes: 5 })).toMatchObject({ expireInSeconds: 300 });
        expect(await sent({ expireInHours: 2 })).toMatchObject({ expireInSeconds: 7200 });
        const both = { expireInSeconds: 30, expireInMinutes: 5, expireInHours: 2 };
        expect(await sent(both)).toMatchObject({ expireInSeconds: 7200 });
        expect(await inserted({ expireInMinutes: 5 })).toMatchObject({ expireInSeconds: 900 });
      },
    );

    from(11)('expireInMinutes and expireInHours are ignored', async () => {
      const options = { expireInMinutes: 5, expireInHours: 2 };
      expect(await sent(options, options)).toMatchObject({ expireInSeconds: 900 });
    });

    only(10)('the queue states it in seconds only: minutes and hours are ignored there', async () => {
      expect(await sent({}, { expireInMinutes: 5 })).toMatchObject({ expireInSeconds: 900 });
    });

    from(10)('the job wins over the queue', async () => {
      expect(await sent({}, { expireInSeconds: 60 })).toMatchObject({ expireInSeconds: 60 });
      expect(await sent({ expireInSeconds: 30 }, { expireInSeconds: 60 })).toMatchObject({
        expireInSeconds: 30,
      });
    });

    only(9, 10)('the constructor states it for jobs that are sent', async () => {
      const sender = await open({ expireInMinutes: 1 });
      expect(await sent({}, undefined, sender)).toMatchObject({ expireInSeconds: 60 });
      const insertion = await inserted({}, undefined, sender);
      expect(insertion).toMatchObject({ expireInSeconds: major === 9 ? 900 : 60 });
    });

    it.each([0, -1, undefined])('expireInSeconds %s makes send reject', async (expireInSeconds) => {
      const sending = boss.send(await openQueue(), {}, { expireInSeconds });
      await expect(sending).rejects.toThrow('expireInSeconds must be at least every second');
    });
  });

  describe('signal', { concurrent: false }, () => {
    it('a handler that takes too long goes on, its job fails and is retried', async () => {
      const name = await openQueue();
      const { opened, open: release } = gate();
      const jobs: Job[] = [];
      let running = 0;
      let most = 0;
      const id = await boss.send(name, {}, { expireInSeconds: 1, retryLimit: 5 });
      await work(name, async ([job]) => {
        jobs.push(job as Job);
        most = Math.max(most, ++running);
        await opened;
        running--;
      });
      await until('the handler runs', () => running === 1);
      if (major < 12) {
        await until('it runs a second time', () => jobs.length > 1);
        expect(most).toBeGreaterThan(1);
        release();
        await until('both have ended', () => running === 0);
      } else {
        // The worker waits for its handler before it takes the next job.
        await inState(id, 'retry');
        expect(jobs[0]?.signal?.aborted).toBe(true);
        await sleep(700);
        expect(jobs).toHaveLength(1);
        release();
        await until('it runs a second time', () => jobs.length > 1);
        expect(most).toBe(1);
      }
      await inState(id, 'completed');
    });
  });

  describe('acknowledgement', { concurrent: false }, () => {
    it('a job is active while its handler runs and completed afterwards', async () => {
      const name = await openQueue();
      const { opened, open: release } = gate();
      const id = await boss.send(name, {});
      await work(name, () => opened);
      await inState(id, 'active');
      release();
      await inState(id, 'completed');
    });

    it('the job of a killed worker is run again when its time limit is over, unless it has no retries left', async () => {
      const [again, never] = [await openQueue(), await openQueue()];
      const options = { expireInSeconds: 2, retryLimit: 1 };
      const id = await boss.send(again, {}, options);
      const last = await boss.send(never, {}, { ...options, retryLimit: 0 });
      await killWhenStarted(
        `const [url, connectionString, schema, options, ...names] = process.argv.slice(1);
        const library = await import(url);
        const boss = new (library.PgBoss ?? library.default)({ connectionString, schema, ...JSON.parse(options) });
        boss.on('error', () => {});
        await boss.start();
        let started = 0;
        for (const name of names) {
          await boss.work(name, ${JSON.stringify(QUICK)}, async () => {
            if (++started === names.length) console.log('started');
            await new Promise(() => {});
          });
        }`,
        packages.url('pg-boss'),
        database.url,
        schema,
        JSON.stringify(ALONE),
        again,
        never,
      );
      expect(await stored(id)).toMatchObject({ state: 'active' });
      await sleep(2_000);
      await until('the supervisor has looked after both', async () => {
        await (major < 11 ? boss.expire() : Promise.all([boss.supervise(again), boss.supervise(never)]));
        return (await stored(id)).state !== 'active' && (await stored(last)).state !== 'active';
      });
      expect(await stored(last)).toMatchObject({ state: major === 9 ? 'expired' : 'failed' });
      let runs = 0;
      await work(again, async () => void runs++);
      await inState(id, 'completed');
      expect(runs).toBe(1);
    });

    it(`a handler is given ${major === 9 ? 'one job' : 'an array, of one job when nobody says'}`, async () => {
      const name = await openQueue();
      const given: unknown[] = [];
      for (let job = 0; job < 2; job++) await boss.send(name, {}, {});
      await boss.work(name, QUICK, (jobs: unknown) => void given.push(jobs));
      await until('both jobs have come', () => given.length === 2);
      expect(given.map((each) => (Array.isArray(each) ? each.length : 'job'))).toEqual(
        major === 9 ? ['job', 'job'] : [1, 1],
      );
    });

    it('batchSize gives several jobs: they are all completed, or all failed', async () => {
      const [name, bad] = [await openQueue(), await openQueue()];
      const seen: unknown[] = [];
      for (let job = 0; job < 3; job++) {
        await boss.send(name, { job });
        await boss.send(bad, { job }, { retryLimit: 0 });
      }
      // Who takes the first of a batch leaves the others undone.
      await work(name, async ([first]) => void seen.push(first?.data), { batchSize: 3 });
      await work(
        bad,
        async (jobs) => {
          for (const { data } of jobs) if ((data as { job: number }).job === 1) throw new Error('boom');
        },
        { batchSize: 3 },
      );
      const states = async (of: string): Promise<string> =>
        (await rows('name = $1', of)).map(({ state }) => state).join();
      await until(
        'three are completed',
        async () => (await states(name)) === 'completed,completed,completed',
      );
      await until('three have failed', async () => (await states(bad)) === 'failed,failed,failed');
      expect(seen).toHaveLength(1);
    });

    from(12)('perJobResults settles each job by itself; one that is left out has failed', async () => {
      const name = await openQueue({ retryLimit: 0 });
      const ids = [await boss.send(name, {}), await boss.send(name, {}), await boss.send(name, {})];
      const results = [
        { id: ids[0], status: 'completed' },
        { id: ids[1], status: 'failed' },
      ];
      await work(name, async () => results, { batchSize: 3, perJobResults: true });
      await inState(ids[0] ?? null, 'completed');
      await inState(ids[1] ?? null, 'failed');
      await inState(ids[2] ?? null, 'failed');
    });

    from(10)('the deadLetter queue receives what has failed for good', async () => {
      const dead = await openQueue();
      const name = await openQueue({ deadLetter: dead, retryLimit: 1 });
      await failing(name, await boss.send(name, { value: 1 }));
      expect(await rows('name = $1', dead)).toMatchObject([{ state: 'created', data: { value: 1 } }]);
    });

    it(`send to a queue that was never created ${['is accepted', 'returns null', 'rejects', 'rejects'][major - 9] ?? ''}`, async () => {
      const sending = boss.send('nowhere', {});
      if (major === 9) expect(await sending).toEqual(expect.any(String));
      else if (major === 10) expect(await sending).toBeNull();
      else await expect(sending).rejects.toThrow('Queue nowhere does not exist');
    });
  });

  describe('payload', { concurrent: false }, () => {
    async function received(data: unknown): Promise<unknown> {
      const name = await openQueue();
      await boss.send(name, data);
      return (await fetched(name))?.data;
    }

    it.each(PAYLOADS)('$title', async ({ sent: data, received: expected }) => {
      expect(await received(data)).toEqual(expected);
    });

    it.each(REFUSED)('$title', async ({ sent: data, message }) => {
      await expect(received(data())).rejects.toThrow(message);
    });

    it('no data arrives as null', async () => {
      expect(await received(undefined)).toBeNull();
    });

    it('a string with a NUL makes send reject', async () => {
      await expect(received({ value: 'a\u0000b' })).rejects.toThrow('unsupported Unicode escape sequence');
    });

    it('a function as the data makes send reject', async () => {
      await expect(received(() => 1)).rejects.toThrow('cannot accept a function as the payload');
    });

    it(`an array as the data ${major < 11 ? 'makes send reject' : 'arrives'}`, async () => {
      if (major < 11)
        await expect(received([{ a: 1 }])).rejects.toThrow('invalid input syntax for type json');
      else expect(await received([{ a: 1 }])).toEqual([{ a: 1 }]);
    });
  });

  if (major === 12) {
    describe('waits', { concurrent: false }, () => {
      it('a job of a flow is not run before those it depends on are completed, also when they have failed', async () => {
        const [first, second] = [await openQueue(), await openQueue()];
        await boss.flow([
          { ref: 'a', name: first, data: { step: 'a' }, options: { retryLimit: 0 } },
          { ref: 'b', name: second, data: { step: 'b' }, dependsOn: ['a'] },
        ]);
        const job = await fetched(first);
        await boss.resolveFlow();
        expect(await fetched(second)).toBeUndefined();
        await settle('fail', first, job?.id ?? '');
        await boss.resolveFlow();
        expect(await fetched(second)).toBeUndefined();
        await boss.retry(first, job?.id);
        await fetched(first);
        await settle('complete', first, job?.id ?? '');
        await boss.resolveFlow();
        expect((await fetched(second))?.data).toEqual({ step: 'b' });
      });
    });
  }

  describe('transaction', { concurrent: false }, () => {
    it('a job is there before a transaction around its dispatch commits, and when that is rolled back', async () => {
      const name = await openQueue();
      await database.query('BEGIN');
      await boss.send(name, {});
      expect(await fetched(name)).toBeDefined();
      await boss.send(name, {});
      await database.query('ROLLBACK');
      expect(await fetched(name)).toBeDefined();
    });

    it('given the transaction as `db` it comes with the commit, and not without it', async () => {
      const name = await openQueue();
      const db = {
        executeSql: async (text: string, values: readonly unknown[] = []) => {
          const rows = await database.query(text, ...values);
          return { rows, rowCount: rows.length };
        },
      };
      await database.query('BEGIN');
      await boss.send(name, {}, { db });
      expect(await fetched(name)).toBeUndefined();
      await database.query('ROLLBACK');
      expect(await fetched(name)).toBeUndefined();
      await database.query('BEGIN');
      await boss.send(name, {}, { db });
      await database.query('COMMIT');
      expect(await fetched(name)).toBeDefined();
    });
  });

  describe('deduplication', { concurrent: false }, () => {
    from(10)('of two jobs with the same id the second is dropped, and send returns null', async () => {
      const name = await openQueue();
      const id = randomUUID();
      expect(await boss.send(name, {}, { id })).toBe(id);
      expect(await boss.send(name, {}, { id })).toBeNull();
      await fetched(name);
      await settle('complete', name, id);
      expect(await boss.send(name, {}, { id })).toBeNull();
    });

    only(9)('an id that is stated is ignored', async () => {
      const [name, id] = [await openQueue(), randomUUID()];
      expect(await boss.send(name, {}, { id })).not.toBe(id);
    });

    only(9)('singletonKey keeps a second job out until the first has ended', async () => {
      const name = await openQueue();
      const id = await boss.send(name, {}, { singletonKey: 'k' });
      expect(await boss.send(name, {}, { singletonKey: 'k' })).toBeNull();
      expect(await boss.send(name, {}, { singletonKey: 'other' })).not.toBeNull();
      await database.query(`UPDATE ${schema}.job SET state = 'completed' WHERE id = $1`, id);
      expect(await boss.send(name, {}, { singletonKey: 'k' })).not.toBeNull();
      expect(await boss.sendOnce(name, {}, {}, 'once')).not.toBeNull();
      expect(await boss.sendOnce(name, {}, {}, 'once')).toBeNull();
      expect(await boss.sendSingleton(name, {})).not.toBeNull();
      expect(await boss.sendSingleton(name, {})).toBeNull();
    });

    it('singletonSeconds drops a second job of the same key within the time', async () => {
      const name = await openQueue();
      // Slots begin at whole hours: two calls may fall into two of them, three do not fall into three.
      const ids: unknown[] = [];
      for (let job = 0; job < 3; job++) {
        ids.push(await boss.send(name, {}, { singletonKey: 'k', singletonSeconds: 3600 }));
      }
      expect(ids).toContain(null);
      expect(await boss.send(name, {}, { singletonKey: 'other', singletonSeconds: 3600 })).not.toBeNull();
    });

    from(10)('the policy short keeps one job per key waiting', async () => {
      const name = await openQueue({ policy: 'short' });
      expect(await boss.send(name, {}, { singletonKey: 'k' })).not.toBeNull();
      expect(await boss.send(name, {}, { singletonKey: 'k' })).toBeNull();
      expect(await boss.send(name, {}, { singletonKey: 'other' })).not.toBeNull();
      while (await fetched(name));
      expect(await boss.send(name, {}, { singletonKey: 'k' })).not.toBeNull();
    });

    from(11)('the policy exclusive keeps one job per key waiting or running', async () => {
      const name = await openQueue({ policy: 'exclusive' });
      const id = await boss.send(name, {}, { singletonKey: 'k' });
      expect(await boss.send(name, {}, { singletonKey: 'k' })).toBeNull();
      await fetched(name);
      expect(await boss.send(name, {}, { singletonKey: 'k' })).toBeNull();
      await settle('complete', name, id ?? '');
      expect(await boss.send(name, {}, { singletonKey: 'k' })).not.toBeNull();
    });

    from(10)('the policy singleton lets one job per key run, and any number wait', async () => {
      const name = await openQueue({ policy: 'singleton' });
      expect(await boss.send(name, {}, { singletonKey: 'k' })).not.toBeNull();
      expect(await boss.send(name, {}, { singletonKey: 'k' })).not.toBeNull();
      expect(await fetched(name)).toBeDefined();
      expect(await fetched(name)).toBeUndefined();
    });
  });

  describe('dispatch', { concurrent: false }, () => {
    it('insert hands over all or nothing', async () => {
      const name = await openQueue();
      const insert = (...jobs: object[]): Promise<unknown> => {
        const named = jobs.map((job) => ({ name, ...job }));
        const call = boss.insert.bind(boss);
        return major >= 11 ? call(name, jobs) : call(named);
      };
      await expect(insert({ data: { a: 1 } }, { id: 'no uuid', data: {} })).rejects.toThrow();
      expect(await rows('name = $1', name)).toHaveLength(0);
      await insert({ data: { a: 1 } }, { data: { a: 2 } });
      expect(await rows('name = $1', name)).toHaveLength(2);
    });
  });
});
