import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { ServerTCP } from '@nestjs/microservices';
import { Agenda } from 'agenda';
import BeeQueue from 'bee-queue';
import Bull from 'bull';
import * as bullmq6 from 'bullmq';
import * as bullmq5 from 'bullmq5';
import { createWorker } from 'celery-node';
import { create } from 'faktory-worker';
import { Inngest } from 'inngest';
import { serve } from 'inngest/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { openDatabase } from './postgres.js';
import { type Redis, startRedis } from './redis.js';
import { until } from './support.js';

/*
 * What the libraries make of names: of a second handler under one, and of a task for which there is none. What
 * they say of `sameName` and `routes` in the tables.
 */

let redis: Redis;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  for (const close of closing) await close();
  await redis.stop();
});

const bull = (name: string): Bull.Queue => {
  const queue = new Bull(name, { redis: { host: redis.host, port: redis.port } });
  closing.push(() => queue.close());
  return queue;
};

describe('sameName', () => {
  it('Bull throws, with a name and without one', () => {
    const queue = bull('twice');
    void queue.process('send', () => Promise.resolve(1));
    expect(() => queue.process('send', () => Promise.resolve(2))).toThrow(
      'Cannot define the same handler twice send',
    );
    void queue.process(() => Promise.resolve(1));
    expect(() => queue.process(() => Promise.resolve(2))).toThrow(
      'Cannot define the same handler twice __default__',
    );
  });

  it('Bee-Queue throws', async () => {
    const queue = new BeeQueue('twice', { redis: { host: redis.host, port: redis.port } });
    closing.push(() => queue.close());
    await queue.ready();
    queue.process(() => Promise.resolve(1));
    expect(() => {
      queue.process(() => Promise.resolve(2));
    }).toThrow('Cannot call Queue#process twice');
  });

  it('celery-node throws', async () => {
    const url = `redis://${redis.host}:${redis.port}/0`;
    const worker = createWorker(url, url, 'twice');
    closing.push(() => worker.disconnect());
    await worker.isReady();
    worker.register('send', () => 1);
    expect(() => {
      worker.register('send', () => 2);
    }).toThrow('Handler is already set');
  });

  it('Agenda keeps the last', () => {
    const agenda = new Agenda();
    const second = (): Promise<void> => Promise.resolve();
    agenda.define('send', () => Promise.resolve());
    agenda.define('send', second);
    const { _definitions: definitions } = agenda as unknown as {
      readonly _definitions: Readonly<Record<string, { readonly fn: unknown }>>;
    };
    expect(definitions['send']?.fn).toBe(second);
  });

  it('Faktory keeps the last', () => {
    const faktory = create();
    const second = (): Promise<void> => Promise.resolve();
    faktory.register('Send', () => Promise.resolve());
    faktory.register('Send', second);
    expect(faktory.registry['Send']).toBe(second);
  });

  it('Inngest throws where the functions are served', () => {
    const client = new Inngest({ id: 'app' });
    const one = client.createFunction({ id: 'send' }, { event: 'a' }, () => 1);
    const two = client.createFunction({ id: 'send' }, { event: 'b' }, () => 2);
    expect(() => serve({ client, functions: [one, two] })).toThrow('Duplicate function ID');
  });

  it('DBOS throws, also for a function’s own name', () => {
    async function send(): Promise<void> {
      await Promise.resolve();
    }
    DBOS.registerWorkflow(send);
    expect(() =>
      DBOS.registerWorkflow(
        async () => {
          await Promise.resolve();
        },
        { name: 'send' },
      ),
    ).toThrow('is already registered');
  });

  it('NestJS microservices keeps the last for a message, and all for an event', () => {
    const server = new ServerTCP({});
    const second = (): Promise<number> => Promise.resolve(2);
    server.addHandler('send', () => Promise.resolve(1));
    server.addHandler('send', second);
    expect(server.getHandlers().get('send')).toBe(second);
    const first = (): Promise<number> => Promise.resolve(1);
    server.addHandler('sent', first, true);
    server.addHandler('sent', second, true);
    expect(server.getHandlers().get('sent')).toBe(first);
    expect(server.getHandlers().get('sent')?.next).toBe(second);
  });
});

describe('routes', () => {
  it('BullMQ gives its processor jobs of all names, and one that it knows nothing of is done', async () => {
    for (const lib of [bullmq6, bullmq5 as unknown as typeof bullmq6]) {
      const connection = { host: redis.host, port: redis.port, maxRetriesPerRequest: null };
      const queue = new lib.Queue(`names-${randomUUID()}`, { connection });
      const given: string[] = [];
      const sent: string[] = [];
      const done: string[] = [];
      const processor = (job: bullmq6.Job): Promise<void> => {
        given.push(job.name);
        if (job.name === 'send') sent.push(job.name);
        return Promise.resolve();
      };
      const worker = new lib.Worker(queue.name, processor, { connection });
      closing.push(
        () => worker.close(true),
        () => queue.close(),
      );
      worker.on('completed', ({ name }) => done.push(name));
      await queue.add('send', {});
      await queue.add('other', {});
      await until('both are done', () => done.length === 2);
      expect({ given: given.sort(), sent }).toEqual({ given: ['other', 'send'], sent: ['send'] });
    }
  });

  it('graphile-worker leaves a task that it does not know in the table', async () => {
    interface Library {
      readonly Logger: new (factory: () => () => void) => object;
      readonly quickAddJob: (options: object, name: string, payload: object) => Promise<unknown>;
      readonly runOnce: (options: object) => Promise<void>;
    }
    for (const version of ['0.16', '0.18']) {
      const { Logger, quickAddJob, runOnce } = await packagesOf(`graphile-worker-${version}`).load<Library>(
        'graphile-worker',
      );
      const database = await openDatabase(`names_${version.replace('.', '_')}`);
      closing.push(() => database.close());
      const options = { connectionString: database.url, logger: new Logger(() => () => undefined) };
      const ran: unknown[] = [];
      await quickAddJob(options, 'other', {});
      await quickAddJob(options, 'send', {});
      await runOnce({ ...options, taskList: { send: () => void ran.push('send') } });
      expect(ran).toEqual(['send']);
      const left = await database.query('SELECT task_identifier AS task, attempts FROM graphile_worker.jobs');
      expect(left).toEqual([{ task: 'other', attempts: 0 }]);
    }
  });

  it('Bull fails a job whose name no handler has, and takes one for all with `*`', async () => {
    const queue = bull('unknown');
    void queue.process('send', () => Promise.resolve(1));
    const failed: string[] = [];
    queue.on('failed', (_, { message }) => failed.push(message));
    await queue.add('other', {});
    await queue.add({});
    await until('both failed', () => failed.length === 2);
    expect(failed).toEqual([
      'Missing process handler for job type other',
      'Missing process handler for job type __default__',
    ]);

    const rest = bull('rest');
    void rest.process('*', (job) => Promise.resolve(job.name));
    const done: string[] = [];
    rest.on('completed', (_, name: string) => done.push(name));
    await rest.add('other', {});
    await until('it is done', () => done.length === 1);
    expect(done).toEqual(['other']);
  });
});
