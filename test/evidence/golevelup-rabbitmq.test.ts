import 'reflect-metadata';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Broker, openBroker } from './rabbitmq.js';
import { PAYLOADS, REFUSED, gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

type Handler = (payload: never, message: never, headers: never) => unknown;
type Decorator = (options: object) => MethodDecorator;
type Kind = 'RabbitSubscribe' | 'RabbitRPC';

interface Channel {
  nack(message: unknown, allUpTo: boolean, requeue: boolean): void;
  on(event: string, listener: (error: Error) => void): unknown;
}
interface Connection {
  readonly channel: Channel;
  readonly configuration: { readonly defaultRpcTimeout: number };
  publish(exchange: string, key: string, message: unknown, options?: object): Promise<unknown>;
  request(options: object): Promise<unknown>;
}
interface Library {
  AmqpConnection: new (...args: never) => Connection;
  RabbitMQModule: { forRoot(options: object): object };
  RabbitSubscribe: Decorator;
  RabbitRPC: Decorator;
  Nack: new (requeue?: boolean) => object;
}
interface Application {
  get<T>(token: new (...args: never) => T): T;
  close(): Promise<void>;
}

const packages = packagesOf('golevelup-rabbitmq');
const nothing = (): void => {};
const logger = { log: nothing, warn: nothing, error: nothing, debug: nothing, verbose: nothing };
const fail = (): never => {
  throw new Error('boom');
};
/** The handler of an error that deletes the message. */
const discard = (channel: Channel, message: unknown): void => {
  channel.nack(message, false, false);
};

let broker: Broker;
let library: Library;
let createApp: (module: object, options: object) => Promise<Application>;
let Module: (parts: object) => ClassDecorator;
let apps: Application[] = [];
let counter = 0;

beforeAll(async () => {
  expect(packages.version('@golevelup/nestjs-rabbitmq').startsWith('9.')).toBe(true);
  library = await packages.load('@golevelup/nestjs-rabbitmq');
  ({ Module } = await packages.load<{ Module: typeof Module }>('@nestjs/common'));
  const { NestFactory } = await packages.load<{
    NestFactory: { createApplicationContext: typeof createApp };
  }>('@nestjs/core');
  createApp = (module, options) => NestFactory.createApplicationContext(module, options);
  broker = await openBroker();
  return () => broker.close();
});

/** One after the other: a second one gets no handlers while the first is open. */
async function closeApps(): Promise<void> {
  for (const app of apps) await app.close();
  apps = [];
}
afterEach(closeApps);

interface Served {
  readonly queue: string;
  readonly connection: Connection;
  readonly send: (payload?: unknown, options?: object) => Promise<unknown>;
}

/** A Nest application with one handler, made by its decorator. */
async function serve(
  handler: Handler,
  options: object = {},
  settings: object = {},
  kind: Kind = 'RabbitSubscribe',
): Promise<Served> {
  const queue = `golevelup-${++counter}`;
  class Handlers {
    handle(payload: never, message: never, headers: never): unknown {
      return handler(payload, message, headers);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Handlers.prototype, 'handle') as PropertyDescriptor;
  const decorate = library[kind]({ exchange: 'evidence', routingKey: queue, queue, ...options });
  decorate(Handlers.prototype, 'handle', descriptor);
  class Root {}
  const module = { uri: broker.url, exchanges: [{ name: 'evidence', type: 'topic' }], logger, ...settings };
  Module({ imports: [library.RabbitMQModule.forRoot(module)], providers: [Handlers] })(Root);
  const app = await createApp(Root, { logger: false, abortOnError: false });
  apps.push(app);
  const connection = app.get(library.AmqpConnection);
  const send: Served['send'] = async (payload = {}, publishing = {}) =>
    connection.publish('evidence', queue, payload, publishing);
  return { queue, connection, send };
}

/** What becomes of a message whose handler does this. */
async function fate(
  outcome: () => unknown,
  options: object = {},
  settings: object = {},
  kind: Kind = 'RabbitSubscribe',
): Promise<'comes again and again' | 'is gone' | 'is kept'> {
  const times = { first: 0, second: 0 };
  const handler = (which: 'first' | 'second'): unknown =>
    ++times[which] <= 30 && which === 'first' ? outcome() : undefined;
  const { send, queue } = await serve(handler, options, settings, kind);
  await send('first');
  await until('the message has come', () => times.first > 0);
  await send('second');
  await until('the next one has come', () => times.second > 0);
  await sleep(100);
  const again = times.first > 1;
  if (again) await until('it has come often', () => times.first > 30);
  await closeApps();
  if (again) return 'comes again and again';
  return (await broker.kept(queue)) === 0 ? 'is gone' : 'is kept';
}

describe('attempts', () => {
  it('the message of a failing handler comes again and again when nobody says', async () => {
    expect(await fate(fail)).toBe('comes again and again');
  });

  it.each([
    { errorBehavior: 'REQUEUE', becomes: 'comes again and again' },
    { errorBehavior: 'NACK', becomes: 'is gone' },
    { errorBehavior: 'ACK', becomes: 'is gone' },
  ])('with errorBehavior $errorBehavior it $becomes, and so with that of the module', async (given) => {
    const { errorBehavior, becomes } = given;
    expect(await fate(fail, { errorBehavior })).toBe(becomes);
    expect(await fate(fail, {}, { defaultSubscribeErrorBehavior: errorBehavior })).toBe(becomes);
  });

  it('the errorBehavior of a handler wins over that of the module', async () => {
    const module = { defaultSubscribeErrorBehavior: 'REQUEUE' };
    expect(await fate(fail, { errorBehavior: 'NACK' }, module)).toBe('is gone');
  });

  it('what the module says of a named handler wins over its decorator', async () => {
    const handlers = { named: { errorBehavior: 'NACK' } };
    expect(await fate(fail, { name: 'named', errorBehavior: 'REQUEUE' }, { handlers })).toBe('is gone');
  });

  it('errorHandler wins over errorBehavior', async () => {
    expect(await fate(fail, { errorHandler: discard, errorBehavior: 'REQUEUE' })).toBe('is gone');
  });

  it('NACK sends the message to the dead-letter exchange of the queue, ACK does not', async () => {
    const dead = await broker.openQueue();
    const queueOptions = { deadLetterExchange: '', deadLetterRoutingKey: dead };
    await fate(fail, { errorBehavior: 'ACK', queueOptions });
    await fate(fail, { errorBehavior: 'NACK', queueOptions });
    await until('one is there', async () => (await broker.left(dead)) > 0);
    expect(await broker.left(dead)).toBe(1);
  });

  it('new Nack() deletes the message, new Nack(true) puts it back', async () => {
    expect(await fate(() => new library.Nack())).toBe('is gone');
    expect(await fate(() => new library.Nack(false))).toBe('is gone');
    expect(await fate(() => new library.Nack(true))).toBe('comes again and again');
  });

  it('the errorBehavior of a @RabbitRPC handler is ignored, and so is that of the module', async () => {
    const settings = { defaultSubscribeErrorBehavior: 'NACK' };
    expect(await fate(fail, { errorBehavior: 'NACK' }, settings, 'RabbitRPC')).toBe('comes again and again');
  });

  it('its errorHandler is not, nor the defaultRpcErrorHandler of the module', async () => {
    expect(await fate(fail, { errorHandler: discard }, {}, 'RabbitRPC')).toBe('is gone');
    expect(await fate(fail, {}, { defaultRpcErrorHandler: discard }, 'RabbitRPC')).toBe('is gone');
  });
});

describe('traps', () => {
  it('with noAck the broker has acknowledged already, and the second time closes the channel', async () => {
    const errors: string[] = [];
    let runs = 0;
    const { send, connection } = await serve(() => void runs++, {
      queueOptions: { consumerOptions: { noAck: true } },
    });
    connection.channel.on('error', ({ message }) => errors.push(message));
    await send();
    await until('the channel has an error', () => errors.length > 0);
    expect(errors[0]).toContain('406 (PRECONDITION-FAILED)');
    expect(runs).toBe(1);
  });

  it('with noAck: false it does not', async () => {
    const errors: string[] = [];
    let runs = 0;
    const { send, connection } = await serve(() => void runs++, {
      queueOptions: { consumerOptions: { noAck: false } },
    });
    connection.channel.on('error', ({ message }) => errors.push(message));
    await send();
    await send();
    await until('both have come', () => runs === 2);
    await sleep(100);
    expect(errors).toEqual([]);
  });
});

describe('backoff', () => {
  it('a message that is put back comes again at once', async () => {
    const times: number[] = [];
    const { send } = await serve(() => (times.push(Date.now()) <= 20 ? fail() : undefined));
    await send();
    await until('it has come 21 times', () => times.length === 21);
    expect(median(gaps(times))).toBeLessThan(200);
  });
});

describe('acknowledgement', () => {
  it.each([{ kind: 'RabbitSubscribe' }, { kind: 'RabbitRPC' }] as const)(
    'the message of a killed @$kind handler is run again: it is acknowledged when the handler has resolved',
    async ({ kind }) => {
      const queue = `golevelup-${++counter}`;
      await killWhenStarted(
        `const [url, uri, queue, kind] = process.argv.slice(1);
        const { AmqpConnection } = (await import(url)).default;
        const nothing = () => {};
        const logger = { log: nothing, warn: nothing, error: nothing, debug: nothing, verbose: nothing };
        const exchanges = [{ name: 'evidence', type: 'topic' }];
        const connection = new AmqpConnection({ uri, exchanges, logger });
        await connection.init();
        const create = kind === 'RabbitRPC' ? 'createRpc' : 'createSubscriber';
        await connection[create](
          async () => {
            console.log('started');
            await new Promise(nothing);
          },
          { exchange: 'evidence', routingKey: queue, queue },
        );
        await connection.publish('evidence', queue, {});`,
        packages.url('@golevelup/nestjs-rabbitmq'),
        broker.url,
        queue,
        kind,
      );
      await until('it is back', async () => (await broker.left(queue)) === 1);
      const { opened, open } = gate();
      let runs = 0;
      await serve(() => (runs++, opened), { queue, routingKey: queue }, {}, kind);
      await until('it is run again', () => runs === 1);
      open();
      await closeApps();
      expect(await broker.kept(queue)).toBe(0);
    },
  );

  it.each(['a value', { ok: false }])('what a handler returns does not matter: %o', async (returned) => {
    expect(await fate(() => returned)).toBe('is gone');
  });

  it.each([
    { settings: {}, most: 10 },
    { settings: { prefetchCount: 3 }, most: 3 },
  ])('with the settings $settings there are at most $most messages at once', async ({ settings, most }) => {
    const { opened, open } = gate();
    let running = 0;
    const { send } = await serve(() => (running++, opened), {}, settings);
    for (let message = 0; message < 15; message++) await send();
    await until(`${most} handlers run`, () => running === most);
    await sleep(100);
    expect(running).toBe(most);
    open();
    await until('all have run', () => running === 15);
  });

  it('batchOptions gives the handler arrays, which are put back as a whole when it fails', async () => {
    const batches: unknown[][] = [];
    const { send, queue } = await serve(
      (payloads: unknown[]) => (batches.push(payloads) === 1 ? fail() : undefined),
      { batchOptions: { size: 2, timeout: 2_000 } },
    );
    await send(1);
    await send(2);
    await until('both have come twice', () => batches.flat().length === 4);
    expect(batches[0]).toEqual([1, 2]);
    expect(batches.slice(1).flat().sort()).toEqual([1, 2]);
    await closeApps();
    expect(await broker.kept(queue)).toBe(0);
  });

  it('a message is not persistent when nobody says; defaultPublishOptions may say it', async () => {
    const modes: unknown[] = [];
    const handler = (_: unknown, message: { properties: { deliveryMode?: number } }): void => {
      modes.push(message.properties.deliveryMode);
    };
    const plain = await serve(handler);
    await plain.send();
    await plain.send({}, { persistent: true });
    await until('both have come', () => modes.length === 2);
    await closeApps();
    await (await serve(handler, {}, { defaultPublishOptions: { persistent: true } })).send();
    await until('the third has come', () => modes.length === 3);
    expect(modes).toEqual([undefined, 2, 2]);
  });
});

describe('payload', () => {
  async function received(payload: unknown): Promise<unknown> {
    const seen: unknown[] = [];
    const { send } = await serve((given: unknown) => void seen.push(given));
    await send(payload);
    await until('the handler has its payload', () => seen.length === 1);
    return seen[0];
  }

  it.each(PAYLOADS)('$title', async ({ sent, received: expected }) => {
    expect(await received(sent)).toEqual(expected);
  });

  it.each(REFUSED)('$title', async ({ sent, message }) => {
    await expect(received(sent())).rejects.toThrow(message);
  });

  it('a Buffer as the payload is sent as it is, and read as JSON', async () => {
    expect(await received(Buffer.from('{"a":1}'))).toEqual({ a: 1 });
  });

  it.each([null, Buffer.from('no JSON')])(
    '%s as the payload never reaches the handler, and is put back for ever',
    async (payload) => {
      let runs = 0;
      let read = 0;
      const deserializer = (content: Buffer): unknown => (read++, JSON.parse(content.toString()));
      const { send } = await serve(() => void runs++, {}, { deserializer });
      await send(payload);
      await until('it has come often', () => read > 30);
      expect(runs).toBe(0);
    },
  );
});

describe('waits', () => {
  it('request waits in the memory of its process for the answer of the handler', async () => {
    const { opened, open } = gate();
    const { connection, queue } = await serve(() => opened.then(() => ({ answer: 1 })), {}, {}, 'RabbitRPC');
    let answer: unknown;
    const asking = connection
      .request({ exchange: 'evidence', routingKey: queue, payload: {} })
      .then((given) => (answer = given));
    await sleep(100);
    expect(answer).toBeUndefined();
    open();
    expect(await asking).toEqual({ answer: 1 });
  });

  it('it gives up after 10 seconds when nobody says, and after timeout milliseconds; the handler goes on', async () => {
    const { opened, open } = gate();
    let ended = false;
    const handler = (): Promise<unknown> => opened.then(() => (ended = true));
    const { connection, queue } = await serve(handler, {}, {}, 'RabbitRPC');
    expect(connection.configuration.defaultRpcTimeout).toBe(10_000);
    const start = Date.now();
    const asking = connection.request({ exchange: 'evidence', routingKey: queue, timeout: 200 });
    await expect(asking).rejects.toThrow('200');
    expect(Date.now() - start).toBeGreaterThanOrEqual(195);
    expect(ended).toBe(false);
    open();
    await until('the handler has ended', () => ended);
  });

  it('of a handler that fails it hears nothing', async () => {
    const { connection, queue } = await serve(fail, { errorHandler: discard }, {}, 'RabbitRPC');
    const asking = connection.request({ exchange: 'evidence', routingKey: queue, timeout: 200 });
    await expect(asking).rejects.toThrow('200');
  });
});

describe('deduplication', () => {
  it('nothing keeps the same message out: a messageId is only handed on', async () => {
    const seen: unknown[] = [];
    const { send } = await serve((_: unknown, message: { properties: { messageId?: string } }) => {
      seen.push(message.properties.messageId);
    });
    for (let time = 0; time < 2; time++) await send({}, { messageId: 'same' });
    await until('both have come', () => seen.length === 2);
    expect(seen).toEqual(['same', 'same']);
  });
});
