import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { PAYLOADS, REFUSED, gate, sleep, until } from './support.js';

/*
 * The engine is a server that is not on npm. What runs here is what the package ships: the definition as it is
 * registered, the request that runs a task, and the worker, which these tests give its work as the engine would.
 */

type Duration = string | number | object;
interface Options {
  name?: string;
  retries?: number | undefined;
  backoff?: { factor?: number; maxSeconds?: number };
  executionTimeout?: Duration;
  scheduleTimeout?: Duration;
  timeout?: Duration;
  batch?: object;
  fn?: (input: never, context: Context) => unknown;
}
interface Context {
  readonly abortController: AbortController;
  retryCount(): number;
  runChild(workflow: string, input: object): Promise<unknown>;
}
interface Declaration {
  readonly definition: object;
  run(input: unknown, options?: object): Promise<unknown>;
  runAndWait(input: unknown): Promise<unknown>;
  runNoWait(input: unknown, options?: object): Promise<unknown>;
  delay(seconds: number, input: object): Promise<unknown>;
  task(options: Options): object;
  durableTask(options: Options): object;
  batchTask(options: Options): object;
  onFailure(options: Options): object;
}
interface Client {
  readonly admin: {
    workflowsGrpc: unknown;
    adminGrpc: unknown;
    runWorkflow: (name: string, input: unknown, options?: object) => Promise<unknown>;
  };
  readonly dispatcher: { sendStepActionEvent: unknown };
  readonly scheduled: { create: unknown };
  task(options: Options): Declaration;
  durableTask(options: Options): Declaration;
  workflow(options: object): Declaration;
}
interface Registered {
  readonly retries: number;
  readonly timeout: string;
  readonly scheduleTimeout?: string;
  readonly backoffFactor?: number;
  readonly backoffMaxSeconds?: number;
  readonly isDurable: boolean;
  readonly slotRequests: object;
}
interface Request {
  readonly tasks: readonly Registered[];
  readonly onFailureTask?: Registered;
  readonly idempotency?: object;
}
interface Event {
  readonly eventType: number;
  readonly shouldNotRetry: boolean;
  readonly eventPayload: string;
}
interface Worker {
  engineVersion?: string;
  readonly evictionManager?: { stop(): void };
  registerWorkflow(workflow: Declaration): Promise<void>;
  registerDurableActions(definition: object): void;
  handleStartStepRun(action: object): Promise<unknown>;
  handleCancelStepRun(action: object): Promise<unknown>;
  getAvailableSlots(): number;
}
interface Wire<T> {
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

const packages = packagesOf('hatchet');
const require = createRequire(packages.file('@hatchet-dev/typescript-sdk/package.json'));
const { HatchetClient } = require('./v1/index.js') as { HatchetClient: { init(config: object): Client } };
const { NonRetryableError } = require('./v1/task.js') as { NonRetryableError: new (why: string) => Error };
const { workflowToProto } = require('./v1/client/worker/workflow-proto.js') as {
  workflowToProto: (workflow: object) => Request;
};
const { InternalWorker } = require('./v1/client/worker/worker-internal.js') as {
  InternalWorker: new (client: Client, options: object) => Worker;
};
const { CreateWorkflowVersionRequest } = require('./protoc/v1/workflows.js') as {
  CreateWorkflowVersionRequest: Wire<Request>;
};

const STARTED = 1;
const COMPLETED = 2;
const FAILED = 3;

const quiet = (): void => {};
const text = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('Hatchet', () => {
  let client: Client;
  let triggered: { name: string; input: string; childKey?: string }[];
  let events: Event[];
  let listeners: { signal: 'SIGTERM' | 'SIGINT'; before: NodeJS.SignalsListener[] }[];

  beforeEach(() => {
    triggered = [];
    events = [];
    // Workers listen to signals and never stop listening.
    listeners = (['SIGTERM', 'SIGINT'] as const).map((signal) => ({
      signal,
      before: process.listeners(signal),
    }));
    const server = { sub: 'tenant', server_url: 'http://127.0.0.1:9', grpc_broadcast_address: '127.0.0.1:9' };
    client = HatchetClient.init({
      token: `${text({})}.${text(server)}.x`,
      host_port: '127.0.0.1:9',
      api_url: 'http://127.0.0.1:9',
      tls_config: { tls_strategy: 'none' },
      cancellation_warning_threshold: 0,
      cancellation_grace_period: 0,
      logger: () => ({ debug: quiet, info: quiet, green: quiet, warn: quiet, error: quiet, util: quiet }),
    });
    client.admin.workflowsGrpc = {
      triggerWorkflow: async (request: (typeof triggered)[number]) => {
        triggered.push(request);
        return { workflowRunId: 'run' };
      },
    };
    client.admin.adminGrpc = { putWorkflow: async () => ({}) };
    client.dispatcher.sendStepActionEvent = async (event: Event) => void events.push(event);
  });
  afterEach(() => {
    for (const { signal, before } of listeners) {
      process.removeAllListeners(signal);
      for (const listener of before) process.on(signal, listener);
    }
  });

  /** The definition as the engine gets it. */
  function registered(workflow: Declaration): Request {
    const bytes = CreateWorkflowVersionRequest.encode(workflowToProto(workflow)).finish();
    return CreateWorkflowVersionRequest.decode(bytes);
  }
  const first = ({ tasks: [task] }: Request): Registered => task ?? expect.fail('There is no task');
  const fn = () => ({});

  /** A task by itself. */
  const task = (options: Options = {}): Registered =>
    first(registered(client.task({ name: 'a', fn, ...options })));
  const durable = (options: Options = {}): Registered =>
    first(registered(client.durableTask({ name: 'a', fn, ...options })));
  /** A task in a workflow with defaults for its tasks. */
  function taskWith(taskDefaults: Options, options: Options = {}): Registered {
    const workflow = client.workflow({ name: 'w', taskDefaults });
    workflow.task({ name: 'a', fn, ...options });
    return first(registered(workflow));
  }

  async function workerFor(workflow: Declaration): Promise<Worker> {
    const worker = new InternalWorker(client, {
      name: 'worker',
      slotConfig: { default: 1 },
      handleKill: false,
    });
    await worker.registerWorkflow(workflow);
    return worker;
  }
  const action = (input: unknown = {}, retryCount = 0): object => ({
    actionId: 'a:a',
    taskName: 'a',
    taskRunExternalId: 'task-run',
    workflowRunId: 'run',
    getGroupKeyRunId: '',
    key: 'key',
    retryCount,
    actionPayload: JSON.stringify({ input }),
  });
  /** What the engine is told of one run of a task. */
  async function eventsOf(
    run: (input: never, context: Context) => unknown,
    input?: unknown,
  ): Promise<Event[]> {
    const worker = await workerFor(client.task({ name: 'a', fn: run }));
    await worker.handleStartStepRun(action(input));
    return events;
  }

  describe('traps', () => {
    it('retries: 0 cannot take back taskDefaults.retries', () => {
      expect(taskWith({ retries: 5 }, { retries: 0 }).retries).toBe(5);
      expect(taskWith({ retries: 5 }, { retries: 1 }).retries).toBe(1);
      expect(taskWith({}, { retries: 0 }).retries).toBe(0);
    });

    it('a backoff by itself brings no retries', () => {
      expect(task({ backoff: { factor: 2 } }).retries).toBe(0);
      expect(taskWith({ backoff: { factor: 2 } }).retries).toBe(0);
      expect(task({ backoff: { factor: 2 }, retries: 3 }).retries).toBe(3);
    });

    it('a batch task has no retries, whatever is said', () => {
      const workflow = client.workflow({ name: 'w', taskDefaults: { retries: 5 } });
      workflow.batchTask({ name: 'a', retries: 3, batch: { maxSize: 2 }, fn });
      workflow.task({ name: 'b', retries: 3, fn });
      expect(registered(workflow).tasks.map(({ retries }) => retries)).toEqual([0, 3]);
    });
  });

  describe('sameName', () => {
    it('of two tasks with one name the last is run', async () => {
      const ran: string[] = [];
      const worker = await workerFor(client.task({ name: 'a', fn: () => ({ ran: ran.push('first') }) }));
      await worker.registerWorkflow(client.task({ name: 'a', fn: () => ({ ran: ran.push('second') }) }));
      await worker.handleStartStepRun(action());
      expect(ran).toEqual(['second']);
    });
  });

  describe('times', () => {
    it.each([
      [1, '0s'],
      [300, '0s'],
      [999, '0s'],
      [1_000, '1s'],
      [1_999, '1s'],
    ])('executionTimeout: %i is %s to the engine', (executionTimeout, timeout) => {
      expect(task({ executionTimeout }).timeout).toBe(timeout);
      expect(task({ timeout: executionTimeout }).timeout).toBe(timeout);
    });
  });

  describe('attempts', () => {
    it('a task without retries has none', () => {
      expect(task().retries).toBe(0);
      expect(durable().retries).toBe(0);
      expect(taskWith({}).retries).toBe(0);
    });

    it('retries is sent as it is: the runs after the first', async () => {
      expect(task({ retries: 3 }).retries).toBe(3);
      expect(durable({ retries: 3 }).retries).toBe(3);
      // The engine counts them from 0, for the first run.
      const seen: number[] = [];
      const worker = await workerFor(
        client.task({
          name: 'a',
          fn: (_input, context) => {
            seen.push(context.retryCount());
            return {};
          },
        }),
      );
      await worker.handleStartStepRun(action({}, 0));
      await worker.handleStartStepRun(action({}, 2));
      expect(seen).toEqual([0, 2]);
    });

    it('taskDefaults.retries of the workflow holds for a task without retries', () => {
      expect(taskWith({ retries: 5 }).retries).toBe(5);
      expect(taskWith({ retries: 5 }, { retries: 2 }).retries).toBe(2);
      expect(taskWith({ retries: 5 }, { retries: undefined }).retries).toBe(5);
    });

    it('taskDefaults.retries holds for durable tasks, too', () => {
      const workflow = client.workflow({ name: 'w', taskDefaults: { retries: 5 } });
      workflow.durableTask({ name: 'a', fn });
      expect(first(registered(workflow)).retries).toBe(5);
    });

    it.each([Infinity, 2.5])('retries: %s cannot be registered', (retries) => {
      expect(() => task({ retries })).toThrow('invalid int32');
    });

    it('onFailure has retries of its own, or those of taskDefaults', () => {
      const retriesOf = (taskDefaults: Options | undefined, options: Options): number | undefined => {
        const workflow = client.workflow({ name: 'w', taskDefaults });
        workflow.task({ name: 'a', fn, retries: 9 });
        workflow.onFailure({ name: 'failure', fn, ...options });
        return registered(workflow).onFailureTask?.retries;
      };
      expect(retriesOf(undefined, {})).toBe(0);
      expect(retriesOf({ retries: 5 }, {})).toBe(5);
      expect(retriesOf({ retries: 5 }, { retries: 2 })).toBe(2);
    });

    it('what is said when a task is run does not reach the engine as retries', async () => {
      await client.task({ name: 'a', fn }).runNoWait({}, { retries: 7, backoff: { factor: 2 } });
      // It is handed on, and the message has no such field.
      const { TriggerWorkflowRequest } = require('./protoc/v1/shared/trigger.js') as {
        TriggerWorkflowRequest: Wire<object>;
      };
      const sent = TriggerWorkflowRequest.decode(TriggerWorkflowRequest.encode(triggered[0]).finish());
      expect(sent).not.toHaveProperty('retries');
    });

    it('a throw asks for a retry, a NonRetryableError does not', async () => {
      const failing = (error: Error) => () => {
        throw error;
      };
      expect((await eventsOf(failing(new Error('boom')))).at(-1)).toMatchObject({
        eventType: FAILED,
        shouldNotRetry: false,
      });
      expect((await eventsOf(failing(new NonRetryableError('no')))).at(-1)).toMatchObject({
        eventType: FAILED,
        shouldNotRetry: true,
      });
    });
  });

  describe('backoff', () => {
    it('there is none by default', () => {
      expect([task({ retries: 3 }).backoffFactor, task({ retries: 3 }).backoffMaxSeconds]).toEqual([
        undefined,
        undefined,
      ]);
    });

    it('factor and maxSeconds are sent as they are', () => {
      expect(task({ retries: 3, backoff: { factor: 2, maxSeconds: 60 } })).toMatchObject({
        backoffFactor: 2,
        backoffMaxSeconds: 60,
      });
    });

    it('taskDefaults.backoff fills in each field that the task leaves out', () => {
      const defaults = { backoff: { factor: 3, maxSeconds: 30 } };
      expect(taskWith(defaults)).toMatchObject({ backoffFactor: 3, backoffMaxSeconds: 30 });
      expect(taskWith(defaults, { backoff: { factor: 2 } })).toMatchObject({
        backoffFactor: 2,
        backoffMaxSeconds: 30,
      });
    });
  });

  describe('time', () => {
    it('a task has 60 s by default, a durable one as well', () => {
      expect(task().timeout).toBe('60s');
      expect(durable().timeout).toBe('60s');
    });

    it('no scheduleTimeout is sent by default', () => {
      expect(task().scheduleTimeout).toBeUndefined();
    });

    it.each([
      ['5m', '5m'],
      [90_000, '1m30s'],
      [{ hours: 1, minutes: 2 }, '1h2m'],
      // Less than a second is nothing.
      [500, '0s'],
    ])('executionTimeout: %j is %s: a number is milliseconds', (executionTimeout, timeout) => {
      expect(task({ executionTimeout }).timeout).toBe(timeout);
      expect(task({ scheduleTimeout: executionTimeout }).scheduleTimeout).toBe(timeout);
    });

    it('executionTimeout wins over the older timeout, and both over taskDefaults.executionTimeout', () => {
      expect(task({ executionTimeout: '2m', timeout: '3m' }).timeout).toBe('2m');
      expect(taskWith({ executionTimeout: '10m' }, { timeout: '3m' }).timeout).toBe('3m');
      expect(taskWith({ executionTimeout: '10m' }).timeout).toBe('10m');
    });
  });

  describe('signal', () => {
    it('when the engine ends a run its signal is aborted; the handler goes on, and its end is not told', async () => {
      const released = gate();
      const seen: boolean[] = [];
      const worker = await workerFor(
        client.task({
          name: 'a',
          fn: async (_input, { abortController }) => {
            await released.opened;
            seen.push(abortController.signal.aborted);
            return {};
          },
        }),
      );
      const run = worker.handleStartStepRun(action());
      await until('the run has started', () => events.length === 1);
      await worker.handleCancelStepRun(action());
      await run;
      released.open();
      await until('the handler has ended', () => seen.length === 1);
      await sleep(20);
      expect(seen).toEqual([true]);
      expect(events.map(({ eventType }) => eventType)).toEqual([STARTED]);
    });
  });

  describe('acknowledgement', () => {
    it('the engine is told of the end only when the handler has ended', async () => {
      const released = gate();
      const worker = await workerFor(client.task({ name: 'a', fn: () => released.opened.then(() => ({})) }));
      const run = worker.handleStartStepRun(action());
      await until('the run has started', () => events.length === 1);
      await sleep(20);
      expect(events).toHaveLength(1);
      released.open();
      await run;
      expect(events.map(({ eventType }) => eventType)).toEqual([STARTED, COMPLETED]);
    });

    it('an error that the handler swallows is not known to the engine', async () => {
      const seen = await eventsOf(async () => {
        await Promise.reject(new Error('boom')).catch(quiet);
        return {};
      });
      expect(seen.at(-1)?.eventType).toBe(COMPLETED);
    });
  });

  describe('payload', () => {
    /** What a task gets for an input. */
    async function received(input: unknown): Promise<unknown> {
      const seen: unknown[] = [];
      const declaration = client.task({
        name: 'a',
        fn: (given: unknown) => {
          seen.push(given);
          return {};
        },
      });
      await declaration.runNoWait(input);
      const sent = JSON.parse(triggered[0]?.input ?? 'null') as unknown;
      await (await workerFor(declaration)).handleStartStepRun(action(sent));
      return seen[0];
    }

    for (const { title, sent, received: expected } of PAYLOADS) {
      it(title, async () => {
        expect(await received(sent)).toStrictEqual(expected);
      });
    }

    for (const { title, sent, message } of REFUSED) {
      it(title.replace('add', 'run'), async () => {
        await expect(client.task({ name: 'a', fn }).runNoWait(sent())).rejects.toThrow(message);
        expect(triggered).toEqual([]);
      });
    }

    it('what a task returns is JSON, too', async () => {
      const [, end] = await eventsOf(() => ({ date: new Date(0), map: new Map([['a', 1]]) }));
      expect(JSON.parse(end?.eventPayload ?? '')).toEqual({ date: '1970-01-01T00:00:00.000Z', map: {} });
    });

    it('a bigint that a task returns makes the run fail', async () => {
      const [, end] = await eventsOf(() => ({ value: 1n }));
      expect(end).toMatchObject({ eventType: FAILED });
      expect(end?.eventPayload).toContain('serialize a BigInt');
    });
  });

  describe('waits', () => {
    it.each(['run', 'runAndWait'] as const)(
      '%s in a plain task keeps its slot until the child ends',
      async (wait) => {
        const released = gate();
        client.admin.runWorkflow = async () => ({
          result: () => released.opened.then(() => ({ done: true })),
        });
        const child = client.task({ name: 'child', fn });
        const worker = await workerFor(client.task({ name: 'a', fn: () => child[wait]({}) }));
        expect(worker.getAvailableSlots()).toBe(1);
        const run = worker.handleStartStepRun(action());
        await until('the run has started', () => events.length === 1);
        await sleep(20);
        expect(worker.getAvailableSlots()).toBe(0);
        expect(events.map(({ eventType }) => eventType)).toEqual([STARTED]);
        released.open();
        await run;
        expect(JSON.parse(events[1]?.eventPayload ?? '')).toEqual({ done: true });
        expect(worker.getAvailableSlots()).toBe(1);
      },
    );

    it('run in a durable task is handed to the log of the engine', async () => {
      const asked: { kind: string }[] = [];
      const durableListener = {
        ensureStarted: async () => {},
        cleanupTaskState: quiet,
        sendEvent: async (_run: string, _invocation: number, event: { kind: string }) => {
          asked.push(event);
          return { runEntries: [{ branchId: 1, nodeId: 1 }] };
        },
        waitForCallback: async () => ({ isFailure: false, payload: { done: true } }),
      };
      Object.defineProperty(client, 'durableListener', { value: durableListener });
      client.admin.runWorkflow = () => expect.fail('It was run as from a plain task');
      const child = client.task({ name: 'child', fn });
      const declaration = client.durableTask({ name: 'a', fn: () => child.run({}) });
      const worker = await workerFor(declaration);
      worker.engineVersion = 'v1.0.0';
      worker.registerDurableActions(declaration.definition);
      await worker.handleStartStepRun(action());
      worker.evictionManager?.stop();
      expect(asked).toMatchObject([{ kind: 'runChildren' }]);
      expect(events.map(({ eventType }) => eventType)).toEqual([STARTED, COMPLETED]);
    });

    it('only a durable task is one for the engine, with slots of their own', () => {
      expect(task()).toMatchObject({ isDurable: false, slotRequests: { default: 1 } });
      expect(durable()).toMatchObject({ isDurable: true, slotRequests: { durable: 1 } });
    });

    it('runNoWait waits for the engine to have the run, not for its end', async () => {
      await client.task({ name: 'a', fn }).runNoWait({});
      expect(triggered).toMatchObject([{ name: 'a', input: '{}' }]);
    });

    it('delay counts in seconds', async () => {
      const due: number[] = [];
      client.scheduled.create = async (_name: string, { triggerAt }: { triggerAt: Date }) =>
        void due.push(triggerAt.getTime());
      const before = Date.now();
      await client.task({ name: 'a', fn }).delay(3_600, {});
      expect(Math.floor(((due[0] ?? 0) - before) / 60_000)).toBe(60);
    });
  });

  describe('deduplication', () => {
    it('there is none by default', () => {
      expect(registered(client.task({ name: 'a', fn })).idempotency).toBeUndefined();
    });

    it('idempotency of the definition is sent', () => {
      const idempotency = { expression: 'input.id', strategy: 'ttl', ttlMs: 60_000 };
      const declaration = client.workflow({ name: 'w', idempotency });
      declaration.task({ name: 'a', fn });
      expect(registered(declaration).idempotency).toMatchObject({ expression: 'input.id', ttlMs: 60_000 });
    });

    it('childKey is sent with the run of a child', async () => {
      await client.task({ name: 'a', fn }).runNoWait({}, { childKey: 'order-1' });
      expect(triggered[0]?.childKey).toBe('order-1');
    });
  });
});
