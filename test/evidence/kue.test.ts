import type * as Kue from 'kue';
import { setTimeout as timeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Redis, startRedis } from './redis.js';
import { HOUR, PAYLOADS, REFUSED, gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

/** What a job holds, also where the types leave it out. */
interface Stored {
  readonly _state: string;
  readonly _error?: string;
  readonly _backoff?: unknown;
  readonly data: unknown;
  readonly promote_at: string;
  readonly failed_at: string;
  inactive(done: () => void): void;
}

const packages = packagesOf('kue');
let kue: typeof Kue;
let redis: Redis;
/** There is one queue in a process. */
let queue: Kue.Queue;
let counter = 0;

beforeAll(async () => {
  // A module for `require` whose exports Node cannot list.
  ({ default: kue } = await packages.load<{ default: typeof Kue }>('kue'));
  redis = await startRedis();
  queue = kue.createQueue({
    redis: { host: redis.host, port: redis.port },
    // Delayed jobs and time limits are looked at every second when nobody says so.
    promotion: { interval: 30 },
  });
  queue.setMaxListeners(0);
});
afterAll(async () => {
  await new Promise((resolve) => queue.shutdown(100, resolve));
  await redis.stop();
});

const newType = (): string => `t${++counter}`;

const saved = (job: Kue.Job): Promise<number> =>
  new Promise((resolve, reject) => {
    job.save((error?: Error) => {
      if (error) reject(error);
      else resolve(job.id);
    });
  });

const stored = (id: number): Promise<Stored> =>
  new Promise((resolve, reject) => {
    kue.Job.get(id, (error: Error | null, job: unknown) => {
      if (error) reject(error);
      else resolve(job as Stored);
    });
  });

const rests = (id: number, state: string): Promise<Stored> =>
  until(`job ${id} is ${state}`, async () => {
    const job = await stored(id);
    return job._state === state && job;
  });

/** Every run fails; `starts` holds the time of each. */
function failEveryRun(type: string): number[] {
  const starts: number[] = [];
  queue.process(type, (_job: Kue.Job, done: Kue.DoneCallback) => {
    starts.push(Date.now());
    done(new Error('boom'));
  });
  return starts;
}

async function runsOf(build: (job: Kue.Job) => Kue.Job): Promise<number[]> {
  const type = newType();
  const starts = failEveryRun(type);
  const events: string[] = [];
  const job = build(queue.create(type, {}));
  job.on('failed', () => void events.push('failed'));
  await saved(job);
  await until('the last run has failed', () => events.length > 0);
  return starts;
}

/** The child works on jobs of this type; `program` says how. It dies when it has printed `started`. */
const child = (type: string, program: string): Promise<void> =>
  killWhenStarted(
    `const { default: kue } = await import(process.argv[4]);
     const redis = { host: process.argv[1], port: Number(process.argv[2]) };
     const queue = kue.createQueue({ redis, promotion: { interval: 30 } });
     const type = process.argv[3];
     ${program}`,
    redis.host,
    String(redis.port),
    type,
    packages.url('kue'),
  );

describe('attempts', () => {
  it('a failing job runs once when nobody says how often', async () => {
    expect(await runsOf((job) => job)).toHaveLength(1);
  });

  it.each([
    { attempts: 1, runs: 1 },
    { attempts: 3, runs: 3 },
    { attempts: 2.5, runs: 3 },
    { attempts: 0, runs: 1 },
    { attempts: -1, runs: 1 },
    { attempts: undefined, runs: 1 },
    { attempts: NaN, runs: 1 },
  ])('attempts($attempts) is $runs runs: it counts all of them', async ({ attempts, runs }) => {
    expect(await runsOf((job) => job.attempts(attempts as number))).toHaveLength(runs);
  });

  it('attempts(Infinity) never ends', async () => {
    const type = newType();
    let runs = 0;
    queue.process(type, (_job: Kue.Job, done: Kue.DoneCallback) => {
      runs++;
      // An end for this test, not for the library.
      done(runs <= 50 && new Error('boom'));
    });
    const id = await saved(queue.create(type, {}).attempts(Infinity));
    await rests(id, 'complete');
    expect(runs).toBe(51);
  });

  it('failed attempt comes with each failed run but the last, failed with the last', async () => {
    const type = newType();
    const events: string[] = [];
    const job = queue.create(type, {}).attempts(3);
    for (const event of ['failed attempt', 'failed', 'complete'])
      job.on(event, () => void events.push(event));
    failEveryRun(type);
    await saved(job);
    await until('the last run has failed', () => events.includes('failed'));
    expect(events).toEqual(['failed attempt', 'failed attempt', 'failed']);
  });
});

describe('backoff', () => {
  /** The pause before each further run, in whole minutes; hours are asked for, so that none passes by itself. */
  async function delaysOf(runs: number, build: (job: Kue.Job) => Kue.Job): Promise<number[]> {
    const type = newType();
    const starts = failEveryRun(type);
    const id = await saved(build(queue.create(type, {}).attempts(runs)));
    const minutes: number[] = [];
    while (minutes.length < runs - 1) {
      const job = await until('the retry is delayed', async () => {
        const found = await stored(id);
        return found._state === 'delayed' && starts.length === minutes.length + 1 && found;
      });
      minutes.push(Math.floor((Number(job.promote_at) - (starts.at(-1) ?? 0)) / 60_000));
      await new Promise<void>((resolve) => {
        job.inactive(resolve);
      });
    }
    await until('all runs are made', () => starts.length === runs);
    await rests(id, 'failed');
    return minutes;
  }

  it('without backoff retries follow at once', async () => {
    const pauses = gaps(await runsOf((job) => job.attempts(10)));
    expect(pauses).toHaveLength(9);
    expect(median(pauses)).toBeLessThan(200);
  });

  it('fixed is the same delay in milliseconds each time, without jitter', async () => {
    const backoff = { type: 'fixed', delay: HOUR };
    expect(await delaysOf(4, (job) => job.backoff(backoff))).toEqual([60, 60, 60]);
  });

  it('exponential is half of the delay times 2^n - 1: d/2, 3d/2, 7d/2, without jitter', async () => {
    const backoff = { type: 'exponential', delay: HOUR };
    expect(await delaysOf(4, (job) => job.backoff(backoff))).toEqual([30, 90, 210]);
  });

  it('maxDelay is its limit, less half of the delay', async () => {
    const backoff = { type: 'exponential', delay: HOUR, maxDelay: 2 * HOUR };
    expect(await delaysOf(4, (job) => job.backoff(backoff))).toEqual([30, 90, 90]);
  });

  it('a function is asked with the number of runs', async () => {
    const backoff = (attempts: number): number => attempts * 3_600_000;
    expect(await delaysOf(3, (job) => job.backoff(backoff))).toEqual([60, 120]);
  });

  it('it is stored as text and evaluated by the worker, so that it sees nothing around it', async () => {
    const delay = 5_000;
    const id = await saved(queue.create(newType(), {}).backoff(() => delay));
    const job = await stored(id);
    expect(() => (job._backoff as () => number)()).toThrow(ReferenceError);
  });

  it.each([true, HOUR])('backoff(%s) has no pause of its own', async (backoff) => {
    const pauses = gaps(await runsOf((job) => job.attempts(8).backoff(backoff)));
    expect(pauses).toHaveLength(7);
    expect(median(pauses)).toBeLessThan(500);
  });

  it('backoff(true) takes the delay that the job was created with', async () => {
    const type = newType();
    const starts = failEveryRun(type);
    const id = await saved(queue.create(type, {}).attempts(2).delay(200).backoff(true));
    await rests(id, 'failed');
    await until('both runs are made', () => starts.length === 2);
    expect(gaps(starts)[0]).toBeGreaterThanOrEqual(200);
  });

  it('backoff without attempts is never used', async () => {
    expect(await runsOf((job) => job.backoff({ type: 'fixed', delay: 1 }))).toHaveLength(1);
  });

  it('an unknown type ends the process of the worker and leaves the job failed', async () => {
    const type = newType();
    const id = await saved(queue.create(type, {}).attempts(3).backoff({ type: 'linear', delay: 1 }));
    await child(
      type,
      `process.on('uncaughtException', (error) => {
         if (error instanceof TypeError) process.stdout.write('started');
       });
       queue.process(type, (job, done) => done(new Error('boom')));`,
    );
    expect((await stored(id))._state).toBe('failed');
  });
});

describe('routes', () => {
  it('a job of a type for which there is no process() stays inactive', async () => {
    const [known, unknown] = [newType(), newType()];
    queue.process(known, (_job: Kue.Job, done: Kue.DoneCallback) => {
      done();
    });
    const lost = await saved(queue.create(unknown, {}));
    await rests(await saved(queue.create(known, {})), 'complete');
    await sleep(100);
    expect((await stored(lost))._state).toBe('inactive');
  });
});

describe('time', () => {
  it('ttl fails the run after that many milliseconds while the handler goes on and a retry overlaps it', async () => {
    const type = newType();
    const released = gate();
    let running = 0;
    let ended = 0;
    queue.process(type, (_job: Kue.Job, done: Kue.DoneCallback) => {
      running++;
      void released.opened.then(() => {
        ended++;
        done();
      });
    });
    const id = await saved(queue.create(type, {}).ttl(100).attempts(2));
    await until('both runs are made', () => running === 2);
    const job = await rests(id, 'failed');
    expect(job._error).toBe('TTL exceeded');
    expect({ running, ended }).toEqual({ running: 2, ended: 0 });
    released.open();
    await until('both handlers have ended', () => ended === 2);
  });

  it('without ttl a job may take as long as it likes', async () => {
    const type = newType();
    let runs = 0;
    queue.process(type, (_job: Kue.Job, done: Kue.DoneCallback) => {
      runs++;
      setTimeout(done, 500);
    });
    const id = await saved(queue.create(type, {}).attempts(2));
    await rests(id, 'complete');
    expect(runs).toBe(1);
  });
});

describe('acknowledgement', () => {
  /** The child takes the job and dies. */
  async function crash(
    build: (job: Kue.Job) => Kue.Job,
  ): Promise<{ id: number; type: string; runs: () => number }> {
    const type = newType();
    const id = await saved(build(queue.create(type, {})));
    await child(type, `queue.process(type, () => process.stdout.write('started'));`);
    let runs = 0;
    queue.process(type, (_job: Kue.Job, done: Kue.DoneCallback) => {
      runs++;
      done();
    });
    return { id, type, runs: () => runs };
  }

  it('a job whose worker is killed stays active for ever', async () => {
    const { id, runs } = await crash((job) => job.attempts(3));
    await sleep(1_000);
    expect((await stored(id))._state).toBe('active');
    expect(runs()).toBe(0);
  });

  it('with ttl it fails then, and is run again when attempts are left', async () => {
    const once = await crash((job) => job.ttl(100));
    await rests(once.id, 'failed');
    expect(once.runs()).toBe(0);
    const twice = await crash((job) => job.ttl(100).attempts(2));
    await rests(twice.id, 'complete');
    expect(twice.runs()).toBe(1);
  });
});

describe('payload', () => {
  async function received(data: unknown): Promise<unknown> {
    const type = newType();
    const seen: unknown[] = [];
    queue.process(type, (job: Kue.Job, done: Kue.DoneCallback) => {
      seen.push(job.data);
      done();
    });
    await saved(queue.create(type, data as object));
    await until('the handler has its job', () => seen.length === 1);
    return seen[0];
  }

  for (const { title, sent, received: expected } of PAYLOADS) {
    it(title, async () => {
      expect(await received(sent)).toStrictEqual(expected);
    });
  }

  for (const { title, sent, message } of REFUSED) {
    it(title.replace('add reject', 'save call back with an error'), async () => {
      await expect(saved(queue.create(newType(), sent() as object))).rejects.toThrow(message);
    });
  }

  it.each([0, false, null, undefined, ''])('the payload %j arrives as an empty object', async (data) => {
    expect(await received(data)).toStrictEqual({});
  });
});

describe('waits', () => {
  /** A parent that waits for the events of a child of its own type; returns what happened, in order. */
  async function parentWaits(concurrency: number, patience: number): Promise<string[]> {
    const type = newType();
    const happened: string[] = [];
    const handler = async (job: Kue.Job): Promise<void> => {
      happened.push(`${job.data.kind} starts`);
      if (job.data.kind === 'child') return;
      const made = queue.create(type, { kind: 'child' });
      const ended = new Promise<string>((resolve) => {
        made.on('complete', () => {
          resolve('has its child');
        });
      });
      await saved(made);
      happened.push(`parent ${await Promise.race([ended, timeout(patience, 'gives up', { ref: false })])}`);
    };
    let ended = 0;
    queue.process(type, concurrency, (job: Kue.Job, done: Kue.DoneCallback) => {
      void handler(job).then(() => {
        ended++;
        done();
      });
    });
    await saved(queue.create(type, { kind: 'parent' }));
    await until('both jobs have ended', () => ended === 2);
    return happened;
  }

  it('the events of a job, waited for in a handler of its type, dead-lock at concurrency 1', async () => {
    expect(await parentWaits(1, 500)).toEqual(['parent starts', 'parent gives up', 'child starts']);
    // With a free slot the very same code ends well, so the wait above was for the slot.
    expect(await parentWaits(2, 20_000)).toEqual(['parent starts', 'child starts', 'parent has its child']);
  });
});

describe('handlers', () => {
  it('a job that is created and not saved does not run', async () => {
    const type = newType();
    let runs = 0;
    queue.process(type, (_job: Kue.Job, done: Kue.DoneCallback) => {
      runs++;
      done();
    });
    queue.create(type, {}).attempts(2);
    await sleep(300);
    expect(runs).toBe(0);
  });

  it('save gives the job, and no promise', () => {
    const job = queue.create(newType(), {});
    expect(job.save()).toBe(job);
    expect(job).not.toHaveProperty('then');
  });

  it.each([
    { title: 'one parameter', handler: async (_job: unknown) => 1 },
    { title: 'two parameters', handler: async (_job: unknown, _done: unknown) => 1 },
  ])('a promise ends no job, of a handler with $title: only done does', async ({ handler }) => {
    const type = newType();
    queue.process(type, handler as unknown as (job: Kue.Job, done: Kue.DoneCallback) => void);
    const id = await saved(queue.create(type, {}));
    await rests(id, 'active');
    await sleep(300);
    expect((await stored(id))._state).toBe('active');
  });

  it('with two parameters the second is done, otherwise the third', async () => {
    const type = newType();
    const seen: unknown[][] = [];
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the types know two parameters only
    const handler: any = (_job: unknown, context: object, done: () => void) => {
      seen.push(Object.keys(context));
      done();
    };
    queue.process(type, handler);
    const id = await saved(queue.create(type, {}));
    await rests(id, 'complete');
    expect(seen).toEqual([['pause', 'resume', 'shutdown']]);
  });

  it('a rejected promise of a handler is unhandled, and the job stays active', async () => {
    const type = newType();
    const id = await saved(queue.create(type, {}).attempts(3));
    await child(
      type,
      `process.on('unhandledRejection', () => process.stdout.write('started'));
       queue.process(type, async (job, done) => {
         throw new Error('boom');
       });`,
    );
    expect((await stored(id))._state).toBe('active');
  });

  it('what a handler throws at once ends the process, and the job stays active', async () => {
    const type = newType();
    const id = await saved(queue.create(type, {}).attempts(3));
    await child(
      type,
      `process.on('uncaughtException', () => process.stdout.write('started'));
       queue.process(type, (job, done) => {
         throw new Error('boom');
       });`,
    );
    expect((await stored(id))._state).toBe('active');
  });

  it('nobody listens to error unless the program does', () => {
    expect(queue.listenerCount('error')).toBe(0);
    expect(() => queue.emit('error', new Error('nobody listens'))).toThrow('nobody listens');
  });
});

describe('traps', () => {
  it('a backoff without attempts is one run', async () => {
    const type = newType();
    const starts = failEveryRun(type);
    const id = await saved(queue.create(type, {}).backoff({ delay: 1, type: 'fixed' }));
    await rests(id, 'failed');
    await sleep(200);
    expect(starts).toHaveLength(1);
  });
});
