import 'reflect-metadata';
import { type Observable, lastValueFrom } from 'rxjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Broker, openBroker } from './rabbitmq.js';
import { PAYLOADS, REFUSED, gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

interface Message {
  readonly properties: { readonly deliveryMode?: number; readonly messageId?: string };
}
interface Context {
  getMessage(): Message;
  getChannelRef(): {
    ack(message: Message): void;
    nack(message: Message, allUpTo?: boolean, requeue?: boolean): void;
    on(event: string, listener: (error: Error) => void): unknown;
  };
}
type Handler = (data: never, context: Context) => unknown;
interface Client {
  emit(pattern: string, data: unknown): Observable<unknown>;
  send(pattern: string, data: unknown): Observable<unknown>;
  close(): Promise<void>;
}
interface Microservices {
  readonly EventPattern: (pattern: string) => MethodDecorator;
  readonly MessagePattern: (pattern: string) => MethodDecorator;
  readonly Payload: () => ParameterDecorator;
  readonly Ctx: () => ParameterDecorator;
  readonly ClientProxyFactory: { create(options: object): Client };
  readonly RmqRecordBuilder: new (data: unknown) => { setOptions(options: object): { build(): unknown } };
  readonly Transport: { readonly RMQ: number };
}
interface Application {
  listen(): Promise<unknown>;
  close(): Promise<void>;
}
interface Common {
  readonly Module: (parts: object) => ClassDecorator;
  readonly Controller: () => ClassDecorator;
}
interface Core {
  readonly NestFactory: { createMicroservice(module: object, options: object): Promise<Application> };
}

const packages = packagesOf('nestjs-microservices');
const fail = (): never => {
  throw new Error('boom');
};
const ack = (context: Context): void => {
  context.getChannelRef().ack(context.getMessage());
};

let broker: Broker;
let library: Microservices;
let common: Common;
let core: Core;
let open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  expect(packages.version('@nestjs/microservices').startsWith('11.')).toBe(true);
  library = await packages.load<Microservices>('@nestjs/microservices');
  common = await packages.load<Common>('@nestjs/common');
  core = await packages.load<Core>('@nestjs/core');
  broker = await openBroker();
  return () => broker.close();
});

async function closeAll(): Promise<void> {
  await Promise.all(open.map((each) => each.close()));
  open = [];
}
afterEach(closeAll);

interface Served {
  readonly queue: string;
  readonly client: Client;
  /** Sends an event, and waits until the broker has it. */
  readonly emit: (data?: unknown) => Promise<unknown>;
}

/** A Nest microservice with one handler. */
async function serve(
  handler: Handler,
  options: object = {},
  {
    pattern = 'EventPattern',
    sending = {},
  }: { pattern?: 'EventPattern' | 'MessagePattern'; sending?: object } = {},
): Promise<Served> {
  const queue = await broker.openQueue();
  class Handlers {
    handle(data: never, context: Context): unknown {
      return handler(data, context);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Handlers.prototype, 'handle') as PropertyDescriptor;
  library[pattern]('done')(Handlers.prototype, 'handle', descriptor);
  library.Payload()(Handlers.prototype, 'handle', 0);
  library.Ctx()(Handlers.prototype, 'handle', 1);
  common.Controller()(Handlers);
  class Root {}
  common.Module({ controllers: [Handlers] })(Root);
  const connection = { urls: [broker.url], queue, noAssert: true };
  const transport = library.Transport.RMQ;
  const app = await core.NestFactory.createMicroservice(Root, {
    transport,
    options: { ...connection, ...options },
    logger: false,
    abortOnError: false,
  });
  open.push(app);
  await app.listen();
  const client = library.ClientProxyFactory.create({ transport, options: { ...connection, ...sending } });
  open.push(client);
  return {
    queue,
    client,
    emit: async (data = {}) => lastValueFrom(client.emit('done', data), { defaultValue: null }),
  };
}

describe('attempts', () => {
  const PATTERNS = [{ pattern: 'EventPattern' }, { pattern: 'MessagePattern' }] as const;

  /** Has a handler fail: the number of messages that were sent to it. */
  async function failing(pattern: 'EventPattern' | 'MessagePattern', options: object) {
    let runs = 0;
    const { queue, emit, client } = await serve(() => (runs++, fail()), options, { pattern });
    if (pattern === 'MessagePattern') {
      await expect(lastValueFrom(client.send('done', {}))).rejects.toMatchObject({ status: 'error' });
    }
    // When an event has come, the broker has confirmed the answer, too.
    await emit();
    const messages = pattern === 'MessagePattern' ? 2 : 1;
    await until('it has run', () => runs === messages);
    await sleep(100);
    expect(runs).toBe(messages);
    expect(await broker.left(queue)).toBe(0);
    await closeAll();
    return { queue, messages };
  }

  it.each(PATTERNS)(
    'the message of a failing @$pattern handler is gone when nobody says',
    async ({ pattern }) => {
      const { queue } = await failing(pattern, {});
      expect(await broker.kept(queue)).toBe(0);
    },
  );

  it.each(PATTERNS)(
    'with noAck: false that of a failing @$pattern handler is kept, and comes again when the channel is closed',
    async ({ pattern }) => {
      const { queue, messages } = await failing(pattern, { noAck: false });
      await until('it is back', async () => (await broker.left(queue)) === messages);
    },
  );

  it('nack by hand puts it back when nobody says, again and again', async () => {
    let runs = 0;
    const { emit } = await serve(
      (_, context) => {
        if (++runs <= 30) context.getChannelRef().nack(context.getMessage());
        else ack(context);
      },
      { noAck: false },
    );
    await emit();
    await until('it has run 31 times', () => runs === 31);
  });
});

describe('backoff', () => {
  it('a message that is put back comes again at once', async () => {
    const times: number[] = [];
    const { emit } = await serve(
      (_, context) => {
        if (times.push(Date.now()) <= 20) context.getChannelRef().nack(context.getMessage());
        else ack(context);
      },
      { noAck: false },
    );
    await emit();
    await until('it has come 21 times', () => times.length === 21);
    expect(median(gaps(times))).toBeLessThan(200);
  });
});

describe('acknowledgement', () => {
  it.each([
    { options: {}, after: 'all are lost', back: 0 },
    { options: { noAck: true }, after: 'all are lost', back: 0 },
    { options: { noAck: false }, after: 'all come again', back: 5 },
  ])('when a microservice with $options is killed, the messages that it was sent $after', async (given) => {
    const queue = await broker.openQueue();
    for (let message = 0; message < 5; message++) {
      broker.channel.sendToQueue(queue, Buffer.from(JSON.stringify({ pattern: 'done', data: {} })));
    }
    await killWhenStarted(
      `const [microservices, common, core, reflect, url, queue, options] = process.argv.slice(1);
      await import(reflect);
      const { EventPattern, Transport } = await import(microservices);
      const { Controller, Module } = await import(common);
      const { NestFactory } = await import(core);
      let started = 0;
      class Handlers {
        async handle() {
          if (++started === 5) console.log('started');
          await new Promise(() => {});
        }
      }
      EventPattern('done')(Handlers.prototype, 'handle', Object.getOwnPropertyDescriptor(Handlers.prototype, 'handle'));
      Controller()(Handlers);
      class Root {}
      Module({ controllers: [Handlers] })(Root);
      const app = await NestFactory.createMicroservice(Root, {
        transport: Transport.RMQ,
        options: { urls: [url], queue, noAssert: true, ...JSON.parse(options) },
        logger: false,
      });
      await app.listen();`,
      ...['@nestjs/microservices', '@nestjs/common', '@nestjs/core', 'reflect-metadata'].map((name) =>
        packages.url(name),
      ),
      broker.url,
      queue,
      JSON.stringify(given.options),
    );
    expect(await broker.kept(queue)).toBe(given.back);
  });

  it('with noAck: false the end of a handler acknowledges nothing', async () => {
    let runs = 0;
    const { queue, emit } = await serve(async () => void runs++, { noAck: false });
    await emit();
    await until('it has run', () => runs === 1);
    await closeAll();
    await until('the message is back', async () => (await broker.left(queue)) === 1);
  });

  it('an acknowledged message is gone', async () => {
    let runs = 0;
    const handler: Handler = (_, context) => {
      ack(context);
      runs++;
    };
    const { queue, emit } = await serve(handler, { noAck: false });
    await emit();
    await until('it has run', () => runs === 1);
    await closeAll();
    expect(await broker.kept(queue)).toBe(0);
  });

  it('to acknowledge a message without noAck: false closes the channel', async () => {
    const errors: string[] = [];
    const { emit } = await serve((_, context) => {
      context.getChannelRef().on('error', ({ message }) => errors.push(message));
      ack(context);
    });
    await emit();
    await until('the channel has an error', () => errors.length > 0);
    expect(errors[0]).toContain('406 (PRECONDITION-FAILED)');
  });

  it.each([
    { options: {}, most: 15 },
    { options: { prefetchCount: 3 }, most: 3 },
  ])('with the options $options there are $most of 15 messages at once', async ({ options, most }) => {
    const { opened, open: release } = gate();
    let running = 0;
    const handler: Handler = (_, context) => {
      running++;
      return opened.then(() => {
        ack(context);
      });
    };
    const { emit } = await serve(handler, { noAck: false, ...options });
    for (let message = 0; message < 15; message++) await emit();
    await until(`${most} handlers run`, () => running === most);
    await sleep(100);
    expect(running).toBe(most);
    release();
    await until('all have run', () => running === 15);
  });

  it('with noAck: false a message without a handler is deleted', async () => {
    let runs = 0;
    const { queue, emit, client } = await serve(
      (_, context) => {
        ack(context);
        runs++;
      },
      { noAck: false },
    );
    await lastValueFrom(client.emit('unknown', {}), { defaultValue: null });
    await emit();
    await until('the next one has run', () => runs === 1);
    await closeAll();
    expect(await broker.kept(queue)).toBe(0);
  });

  it('messages are not persistent when nobody says: the client says it, or a record', async () => {
    const modes: unknown[] = [];
    const handler: Handler = (_, context) => modes.push(context.getMessage().properties.deliveryMode);
    const { emit } = await serve(handler);
    await emit();
    await emit(new library.RmqRecordBuilder({}).setOptions({ persistent: true }).build());
    const persistent = await serve(handler, {}, { sending: { persistent: true } });
    await persistent.emit();
    await until('all have come', () => modes.length === 3);
    expect(modes).toEqual([1, 2, 2]);
  });
});

describe('payload', () => {
  async function received(data: unknown): Promise<unknown> {
    const seen: unknown[] = [];
    const { emit } = await serve((given: unknown) => void seen.push(given));
    await emit(data);
    await until('the handler has its data', () => seen.length === 1);
    return seen[0];
  }

  it.each(PAYLOADS)('$title', async ({ sent, received: expected }) => {
    expect(await received(sent)).toEqual(expected);
  });

  it.each(REFUSED)('$title', async ({ sent, message }) => {
    await expect(received(sent())).rejects.toThrow(message);
  });
});

describe('waits', () => {
  it('send waits in the memory of its process for the answer of the handler, without a limit', async () => {
    const { opened, open: release } = gate();
    let runs = 0;
    const handler = (): unknown => (runs++, opened.then(() => ({ answer: 1 })));
    const { client, emit } = await serve(handler, {}, { pattern: 'MessagePattern' });
    let answer: unknown;
    const asking = lastValueFrom(client.send('done', {})).then((given) => (answer = given));
    await sleep(300);
    expect(answer).toBeUndefined();
    release();
    expect(await asking).toEqual({ answer: 1 });
    // When an event has come, the broker has confirmed the answer, too.
    await emit();
    await until('the event has come', () => runs === 2);
  });

  it('send sends nothing before it is subscribed to, emit sends at once', async () => {
    const patterns: string[] = [];
    const { client } = await serve((pattern: string) => void patterns.push(pattern));
    client.send('done', 'send');
    client.emit('done', 'emit');
    await until('one has come', () => patterns.length > 0);
    await sleep(200);
    expect(patterns).toEqual(['emit']);
  });
});

describe('deduplication', () => {
  it('nothing keeps the same message out: a messageId is only handed on', async () => {
    const seen: unknown[] = [];
    const { emit } = await serve((_, context) => seen.push(context.getMessage().properties.messageId));
    for (let time = 0; time < 2; time++) {
      await emit(new library.RmqRecordBuilder({}).setOptions({ messageId: 'same' }).build());
    }
    await until('both have come', () => seen.length === 2);
    expect(seen).toEqual(['same', 'same']);
  });
});
