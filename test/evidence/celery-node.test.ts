import { randomUUID } from 'node:crypto';
import type * as Celery from 'celery-node';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { packagesOf } from './packages.js';
import { type Redis, startRedis } from './redis.js';
import { PAYLOADS, gate, killWhenStarted, sleep, until } from './support.js';

type Client = ReturnType<typeof Celery.createClient>;
type Worker = ReturnType<typeof Celery.createWorker>;
/** A Redis connection as it is in brokers and backends, where the types hide it. */
interface Connected {
  readonly redis: {
    llen(key: string): Promise<number>;
    exists(key: string): Promise<number>;
    disconnect(): void;
  };
}

const packages = packagesOf('celery-node');
let celery: typeof Celery;
let redis: Redis;
let url = '';
let open: (Client | Worker)[] = [];

const connected = (part: unknown): Connected['redis'] => (part as Connected).redis;

beforeAll(async () => {
  celery = await packages.load<typeof Celery>('celery-node');
  redis = await startRedis();
  url = `redis://${redis.host}:${redis.port}/0`;
  // A worker tells of each of its tasks, and of each connection that is closed under it.
  const silenced = (['info', 'log'] as const).map((name) => vi.spyOn(console, name).mockReturnValue());
  return async () => {
    await redis.stop();
    for (const spy of silenced) spy.mockRestore();
  };
});
afterEach(() => {
  // A worker cannot be stopped: `stop() throws "not implemented yet"`.
  for (const { broker, backend } of open) for (const part of [broker, backend]) connected(part).disconnect();
  open = [];
});

/** A queue with its client, and with a worker whose only task is this one. */
async function program(handler?: (...args: unknown[]) => unknown, queue: string = randomUUID()) {
  const client = celery.createClient(url, url, queue);
  open.push(client);
  await client.isReady();
  const work = async (): Promise<Worker> => {
    const worker = celery.createWorker(url, url, queue);
    open.push(worker);
    if (handler) worker.register('t', handler);
    void worker.start();
    await worker.isReady();
    return worker;
  };
  if (handler) await work();
  const waiting = (): Promise<number> => connected(client.broker).llen(queue);
  return { client, task: client.createTask('t'), queue, work, waiting };
}

/** What is asked for is asked for every 20 ms, and not twice a second. */
const outcome = (result: ReturnType<Client['sendTask']>, ms = 20_000): Promise<unknown> => result.get(ms, 20);

describe('attempts', () => {
  it('a failing task runs once', async () => {
    let runs = 0;
    const { task, waiting } = await program(() => {
      runs++;
      throw new Error('boom');
    });
    await expect(outcome(task.delay())).rejects.toThrow('FAILURE');
    await sleep(200);
    expect({ runs, waiting: await waiting() }).toEqual({ runs: 1, waiting: 0 });
  });

  it('also when another program sent it with retries in its headers', async () => {
    let runs = 0;
    const { client, queue } = await program(() => {
      runs++;
      throw new Error('boom');
    });
    const id = randomUUID();
    const headers = { lang: 'py', task: 't', id, retries: 0, max_retries: 3 };
    await client.broker.publish([[], {}, {}], '', queue, headers, {});
    await expect(outcome(client.asyncResult(id))).rejects.toThrow('FAILURE');
    await sleep(200);
    expect(runs).toBe(1);
  });

  it('clients have no place for a number of attempts: the arguments are all that is sent', async () => {
    const seen: unknown[][] = [];
    const { task } = await program((...args) => void seen.push(args));
    task.applyAsync([1], { retries: 3 });
    await until('the task has run', () => seen.length === 1);
    expect(seen).toEqual([[1, { retries: 3 }]]);
  });

  it('a task without a handler is lost, and its worker takes no more tasks', async () => {
    let runs = 0;
    const { client, task, waiting } = await program(() => runs++);
    client.sendTask('unknown', []);
    await until('the worker has taken it', async () => (await waiting()) === 0);
    await sleep(100);
    task.delay();
    await until('the next task is queued', async () => (await waiting()) === 1);
    await sleep(300);
    expect({ runs, waiting: await waiting() }).toEqual({ runs: 0, waiting: 1 });
  });
});

describe('time', () => {
  it('no time limit stops a task, not even one in its headers', async () => {
    const released = gate();
    let running = 0;
    const { client, queue } = await program(async () => {
      running++;
      await released.opened;
      return 'done';
    });
    const id = randomUUID();
    // The hard and the soft limit of Celery, in seconds.
    await client.broker.publish([[], {}, {}], '', queue, { task: 't', id, timelimit: [0.1, 0.1] }, {});
    await until('the task runs', () => running === 1);
    await sleep(400);
    const result = client.asyncResult(id);
    expect(await result.status()).toBeNull();
    released.open();
    expect(await outcome(client.asyncResult(id))).toBe('done');
  });

  it('a worker cannot be stopped', async () => {
    const { work } = await program();
    const worker = await work();
    expect(() => void worker.stop()).toThrow('not implemented yet');
  });
});

describe('acknowledgement', () => {
  it('a task leaves its queue before it runs', async () => {
    const released = gate();
    let running = 0;
    const { task, waiting, client } = await program(async () => {
      running++;
      await released.opened;
    });
    const { taskId } = task.delay();
    await until('the task runs', () => running === 1);
    expect(await waiting()).toBe(0);
    expect(await connected(client.backend).exists(`celery-task-meta-${taskId}`)).toBe(0);
    released.open();
  });

  it('a task whose worker is killed is not run again', async () => {
    const { task, queue, waiting } = await program();
    const result = task.delay();
    await until('the task is queued', async () => (await waiting()) === 1);
    await killWhenStarted(
      `const { createWorker } = await import(process.argv[3]);
       console.info = () => {};
       const worker = createWorker(process.argv[1], process.argv[1], process.argv[2]);
       worker.register('t', async () => {
         process.stdout.write('started');
         await new Promise(() => {});
       });
       worker.start();`,
      url,
      queue,
      packages.url('celery-node'),
    );
    let runs = 0;
    await program(() => runs++, queue);
    await expect(outcome(result, 500)).rejects.toThrow('TIMEOUT');
    expect({ runs, waiting: await waiting() }).toEqual({ runs: 0, waiting: 0 });
  });
});

describe('payload', () => {
  async function received(...args: unknown[]): Promise<unknown[]> {
    const seen: unknown[][] = [];
    const { task } = await program((...got) => void seen.push(got));
    task.delay(...args);
    await until('the task has run', () => seen.length === 1);
    return seen[0] as unknown[];
  }

  for (const { title, sent, received: expected } of PAYLOADS) {
    it(title, async () => {
      expect(await received(sent)).toStrictEqual([expected, {}]);
    });
  }

  it('the named arguments come last, also when there are none', async () => {
    expect(await received('a', 'b')).toStrictEqual(['a', 'b', {}]);
    expect(await received()).toStrictEqual([{}]);
  });

  it.each(['1n', 'loop'])(
    'what JSON refuses (%s) is an unhandled rejection, and delay() tells nothing',
    async (value) => {
      const { queue, waiting } = await program();
      await killWhenStarted(
        `const { createClient } = await import(process.argv[3]);
       const loop = {};
       loop.self = loop;
              process.on('unhandledRejection', (error) => {
         if (error instanceof TypeError) process.stdout.write('started');
       });
       createClient(process.argv[1], process.argv[1], process.argv[2]).createTask('t').delay(${value});`,
        url,
        queue,
        packages.url('celery-node'),
      );
      expect(await waiting()).toBe(0);
    },
  );

  it('an error as the outcome arrives without its message', async () => {
    const { task } = await program(() => {
      throw new Error('boom');
    });
    const failed = await outcome(task.delay()).catch((error: unknown) => error);
    expect(failed).toMatchObject({ message: 'FAILURE' });
    expect(JSON.stringify(failed)).not.toContain('boom');
  });
});

describe('routes', () => {
  it('a worker that is given a task it does not know prints that, and takes nothing any more', async () => {
    let runs = 0;
    const { client, waiting } = await program(() => ++runs);
    client.createTask('t').delay();
    await until('the known task has run', () => runs === 1);
    client.createTask('unknown').delay();
    await until('it is taken', async () => (await waiting()) === 0);
    await until('it is printed', () =>
      vi
        .mocked(console.log)
        .mock.calls.flat()
        .some((each) => String(each).includes('Missing process handler for task unknown')),
    );
    client.createTask('t').delay();
    await sleep(300);
    expect({ runs, waiting: await waiting() }).toEqual({ runs: 1, waiting: 1 });
  });
});

describe('waits', () => {
  it('get() gives the outcome of a task, which it asks for again and again', async () => {
    const { task } = await program((a, b) => (a as number) + (b as number));
    expect(await outcome(task.delay(1, 2))).toBe(3);
  });

  it('with a limit it gives up, without one it has none', async () => {
    const { client, task } = await program();
    await expect(outcome(task.delay(), 50)).rejects.toThrow('TIMEOUT');
    const result = task.delay();
    const waits = result.get(undefined, 20);
    expect(await Promise.race([waits, sleep(300).then(() => 'still waits')])).toBe('still waits');
    await client.backend.storeResult(result.taskId, 'done', 'SUCCESS');
    expect(await waits).toBe('done');
  });

  it('in a task it does not dead-lock: a worker runs all tasks at once', async () => {
    const queue = randomUUID();
    const client = celery.createClient(url, url, queue);
    open.push(client);
    const depth: number[] = [];
    await program(async (left) => {
      depth.push(left as number);
      return left === 0 ? 'end' : outcome(client.createTask('t').delay((left as number) - 1));
    }, queue);
    expect(await outcome(client.createTask('t').delay(5))).toBe('end');
    expect(depth).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it('it is a timer of the waiting process, so that nothing of it is left when that ends', async () => {
    const { client, task, waiting } = await program();
    const result = task.delay();
    await until('the task is queued', async () => (await waiting()) === 1);
    const waits = result.get(undefined, 20);
    await sleep(50);
    expect(await connected(client.backend).exists(`celery-task-meta-${result.taskId}`)).toBe(0);
    await client.backend.storeResult(result.taskId, 'done', 'SUCCESS');
    expect(await waits).toBe('done');
  });
});

describe('deduplication', () => {
  it('a task with an id that was sent before is run again', async () => {
    let runs = 0;
    const { client } = await program(() => ++runs);
    const id = randomUUID();
    client.sendTask('t', [], {}, id);
    client.sendTask('t', [], {}, id);
    await until('both have run', () => runs === 2);
  });
});
