import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dbosCron } from '../../src/libraries/cron.js';
import { EXPRESSIONS, takes } from './expressions.js';
import { packagesOf } from './packages.js';
import { type Database, openDatabase } from './postgres.js';
import { gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

interface Handle {
  readonly workflowID: string;
  getResult(): Promise<unknown>;
  getStatus(): Promise<{ status: string; input?: unknown[] } | null>;
}
type Run = (...args: unknown[]) => Promise<unknown>;

/** What is used of DBOS, in the words of both versions. */
interface DBOS {
  setConfig(config: object): void;
  launch(): Promise<void>;
  shutdown(): Promise<void>;
  registerQueue(name: string, options: object): Promise<unknown>;
  registerWorkflow(workflow: Run, config: object): Run;
  registerStep(step: Run, config: object): Run;
  step(config: object): MethodDecorator;
  startWorkflow(workflow: Run, options?: object): (...args: unknown[]) => Promise<Handle>;
  runStep(step: () => Promise<unknown>, config?: object): Promise<unknown>;
  sleep(ms: number): Promise<void>;
  retrieveWorkflow(id: string): Handle;
  getResult(id: string): Promise<unknown>;
  readonly stepStatus?: { readonly timeoutSignal?: AbortSignal };
  recv(topic: string): Promise<unknown>;
  send(id: string, message: unknown, topic: string): Promise<void>;
}

const quiet = { info: () => {}, debug: () => {}, warn: () => {}, error: () => {} };
const CONFIG = {
  name: 'evidence',
  applicationVersion: '1',
  executorID: 'one',
  runAdminServer: false,
  enableOTLP: false,
};

/** What is left of these when their process is killed is recovered: how often each was run before, and its limit. */
const KILLED = [
  { workflow: 'hang', id: 'default-last', before: 100 },
  { workflow: 'hang', id: 'default-over', before: 101 },
  { workflow: 'hangZero', id: 'zero-last', before: 100 },
  { workflow: 'hangZero', id: 'zero-over', before: 101 },
  { workflow: 'hangTwo', id: 'two-last', before: 2 },
  { workflow: 'hangTwo', id: 'two-over', before: 3 },
];
const LIMITS = { hang: {}, hangZero: { maxRecoveryAttempts: 0 }, hangTwo: { maxRecoveryAttempts: 2 } };

const CHILD = `
  const [library, systemDatabaseUrl, config, limits, killed] = process.argv.slice(1);
  const { DBOS } = (await import(library)).default;
  const hanging = JSON.parse(killed).length + 2;
  let started = 0;
  const hang = async () => {
    if (++started === hanging) console.log('started');
    await new Promise(() => {});
  };
  const workflows = Object.fromEntries(
    Object.entries(JSON.parse(limits)).map(([name, limit]) => [
      name,
      DBOS.registerWorkflow(() => DBOS.runStep(hang, { name: 'within' }), { name, ...limit }),
    ]),
  );
  const child = DBOS.registerWorkflow(() => DBOS.runStep(hang, { name: 'within' }), { name: 'child' });
  const parent = DBOS.registerWorkflow(
    async () => (await DBOS.startWorkflow(child)()).getResult(),
    { name: 'parent' },
  );
  const interrupted = DBOS.registerWorkflow(
    async () => {
      await DBOS.runStep(async () => 'from before', { name: 'before' });
      return DBOS.runStep(hang, { name: 'within' });
    },
    { name: 'interrupted' },
  );
  DBOS.setConfig({ ...JSON.parse(config), systemDatabaseUrl, logLevel: 'error' });
  await DBOS.launch();
  await DBOS.startWorkflow(parent, { workflowID: 'parent' })();
  await DBOS.startWorkflow(interrupted, { workflowID: 'interrupted' })();
  for (const { workflow, id } of JSON.parse(killed)) {
    await DBOS.startWorkflow(workflows[workflow], { workflowID: id })();
  }`;

const VERSIONS = [{ major: 4 }, { major: 5 }];
const databases: Database[] = [];

/** The pauses of more than half an hour that somebody wanted to make; they are over at once. */
const longPauses: number[] = [];
const { setTimeout: realTimeout } = globalThis;

beforeAll(() => {
  globalThis.setTimeout = ((done: () => void, ms?: number, ...rest: []) => {
    if (ms === undefined || ms < 1_800_000) return realTimeout(done, ms, ...rest);
    longPauses.push(ms);
    return realTimeout(done, 0, ...rest);
  }) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = realTimeout;
  };
});
beforeAll(async () => {
  for (const { major } of VERSIONS) databases[major] = await openDatabase(`dbos_${major}`);
  return () => Promise.all(databases.map((database) => database.close()));
});

// The versions side by side, the tests of each one after the other.
describe.concurrent.each(VERSIONS)('DBOS $major', ({ major }) => {
  const packages = packagesOf(`dbos-${major}`);
  const bodies = new Map<string, Run>();
  const recovered: string[] = [];
  let DBOS: DBOS;
  let database: Database;
  /** The one workflow of most tests: it does what its first argument is the name of. */
  let run: Run;
  let registered: Run;
  let decorated: Run;
  let step: () => Promise<unknown>;

  beforeAll(async () => {
    expect(Number.parseInt(packages.version('@dbos-inc/dbos-sdk'))).toBe(major);
    DBOS = (await packages.load<{ default: { DBOS: DBOS } }>('@dbos-inc/dbos-sdk')).default.DBOS;
    database = databases[major] as Database;
    await killWhenStarted(
      CHILD,
      packages.url('@dbos-inc/dbos-sdk'),
      database.url,
      JSON.stringify(CONFIG),
      JSON.stringify(LIMITS),
      JSON.stringify(KILLED),
    );
    for (const { id, before } of KILLED) {
      await database.query(
        'UPDATE dbos.workflow_status SET recovery_attempts = $1 WHERE workflow_uuid = $2',
        before,
        id,
      );
    }
    registerAll();
    DBOS.setConfig({ ...CONFIG, systemDatabaseUrl: database.url, logger: quiet });
    await DBOS.launch();
    await DBOS.registerQueue('queue', { workerConcurrency: 1 });
  });
  afterAll(() => DBOS.shutdown());

  function registerAll(): void {
    const again = async (): Promise<string> => 'again';
    for (const [name, limit] of Object.entries(LIMITS)) {
      DBOS.registerWorkflow(() => DBOS.runStep(again, { name: 'within' }), { name, ...limit });
    }
    const child = DBOS.registerWorkflow(() => DBOS.runStep(again, { name: 'within' }), { name: 'child' });
    DBOS.registerWorkflow(async () => (await DBOS.startWorkflow(child)()).getResult(), { name: 'parent' });
    const interrupted = async (): Promise<unknown> => {
      const before = await DBOS.runStep(async () => void recovered.push('before'), { name: 'before' });
      const within = await DBOS.runStep(async () => (recovered.push('within'), 'from now'), {
        name: 'within',
      });
      return [before, within];
    };
    DBOS.registerWorkflow(interrupted, { name: 'interrupted' });

    run = DBOS.registerWorkflow(async (body, ...args) => bodies.get(body as string)?.(...args), {
      name: 'run',
    });
    const config = { retriesAllowed: true, maxAttempts: 4, intervalSeconds: 0 };
    registered = DBOS.registerStep(() => step(), { ...config, name: 'registered' });
    class Steps {
      static async decorated(): Promise<unknown> {
        return step();
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Steps, 'decorated') as TypedPropertyDescriptor<Run>;
    const changed = DBOS.step(config)(Steps, 'decorated', descriptor);
    Object.defineProperty(Steps, 'decorated', changed ?? descriptor);
    decorated = () => Steps.decorated();
  }

  async function start(body: Run, options?: object, ...args: unknown[]): Promise<Handle> {
    const name = randomUUID();
    bodies.set(name, body);
    return DBOS.startWorkflow(run, options)(name, ...args);
  }
  const stored = async (id: string): Promise<string | undefined> =>
    (await DBOS.retrieveWorkflow(id).getStatus())?.status;
  const steps = async (id: string): Promise<string[]> => {
    const rows = await database.query<{ function_name: string }>(
      'SELECT function_name FROM dbos.operation_outputs WHERE workflow_uuid = $1 ORDER BY function_id',
      id,
    );
    return rows.map(({ function_name }) => function_name);
  };

  /** When the runs of a step start that always fails, within a workflow. */
  async function runsOf(config?: object): Promise<number[]> {
    const starts: number[] = [];
    const fail = async (): Promise<never> => {
      starts.push(Date.now());
      throw new Error('boom');
    };
    const handle = await start(() => DBOS.runStep(fail, config && { name: 'fail', ...config }));
    await expect(handle.getResult()).rejects.toThrow();
    return starts;
  }

  describe('traps', { concurrent: false }, () => {
    it.each([{ maxAttempts: 5 }, { intervalSeconds: 0.01 }, { backoffRate: 1 }])(
      '%o does nothing without retriesAllowed, and a step runs once',
      async (config) => {
        expect(await runsOf(config)).toHaveLength(1);
        expect(await runsOf({ ...config, retriesAllowed: false })).toHaveLength(1);
        const retried = { intervalSeconds: 0, ...config, retriesAllowed: true };
        expect(await runsOf(retried)).toHaveLength('maxAttempts' in config ? 5 : 3);
      },
    );
  });

  describe('signal', { concurrent: false }, () => {
    it('a step with a time limit has a signal, which is aborted when its time is up; others have none', async () => {
      const signals: (AbortSignal | undefined)[] = [];
      const slow = async (): Promise<void> => {
        signals.push(DBOS.stepStatus?.timeoutSignal);
        await sleep(200);
      };
      const handle = await start(() => DBOS.runStep(slow, { name: 'slow', timeoutMS: 60 }));
      await expect(handle.getResult()).rejects.toThrow();
      expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
      await (await start(() => DBOS.runStep(slow, { name: 'slow' }))).getResult();
      expect(signals[1]).toBeUndefined();
      await (await start(() => DBOS.runStep(slow, { name: 'slow', timeoutMS: 10_000 }))).getResult();
      expect(signals[2]?.aborted).toBe(false);
    });
  });

  describe('schedules', { concurrent: false }, () => {
    it('what the rule refuses is refused where a schedule is read', () => {
      const require = createRequire(packages.file('@dbos-inc/dbos-sdk/package.json'));
      const { validateCrontab } = require('./dist/src/scheduler/crontab.js') as {
        validateCrontab: (expression: string) => void;
      };
      const taken = (expression: string): boolean => {
        try {
          validateCrontab(expression);
          return true;
        } catch {
          return false;
        }
      };
      const refused = EXPRESSIONS.filter((each) => !takes(each, dbosCron));
      // A day that never comes is none of these mistakes.
      expect(refused.filter(taken)).toEqual(taken('0 0 31 2 *') ? ['0 0 31 2 *'] : []);
      expect(refused.length).toBeGreaterThan(10);
      // What only version 5 takes is let through.
      const letThrough = EXPRESSIONS.filter((each) => takes(each, dbosCron) && !taken(each));
      expect(letThrough).toEqual(major === 4 ? ['0 0 L * *', '0 0 ? * 1', '@daily'] : []);
    });
  });

  describe('times', { concurrent: false }, () => {
    it('timeoutMS: 30 is over before anything is done', async () => {
      const { opened, open } = gate();
      let done = 0;
      const work = async (): Promise<void> => {
        await opened;
        done++;
      };
      const short = await start(() => DBOS.runStep(work, { name: 'work', timeoutMS: 30 }));
      await expect(short.getResult()).rejects.toThrow();
      const long = await start(() => DBOS.runStep(work, { name: 'work', timeoutMS: 30_000 }));
      // Longer than 30 milliseconds.
      await sleep(100);
      expect(done).toBe(0);
      open();
      await long.getResult();
      expect(done).toBe(2);
    });

    // The package warns above an hour that it makes an hour of it, and does so from the second pause on.
    it.each([4_000, 100_000])('intervalSeconds: %i is a first pause of as many seconds', async (least) => {
      // The other version does the same at the same time.
      const intervalSeconds = least + major;
      expect(await runsOf({ retriesAllowed: true, maxAttempts: 3, intervalSeconds })).toHaveLength(3);
      expect(longPauses).toContain(intervalSeconds * 1_000);
      expect(longPauses).toContain(3_600_000);
      expect(longPauses).not.toContain(intervalSeconds * 2_000);
    });
  });

  describe('attempts', { concurrent: false }, () => {
    it('a failing step runs once when nobody says', async () => {
      expect(await runsOf()).toHaveLength(1);
    });

    it.each([{}, { maxAttempts: undefined }])(
      'with retriesAllowed and %o it runs 3 times',
      async (config) => {
        expect(await runsOf({ retriesAllowed: true, intervalSeconds: 0, ...config })).toHaveLength(3);
      },
    );

    it.each([5, 1])('maxAttempts counts all runs: %i', async (maxAttempts) => {
      expect(await runsOf({ retriesAllowed: true, intervalSeconds: 0, maxAttempts })).toHaveLength(
        maxAttempts,
      );
    });

    it.each([0, -1, NaN])('with maxAttempts %s a step is never run, and has failed', async (maxAttempts) => {
      expect(await runsOf({ retriesAllowed: true, intervalSeconds: 0, maxAttempts })).toHaveLength(0);
    });

    it('with maxAttempts Infinity it runs on and on', async () => {
      let runs = 0;
      const fail = async (): Promise<never> => {
        runs++;
        throw new Error('boom');
      };
      const shouldRetry = (): boolean => runs < 50;
      const config = {
        name: 'fail',
        retriesAllowed: true,
        intervalSeconds: 0,
        maxAttempts: Infinity,
        shouldRetry,
      };
      const handle = await start(() => DBOS.runStep(fail, config));
      // What shouldRetry does not want retried fails with its own error.
      await expect(handle.getResult()).rejects.toThrow('boom');
      expect(runs).toBe(50);
    });

    it.each([{ kind: 'registerStep' }, { kind: '@DBOS.step' }])(
      'a step of $kind has its own options',
      async ({ kind }) => {
        let runs = 0;
        step = async () => {
          runs++;
          throw new Error('boom');
        };
        const call = kind === 'registerStep' ? registered : decorated;
        await expect((await start(() => call())).getResult()).rejects.toThrow();
        expect(runs).toBe(4);
        // Outside of a workflow it is a call like any other, but in 4 a decorated step is a workflow of its own.
        await expect(call()).rejects.toThrow('boom');
        expect(runs).toBe(major === 4 && kind === '@DBOS.step' ? 8 : 5);
      },
    );

    it('a workflow that fails is not run again', async () => {
      let runs = 0;
      const handle = await start(async () => {
        runs++;
        throw new Error('boom');
      });
      await expect(handle.getResult()).rejects.toThrow('boom');
      expect(await stored(handle.workflowID)).toBe('ERROR');
      expect(runs).toBe(1);
    });

    it.each([
      { limit: 'of 100 when nobody says', last: 'default-last', over: 'default-over' },
      { limit: 'of 100 when maxRecoveryAttempts is 0', last: 'zero-last', over: 'zero-over' },
      { limit: 'of maxRecoveryAttempts', last: 'two-last', over: 'two-over' },
    ])('a workflow is recovered up to the limit $limit', async ({ last, over }) => {
      expect(await DBOS.retrieveWorkflow(last).getResult()).toBe('again');
      await until(
        'the other is given up',
        async () => (await stored(over)) === 'MAX_RECOVERY_ATTEMPTS_EXCEEDED',
      );
    });
  });

  describe('backoff', { concurrent: false }, () => {
    const retries = { retriesAllowed: true };

    it('the first pause is a second when nobody says', async () => {
      const [pause] = gaps(await runsOf({ ...retries, maxAttempts: 2 }));
      expect(pause).toBeGreaterThanOrEqual(995);
      expect(pause).toBeLessThan(1_900);
    });

    it('intervalSeconds is the first pause, and each is twice the one before', async () => {
      const [first = 0, second = 0, third = 0] = gaps(
        await runsOf({ ...retries, maxAttempts: 4, intervalSeconds: 0.1 }),
      );
      expect(first).toBeGreaterThanOrEqual(95);
      expect(second).toBeGreaterThanOrEqual(195);
      expect(third).toBeGreaterThanOrEqual(395);
    });

    it('backoffRate is the factor', async () => {
      const tripled = gaps(
        await runsOf({ ...retries, maxAttempts: 3, intervalSeconds: 0.1, backoffRate: 3 }),
      );
      expect(tripled[1]).toBeGreaterThanOrEqual(295);
      const fixed = gaps(await runsOf({ ...retries, maxAttempts: 6, intervalSeconds: 0.1, backoffRate: 1 }));
      for (const pause of fixed) expect(pause).toBeGreaterThanOrEqual(95);
      expect(median(fixed)).toBeLessThan(200);
    });

    it('with intervalSeconds 0 a step is retried at once', async () => {
      expect(median(gaps(await runsOf({ ...retries, maxAttempts: 8, intervalSeconds: 0 })))).toBeLessThan(
        200,
      );
    });
  });

  describe('time', { concurrent: false }, () => {
    it('timeoutMS of a step is in milliseconds and for each run; the step goes on', async () => {
      const { opened, open } = gate();
      const starts: number[] = [];
      let ended = 0;
      const slow = async (): Promise<void> => {
        starts.push(Date.now());
        await opened;
        ended++;
      };
      const config = {
        name: 'slow',
        retriesAllowed: true,
        maxAttempts: 2,
        intervalSeconds: 0,
        timeoutMS: 200,
      };
      const handle = await start(() => DBOS.runStep(slow, config));
      await expect(handle.getResult()).rejects.toThrow();
      expect(gaps(starts)[0]).toBeGreaterThanOrEqual(195);
      expect(Date.now() - (starts[1] ?? 0)).toBeGreaterThanOrEqual(195);
      expect(starts).toHaveLength(2);
      expect(ended).toBe(0);
      open();
      await until('both runs have ended', () => ended === 2);
    });

    it.each([0, -1, Infinity, NaN, null])('timeoutMS %s of a step is refused', async (timeoutMS) => {
      let runs = 0;
      const body = (): Promise<unknown> => DBOS.runStep(async () => void runs++, { name: 'step', timeoutMS });
      await expect((await start(body)).getResult()).rejects.toThrow('must be a positive number');
      expect(runs).toBe(0);
      expect(() => DBOS.registerStep(body, { name: randomUUID(), timeoutMS })).toThrow(
        'must be a positive number',
      );
    });

    it('timeoutMS of a workflow cancels it at its next step; the step that is under way goes on', async () => {
      const { opened, open } = gate();
      const ended: string[] = [];
      const body = async (): Promise<void> => {
        await DBOS.runStep(async () => {
          await opened;
          ended.push('first');
        });
        await DBOS.runStep(async () => void ended.push('second'));
      };
      const handle = await start(body, { timeoutMS: 200 });
      const result = expect(handle.getResult()).rejects.toThrow();
      await until('it is cancelled', async () => (await stored(handle.workflowID)) === 'CANCELLED');
      expect(ended).toEqual([]);
      open();
      await result;
      expect(ended).toEqual(['first']);
    });

    it('a workflow has no limit when nobody says', async () => {
      const handle = await start(() => DBOS.runStep(async () => 1));
      await handle.getResult();
      const [row] = await database.query(
        'SELECT workflow_timeout_ms, workflow_deadline_epoch_ms FROM dbos.workflow_status WHERE workflow_uuid = $1',
        handle.workflowID,
      );
      expect(row).toEqual({ workflow_timeout_ms: null, workflow_deadline_epoch_ms: null });
    });
  });

  describe('acknowledgement', { concurrent: false }, () => {
    it('the step that a killed process was in is run again, those before it are not', async () => {
      // What the killed process had returned is what the workflow goes on with.
      expect(await DBOS.retrieveWorkflow('interrupted').getResult()).toEqual(['from before', 'from now']);
      expect(recovered).toEqual(['within']);
      expect(await steps('interrupted')).toEqual(['before', 'within']);
    });

    it('a workflow for a queue that nobody registered stays enqueued', async () => {
      let runs = 0;
      const body: Run = async () => void runs++;
      const lost = await start(body, { queueName: 'nowhere' });
      const found = await start(body, { queueName: 'queue' });
      await found.getResult();
      await sleep(100);
      expect(await stored(lost.workflowID)).toBe('ENQUEUED');
      expect(runs).toBe(1);
    });
  });

  describe('payload', { concurrent: false }, () => {
    class Money {
      constructor(readonly amount: number) {}
      double(): number {
        return this.amount * 2;
      }
    }

    /** What a workflow receives, and what is stored for its recovery. */
    async function received(value: unknown): Promise<{ given: unknown; kept: unknown }> {
      const given: unknown[] = [];
      const handle = await start(async (argument) => void given.push(argument), {}, value);
      await handle.getResult();
      const status = await handle.getStatus();
      return { given: given[0], kept: status?.input?.[1] };
    }

    it.each([
      { title: 'a Date', value: new Date(0) },
      { title: 'a Map', value: new Map([['a', new Date(0)]]) },
      { title: 'a Set', value: new Set([1, 2]) },
      { title: 'a RegExp', value: /a/g },
      { title: 'a bigint', value: 1n },
      { title: 'a Buffer', value: Buffer.from('hi') },
      { title: 'a typed array', value: new Uint8Array([7, 8]) },
      { title: 'a URL', value: new URL('http://a.example/b') },
      { title: 'undefined', value: undefined },
      { title: 'NaN', value: NaN },
      { title: 'Infinity', value: Infinity },
    ])('$title arrives as it is', async ({ value }) => {
      const sent = { value, list: [value] };
      const { given, kept } = await received(sent);
      expect(given).toStrictEqual(sent);
      expect(kept).toStrictEqual(sent);
    });

    it('a class instance keeps its fields and loses its class: its methods throw', async () => {
      const { given, kept } = await received({ value: new Money(5) });
      const { value } = given as { value: Money };
      expect(value).not.toBeInstanceOf(Money);
      expect(value.amount).toBe(5);
      expect(() => value.double()).toThrow();
      expect(kept).toEqual({ value: { amount: 5 } });
    });

    it('an Error keeps its name and message, and loses its class and what else it had', async () => {
      class Refused extends Error {
        override name = 'Refused';
        code = 5;
      }
      const { kept } = await received({ value: new Refused('no') });
      const { value } = kept as { value: Error };
      expect(value).toBeInstanceOf(Error);
      expect(value).not.toBeInstanceOf(Refused);
      expect(value).toMatchObject({ name: 'Refused', message: 'no' });
      expect(value).not.toHaveProperty('code');
    });

    it('a function is lost: where it was is one that throws, and nothing after a recovery', async () => {
      const { given, kept } = await received({ value: () => 1 });
      expect((given as { value: () => number }).value).toThrow();
      expect(kept).toEqual({});
    });

    it('a symbol is lost', async () => {
      expect((await received({ value: Symbol('a') })).kept).toEqual({});
    });

    it('a circular object arrives as one', async () => {
      const loop: { self?: unknown } = {};
      loop.self = loop;
      const { kept } = await received(loop);
      expect((kept as { self?: unknown }).self).toBe(kept);
    });
  });

  describe('waits', { concurrent: false }, () => {
    it('a workflow that waits for another is recovered with it, and does not start it a second time', async () => {
      expect(await DBOS.retrieveWorkflow('parent').getResult()).toBe('again');
      const children = await database.query(
        `SELECT 1 FROM dbos.workflow_status WHERE name = 'child' AND workflow_uuid LIKE 'parent%'`,
      );
      expect(children).toHaveLength(1);
    });

    it('getResult, sleep and recv in a workflow are steps of it, which are not waited for twice', async () => {
      const child = await start(async () => 1);
      const handle = await start(async () => {
        const result = await DBOS.retrieveWorkflow(child.workflowID).getResult();
        await DBOS.sleep(10);
        return [result, await DBOS.recv('topic')];
      });
      await DBOS.send(handle.workflowID, 'message', 'topic');
      expect(await handle.getResult()).toEqual([1, 'message']);
      const names = await steps(handle.workflowID);
      for (const name of ['DBOS.getResult', 'DBOS.sleep', 'DBOS.recv']) expect(names).toContain(name);
    });

    it('a setTimeout in a workflow is not, and neither is getResult in a step', async () => {
      const child = await start(async () => 1);
      const handle = await start(async () => {
        await sleep(10);
        return DBOS.runStep(() => DBOS.getResult(child.workflowID), { name: 'waits' });
      });
      expect(await handle.getResult()).toBe(1);
      expect(await steps(handle.workflowID)).toEqual(['waits']);
    });
  });

  describe('deduplication', { concurrent: false }, () => {
    it('a second workflow with the same workflowID is the first: what it was given is ignored', async () => {
      const given: unknown[] = [];
      const workflowID = randomUUID();
      const body: Run = async (argument) => (given.push(argument), argument);
      const first = await start(body, { workflowID }, 1);
      const second = await start(body, { workflowID }, 2);
      expect(await Promise.all([first.getResult(), second.getResult()])).toEqual([1, 1]);
      expect(given).toEqual([1]);
    });

    if (major === 5) {
      it('workflowIDReusePolicy reject refuses it', async () => {
        const workflowID = randomUUID();
        await (await start(async () => 1, { workflowID })).getResult();
        const second = start(async () => 2, { workflowID, workflowIDReusePolicy: 'reject' });
        await expect(second).rejects.toThrow();
      });
    }

    it('a deduplicationID keeps a second workflow out of the queue until the first has ended', async () => {
      const { opened, open } = gate();
      const options = { queueName: 'queue', enqueueOptions: { deduplicationID: 'one' } };
      const first = await start(() => opened, options);
      await expect(start(() => opened, options)).rejects.toThrow();
      open();
      await first.getResult();
      expect(await (await start(async () => 2, options)).getResult()).toBe(2);
    });
  });
});
