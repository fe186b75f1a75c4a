import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { PAYLOADS, REFUSED } from './support.js';

/*
 * There is no server here. Workflows run in the sandbox of the shipped worker, and these tests tell it what the
 * server would tell it; what the sandbox answers are the commands that a server would get. The client speaks to
 * a service that only writes down what it is asked for.
 */

interface Seconds {
  readonly seconds?: { toNumber(): number } | number;
  readonly nanos?: number;
}
interface Policy {
  readonly maximumAttempts?: number;
  readonly initialInterval?: Seconds;
  readonly maximumInterval?: Seconds;
  readonly backoffCoefficient?: number;
  readonly nonRetryableErrorTypes?: readonly string[];
}
interface Payload {
  readonly metadata: { readonly encoding: Uint8Array };
  readonly data?: Uint8Array;
}
interface Scheduled {
  readonly activityType: string;
  readonly arguments: readonly Payload[];
  readonly retryPolicy?: Policy;
  readonly startToCloseTimeout?: Seconds;
  readonly scheduleToCloseTimeout?: Seconds;
  readonly scheduleToStartTimeout?: Seconds;
  readonly heartbeatTimeout?: Seconds;
}
interface Failure {
  readonly message: string;
  readonly applicationFailureInfo?: { readonly nonRetryable: boolean; readonly nextRetryDelay?: Seconds };
}
interface Command {
  readonly scheduleActivity?: Scheduled;
  readonly startTimer?: { readonly seq: number; readonly startToFireTimeout: Seconds };
  readonly startChildWorkflowExecution?: {
    readonly workflowId: string;
    readonly input: readonly Payload[];
    readonly retryPolicy?: Policy;
    readonly workflowExecutionTimeout?: Seconds;
  };
  readonly completeWorkflowExecution?: { readonly result: Payload };
  readonly failWorkflowExecution?: { readonly failure: Failure };
}
interface Completion {
  /** The workflow task, not the workflow: a server tries it again and again. */
  readonly failed?: { readonly failure: Failure };
  readonly successful?: { readonly commands: readonly Command[] };
}
interface Workflow {
  activate(activation: object): Promise<Completion>;
  dispose(): Promise<void>;
}
interface Creator {
  createWorkflow(options: object): Promise<Workflow>;
  destroy(): Promise<void>;
}
interface Converter {
  toPayload(value: unknown): Payload;
  fromPayload(payload: Payload): unknown;
}
interface Common {
  readonly defaultPayloadConverter: Converter;
  compileRetryPolicy(policy: object): Policy;
  toPayloads(converter: Converter, ...values: unknown[]): readonly Payload[];
  readonly DefaultFailureConverter: new () => {
    errorToFailure(error: unknown, converter: Converter): Failure;
  };
  readonly ApplicationFailure: {
    create(options: object): Error;
    nonRetryable(message: string): Error;
  };
}
interface Worker {
  bundleWorkflowCode: (options: object) => Promise<object>;
}
interface Time {
  msToTs: (ms: number) => Seconds;
  tsToMs: (ts: Seconds | undefined) => number;
}
interface StartRequest {
  readonly workflowId?: string;
  readonly workflowIdReusePolicy?: number;
  readonly workflowIdConflictPolicy?: number;
  readonly retryPolicy?: Policy;
  readonly workflowExecutionTimeout?: Seconds;
  readonly workflowRunTimeout?: Seconds;
  readonly input: { readonly payloads: readonly Payload[] };
  readonly taskQueue: { readonly name?: string };
}
interface Client {
  start(workflow: string, options: object): Promise<unknown>;
  execute(workflow: string, options: object): Promise<unknown>;
}

const packages = packagesOf('temporal');
const require = createRequire(packages.file('@temporalio/worker/package.json'));
const common = require('@temporalio/common') as Common;
const { bundleWorkflowCode } = require('@temporalio/worker') as Worker;
const { WorkflowClient } = require('@temporalio/client') as {
  WorkflowClient: new (options: object) => Client;
};
const { parseWorkflowCode } = require('./lib/worker.js') as { parseWorkflowCode: (code: string) => object };
const { VMWorkflowCreator } = require('./lib/workflow/vm.js') as {
  VMWorkflowCreator: { create(bundle: object, limit: number, activities: Set<string>): Promise<Creator> };
};
const { globalHandlers } = require('./lib/workflow/vm-shared.js') as {
  globalHandlers: { uninstall(): void };
};
const { coresdk } = require('@temporalio/proto') as {
  coresdk: { workflow_activation: { WorkflowActivation: { fromObject(activation: object): object } } };
};
const { msToTs, tsToMs } = require('@temporalio/common/lib/time') as Time;

const quietLogger = new Proxy({}, { get: () => () => {} });
const NOW = 1_000_000;

/** The workflows of these tests; they are bundled as those of a project are. */
const WORKFLOWS = `
  import * as wf from '@temporalio/workflow';
  export const activity = async (options, ...args) => wf.proxyActivities(options).greet(...args);
  export const big = async (options) => wf.proxyActivities(options).greet({ value: 1n });
  export const overridden = async (options, override) =>
    wf.proxyActivities(options).greet.executeWithOptions(override, []);
  export const local = async (options) => wf.proxyLocalActivities(options).greet();
  export const child = async (options) => wf.executeChild('other', options);
  export const timer = async (ms) => {
    const before = Date.now();
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { before, after: Date.now(), date: new Date().getTime(), random: Math.random() };
  };
  export const rests = async (ms) => wf.sleep(ms);
  export const condition = async () => wf.condition(() => false, '1h');
  export const weak = async () => new WeakRef({});
  export const echo = async (...args) => args;
  export const fails = async () => { throw new TypeError('boom'); };
  export const failsFor = async () => { throw wf.ApplicationFailure.create({ message: 'boom' }); };
  export const swallows = async (options) => {
    await wf.proxyActivities(options).greet().catch(() => undefined);
    return 'done';
  };
`;

const ms = (time: Seconds | undefined): number => tsToMs(time ?? expect.fail('There is no time'));

describe('Temporal', () => {
  let directory: string;
  let creator: Creator;
  let counter = 0;
  const running: Workflow[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tasks-evidence-'));
    const workflowsPath = join(directory, 'workflows.mjs');
    writeFileSync(workflowsPath, WORKFLOWS);
    const nodeModules = dirname(dirname(packages.file('@temporalio/workflow/package.json')));
    const bundle = await bundleWorkflowCode({
      workflowsPath,
      logger: quietLogger,
      webpackConfigHook: (config: { resolve: { modules: string[] }; module: { rules: object[] } }) => {
        // The workflows lie outside of the project, and are no TypeScript; source maps are not needed.
        config.resolve.modules.push(dirname(nodeModules));
        config.module.rules = [];
        return config;
      },
    });
    const { code } = bundle as { code: string };
    creator = await VMWorkflowCreator.create(parseWorkflowCode(code), 5_000, new Set(['greet']));
  });
  afterAll(async () => {
    await Promise.all(running.map((workflow) => workflow.dispose()));
    await creator.destroy();
    // The worker watches all promises and stack traces of the process.
    globalHandlers.uninstall();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A workflow that has got its first workflow task. */
  async function start(workflowType: string, ...args: unknown[]) {
    const runId = `run${++counter}`;
    const workflow = await creator.createWorkflow({
      info: {
        workflowType,
        runId,
        workflowId: 'workflow',
        namespace: 'default',
        firstExecutionRunId: runId,
        attempt: 1,
        taskTimeoutMs: 10_000,
        taskQueue: 'queue',
        searchAttributes: {},
        historyLength: 3,
        historySize: 300,
        continueAsNewSuggested: false,
        unsafe: { isReplaying: false },
        startTime: new Date(NOW),
        runStartTime: new Date(NOW),
      },
      randomnessSeed: [1, 2, 3, 4, 5, 6, 7, 8],
      now: NOW,
      showStackTraceSources: false,
    });
    running.push(workflow);
    const activate = (job: object, at = NOW): Promise<Completion> => {
      const activation = { runId, timestamp: msToTs(at), jobs: [job] };
      return workflow.activate(coresdk.workflow_activation.WorkflowActivation.fromObject(activation));
    };
    const input = common.toPayloads(common.defaultPayloadConverter, ...args);
    const first = await activate({
      initializeWorkflow: { workflowId: 'workflow', workflowType, arguments: input },
    });
    return { first, activate };
  }

  const commandsOf = ({ successful }: Completion): readonly Command[] =>
    successful?.commands ?? expect.fail('The workflow task failed');

  /** The only command of the first workflow task. */
  async function commandOf(workflowType: string, ...args: unknown[]): Promise<Command> {
    const commands = commandsOf((await start(workflowType, ...args)).first);
    expect(commands).toHaveLength(1);
    return commands[0] ?? {};
  }

  async function scheduled(options: object): Promise<Scheduled> {
    return (
      (await commandOf('activity', options)).scheduleActivity ?? expect.fail('No activity was scheduled')
    );
  }

  /** What the server gets to know when a workflow is started. */
  let asked: StartRequest[] = [];
  beforeEach(() => {
    asked = [];
  });
  function openClient(): Client {
    const workflowService = {
      startWorkflowExecution: async (request: StartRequest) => {
        asked.push(request);
        return { runId: 'run' };
      },
    };
    return new WorkflowClient({
      connection: { workflowService, plugins: [], ensureConnected: async () => {} },
    });
  }
  async function startRequest(options: object = {}): Promise<StartRequest> {
    await openClient().start('other', { workflowId: 'order-1', taskQueue: 'queue', ...options });
    return asked.at(-1) ?? expect.fail('The service was not asked');
  }

  describe('attempts', () => {
    it('an activity without retry has no policy of its own: the one of the server holds, which has no end', async () => {
      expect((await scheduled({ startToCloseTimeout: '1m' })).retryPolicy).toBeUndefined();
    });

    it('a workflow and a child workflow without retry have no policy', async () => {
      expect((await startRequest()).retryPolicy).toBeUndefined();
      const command = await commandOf('child', { args: [] });
      expect(command.startChildWorkflowExecution?.retryPolicy).toBeUndefined();
    });

    it('maximumAttempts is sent as it is, by activities, workflows and child workflows', async () => {
      const retry = { maximumAttempts: 3 };
      expect((await scheduled({ startToCloseTimeout: '1m', retry })).retryPolicy?.maximumAttempts).toBe(3);
      expect((await startRequest({ retry })).retryPolicy?.maximumAttempts).toBe(3);
      const command = await commandOf('child', { args: [], retry });
      expect(command.startChildWorkflowExecution?.retryPolicy?.maximumAttempts).toBe(3);
    });

    it.each([{}, { maximumAttempts: undefined }, { maximumAttempts: Infinity }])(
      'retry: %o sends no maximumAttempts: no end',
      (retry) => {
        expect(common.compileRetryPolicy(retry).maximumAttempts).toBeUndefined();
      },
    );

    it.each([
      [0, 'must be a positive integer'],
      [-1, 'must be a positive integer'],
      [1.5, 'must be an integer'],
      [NaN, 'must be an integer'],
    ])('maximumAttempts: %s throws', async (maximumAttempts, message) => {
      expect(() => common.compileRetryPolicy({ maximumAttempts })).toThrow(message);
      await expect(startRequest({ retry: { maximumAttempts } })).rejects.toThrow(message);
      expect(asked).toEqual([]);
    });

    it('in a workflow maximumAttempts: 0 fails the workflow task, not the workflow', async () => {
      const { first } = await start('activity', { startToCloseTimeout: '1m', retry: { maximumAttempts: 0 } });
      expect(first.failed?.failure.message).toContain('must be a positive integer');
    });

    it('executeWithOptions merges its retry into that of proxyActivities, field by field', async () => {
      const command = await commandOf(
        'overridden',
        { startToCloseTimeout: '1m', retry: { maximumAttempts: 5, initialInterval: '10s' } },
        { retry: { maximumAttempts: 2 } },
      );
      const { retryPolicy, startToCloseTimeout } = command.scheduleActivity ?? {};
      expect(retryPolicy?.maximumAttempts).toBe(2);
      expect(ms(retryPolicy?.initialInterval)).toBe(10_000);
      expect(ms(startToCloseTimeout)).toBe(60_000);
    });

    it('nonRetryableErrorTypes are sent as they are', () => {
      const nonRetryableErrorTypes = ['TypeError'];
      expect(common.compileRetryPolicy({ nonRetryableErrorTypes }).nonRetryableErrorTypes).toEqual(
        nonRetryableErrorTypes,
      );
    });

    it('ApplicationFailure.nonRetryable tells the server not to try again, other errors do not', () => {
      const converter = new common.DefaultFailureConverter();
      const nonRetryable = (error: unknown): boolean | undefined =>
        converter.errorToFailure(error, common.defaultPayloadConverter).applicationFailureInfo?.nonRetryable;
      expect(nonRetryable(common.ApplicationFailure.nonRetryable('no'))).toBe(true);
      expect(nonRetryable(common.ApplicationFailure.create({ message: 'no' }))).toBe(false);
      expect(nonRetryable(new Error('no'))).not.toBe(true);
    });

    it('an ApplicationFailure fails the workflow, any other error only its workflow task', async () => {
      const command = await commandOf('failsFor');
      expect(command.failWorkflowExecution?.failure.message).toBe('boom');
      const { first } = await start('fails');
      expect(first.failed?.failure.message).toBe('boom');
      expect(first.successful).toBeUndefined();
    });
  });

  describe('backoff', () => {
    it('a retry policy begins with one second, and leaves the rest to the server', () => {
      const { initialInterval, maximumInterval, backoffCoefficient } = common.compileRetryPolicy({});
      expect(ms(initialInterval)).toBe(1_000);
      expect({ maximumInterval, backoffCoefficient }).toEqual({
        maximumInterval: undefined,
        backoffCoefficient: undefined,
      });
    });

    it('initialInterval and maximumInterval are milliseconds, or a text with a unit', () => {
      const policy = common.compileRetryPolicy({ initialInterval: 500, maximumInterval: '2 minutes' });
      expect(ms(policy.initialInterval)).toBe(500);
      expect(ms(policy.maximumInterval)).toBe(120_000);
    });

    it('backoffCoefficient: 1 is accepted: the pause stays the same', () => {
      expect(common.compileRetryPolicy({ backoffCoefficient: 1 }).backoffCoefficient).toBe(1);
    });

    it.each([
      [{ backoffCoefficient: 0 }, 'backoffCoefficient must be greater than 0'],
      [{ initialInterval: 0 }, 'initialInterval cannot be 0'],
      [{ maximumInterval: 0 }, 'maximumInterval cannot be 0'],
      [{ initialInterval: '10s', maximumInterval: '1s' }, 'cannot be less than its initialInterval'],
    ])('retry: %o throws', (retry, message) => {
      expect(() => common.compileRetryPolicy(retry)).toThrow(message);
    });

    it('there is no jitter to ask for', () => {
      const policy = common.compileRetryPolicy({ initialInterval: 500, jitter: 0.5 });
      expect(JSON.stringify(policy)).not.toContain('jitter');
    });

    it('nextRetryDelay of an ApplicationFailure is milliseconds, or a text with a unit', () => {
      const converter = new common.DefaultFailureConverter();
      const delay = (nextRetryDelay: unknown): number =>
        ms(
          converter.errorToFailure(
            common.ApplicationFailure.create({ message: 'later', nextRetryDelay }),
            common.defaultPayloadConverter,
          ).applicationFailureInfo?.nextRetryDelay,
        );
      expect([delay(1_500), delay('1m')]).toEqual([1_500, 60_000]);
    });
  });

  describe('times', () => {
    it.each(['startToCloseTimeout', 'scheduleToCloseTimeout', 'heartbeatTimeout'] as const)(
      '%s: 30 is milliseconds',
      async (option) => {
        const options = { startToCloseTimeout: '1m', [option]: 30 };
        expect(ms((await scheduled(options))[option])).toBe(30);
      },
    );

    it.each([
      { startToCloseTimeout: '1h', scheduleToCloseTimeout: '5m' },
      { scheduleToStartTimeout: '1h', scheduleToCloseTimeout: '5m' },
      { startToCloseTimeout: '1m', heartbeatTimeout: '2m' },
    ])('%o is sent as it is: the server cuts it down', async (options) => {
      const sent = await scheduled(options);
      for (const option of Object.keys(options) as (keyof typeof sent & keyof typeof options)[])
        expect(ms(sent[option] as Seconds)).toBe(
          { '1h': 3_600_000, '5m': 300_000, '2m': 120_000, '1m': 60_000 }[options[option] as '1h'],
        );
    });

    it('workflows are sent with their limits as they are, too', async () => {
      const { workflowRunTimeout, workflowExecutionTimeout } = await startRequest({
        workflowRunTimeout: '2h',
        workflowExecutionTimeout: '1h',
      });
      expect([ms(workflowRunTimeout), ms(workflowExecutionTimeout)]).toEqual([7_200_000, 3_600_000]);
    });

    it('a first pause above the largest throws', () => {
      const policyOf = (initialInterval: string, maximumInterval: string) => () =>
        common.compileRetryPolicy({ initialInterval, maximumInterval });
      expect(policyOf('1m', '59s')).toThrow('maximumInterval');
      expect(policyOf('1m', '1m')).not.toThrow();
    });
  });

  describe('time', () => {
    it.each([
      ['an activity', 'activity'],
      ['a local activity', 'local'],
    ])(
      '%s without startToCloseTimeout and scheduleToCloseTimeout fails the workflow task',
      async (_kind, workflowType) => {
        const { first } = await start(workflowType, { scheduleToStartTimeout: '1m', heartbeatTimeout: '1m' });
        expect(first.failed?.failure.message).toBe(
          'Required either scheduleToCloseTimeout or startToCloseTimeout',
        );
      },
    );

    it('one of startToCloseTimeout and scheduleToCloseTimeout is enough, and the others stay unset', async () => {
      const first = await scheduled({ startToCloseTimeout: '1m' });
      expect(ms(first.startToCloseTimeout)).toBe(60_000);
      expect([first.scheduleToCloseTimeout, first.scheduleToStartTimeout, first.heartbeatTimeout]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(ms((await scheduled({ scheduleToCloseTimeout: '1h' })).scheduleToCloseTimeout)).toBe(3_600_000);
    });

    it('a number is milliseconds', async () => {
      expect(ms((await scheduled({ startToCloseTimeout: 2_500 })).startToCloseTimeout)).toBe(2_500);
    });

    it('a workflow and a child workflow have no time limit unless it is said', async () => {
      const { workflowExecutionTimeout, workflowRunTimeout } = await startRequest();
      expect([workflowExecutionTimeout, workflowRunTimeout]).toEqual([undefined, undefined]);
      const command = await commandOf('child', { args: [] });
      expect(command.startChildWorkflowExecution?.workflowExecutionTimeout).toBeUndefined();
      expect(ms((await startRequest({ workflowRunTimeout: '1h' })).workflowRunTimeout)).toBe(3_600_000);
    });
  });

  describe('payload', () => {
    /** From the arguments of the client to what a workflow gets and gives back. */
    async function received(value: unknown): Promise<unknown> {
      const { input } = await startRequest({ args: [value] });
      const [sent] = input.payloads;
      const { completeWorkflowExecution } = await commandOf(
        'echo',
        common.defaultPayloadConverter.fromPayload(sent ?? expect.fail('Nothing was sent')),
      );
      const { result } = completeWorkflowExecution ?? expect.fail('The workflow did not end');
      return (common.defaultPayloadConverter.fromPayload(result) as unknown[])[0];
    }

    for (const { title, sent, received: expected } of PAYLOADS) {
      it(title, async () => {
        expect(await received(sent)).toStrictEqual(expected);
      });
    }

    for (const { title, sent } of REFUSED) {
      it(title.replace('add', 'start'), async () => {
        await expect(startRequest({ args: [sent()] })).rejects.toThrow('Unable to convert');
        expect(asked).toEqual([]);
      });
    }

    it('a bigint as an argument of an activity fails the workflow task', async () => {
      const { first } = await start('big', { startToCloseTimeout: '1m' });
      expect(first.failed?.failure.message).toContain('Unable to convert');
    });

    it('undefined and bytes as an argument itself arrive as they are', () => {
      const { defaultPayloadConverter: converter } = common;
      const round = (value: unknown): unknown => converter.fromPayload(converter.toPayload(value));
      expect(round(undefined)).toBeUndefined();
      expect(round(new Uint8Array([7, 8]))).toEqual(new Uint8Array([7, 8]));
      expect(round({ value: new Uint8Array([7, 8]) })).toEqual({ value: { 0: 7, 1: 8 } });
    });

    it.each([() => 1, Symbol('a')])('%o as an argument itself is sent, and cannot be read', async (value) => {
      const { input } = await startRequest({ args: [value] });
      const [sent] = input.payloads;
      const reading = () =>
        common.defaultPayloadConverter.fromPayload(sent ?? expect.fail('Nothing was sent'));
      expect(reading).toThrow('Unexpected end of JSON input');
    });
  });

  describe('waits', () => {
    it('an activity and a child workflow are commands to the server; the workflow waits without running', async () => {
      expect(await commandOf('activity', { startToCloseTimeout: '1m' })).toHaveProperty('scheduleActivity');
      expect(await commandOf('child', { args: [] })).toHaveProperty('startChildWorkflowExecution');
    });

    it.each([
      ['sleep', 'rests', 3_600_000],
      ['setTimeout', 'timer', 3_600_000],
    ])('%s in a workflow is a timer of the server', async (_name, workflowType, time) => {
      const { startTimer } = await commandOf(workflowType, time);
      expect(ms(startTimer?.startToFireTimeout)).toBe(time);
    });

    it('condition with a timeout is a timer of the server', async () => {
      expect(ms((await commandOf('condition')).startTimer?.startToFireTimeout)).toBe(3_600_000);
    });

    it('Date and Math.random in a workflow are those of its history', async () => {
      const results = [];
      for (let replay = 0; replay < 2; replay++) {
        const { first, activate } = await start('timer', 1_000);
        const { seq } = commandsOf(first)[0]?.startTimer ?? expect.fail('There is no timer');
        const [end] = commandsOf(await activate({ fireTimer: { seq } }, NOW + 1_000));
        const { result } = end?.completeWorkflowExecution ?? expect.fail('The workflow did not end');
        results.push(common.defaultPayloadConverter.fromPayload(result));
      }
      expect(results[0]).toMatchObject({ before: NOW, after: NOW + 1_000, date: NOW + 1_000 });
      expect(results[1]).toEqual(results[0]);
    });

    it('WeakRef in a workflow fails the workflow task', async () => {
      const { first } = await start('weak');
      expect(first.failed?.failure.message).toContain('WeakRef cannot be used in Workflows');
    });
  });

  describe('acknowledgement', () => {
    it('the error of an activity that a workflow swallows is not known to anybody else', async () => {
      const { first, activate } = await start('swallows', { startToCloseTimeout: '1m' });
      const { activityType } = commandsOf(first)[0]?.scheduleActivity ?? expect.fail('No activity');
      const failure = { message: 'boom', activityFailureInfo: { activityType: { name: activityType } } };
      const resolved = { seq: 1, result: { failed: { failure } } };
      const [end] = commandsOf(await activate({ resolveActivity: resolved }));
      expect(end).toHaveProperty('completeWorkflowExecution');
    });
  });

  describe('deduplication', () => {
    it('start needs a workflowId', async () => {
      await expect(startRequest({ workflowId: undefined })).rejects.toThrow();
    });

    it('the workflowId is sent as it is; what happens to a second one is left to the server', async () => {
      expect(await startRequest()).toMatchObject({ workflowId: 'order-1' });
      const { workflowIdReusePolicy, workflowIdConflictPolicy } = await startRequest();
      expect([workflowIdReusePolicy, workflowIdConflictPolicy]).toEqual([undefined, undefined]);
    });

    it('workflowIdReusePolicy and workflowIdConflictPolicy are sent', async () => {
      const request = await startRequest({
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      expect(request).toMatchObject({ workflowIdReusePolicy: 3, workflowIdConflictPolicy: 2 });
    });

    it('a child workflow without workflowId gets a new one each time', async () => {
      const ids = await Promise.all(
        ['child', 'child'].map(
          async (type) => (await commandOf(type, { args: [] })).startChildWorkflowExecution?.workflowId,
        ),
      );
      // Two runs of the same seed: a replay asks for the same id.
      expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
      expect(ids[1]).toBe(ids[0]);
      const named = await commandOf('child', { args: [], workflowId: 'mine' });
      expect(named.startChildWorkflowExecution?.workflowId).toBe('mine');
    });
  });
});
