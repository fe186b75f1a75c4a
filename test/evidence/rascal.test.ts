import type { EventEmitter } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { type Broker, openBroker } from './rabbitmq.js';
import { PAYLOADS, REFUSED, gaps, gate, killWhenStarted, median, sleep, until } from './support.js';

interface Message {
  readonly fields: { readonly redelivered: boolean };
  readonly properties: { readonly deliveryMode?: number; readonly messageId?: string };
}
type AckOrNack = (error?: Error | null, recovery?: object | readonly object[]) => void;
type Handler = (message: Message, content: unknown, ackOrNack: AckOrNack) => unknown;
interface Rascal extends EventEmitter {
  publish(name: string, payload: unknown, overrides?: object): Promise<EventEmitter>;
  subscribe(name: string, overrides?: object): Promise<EventEmitter>;
  shutdown(): Promise<void>;
}
interface Library {
  withDefaultConfig(config: object): object;
  BrokerAsPromised: { create(config: object): Promise<Rascal> };
}

const packages = packagesOf('rascal');

let server: Broker;
let library: Library;
let brokers: Rascal[] = [];

beforeAll(async () => {
  expect(packages.version('rascal').startsWith('21.')).toBe(true);
  library = (await packages.load<{ default: Library }>('rascal')).default;
  server = await openBroker();
  return () => server.close();
});

async function closeAll(): Promise<void> {
  await Promise.all(brokers.map((broker) => broker.shutdown()));
  brokers = [];
}
afterEach(closeAll);

interface Opened {
  readonly queue: string;
  readonly errors: string[];
  readonly send: (payload?: unknown, overrides?: object) => Promise<EventEmitter>;
}

/** A broker with one queue, one subscription to it and one publication for it; the handler is at work. */
async function open(
  handler: Handler,
  {
    queue: queueOptions = {},
    subscription = {},
    config = {},
  }: { queue?: object; subscription?: object; config?: object } = {},
): Promise<Opened> {
  const queue = await server.openQueue(queueOptions);
  const broker = await library.BrokerAsPromised.create(
    library.withDefaultConfig({
      vhosts: {
        '/': {
          connection: { url: server.url },
          queues: { [queue]: { assert: false, check: true } },
          publications: { out: { queue } },
          // Its shutdown would wait for acknowledgements that never come.
          subscriptions: { in: { queue, closeTimeout: 100, ...subscription } },
        },
      },
      ...config,
    }),
  );
  brokers.push(broker);
  const errors: string[] = [];
  broker.on('error', () => {});
  const session = await broker.subscribe('in');
  session.on('error', ({ message }: Error) => errors.push(message));
  session.on('message', handler);
  return { queue, errors, send: (payload = {}, overrides = {}) => broker.publish('out', payload, overrides) };
}

const boom = (): Error => new Error('boom');

/** What becomes of a message whose handler does this. */
async function fate(
  outcome: (ackOrNack: AckOrNack) => unknown,
  options: Parameters<typeof open>[1] = {},
): Promise<'comes again and again' | 'is gone' | 'is kept'> {
  const times = { first: 0, second: 0 };
  const { send, queue } = await open((_, content, ackOrNack) => {
    const which = content as 'first' | 'second';
    if (++times[which] <= 30 && which === 'first') outcome(ackOrNack);
    else ackOrNack();
  }, options);
  await send('first');
  await until('the message has come', () => times.first > 0);
  await send('second');
  await until('the next one has come', () => times.second > 0);
  await sleep(100);
  const again = times.first > 1;
  if (again) await until('it has come often', () => times.first > 30);
  await closeAll();
  if (again) return 'comes again and again';
  return (await server.kept(queue)) === 0 ? 'is gone' : 'is kept';
}

describe('attempts', () => {
  it('ackOrNack with an error and no recovery deletes the message', async () => {
    expect(
      await fate((ackOrNack) => {
        ackOrNack(boom());
      }),
    ).toBe('is gone');
  });

  it.each([
    { recovery: { strategy: 'nack' }, becomes: 'is gone' },
    { recovery: { strategy: 'nack', requeue: true }, becomes: 'comes again and again' },
    { recovery: { strategy: 'ack' }, becomes: 'is gone' },
    { recovery: { strategy: 'republish' }, becomes: 'comes again and again' },
    { recovery: { strategy: 'typo' }, becomes: 'is gone' },
  ])('with the recovery $recovery the message $becomes', async ({ recovery, becomes }) => {
    expect(
      await fate((ackOrNack) => {
        ackOrNack(boom(), recovery);
      }),
    ).toBe(becomes);
  });

  it.each([
    { recovery: undefined, dead: 1 },
    { recovery: { strategy: 'nack' }, dead: 1 },
    // The strategy of this name rejects the message.
    { recovery: { strategy: 'ack' }, dead: 1 },
  ])('with the recovery $recovery the dead-letter exchange of the queue receives $dead', async (given) => {
    const dead = await server.openQueue();
    const queue = { deadLetterExchange: '', deadLetterRoutingKey: dead };
    await fate(
      (ackOrNack) => {
        ackOrNack(boom(), given.recovery);
      },
      { queue },
    );
    await until('it is there', async () => (await server.left(dead)) === given.dead);
  });

  it('without an error the message is acknowledged', async () => {
    const dead = await server.openQueue();
    const queue = { deadLetterExchange: '', deadLetterRoutingKey: dead };
    expect(
      await fate(
        (ackOrNack) => {
          ackOrNack();
        },
        { queue },
      ),
    ).toBe('is gone');
    expect(await server.left(dead)).toBe(0);
  });

  it('the attempts of republish count the runs after the first; then the next strategy is at work', async () => {
    const dead = await server.openQueue();
    let runs = 0;
    const { send } = await open(
      (_, content, ackOrNack) => {
        runs++;
        ackOrNack(boom(), [{ strategy: 'republish', attempts: 3 }, { strategy: 'nack' }]);
      },
      { queue: { deadLetterExchange: '', deadLetterRoutingKey: dead } },
    );
    await send();
    await until('it is given up', async () => (await server.left(dead)) === 1);
    expect(runs).toBe(4);
  });

  it('the limit of redeliveries counts those after the first, in a counter that really counts', async () => {
    let runs = 0;
    const { send, errors, queue } = await open(
      (_, content, ackOrNack) => {
        runs++;
        ackOrNack(boom(), { strategy: 'nack', requeue: true });
      },
      {
        subscription: { redeliveries: { limit: 5, counter: 'memory' } },
        config: { redeliveries: { counters: { memory: { type: 'inMemory', size: 100 } } } },
      },
    );
    await send();
    await until('it is given up', () => errors.length > 0);
    expect(errors[0]).toContain('has exceeded 5 redeliveries');
    expect(runs).toBe(6);
    await closeAll();
    expect(await server.kept(queue)).toBe(0);
  });

  it('without a counter the limit does nothing', async () => {
    const subscription = { redeliveries: { limit: 5 } };
    const requeue = (ackOrNack: AckOrNack): void => {
      ackOrNack(boom(), { strategy: 'nack', requeue: true });
    };
    expect(await fate(requeue, { subscription })).toBe('comes again and again');
  });

  it('an error that a handler throws at once closes its channel, and the message comes again', async () => {
    let runs = 0;
    const { send, errors } = await open((_, content, ackOrNack) => {
      if (++runs <= 3) throw boom();
      ackOrNack();
    });
    await send();
    await until('it has come four times', () => runs === 4);
    expect(errors).toEqual(['boom', 'boom', 'boom']);
  });
});

describe('backoff', () => {
  const pausesOf = async (recovery: object): Promise<number[]> => {
    const times: number[] = [];
    const { send } = await open((_, content, ackOrNack) => {
      if (times.push(Date.now()) <= 4) ackOrNack(boom(), recovery);
      else ackOrNack();
    });
    await send();
    await until('it has come five times', () => times.length === 5);
    return gaps(times);
  };

  it.each(['nack', 'republish'])('with %s a message comes again at once', async (strategy) => {
    expect(median(await pausesOf({ strategy, requeue: true }))).toBeLessThan(200);
  });

  it.each(['nack', 'republish'])('defer of %s is a fixed number of milliseconds', async (strategy) => {
    const pauses = await pausesOf({ strategy, requeue: true, defer: 250 });
    for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(245);
    expect(median(pauses)).toBeLessThan(700);
  });
});

describe('acknowledgement', () => {
  it('nothing is acknowledged by itself', async () => {
    let runs = 0;
    const { send, queue } = await open(async () => void runs++);
    await send();
    await until('it is handled', () => runs === 1);
    await closeAll();
    await until('it is back', async () => (await server.left(queue)) === 1);
  });

  it.each([
    { options: {}, after: 'all come again', back: 5 },
    { options: { noAck: true }, after: 'all are lost', back: 0 },
  ])('when a subscription with $options is killed, the messages that it was sent $after', async (given) => {
    const queue = await server.openQueue();
    for (let message = 0; message < 5; message++) server.channel.sendToQueue(queue, Buffer.from('a'));
    await killWhenStarted(
      `const [library, url, queue, options] = process.argv.slice(1);
      const { BrokerAsPromised, withDefaultConfig } = (await import(library)).default;
      const broker = await BrokerAsPromised.create(
        withDefaultConfig({
          vhosts: {
            '/': {
              connection: { url },
              queues: { [queue]: { assert: false, check: true } },
              subscriptions: { in: { queue, options: JSON.parse(options) } },
            },
          },
        }),
      );
      broker.on('error', () => {});
      const session = await broker.subscribe('in');
      let started = 0;
      session.on('message', async () => {
        if (++started === 5) console.log('started');
        await new Promise(() => {});
      });`,
      packages.url('rascal'),
      server.url,
      queue,
      JSON.stringify(given.options),
    );
    expect(await server.kept(queue)).toBe(given.back);
  });

  it.each([
    { subscription: {}, most: 10 },
    { subscription: { prefetch: 3 }, most: 3 },
  ])(
    'with the subscription $subscription there are $most of 15 messages at once',
    async ({ subscription, most }) => {
      const { opened, open: release } = gate();
      let running = 0;
      const { send } = await open(
        (_, content, ackOrNack) => {
          running++;
          void opened.then(() => {
            ackOrNack();
          });
        },
        { subscription },
      );
      for (let message = 0; message < 15; message++) await send();
      await until(`${most} handlers run`, () => running === most);
      await sleep(100);
      expect(running).toBe(most);
      release();
      await until('all have run', () => running === 15);
    },
  );

  it('messages are persistent when nobody says', async () => {
    const modes: unknown[] = [];
    const { send } = await open((message, content, ackOrNack) => {
      modes.push(message.properties.deliveryMode);
      ackOrNack();
    });
    await send();
    await send({}, { options: { persistent: false } });
    await until('both have come', () => modes.length === 2);
    expect(modes).toEqual([2, 1]);
  });

  it('a message that no queue takes is returned', async () => {
    const { send, queue } = await open(() => {});
    await server.channel.deleteQueue(queue);
    const returned: unknown[] = [];
    const publication = await send();
    publication.on('return', (message) => returned.push(message));
    await until('it is returned', () => returned.length === 1);
  });
});

describe('payload', () => {
  async function received(payload: unknown): Promise<unknown> {
    const seen: unknown[] = [];
    const { send } = await open((_, content, ackOrNack) => {
      seen.push(content);
      ackOrNack();
    });
    await send(payload);
    await until('the handler has its content', () => seen.length === 1);
    return seen[0];
  }

  it.each(PAYLOADS)('$title', async ({ sent, received: expected }) => {
    expect(await received(sent)).toEqual(expected);
  });

  it.each(REFUSED)('$title', async ({ sent, message }) => {
    await expect(received(sent())).rejects.toThrow(message);
  });

  it('a string and a Buffer as the payload arrive as they are', async () => {
    expect(await received('a')).toBe('a');
    expect(await received(Buffer.from([1, 255]))).toEqual(Buffer.from([1, 255]));
  });
});

describe('deduplication', () => {
  it('nothing keeps the same message out: a messageId is only handed on', async () => {
    const seen: unknown[] = [];
    const { send } = await open((message, content, ackOrNack) => {
      seen.push(message.properties.messageId);
      ackOrNack();
    });
    for (let time = 0; time < 2; time++) await send({}, { options: { messageId: 'same' } });
    await until('both have come', () => seen.length === 2);
    expect(seen).toEqual(['same', 'same']);
  });
});
