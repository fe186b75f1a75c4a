import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { gaps, median, sleep, until } from './support.js';

/*
 * Queues and Workflows in Miniflare, which is what `wrangler dev` and the tests of Cloudflare run. Where the platform
 * is known to differ, the title says so.
 */

interface Miniflare {
  readonly ready: Promise<URL>;
  dispatchFetch(url: string): Promise<Response>;
  dispose(): Promise<void>;
}

const { Miniflare, Log, LogLevel } = await packagesOf('cloudflare').load<{
  Miniflare: new (options: object) => Miniflare;
  Log: new (level: number) => object;
  LogLevel: { NONE: number };
}>('miniflare');

const VALUES = `
  class Money { amount = 5; double() { return this.amount * 2; } }
  const VALUES = {
    date: new Date(0),
    map: new Map([['a', 1]]),
    set: new Set([1, 2]),
    regexp: /a/g,
    error: new Error('no'),
    bigint: 1n,
    undefined: undefined,
    nan: NaN,
    class: new Money(),
    function: () => 1,
    symbol: Symbol('a'),
    weakmap: new WeakMap(),
    promise: Promise.resolve(1),
    buffer: Buffer.from('hi'),
    bytes: new Uint8Array([7, 8]),
    arraybuffer: new Uint8Array([7, 8]).buffer,
  };
  /** A value in words, so that it can leave the worker. */
  function inWords(holder) {
    if (!('value' in holder)) return 'nothing';
    const { value } = holder;
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    const name = value?.constructor?.name ?? '';
    if (kind === 'Map' || kind === 'Set') return name + ' ' + JSON.stringify([...value]);
    if (kind === 'Date') return name + ' ' + value.toISOString();
    if (kind === 'RegExp') return name + ' ' + String(value);
    if (kind === 'Error') return name + ' ' + value.message;
    if (kind === 'ArrayBuffer') return name + ' ' + JSON.stringify([...new Uint8Array(value)]);
    if (ArrayBuffer.isView(value)) return name + ' ' + JSON.stringify([...value]);
    if (typeof value === 'bigint' || typeof value === 'undefined' || Number.isNaN(value)) return String(value);
    return (name + ' ' + JSON.stringify(value)).trim();
  }`;

const QUEUES = `
  import { Buffer } from 'node:buffer';
  ${VALUES}
  const seen = {};
  const log = (test, entry) => (seen[test] ??= []).push(entry);
  const boom = () => { throw new Error('boom'); };

  const HANDLERS = {
    returns() {},
    fails: boom,
    swallows() { try { boom(); } catch {} },
    retriesSecond: (batch) => batch.messages.find(({ body }) => body.nr === 1).retry(),
    retriesAll: (batch) => batch.retryAll(),
    acksFirstThenFails(batch) { batch.messages[0].ack(); boom(); },
    acksAllThenFails(batch) { batch.ackAll(); boom(); },
    retryThenAck: (batch) => batch.messages.forEach((message) => { message.retry(); message.ack(); }),
    ackThenRetry: (batch) => batch.messages.forEach((message) => { message.ack(); message.retry(); }),
    retriesLater: (batch) => batch.messages.forEach((message) => message.retry({ delaySeconds: 1 })),
    floating: () => void (async () => { await scheduler.wait(1); boom(); })().catch(() => {}),
  };

  export default {
    async fetch(request, env) {
      const { pathname, searchParams } = new URL(request.url);
      const test = searchParams.get('test');
      if (pathname === '/log') return Response.json(seen[test] ?? []);
      const queue = env[searchParams.get('queue')];
      if (pathname === '/batch') {
        const nrs = [0, 1, 2].slice(0, Number(searchParams.get('size')));
        const delaySeconds = Number(searchParams.get('delay') ?? 0);
        const mode = searchParams.get('mode');
        await queue.sendBatch(nrs.map((nr) => ({ body: { test, mode, nr, sent: Date.now() } })), { delaySeconds });
        return new Response('sent');
      }
      const value = VALUES[searchParams.get('kind')];
      const contentType = searchParams.get('type');
      try {
        await queue.send({ test, mode: 'value', value }, contentType ? { contentType } : undefined);
        return new Response('sent');
      } catch (error) {
        return new Response('refused: ' + error.name + ': ' + error.message);
      }
    },
    async queue(batch) {
      const { test, mode } = batch.messages[0].body;
      if (mode === 'value') return batch.messages.forEach(({ body }) => log(body.test, inWords(body)));
      log(test, {
        at: Date.now(),
        queue: batch.queue,
        messages: batch.messages.map(({ body, attempts }) => [body.nr, attempts]),
      });
      if (batch.queue === 'dead') return;
      await HANDLERS[mode](batch);
    },
  };`;

const WORKFLOWS = `
  import { Buffer } from 'node:buffer';
  import { WorkflowEntrypoint } from 'cloudflare:workers';
  import { NonRetryableError } from 'cloudflare:workflows';
  ${VALUES}
  const started = {};
  /** Runs a step that fails, says how often and with which pauses, and what came of it. */
  async function failing(step, config, error = () => new Error('boom')) {
    const starts = [];
    const run = async () => {
      starts.push(Date.now());
      throw error();
    };
    let outcome = 'no error';
    try {
      await (config ? step.do('step', config, run) : step.do('step', run));
    } catch (reason) {
      outcome = String(reason);
    }
    return { starts, outcome };
  }
  const FLOWS = {
    limit: (step, { limit }) => failing(step, { retries: { limit, delay: 10, backoff: 'constant' } }),
    endless: (step) => failing(step, { retries: { limit: Infinity, delay: 1, backoff: 'constant' } }),
    nan: (step) => failing(step, { retries: { limit: NaN, delay: 1, backoff: 'constant' } }),
    async short(step, { timeout, delay }) {
      const starts = [];
      let done = 0;
      try {
        await step.do('step', { timeout, retries: { limit: 1, delay, backoff: 'constant' } }, async () => {
          starts.push(Date.now());
          await scheduler.wait(100);
          done++;
          if (timeout >= 1000) throw new Error('boom');
        });
      } catch {}
      return { starts, done };
    },
    negative: (step) => failing(step, { retries: { limit: -1, delay: 1, backoff: 'constant' } }),
    nonRetryable: (step) => failing(step, undefined, () => new NonRetryableError('no')),
    backoff: (step, { backoff, delay }) => failing(step, { retries: { limit: 3, delay, backoff } }),
    noBackoff: (step) => failing(step, { retries: { limit: 2, delay: 100 } }),
    config: (step) => step.do('step', async ({ config }) => config),
    partly: (step) => step.do('step', { timeout: '1 minute' }, async ({ config }) => config),
    async timeout(step) {
      let running = 0;
      let ended = 0;
      let outcome = 'no error';
      try {
        await step.do('step', { timeout: 100, retries: { limit: 1, delay: 1 } }, async () => {
          running++;
          await scheduler.wait(400);
          ended++;
        });
      } catch (error) {
        outcome = String(error);
      }
      const before = ended;
      await scheduler.wait(600);
      return { running, before, ended, outcome };
    },
    swallows: async (step) => {
      await step.do('step', { retries: { limit: 0, delay: 1 } }, async () => { throw new Error('boom'); }).catch(() => {});
      return 'done';
    },
    fails: async () => { throw new Error('boom'); },
    async value(step, { kind }) {
      try {
        return inWords(await step.do('step', { retries: { limit: 0, delay: 1 } }, async () => ({ value: VALUES[kind] })));
      } catch (error) {
        return 'refused: ' + error;
      }
    },
    async sameNames(step) {
      return [await step.do('step', async () => 'first'), await step.do('step', async () => 'second')];
    },
    async rests(step, { test, time }) {
      started[test] = (started[test] ?? 0) + 1;
      await step.sleep('rest', time);
      return 'done';
    },
    async event(step, { timeout }) {
      const { payload } = await step.waitForEvent('event', { type: 'paid', timeout });
      return payload;
    },
    params: async (step, params) => inWords(params),
  };
  export class Flow extends WorkflowEntrypoint {
    run(event, step) {
      return FLOWS[event.payload.flow](step, event.payload);
    }
  }
  export default {
    async fetch(request, env) {
      const { pathname, searchParams } = new URL(request.url);
      try {
        if (pathname === '/create') {
          const params = JSON.parse(searchParams.get('params'));
          const kind = searchParams.get('kind');
          if (kind) params.value = VALUES[kind];
          const id = searchParams.get('id') ?? undefined;
          return new Response((await env.FLOW.create({ id, params })).id);
        }
        if (pathname === '/event') {
          await (await env.FLOW.get(searchParams.get('id'))).sendEvent({ type: 'paid', payload: { nr: 1 } });
          return new Response('sent');
        }
        if (pathname === '/started') return Response.json(started[searchParams.get('test')] ?? 0);
        const { status, output, error } = await (await env.FLOW.get(searchParams.get('id'))).status();
        return Response.json({ status, output, error });
      } catch (error) {
        return new Response('refused: ' + error);
      }
    },
  };`;

let counter = 0;
const module = (contents: string): object => ({
  modules: [{ type: 'ESModule', path: 'worker.mjs', contents }],
  compatibilityFlags: ['nodejs_compat'],
});
const quiet = {
  host: '127.0.0.1',
  // The real `request.cf` would be fetched from the net.
  cf: false,
  log: new Log(LogLevel.NONE),
  handleRuntimeStdio: () => {},
};
const ask = async (
  worker: Miniflare,
  path: string,
  query: Record<string, string | number>,
): Promise<string> => {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) parameters.set(key, String(value));
  return (await worker.dispatchFetch(`http://worker.example${path}?${parameters.toString()}`)).text();
};

/** Starts all of them before the first test, so that each test has only its own answer to wait for. */
function atOnce<T>(keys: readonly string[], start: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  beforeAll(() => {
    for (const key of keys) {
      const answer = start(key);
      answer.catch(() => undefined);
      answers.set(key, answer);
    }
  });
  return (key) => answers.get(key) ?? expect.fail(`${key} was not started`);
}
const kindsOf = (words: readonly (readonly [kind: string, words: string])[]) => words.map(([kind]) => kind);

describe('Cloudflare Queues', () => {
  let worker: Miniflare;
  let older: Miniflare;

  beforeAll(async () => {
    const consumer = { maxBatchTimeout: 0.05 };
    const queues = {
      queueProducers: { PLAIN: 'plain', FOUR: 'four', NEVER: 'never', LATER: 'later' },
      queueConsumers: {
        plain: { ...consumer, deadLetterQueue: 'dead' },
        four: { ...consumer, maxRetries: 4, deadLetterQueue: 'dead' },
        never: { ...consumer, maxRetries: 0, deadLetterQueue: 'dead' },
        later: { ...consumer, retryDelay: 1, deadLetterQueue: 'dead' },
        dead: consumer,
      },
    };
    worker = new Miniflare({ ...quiet, ...module(QUEUES), ...queues, compatibilityDate: '2025-06-01' });
    // The last day before queues_json_messages.
    older = new Miniflare({
      ...quiet,
      ...module(QUEUES),
      ...queues,
      compatibilityDate: '2024-03-17',
      compatibilityFlags: ['nodejs_compat'],
    });
    await Promise.all([worker.ready, older.ready]);
    return async () => {
      await Promise.all([worker.dispose(), older.dispose()]);
    };
  });

  interface Delivery {
    readonly at: number;
    readonly queue: string;
    readonly messages: readonly (readonly [nr: number, attempt: number])[];
  }
  const seenOf = async (test: string): Promise<Delivery[]> =>
    JSON.parse(await ask(worker, '/log', { test })) as Delivery[];

  /** Sends a batch and waits until it has come `times` times, and until no more comes. */
  async function deliveriesOf(
    mode: string,
    times: number,
    given: { queue?: string; size?: number; delay?: number } = {},
  ): Promise<Delivery[]> {
    const test = `test${++counter}`;
    await ask(worker, '/batch', { queue: 'PLAIN', size: 3, ...given, test, mode });
    await until(`${mode} has come ${times} times`, async () => (await seenOf(test)).length >= times);
    await sleep(150);
    return seenOf(test);
  }
  const messagesOf = (deliveries: readonly Delivery[]) => deliveries.map(({ messages }) => messages);
  const queuesOf = (deliveries: readonly Delivery[]) => deliveries.map(({ queue }) => queue);
  const gap = ([first, second]: readonly Delivery[]): number => (second?.at ?? 0) - (first?.at ?? 0);

  describe('attempts', () => {
    it('a failing batch comes 3 times in Miniflare, which retries twice by default; the platform 3 times', async () => {
      const deliveries = await deliveriesOf('fails', 4, { size: 1 });
      expect(messagesOf(deliveries)).toEqual([[[0, 1]], [[0, 2]], [[0, 3]], [[0, 1]]]);
      expect(queuesOf(deliveries)).toEqual(['plain', 'plain', 'plain', 'dead']);
    });

    it('max_retries counts the deliveries after the first', async () => {
      const deliveries = await deliveriesOf('fails', 6, { queue: 'FOUR', size: 1 });
      expect(queuesOf(deliveries)).toEqual(['four', 'four', 'four', 'four', 'four', 'dead']);
    });

    it('max_retries: 0 is one delivery', async () => {
      const deliveries = await deliveriesOf('fails', 2, { queue: 'NEVER', size: 1 });
      expect(queuesOf(deliveries)).toEqual(['never', 'dead']);
    });

    it('retry() and retryAll() count as failures do', async () => {
      expect(queuesOf(await deliveriesOf('retriesAll', 4, { size: 1 }))).toEqual([
        'plain',
        'plain',
        'plain',
        'dead',
      ]);
    });
  });

  describe('backoff', () => {
    it('by default a message comes again at once', async () => {
      const deliveries = await deliveriesOf('fails', 5, { queue: 'FOUR', size: 1 });
      expect(median(gaps(deliveries.slice(0, 5).map(({ at }) => at)))).toBeLessThan(900);
    });

    it('retry_delay is seconds', async () => {
      expect(gap(await deliveriesOf('fails', 2, { queue: 'LATER', size: 1 }))).toBeGreaterThanOrEqual(990);
    });

    it('delaySeconds of retry() and of send is seconds', async () => {
      expect(gap(await deliveriesOf('retriesLater', 2, { size: 1 }))).toBeGreaterThanOrEqual(990);
      const start = Date.now();
      const [first] = await deliveriesOf('returns', 1, { size: 1, delay: 1 });
      expect((first?.at ?? 0) - start).toBeGreaterThanOrEqual(990);
    });
  });

  describe('acknowledgement', () => {
    const ALL_FIRST = [
      [0, 1],
      [1, 1],
      [2, 1],
    ];

    it.each(['returns', 'swallows', 'floating'])(
      'a handler that %s acknowledges all messages',
      async (mode) => {
        expect(messagesOf(await deliveriesOf(mode, 1))).toEqual([ALL_FIRST]);
      },
    );

    it('retry() brings only its own message again', async () => {
      const deliveries = await deliveriesOf('retriesSecond', 3);
      expect(messagesOf(deliveries).slice(0, 3)).toEqual([ALL_FIRST, [[1, 2]], [[1, 3]]]);
    });

    it('a throw brings the whole batch again', async () => {
      const deliveries = await deliveriesOf('fails', 2);
      expect(messagesOf(deliveries)[1]).toEqual([
        [0, 2],
        [1, 2],
        [2, 2],
      ]);
    });

    it.each(['acksFirstThenFails', 'acksAllThenFails'])(
      'in Miniflare a throw brings acknowledged messages again, too (%s); the platform keeps them',
      async (mode) => {
        expect(messagesOf(await deliveriesOf(mode, 2))[1]?.map(([nr]) => nr)).toEqual([0, 1, 2]);
      },
    );

    it('the first of ack() and retry() holds', async () => {
      expect(messagesOf(await deliveriesOf('retryThenAck', 2)).slice(0, 2)).toEqual([
        ALL_FIRST,
        [
          [0, 2],
          [1, 2],
          [2, 2],
        ],
      ]);
      expect(messagesOf(await deliveriesOf('ackThenRetry', 1))).toEqual([ALL_FIRST]);
    });
  });

  describe('payload', () => {
    async function received(kind: string, type = '', at = worker): Promise<string> {
      const test = `test${++counter}`;
      const sent = await ask(at, '/send', { queue: 'PLAIN', test, kind, type });
      if (sent !== 'sent') return sent;
      const [words] = await until('the value is there', async () => {
        const seen = JSON.parse(await ask(at, '/log', { test })) as string[];
        return seen.length > 0 && seen;
      });
      return words ?? '';
    }

    const JSON_WORDS: readonly [kind: string, words: string][] = [
      ['date', 'String "1970-01-01T00:00:00.000Z"'],
      ['map', 'Object {}'],
      ['set', 'Object {}'],
      ['regexp', 'Object {}'],
      ['error', 'Object {}'],
      ['undefined', 'nothing'],
      ['nan', 'null'],
      ['class', 'Object {"amount":5}'],
      ['function', 'nothing'],
      ['symbol', 'nothing'],
      ['weakmap', 'Object {}'],
      ['promise', 'Object {}'],
      ['buffer', 'Object {"type":"Buffer","data":[104,105]}'],
      ['bytes', 'Object {"0":7,"1":8}'],
      ['arraybuffer', 'Object {}'],
    ];
    const CLONED_WORDS: readonly [kind: string, words: string][] = [
      ['date', 'Date 1970-01-01T00:00:00.000Z'],
      ['map', 'Map [["a",1]]'],
      ['set', 'Set [1,2]'],
      ['regexp', 'RegExp /a/g'],
      ['error', 'Error no'],
      ['bigint', '1'],
      ['undefined', 'undefined'],
      ['nan', 'NaN'],
      ['class', 'Object {"amount":5}'],
      ['buffer', 'Uint8Array [104,105]'],
      ['bytes', 'Uint8Array [7,8]'],
      ['arraybuffer', 'ArrayBuffer [7,8]'],
    ];
    const UNCLONEABLE = ['function', 'symbol', 'weakmap', 'promise'];

    const asJson = atOnce([...kindsOf(JSON_WORDS), 'bigint'], (kind) => received(kind));
    const asV8 = atOnce([...kindsOf(CLONED_WORDS), ...UNCLONEABLE], (kind) => received(kind, 'v8'));

    it.each(JSON_WORDS)('by default, as JSON, a %s arrives as: %s', async (kind, words) => {
      expect(await asJson(kind)).toBe(words);
    });

    it("contentType: 'json' is the default", async () => {
      expect(await received('map', 'json')).toBe('Object {}');
    });

    it('a bigint as JSON makes send reject', async () => {
      expect(await asJson('bigint')).toContain('refused: TypeError');
    });

    it.each(CLONED_WORDS)("with contentType: 'v8' a %s arrives as: %s", async (kind, words) => {
      expect(await asV8(kind)).toBe(words);
    });

    it.each(UNCLONEABLE)("a %s with contentType: 'v8' makes send reject", async (kind) => {
      expect(await asV8(kind)).toContain('refused: DataCloneError');
    });

    it('before the compatibility date 2024-03-18 the default was v8', async () => {
      expect(await received('map', '', older)).toBe('Map [["a",1]]');
      expect(await received('map', 'json', older)).toBe('Object {}');
    });
  });
});

describe('Cloudflare Workflows', () => {
  let worker: Miniflare;

  beforeAll(async () => {
    worker = new Miniflare({
      ...quiet,
      ...module(WORKFLOWS),
      name: 'main',
      compatibilityDate: '2026-01-01',
      workflows: { FLOW: { name: 'flow', className: 'Flow' } },
      workflowsPersist: false,
    });
    await worker.ready;
  });
  afterAll(() => worker.dispose());

  interface Status {
    readonly status: string;
    readonly output: unknown;
    readonly error?: { readonly message: string };
  }
  interface Failing {
    readonly starts: readonly number[];
    readonly outcome: string;
  }
  const create = async (
    flow: string,
    params: object = {},
    query: Record<string, string> = {},
  ): Promise<string> => ask(worker, '/create', { params: JSON.stringify({ flow, ...params }), ...query });

  async function statusOf(id: string): Promise<Status> {
    const answer = await ask(worker, '/status', { id });
    return answer.startsWith('{') ? (JSON.parse(answer) as Status) : { status: answer, output: undefined };
  }
  const ends = (id: string): Promise<Status> =>
    until('the instance has ended', async () => {
      const status = await statusOf(id);
      return ['complete', 'errored', 'terminated'].includes(status.status) && status;
    });

  async function run<T>(flow: string, params: object = {}): Promise<T> {
    const { status, output, error } = await ends(await create(flow, params));
    if (status !== 'complete') expect.fail(`${status}: ${error?.message}`);
    return output as T;
  }

  const DEFAULT_RETRIES = { limit: 5, delay: 1_000, backoff: 'exponential' };

  describe('traps', () => {
    it.each(['endless', 'nan', 'negative'])(
      'a limit that is %s is refused when the step is run',
      async (flow) => {
        const { starts, outcome } = await run<Failing>(flow);
        expect(starts).toEqual([]);
        expect(outcome).toContain('invalid format');
      },
    );

    it('a large one is not', async () => {
      expect((await run<Failing>('limit', { limit: 20 })).starts).toHaveLength(21);
    });
  });

  describe('times', () => {
    it('a number is milliseconds: a timeout of 30 is over before anything is done', async () => {
      const seen = await run<{ starts: number[]; done: number }>('short', { timeout: 30, delay: 1 });
      expect(seen).toMatchObject({ done: 0, starts: [expect.any(Number), expect.any(Number)] });
      const long = await run<{ starts: number[]; done: number }>('short', { timeout: 30_000, delay: 1 });
      expect(long.done).toBe(2);
    });

    it('and with a delay of 30 all runs are over in no time', async () => {
      const { starts } = await run<{ starts: number[] }>('short', { timeout: 30_000, delay: 30 });
      expect(gaps(starts)[0]).toBeGreaterThanOrEqual(120);
      expect(gaps(starts)[0]).toBeLessThan(2_000);
    });
  });

  describe('attempts', () => {
    it('a step is retried 5 times by default, after a second first; on the platform after ten', async () => {
      expect(await run('config')).toMatchObject({ retries: DEFAULT_RETRIES });
    });

    it('limit counts the runs after the first', async () => {
      expect((await run<Failing>('limit', { limit: 2 })).starts).toHaveLength(3);
      expect((await run<Failing>('limit', { limit: 0 })).starts).toHaveLength(1);
    });

    it('a fraction of limit is rounded down', async () => {
      expect((await run<Failing>('limit', { limit: 1.5 })).starts).toHaveLength(2);
    });

    it('a config without retries keeps the default ones', async () => {
      expect(await run('partly')).toMatchObject({ retries: DEFAULT_RETRIES });
    });

    it('a NonRetryableError ends the tries', async () => {
      const { starts, outcome } = await run<Failing>('nonRetryable');
      expect(starts).toHaveLength(1);
      expect(outcome).toContain('no');
    });

    it('a workflow that throws has ended: errored', async () => {
      expect(await ends(await create('fails'))).toMatchObject({
        status: 'errored',
        error: { message: 'boom' },
      });
    });
  });

  describe('backoff', () => {
    it.each([
      ['constant', [100, 100, 100]],
      ['linear', [100, 200, 300]],
      ['exponential', [100, 200, 400]],
    ])('%s, with delay in milliseconds', async (backoff, pauses) => {
      const { starts } = await run<Failing>('backoff', { backoff, delay: 100 });
      expect(starts).toHaveLength(4);
      for (const [index, pause] of pauses.entries())
        expect(gaps(starts)[index]).toBeGreaterThanOrEqual(pause - 10);
    });

    it('delay may be a text with a unit', async () => {
      const { starts } = await run<Failing>('backoff', { backoff: 'constant', delay: '1 second' });
      const [first] = gaps(starts);
      expect(first).toBeGreaterThanOrEqual(990);
    });

    it('retries without backoff is exponential', async () => {
      const [first, second] = gaps((await run<Failing>('noBackoff')).starts);
      expect(first).toBeGreaterThanOrEqual(90);
      expect(second).toBeGreaterThanOrEqual(190);
    });
  });

  describe('time', () => {
    it('a step has 10 minutes by default', async () => {
      expect(await run('config')).toMatchObject({ timeout: '10 minutes' });
    });

    it('timeout is milliseconds for each run, is retried, and does not stop the run', async () => {
      const seen = await run<{ running: number; before: number; ended: number; outcome: string }>('timeout');
      expect(seen).toMatchObject({ running: 2, before: 0, ended: 2 });
      expect(seen.outcome).toContain('timed out after 100ms');
    });
  });

  describe('acknowledgement', () => {
    it('an error of a step that the workflow swallows does not fail it', async () => {
      expect(await run('swallows')).toBe('done');
    });

    it('steps of one name are steps of their own', async () => {
      expect(await run('sameNames')).toEqual(['first', 'second']);
    });
  });

  describe('payload', () => {
    const WORDS: readonly [kind: string, words: string][] = [
      ['date', 'Date 1970-01-01T00:00:00.000Z'],
      ['map', 'Map [["a",1]]'],
      ['set', 'Set [1,2]'],
      ['regexp', 'RegExp /a/g'],
      ['error', 'Error no'],
      ['undefined', 'undefined'],
      ['nan', 'NaN'],
      ['buffer', 'Uint8Array [104,105]'],
      ['bytes', 'Uint8Array [7,8]'],
      ['arraybuffer', 'ArrayBuffer [7,8]'],
    ];
    const UNCLONEABLE = ['class', 'symbol', 'weakmap', 'promise'];

    const fromParams = atOnce(kindsOf(WORDS), async (kind) => ends(await create('params', {}, { kind })));
    const fromStep = atOnce([...kindsOf(WORDS), ...UNCLONEABLE, 'bigint'], (kind) => run('value', { kind }));

    it.each(WORDS)('a %s of params arrives as: %s', async (kind, words) => {
      expect((await fromParams(kind)).output).toBe(words);
    });

    it.each(UNCLONEABLE)('a %s of params makes create reject', async (kind) => {
      expect(await create('params', {}, { kind })).toContain('refused: DataCloneError');
    });

    it.each(['function', 'bigint'])(
      'in Miniflare an instance with a %s in its params never starts',
      async (kind) => {
        const id = await create('params', {}, { kind });
        await sleep(500);
        expect(await statusOf(id)).toMatchObject({ status: 'queued' });
      },
    );

    it.each(WORDS)('a %s that a step returns arrives as: %s', async (kind, words) => {
      expect(await fromStep(kind)).toBe(words);
    });

    it.each(UNCLONEABLE)('a %s that a step returns makes the step fail', async (kind) => {
      expect(await fromStep(kind)).toContain('refused: DataCloneError');
    });

    it('a bigint that a step returns makes the step fail in Miniflare', async () => {
      expect(await fromStep('bigint')).toContain('refused: TypeError');
    });

    it('a function that a step returns ends the instance', async () => {
      const { status, error } = await ends(await create('value', { kind: 'function' }));
      expect(status).toBe('errored');
      expect(error?.message).toContain('returned a value which is not serialisable');
    });
  });

  describe('waits', () => {
    it('step.sleep counts a number in milliseconds', async () => {
      const start = Date.now();
      expect(await run('rests', { test: 'short', time: 300 })).toBe('done');
      expect(Date.now() - start).toBeGreaterThanOrEqual(290);
    });

    it('step.sleep leaves the instance waiting', async () => {
      const id = await create('rests', { test: 'long', time: '1 hour' });
      await until(
        'it has started',
        async () => Number(await ask(worker, '/started', { test: 'long' })) === 1,
      );
      await sleep(100);
      expect(['running', 'waiting']).toContain((await statusOf(id)).status);
    });

    it('step.waitForEvent leaves the instance waiting until the event comes', async () => {
      const id = await create('event', { timeout: '1 hour' });
      await until('it waits', async () => ['running', 'waiting'].includes((await statusOf(id)).status));
      await ask(worker, '/event', { id });
      expect(await ends(id)).toMatchObject({ status: 'complete', output: { nr: 1 } });
    });

    it('a timeout of step.waitForEvent is milliseconds, and fails the instance', async () => {
      const start = Date.now();
      const { status } = await ends(await create('event', { timeout: 1_000 }));
      expect(status).toBe('errored');
      expect(Date.now() - start).toBeGreaterThanOrEqual(990);
    });
  });

  describe('deduplication', () => {
    it('in Miniflare a second create with the same id gives the first instance, and runs nothing', async () => {
      const id = `order-${++counter}`;
      const test = id;
      expect(await create('rests', { test, time: 1 }, { id })).toBe(id);
      await ends(id);
      expect(await create('rests', { test, time: 1 }, { id })).toBe(id);
      await sleep(300);
      expect(JSON.parse(await ask(worker, '/started', { test }))).toBe(1);
    });

    it('without an id each instance has one of its own', async () => {
      expect(await create('params')).not.toBe(await create('params'));
    });
  });
});
