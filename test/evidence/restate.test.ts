import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type Http2Server, createServer } from 'node:http2';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as timeout } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { packagesOf } from './packages.js';
import { HOST, freePort, startServer, temporaryDirectory } from './server.js';
import { PAYLOADS, gaps, gate, killWhenStarted, sleep, until } from './support.js';

interface Client {
  go(input: unknown, options?: unknown): Promise<unknown>;
}
type Clients = Record<string, (input: unknown, options?: unknown) => Promise<unknown>>;
interface Sent {
  readonly invocationId: string;
  readonly status: string;
}
interface Durable<T = unknown> extends Promise<T> {
  orTimeout(ms: number): Promise<T>;
}
interface Context {
  run<T>(name: string, action: () => T, options?: object): Durable<Awaited<T>>;
  sleep(ms: number): Durable;
  request(): { readonly attemptCompletedSignal: AbortSignal };
  serviceClient(service: object): Record<string, (input: unknown) => Durable>;
  serviceSendClient(service: object): Record<string, (input: unknown) => unknown>;
}
type Handler = (context: Context, input: never) => unknown;
interface Sdk {
  service(definition: object): object;
  workflow(definition: object): object;
  createEndpointHandler(options: object): (request: never, response: never) => void;
  readonly TerminalError: new (message: string) => Error;
  readonly TimeoutError: new () => Error;
  readonly RetryableError: new (message: string, options: object) => Error;
  readonly handlers: { handler(options: object, handler: Handler): unknown };
}
interface Ingress {
  connect(options: object): {
    serviceClient(service: object): Clients;
    serviceSendClient(service: object): Record<string, (input: unknown, options?: unknown) => Promise<Sent>>;
    workflowClient(service: object, id: string): { workflowSubmit(input: unknown): Promise<Sent> };
  };
  readonly rpc: { sendOpts(options: object): unknown };
}

/** The SDK uses this, but does not say that it needs Node 22; it is here for the processes of Node 20. */
const POLYFILL = `Promise.withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((yes, no) => ((resolve = yes), (reject = no)));
  return { promise, resolve, reject };
};`;
runInThisContext(POLYFILL);

const packages = packagesOf('restate');
const restate = await packages.load<Sdk>('@restatedev/restate-sdk');
const ingress = await packages.load<Ingress>('@restatedev/restate-sdk-clients');

/** The server is in one optional package per platform; npm installs the one that runs here. */
function serverFolder(): string {
  const require = createRequire(packages.file('@restatedev/restate-server/package.json'));
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  return join(dirname(require.resolve(`${name}/package.json`)), 'bin');
}

interface RetryPolicy {
  readonly max_attempts: number | null;
  readonly on_max_attempts?: string;
}
interface Rules {
  readonly retry_policy: RetryPolicy;
  readonly handlers: readonly { readonly name: string; readonly retry_policy: RetryPolicy }[];
}
interface Restate {
  readonly ingress: string;
  readonly admin: string;
  stop(): Promise<void>;
}

async function startRestate(): Promise<Restate> {
  const [node, ingressPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const directory = temporaryDirectory();
  const settings = join(directory, 'restate.toml');
  // One partition and little memory start fast; what is tested is left as it is.
  writeFileSync(
    settings,
    `node-name = "evidence"
cluster-name = "evidence"
base-dir = "${join(directory, 'data')}"
listen-mode = "tcp"
bind-ip = "${HOST}"
bind-port = ${node}
advertised-address = "http://${HOST}:${node}"
default-num-partitions = 1
disable-telemetry = true
shutdown-timeout = "1s"
log-filter = "error"
rocksdb-total-memory-size = "128.0 MiB"
[ingress]
bind-address = "${HOST}:${ingressPort}"
[admin]
bind-address = "${HOST}:${adminPort}"
disable-web-ui = true
`,
  );
  const admin = `http://${HOST}:${adminPort}`;
  const address = `http://${HOST}:${ingressPort}`;
  const isWell = (url: string): Promise<boolean> =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  vi.stubEnv('PATH', `${serverFolder()}${delimiter}${process.env['PATH']}`);
  const { stop } = await startServer({
    program: 'restate-server',
    args: ['--config-file', settings, '--no-logo'],
    stop: 'TERM',
    ready: async () => (await isWell(`${admin}/health`)) && isWell(`${address}/restate/health`),
    patience: 30_000,
    directory,
  });
  vi.unstubAllEnvs();
  return { ingress: address, admin, stop };
}

describe('Restate', () => {
  let server: Restate;
  let endpoint: Http2Server;
  let counter = 0;
  /** What the handlers do; each test has a name of its own in its input. */
  const codes = new Map<string, Handler>();
  const ended = new Set<string>();

  const dispatch: Handler = (context, input: { name: string; input: never }) => {
    if (ended.has(input.name)) throw new restate.TerminalError('The test is over');
    const code = codes.get(input.name) ?? expect.fail(`There is no code of the name ${input.name}`);
    return code(context, input.input);
  };
  const handler = (options: object): unknown => restate.handlers.handler(options, dispatch);

  const services = [
    restate.service({
      name: 'plain',
      handlers: {
        go: dispatch,
        // What a handler says about retries.
        thrice: handler({ retryPolicy: { maxAttempts: 3, onMaxAttempts: 'kill', initialInterval: 20 } }),
        twice: handler({ retryPolicy: { maxAttempts: 2, initialInterval: 20 } }),
        never: handler({ retryPolicy: { maxAttempts: 0, onMaxAttempts: 'kill', initialInterval: 10 } }),
        endless: handler({ retryPolicy: { maxAttempts: Infinity } }),
        once: handler({ retryPolicy: { maxAttempts: 1, onMaxAttempts: 'kill' } }),
        slower: handler({
          retryPolicy: {
            maxAttempts: 4,
            onMaxAttempts: 'kill',
            initialInterval: 50,
            exponentiationFactor: 3,
            maxInterval: 200,
          },
        }),
        // Only so that the tests are fast: without an end, as by default.
        quick: handler({ retryPolicy: { initialInterval: 10, exponentiationFactor: 1 } }),
        // Who says nothing for 100 ms is asked to stop, and is left alone after 200 ms more.
        hurried: handler({ inactivityTimeout: 100, abortTimeout: 200, retryPolicy: { initialInterval: 10 } }),
        suspended: handler({ inactivityTimeout: 50 }),
        aborted: handler({ abortTimeout: 50, inactivityTimeout: 100, retryPolicy: { initialInterval: 10 } }),
        patient: handler({ inactivityTimeout: 60_000, abortTimeout: 60_000 }),
        cut: handler({
          retryPolicy: { maxAttempts: 4, onMaxAttempts: 'kill', initialInterval: 1_000, maxInterval: 100 },
        }),
      },
    }),
    restate.service({
      name: 'policy',
      handlers: {
        inherited: dispatch,
        own: handler({ retryPolicy: { maxAttempts: 2, onMaxAttempts: 'kill', initialInterval: 20 } }),
      },
      options: { retryPolicy: { maxAttempts: 4, onMaxAttempts: 'kill', initialInterval: 20 } },
    }),
    restate.workflow({ name: 'flow', handlers: { run: dispatch } }),
  ];

  const listen = async (port: number): Promise<Http2Server> => {
    const listening = createServer(
      restate.createEndpointHandler({ services, logger: () => {} }) as () => void,
    ).listen(port, HOST);
    await once(listening, 'listening');
    return listening;
  };
  const register = (port: number): Promise<Response> =>
    fetch(`${server.admin}/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uri: `http://${HOST}:${port}`, force: true }),
    });

  beforeAll(async () => {
    server = await startRestate();
    endpoint = await listen(0);
    const response = await register((endpoint.address() as AddressInfo).port);
    if (!response.ok) throw new Error(await response.text());
    return async () => {
      await server.stop();
      endpoint.close();
    };
  });
  afterEach(() => {
    // Whatever the server is still trying ends at its next try.
    for (const name of codes.keys()) ended.add(name);
  });
  afterAll(() => {
    codes.clear();
  });

  const connected = () => ingress.connect({ url: server.ingress });
  const named = (code: Handler): string => {
    const name = `code${++counter}`;
    codes.set(name, code);
    return name;
  };

  /** Calls a handler that runs this code, and waits for its outcome. */
  async function call(
    code: Handler,
    input: unknown = {},
    at: { service?: string; handler?: string } = {},
  ): Promise<unknown> {
    const client = connected().serviceClient({ name: at.service ?? 'plain' });
    return client[at.handler ?? 'go']?.({ name: named(code), input });
  }
  /** The same, but does not wait. */
  async function send(code: Handler, at: { handler?: string } = {}): Promise<Sent> {
    const client = connected().serviceSendClient({ name: 'plain' });
    const sent = await client[at.handler ?? 'go']?.({ name: named(code), input: {} });
    return sent ?? expect.fail('Nothing was sent');
  }

  /** What holds for a service, as the server sees it. */
  async function rulesOf(service: string): Promise<Rules> {
    return (await (await fetch(`${server.admin}/services/${service}`)).json()) as Rules;
  }

  async function statusOf({ invocationId }: Sent): Promise<string | undefined> {
    const response = await fetch(`${server.admin}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: `SELECT status FROM sys_invocation WHERE id = '${invocationId}'` }),
    });
    const { rows } = (await response.json()) as { rows: { status: string }[] };
    return rows[0]?.status;
  }

  /** A handler that fails each time; says when. */
  function failing(error: () => Error = () => new Error('boom')): { starts: number[]; code: Handler } {
    const starts: number[] = [];
    return {
      starts,
      code: () => {
        starts.push(Date.now());
        throw error();
      },
    };
  }
  async function runsOf(at: { service?: string; handler: string }): Promise<number[]> {
    const { starts, code } = failing();
    await expect(call(code, {}, at)).rejects.toThrow('boom');
    return starts;
  }

  describe('attempts', () => {
    it('the server tries 70 times by default, and then pauses', async () => {
      const { retry_policy: policy } = await rulesOf('plain');
      expect(policy).toMatchObject({ max_attempts: 70, on_max_attempts: 'Pause' });
    });

    it('a handler that throws is run again and again', async () => {
      const { starts, code } = failing();
      const sent = await send(code, { handler: 'quick' });
      await until('it has run ten times', () => starts.length >= 10);
      expect(['backing-off', 'ready', 'running']).toContain(await statusOf(sent));
    });

    it('a TerminalError ends the tries', async () => {
      const { starts, code } = failing(() => new restate.TerminalError('no'));
      await expect(call(code)).rejects.toThrow('no');
      expect(starts).toHaveLength(1);
    });

    it('retryPolicy.maxAttempts counts all runs', async () => {
      expect(await runsOf({ handler: 'thrice' })).toHaveLength(3);
      expect(await runsOf({ handler: 'once' })).toHaveLength(1);
    });

    it('retryPolicy.maxAttempts: 0 is one run', async () => {
      expect(await runsOf({ handler: 'never' })).toHaveLength(1);
    });

    it('retryPolicy.maxAttempts: Infinity is as if it were absent: the 70 of the server', async () => {
      const { handlers } = await rulesOf('plain');
      const attempts = (of: string) => handlers.find(({ name }) => name === of)?.retry_policy.max_attempts;
      expect([attempts('endless'), attempts('go'), attempts('thrice')]).toEqual([null, null, 3]);
    });

    it('without onMaxAttempts the invocation is paused', async () => {
      const { starts, code } = failing();
      const sent = await send(code, { handler: 'twice' });
      await until('it is paused', async () => (await statusOf(sent)) === 'paused');
      expect(starts).toHaveLength(2);
    });

    it('retryPolicy of the service holds for its handlers, that of a handler wins', async () => {
      expect(await runsOf({ service: 'policy', handler: 'inherited' })).toHaveLength(4);
      expect(await runsOf({ service: 'policy', handler: 'own' })).toHaveLength(2);
    });

    it('ctx.run without options is tried with the handler: again and again', async () => {
      const tries = { handler: 0, step: 0 };
      await send(
        async (context) => {
          tries.handler++;
          await context.run('step', () => {
            tries.step++;
            throw new Error('boom');
          });
        },
        { handler: 'quick' },
      );
      await until('it has run ten times', () => tries.step >= 10);
      expect(tries.handler).toBe(tries.step);
    });

    it.each([
      [0, 1],
      [1, 1],
      [3, 3],
    ])(
      'maxRetryAttempts: %i of ctx.run is %i runs in all; then it throws',
      async (maxRetryAttempts, total) => {
        let runs = 0;
        const outcome = await call(async (context) => {
          try {
            await context.run(
              'step',
              () => {
                runs++;
                throw new Error('boom');
              },
              { maxRetryAttempts, initialRetryInterval: 10 },
            );
          } catch (error) {
            return { terminal: error instanceof restate.TerminalError, message: (error as Error).message };
          }
          return 'no error';
        });
        expect(runs).toBe(total);
        expect(outcome).toMatchObject({ terminal: true, message: expect.stringContaining('boom') });
      },
    );

    it('ctx.run with a pause of its own has no end: the policy of its handler does not count its tries', async () => {
      let runs = 0;
      const sent = await send(
        (context) =>
          context.run(
            'step',
            () => {
              runs++;
              throw new Error('boom');
            },
            { initialRetryInterval: 5, retryIntervalFactor: 1 },
          ),
        { handler: 'thrice' },
      );
      await until('it has run 15 times', () => runs >= 15);
      expect(['backing-off', 'ready', 'running']).toContain(await statusOf(sent));
    });

    it('maxRetryDuration of ctx.run ends the tries, too; it is milliseconds', async () => {
      let runs = 0;
      const calling = call((context) =>
        context.run(
          'step',
          () => {
            runs++;
            throw new Error('boom');
          },
          { maxRetryDuration: 200, initialRetryInterval: 20, retryIntervalFactor: 1 },
        ),
      );
      await expect(calling).rejects.toThrow('boom');
      expect(runs).toBeGreaterThan(1);
      expect(runs).toBeLessThan(15);
    });

    it('a TerminalError in ctx.run ends its tries', async () => {
      let runs = 0;
      const calling = call((context) =>
        context.run('step', () => {
          runs++;
          throw new restate.TerminalError('no');
        }),
      );
      await expect(calling).rejects.toThrow('no');
      expect(runs).toBe(1);
    });
  });

  describe('backoff', () => {
    it('the server waits for 500 ms by default, then twice as long, at most a minute, without jitter', async () => {
      const { retry_policy: policy } = await rulesOf('plain');
      expect(policy).toMatchObject({
        initial_interval: '500ms',
        exponentiation_factor: 2,
        max_interval: '1m',
      });
      expect(Object.keys(policy)).toHaveLength(5);
      const { starts, code } = failing();
      await send(code);
      await until('it has run three times', () => starts.length >= 3);
      const [first, second] = gaps(starts);
      expect(first).toBeGreaterThanOrEqual(490);
      expect(second).toBeGreaterThanOrEqual(990);
    });

    it('initialInterval is milliseconds, exponentiationFactor multiplies it, maxInterval ends that', async () => {
      const [first, second, third] = gaps(await runsOf({ handler: 'slower' }));
      expect(first).toBeGreaterThanOrEqual(45);
      expect(second).toBeGreaterThanOrEqual(145);
      expect(third).toBeGreaterThanOrEqual(195);
      // Unlimited it would be 450 ms.
      expect(third).toBeLessThan(445);
    });

    it('initialRetryInterval of ctx.run is milliseconds and doubles', async () => {
      const starts: number[] = [];
      const calling = call((context) =>
        context.run(
          'step',
          () => {
            starts.push(Date.now());
            throw new Error('boom');
          },
          { maxRetryAttempts: 3, initialRetryInterval: 100 },
        ),
      );
      await expect(calling).rejects.toThrow('boom');
      const [first, second] = gaps(starts);
      expect(first).toBeGreaterThanOrEqual(95);
      expect(second).toBeGreaterThanOrEqual(195);
    });

    it('maxRetryAttempts alone waits for 50 ms first, and then twice as long', async () => {
      const starts: number[] = [];
      const calling = call((context) =>
        context.run(
          'step',
          () => {
            starts.push(Date.now());
            throw new Error('boom');
          },
          { maxRetryAttempts: 4 },
        ),
      );
      await expect(calling).rejects.toThrow('boom');
      const [first = 0, second = 0, third = 0] = gaps(starts);
      expect([first, second, third].map((gap, index) => gap >= 45 * 2 ** index)).toEqual([true, true, true]);
      // The pause of an invocation begins with 500 ms.
      expect(Math.min(first, second, third)).toBeLessThan(450);
    });

    it('retryAfter of a RetryableError is milliseconds', async () => {
      const starts: number[] = [];
      const calling = call((context) =>
        context.run(
          'step',
          () => {
            starts.push(Date.now());
            throw new restate.RetryableError('later', { retryAfter: 300 });
          },
          { maxRetryAttempts: 2, initialRetryInterval: 10 },
        ),
      );
      await expect(calling).rejects.toThrow('later');
      expect(gaps(starts)[0]).toBeGreaterThanOrEqual(295);
    });
  });

  describe('signal', () => {
    it('the signal of an attempt is aborted when it is cut off and another one runs', async () => {
      const released = gate();
      const signals: AbortSignal[] = [];
      await send(
        async (context) => {
          signals.push(context.request().attemptCompletedSignal);
          await released.opened;
        },
        { handler: 'hurried' },
      );
      await until('a second attempt runs', () => signals.length >= 2);
      await until('the first one is told', () => signals[0]?.aborted);
      released.open();
    });

    it('and not while it runs', async () => {
      const seen: boolean[] = [];
      await call(async (context) => {
        await sleep(50);
        seen.push(context.request().attemptCompletedSignal.aborted);
      });
      expect(seen).toEqual([false]);
    });
  });

  describe('times', () => {
    it('an initialInterval above maxInterval is the first pause, and the others are shorter', async () => {
      const [first, ...others] = gaps(await runsOf({ handler: 'cut' }));
      expect(first).toBeGreaterThanOrEqual(995);
      expect(others).toHaveLength(2);
      for (const pause of others) {
        expect(pause).toBeGreaterThanOrEqual(95);
        expect(pause).toBeLessThan(900);
      }
    });

    /** How often a handler begins that does for 400 ms what no journal knows of. */
    async function begins(handler: string): Promise<number> {
      let begun = 0;
      await call(
        async () => {
          // The last of several begins is let through.
          if (++begun < 4) await sleep(400);
        },
        {},
        { handler },
      );
      return begun;
    }

    it('inactivityTimeout and abortTimeout are milliseconds: an attempt that is silent for longer is cut off', async () => {
      const [short, long] = await Promise.all([begins('aborted'), begins('patient')]);
      expect(short).toBeGreaterThan(1);
      expect(long).toBe(1);
    });

    it('an inactivityTimeout of 50 puts aside whoever waits, and begins anew', async () => {
      const waits = async (handler: string): Promise<number> => {
        let begun = 0;
        await call(
          async (context) => {
            begun++;
            await context.sleep(400);
          },
          {},
          { handler },
        );
        return begun;
      };
      expect(await Promise.all([waits('suspended'), waits('patient')])).toEqual([2, 1]);
    });
  });

  describe('time', () => {
    it('the server has no time limit for an invocation, only for silence', async () => {
      const rules = await rulesOf('plain');
      expect(rules).toMatchObject({ inactivity_timeout: '1m', abort_timeout: '10m' });
      expect(Object.keys(rules).filter((key) => /timeout|duration/.test(key))).toHaveLength(2);
    });

    it('orTimeout is milliseconds and rejects with a TimeoutError, which is terminal', async () => {
      const outcome = await call(async (context) => {
        try {
          await context.sleep(60_000).orTimeout(50);
        } catch (error) {
          return [error instanceof restate.TimeoutError, error instanceof restate.TerminalError];
        }
        return 'no error';
      });
      expect(outcome).toEqual([true, true]);
    });

    it('a handler that is silent past abortTimeout is run again while it goes on', async () => {
      const released = gate();
      let running = 0;
      let ends = 0;
      await send(
        async () => {
          running++;
          await released.opened;
          ends++;
        },
        { handler: 'hurried' },
      );
      await until('two runs are under way', () => running >= 2);
      expect(ends).toBe(0);
      released.open();
      await until('they have all ended', () => ends >= 2);
    });
  });

  describe('acknowledgement', () => {
    it('send is answered before the handler has ended', async () => {
      const released = gate();
      let done = false;
      const sent = await send(async () => {
        await released.opened;
        done = true;
      });
      expect({ status: sent.status, done }).toEqual({ status: 'Accepted', done: false });
      released.open();
      await until('it is done', () => done);
    });

    it('an invocation whose process is killed is run again', async () => {
      const port = await freePort();
      const name = `killed${++counter}`;
      const service = { name, handlers: { go: async () => void runs++ } };
      let runs = 0;
      const killed = killWhenStarted(
        `${POLYFILL}
         const restate = await import(process.argv[1]);
         const { createServer } = await import('node:http2');
         const go = async () => {
           process.stdout.write('started');
           await new Promise(() => {});
         };
         const services = [restate.service({ name: process.argv[2], handlers: { go } })];
         const handler = restate.createEndpointHandler({ services, logger: () => {} });
         createServer(handler).listen(Number(process.argv[3]), '127.0.0.1');`,
        packages.url('@restatedev/restate-sdk'),
        name,
        String(port),
      );
      await until('the service is registered', async () => (await register(port)).ok);
      const sent = await connected().serviceSendClient({ name })['go']?.({});
      await killed;
      expect(runs).toBe(0);
      const handlerAgain = restate.createEndpointHandler({
        services: [restate.service(service)],
        logger: () => {},
      });
      const again = createServer(handlerAgain as () => void).listen(port, HOST);
      await until('it has run', () => runs === 1);
      expect(sent?.status).toBe('Accepted');
      again.close();
    });

    it('the result of ctx.run is remembered, the code around it is run again', async () => {
      const runs = { handler: 0, step: 0 };
      const outcome = await call(
        async (context) => {
          runs.handler++;
          const step = await context.run('step', () => ++runs.step);
          if (runs.handler < 3) throw new Error('boom');
          return step;
        },
        {},
        { handler: 'quick' },
      );
      expect(outcome).toBe(1);
      expect(runs).toEqual({ handler: 3, step: 1 });
    });
  });

  describe('payload', () => {
    const received = async (input: unknown): Promise<unknown> => {
      const seen: unknown[] = [];
      await call((_context, given) => void seen.push(given), input);
      return seen[0];
    };

    for (const { title, sent, received: expected } of PAYLOADS) {
      it(title, async () => {
        expect(await received(sent)).toStrictEqual(expected);
      });
    }

    it('a bigint makes the call of a client reject, and no handler is run', async () => {
      let runs = 0;
      await expect(call(() => void runs++, { value: 1n })).rejects.toThrow('serialize a BigInt');
      expect(runs).toBe(0);
    });

    it('what ctx.run returns is JSON, too', async () => {
      const outcome = await call(async (context) => {
        const step = await context.run('step', () => ({
          date: new Date(0),
          map: new Map([['a', 1]]),
          none: undefined,
        }));
        return [typeof step.date, JSON.stringify(step.map), Object.keys(step)];
      });
      expect(outcome).toEqual(['string', '{}', ['date', 'map']]);
    });

    it('a bigint that ctx.run returns is no terminal error: it is tried again and again', async () => {
      let runs = 0;
      const sent = await send(
        (context) =>
          context.run('step', () => {
            runs++;
            return { value: 1n };
          }),
        { handler: 'quick' },
      );
      await until('it has run ten times', () => runs >= 10);
      expect(['backing-off', 'ready', 'running']).toContain(await statusOf(sent));
    });

    it('a bigint as the input of another service is tried again and again', async () => {
      let runs = 0;
      const sent = await send(
        (context) => {
          runs++;
          return context.serviceClient({ name: 'plain' })['go']?.({ value: 1n });
        },
        { handler: 'quick' },
      );
      await until('it has run ten times', () => runs >= 10);
      expect(['backing-off', 'ready', 'running']).toContain(await statusOf(sent));
    });
  });

  describe('waits', () => {
    /** Counts how often a handler began, while it waited long enough to be suspended. */
    async function suspends(wait: (context: Context) => Promise<unknown>): Promise<number> {
      let begun = 0;
      const outcome = await call(
        async (context) => {
          begun++;
          await wait(context);
          return 'done';
        },
        {},
        { handler: 'suspended' },
      );
      expect(outcome).toBe('done');
      return begun;
    }

    it('ctx.sleep is counted in milliseconds and suspends the handler, which begins anew', async () => {
      const start = performance.now();
      expect(await suspends((context) => context.sleep(600))).toBe(2);
      expect(performance.now() - start).toBeGreaterThan(590);
    });

    it('a call of another service suspends the handler, which begins anew', async () => {
      const name = named(() => sleep(600).then(() => 'child'));
      const child = { name: 'plain' };
      expect(
        await suspends(async (context) => {
          expect(await context.serviceClient(child)['go']?.({ name, input: {} })).toBe('child');
        }),
      ).toBe(2);
    });

    it('a timer of JavaScript does not suspend: the handler begins once', async () => {
      expect(await suspends(() => timeout(600))).toBe(1);
    });

    it('a send client does not wait, and what it gives is no promise', async () => {
      const released = gate();
      const name = named(() => released.opened);
      const outcome = await call((context) => {
        const handle = context.serviceSendClient({ name: 'plain' })['go']?.({ name, input: {} });
        return [typeof handle, handle instanceof Promise];
      });
      expect(outcome).toEqual(['object', false]);
      released.open();
    });
  });

  describe('deduplication', () => {
    it('a second send with the same idempotencyKey is the first one', async () => {
      let runs = 0;
      const name = named(() => void runs++);
      const client = connected().serviceSendClient({ name: 'plain' });
      const options = ingress.rpc.sendOpts({ idempotencyKey: `key${++counter}` });
      const first = await client['go']?.({ name, input: {} }, options);
      const second = await client['go']?.({ name, input: {} }, options);
      expect([first?.status, second?.status]).toEqual(['Accepted', 'PreviouslyAccepted']);
      expect(second?.invocationId).toBe(first?.invocationId);
      // A third, without a key, is the last to run.
      await (client as unknown as { go: Client['go'] }).go({ name, input: {} });
      await until('two have run', () => runs === 2);
    });

    it('a workflow is run once for an id', async () => {
      let runs = 0;
      const name = named(() => void runs++);
      const id = `id${++counter}`;
      const flow = connected().workflowClient({ name: 'flow' }, id);
      const first = await flow.workflowSubmit({ name, input: {} });
      await until('it has run', () => runs === 1);
      const second = await flow.workflowSubmit({ name, input: {} });
      expect([first.status, second.status]).toEqual(['Accepted', 'PreviouslyAccepted']);
      await sleep(100);
      expect(runs).toBe(1);
    });
  });
});
