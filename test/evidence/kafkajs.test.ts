import type * as KafkaJS from 'kafkajs';
import { setTimeout as timeout } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { PAYLOADS, gaps, gate, sleep, until } from './support.js';

// There is no broker. The shipped consumer, its runner and its offsets run against a cluster of one partition in
// memory; what is committed there is what a broker would give to the next consumer of the group.

interface Record {
  readonly offset: string;
  readonly value: Buffer | null;
}
interface Offsets {
  readonly topics: readonly { partitions: readonly { partition: number; offset: string }[] }[];
}
interface Run {
  /** The offsets that were committed, in order: that of the next message each. */
  readonly commits: string[];
  /** What the consumer told the coordinator. */
  readonly joins: { sessionTimeout: number; rebalanceTimeout: number }[];
  readonly heartbeats: () => number;
  readonly crashes: KafkaJS.ConsumerCrashEvent['payload'][];
  /** How many runs there had been at each crash. The next one may follow before a test looks. */
  readonly crashedAfter: number[];
  readonly consumer: KafkaJS.Consumer;
}
type EachMessage = (payload: KafkaJS.EachMessagePayload) => Promise<void>;

const packages = packagesOf('kafkajs');
const TOPIC = 't';
let kafkajs: typeof KafkaJS;
let consumers: KafkaJS.Consumer[] = [];

/** Gates of the running test. Those that a failed test leaves shut would keep its handlers, and so the end, waiting. */
const gates: (() => void)[] = [];
function closedGate(): ReturnType<typeof gate> {
  const made = gate();
  gates.push(made.open);
  return made;
}
function openGates(): void {
  for (const open of gates.splice(0)) open();
}

beforeAll(async () => {
  // In tests the package waits for less, and tries more often.
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  kafkajs = await packages.load<typeof KafkaJS>('kafkajs');
  process.env['NODE_ENV'] = before;
});
afterEach(async () => {
  openGates();
  await Promise.all(consumers.map(async (consumer) => consumer.disconnect()));
  consumers = [];
});

function cluster(values: readonly string[], produced: unknown[]) {
  const commits: string[] = [];
  const joins: Run['joins'][number][] = [];
  let heartbeats = 0;
  const log = values.map((value, index): Record => ({ offset: String(index), value: Buffer.from(value) }));
  const broker = {
    nodeId: 1,
    isConnected: () => true,
    joinGroup: async (asked: Run['joins'][number]) => {
      joins.push(asked);
      // Another member leads the group, so that no partitions are assigned here.
      return {
        generationId: 1,
        leaderId: 'leader',
        memberId: 'member',
        members: [],
        groupProtocol: 'RoundRobin',
      };
    },
    syncGroup: async () => ({
      memberAssignment: kafkajs.AssignerProtocol.MemberAssignment.encode({
        version: 1,
        assignment: { [TOPIC]: [0] },
        userData: Buffer.alloc(0),
      }),
    }),
    leaveGroup: async () => {},
    heartbeat: async () => void heartbeats++,
    offsetFetch: async () => ({
      responses: [{ topic: TOPIC, partitions: [{ partition: 0, offset: commits.at(-1) ?? '0' }] }],
    }),
    offsetCommit: async ({ topics }: Offsets) => void commits.push(String(topics[0]?.partitions[0]?.offset)),
    fetch: async ({ topics }: { topics: { partitions: { fetchOffset: string }[] }[] }) => {
      const from = Number(topics[0]?.partitions[0]?.fetchOffset);
      const messages = log.slice(from);
      if (messages.length === 0) await timeout(10);
      const data = { partition: 0, highWatermark: String(log.length), abortedTransactions: [], messages };
      return { responses: [{ topicName: TOPIC, partitions: [data] }] };
    },
    produce: async (request: unknown) => {
      produced.push(await encoded(request));
      return { topics: [] };
    },
  };
  const committed = { [TOPIC]: {} };
  return {
    commits,
    joins,
    heartbeats: () => heartbeats,
    connect: async () => {},
    disconnect: async () => {},
    isConnected: () => true,
    refreshMetadata: async () => {},
    refreshMetadataIfNecessary: async () => {},
    addMultipleTargetTopics: async () => {},
    getNodeIds: () => [1],
    findBroker: async () => broker,
    findGroupCoordinator: async () => broker,
    findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1 }],
    findLeaderForPartitions: () => ({ 1: [0] }),
    committedOffsets: () => committed,
  };
}

/** The bytes of a request to produce, as they would leave for a broker. */
async function encoded(request: unknown): Promise<Buffer> {
  type Protocol = (asked: unknown) => { encode(): Promise<{ buffer: Buffer }> };
  const { default: protocol } = await packages.load<{ default: Protocol }>(
    'kafkajs/src/protocol/requests/produce/v7/request.js',
  );
  return (await protocol(request).encode()).buffer;
}

/** A client whose cluster is that one. */
function client(fake: object, retry?: KafkaJS.RetryOptions): KafkaJS.Kafka {
  const kafka = new kafkajs.Kafka({
    brokers: ['nowhere.example:1'],
    logCreator: () => () => {},
    ...(retry && { retry }),
  });
  const create = Object.getOwnPropertySymbols(kafka).find(({ description }) =>
    description?.endsWith('createCluster'),
  );
  Object.assign(kafka, { [create as symbol]: () => fake });
  return kafka;
}

interface Options {
  runs?: readonly unknown[];
  values?: readonly string[];
  client?: KafkaJS.RetryOptions;
  consumer?: Partial<KafkaJS.ConsumerConfig>;
}

async function consume(run: KafkaJS.ConsumerRunConfig, options: Options = {}): Promise<Run> {
  const fake = cluster(options.values ?? ['a'], []);
  const consumer = client(fake, options.client).consumer({
    groupId: 'g',
    maxWaitTimeInMs: 10,
    retry: { initialRetryTime: 5, maxRetryTime: 5 },
    ...options.consumer,
  });
  consumers.push(consumer);
  const crashes: Run['crashes'] = [];
  const crashedAfter: number[] = [];
  consumer.on('consumer.crash', ({ payload }) => {
    crashes.push(payload);
    crashedAfter.push(options.runs?.length ?? 0);
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC] });
  await consumer.run(run);
  return { consumer, crashes, crashedAfter, ...fake };
}

const text = ({ message }: KafkaJS.EachMessagePayload): string => String(message.value);

/** Fails each time; `runs` holds the value of each. */
function failing(runs: string[], error: () => Error = () => new Error('boom')): EachMessage {
  return async (payload) => {
    runs.push(text(payload));
    throw error();
  };
}

describe('attempts', () => {
  it('a message is tried six times when nobody says how often, and then the consumer starts again, without end', async () => {
    const runs: string[] = [];
    const { crashes, crashedAfter } = await consume({ eachMessage: failing(runs) }, { runs });
    await until('the consumer has crashed three times', () => crashes.length >= 3);
    expect(crashedAfter.slice(0, 3)).toEqual([6, 12, 18]);
    expect(crashes[0]).toMatchObject({ restart: true, error: { name: 'KafkaJSNumberOfRetriesExceeded' } });
  });

  it.each([
    { retries: 0, runs: 1 },
    { retries: 1, runs: 2 },
    { retries: undefined, runs: 1 },
  ])('retries: $retries of the consumer is $runs runs, and again', async ({ retries, runs: expected }) => {
    const runs: string[] = [];
    const retry = { retries, initialRetryTime: 5, maxRetryTime: 5 } as KafkaJS.RetryOptions;
    const { crashes, crashedAfter } = await consume(
      { eachMessage: failing(runs) },
      { runs, consumer: { retry } },
    );
    await until('the consumer has crashed twice', () => crashes.length >= 2);
    expect(crashedAfter.slice(0, 2)).toEqual([expected, 2 * expected]);
  });

  it.each([
    { title: 'are not those of a consumer without retry', retry: undefined, expected: 6 },
    { title: 'are those of a consumer whose retry does not say how many', retry: {}, expected: 2 },
    { title: 'give way to those of the consumer', retry: { retries: 2 }, expected: 3 },
  ])('retries of new Kafka() $title: $expected runs', async ({ retry, expected }) => {
    const runs: string[] = [];
    const options = {
      runs,
      client: { retries: 1, initialRetryTime: 5, maxRetryTime: 5 },
      consumer: { retry } as Partial<KafkaJS.ConsumerConfig>,
    };
    const { crashes, crashedAfter } = await consume({ eachMessage: failing(runs) }, options);
    await until('the consumer has crashed', () => crashes.length > 0);
    expect(crashedAfter[0]).toBe(expected);
  });

  it('restartOnFailure: false ends it for good', async () => {
    const runs: string[] = [];
    const { crashes } = await consume(
      { eachMessage: failing(runs) },
      { consumer: { retry: { retries: 1, initialRetryTime: 5, restartOnFailure: async () => false } } },
    );
    await until('the consumer has crashed', () => crashes.length > 0);
    await sleep(200);
    expect(runs).toHaveLength(2);
    expect(crashes).toMatchObject([{ restart: false }]);
  });

  it.each([
    { title: 'a SyntaxError, such as that of JSON.parse', error: () => new SyntaxError('boom') },
    { title: 'a TypeError', error: () => new TypeError('boom') },
    { title: 'a RangeError', error: () => new RangeError('boom') },
    { title: 'a ReferenceError', error: () => new ReferenceError('boom') },
  ])('$title is not tried again, and ends the consumer for good', async ({ error }) => {
    const runs: string[] = [];
    const { crashes, commits } = await consume({ eachMessage: failing(runs, error) }, { values: ['a', 'b'] });
    await until('the consumer has crashed', () => crashes.length > 0);
    await sleep(200);
    expect(runs).toEqual(['a']);
    expect(crashes).toMatchObject([{ restart: false, error: { name: 'KafkaJSNonRetriableError' } }]);
    expect(commits).toEqual([]);
  });

  it('a message that always fails keeps those behind it waiting', async () => {
    const runs: string[] = [];
    const handler: EachMessage = async (payload) => {
      runs.push(text(payload));
      if (text(payload) === 'poison') throw new Error('boom');
    };
    const { crashes } = await consume({ eachMessage: handler }, { values: ['a', 'poison', 'b'] });
    await until('the consumer has crashed twice', () => crashes.length >= 2);
    expect(new Set(runs)).toEqual(new Set(['a', 'poison']));
    expect(runs.filter((value) => value === 'a')).toHaveLength(1);
  });
});

describe('backoff', () => {
  it('the pause is 300 ms, then twice as much and so on up to 30 seconds, more or less a fifth', async () => {
    const { default: defaults } = await packages.load<{ default: unknown }>('kafkajs/src/retry/defaults.js');
    expect(defaults).toEqual({
      initialRetryTime: 300,
      multiplier: 2,
      factor: 0.2,
      maxRetryTime: 30_000,
      retries: 5,
    });
  });

  it('initialRetryTime doubles', async () => {
    const starts: number[] = [];
    const { crashes } = await consume(
      {
        eachMessage: async () => {
          starts.push(Date.now());
          throw new Error('boom');
        },
      },
      { consumer: { retry: { initialRetryTime: 50, retries: 3 } } },
    );
    await until('the consumer has crashed', () => crashes.length > 0);
    const [first, second, third] = gaps(starts);
    // Less a fifth each time; timers may be a millisecond early.
    expect(first).toBeGreaterThanOrEqual(50 * 0.8 - 1);
    expect(second).toBeGreaterThanOrEqual(50 * 0.8 * 2 * 0.8 - 1);
    expect(third).toBeGreaterThanOrEqual(50 * 0.8 * (2 * 0.8) ** 2 - 1);
  });

  it('maxRetryTime is its limit', async () => {
    const starts: number[] = [];
    const { crashes } = await consume(
      {
        eachMessage: async () => {
          starts.push(Date.now());
          throw new Error('boom');
        },
      },
      { consumer: { retry: { initialRetryTime: 20, maxRetryTime: 20, multiplier: 1_000, retries: 3 } } },
    );
    await until('the consumer has crashed', () => crashes.length > 0);
    // Without the limit, the second pause would be twenty seconds.
    expect(starts.length).toBeGreaterThanOrEqual(4);
  });
});

describe('times', () => {
  it('a heartbeatInterval that is not below the session throws where the consumer is made', () => {
    const make = (consumer: Partial<KafkaJS.ConsumerConfig>) => () =>
      client(cluster([], [])).consumer({ groupId: 'g', ...consumer });
    const message = 'must be lower than sessionTimeout';
    expect(make({ sessionTimeout: 10_000, heartbeatInterval: 10_001 })).toThrow(message);
    expect(make({ sessionTimeout: 10_000, heartbeatInterval: 10_000 })).toThrow(message);
    expect(make({ sessionTimeout: 10_000, heartbeatInterval: 9_999 })).not.toThrow();
    expect(make({ heartbeatInterval: 30_000 })).toThrow(message);
    // As seconds they would be well.
    expect(make({ sessionTimeout: 30 })).toThrow(message);
  });

  it('sessionTimeout: 30 is asked of the broker in milliseconds', async () => {
    const { joins } = await consume(
      { eachMessage: async () => {} },
      { consumer: { sessionTimeout: 30, heartbeatInterval: 10 } },
    );
    await until('the consumer has joined', () => joins.length > 0);
    expect(joins[0]).toMatchObject({ sessionTimeout: 30 });
  });

  it('a broker that takes no such session keeps the consumer out', async () => {
    interface Protocol {
      readonly createErrorFromCode: (code: number) => Error;
    }
    const { default: errors } = await packages.load<{ default: Protocol }>('kafkajs/src/protocol/error.js');
    // INVALID_SESSION_TIMEOUT, which brokers answer below their `group.min.session.timeout.ms`.
    expect(errors.createErrorFromCode(26).message).toContain('session timeout is not within the range');
  });
});

describe('time', () => {
  it('a session is 30 seconds and a rebalance 60 when nobody says how long', async () => {
    const { joins } = await consume({ eachMessage: async () => {} });
    await until('the consumer has joined', () => joins.length > 0);
    expect(joins[0]).toMatchObject({ sessionTimeout: 30_000, rebalanceTimeout: 60_000 });
  });

  it('a handler is not stopped after its session, and no heartbeat is sent for it meanwhile', async () => {
    const released = closedGate();
    let running = false;
    const { heartbeats, commits } = await consume(
      {
        eachMessage: async () => {
          running = true;
          await released.opened;
        },
      },
      { consumer: { sessionTimeout: 100, heartbeatInterval: 20 } },
    );
    await until('the handler runs', () => running);
    const before = heartbeats();
    await sleep(400);
    expect({ during: heartbeats() - before, commits }).toEqual({ during: 0, commits: [] });
    released.open();
    await until('its offset is committed', () => commits.length === 1);
    await until('a heartbeat is sent', () => heartbeats() > before);
  });

  it('a handler that asks for a heartbeat sends one', async () => {
    const seen: number[] = [];
    let sent = (): number => 0;
    const { heartbeats } = await consume(
      {
        eachMessage: async (payload) => {
          await sleep(50);
          const before = sent();
          await payload.heartbeat();
          seen.push(sent() - before);
        },
      },
      { consumer: { sessionTimeout: 100, heartbeatInterval: 20 } },
    );
    sent = heartbeats;
    await until('the handler has ended', () => seen.length === 1);
    expect(seen).toEqual([1]);
  });
});

describe('acknowledgement', () => {
  it('an offset is committed when the handlers of the batch have ended', async () => {
    const released = closedGate();
    const runs: string[] = [];
    const { commits } = await consume(
      {
        eachMessage: async (payload) => {
          runs.push(text(payload));
          if (text(payload) === 'b') await released.opened;
        },
      },
      { values: ['a', 'b'] },
    );
    await until('the second handler runs', () => runs.length === 2);
    await sleep(100);
    // What a consumer that takes over would begin with: also the one that has ended.
    expect(commits).toEqual([]);
    released.open();
    await until('the offset is committed', () => commits.length > 0);
    expect(commits).toEqual(['2']);
  });

  it('autoCommitThreshold: 1 commits after each message', async () => {
    const { commits } = await consume(
      { eachMessage: async () => {}, autoCommitThreshold: 1 },
      { values: ['a', 'b', 'c'] },
    );
    await until('all are committed', () => commits.includes('3'));
    expect(commits).toEqual(['1', '2', '3']);
  });

  it('a handler that throws commits those before it', async () => {
    const handler: EachMessage = async (payload) => {
      if (text(payload) === 'poison') throw new Error('boom');
    };
    const { commits, crashes } = await consume({ eachMessage: handler }, { values: ['a', 'b', 'poison'] });
    await until('the consumer has crashed', () => crashes.length > 0);
    expect(commits).toEqual(['2']);
  });

  it('an error that is swallowed and work that is not awaited are committed', async () => {
    const late: string[] = [];
    const handler: EachMessage = async (payload) => {
      if (text(payload) === 'swallowed') {
        try {
          throw new Error('boom');
        } catch {
          return;
        }
      }
      void sleep(500).then(() => late.push(text(payload)));
    };
    const { commits } = await consume({ eachMessage: handler }, { values: ['swallowed', 'floating'] });
    await until('both are committed', () => commits.includes('2'));
    expect(late).toEqual([]);
  });

  it('autoCommit: false commits nothing', async () => {
    const runs: string[] = [];
    const { commits } = await consume(
      { autoCommit: false, eachMessage: async (payload) => void runs.push(text(payload)) },
      { values: ['a', 'b'] },
    );
    await until('both have run', () => runs.length === 2);
    await sleep(100);
    expect({ runs, commits }).toEqual({ runs: ['a', 'b'], commits: [] });
  });

  it('commitOffsets() commits what it is given', async () => {
    const started = closedGate();
    const { commits, consumer } = await consume({
      autoCommit: false,
      eachMessage: async () => {
        started.open();
      },
    });
    await started.opened;
    await consumer.commitOffsets([{ topic: TOPIC, partition: 0, offset: '1' }]);
    expect(commits).toEqual(['1']);
  });

  it('eachBatch resolves all of its batch when it returns', async () => {
    let handled = 0;
    const { commits } = await consume(
      {
        eachBatch: async () => {
          handled++;
        },
      },
      { values: ['a', 'b', 'c'] },
    );
    await until('the batch is committed', () => commits.includes('3'));
    expect({ handled, commits }).toEqual({ handled: 1, commits: ['3'] });
  });

  it('with eachBatchAutoResolve: false, those that it has resolved itself', async () => {
    const seen: string[][] = [];
    const { commits } = await consume(
      {
        eachBatchAutoResolve: false,
        eachBatch: async (payload) => {
          seen.push(payload.batch.messages.map(({ offset }) => offset));
          if (seen.length < 3) payload.resolveOffset(payload.batch.firstOffset() ?? '');
          await sleep(5);
        },
      },
      { values: ['a', 'b', 'c'] },
    );
    await until('the batch comes again', () => seen.length > 3);
    expect(seen.slice(0, 3)).toEqual([['0', '1', '2'], ['1', '2'], ['2']]);
    expect(commits).toEqual(['1', '2']);
  });

  it('an eachBatch that throws commits what it has resolved', async () => {
    const { commits, crashes } = await consume(
      {
        eachBatch: async (payload) => {
          if (payload.batch.messages.length === 3) payload.resolveOffset('0');
          throw new Error('boom');
        },
      },
      { values: ['a', 'b', 'c'] },
    );
    await until('the consumer has crashed', () => crashes.length > 0);
    expect(commits).toEqual(['1']);
  });
});

describe('payload', () => {
  async function produced(value: unknown): Promise<string> {
    const sent: Buffer[] = [];
    const producer = client(cluster([], sent)).producer({ retry: { retries: 0 } });
    await producer.connect();
    await producer.send({ topic: TOPIC, messages: [{ value: value as string }] });
    await producer.disconnect();
    return sent[0]?.toString('latin1') ?? '';
  }

  it('a message is a string or a Buffer', async () => {
    expect(await produced('some text')).toContain('some text');
    expect(await produced(Buffer.from('some text'))).toContain('some text');
    await expect(produced(null)).resolves.toBeDefined();
  });

  for (const { title, sent } of PAYLOADS) {
    it(`an object is refused: ${title.replace(/ arrives.*| is dropped.*/, '')}`, async () => {
      await expect(produced(sent)).rejects.toThrow('must be of type string');
    });
  }

  it.each([1, true, 1n, Symbol('a'), new Date(0), new Map(), (): number => 1])('so is %s', async (value) => {
    await expect(produced(value)).rejects.toThrow('must be of type string');
  });

  it('undefined is refused, too', async () => {
    await expect(produced(undefined)).rejects.toThrow('Invalid message without value');
  });

  it('it arrives as a Buffer', async () => {
    type Encoder = (record: object) => { buffer: Buffer };
    type Reader = new (bytes: Buffer) => { readVarInt(): number };
    type Decoder = (reader: object, context: object) => { value: unknown };
    const record = 'kafkajs/src/protocol/recordBatch/record/v0';
    const { default: encode } = await packages.load<{ default: Encoder }>(`${record}/index.js`);
    const { default: decode } = await packages.load<{ default: Decoder }>(`${record}/decoder.js`);
    const { default: Reader } = await packages.load<{ default: Reader }>('kafkajs/src/protocol/decoder.js');
    const reader = new Reader(encode({ key: 'k', value: 'some text' }).buffer);
    reader.readVarInt();
    const { value } = decode(reader, { firstOffset: 0, firstTimestamp: 0 });
    expect(value).toStrictEqual(Buffer.from('some text'));
  });
});

describe('deduplication', () => {
  it('messages with the same key and value all run', async () => {
    const runs: string[] = [];
    await consume({ eachMessage: async (payload) => void runs.push(text(payload)) }, { values: ['a', 'a'] });
    await until('both have run', () => runs.length === 2);
  });
});
