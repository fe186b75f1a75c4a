import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { PAYLOADS, gate, sleep } from './support.js';

/*
 * Inngest itself is a service that calls the functions over HTTP. What runs here is what the package ships: the
 * configuration it registers, the events it sends, and its handler, which these tests call as the service would.
 */

interface Step {
  run<T>(id: string, run: () => T): Promise<T>;
  sleep(id: string, time: string | number): Promise<void>;
  waitForEvent(id: string, options: object): Promise<unknown>;
  waitForSignal?(id: string, options: object): Promise<unknown>;
  invoke(id: string, options: object): Promise<unknown>;
  sendEvent(id: string, event: object): Promise<unknown>;
}
interface Context {
  readonly event: { readonly data: Readonly<Record<string, unknown>> };
  readonly step: Step;
  readonly attempt: number;
}
type Handler = (context: Context) => unknown;
interface InngestFunction {
  getConfig(options: { baseUrl: URL }): readonly {
    id: string;
    steps: { step: { retries?: { attempts: number } } };
    [option: string]: unknown;
  }[];
}
interface Client {
  createFunction(...args: unknown[]): InngestFunction;
  send(event: object): Promise<{ ids: string[] }>;
}
interface Library {
  readonly Inngest: new (options: object) => Client;
  readonly NonRetriableError: new (message: string) => Error;
  readonly RetryAfterError: new (message: string, after: number | string | Date) => Error;
}
interface Edge {
  serve(options: object): (request: Request) => Promise<Response>;
}
interface Operation {
  readonly id: string;
  readonly op: string;
  readonly name?: string;
  readonly opts?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}
interface Answer {
  readonly status: number;
  readonly noRetry: string | null;
  readonly retryAfter: string | null;
  readonly operations: readonly Operation[];
  readonly body: unknown;
}
type Steps = Record<string, { type: 'data'; data: unknown }>;

const MAJORS = await Promise.all(
  [3, 4].map(async (major) => {
    const packages = packagesOf(`inngest-${major}`);
    return {
      major,
      version: packages.version('inngest'),
      lib: await packages.load<Library>('inngest'),
      edge: await packages.load<Edge>('inngest/edge'),
    };
  }),
);

const quiet = (): void => {};
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

describe.each(MAJORS)('Inngest $major', ({ major, version, lib, edge }) => {
  let sent: string[];
  let counter = 0;
  let client: Client;

  beforeAll(() => {
    expect(Number.parseInt(version)).toBe(major);
    // Both majors keep something of their own under this name; one of them cannot use what is the other's.
    Reflect.deleteProperty(globalThis, Symbol.for('inngest:als'));
  });
  beforeEach(() => {
    sent = [];
    client = new lib.Inngest({
      id: 'app',
      isDev: true,
      eventKey: 'key',
      baseUrl: 'http://127.0.0.1:9',
      logger,
      // Nothing leaves the process.
      fetch: async (_address: unknown, request?: { body?: unknown }) => {
        sent.push(String(request?.body));
        return Response.json({ ids: ['id'], status: 200 });
      },
    });
  });

  const create = (handler: Handler, options: object = {}, id = `f${++counter}`): InngestFunction =>
    major === 3
      ? client.createFunction({ id, ...options }, { event: 'event' }, handler)
      : client.createFunction({ id, triggers: { event: 'event' }, ...options }, handler);

  const configOf = (fn: InngestFunction) => fn.getConfig({ baseUrl: new URL('http://app.example') });

  /** What the function answers when the service calls it: `steps` is what the service remembers of the run. */
  async function call(
    fn: InngestFunction,
    given: { steps?: Steps; data?: unknown; attempt?: number } = {},
  ): Promise<Answer> {
    const { steps = {}, data = {}, attempt = 0 } = given;
    const handler = edge.serve({ client, functions: [fn] });
    const event = { name: 'event', data, id: '1', ts: 1 };
    const ids = Object.keys(steps);
    const ctx = {
      run_id: 'run',
      fn_id: '',
      attempt,
      max_attempts: 4,
      disable_immediate_execution: false,
      use_api: false,
      stack: { stack: ids, current: ids.length },
    };
    const protocol = major === 3 ? 1 : 2;
    const id = configOf(fn)[0]?.id ?? '';
    const response = await handler(
      new Request(`http://app.example/api/inngest?fnId=app-${id}&stepId=step`, {
        method: 'POST',
        headers: {
          host: 'app.example',
          'content-type': 'application/json',
          'x-inngest-req-version': `${protocol}`,
        },
        body: JSON.stringify({ version: protocol, event, events: [event], steps, use_api: false, ctx }),
      }),
    );
    const body = JSON.parse(await response.text()) as unknown;
    return {
      status: response.status,
      noRetry: response.headers.get('x-inngest-no-retry'),
      retryAfter: response.headers.get('retry-after'),
      operations: response.status === 206 ? (body as Operation[]) : [],
      body,
    };
  }

  /** Calls the function again and again, as the service does, until it has ended; waits are over at once. */
  async function run(fn: InngestFunction): Promise<{ calls: Answer[]; last: Answer }> {
    const steps: Steps = {};
    const calls: Answer[] = [];
    for (;;) {
      const answer = await call(fn, { steps });
      calls.push(answer);
      if (answer.status !== 206) return { calls, last: answer };
      for (const { id, data } of answer.operations) steps[id] = { type: 'data', data: data ?? null };
      if (calls.length > 20) expect.fail('The function does not end');
    }
  }

  /** What a handler receives for data that is sent. */
  async function received(data: object): Promise<unknown> {
    await client.send({ name: 'event', data });
    const [event] = JSON.parse(sent.at(-1) ?? '') as { data: object }[];
    const seen: unknown[] = [];
    await call(
      create(({ event: { data: given } }) => {
        seen.push(given);
        return null;
      }),
      { data: event?.data },
    );
    expect(seen).toHaveLength(1);
    return seen[0];
  }

  const failing = (error: () => Error): InngestFunction =>
    create(() => {
      throw error();
    });

  describe('definition', () => {
    if (major === 3) {
      it('createFunction takes options, trigger, handler', async () => {
        const fn = client.createFunction({ id: 'f' }, { event: 'event' }, () => 'done');
        expect(configOf(fn)[0]?.['triggers']).toEqual([{ event: 'event' }]);
        expect((await call(fn)).body).toBe('done');
      });

      it('createFunction accepts options and handler alone, with a trigger that is none', () => {
        const fn = client.createFunction({ id: 'f', triggers: { event: 'event' } }, () => 'done');
        expect(configOf(fn)[0]?.['triggers']).toEqual([{}]);
      });
    } else {
      it('createFunction takes options with triggers, handler', async () => {
        const fn = client.createFunction({ id: 'f', triggers: { event: 'event' } }, () => 'done');
        expect(configOf(fn)[0]?.['triggers']).toEqual([{ event: 'event' }]);
        expect((await call(fn)).body).toBe('done');
      });

      it('createFunction with the trigger as second argument throws', () => {
        const creating = () => client.createFunction({ id: 'f' }, { event: 'event' }, () => 'done');
        expect(creating).toThrow('expected a handler function as the second argument');
      });
    }
  });

  describe('traps', () => {
    it.each([Infinity, NaN])('retries: %d reaches the service as null', (retries) => {
      const [config] = configOf(create(quiet, { retries }));
      expect(JSON.parse(JSON.stringify(config?.steps.step))).toMatchObject({ retries: { attempts: null } });
    });

    it('a number in timeouts is sent as a number, which is no duration to the service', () => {
      const [config] = configOf(create(quiet, { timeouts: { start: 1, finish: 300 } }));
      expect(JSON.stringify(config?.['timeouts'])).toBe('{"start":1,"finish":300}');
    });

    if (major === 3) {
      it('without a trigger as the second argument no event calls the function, and it could not run', async () => {
        let runs = 0;
        const handler = () => ++runs;
        const short = client.createFunction({ id: 'short', triggers: { event: 'event' } }, handler);
        expect(configOf(short)[0]?.['triggers']).toEqual([{}]);
        expect((await call(short)).status).toBe(500);
        expect(runs).toBe(0);
        const whole = client.createFunction({ id: 'whole' }, { event: 'event' }, handler);
        expect(configOf(whole)[0]?.['triggers']).toEqual([{ event: 'event' }]);
        expect((await call(whole)).status).toBe(200);
        expect(runs).toBe(1);
      });
    } else {
      it('with three arguments it throws, with two it does not', () => {
        const event = { event: 'event' };
        expect(() => client.createFunction({ id: 'f' }, event, quiet)).toThrow('expected a handler function');
        expect(() => client.createFunction({ id: 'f', triggers: event }, quiet)).not.toThrow();
      });
    }
  });

  describe('attempts', () => {
    it('without retries nothing about them is sent: the service decides', () => {
      expect(configOf(create(quiet))[0]?.steps.step.retries).toBeUndefined();
      expect(configOf(create(quiet, { retries: undefined }))[0]?.steps.step.retries).toBeUndefined();
    });

    it.each([0, 1, 4, 20])('retries: %s is sent as it is', (retries) => {
      expect(configOf(create(quiet, { retries }))[0]?.steps.step.retries).toEqual({ attempts: retries });
    });

    it('retries outside 0 to 20 are not refused by the package', () => {
      expect(configOf(create(quiet, { retries: 21 }))[0]?.steps.step.retries).toEqual({ attempts: 21 });
      expect(configOf(create(quiet, { retries: -1 }))[0]?.steps.step.retries).toEqual({ attempts: -1 });
    });

    it('onFailure is a function of its own, with one retry whatever the function says', () => {
      const [own, failure] = configOf(create(quiet, { retries: 7, onFailure: quiet }));
      expect(own?.steps.step.retries).toEqual({ attempts: 7 });
      expect(failure?.id).toBe(`${own?.id}-failure`);
      expect(failure?.steps.step.retries).toEqual({ attempts: 1 });
    });

    it('a function that throws asks to be called again', async () => {
      const answer = await call(failing(() => new Error('boom')));
      expect(answer).toMatchObject({ status: 500, noRetry: 'false', retryAfter: null });
    });

    it('a NonRetriableError asks not to be called again', async () => {
      const answer = await call(failing(() => new lib.NonRetriableError('no')));
      expect(answer).toMatchObject({ status: 400, noRetry: 'true' });
    });

    it('each step fails by itself, and has failed for good when the service says it was the last attempt', async () => {
      const fn = create(async ({ step }) =>
        step.run('one', () => {
          throw new Error('boom');
        }),
      );
      const first = await call(fn, { attempt: 0 });
      expect(first).toMatchObject({ status: 206, noRetry: 'false', operations: [{ op: 'StepError' }] });
      // The service said that there are 4 attempts: 0, 1, 2, 3.
      expect((await call(fn, { attempt: 2 })).operations).toMatchObject([{ op: 'StepError' }]);
      expect((await call(fn, { attempt: 3 })).operations).toMatchObject([{ op: 'StepFailed' }]);
    });
  });

  describe('backoff', () => {
    it('an error by itself says nothing about when', async () => {
      expect((await call(failing(() => new Error('boom')))).retryAfter).toBeNull();
    });

    it.each([
      [5_000, '5'],
      ['2h', '7200'],
    ])(
      'RetryAfterError(message, %j) asks for %s seconds: a number is milliseconds',
      async (after, seconds) => {
        const answer = await call(failing(() => new lib.RetryAfterError('later', after)));
        expect(answer).toMatchObject({ status: 500, noRetry: 'false', retryAfter: seconds });
      },
    );

    it('RetryAfterError takes a Date, too', async () => {
      const date = new Date(Date.UTC(2100, 0, 1));
      const { retryAfter } = await call(failing(() => new lib.RetryAfterError('later', date)));
      expect(retryAfter).toBe(date.toISOString());
    });

    it('no option of a function reaches the service as a backoff', () => {
      const [config] = configOf(create(quiet, { retries: 2, backoff: { delay: 1 }, retry: { delay: 1 } }));
      expect(JSON.stringify(config)).not.toContain('delay');
      expect(config?.steps.step.retries).toEqual({ attempts: 2 });
    });
  });

  describe('time', () => {
    it('timeouts are sent as they are, and nothing when there are none', () => {
      expect(configOf(create(quiet))[0]?.['timeouts']).toBeUndefined();
      const timeouts = { start: '1m', finish: '1h' };
      expect(configOf(create(quiet, { timeouts }))[0]?.['timeouts']).toEqual(timeouts);
    });

    it('the handler of a function with timeouts is not stopped by the package', async () => {
      const fn = create(() => sleep(50).then(() => 'done'), { timeouts: { finish: '1ms' } });
      expect(await call(fn)).toMatchObject({ status: 200, body: 'done' });
    });
  });

  describe('acknowledgement', () => {
    it('the service is answered only when the function has ended', async () => {
      const released = gate();
      let answered = false;
      const answer = call(create(() => released.opened.then(() => 'done'))).then((it) => {
        answered = true;
        return it;
      });
      await sleep(50);
      expect(answered).toBe(false);
      released.open();
      expect(await answer).toMatchObject({ status: 200, body: 'done' });
    });

    it('a step that the service remembers is not run again, the code around it is', async () => {
      let bodies = 0;
      const steps: string[] = [];
      const { calls } = await run(
        create(async ({ step }) => {
          bodies++;
          await step.run('one', () => void steps.push('one'));
          await step.run('two', () => void steps.push('two'));
          return 'done';
        }),
      );
      expect(steps).toEqual(['one', 'two']);
      expect(calls).toHaveLength(3);
      expect(bodies).toBe(3);
    });

    it('a step that the service does not remember is run again', async () => {
      let runs = 0;
      const fn = create(async ({ step }) => step.run('one', () => ++runs));
      await call(fn);
      await call(fn);
      expect(runs).toBe(2);
    });

    it('an error that the function swallows is not known to the service', async () => {
      const fn = create(async () => {
        await Promise.reject(new Error('boom')).catch(quiet);
        return 'done';
      });
      expect(await call(fn)).toMatchObject({ status: 200, body: 'done' });
    });
  });

  describe('payload', () => {
    for (const { title, sent: value, received: expected } of PAYLOADS) {
      it(title, async () => {
        expect(await received(value as object)).toStrictEqual(expected);
      });
    }

    it('a bigint is dropped, and null in an array', async () => {
      expect(await received({ value: 1n, list: [1n, 2], kept: 1 })).toStrictEqual({
        list: [null, 2],
        kept: 1,
      });
    });

    it('what refers to itself arrives as a text', async () => {
      const loop: { self?: unknown } = {};
      loop.self = loop;
      expect(await received(loop)).toStrictEqual({ self: expect.stringContaining('[Circular') });
    });

    it('what step.run returns has been JSON, too', async () => {
      const seen: unknown[] = [];
      await run(
        create(async ({ step }) => {
          seen.push(
            await step.run('one', () => ({
              date: new Date(0),
              map: new Map([['a', 1]]),
              big: 1n,
              none: undefined,
            })),
          );
        }),
      );
      expect(seen).toEqual([{ date: '1970-01-01T00:00:00.000Z', map: {} }]);
    });

    it('the data of step.invoke has been JSON, too', async () => {
      const fn = create(({ step }) =>
        step.invoke('child', { function: create(quiet), data: { v: new Date(0) } }),
      );
      const [operation] = (await call(fn)).operations;
      expect(operation?.opts?.['payload']).toEqual({ data: { v: '1970-01-01T00:00:00.000Z' } });
    });
  });

  describe('waits', () => {
    /** A wait ends the request at once; what follows it is not run before the service calls again. */
    async function suspends(wait: (step: Step) => Promise<unknown>): Promise<Operation | undefined> {
      let after = 0;
      const fn = create(async ({ step }) => {
        await wait(step);
        after++;
      });
      const { status, operations } = await call(fn);
      expect({ status, after }).toEqual({ status: 206, after: 0 });
      expect(operations).toHaveLength(1);
      await run(fn);
      expect(after).toBe(1);
      return operations[0];
    }

    it('step.sleep ends the request and leaves the waiting to the service', async () => {
      expect(await suspends((step) => step.sleep('wait', '1h'))).toMatchObject({ op: 'Sleep', name: '1h' });
    });

    it('step.sleep counts a number in milliseconds', async () => {
      expect(await suspends((step) => step.sleep('wait', 90_000))).toMatchObject({ name: '1m30s' });
    });

    it('step.waitForEvent ends the request and leaves the waiting to the service', async () => {
      const options = { event: 'other', timeout: '1h' };
      expect(await suspends((step) => step.waitForEvent('wait', options))).toMatchObject({
        op: 'WaitForEvent',
        opts: { timeout: '1h' },
      });
    });

    it('step.invoke ends the request and leaves the waiting to the service', async () => {
      const child = create(quiet, {}, 'child');
      expect(await suspends((step) => step.invoke('wait', { function: child, data: {} }))).toMatchObject({
        op: 'InvokeFunction',
        opts: { function_id: 'app-child' },
      });
    });

    it('step.invoke has no timeout of its own', async () => {
      const child = create(quiet);
      const operation = await suspends((step) => step.invoke('wait', { function: child, data: {} }));
      expect(operation?.opts).not.toHaveProperty('timeout');
    });

    it('a timer of JavaScript keeps the request open', async () => {
      const fn = create(() => sleep(100));
      const start = performance.now();
      expect((await call(fn)).status).toBe(200);
      expect(performance.now() - start).toBeGreaterThan(90);
    });

    it('Promise.all over steps gives them to the service together', async () => {
      const fn = create(({ step }) => Promise.all([step.sleep('a', '1h'), step.sleep('b', '2h')]));
      expect((await call(fn)).operations.map(({ name }) => name)).toEqual(['1h', '2h']);
    });
  });

  describe('deduplication', () => {
    it('the id of an event is sent, and none is made up for events without', async () => {
      await client.send({ name: 'event', data: {}, id: 'order-1' });
      await client.send({ name: 'event', data: {} });
      const ids = sent.map((body) => (JSON.parse(body) as { id?: string }[])[0]?.id);
      expect(ids).toEqual(['order-1', undefined]);
    });

    it.each(['idempotency', 'singleton', 'debounce', 'rateLimit'])('%s is sent as it is', (option) => {
      const value = option === 'idempotency' ? 'event.data.id' : { key: 'event.data.id', period: '1h' };
      expect(configOf(create(quiet, { [option]: value }))[0]?.[option]).toEqual(value);
      expect(configOf(create(quiet))[0]?.[option]).toBeUndefined();
    });
  });
});
