import { once } from 'node:events';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packagesOf } from './packages.js';
import { gate, sleep } from './support.js';

/*
 * The platform is a service. What runs here is what the package ships: the definition, the request that triggers,
 * and the executor of the worker, which decides after each attempt whether there is to be another one.
 */

interface Retry {
  maxAttempts?: number | undefined;
  factor?: number;
  minTimeoutInMs?: number;
  maxTimeoutInMs?: number;
  randomize?: boolean;
}
interface Retries {
  default?: Retry;
  enabledInDev?: boolean;
}
interface Parameters {
  signal?: AbortSignal;
}
interface Definition {
  id: string;
  retry?: Retry;
  maxDuration?: number;
  run: (payload: unknown, parameters: Parameters) => Promise<unknown>;
  handleError?: unknown;
}
interface Outcome {
  ok: boolean;
  error?: unknown;
}
interface Task {
  trigger(payload: unknown, options?: object): Promise<{ id: string }>;
  triggerAndWait(payload: unknown, options?: object): Promise<Outcome> & { unwrap(): Promise<unknown> };
  triggerAndSubscribe?(payload: unknown): Promise<Outcome>;
}
interface Sdk {
  task(definition: Definition): Task;
  schemaTask(definition: Definition & { schema: unknown }): Task;
  configure(options: object): void;
  readonly AbortTaskRunError: new (message: string) => Error;
  readonly idempotencyKeys: { create(key: string, options?: object): Promise<string> };
}
interface Registered {
  readonly retry?: Retry;
  readonly maxDuration?: number;
}
interface Catalog {
  getTask(id: string): Registered;
  disable(): void;
  listTaskIdCollisions(): readonly object[];
  setGlobalResourceCatalog(catalog: object): boolean;
  setGlobalTaskCatalog(catalog: object): boolean;
  setCurrentFileContext(path: string, entry: string): void;
  registerTaskFileMetadata(id: string, metadata: object): void;
}
interface Core {
  readonly resourceCatalog: Catalog;
  readonly taskCatalog: Catalog;
  readonly taskContext: { setGlobalTaskContext(context: object | undefined): void; disable(): void };
  readonly runtime: { setGlobalRuntimeManager(manager: object): void; disable(): void };
}
interface Result {
  readonly ok: boolean;
  readonly retry?: { readonly delay: number };
  readonly skippedRetrying?: boolean;
}
interface Workers {
  readonly TaskExecutor: new (
    task: object,
    options: object,
  ) => { execute(...args: unknown[]): Promise<{ result: Result }> };
  readonly StandardResourceCatalog: new () => object;
  readonly StandardTaskCatalog: new () => object;
  readonly UsageTimeoutManager: new (usage: object) => {
    readonly signal: AbortSignal | undefined;
    abortAfterTimeout(seconds: number): unknown;
  };
}
interface Trigger {
  readonly payload?: string;
  readonly options: Readonly<Record<string, unknown>> & { readonly payloadType?: string };
}

const MAJORS = [3, 4].map((major) => {
  const packages = packagesOf(`trigger-dev-${major}`);
  // The core has to be the one that the SDK itself uses; it is not a package of the fixture.
  const require = createRequire(packages.file('@trigger.dev/sdk/package.json'));
  return {
    major,
    version: packages.version('@trigger.dev/sdk'),
    sdk: require('@trigger.dev/sdk/v3') as Sdk,
    core: require('@trigger.dev/core/v3') as Core,
    workers: require('@trigger.dev/core/v3/workers') as Workers,
  };
});

const span = { setAttribute() {}, setAttributes() {}, recordException() {}, setStatus() {}, end() {} };
const tracer = {
  startActiveSpan: <T>(_name: string, run: (s: typeof span) => T): T => run(span),
  extractContext: () => ({}),
};
const options = {
  tracer,
  tracingSDK: { asyncResourceDetector: { resolveWithAttributes() {} } },
  consoleInterceptor: { intercept: <T>(_console: unknown, run: () => T): T => run() },
};

/** What the platform tells the worker of a run. */
const execution = (given: { number?: number; run?: object; environment?: string } = {}) => ({
  attempt: {
    number: given.number ?? 1,
    id: 'attempt_1',
    backgroundWorkerId: 'worker',
    backgroundWorkerTaskId: 'task',
    status: 'EXECUTING',
    startedAt: new Date(0),
  },
  run: {
    id: 'run_1',
    payload: '{}',
    payloadType: 'application/json',
    context: {},
    createdAt: new Date(0),
    startedAt: new Date(0),
    tags: [],
    isTest: false,
    durationMs: 0,
    costInCents: 0,
    baseCostInCents: 0,
    ...given.run,
  },
  task: { id: 'task', filePath: 'task.ts', exportName: 'task' },
  environment: { id: 'e', type: given.environment ?? 'PRODUCTION', slug: 'prod' },
  organization: { id: 'o', slug: 'o', name: 'o' },
  project: { id: 'p', ref: 'p', slug: 'p', name: 'p' },
  queue: { id: 'q', name: 'q' },
});

describe.each(MAJORS)('Trigger.dev $major', ({ major, version, sdk, core, workers }) => {
  const catalog = major === 3 ? core.taskCatalog : core.resourceCatalog;
  let counter = 0;
  let server: Server;
  let asked: Trigger[] = [];

  beforeAll(async () => {
    expect(Number.parseInt(version)).toBe(major);
    if (major === 3) catalog.setGlobalTaskCatalog(new workers.StandardTaskCatalog());
    else {
      catalog.setGlobalResourceCatalog(new workers.StandardResourceCatalog());
      catalog.setCurrentFileContext('task.ts', 'task');
    }
    server = createServer((request: IncomingMessage, response) => {
      void json(request).then((body) => {
        asked.push(body as Trigger);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ id: 'run_child' }));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    sdk.configure({ baseURL: `http://127.0.0.1:${port}`, secretKey: 'tr_dev_x', accessToken: 'tr_dev_x' });
  });
  afterAll(() => {
    catalog.disable();
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    asked = [];
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    leaveTask();
  });

  /** What follows is as if in the `run` of a task. */
  function enterTask(run = 'run_1'): void {
    leaveTask();
    const worker = { id: 'worker', contentHash: 'x', version: '1' };
    core.taskContext.setGlobalTaskContext({ ctx: execution({ run: { id: run } }), worker });
  }
  function leaveTask(): void {
    // Version 4 keeps the context of a run that is over.
    if (major === 3) core.taskContext.disable();
    else core.taskContext.setGlobalTaskContext(undefined);
  }

  function define(given: Partial<Definition> = {}): { id: string; task: Task } {
    const id = `task${++counter}`;
    const task = sdk.task({ id, run: async () => 1, ...given });
    return { id, task };
  }

  function registered(id: string): Registered {
    if (major === 3) {
      catalog.registerTaskFileMetadata(id, { filePath: 'task.ts', entryPoint: 'task', exportName: id });
    }
    return catalog.getTask(id);
  }

  /** One attempt of a task by the executor of the worker. */
  async function attempt(
    id: string,
    given: Parameters & { retries?: Retries; number?: number; run?: object; environment?: string } = {},
  ): Promise<Result> {
    const { retries } = given;
    const executor = new workers.TaskExecutor(registered(id), { ...options, retries, config: { retries } });
    const what = execution(given);
    const worker = { id: 'worker', contentHash: 'x', version: '1' };
    const { result } = await (major === 3
      ? executor.execute(what, worker, {}, undefined, given.signal)
      : executor.execute(what, what, given.signal));
    return result;
  }

  /** A task that fails at every attempt, run as often as the executor asks for it, but no oftener than `limit`. */
  async function delaysOf(
    retry: Retry | undefined,
    given: { retries?: Retries; maxAttempts?: number; environment?: string; limit?: number } = {},
  ): Promise<{ runs: number; delays: number[] }> {
    let runs = 0;
    const { id } = define({
      ...(retry && { retry }),
      run: async () => {
        runs++;
        throw new Error('boom');
      },
    });
    const delays: number[] = [];
    for (let number = 1; number <= (given.limit ?? 30); number++) {
      const run = given.maxAttempts === undefined ? {} : { maxAttempts: given.maxAttempts };
      const result = await attempt(id, { ...given, number, run });
      if (!result.retry) break;
      delays.push(result.retry.delay);
    }
    return { runs, delays };
  }
  const runsOf = async (...args: globalThis.Parameters<typeof delaysOf>): Promise<number> =>
    (await delaysOf(...args)).runs;

  /** The payload that `run` gets for what `trigger` is given. */
  async function received(payload: unknown): Promise<unknown> {
    const seen: unknown[] = [];
    const { id, task } = define({ run: async (given) => void seen.push(given) });
    await task.trigger(payload);
    const { payload: text, options: sent } = asked.at(-1) ?? expect.fail('Nothing was sent');
    const result = await attempt(id, { run: { payload: text, payloadType: sent.payloadType } });
    expect(result.ok).toBe(true);
    return seen[0];
  }

  describe('attempts', () => {
    it('without retry in the definition and in the configuration a failing task runs once', async () => {
      const { id } = define();
      expect(registered(id).retry).toBeUndefined();
      expect(await runsOf(undefined)).toBe(1);
      expect(await runsOf(undefined, { retries: {} })).toBe(1);
    });

    it('maxAttempts at trigger changes nothing for a task without any retry', async () => {
      expect(await runsOf(undefined, { maxAttempts: 5 })).toBe(1);
    });

    it('retry: {} means 3 attempts', async () => {
      const { id } = define({ retry: {} });
      expect(registered(id).retry?.maxAttempts).toBe(3);
      expect(await runsOf({})).toBe(3);
    });

    it('maxAttempts counts all runs', async () => {
      expect(await runsOf({ maxAttempts: 5 })).toBe(5);
      expect(await runsOf({ maxAttempts: 1 })).toBe(1);
    });

    it('maxAttempts: 0 runs once', async () => {
      expect(await runsOf({ maxAttempts: 0 })).toBe(1);
    });

    it('maxAttempts: undefined takes the default away: the worker asks for another attempt each time', async () => {
      expect(await runsOf({ maxAttempts: undefined }, { limit: 40 })).toBe(40);
    });

    it('maxAttempts: Infinity makes the worker ask for another attempt each time', async () => {
      expect(await runsOf({ maxAttempts: Infinity }, { limit: 40 })).toBe(40);
    });

    it('retries.default of the configuration holds for a task without retry, with 3 attempts unless it says so', async () => {
      expect(await runsOf(undefined, { retries: { default: { maxAttempts: 2 } } })).toBe(2);
      expect(await runsOf(undefined, { retries: { default: { factor: 1 } } })).toBe(3);
    });

    it('retry of the definition replaces retries.default as a whole', async () => {
      const retries = { default: { maxAttempts: 10 } };
      expect(await runsOf({ maxAttempts: 2 }, { retries })).toBe(2);
      expect(await runsOf({ factor: 1 }, { retries })).toBe(3);
    });

    it('maxAttempts at trigger wins over the definition and over the configuration; 0 is as if it were absent', async () => {
      expect(await runsOf({ maxAttempts: 5 }, { maxAttempts: 2 })).toBe(2);
      expect(await runsOf(undefined, { maxAttempts: 4, retries: { default: { maxAttempts: 2 } } })).toBe(4);
      expect(await runsOf({ maxAttempts: 5 }, { maxAttempts: 0 })).toBe(5);
    });

    it('trigger sends maxAttempts as it is, and nothing when it has none', async () => {
      const { task } = define({ retry: { maxAttempts: 5 } });
      await task.trigger({});
      await task.trigger({}, { maxAttempts: 2 });
      expect(asked.map((each) => each.options['maxAttempts'])).toEqual([undefined, 2]);
    });

    it('retries.enabledInDev: false means one run in development only', async () => {
      const retries = { default: { maxAttempts: 4 }, enabledInDev: false };
      expect(await runsOf(undefined, { retries, environment: 'DEVELOPMENT' })).toBe(1);
      expect(await runsOf(undefined, { retries, environment: 'PRODUCTION' })).toBe(4);
    });

    it('an AbortTaskRunError ends the attempts', async () => {
      const { id } = define({
        retry: { maxAttempts: 5 },
        run: async () => {
          throw new sdk.AbortTaskRunError('no');
        },
      });
      expect(await attempt(id)).toMatchObject({ ok: false, skippedRetrying: true, retry: undefined });
    });

    it('schemaTask treats retry as task does', () => {
      const id = `task${++counter}`;
      sdk.schemaTask({
        id,
        retry: { maxAttempts: 7 },
        schema: (value: unknown) => value,
        run: async () => 1,
      });
      expect(registered(id).retry).toMatchObject({ maxAttempts: 7, factor: 2 });
    });
  });

  describe('sameName', () => {
    it('of two tasks with one id the last is kept, and from 4.5 on the other is told of', () => {
      const id = `task${++counter}`;
      const second = (): Promise<number> => Promise.resolve(2);
      sdk.task({ id, run: () => Promise.resolve(1) });
      sdk.task({ id, retry: { maxAttempts: 7 }, run: second });
      expect(registered(id).retry).toMatchObject({ maxAttempts: 7 });
      // What the index of `dev` and `deploy` fails with, where there is one.
      if (major === 4)
        expect(catalog.listTaskIdCollisions()).toEqual(
          expect.arrayContaining([expect.objectContaining({ id })]),
        );
    });
  });

  describe('backoff', () => {
    it('by default a retry waits for 1 s to 2 s, and each next one for twice as long', async () => {
      const random = vi.spyOn(Math, 'random');
      random.mockReturnValue(0);
      expect((await delaysOf({})).delays).toEqual([1_000, 2_000]);
      random.mockReturnValue(0.9999);
      const [first = 0, second = 0] = (await delaysOf({})).delays;
      expect(Math.round(first / 100)).toBe(20);
      expect(Math.round(second / 100)).toBe(40);
    });

    it('randomize: false takes the jitter away', async () => {
      vi.spyOn(Math, 'random').mockReturnValue(0.9);
      expect((await delaysOf({ randomize: false, maxAttempts: 4 })).delays).toEqual([1_000, 2_000, 4_000]);
    });

    it('factor, minTimeoutInMs and maxTimeoutInMs are what they are called, in milliseconds', async () => {
      const retry = {
        maxAttempts: 5,
        factor: 3,
        minTimeoutInMs: 100,
        maxTimeoutInMs: 1_000,
        randomize: false,
      };
      expect((await delaysOf(retry)).delays).toEqual([100, 300, 900, 1_000]);
      expect((await delaysOf({ ...retry, factor: 1 })).delays).toEqual([100, 100, 100, 100]);
    });

    it('without maxTimeoutInMs no retry waits for more than a minute', async () => {
      const { delays } = await delaysOf({ maxAttempts: 12 });
      expect(delays).toHaveLength(11);
      expect(Math.max(...delays)).toBe(60_000);
    });
  });

  describe('times', () => {
    it('a first pause above the largest one is cut down to it at once', async () => {
      const pauses = async (minTimeoutInMs: number, maxTimeoutInMs?: number): Promise<number[]> => {
        const largest = maxTimeoutInMs === undefined ? {} : { maxTimeoutInMs };
        return (await delaysOf({ randomize: false, maxAttempts: 4, minTimeoutInMs, ...largest })).delays;
      };
      expect(await pauses(2_000, 1_000)).toEqual([1_000, 1_000, 1_000]);
      expect(await pauses(120_000)).toEqual([60_000, 60_000, 60_000]);
      expect(await pauses(500, 1_000)).toEqual([500, 1_000, 1_000]);
      expect(await pauses(20_000)).toEqual([20_000, 40_000, 60_000]);
    });

    it('minTimeoutInMs: 30 is milliseconds', async () => {
      const { delays } = await delaysOf({ randomize: false, maxAttempts: 3, minTimeoutInMs: 30 });
      expect(delays).toEqual([30, 60]);
    });

    it('maxDuration: 300_000 is seconds: after three days of computing nobody is told', () => {
      vi.useFakeTimers();
      let cpuTime = 0;
      const manager = new workers.UsageTimeoutManager({ sample: () => ({ cpuTime, wallTime: 0 }) });
      manager.abortAfterTimeout(300_000);
      cpuTime = 3 * 86_400_000;
      vi.advanceTimersByTime(10_000);
      expect(manager.signal?.aborted).toBe(false);
      cpuTime = 300_000_001;
      vi.advanceTimersByTime(10_000);
      expect(manager.signal?.aborted).toBe(true);
    });
  });

  describe('time', () => {
    it('a definition has no maxDuration unless it says so', () => {
      expect(registered(define().id).maxDuration).toBeUndefined();
      expect(registered(define({ maxDuration: 60 }).id).maxDuration).toBe(60);
    });

    it('trigger sends maxDuration and ttl as they are, and nothing when it has none', async () => {
      const { task } = define({ maxDuration: 60 });
      await task.trigger({});
      await task.trigger({}, { maxDuration: 30, ttl: '1h' });
      expect(asked.map(({ options: sent }) => [sent['maxDuration'], sent['ttl']])).toEqual([
        [undefined, undefined],
        [30, '1h'],
      ]);
    });

    it('maxDuration is a number of seconds of computing; then the signal is aborted', () => {
      vi.useFakeTimers();
      let cpuTime = 0;
      const manager = new workers.UsageTimeoutManager({ sample: () => ({ cpuTime, wallTime: 0 }) });
      manager.abortAfterTimeout(5);
      // An hour of waiting counts for nothing.
      vi.advanceTimersByTime(3_600_000);
      cpuTime = 5_000;
      vi.advanceTimersByTime(1_000);
      expect(manager.signal?.aborted).toBe(false);
      cpuTime = 5_001;
      vi.advanceTimersByTime(1_000);
      expect(manager.signal?.aborted).toBe(true);
      expect(String(manager.signal?.reason)).toContain('maxDuration of 5 seconds');
    });
  });

  describe('signal', () => {
    it('run gets the signal; the executor itself does not end what does not listen to it', async () => {
      const controller = new AbortController();
      const seen: boolean[] = [];
      const { id } = define({
        run: async (_payload, { signal }) => {
          controller.abort();
          await Promise.resolve();
          seen.push(signal?.aborted ?? false);
        },
      });
      expect(await attempt(id, { signal: controller.signal })).toMatchObject({ ok: true });
      expect(seen).toEqual([true]);
    });
  });

  describe('acknowledgement', () => {
    it('the worker tells the platform of an attempt only when run has ended', async () => {
      const released = gate();
      let told = false;
      const { id } = define({ run: () => released.opened });
      const result = attempt(id).then((it) => {
        told = true;
        return it;
      });
      await sleep(30);
      expect(told).toBe(false);
      released.open();
      expect(await result).toMatchObject({ ok: true });
    });

    it('an error that run swallows is a success', async () => {
      const { id } = define({
        retry: { maxAttempts: 5 },
        run: () => Promise.reject(new Error('boom')).catch(() => undefined),
      });
      expect(await attempt(id)).toMatchObject({ ok: true });
    });

    it('the next attempt runs the whole of run again', async () => {
      const seen: string[] = [];
      const { id } = define({
        retry: { maxAttempts: 2 },
        run: async () => {
          seen.push('before');
          await Promise.resolve();
          throw new Error('boom');
        },
      });
      await attempt(id, { number: 1 });
      await attempt(id, { number: 2 });
      expect(seen).toEqual(['before', 'before']);
    });
  });

  describe('payload', () => {
    class Money {
      amount = 5;
      double(): number {
        return this.amount * 2;
      }
    }
    const KEPT: readonly [string, unknown][] = [
      ['a Date', new Date(0)],
      ['a Map', new Map([['a', 1]])],
      ['a Set', new Set([1, 2])],
      ['a RegExp', /a/g],
      ['a bigint', 1n],
      ['undefined', undefined],
      ['NaN', NaN],
      ['a Buffer', Buffer.from('hi')],
      ['a typed array', new Uint8Array([7, 8])],
      ['a URL', new URL('http://a.example/b')],
    ];

    it.each(KEPT)('%s arrives as it is', async (_kind, value) => {
      expect(await received({ value })).toStrictEqual({ value });
    });

    it('an Error arrives as an Error, with its message', async () => {
      const { value } = (await received({ value: new TypeError('no') })) as { value: Error };
      expect(value).toBeInstanceOf(Error);
      expect(String(value)).toBe('TypeError: no');
    });

    it('a class instance arrives as its own fields, without methods', async () => {
      expect(await received({ value: new Money() })).toStrictEqual({ value: { amount: 5 } });
    });

    it.each([
      ['a function', () => 1],
      ['a symbol', Symbol('a')],
    ])('%s is dropped', async (_kind, value) => {
      expect(await received({ value, kept: 1 })).toStrictEqual({ kept: 1 });
    });

    it('an ArrayBuffer arrives as an empty object', async () => {
      expect(await received({ value: new Uint8Array([7]).buffer })).toStrictEqual({ value: {} });
    });

    it('no payload arrives as undefined', async () => {
      expect(await received(undefined)).toBeUndefined();
    });
  });

  describe('waits', () => {
    const failed = {
      ok: false,
      id: 'run_child',
      error: { type: 'BUILT_IN_ERROR', name: 'Error', message: 'child', stackTrace: '' },
    };
    /** As in a task whose child fails; says what the runtime of the worker was asked to wait for. */
    function inTask(): unknown[] {
      const waited: unknown[] = [];
      enterTask();
      core.runtime.disable();
      core.runtime.setGlobalRuntimeManager({
        disable() {},
        waitForTask: async (what: { id: string }) => (waited.push(what.id), failed),
      });
      return waited;
    }
    afterEach(() => {
      core.runtime.disable();
    });

    it('triggerAndWait outside of a task rejects and triggers nothing', async () => {
      await expect(define().task.triggerAndWait({})).rejects.toThrow('only be used from inside a task');
      expect(asked).toEqual([]);
    });

    it('triggerAndWait hands the wait to the runtime, and tells the platform which run waits', async () => {
      const waited = inTask();
      await define().task.triggerAndWait({});
      expect(waited).toEqual(['run_child']);
      expect(asked[0]?.options).toMatchObject(
        major === 3
          ? { dependentAttempt: 'attempt_1' }
          : { resumeParentOnCompletion: true, parentRunId: 'run_1' },
      );
    });

    it('triggerAndWait does not reject when the child fails, unwrap does', async () => {
      inTask();
      const { task } = define();
      expect(await task.triggerAndWait({})).toMatchObject({ ok: false });
      await expect(task.triggerAndWait({}).unwrap()).rejects.toThrow('child');
    });

    if (major === 4)
      it('triggerAndSubscribe outside of a task rejects', async () => {
        await expect(define().task.triggerAndSubscribe?.({})).rejects.toThrow(
          'only be used from inside a task',
        );
        expect(asked).toEqual([]);
      });
  });

  describe('deduplication', () => {
    const keyOf = async (run: string | undefined, key: () => string | Promise<string>): Promise<unknown> => {
      if (run) enterTask(run);
      await define().task.trigger({}, { idempotencyKey: await key() });
      leaveTask();
      return asked.at(-1)?.options['idempotencyKey'];
    };

    it('without idempotencyKey none is sent', async () => {
      await define().task.trigger({});
      expect(asked[0]?.options['idempotencyKey']).toBeUndefined();
    });

    it('the same idempotencyKey outside of tasks is the same key each time', async () => {
      const first = await keyOf(undefined, () => 'order');
      expect(first).toMatch(/^[0-9a-f]{64}$/);
      expect(await keyOf(undefined, () => 'order')).toBe(first);
      expect(await keyOf(undefined, () => 'other')).not.toBe(first);
    });

    if (major === 3)
      it('in a task a text as idempotencyKey is the same for all runs', async () => {
        expect(await keyOf('run_1', () => 'order')).toBe(await keyOf('run_2', () => 'order'));
      });

    if (major === 4)
      it('in a task a text as idempotencyKey is one per run of that task', async () => {
        const first = await keyOf('run_1', () => 'order');
        expect(await keyOf('run_1', () => 'order')).toBe(first);
        expect(await keyOf('run_2', () => 'order')).not.toBe(first);
      });

    it('idempotencyKeys.create with the scope global is the same in all runs', async () => {
      const key = (): Promise<string> => sdk.idempotencyKeys.create('order', { scope: 'global' });
      expect(await keyOf('run_1', key)).toBe(await keyOf('run_2', key));
    });

    it(`triggerAndWait ${major === 3 ? 'does not send' : 'sends'} its idempotencyKey`, async () => {
      enterTask();
      core.runtime.disable();
      core.runtime.setGlobalRuntimeManager({
        disable() {},
        waitForTask: async () => ({ ok: true, id: 'r' }),
      });
      await define().task.triggerAndWait({}, { idempotencyKey: 'order' });
      core.runtime.disable();
      const { idempotencyKey } = asked[0]?.options ?? {};
      if (major === 3) expect(idempotencyKey).toBeUndefined();
      else expect(idempotencyKey).toMatch(/^[0-9a-f]{64}$/);
    });
  });
});
