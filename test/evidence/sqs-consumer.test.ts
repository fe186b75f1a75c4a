import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { packagesOf } from './packages.js';
import { gate, sleep, until } from './support.js';

interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
}
/** What both versions export, of which the types differ in what a handler may return. */
interface Consumer {
  on(event: string, listener: (...args: unknown[]) => void): this;
  start(): void;
  stop(options?: { abort: boolean }): void;
}
interface Module {
  readonly Consumer: { create(options: object): Consumer };
}
interface Command {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

const VERSIONS = [
  { version: 13, nothing: 'deletes', deleted: true },
  { version: 15, nothing: 'keeps', deleted: false },
];

describe.each(VERSIONS)('sqs-consumer $version', ({ version, nothing, deleted }) => {
  const packages = packagesOf(`sqs-consumer-${version}`);
  let Consumer: Module['Consumer'];
  let consumers: Consumer[] = [];

  beforeAll(async () => {
    ({ Consumer } = await packages.load<Module>('sqs-consumer'));
    // Version 15 warns of handlers that return null.
    vi.spyOn(console, 'warn').mockReturnValue();
  });
  afterEach(() => {
    for (const consumer of consumers) consumer.stop({ abort: true });
    consumers = [];
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });

  /** A queue of SQS: it gives its messages until they are deleted, and as often as `receives` says. */
  function open(options: object, bodies: readonly string[] = ['{}'], receives = 1) {
    const commands: Command[] = [];
    const events: string[] = [];
    const left = new Map(bodies.map((Body, index) => [`r${index}`, { MessageId: String(index), Body }]));
    let received = 0;
    const sqs = {
      send: async ({ constructor, input }: { constructor: { name: string }; input: Command['input'] }) => {
        commands.push({ name: constructor.name.replace('Command', ''), input });
        if (constructor.name === 'ReceiveMessageCommand') {
          if (received++ < receives && left.size > 0) {
            return {
              Messages: [...left].map(([ReceiptHandle, message]): Message => ({ ReceiptHandle, ...message })),
            };
          }
          await sleep(10);
          return {};
        }
        const entries = (input['Entries'] ?? [input]) as { Id?: string; ReceiptHandle: string }[];
        if (constructor.name.startsWith('Delete'))
          for (const entry of entries) left.delete(entry.ReceiptHandle);
        return { Successful: entries, Failed: [] };
      },
    };
    const consumer = Consumer.create({ queueUrl: 'https://sqs.example/q', sqs, ...options });
    consumers.push(consumer);
    for (const event of [
      'error',
      'processing_error',
      'timeout_error',
      'message_processed',
      'response_processed',
    ]) {
      consumer.on(event, () => void events.push(event));
    }
    consumer.start();
    return { commands, events, named: (name: string) => commands.filter((command) => command.name === name) };
  }

  /** Whether a message is gone when its handler has ended so. */
  async function gone(options: object, bodies?: readonly string[]): Promise<string[]> {
    const { events, commands } = open(options, bodies);
    await until('the response is processed', () => events.includes('response_processed'));
    return commands.map(({ name }) => name).filter((name) => name !== 'ReceiveMessage');
  }

  describe('attempts', () => {
    it('a message that fails is run as often as SQS gives it: the consumer knows no limit', async () => {
      let runs = 0;
      const { events } = open(
        {
          handleMessage: async () => {
            runs++;
            throw new Error('boom');
          },
        },
        ['{}'],
        12,
      );
      await until('it has run twelve times', () => runs === 12);
      await sleep(50);
      expect(runs).toBe(12);
      expect(new Set(events)).toEqual(new Set(['processing_error', 'response_processed']));
    });
  });

  describe('backoff', () => {
    const handleMessage = async (): Promise<void> => {
      throw new Error('boom');
    };

    it('after an error it waits out the visibility timeout: the consumer asks for nothing', async () => {
      expect(await gone({ handleMessage })).toEqual([]);
    });

    it.each([
      { value: true, seconds: 0 },
      { value: 7, seconds: 7 },
      { value: ([message]: Message[]) => (message?.Body === '{}' ? 9 : 0), seconds: 9 },
    ])('terminateVisibilityTimeout: $value asks for $seconds seconds', async ({ value, seconds }) => {
      const { named, events } = open({ handleMessage, terminateVisibilityTimeout: value });
      await until('the response is processed', () => events.includes('response_processed'));
      expect(named('ChangeMessageVisibility').map(({ input }) => input['VisibilityTimeout'])).toEqual([
        seconds,
      ]);
    });
  });

  describe('times', () => {
    const handleMessage = (message: Message): Promise<Message> => Promise.resolve(message);

    it('heartbeatInterval must be less than visibilityTimeout', () => {
      const make = (options: object) => () => Consumer.create({ queueUrl: 'q', handleMessage, ...options });
      for (const heartbeatInterval of [30, 31])
        expect(make({ heartbeatInterval, visibilityTimeout: 30 })).toThrow(
          'heartbeatInterval must be less than visibilityTimeout',
        );
      expect(make({ heartbeatInterval: 29, visibilityTimeout: 30 })).not.toThrow();
      expect(make({ heartbeatInterval: 30 })).toThrow();
    });

    it('a handler outlasts its visibilityTimeout, and SQS is asked for no more of it without a heartbeat', async () => {
      const asked = async (options: object): Promise<number> => {
        const { named, events } = open({
          visibilityTimeout: 1,
          handleMessageTimeout: 60_000,
          handleMessage: async (message: Message) => {
            await sleep(1_300);
            return message;
          },
          ...options,
        });
        await until('the message is processed', () => events.includes('message_processed'), 5_000);
        return named('ChangeMessageVisibility').length;
      };
      const [without, withHeartbeat] = await Promise.all([asked({}), asked({ heartbeatInterval: 0.3 })]);
      expect(without).toBe(0);
      expect(withHeartbeat).toBeGreaterThan(2);
    });

    it('handleMessageTimeout: 30 is milliseconds', async () => {
      const outcome = async (handleMessageTimeout: number): Promise<boolean> => {
        const { events } = open({
          handleMessageTimeout,
          handleMessage: (message: Message) => sleep(150).then(() => message),
        });
        await until('it has ended', () => events.includes('response_processed'));
        return events.includes('timeout_error');
      };
      expect(await Promise.all([outcome(30), outcome(30_000)])).toEqual([true, false]);
    });

    it('visibilityTimeout: 60_000 is asked of SQS as so many seconds', async () => {
      const { named } = open({ handleMessage, visibilityTimeout: 60_000 });
      await until('it has asked for messages', () => named('ReceiveMessage').length > 0);
      expect(named('ReceiveMessage')[0]?.input).toMatchObject({ VisibilityTimeout: 60_000 });
    });
  });

  describe('time', () => {
    it('a handler may take as long as it likes when nobody says how long', async () => {
      const { named, events } = open({
        handleMessage: async (message: Message) => {
          await sleep(300);
          return message;
        },
      });
      await until('the message is processed', () => events.includes('message_processed'));
      expect(named('DeleteMessage')).toHaveLength(1);
      expect(named('ReceiveMessage')[0]?.input['VisibilityTimeout']).toBeUndefined();
    });

    it('visibilityTimeout is passed on in seconds', async () => {
      const { named } = open({ handleMessage: async (message: Message) => message, visibilityTimeout: 77 });
      await until('it has asked for messages', () => named('ReceiveMessage').length > 0);
      expect(named('ReceiveMessage')[0]?.input).toMatchObject({ VisibilityTimeout: 77 });
    });

    it('after handleMessageTimeout, in milliseconds, the message is kept while the handler goes on', async () => {
      const released = gate();
      let ended = 0;
      const { events, named } = open({
        handleMessageTimeout: 50,
        handleMessage: async (message: Message) => {
          await released.opened;
          ended++;
          return message;
        },
      });
      await until('the time is up', () => events.includes('timeout_error'));
      expect(ended).toBe(0);
      released.open();
      await until('the handler has ended', () => ended === 1);
      await sleep(50);
      expect(named('DeleteMessage')).toEqual([]);
    });

    it('it is not for handleMessageBatch', async () => {
      const { events, named } = open({
        handleMessageTimeout: 20,
        handleMessageBatch: async (messages: Message[]) => {
          await sleep(200);
          return messages;
        },
      });
      await until('the response is processed', () => events.includes('response_processed'));
      expect(events).not.toContain('timeout_error');
      expect(named('DeleteMessageBatch')).toHaveLength(1);
    });

    it('heartbeatInterval, in seconds, extends the visibility timeout again and again', async () => {
      const released = gate();
      const { named } = open({
        visibilityTimeout: 5,
        heartbeatInterval: 0.05,
        handleMessage: async (message: Message) => {
          await released.opened;
          return message;
        },
      });
      await until('it is extended twice', () => named('ChangeMessageVisibility').length >= 2);
      expect(named('ChangeMessageVisibility')[0]?.input['VisibilityTimeout']).toBe(5);
      released.open();
    });
  });

  describe('acknowledgement', () => {
    it('a message is deleted when its handler has ended', async () => {
      const released = gate();
      let running = false;
      const { named } = open({
        handleMessage: async (message: Message) => {
          running = true;
          await released.opened;
          return message;
        },
      });
      await until('the handler runs', () => running);
      await sleep(50);
      expect(named('DeleteMessage')).toEqual([]);
      released.open();
      await until('the message is deleted', () => named('DeleteMessage').length === 1);
    });

    it('a handler that returns its message deletes it', async () => {
      expect(await gone({ handleMessage: async (message: Message) => message })).toEqual(['DeleteMessage']);
      expect(await gone({ handleMessage: async () => ({ MessageId: '0' }) })).toEqual(['DeleteMessage']);
    });

    it.each([undefined, null, true, 'done'])(`a handler that returns %s ${nothing} it`, async (value) => {
      expect(await gone({ handleMessage: async () => value })).toEqual(deleted ? ['DeleteMessage'] : []);
    });

    it('a handler that returns another object keeps it', async () => {
      expect(await gone({ handleMessage: async () => ({}) })).toEqual([]);
      expect(await gone({ handleMessage: async () => ({ MessageId: 'another' }) })).toEqual([]);
    });

    it('a handler that throws keeps it', async () => {
      const handleMessage = async (): Promise<never> => {
        throw new Error('boom');
      };
      expect(await gone({ handleMessage })).toEqual([]);
      expect(await gone({ handleMessage, alwaysAcknowledge: true })).toEqual([]);
    });

    it('alwaysAcknowledge deletes it whatever the handler returns', async () => {
      expect(await gone({ handleMessage: async () => {}, alwaysAcknowledge: true })).toEqual([
        'DeleteMessage',
      ]);
      expect(await gone({ handleMessage: async () => ({}), alwaysAcknowledge: true })).toEqual([
        'DeleteMessage',
      ]);
    });

    it('shouldDeleteMessages: false keeps it', async () => {
      const handleMessage = async (message: Message): Promise<Message> => message;
      expect(await gone({ handleMessage, shouldDeleteMessages: false })).toEqual([]);
    });

    it('a batch that returns its messages deletes them, one that returns some deletes those', async () => {
      const batch = async (messages: Message[], count: number): Promise<unknown> => {
        const { named, events } = open({ handleMessageBatch: async () => messages.slice(0, count) }, [
          'a',
          'b',
        ]);
        await until('the response is processed', () => events.includes('response_processed'));
        return named('DeleteMessageBatch').map(({ input }) => (input['Entries'] as unknown[]).length);
      };
      const messages = ['0', '1'].map((id) => ({ MessageId: id, ReceiptHandle: `r${id}`, Body: '' }));
      expect(await batch(messages, 2)).toEqual([2]);
      expect(await batch(messages, 1)).toEqual([1]);
      expect(await batch(messages, 0)).toEqual([]);
    });

    it(`a batch that returns nothing ${nothing} them`, async () => {
      const kept = await gone({ handleMessageBatch: async () => {} }, ['a', 'b']);
      expect(kept).toEqual(deleted ? ['DeleteMessageBatch'] : []);
    });

    it('a batch that throws keeps them all', async () => {
      const handleMessageBatch = async (): Promise<never> => {
        throw new Error('boom');
      };
      expect(await gone({ handleMessageBatch }, ['a', 'b'])).toEqual([]);
    });

    it('of two handlers, that of batches runs', async () => {
      const handlers: string[] = [];
      const { events } = open({
        handleMessage: async () => void handlers.push('message'),
        handleMessageBatch: async () => void handlers.push('batch'),
      });
      await until('the response is processed', () => events.includes('response_processed'));
      expect(handlers).toEqual(['batch']);
    });

    it(
      deleted ? 'strictReturn is not known yet' : 'strictReturn refuses null, and undefined not yet',
      async () => {
        const { commands, events } = open({ strictReturn: true, handleMessage: async () => null });
        await until('the response is processed', () => events.includes('response_processed'));
        expect(events.includes('processing_error')).toBe(!deleted);
        expect(commands.some(({ name }) => name === 'DeleteMessage')).toBe(deleted);
        const quietly = await gone({ strictReturn: true, handleMessage: async () => {} });
        expect(quietly).toEqual(deleted ? ['DeleteMessage'] : []);
      },
    );
  });

  describe('payload', () => {
    it('a handler gets the message of SQS, whose Body is a string', async () => {
      const seen: unknown[] = [];
      open({ handleMessage: async ({ Body }: Message) => void seen.push(Body) }, ['{"a":1}']);
      await until('the handler has its message', () => seen.length === 1);
      expect(seen).toEqual(['{"a":1}']);
    });
  });
});
