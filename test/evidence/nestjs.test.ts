import 'reflect-metadata';
import * as forBull from '@nestjs/bull';
import * as forBullMQ from '@nestjs/bullmq';
import {
  type INestApplicationContext,
  Injectable,
  Module,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type Bull from 'bull';
import type { Job, Queue, QueueOptions } from 'bullmq';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Redis, startRedis } from './redis.js';
import { sleep, until } from './support.js';

// Decorators are called as the functions that they are: the tests are compiled without decorator support.

let redis: Redis;
let apps: INestApplicationContext[] = [];
let counter = 0;

beforeAll(async () => {
  redis = await startRedis();
  return () => redis.stop();
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  apps = [];
});

/** A real Nest application without HTTP, made of these imports and providers. */
async function boot(parts: ModuleMetadata): Promise<INestApplicationContext> {
  class Root {}
  Module(parts)(Root);
  const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
  apps.push(app);
  return app;
}

/** Class decorators and constructor parameters, as TypeScript would apply them. */
function injectable<T extends Type>(Class: T, ...parameters: ParameterDecorator[]): T {
  parameters.forEach((decorate, index) => {
    decorate(Class, undefined, index);
  });
  Injectable()(Class);
  return Class;
}

function decorateMethod(Class: Type, method: string, decorator: MethodDecorator): void {
  const descriptor = Object.getOwnPropertyDescriptor(Class.prototype, method);
  if (!descriptor) throw new Error(`No method ${method}`);
  decorator(Class.prototype as object, method, descriptor);
}

const connection = () => ({ host: redis.host, port: redis.port });
const newName = (): string => `q${++counter}`;

const ROOT_DEFAULTS = { attempts: 3, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: 5 };
const OWN_DEFAULTS = { attempts: 7 };

describe('@nestjs/bullmq', () => {
  const { BullModule, InjectFlowProducer, InjectQueue, OnWorkerEvent, Processor, WorkerHost, getQueueToken } =
    forBullMQ;
  const root = (): QueueOptions => ({ connection: connection(), defaultJobOptions: ROOT_DEFAULTS });

  /** What the queue holds as its defaults, and what a job that states nothing is stored with. */
  async function defaultsOf(app: INestApplicationContext, name?: string) {
    const queue = app.get<Queue>(getQueueToken(name), { strict: false });
    const { id } = await queue.add('job', {});
    const job = await queue.getJob(id ?? '');
    const { attempts, backoff, removeOnComplete } = job?.opts ?? {};
    return {
      queue: queue.name,
      defaults: queue.defaultJobOptions,
      job: { attempts, backoff, removeOnComplete },
    };
  }

  it('a queue without defaultJobOptions gets those of forRoot', async () => {
    const name = newName();
    const app = await boot({ imports: [BullModule.forRoot(root()), BullModule.registerQueue({ name })] });
    expect(await defaultsOf(app, name)).toEqual({ queue: name, defaults: ROOT_DEFAULTS, job: ROOT_DEFAULTS });
  });

  it('the defaultJobOptions of a queue replace those of forRoot as a whole', async () => {
    const name = newName();
    const queue = BullModule.registerQueue({ name, defaultJobOptions: OWN_DEFAULTS });
    const app = await boot({ imports: [BullModule.forRoot(root()), queue] });
    expect(await defaultsOf(app, name)).toEqual({
      queue: name,
      defaults: OWN_DEFAULTS,
      job: { attempts: 7, backoff: undefined, removeOnComplete: undefined },
    });
  });

  it('an explicit defaultJobOptions: undefined of a queue erases those of forRoot', async () => {
    const name = newName();
    const options = { name, defaultJobOptions: undefined } as unknown as { name: string };
    const app = await boot({ imports: [BullModule.forRoot(root()), BullModule.registerQueue(options)] });
    const { job } = await defaultsOf(app, name);
    expect(job).toEqual({ attempts: 0, backoff: undefined, removeOnComplete: undefined });
  });

  it('options at add are merged over the defaults of forRoot', async () => {
    const name = newName();
    const app = await boot({ imports: [BullModule.forRoot(root()), BullModule.registerQueue({ name })] });
    const queue = app.get<Queue>(getQueueToken(name));
    const { id } = await queue.add('job', {}, { attempts: 9 });
    expect((await queue.getJob(id ?? ''))?.opts).toMatchObject({ ...ROOT_DEFAULTS, attempts: 9 });
  });

  it('forRootAsync with useFactory gives its queues the same defaults', async () => {
    const name = newName();
    const SETTINGS = 'settings';
    const app = await boot({
      imports: [
        BullModule.forRootAsync({
          useFactory: async (settings: QueueOptions) => settings,
          inject: [SETTINGS],
          extraProviders: [{ provide: SETTINGS, useFactory: root }],
        }),
        BullModule.registerQueue({ name }),
      ],
    });
    expect(await defaultsOf(app, name)).toEqual({ queue: name, defaults: ROOT_DEFAULTS, job: ROOT_DEFAULTS });
  });

  it('forRootAsync with useClass asks createSharedConfiguration() for the same defaults', async () => {
    const name = newName();
    class Settings {
      createSharedConfiguration(): QueueOptions {
        return root();
      }
    }
    const rootModule = BullModule.forRootAsync({ useClass: injectable(Settings) });
    const app = await boot({ imports: [rootModule, BullModule.registerQueue({ name })] });
    expect(await defaultsOf(app, name)).toEqual({ queue: name, defaults: ROOT_DEFAULTS, job: ROOT_DEFAULTS });
  });

  it('registerQueueAsync with useFactory replaces the defaults of forRoot, as registerQueue does', async () => {
    const [own, none] = [newName(), newName()];
    const app = await boot({
      imports: [
        BullModule.forRoot(root()),
        BullModule.registerQueueAsync(
          { name: own, useFactory: async () => ({ defaultJobOptions: OWN_DEFAULTS }) },
          { name: none, useFactory: () => ({}) },
        ),
      ],
    });
    expect(await defaultsOf(app, own)).toMatchObject({ queue: own, defaults: OWN_DEFAULTS });
    expect(await defaultsOf(app, none)).toMatchObject({ queue: none, defaults: ROOT_DEFAULTS });
  });

  it('registerQueueAsync with useClass asks createRegisterQueueOptions()', async () => {
    const name = newName();
    class Settings {
      createRegisterQueueOptions() {
        return { defaultJobOptions: OWN_DEFAULTS };
      }
    }
    const queue = BullModule.registerQueueAsync({ name, useClass: injectable(Settings) });
    const app = await boot({ imports: [BullModule.forRoot(root()), queue] });
    expect(await defaultsOf(app, name)).toMatchObject({ queue: name, defaults: OWN_DEFAULTS });
  });

  it('a queue with a configKey gets the defaults of the forRoot of that key', async () => {
    const name = newName();
    const other = { connection: connection(), defaultJobOptions: { attempts: 11 } };
    const app = await boot({
      imports: [
        BullModule.forRoot(root()),
        BullModule.forRoot('other', other),
        BullModule.registerQueue({ name, configKey: 'other' }),
      ],
    });
    expect(await defaultsOf(app, name)).toMatchObject({ queue: name, defaults: { attempts: 11 } });
  });

  it('a queue registered without a name is called default', async () => {
    const app = await boot({
      imports: [BullModule.forRoot({ ...root(), prefix: newName() }), BullModule.registerQueue({})],
    });
    expect(await defaultsOf(app)).toMatchObject({ queue: 'default', job: { attempts: 3 } });
  });

  it('@InjectQueue(name) injects the registered queue', async () => {
    const name = newName();
    class Service {
      constructor(readonly queue: Queue) {}
    }
    injectable(Service, InjectQueue(name));
    const app = await boot({
      imports: [BullModule.forRoot(root()), BullModule.registerQueue({ name })],
      providers: [Service],
    });
    expect(app.get(Service).queue).toBe(app.get(getQueueToken(name)));
    expect(app.get(Service).queue.name).toBe(name);
  });

  it('a flow producer ignores the defaultJobOptions of forRoot and of the queue', async () => {
    const name = newName();
    class Service {
      constructor(readonly flows: { add(flow: object): Promise<{ job: Job }> }) {}
    }
    injectable(Service, InjectFlowProducer('flows'));
    const app = await boot({
      imports: [
        BullModule.forRoot(root()),
        BullModule.registerQueue({ name, defaultJobOptions: OWN_DEFAULTS }),
        BullModule.registerFlowProducer({ name: 'flows' }),
      ],
      providers: [Service],
    });
    const { job } = await app.get(Service).flows.add({ name: 'parent', queueName: name });
    expect((await app.get<Queue>(getQueueToken(name)).getJob(job.id ?? ''))?.opts.attempts).toBe(0);
  });

  it('the process method of a @Processor class is the handler of its queue', async () => {
    const name = newName();
    const handled: string[] = [];
    class Consumer extends WorkerHost {
      async process(job: Job): Promise<void> {
        handled.push(`${job.name} ${String(job.data.nr)}`);
      }
    }
    Processor(name)(Consumer);
    const app = await boot({
      imports: [BullModule.forRoot(root()), BullModule.registerQueue({ name })],
      providers: [Consumer],
    });
    const queue = app.get<Queue>(getQueueToken(name));
    await queue.addBulk([1, 2].map((nr) => ({ name: `job${nr}`, data: { nr } })));
    await until('both jobs are handled', () => handled.length === 2);
    expect(handled).toEqual(['job1 1', 'job2 2']);
  });

  it('a @Processor class that is no WorkerHost is refused at boot', async () => {
    const name = newName();
    class Consumer {
      async process(): Promise<void> {}
    }
    Processor(name)(Consumer);
    // The queue itself is left out: nothing would close it when the boot fails.
    const root = BullModule.forRoot({ connection: connection() });
    const booting = boot({ imports: [root, BullModule.registerQueue()], providers: [Consumer] });
    await expect(booting).rejects.toThrow('should inherit from the abstract "WorkerHost" class');
  });

  it('a failing process method is retried by the defaults of forRoot and seen by @OnWorkerEvent("failed")', async () => {
    const name = newName();
    const failures: number[] = [];
    class Consumer extends WorkerHost {
      async process(): Promise<void> {
        throw new Error('boom');
      }
      failed(job: Job): void {
        failures.push(job.attemptsMade);
      }
    }
    Processor(name)(Consumer);
    decorateMethod(Consumer, 'failed', OnWorkerEvent('failed'));
    const options = { connection: connection(), defaultJobOptions: { attempts: 3 } };
    const app = await boot({
      imports: [BullModule.forRoot(options), BullModule.registerQueue({ name })],
      providers: [Consumer],
    });
    const queue = app.get<Queue>(getQueueToken(name));
    await queue.add('job', {});
    await until('the job has failed for good', async () => (await queue.getFailedCount()) === 1);
    await until('the listener has seen it', () => failures.length === 3);
    expect(failures).toEqual([1, 2, 3]);
  });

  it('worker settings of the queue registration do not reach the @Processor, its second argument does', async () => {
    const [registered, decorated] = [newName(), newName()];
    class One extends WorkerHost {
      async process(): Promise<void> {}
    }
    class Two extends WorkerHost {
      async process(): Promise<void> {}
    }
    Processor(registered)(One);
    Processor(decorated, { concurrency: 5 })(Two);
    const withConcurrency = { name: registered, concurrency: 5 } as { name: string };
    const app = await boot({
      imports: [BullModule.forRoot(root()), BullModule.registerQueue(withConcurrency, { name: decorated })],
      providers: [One, Two],
    });
    expect(app.get(One).worker.opts.concurrency).toBe(1);
    expect(app.get(Two).worker.opts.concurrency).toBe(5);
  });
});

describe('@nestjs/bull', () => {
  const { BullModule, InjectQueue, OnQueueFailed, Process, Processor, getQueueToken } = forBull;
  const root = (): Bull.QueueOptions => ({ redis: connection(), defaultJobOptions: ROOT_DEFAULTS });

  async function defaultsOf(app: INestApplicationContext, name?: string) {
    const queue = app.get<Bull.Queue>(getQueueToken(name), { strict: false });
    const { id } = await queue.add({});
    const job = await queue.getJob(id);
    const { attempts, backoff, removeOnComplete } = job?.opts ?? {};
    return { queue: queue.name, job: { attempts, backoff, removeOnComplete } };
  }

  it('a queue without defaultJobOptions gets those of forRoot', async () => {
    const name = newName();
    const app = await boot({ imports: [BullModule.forRoot(root()), BullModule.registerQueue({ name })] });
    expect(await defaultsOf(app, name)).toEqual({ queue: name, job: ROOT_DEFAULTS });
  });

  it('the defaultJobOptions of a queue replace those of forRoot as a whole', async () => {
    const name = newName();
    const queue = BullModule.registerQueue({ name, defaultJobOptions: OWN_DEFAULTS });
    const app = await boot({ imports: [BullModule.forRoot(root()), queue] });
    const job = { attempts: 7, backoff: undefined, removeOnComplete: undefined };
    expect(await defaultsOf(app, name)).toEqual({ queue: name, job });
  });

  it('forRootAsync with useFactory gives its queues the same defaults', async () => {
    const name = newName();
    const rootModule = BullModule.forRootAsync({ useFactory: async () => root() });
    const app = await boot({ imports: [rootModule, BullModule.registerQueue({ name })] });
    expect(await defaultsOf(app, name)).toEqual({ queue: name, job: ROOT_DEFAULTS });
  });

  it('forRootAsync with useClass asks createSharedConfiguration() for the same defaults', async () => {
    const name = newName();
    class Settings {
      createSharedConfiguration(): Bull.QueueOptions {
        return root();
      }
    }
    const rootModule = BullModule.forRootAsync({ useClass: injectable(Settings) });
    const app = await boot({ imports: [rootModule, BullModule.registerQueue({ name })] });
    expect(await defaultsOf(app, name)).toEqual({ queue: name, job: ROOT_DEFAULTS });
  });

  it('registerQueueAsync with useFactory replaces the defaults of forRoot, as registerQueue does', async () => {
    const [own, none] = [newName(), newName()];
    const app = await boot({
      imports: [
        BullModule.forRoot(root()),
        BullModule.registerQueueAsync(
          { name: own, useFactory: async () => ({ defaultJobOptions: OWN_DEFAULTS }) },
          { name: none, useFactory: () => ({}) },
        ),
      ],
    });
    const job = { attempts: 7, backoff: undefined, removeOnComplete: undefined };
    expect(await defaultsOf(app, own)).toEqual({ queue: own, job });
    expect(await defaultsOf(app, none)).toEqual({ queue: none, job: ROOT_DEFAULTS });
  });

  it('registerQueueAsync with useClass asks createBullOptions()', async () => {
    const name = newName();
    class Settings {
      createBullOptions() {
        return { defaultJobOptions: OWN_DEFAULTS };
      }
    }
    const queue = BullModule.registerQueueAsync({ name, useClass: injectable(Settings) });
    const app = await boot({ imports: [BullModule.forRoot(root()), queue] });
    expect(await defaultsOf(app, name)).toMatchObject({ queue: name, job: { attempts: 7 } });
  });

  it('a queue registered without a name is called default', async () => {
    const options = { ...root(), prefix: newName() };
    const app = await boot({ imports: [BullModule.forRoot(options), BullModule.registerQueue({})] });
    expect(await defaultsOf(app)).toMatchObject({ queue: 'default', job: { attempts: 3 } });
  });

  it('@InjectQueue(name) injects the registered queue', async () => {
    const name = newName();
    class Service {
      constructor(readonly queue: Bull.Queue) {}
    }
    injectable(Service, InjectQueue(name));
    const app = await boot({
      imports: [BullModule.forRoot(root()), BullModule.registerQueue({ name })],
      providers: [Service],
    });
    expect(app.get(Service).queue).toBe(app.get(getQueueToken(name)));
    expect(app.get(Service).queue.name).toBe(name);
    await app.get(Service).queue.isReady();
  });

  it("@Process('name') methods handle the jobs of that name, @Process() those without one", async () => {
    const name = newName();
    const handled: string[] = [];
    class Consumer {
      async welcome(job: Bull.Job): Promise<void> {
        handled.push(`welcome ${String(job.data.nr)}`);
      }
      async goodbye(job: Bull.Job): Promise<void> {
        handled.push(`goodbye ${String(job.data.nr)}`);
      }
      async unnamed(job: Bull.Job): Promise<void> {
        handled.push(`unnamed ${String(job.data.nr)}`);
      }
    }
    Processor(name)(Consumer);
    decorateMethod(Consumer, 'welcome', Process('welcome'));
    decorateMethod(Consumer, 'goodbye', Process({ name: 'goodbye' }));
    decorateMethod(Consumer, 'unnamed', Process());
    const app = await boot({
      imports: [BullModule.forRoot(root()), BullModule.registerQueue({ name })],
      providers: [Consumer],
    });
    const queue = app.get<Bull.Queue>(getQueueToken(name));
    await queue.add('goodbye', { nr: 1 });
    await queue.add('welcome', { nr: 2 });
    await queue.add({ nr: 3 });
    await until('all three jobs are handled', () => handled.length === 3);
    expect(handled.sort()).toEqual(['goodbye 1', 'unnamed 3', 'welcome 2']);
  });

  it('a failing @Process() method is retried by the defaults of forRoot and seen by @OnQueueFailed()', async () => {
    const name = newName();
    const failures: number[] = [];
    class Consumer {
      async run(): Promise<void> {
        throw new Error('boom');
      }
      failed(job: Bull.Job): void {
        failures.push(job.attemptsMade);
      }
    }
    Processor(name)(Consumer);
    decorateMethod(Consumer, 'run', Process());
    decorateMethod(Consumer, 'failed', OnQueueFailed());
    const options = { redis: connection(), defaultJobOptions: { attempts: 3 } };
    const app = await boot({
      imports: [BullModule.forRoot(options), BullModule.registerQueue({ name })],
      providers: [Consumer],
    });
    const queue = app.get<Bull.Queue>(getQueueToken(name));
    await queue.add({});
    await until('the job has failed for good', async () => (await queue.getFailedCount()) === 1);
    await until('the listener has seen it', () => failures.length === 3);
    expect(failures).toEqual([1, 2, 3]);
  });

  it('a @Process() method of two parameters leaves its job active until it calls done', async () => {
    const name = newName();
    const pending: Bull.DoneCallback[] = [];
    class Consumer {
      async run(_job: Bull.Job, done: Bull.DoneCallback): Promise<void> {
        pending.push(done);
      }
    }
    Processor(name)(Consumer);
    decorateMethod(Consumer, 'run', Process());
    const app = await boot({
      imports: [BullModule.forRoot(root()), BullModule.registerQueue({ name })],
      providers: [Consumer],
    });
    const queue = app.get<Bull.Queue>(getQueueToken(name));
    const { id } = await queue.add({});
    await until('the method has returned', () => pending.length === 1);
    await sleep(300);
    expect(await (await queue.getJob(id))?.getState()).toBe('active');
    pending[0]?.();
    await until(
      'the job is completed',
      async () => (await (await queue.getJob(id))?.getState()) === 'completed',
    );
  });
});
