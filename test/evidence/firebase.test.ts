import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packagesOf } from './packages.js';
import { PAYLOADS, REFUSED, gate, sleep } from './support.js';

/*
 * The queues are those of Cloud Tasks. Here the packages speak to a server that writes down what they ask for, as
 * they do with the emulator, and the functions are called as Cloud Tasks calls them.
 */

interface Task {
  readonly name?: string;
  readonly scheduleTime?: string;
  readonly dispatchDeadline?: string;
  readonly httpRequest: { readonly body: string };
}
interface TaskRequest {
  readonly data: unknown;
  readonly id?: string;
  readonly retryCount?: number;
}
type Retry = Readonly<Record<string, unknown>>;
interface TaskFunction {
  (request: object, response: object): Promise<void>;
  readonly __endpoint: {
    readonly timeoutSeconds?: unknown;
    readonly taskQueueTrigger: { readonly retryConfig: Retry; readonly rateLimits: Retry };
  };
}
interface EventFunction {
  readonly __endpoint: { readonly eventTrigger: { readonly retry: boolean } };
}
type Handler = (request: TaskRequest) => unknown;
interface Tasks {
  onTaskDispatched(options: object, handler: Handler): TaskFunction;
}
type FirstHandler = (data: unknown, context: { readonly retryCount?: number }) => unknown;
interface First {
  readonly tasks: {
    taskQueue(options?: object): { onDispatch(handler: FirstHandler): TaskFunction };
  };
}
interface PubSub {
  onMessagePublished(options: object | string, handler: () => unknown): EventFunction;
}
interface Https {
  readonly HttpsError: new (code: string, message: string) => Error;
}
interface AdminApp {
  initializeApp: (options: object) => object;
  deleteApp: (app: object) => Promise<void>;
}
interface AdminFunctions {
  getFunctions: (app: object) => {
    taskQueue(name: string): { enqueue(data: unknown, options?: object): Promise<void> };
  };
}

const packages = packagesOf('firebase');

// The functions print what their handlers throw, with what the console is when they are loaded.
const { error: printError, warn: printWarning } = console;
console.error = console.warn = () => {};
const { onTaskDispatched } = await load<{ onTaskDispatched: Tasks['onTaskDispatched'] }>('tasks');
const { onMessagePublished } = await load<{ onMessagePublished: PubSub['onMessagePublished'] }>('pubsub');
const { HttpsError } = await load<Https>('https');
const first = await packages.load<First>('firebase-functions/v1');
Object.assign(console, { error: printError, warn: printWarning });
const { initializeApp, deleteApp } = await packages.load<AdminApp>('firebase-admin/app');
const { getFunctions } = await packages.load<AdminFunctions>('firebase-admin/functions');

function load<T>(name: string): Promise<T> {
  return packages.load<T>(`firebase-functions/v2/${name}`);
}

/** What the deployment takes as: leave it to the platform. */
const isReset = (value: unknown): boolean => JSON.stringify(value) === 'null';

describe('Firebase', () => {
  let server: Server;
  let app: object;
  let tasks: Task[] = [];
  let status = 200;

  beforeAll(async () => {
    server = createServer((request, response) => {
      void json(request).then((body) => {
        tasks.push((body as { task: Task }).task);
        response.statusCode = status;
        response.setHeader('content-type', 'application/json');
        response.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    vi.stubEnv('CLOUD_TASKS_EMULATOR_HOST', `127.0.0.1:${port}`);
    vi.stubEnv('FUNCTIONS_EMULATOR', 'true');
    vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
    const credential = { getAccessToken: async () => ({ access_token: 'token', expires_in: 3_600 }) };
    app = initializeApp({ projectId: 'project', credential, serviceAccountId: 'me@project.example' });
  });
  afterAll(async () => {
    await deleteApp(app);
    vi.unstubAllEnvs();
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    tasks = [];
    status = 200;
  });

  const enqueue = (data: unknown, options?: object): Promise<void> =>
    getFunctions(app).taskQueue('orders').enqueue(data, options);

  async function taskOf(options?: object): Promise<Task> {
    await enqueue({}, options);
    return tasks[0] ?? expect.fail('No task was created');
  }

  /** The status that a function answers Cloud Tasks with. */
  const dispatch = (handler: Handler, body?: unknown, headers?: Retry): Promise<number> =>
    answerOf(onTaskDispatched({}, handler), body, headers);

  async function answerOf(
    fn: TaskFunction,
    body: unknown = { data: {} },
    headers: Retry = {},
  ): Promise<number> {
    const all: Retry = { 'content-type': 'application/json', ...headers };
    let answered = 0;
    const response = {
      on: () => response,
      status(code: number) {
        answered = code;
        return response;
      },
      end: () => response,
      send: () => response,
    };
    const header = (name: string): unknown => all[name.toLowerCase()];
    await fn({ method: 'POST', headers: all, body, header, get: header }, response);
    return answered;
  }
  const retryConfigOf = (options: object): Retry =>
    onTaskDispatched(options, () => {}).__endpoint.taskQueueTrigger.retryConfig;

  /** What the declarations of the package say of an option. */
  const wordsOn = (option: string): string => {
    const file = packages.file('firebase-functions/lib/common/providers/tasks.d.ts');
    const text = readFileSync(file, 'utf8').replaceAll(/\s*\n\s*\* ?/g, ' ');
    return (
      text
        .slice(0, text.indexOf(`${option}?:`))
        .split('/**')
        .at(-1) ?? ''
    );
  };

  describe('attempts', () => {
    it('a function without retryConfig leaves it to the deployment: 3 runs', () => {
      const config = retryConfigOf({});
      expect(isReset(config['maxAttempts'])).toBe(true);
      expect(wordsOn('maxAttempts')).toMatch(/default to 3/);
    });

    it.each([1, 5, -1])('maxAttempts: %s is handed on as it is', (maxAttempts) => {
      expect(retryConfigOf({ retryConfig: { maxAttempts } })['maxAttempts']).toBe(maxAttempts);
    });

    it('a retryConfig without maxAttempts keeps the default', () => {
      expect(isReset(retryConfigOf({ retryConfig: { minBackoffSeconds: 1 } })['maxAttempts'])).toBe(true);
    });

    it('enqueue cannot say how often: what it says is not sent', async () => {
      const task = await taskOf({ maxAttempts: 5, retryConfig: { maxAttempts: 5 } });
      expect(Object.keys(task)).toEqual(['httpRequest']);
    });

    it('a function of an event is not run again, unless retry: true', () => {
      const topic = 'orders';
      expect(onMessagePublished(topic, () => {}).__endpoint.eventTrigger.retry).toBe(false);
      expect(onMessagePublished({ topic, retry: true }, () => {}).__endpoint.eventTrigger.retry).toBe(true);
    });

    it('a handler is told how often its task was tried before', async () => {
      const seen: unknown[] = [];
      const handler: Handler = ({ retryCount }) => void seen.push(retryCount);
      await dispatch(handler, { data: {} }, { 'x-cloudtasks-taskretrycount': '2' });
      expect(seen).toEqual([2]);
    });
  });

  describe('backoff', () => {
    it('a function without retryConfig leaves it to the deployment: 0.1 s, doubled 16 times, at most an hour', () => {
      const config = retryConfigOf({});
      const options = ['minBackoffSeconds', 'maxBackoffSeconds', 'maxDoublings', 'maxRetrySeconds'];
      expect(options.every((option) => isReset(config[option]))).toBe(true);
      expect(wordsOn('minBackoffSeconds')).toMatch(/default to 100ms/);
      expect(wordsOn('maxBackoffSeconds')).toMatch(/default to 1hr/);
      expect(wordsOn('maxDoublings')).toMatch(/default to 16/);
      expect(wordsOn('maxRetrySeconds')).toMatch(/indefinitely/);
    });

    it('its options are handed on as they are', () => {
      const retryConfig = {
        minBackoffSeconds: 10,
        maxBackoffSeconds: 60,
        maxDoublings: 3,
        maxRetrySeconds: 600,
      };
      expect(retryConfigOf({ retryConfig })).toMatchObject(retryConfig);
    });
  });

  describe('times', () => {
    it('the pauses are handed on in seconds, also where the first is above the largest', () => {
      const retryConfig = { minBackoffSeconds: 60, maxBackoffSeconds: 10 };
      expect(retryConfigOf({ retryConfig })).toMatchObject(retryConfig);
    });

    it('timeoutSeconds is refused where a function is defined with more than half an hour', () => {
      const define = (timeoutSeconds: number) => () => onTaskDispatched({ timeoutSeconds }, () => {});
      for (const seconds of [300_000, 3_600, 1_801])
        expect(define(seconds)).toThrow('timeoutSeconds must be between 0 and 1800');
      expect(define(1_800)).not.toThrow();
      const file = packages.file('firebase-functions/lib/v2/options.d.ts');
      const text = readFileSync(file, 'utf8').replaceAll(/\s*\n\s*\* ?/g, ' ');
      expect(text).toContain('HTTPS and callable functions have a maximum timeout of 3,600s (1 hour)');
      expect(text).toMatch(/Task queue and scheduled functions have a maximum timeout of 1,800s/);
    });
  });

  describe('time', () => {
    it('timeoutSeconds is handed on, and left to the platform when it is not said', () => {
      const timeoutOf = (options: object): unknown =>
        onTaskDispatched(options, () => {}).__endpoint.timeoutSeconds;
      expect(isReset(timeoutOf({}))).toBe(true);
      expect(timeoutOf({ timeoutSeconds: 300 })).toBe(300);
    });

    it('dispatchDeadlineSeconds is sent in seconds, 15 to 1800, and is not what timeoutSeconds says', async () => {
      expect((await taskOf({ dispatchDeadlineSeconds: 60 })).dispatchDeadline).toBe('60s');
      tasks = [];
      expect((await taskOf()).dispatchDeadline).toBeUndefined();
      await expect(enqueue({}, { dispatchDeadlineSeconds: 14 })).rejects.toThrow('range of 15s to 30 mins');
      await expect(enqueue({}, { dispatchDeadlineSeconds: 1_801 })).rejects.toThrow(
        'range of 15s to 30 mins',
      );
    });

    it('scheduleDelaySeconds is seconds from now', async () => {
      const before = Date.now();
      const { scheduleTime = '' } = await taskOf({ scheduleDelaySeconds: 3_600 });
      expect(Math.round((Date.parse(scheduleTime) - before) / 60_000)).toBe(60);
    });
  });

  describe('acknowledgement', () => {
    it('a handler that returns is answered with 204: done', async () => {
      expect(await dispatch(() => 'anything')).toBe(204);
    });

    it.each([
      ['an Error', () => new Error('boom'), 500],
      ['an HttpsError', () => new HttpsError('unavailable', 'later'), 503],
      ['an HttpsError that says not to ask again', () => new HttpsError('invalid-argument', 'no'), 400],
    ])('%s is answered with a status other than 2xx: it comes again', async (_what, error, expected) => {
      const handler: Handler = () => {
        throw error();
      };
      expect(await dispatch(handler)).toBe(expected);
    });

    it('an error that the handler swallows is an acknowledgement', async () => {
      expect(await dispatch(() => Promise.reject(new Error('boom')).catch(() => undefined))).toBe(204);
    });

    it('the answer is given only when the handler has ended; what it does not await is lost', async () => {
      const released = gate();
      let answered = false;
      const answer = dispatch(() => released.opened).then((code) => {
        answered = true;
        return code;
      });
      await sleep(50);
      expect(answered).toBe(false);
      released.open();
      expect(await answer).toBe(204);
      const never = gate();
      expect(await dispatch(() => void never.opened)).toBe(204);
    });
  });

  describe('payload', () => {
    async function received(data: unknown): Promise<unknown> {
      await enqueue(data);
      const body = Buffer.from(tasks[0]?.httpRequest.body ?? '', 'base64').toString();
      const seen: unknown[] = [];
      expect(await dispatch(({ data: given }) => void seen.push(given), JSON.parse(body))).toBe(204);
      return seen[0];
    }

    for (const { title, sent, received: expected } of PAYLOADS) {
      it(title, async () => {
        expect(await received(sent)).toStrictEqual(expected);
      });
    }

    for (const { title, sent, message } of REFUSED) {
      it(title.replace('add', 'enqueue'), async () => {
        await expect(enqueue(sent())).rejects.toThrow(message);
        expect(tasks).toEqual([]);
      });
    }

    it('no data at all is sent, and refused by the function: it comes again', async () => {
      await enqueue(undefined);
      const body = Buffer.from(tasks[0]?.httpRequest.body ?? '', 'base64').toString();
      let runs = 0;
      expect(await dispatch(() => void runs++, JSON.parse(body))).toBe(400);
      expect(runs).toBe(0);
    });
  });

  describe('deduplication', () => {
    it('id becomes the name of the task, and none is made up', async () => {
      expect((await taskOf({ id: 'order-1' })).name).toMatch(/\/queues\/orders\/tasks\/order-1$/);
      tasks = [];
      expect((await taskOf()).name).toBeUndefined();
    });

    it('an id that was used already makes enqueue reject', async () => {
      status = 409;
      await expect(enqueue({}, { id: 'order-1' })).rejects.toThrow('order-1 already exists');
    });
  });

  describe('the first generation', () => {
    it('retryConfig of taskQueue is handed on, and left to the deployment when it is not said', () => {
      const maxAttemptsOf = (options?: object): unknown =>
        first.tasks.taskQueue(options).onDispatch(() => {}).__endpoint.taskQueueTrigger.retryConfig[
          'maxAttempts'
        ];
      expect(isReset(maxAttemptsOf())).toBe(true);
      expect(maxAttemptsOf({ retryConfig: { maxAttempts: 5 } })).toBe(5);
    });

    it('a handler gets the data first, then what is known of the task', async () => {
      const seen: unknown[] = [];
      const fn = first.tasks
        .taskQueue()
        .onDispatch((data, { retryCount }) => void seen.push(data, retryCount));
      const headers = { 'x-cloudtasks-taskretrycount': '2' };
      expect(await answerOf(fn, { data: { nr: 1 } }, headers)).toBe(204);
      expect(seen).toEqual([{ nr: 1 }, 2]);
    });

    it('an Error is answered with 500: it comes again', async () => {
      const fn = first.tasks.taskQueue().onDispatch((_data, _context) => {
        throw new Error('boom');
      });
      expect(await answerOf(fn)).toBe(500);
    });
  });
});
