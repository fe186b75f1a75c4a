import { once } from 'node:events';
import type { Client, Job, Worker, create } from 'faktory-worker';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { PAYLOADS, REFUSED, gate, killWhenStarted, sleep, until } from './support.js';

// Retries, pauses and reservations are the work of the Faktory server, which is not there. What a client asks of it
// and when a worker acknowledges is shown with a server that notes the commands and hands out jobs once.

type JobPayload = Job['payload'];
type PartialJobPayload = ReturnType<Job['toJSON']>;
/** What the module is for `require`, and `default` for `import`. */
type Faktory = ReturnType<typeof create>;

const HOST = '127.0.0.1';
const packages = packagesOf('faktory-worker');
let faktory: Faktory;
let server: Server;
let port = 0;
let waiting: string[] = [];
let commands: { name: string; argument: string }[] = [];
let workers: Worker[] = [];
const sockets = new Set<Socket>();
const clients: Client[] = [];

/** Gates of the running test. Those that a failed test leaves shut would keep its handlers, and so the end, waiting. */
const gates: (() => void)[] = [];
function closedGate(): ReturnType<typeof gate> {
  const made = gate();
  gates.push(made.open);
  return made;
}
function openGates(): void {
  for (const open of gates.splice(0)) open();
}

function answer(name: string, argument: string): string {
  if (name === 'PUSH') waiting.push(argument);
  if (name === 'PUSHB') {
    waiting.push(...(JSON.parse(argument) as unknown[]).map((job) => JSON.stringify(job)));
    return '$2\r\n{}\r\n';
  }
  if (name !== 'FETCH') return '+OK\r\n';
  const job = waiting.shift();
  return job === undefined ? '$-1\r\n' : `$${Buffer.byteLength(job)}\r\n${job}\r\n`;
}

beforeAll(async () => {
  ({ default: faktory } = await packages.load<{ default: Faktory }>('faktory-worker'));
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.write('+HI {"v":2}\r\n');
    createInterface({ input: socket }).on('line', (line) => {
      const [name = ''] = line.split(' ', 1);
      const argument = line.slice(name.length + 1);
      if (name === 'END') {
        socket.end();
        return;
      }
      if (!['FETCH', 'HELLO', 'BEAT'].includes(name)) commands.push({ name, argument });
      // A worker that finds nothing asks again at once.
      if (name === 'FETCH' && waiting.length === 0)
        setTimeout(() => socket.write(answer(name, argument)), 20);
      else socket.write(answer(name, argument));
    });
  }).listen(0, HOST);
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  return async () => {
    await Promise.all(clients.map(async (client) => client.close()));
    for (const socket of sockets) socket.destroy();
    server.close();
  };
});
afterEach(async () => {
  openGates();
  await Promise.all(workers.map(async (worker) => worker.stop()));
  workers = [];
  waiting = [];
  commands = [];
});

async function connect(): Promise<Client> {
  const client = await faktory.connect({ host: HOST, port: String(port) });
  clients.push(client);
  return client;
}

/** Works on jobs with this function. */
async function work(fn: (...args: unknown[]) => unknown): Promise<Worker> {
  const worker = new faktory.Worker({ host: HOST, port: String(port), concurrency: 2, registry: { j: fn } });
  workers.push(worker);
  return worker.work();
}

const sent = <T>(name: string): T[] =>
  commands.filter((command) => command.name === name).map(({ argument }) => JSON.parse(argument) as T);

const ended = (name: 'ACK' | 'FAIL', count = 1): Promise<{ jid: string; message?: string }[]> =>
  until(`the worker says ${name}`, () => {
    const found = sent<{ jid: string; message?: string }>(name);
    return found.length >= count && found;
  });

/** What the server is told of a job. */
async function pushed(payload: Partial<PartialJobPayload>): Promise<Partial<JobPayload>> {
  const client = await connect();
  await client.push({ jobtype: 'j', ...payload });
  return sent<Partial<JobPayload>>('PUSH')[0] ?? {};
}

describe('attempts', () => {
  it('a job asks for 25 retries when nobody says how many: 26 runs', async () => {
    expect(await pushed({})).toMatchObject({ retry: 25, queue: 'default' });
    const client = await connect();
    await client.job('j').push();
    await client.pushBulk([{ jobtype: 'j' }]);
    expect(sent<JobPayload>('PUSH')[1]?.retry).toBe(25);
    expect(sent<JobPayload[]>('PUSHB')[0]?.[0]?.retry).toBe(25);
  });

  it.each([0, -1, 3])('retry: %i is passed on as it is', async (retry) => {
    expect(await pushed({ retry })).toMatchObject({ retry });
    const job = (await connect()).job('j');
    job.retry = retry;
    await job.push();
    expect(sent<JobPayload>('PUSH')[1]?.retry).toBe(retry);
  });

  it('an explicit undefined erases the 25, and the server decides', async () => {
    const untyped: object = { retry: undefined };
    expect(await pushed(untyped)).not.toHaveProperty('retry');
  });

  it('a worker does not retry by itself: it reports each failed run to the server', async () => {
    let runs = 0;
    const worker = await work(() => {
      runs++;
      throw new Error('boom');
    });
    const failures: unknown[] = [];
    worker.on('fail', ({ job }: { job: JobPayload }) => failures.push(job.jobtype));
    const client = await connect();
    const jid = await client.push({ jobtype: 'j', retry: 5 });
    expect(await ended('FAIL')).toMatchObject([{ jid, message: 'boom' }]);
    await until('the worker tells it here, too', () => failures.length === 1);
    await sleep(100);
    expect(runs).toBe(1);
    // Work on, when the server says so.
    waiting.push(JSON.stringify({ jid, jobtype: 'j', args: [] }));
    await ended('FAIL', 2);
    expect(runs).toBe(2);
  });
});

describe('traps', () => {
  it('Infinity and NaN reach the server as null, which is no number of retries', async () => {
    for (const retry of [Infinity, NaN]) {
      commands = [];
      expect(await pushed({ retry })).toMatchObject({ retry: null });
    }
  });

  it.each([0, 1, 59, 60, 86_400, 86_401])(
    'reserve_for: %i is the server’s to judge: the client sends it as it is',
    async (reserve_for) => {
      expect(await pushed({ reserve_for })).toMatchObject({ reserve_for });
    },
  );
});

describe('routes', () => {
  it('a job that no worker knows is reported as failed', async () => {
    await work(() => 1);
    await (await connect()).push({ jobtype: 'unknown' });
    expect((await ended('FAIL'))[0]?.message).toBe('No jobtype registered: unknown');
  });
});

describe('time', () => {
  it('a job asks for no reservation of its own when nobody says how long', async () => {
    expect(await pushed({})).not.toHaveProperty('reserve_for');
  });

  it('reserveFor is passed on as it is', async () => {
    const job = (await connect()).job('j');
    job.reserveFor = 90;
    await job.push();
    expect(sent<JobPayload>('PUSH')[0]).toMatchObject({ reserve_for: 90 });
  });

  it('a worker stops no handler after reserve_for: the seconds are for the server alone', async () => {
    const released = closedGate();
    const signals: AbortSignal[] = [];
    await work(() => async (context: { signal: AbortSignal }) => {
      signals.push(context.signal);
      await released.opened;
    });
    await (await connect()).push({ jobtype: 'j', reserve_for: 1 });
    await until('the handler runs', () => signals.length === 1);
    await sleep(1_300);
    expect(signals[0]?.aborted).toBe(false);
    expect(commands.filter(({ name }) => name !== 'PUSH')).toEqual([]);
    released.open();
    await ended('ACK');
  });
});

describe('acknowledgement', () => {
  it('a job is acknowledged when its handler has ended', async () => {
    const released = closedGate();
    let running = false;
    await work(async () => {
      running = true;
      await released.opened;
    });
    const jid = await (await connect()).push({ jobtype: 'j' });
    await until('the handler runs', () => running);
    await sleep(100);
    expect(sent('ACK')).toEqual([]);
    released.open();
    expect(await ended('ACK')).toEqual([{ jid }]);
  });

  it('also when what the handler returned is a function, which then runs with the context', async () => {
    const released = closedGate();
    const seen: unknown[] = [];
    await work((...args) => async ({ job }: { job: JobPayload }) => {
      seen.push(args, job.jobtype);
      await released.opened;
    });
    await (await connect()).push({ jobtype: 'j', args: [1, 2] });
    await until('the handler runs', () => seen.length > 0);
    await sleep(100);
    expect(sent('ACK')).toEqual([]);
    released.open();
    await ended('ACK');
    expect(seen).toEqual([[1, 2], 'j']);
  });

  it('a worker that is killed has acknowledged nothing, so the server gives the job to another', async () => {
    await (await connect()).push({ jobtype: 'j' });
    await killWhenStarted(
      `const { default: faktory } = await import(process.argv[2]);
       faktory.register('j', async () => {
         process.stdout.write('started');
         await new Promise(() => {});
       });
       await faktory.work({ host: '${HOST}', port: process.argv[1] });`,
      String(port),
      packages.url('faktory-worker'),
    );
    await sleep(100);
    expect(commands.filter(({ name }) => name !== 'PUSH')).toEqual([]);
  });

  it('nobody need listen to error: the worker does, and prints it', async () => {
    const worker = await work(() => 1);
    expect(worker.listenerCount('error')).toBe(1);
  });
});

describe('payload', () => {
  async function received(...args: unknown[]): Promise<unknown[]> {
    const seen: unknown[][] = [];
    await work((...got) => void seen.push(got));
    await (await connect()).job('j', ...args).push();
    await ended('ACK');
    return seen[0] as unknown[];
  }

  for (const { title, sent: value, received: expected } of PAYLOADS) {
    it(title, async () => {
      expect(await received(value)).toStrictEqual([expected]);
    });
  }

  for (const { title, sent: value, message } of REFUSED) {
    it(title.replace('add', 'push'), async () => {
      const client = await connect();
      await expect(client.job('j', value()).push()).rejects.toThrow(message);
      expect(commands).toEqual([]);
    });
  }

  it('arguments keep their places, and what JSON has not is null there', async () => {
    expect(await received(1, undefined, () => 1, 'a')).toStrictEqual([1, null, null, 'a']);
  });
});

describe('waits', () => {
  it('push gives the id of the job, and nothing that could be waited for', async () => {
    const job = (await connect()).job('j');
    expect(await job.push()).toBe(job.jid);
  });
});

describe('deduplication', () => {
  it('each job has an id of its own unless it is given one, and the client drops none', async () => {
    const client = await connect();
    await client.push({ jobtype: 'j' });
    await client.push({ jobtype: 'j' });
    await client.push({ jobtype: 'j', jid: 'same' });
    await client.push({ jobtype: 'j', jid: 'same' });
    const ids = sent<JobPayload>('PUSH').map(({ jid }) => jid);
    expect(new Set(ids).size).toBe(3);
    expect(ids.slice(2)).toEqual(['same', 'same']);
  });

  it('custom is passed on as it is, unique_for with it', async () => {
    expect(await pushed({ custom: { unique_for: 60 } })).toMatchObject({ custom: { unique_for: 60 } });
  });
});

describe('handlers', () => {
  it('a job that is made and not pushed is not queued', async () => {
    const client = await connect();
    const job = client.job('j', 1);
    job.retry = 3;
    await sleep(50);
    expect(commands).toEqual([]);
  });
});
