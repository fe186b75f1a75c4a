import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { openDatabase } from './postgres.js';
import { openBroker } from './rabbitmq.js';
import { startRedis } from './redis.js';

/*
 * What an `error` does that nobody listens to, and that one listener is enough. Each program below makes the
 * object, listens to it (`LISTEN`) or not, and then loses its connection or is refused something.
 */

interface Program {
  readonly library: string;
  readonly fixture: string;
  readonly specifier: string;
  readonly server?: 'redis' | 'postgres' | 'rabbitmq';
  readonly source: string;
  /** The program goes on without a listener, too. */
  readonly goesOn?: true;
}

/** As if the network did it: every connection to the server breaks. */
const breakConnections = `
  for (const handle of process._getActiveHandles())
    if (handle.remotePort === port) handle.destroy(Object.assign(new Error('lost'), { code: 'ECONNRESET' }));`;

const programs: readonly Program[] = [
  ...['9', '10', '11', '12'].map((version) => ({
    library: `pg-boss ${version}`,
    fixture: `pg-boss-${version}`,
    specifier: 'pg-boss',
    server: 'postgres' as const,
    source: `
      const PgBoss = library.PgBoss ?? library.default;
      const it = new PgBoss({ connectionString: url, schema: 'boss_' + process.pid });
      LISTEN
      await it.start();
      if (it.createQueue) await it.createQueue('mails');
      await it.work('mails', async () => {});
      // The pool may have no connection at one moment.
      setInterval(() => {
        ${breakConnections}
      }, 50);`,
  })),
  {
    library: 'Bee-Queue',
    fixture: 'bee-queue',
    specifier: 'bee-queue',
    server: 'redis',
    source: `
      const it = new library.default('q', { redis: { host, port } });
      LISTEN
      await it.ready();
      ${breakConnections}`,
  },
  {
    library: 'Kue',
    fixture: 'kue',
    specifier: 'kue',
    server: 'redis',
    source: `
      const it = library.default.createQueue({ redis: { host, port } });
      LISTEN
      await new Promise((done) => it.client.once('ready', done));
      it.process('a', () => {});
      await new Promise((done) => setTimeout(done, 300));
      ${breakConnections}`,
  },
  ...['Queue', 'Worker', 'Scheduler', 'MultiWorker'].map((name) => ({
    library: `node-resque ${name}`,
    fixture: 'node-resque',
    specifier: 'node-resque',
    server: 'redis' as const,
    source: `
      const connection = { host, port, options: { maxRetriesPerRequest: 0 } };
      const it = new library.${name}({ connection, queues: ['a'], minTaskProcessors: 1, checkTimeout: 50 }, {});
      LISTEN
      await (it.connect?.() ?? it.start());
      ${name === 'MultiWorker' ? 'await new Promise((done) => setTimeout(done, 1500));' : ''}
      ${breakConnections}`,
  })),
  ...['0.10', '2'].flatMap((version) => [
    {
      library: `amqplib ${version}, a connection`,
      fixture: `amqplib-${version}`,
      specifier: 'amqplib',
      server: 'rabbitmq' as const,
      source: `
        const it = await library.default.connect(url);
        LISTEN
        ${breakConnections}`,
    },
    {
      library: `amqplib ${version}, a channel of a connection without a listener`,
      fixture: `amqplib-${version}`,
      specifier: 'amqplib',
      server: 'rabbitmq' as const,
      source: `
        const it = await (await library.default.connect(url)).createChannel();
        LISTEN
        it.publish('nowhere', 'key', Buffer.from('a'));`,
    },
  ]),
  {
    library: 'amqp-connection-manager',
    fixture: 'amqp-connection-manager',
    specifier: 'amqp-connection-manager',
    server: 'rabbitmq',
    source: `
      const it = library.connect([url]).createChannel({ setup: async () => { throw new Error('refused'); } });
      LISTEN`,
  },
  ...['broker', 'session'].map((name) => ({
    library: `Rascal, the ${name}`,
    fixture: 'rascal',
    specifier: 'rascal',
    server: 'rabbitmq' as const,
    source: `
      const { BrokerAsPromised, withDefaultConfig } = library.default;
      const broker = await BrokerAsPromised.create(withDefaultConfig({
        vhosts: { '/': { connection: { url }, queues: { one: {} }, subscriptions: { one: { queue: 'one' } } } },
      }));
      const session = await broker.subscribe('one');
      session.on('message', () => {});
      await new Promise((done) => session.on('subscribed', done));
      ${name === 'session' ? `broker.on('error', () => {});` : `session.on('error', () => {});`}
      const it = ${name};
      LISTEN
      ${breakConnections}`,
  })),
  ...['13', '15'].map((version) => ({
    library: `sqs-consumer ${version}`,
    fixture: `sqs-consumer-${version}`,
    specifier: 'sqs-consumer',
    source: `
      const sqs = { config: {}, send: async () => { throw new Error('lost'); } };
      const it = library.Consumer.create({
        queueUrl: 'http://queue', handleMessage: async (m) => m, sqs, pollingWaitTimeMs: 50,
      });
      LISTEN
      it.start();`,
    ...(version === '15' ? { goesOn: true as const } : {}),
  })),
  ...['4', '5'].map((version) => ({
    library: `Agenda ${version}`,
    fixture: `agenda-${version}`,
    specifier: 'agenda',
    source: `
      const collection = { createIndex: (keys, options, done) => setTimeout(done, 10, new Error('lost')) };
      const it = new library.Agenda({ mongo: { collection: () => collection } });
      LISTEN`,
  })),
  {
    library: '@hokify/agenda',
    fixture: 'hokify-agenda',
    specifier: '@hokify/agenda',
    source: `
      const collection = { createIndex: async () => {}, findOneAndUpdate: async () => { throw new Error('lost'); } };
      const it = new library.Agenda({ mongo: { collection: () => collection }, processEvery: 50 });
      LISTEN
      it.define('a', async () => {});
      await it.start();`,
  },
  ...['Worker', 'Queue'].map((name) => ({
    library: `BullMQ ${name}`,
    fixture: '..',
    specifier: 'bullmq',
    server: 'redis' as const,
    source: `
      const connection = { host, port };
      const it = new library.${name}('q', ${name === 'Worker' ? 'async () => {}, ' : ''}{ connection });
      LISTEN
      await it.waitUntilReady();
      ${breakConnections}`,
    goesOn: true as const,
  })),
];

let urls: Readonly<Record<'redis' | 'postgres' | 'rabbitmq', string>>;

beforeAll(async () => {
  const redis = await startRedis();
  const broker = await openBroker();
  const database = await openDatabase('emitters');
  urls = {
    redis: `redis://${redis.host}:${String(redis.port)}`,
    rabbitmq: broker.url,
    postgres: database.url,
  };
  return async () => {
    await Promise.all([redis.stop(), broker.close(), database.close()]);
  };
});

/** Runs a program until it ends by itself, for three seconds after its trouble at most. */
async function run({ fixture, specifier, server, source }: Program, listener: string) {
  const url = new URL(server ? urls[server] : 'none://localhost:1');
  const program = `
    const library = await import(process.argv[1]);
    const [url, host, port] = [process.argv[2], process.argv[3], Number(process.argv[4])];
    setTimeout(() => { console.log('goes on'); process.exit(0); }, 4000);
    ${source.replace('LISTEN', listener)}`;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      program,
      packagesOf(fixture).url(specifier),
      url.href,
      url.hostname,
      url.port,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, errors, code: child.exitCode };
}

describe('emitters', () => {
  for (const program of programs) {
    const { library, goesOn } = program;
    it.concurrent(
      `${library}: without a listener the process ${goesOn ? 'goes on' : 'ends'}`,
      async () => {
        const { out, errors, code } = await run(program, '');
        if (goesOn)
          expect([code, out + errors]).toEqual([0, expect.stringMatching(/lost[^]*goes on|goes on[^]*lost/)]);
        else
          expect([code, errors]).toEqual([
            1,
            expect.stringMatching(/lost|refused|nowhere|ECONNREFUSED|Mongo/),
          ]);
      },
      30_000,
    );
    it.concurrent(
      `${library}: with one it goes on`,
      async () => {
        const { out, code, errors } = await run(program, `it.on('error', () => console.log('heard'));`);
        expect([code, out], errors).toEqual([0, expect.stringMatching(/^(heard\n)+goes on\n$/)]);
      },
      30_000,
    );
  }

  it.each(['0.10', '2'])('amqplib %s: a channel without one closes its connection', async (version) => {
    const { out, code } = await run(
      {
        library: 'amqplib',
        fixture: `amqplib-${version}`,
        specifier: 'amqplib',
        server: 'rabbitmq',
        source: `
          const it = await library.default.connect(url);
          LISTEN
          it.on('close', () => console.log('closed'));
          (await it.createChannel()).publish('nowhere', 'key', Buffer.from('a'));`,
      },
      `it.on('error', () => console.log('heard'));`,
    );
    expect([code, out]).toEqual([0, 'heard\nclosed\ngoes on\n']);
  });
});
