import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { packagesOf } from './packages.js';
import { type Broker, openBroker } from './rabbitmq.js';
import { PAYLOADS, REFUSED, gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

interface Message {
  readonly content: Buffer;
  readonly fields: { readonly redelivered: boolean };
  readonly properties: { readonly deliveryMode?: number; readonly messageId?: string };
}
interface Wrapper {
  on(event: string, listener: (error: Error) => void): unknown;
  waitForConnect(): Promise<void>;
  sendToQueue(queue: string, content: unknown, options?: object): Promise<unknown>;
  publish(exchange: string, key: string, content: unknown, options?: object): Promise<unknown>;
  consume(queue: string, handler: (message: Message) => unknown, options?: object): Promise<unknown>;
  ack(message: Message): void;
  nack(message: Message, allUpTo?: boolean, requeue?: boolean): void;
  queueLength(): number;
  close(): Promise<void>;
}
interface Manager {
  on(event: string, listener: () => void): unknown;
  createChannel(options?: object): Wrapper;
  reconnect(): void;
  close(): Promise<void>;
}

const packages = packagesOf('amqp-connection-manager');

let broker: Broker;
let connect: (url: string, options?: object) => Manager;
let managers: Manager[] = [];

beforeAll(async () => {
  expect(packages.version('amqp-connection-manager').startsWith('5.')).toBe(true);
  ({ connect } = await packages.load<{ connect: typeof connect }>('amqp-connection-manager'));
  broker = await openBroker();
  return () => broker.close();
});

async function closeAll(): Promise<void> {
  await Promise.all(managers.map((manager) => manager.close()));
  managers = [];
}
afterEach(async () => {
  await closeAll();
  vi.restoreAllMocks();
});

/** Without a server nothing is ever sent. */
function open(options?: object, url = broker.url): { manager: Manager; wrapper: Wrapper } {
  const manager = connect(url, { reconnectTimeInSeconds: 0.1 });
  managers.push(manager);
  const wrapper = manager.createChannel(options);
  wrapper.on('error', () => {});
  return { manager, wrapper };
}

async function openQueue(messages = 1, options?: object): Promise<string> {
  const queue = await broker.openQueue(options);
  for (let message = 1; message <= messages; message++) {
    broker.channel.sendToQueue(queue, Buffer.from(JSON.stringify({ message })));
  }
  return queue;
}

describe('attempts', () => {
  it('nack puts a message back when nobody says, again and again', async () => {
    const queue = await openQueue();
    const { wrapper } = open();
    const redelivered: boolean[] = [];
    await wrapper.consume(queue, (message) => {
      if (redelivered.push(message.fields.redelivered) <= 50) wrapper.nack(message);
      else wrapper.ack(message);
    });
    await until('it has come 51 times', () => redelivered.length === 51);
    expect(redelivered.slice(0, 3)).toEqual([false, true, true]);
  });

  it('nack without requeue sends it to the dead-letter exchange of the queue, or deletes it', async () => {
    const dead = await broker.openQueue();
    const queue = await openQueue(1, { deadLetterExchange: '', deadLetterRoutingKey: dead });
    const without = await openQueue();
    const { wrapper } = open();
    let deliveries = 0;
    for (const each of [queue, without]) {
      await wrapper.consume(each, (message) => {
        deliveries++;
        wrapper.nack(message, false, false);
      });
    }
    await until('it is there', async () => (await broker.left(dead)) === 1);
    await until('both have come', () => deliveries === 2);
    await closeAll();
    expect(await broker.kept(queue)).toBe(0);
    expect(await broker.kept(without)).toBe(0);
  });

  it('a consumer starts again after the connection was lost, with what it had not acknowledged', async () => {
    const queue = await openQueue();
    const { manager, wrapper } = open();
    const redelivered: boolean[] = [];
    await wrapper.consume(queue, (message) => redelivered.push(message.fields.redelivered));
    await until('the message has come', () => redelivered.length === 1);
    manager.reconnect();
    await until('it has come again', () => redelivered.length === 2);
    expect(redelivered).toEqual([false, true]);
  });
});

describe('backoff', () => {
  it('a message that is put back comes again at once', async () => {
    const queue = await openQueue();
    const { wrapper } = open();
    const times: number[] = [];
    await wrapper.consume(queue, (message) => {
      if (times.push(Date.now()) <= 20) wrapper.nack(message);
      else wrapper.ack(message);
    });
    await until('it has come 21 times', () => times.length === 21);
    expect(median(gaps(times))).toBeLessThan(200);
  });
});

describe('acknowledgement', () => {
  it('nothing is acknowledged by itself', async () => {
    const queue = await openQueue();
    const { wrapper } = open();
    let handled = 0;
    await wrapper.consume(queue, async () => void handled++);
    await until('it is handled', () => handled === 1);
    await closeAll();
    await until('it is back', async () => (await broker.left(queue)) === 1);
  });

  it('an acknowledged message is gone', async () => {
    const queue = await openQueue();
    const { wrapper } = open();
    let handled = 0;
    await wrapper.consume(queue, (message) => {
      wrapper.ack(message);
      handled++;
    });
    await until('it is handled', () => handled === 1);
    await closeAll();
    expect(await broker.kept(queue)).toBe(0);
  });

  it.each([
    { options: {}, after: 'all come again', back: 10 },
    { options: { noAck: true }, after: 'all are lost', back: 0 },
  ])(
    'when a consumer with $options is killed, the messages that it was sent $after',
    async ({ options, back }) => {
      const queue = await openQueue(10);
      await killWhenStarted(
        `const [library, url, queue, options] = process.argv.slice(1);
      const { connect } = (await import(library)).default;
      const wrapper = connect(url).createChannel();
      let started = 0;
      await wrapper.consume(
        queue,
        async () => {
          if (++started === 10) console.log('started');
          await new Promise(() => {});
        },
        JSON.parse(options),
      );`,
        packages.url('amqp-connection-manager'),
        broker.url,
        queue,
        JSON.stringify(options),
      );
      expect(await broker.kept(queue)).toBe(back);
    },
  );

  it.each([
    { options: {}, most: 15 },
    { options: { prefetch: 3 }, most: 3 },
  ])('with the options $options there are $most of 15 messages at once', async ({ options, most }) => {
    const queue = await openQueue(15);
    const { wrapper } = open();
    const { opened, open: release } = gate();
    let running = 0;
    await wrapper.consume(queue, () => (running++, opened), options);
    await until(`${most} handlers run`, () => running === most);
    await sleep(100);
    expect(running).toBe(most);
    release();
  });

  it('a message is not persistent when nobody says', async () => {
    const queue = await broker.openQueue();
    const { wrapper } = open();
    const modes: unknown[] = [];
    await wrapper.consume(queue, (message) => modes.push(message.properties.deliveryMode), { noAck: true });
    await wrapper.sendToQueue(queue, 'a');
    await wrapper.sendToQueue(queue, 'a', { persistent: true });
    await until('both have come', () => modes.length === 2);
    expect(modes).toEqual([undefined, 2]);
  });
});

describe('time', () => {
  /** Nobody listens at the discard port. */
  const NOWHERE = 'amqp://127.0.0.1:9';

  it('while there is no connection a message waits in memory without a limit', async () => {
    const { wrapper } = open({}, NOWHERE);
    let settled = false;
    const sending = wrapper.sendToQueue('q', 'a').finally(() => (settled = true));
    sending.catch(() => {});
    await sleep(300);
    expect(settled).toBe(false);
    expect(wrapper.queueLength()).toBe(1);
    await wrapper.close();
    await expect(sending).rejects.toThrow('Channel closed');
  });

  it.each([
    { what: 'publishTimeout of the channel', channel: { publishTimeout: 100 }, message: {} },
    { what: 'timeout of a message', channel: { publishTimeout: 60_000 }, message: { timeout: 100 } },
  ])('$what is its limit in milliseconds', async ({ channel, message }) => {
    const { wrapper } = open(channel, NOWHERE);
    const start = Date.now();
    await expect(wrapper.publish('', 'q', 'a', message)).rejects.toThrow('timeout');
    expect(Date.now() - start).toBeGreaterThanOrEqual(95);
    expect(wrapper.queueLength()).toBe(0);
  });
});

describe('payload', () => {
  /** The bytes that arrive, as text. */
  async function received(content: unknown, options?: object): Promise<string> {
    const queue = await broker.openQueue();
    const { wrapper } = open(options);
    const seen: string[] = [];
    await wrapper.consume(queue, (message) => seen.push(message.content.toString()), { noAck: true });
    await wrapper.sendToQueue(queue, content);
    await until('it has come', () => seen.length === 1);
    return seen[0] ?? '';
  }

  describe('of a channel with json', () => {
    it.each(PAYLOADS)('$title', async ({ sent, received: expected }) => {
      expect(JSON.parse(await received(sent, { json: true }))).toEqual(expected);
    });

    it.each(REFUSED)('$title', async ({ sent, message }) => {
      await expect(received(sent(), { json: true })).rejects.toThrow(message);
    });
  });

  describe('of a channel without json', () => {
    it('a Buffer and a string arrive as they are', async () => {
      expect(await received(Buffer.from('a'))).toBe('a');
      expect(await received('a')).toBe('a');
    });

    it.each([
      { title: 'an object arrives as the text of its toString', sent: { a: 1 }, expected: '[object Object]' },
      { title: 'an array arrives as its elements', sent: [1, { a: 1 }], expected: '1,[object Object]' },
      { title: 'a typed array arrives as its elements', sent: new Uint8Array([1, 2]), expected: '1,2' },
    ])('$title, and there is no error', async ({ sent, expected }) => {
      expect(await received(sent)).toBe(expected);
    });

    it('a number arrives as JSON, with a warning', async () => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      expect(await received(5)).toBe('5');
      expect(warn).toHaveBeenCalledOnce();
    });
  });
});

describe('deduplication', () => {
  it('nothing keeps the same message out: a messageId is only handed on', async () => {
    const queue = await broker.openQueue();
    const { wrapper } = open();
    const seen: unknown[] = [];
    await wrapper.consume(queue, (message) => seen.push(message.properties.messageId), { noAck: true });
    for (let time = 0; time < 2; time++) await wrapper.sendToQueue(queue, 'a', { messageId: 'same' });
    await until('both have come', () => seen.length === 2);
    expect(seen).toEqual(['same', 'same']);
  });
});
