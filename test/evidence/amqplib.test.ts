import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Broker, askRabbitMQ, openBroker } from './rabbitmq.js';
import { gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

interface Message {
  readonly content: Buffer;
  readonly fields: { readonly redelivered: boolean; readonly deliveryTag: number };
  readonly properties: { readonly deliveryMode?: number; readonly messageId?: string };
}
interface Channel {
  on(event: string, listener: (given: Error) => void): unknown;
  assertQueue(name: string, options?: object): Promise<unknown>;
  deleteQueue(name: string): Promise<unknown>;
  sendToQueue(name: string, content: unknown, options?: object): boolean;
  publish(exchange: string, key: string, content: unknown, options?: object): boolean;
  consume(name: string, handler: (message: Message | null) => unknown, options?: object): Promise<unknown>;
  get(name: string, options?: object): Promise<Message | false>;
  prefetch(count: number): Promise<unknown>;
  ack(message: Message): void;
  nack(message: Message, allUpTo?: boolean, requeue?: boolean): void;
  reject(message: Message, requeue?: boolean): void;
  close(): Promise<void>;
}
interface Connection {
  createChannel(): Promise<Channel>;
  createConfirmChannel(): Promise<Channel & { waitForConfirms(): Promise<void> }>;
  on(event: string, listener: (given: Error) => void): unknown;
  close(): Promise<void>;
}
interface Library {
  readonly connect: (url: string, options?: object) => Promise<Connection>;
}
type Done<T> = (error: Error | null, value: T) => void;
interface CallbackChannel extends Pick<Channel, 'nack'> {
  get(name: string, options: object, done: Done<Message | false>): void;
}
interface CallbackLibrary {
  connect(url: string, done: Done<{ createChannel(done: Done<CallbackChannel>): void; close(): void }>): void;
}

const VERSIONS = [{ version: '0.10' }, { version: '2' }];

let url: string;
let broker: Broker;
let counter = 0;

beforeAll(async () => {
  broker = await openBroker();
  ({ url } = broker);
  return () => broker.close();
});

describe.each(VERSIONS)('amqplib $version', ({ version }) => {
  const packages = packagesOf(`amqplib-${version}`);
  let library: Library;
  let connection: Connection;
  /** Sends and looks; what is tested happens on channels of its own. */
  let channel: Channel;
  let channels: Channel[] = [];

  beforeAll(async () => {
    expect(packages.version('amqplib').startsWith(`${version}.`)).toBe(true);
    library = await packages.load<Library>('amqplib');
    connection = await library.connect(url);
    channel = await connection.createChannel();
    return () => connection.close();
  });
  afterEach(async () => {
    await Promise.allSettled(channels.map(async (each) => each.close()));
    channels = [];
  });

  async function openChannel(): Promise<{ worker: Channel; errors: string[] }> {
    const worker = await connection.createChannel();
    const errors: string[] = [];
    worker.on('error', ({ message }) => errors.push(message));
    channels.push(worker);
    return { worker, errors };
  }
  async function openQueue(messages = 1, options?: object): Promise<string> {
    const name = `amqplib-${version}-${++counter}`;
    await channel.assertQueue(name, options);
    for (let message = 1; message <= messages; message++) {
      channel.sendToQueue(name, Buffer.from(JSON.stringify({ message })));
    }
    return name;
  }
  const left = (name: string): Promise<number> => broker.left(name);
  const got = async (from: Channel, name: string, options?: object): Promise<Message> =>
    until('there is a message', () => from.get(name, options));

  /** Runs a consumer in a process of its own, to its end. */
  async function processOf(name: string, handler: string): Promise<{ code: number | null; errors: string }> {
    const program = `const [library, url, name] = process.argv.slice(1);
      const { connect } = await import(library);
      const channel = await (await connect(url)).createChannel();
      await channel.consume(name, ${handler});`;
    const args = ['--input-type=module', '-e', program, packages.url('amqplib'), url, name];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });
    const [errors] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return { code: child.exitCode, errors };
  }

  describe('attempts', () => {
    it.each(['nack', 'reject'] as const)(
      '%s puts a message back when nobody says, again and again',
      async (how) => {
        const name = await openQueue();
        const { worker } = await openChannel();
        const redelivered: boolean[] = [];
        await worker.consume(name, (message) => {
          if (!message) return;
          redelivered.push(message.fields.redelivered);
          if (redelivered.length <= 100) worker[how](message);
          else worker.ack(message);
        });
        await until('it has come 101 times', () => redelivered.length === 101);
        expect(redelivered.slice(0, 3)).toEqual([false, true, true]);
        expect(await left(name)).toBe(0);
      },
    );

    it('nack and reject without requeue delete a message', async () => {
      const name = await openQueue(2);
      const { worker } = await openChannel();
      worker.nack(await got(worker, name), false, false);
      worker.reject(await got(worker, name), false);
      await worker.close();
      expect(await broker.kept(name)).toBe(0);
    });

    it('or send it to the dead-letter exchange of the queue', async () => {
      const dead = await openQueue(0);
      const name = await openQueue(1, { deadLetterExchange: '', deadLetterRoutingKey: dead });
      const { worker } = await openChannel();
      worker.nack(await got(worker, name), false, false);
      expect(JSON.parse((await got(worker, dead)).content.toString())).toEqual({ message: 1 });
      expect(await broker.kept(name)).toBe(0);
    });

    it('a quorum queue with x-delivery-limit gives a message up: the limit counts the deliveries after the first', async () => {
      const name = await openQueue(1, { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 3 } });
      const { worker } = await openChannel();
      let deliveries = 0;
      await worker.consume(name, (message) => {
        deliveries++;
        if (message) worker.nack(message);
      });
      await until('the message is gone', async () => deliveries > 3 && (await left(name)) === 0);
      await sleep(200);
      expect(deliveries).toBe(4);
    });

    it('an error that a handler throws at once closes its channel, which puts the message back', async () => {
      const name = await openQueue();
      const { worker, errors } = await openChannel();
      await worker.consume(name, () => {
        throw new Error('boom');
      });
      await until('the channel has an error', () => errors.length > 0);
      expect(errors).toEqual(['boom']);
      await until('the message is back', async () => (await left(name)) === 1);
    });

    it('a handler that rejects ends the process, which puts the message back', async () => {
      const name = await openQueue();
      const { code, errors } = await processOf(name, `async () => { throw new Error('boom'); }`);
      expect(code).toBe(1);
      expect(errors).toContain('Error: boom');
      await until('the message is back', async () => (await left(name)) === 1);
    });
  });

  describe('backoff', () => {
    it('a message that is put back comes again at once', async () => {
      const name = await openQueue();
      const { worker } = await openChannel();
      const times: number[] = [];
      await worker.consume(name, (message) => {
        if (!message) return;
        if (times.push(Date.now()) <= 20) worker.nack(message);
        else worker.ack(message);
      });
      await until('it has come 21 times', () => times.length === 21);
      expect(median(gaps(times))).toBeLessThan(200);
    });
  });

  describe('lock', () => {
    it('heartbeats are asked for every minute by the server when nobody says how often', () => {
      const { connection: inner } = connection as unknown as {
        readonly connection: { readonly heartbeat: number };
      };
      expect(inner.heartbeat).toBe(60);
    });

    // One version for the time that it takes.
    const slowly = version === '2' ? it : (): void => {};
    slowly(
      'while a call blocks the event loop none are sent, and RabbitMQ hands the messages out again',
      async () => {
        const name = `lock-${version}`;
        await channel.assertQueue(name);
        channel.sendToQueue(name, Buffer.from('one'));
        const child = spawn(
          process.execPath,
          [
            '--input-type=module',
            '-e',
            `import { execSync } from 'node:child_process';
           import { writeSync } from 'node:fs';
           const [library, url, name] = process.argv.slice(1);
           const { connect } = await import(library);
           const channel = await (await connect(url + '?heartbeat=1')).createChannel();
           await channel.consume(name, () => {
             writeSync(1, 'started');
             execSync('sleep 15');
             writeSync(1, 'ended');
             process.exit();
           });`,
            packages.url('amqplib'),
            url,
            name,
          ],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        );
        let printed = '';
        child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
        try {
          await until('the first consumer has begun', () => printed.includes('started'));
          const message = await until('the message is there again', async () =>
            channel.get(name, { noAck: true }),
          );
          expect(message.fields.redelivered).toBe(true);
          expect(printed).toBe('started');
        } finally {
          child.kill('SIGKILL');
          await channel.deleteQueue(name);
        }
      },
    );
  });

  describe('acknowledgement', () => {
    it('nothing is acknowledged by itself: a message stays with its consumer until the channel is closed', async () => {
      const name = await openQueue();
      const { worker } = await openChannel();
      let handled = 0;
      await worker.consume(name, async () => void handled++);
      await until('it is handled', () => handled === 1);
      expect(await left(name)).toBe(0);
      await worker.close();
      await until('it is back', async () => (await left(name)) === 1);
      expect((await got((await openChannel()).worker, name)).fields.redelivered).toBe(true);
    });

    it('an acknowledged message is gone', async () => {
      const name = await openQueue();
      const { worker } = await openChannel();
      worker.ack(await got(worker, name));
      await worker.close();
      expect(await broker.kept(name)).toBe(0);
    });

    it.each([
      { options: {}, after: 'all come again', back: 10 },
      { options: { noAck: false }, after: 'all come again', back: 10 },
      { options: { noAck: true }, after: 'all are lost', back: 0 },
    ])(
      'when a consumer with $options is killed, the messages that it was sent $after',
      async ({ options, back }) => {
        const name = await openQueue(10);
        await killWhenStarted(
          `const [library, url, name, options] = process.argv.slice(1);
        const { connect } = await import(library);
        const channel = await (await connect(url)).createChannel();
        let started = 0;
        await channel.consume(
          name,
          async () => {
            if (++started === 10) console.log('started');
            await new Promise(() => {});
          },
          JSON.parse(options),
        );`,
          packages.url('amqplib'),
          url,
          name,
          JSON.stringify(options),
        );
        expect(await broker.kept(name)).toBe(back);
      },
    );

    it('get has the same option', async () => {
      const name = await openQueue(2);
      const { worker } = await openChannel();
      await got(worker, name, { noAck: true });
      await got(worker, name);
      await worker.close();
      await until('one message is back', async () => (await left(name)) === 1);
    });

    it.each([
      { what: 'of a consumer with noAck', options: { noAck: true }, times: 1 },
      { what: 'a second time', options: {}, times: 2 },
    ])('to acknowledge a message $what closes the channel', async ({ options, times }) => {
      const name = await openQueue();
      const { worker, errors } = await openChannel();
      await worker.consume(
        name,
        (message) => {
          for (let time = 0; message && time < times; time++) worker.ack(message);
        },
        options,
      );
      await until('the channel has an error', () => errors.length > 0);
      expect(errors[0]).toContain('406 (PRECONDITION-FAILED)');
    });

    it('the promise of a handler is not waited for: all messages come at once, without prefetch', async () => {
      const name = await openQueue(50);
      const { worker } = await openChannel();
      const { opened, open } = gate();
      let running = 0;
      await worker.consume(name, () => (running++, opened));
      await until('50 handlers run', () => running === 50);
      open();
    });

    it('prefetch is how many messages are sent before one is acknowledged', async () => {
      const name = await openQueue(5);
      const { worker } = await openChannel();
      const messages: Message[] = [];
      await worker.prefetch(2);
      await worker.consume(name, (message) => message && messages.push(message));
      await until('two have come', () => messages.length === 2);
      await sleep(100);
      expect(messages).toHaveLength(2);
      worker.ack(messages[0] as Message);
      await until('the third has come', () => messages.length === 3);
    });

    it('a handler is called with null when its queue is deleted', async () => {
      const name = await openQueue(0);
      const { worker } = await openChannel();
      const seen: unknown[] = [];
      await worker.consume(name, (message) => seen.push(message));
      await channel.deleteQueue(name);
      await until('the handler is called', () => seen.length === 1);
      expect(seen).toEqual([null]);
    });

    it('a message for a queue that does not exist is dropped, and returned when it is mandatory', async () => {
      const confirmed = await connection.createConfirmChannel();
      channels.push(confirmed);
      const returned: unknown[] = [];
      confirmed.on('return', (message) => returned.push(message));
      expect(confirmed.sendToQueue('nowhere', Buffer.from('a'))).toBe(true);
      await confirmed.waitForConfirms();
      expect(returned).toHaveLength(0);
      expect(confirmed.publish('', 'nowhere', Buffer.from('a'), { mandatory: true })).toBe(true);
      await confirmed.waitForConfirms();
      expect(returned).toHaveLength(1);
    });

    it('a message outlives the broker only when it is persistent', async () => {
      const name = await openQueue();
      channel.sendToQueue(name, Buffer.from('a'), { persistent: true });
      const { worker } = await openChannel();
      expect((await got(worker, name)).properties.deliveryMode).toBeUndefined();
      expect((await got(worker, name)).properties.deliveryMode).toBe(2);
    });

    it('the callbacks have the same defaults', async () => {
      const callbacks = await packages.load<CallbackLibrary>('amqplib/callback_api');
      const promised = <T>(call: (done: Done<T>) => void): Promise<T> =>
        new Promise((resolve, reject) => {
          call((error, value) => {
            if (error) reject(error);
            else resolve(value);
          });
        });
      const name = await openQueue();
      await until('the message is there', async () => (await left(name)) === 1);
      const open = await promised<{ createChannel(done: Done<CallbackChannel>): void; close(): void }>(
        (done) => {
          callbacks.connect(url, done);
        },
      );
      const worker = await promised<CallbackChannel>((done) => {
        open.createChannel(done);
      });
      const message = await promised<Message | false>((done) => {
        worker.get(name, {}, done);
      });
      worker.nack(message as Message);
      await until('it is back', async () => (await left(name)) === 1);
      open.close();
    });
  });

  describe('payload', () => {
    it.each([
      { title: 'an object', content: { a: 1 } },
      { title: 'a string', content: 'a' },
      { title: 'a typed array', content: new Uint8Array([1]) },
      { title: 'undefined', content: undefined },
    ])('$title makes sendToQueue and publish throw', async ({ content }) => {
      expect(() => channel.sendToQueue('q', content)).toThrow('content is not a buffer');
      expect(() => channel.publish('', 'q', content)).toThrow('content is not a buffer');
    });

    it('a Buffer arrives as it is', async () => {
      const name = await openQueue(0);
      channel.sendToQueue(name, Buffer.from([0, 255, 1]));
      const { content } = await got((await openChannel()).worker, name);
      expect(content).toEqual(Buffer.from([0, 255, 1]));
    });
  });

  describe('deduplication', () => {
    it('the broker keeps no message out: a messageId is only handed on', async () => {
      const name = await openQueue(0);
      for (let time = 0; time < 2; time++) channel.sendToQueue(name, Buffer.from('a'), { messageId: 'same' });
      const { worker } = await openChannel();
      expect((await got(worker, name)).properties.messageId).toBe('same');
      expect((await got(worker, name)).properties.messageId).toBe('same');
    });
  });
});

describe('time', () => {
  it('the broker closes a channel that owes it an acknowledgement for 30 minutes; the handler goes on', async () => {
    // A channel keeps what it finds when it is opened; it looks for what is overdue once a minute.
    const before = await askRabbitMQ(`
      {ok, Before} = application:get_env(rabbit, consumer_timeout),
      application:set_env(rabbit, consumer_timeout, 500),
      application:set_env(rabbit, channel_tick_interval, 500),
      Before.`);
    expect(before).toBe('1800000');
    try {
      for (const { version } of VERSIONS) {
        const { connect } = await packagesOf(`amqplib-${version}`).load<Library>('amqplib');
        const connection = await connect(url);
        const worker = await connection.createChannel();
        const errors: string[] = [];
        worker.on('error', ({ message }) => errors.push(message));
        const name = await broker.openQueue();
        worker.sendToQueue(name, Buffer.from('a'));
        const { opened, open } = gate();
        let ended = false;
        await worker.consume(name, async () => {
          await opened;
          ended = true;
        });
        await until('the channel has an error', () => errors.length > 0);
        expect(errors[0]).toContain('delivery acknowledgement on channel');
        expect(errors[0]).toContain('timed out');
        await until('the message is back', async () => (await broker.left(name)) === 1);
        expect(ended).toBe(false);
        open();
        await until('the handler has ended', () => ended);
        await connection.close();
      }
    } finally {
      await askRabbitMQ(`application:set_env(rabbit, consumer_timeout, ${before}).`);
    }
    // The programs of RabbitMQ take their time on a busy machine.
  }, 120_000);
});
