import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packagesOf } from './packages.js';
import { PAYLOADS, REFUSED, sleep, until } from './support.js';

/*
 * Both services are Google's. Here a server of the same protocol, made of the shipped .proto files, writes down what
 * the packages ask for. What the services themselves do is in the words of these files, which are tested, too.
 */

type Request = Readonly<Record<string, unknown>>;
interface Call {
  readonly request: Request;
  write(message: object): void;
  on(event: string, listener: (request: Request) => void): void;
  end(): void;
}
type Respond = (error: null, response: object) => void;
type Method = (call: Call, respond: Respond) => void;
interface GrpcServer {
  addService(service: object, methods: Record<string, Method>): void;
  bindAsync(address: string, credentials: object, done: (error: Error | null, port: number) => void): void;
  forceShutdown(): void;
}
interface Grpc {
  readonly Server: new () => GrpcServer;
  readonly ServerCredentials: { createInsecure(): object };
  readonly credentials: { createInsecure(): object };
  loadPackageDefinition(definition: object): object;
}
interface Loader {
  loadSync(file: string, options: object): object;
}
interface Message {
  readonly data: Buffer;
  ack(): void;
  nack(): void;
}
interface Subscription {
  on(event: 'message', listener: (message: Message) => unknown): void;
  on(event: 'error', listener: (error: Error) => void): void;
  close(): Promise<void>;
}
interface Topic {
  publishMessage(message: object): Promise<string>;
  createSubscription(name: string, options?: object): Promise<unknown>;
}
interface PubSub {
  topic(name: string, options?: object): Topic;
  subscription(name: string, options?: object): Subscription;
  close(): Promise<void>;
}
interface Tasks {
  createTask(request: object): Promise<unknown>;
  createQueue(request: object): Promise<unknown>;
  close(): Promise<void>;
}

const packages = packagesOf('google-cloud');

// Nobody on the net is to be asked who this is.
vi.stubEnv('METADATA_SERVER_DETECTION', 'none');

/** The protocol of a package, from the files that it ships. */
function protocolOf(name: string, file: string) {
  const gax = createRequire(packages.file(`${name}/package.json`)).resolve('google-gax');
  const require = createRequire(gax);
  const grpc = require('@grpc/grpc-js') as Grpc;
  const loader = require('@grpc/proto-loader') as Loader;
  const folder = join(dirname(packages.file(`${name}/package.json`)), 'build/protos');
  const definition = loader.loadSync(file, {
    includeDirs: [folder, join(dirname(dirname(gax)), 'protos')],
    longs: Number,
    enums: String,
    // Only what was sent.
    defaults: false,
  });
  const text = (which: string): string =>
    readFileSync(join(folder, which), 'utf8').replaceAll(/\s*\n\s*\/\/ ?/g, ' ');
  return { grpc, services: grpc.loadPackageDefinition(definition), text };
}

const bind = (grpc: Grpc, server: GrpcServer): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });

/** The words of a message or a field of a .proto file, from its name to a given end. */
const wordsOf = (text: string, from: string, to: string): string => {
  const start = text.indexOf(from);
  expect(start).toBeGreaterThan(-1);
  return text.slice(start, text.indexOf(to, start));
};

describe('Pub/Sub', () => {
  const { grpc, services, text } = protocolOf('@google-cloud/pubsub', 'google/pubsub/v1/pubsub.proto');
  const proto = text('google/pubsub/v1/pubsub.proto');
  const { google } = services as {
    google: { pubsub: { v1: Record<'Publisher' | 'Subscriber', { service: object }> } };
  };

  let server: GrpcServer;
  let pubsub: PubSub;
  let counter = 0;
  let asked: { method: string; request: Request }[] = [];
  /** The streams on which messages are pulled, by the name of their subscription. */
  const streams = new Map<string, Call>();
  const subscriptions: Subscription[] = [];

  beforeAll(async () => {
    server = new grpc.Server();
    const noted =
      (method: string, response: (request: Request) => object): Method =>
      ({ request }, respond) => {
        asked.push({ method, request });
        respond(null, response(request));
      };
    server.addService(google.pubsub.v1.Publisher.service, {
      publish: noted('publish', ({ messages }) => ({ messageIds: (messages as object[]).map(() => 'id') })),
    });
    server.addService(google.pubsub.v1.Subscriber.service, {
      acknowledge: noted('acknowledge', () => ({})),
      modifyAckDeadline: noted('modifyAckDeadline', () => ({})),
      createSubscription: noted('createSubscription', (request) => request),
      streamingPull: (call) => {
        call.on('data', (request) => {
          if (!request['subscription']) return;
          asked.push({ method: 'streamingPull', request });
          streams.set(request['subscription'] as string, call);
        });
        call.on('end', () => {
          call.end();
        });
        call.on('error', () => {});
      },
    });
    const port = await bind(grpc, server);
    vi.stubEnv('PUBSUB_EMULATOR_HOST', `127.0.0.1:${port}`);
    const lib = await packages.load<{ PubSub: new (options: object) => PubSub }>('@google-cloud/pubsub');
    pubsub = new lib.PubSub({ projectId: 'project' });
  });
  afterAll(async () => {
    await pubsub.close();
    server.forceShutdown();
  });
  beforeEach(() => {
    asked = [];
  });
  afterEach(async () => {
    await Promise.all(subscriptions.splice(0).map((subscription) => subscription.close()));
  });

  const requests = (method: string): Request[] =>
    asked.filter((each) => each.method === method).map(({ request }) => request);

  async function createSubscription(options?: object): Promise<Request> {
    await pubsub.topic('topic').createSubscription(`subscription${++counter}`, options);
    return requests('createSubscription').at(-1) ?? expect.fail('No subscription was created');
  }

  /** A subscriber with a listener, and one message for it. */
  async function deliver(
    listener: (message: Message) => unknown,
    data: Buffer = Buffer.from('hi'),
  ): Promise<void> {
    const name = `subscription${++counter}`;
    const subscription = pubsub.subscription(name, { streamingOptions: { maxStreams: 1 } });
    subscription.on('error', () => {});
    let seen = 0;
    subscription.on('message', (message) => {
      seen++;
      return listener(message);
    });
    subscriptions.push(subscription);
    const full = `projects/project/subscriptions/${name}`;
    const stream = await until('the subscriber pulls', () => streams.get(full));
    const message = { data, messageId: 'id', publishTime: { seconds: 1 } };
    stream.write({ receivedMessages: [{ ackId: 'ack', message }] });
    await until('the listener has the message', () => seen === 1);
    await until('the lease is kept', () => requests('modifyAckDeadline').length > 0);
  }
  const deadlines = (): unknown[] =>
    requests('modifyAckDeadline').map(({ ackDeadlineSeconds }) => ackDeadlineSeconds ?? 0);

  describe('attempts', () => {
    it('a subscription has no dead letter topic, so that nothing counts the deliveries', async () => {
      expect(await createSubscription()).not.toHaveProperty('deadLetterPolicy');
    });

    it('maxDeliveryAttempts is sent as it is; it counts all deliveries, from 5 to 100, and 0 is 5', async () => {
      const policy = { deadLetterTopic: 'projects/project/topics/dead', maxDeliveryAttempts: 7 };
      expect(await createSubscription({ deadLetterPolicy: policy })).toMatchObject({
        deadLetterPolicy: policy,
      });
      const words = wordsOf(proto, 'message DeadLetterPolicy', 'message ExpirationPolicy');
      expect(words).toMatch(/between 5 and 100/);
      expect(words).toMatch(/delivery attempts[^.]* 1 \+/);
      expect(words).toMatch(/0, [^.]*default[^.]* 5 /);
    });

    it('publishing says nothing of retries', async () => {
      await pubsub.topic('topic').publishMessage({ json: {}, retries: 3 });
      const [message] = requests('publish')[0]?.['messages'] as Request[];
      expect(Object.keys(message ?? {})).toEqual(['data']);
    });
  });

  describe('backoff', () => {
    it('a subscription has no retryPolicy: what is not acknowledged comes again at once', async () => {
      expect(await createSubscription()).not.toHaveProperty('retryPolicy');
      const words = wordsOf(proto, 'how Pub/Sub retries', 'RetryPolicy retry_policy');
      expect(words).toMatch(/not set[^.]*default[^.]*\.[^.]* as soon as possible/);
    });

    it('retryPolicy is sent as it is; left empty it is 10 to 600 seconds', async () => {
      const retryPolicy = { minimumBackoff: { seconds: 20 }, maximumBackoff: { seconds: 300 } };
      expect(await createSubscription({ retryPolicy })).toMatchObject({ retryPolicy });
      const words = wordsOf(proto, 'message RetryPolicy', 'maximum_backoff');
      expect(words).toMatch(/Default[^.]* 10 seconds/);
      expect(words).toMatch(/Default[^.]* 600 seconds/);
    });
  });

  describe('time', () => {
    it('a subscriber asks for 10 s at first, and keeps a message for an hour at most', async () => {
      await deliver(() => {});
      expect(requests('streamingPull')[0]).toMatchObject({ streamAckDeadlineSeconds: 10 });
      const { defaultOptions } = await packages.load<{
        defaultOptions: { subscription: { maxExtensionTime: { totalOf(unit: string): number } } };
      }>('@google-cloud/pubsub/build/src/default-options.js');
      expect(defaultOptions.subscription.maxExtensionTime.totalOf('minute')).toBe(60);
    });
  });

  describe('acknowledgement', () => {
    it('ack() acknowledges', async () => {
      await deliver((message) => {
        message.ack();
      });
      await until('it is acknowledged', () => requests('acknowledge').length === 1);
      expect(requests('acknowledge')[0]).toMatchObject({ ackIds: ['ack'] });
    });

    it('nack() gives the message back at once', async () => {
      await deliver((message) => {
        message.nack();
      });
      await until('it is given back', () => deadlines().includes(0));
      expect(requests('acknowledge')).toEqual([]);
    });

    it.each([
      ['returns', () => undefined],
      [
        'throws',
        () => {
          throw new Error('boom');
        },
      ],
    ])('a listener that %s does neither: the message is kept for it', async (_what, listener) => {
      await deliver(listener);
      await sleep(300);
      expect(requests('acknowledge')).toEqual([]);
      expect(deadlines().every((seconds) => seconds === 10)).toBe(true);
    });

    it('nobody waits for what a listener returns: the rejection of an async one is not handled', async () => {
      const result = { then: vi.fn(), catch: vi.fn() };
      await deliver(() => result);
      await sleep(100);
      expect(result.then).not.toHaveBeenCalled();
      expect(result.catch).not.toHaveBeenCalled();
      expect(requests('acknowledge')).toEqual([]);
    });
  });

  describe('payload', () => {
    async function received(json: unknown): Promise<unknown> {
      await pubsub.topic('topic').publishMessage({ json });
      const [message] = requests('publish')[0]?.['messages'] as { data: Buffer }[];
      const seen: unknown[] = [];
      await deliver(({ data }) => void seen.push(JSON.parse(data.toString())), message?.data);
      return seen[0];
    }

    // All of them at once go through one message: the transport takes its time.
    it('json is JSON for every kind of value', async () => {
      const all = await received(PAYLOADS.map(({ sent }) => sent));
      expect(all).toStrictEqual(PAYLOADS.map(({ received: expected }) => expected));
    });

    for (const { title, sent, message } of REFUSED) {
      it(title.replace('add', 'publishMessage'), async () => {
        const publishing = async (): Promise<unknown> =>
          pubsub.topic('topic').publishMessage({ json: sent() });
        await expect(publishing()).rejects.toThrow(message);
        expect(asked).toEqual([]);
      });
    }

    it.each([{ value: 1 }, 'text', 7])('data that is no Buffer (%j) is refused', async (data) => {
      const publishing = async (): Promise<unknown> => pubsub.topic('topic').publishMessage({ data });
      await expect(publishing()).rejects.toThrow('Data must be in the form of a Buffer');
      expect(asked).toEqual([]);
    });

    it('attributes that are no text are refused', async () => {
      const publishing = async (): Promise<unknown> =>
        pubsub.topic('topic').publishMessage({ json: {}, attributes: { nr: 1 } });
      await expect(publishing()).rejects.toThrow('must be in the form of a string');
    });
  });

  describe('deduplication', () => {
    it('a message has no key of its own; orderingKey is sent', async () => {
      await pubsub.topic('topic').publishMessage({ json: {} });
      await pubsub
        .topic('ordered', { messageOrdering: true })
        .publishMessage({ json: {}, orderingKey: 'order-1' });
      const keys = requests('publish').map(({ messages }) => (messages as Request[])[0]?.['orderingKey']);
      expect(keys).toEqual([undefined, 'order-1']);
    });

    it('exactly-once delivery is off unless it is asked for', async () => {
      expect(await createSubscription()).not.toHaveProperty('enableExactlyOnceDelivery', true);
      expect(await createSubscription({ enableExactlyOnceDelivery: true })).toMatchObject({
        enableExactlyOnceDelivery: true,
      });
    });
  });
});

describe('Cloud Tasks', () => {
  const { grpc, services, text } = protocolOf(
    '@google-cloud/tasks',
    'google/cloud/tasks/v2/cloudtasks.proto',
  );
  const queueProto = text('google/cloud/tasks/v2/queue.proto');
  const taskProto = text('google/cloud/tasks/v2/task.proto');
  const targetProto = text('google/cloud/tasks/v2/target.proto');
  const tasksProto = text('google/cloud/tasks/v2/cloudtasks.proto');
  const { google } = services as {
    google: { cloud: { tasks: { v2: { CloudTasks: { service: object } } } } };
  };

  let server: GrpcServer;
  let client: Tasks;
  let asked: Request[] = [];

  beforeAll(async () => {
    server = new grpc.Server();
    const noted =
      (key: string): Method =>
      ({ request }, respond) => {
        asked.push(request);
        respond(null, request[key] as object);
      };
    server.addService(google.cloud.tasks.v2.CloudTasks.service, {
      createTask: noted('task'),
      createQueue: noted('queue'),
    });
    const port = await bind(grpc, server);
    const lib = await packages.load<{ CloudTasksClient: new (options: object) => Tasks }>(
      '@google-cloud/tasks',
    );
    client = new lib.CloudTasksClient({
      apiEndpoint: '127.0.0.1',
      port,
      sslCreds: grpc.credentials.createInsecure(),
      projectId: 'project',
    });
  });
  afterAll(async () => {
    await client.close();
    server.forceShutdown();
  });
  beforeEach(() => {
    asked = [];
  });

  const parent = 'projects/project/locations/here/queues/queue';
  async function createTask(task: object): Promise<Request> {
    await client.createTask({ parent, task });
    return asked[0]?.['task'] as Request;
  }
  const httpRequest = { url: 'https://app.example/tasks' };

  describe('attempts', () => {
    it('a task cannot say how often: what it says is not sent', async () => {
      const task = await createTask({ httpRequest, retryConfig: { maxAttempts: 3 }, maxAttempts: 3 });
      expect(Object.keys(task)).toEqual(['httpRequest']);
    });

    it('retryConfig of a queue is sent as it is; maxAttempts counts all runs, and -1 has no end', async () => {
      const retryConfig = { maxAttempts: 5, minBackoff: { seconds: 1 }, maxDoublings: 4 };
      await client.createQueue({
        parent: 'projects/project/locations/here',
        queue: { name: parent, retryConfig },
      });
      expect(asked[0]?.['queue']).toMatchObject({ retryConfig });
      const words = wordsOf(queueProto, 'message RetryConfig', 'int32 max_attempts');
      expect(words).toMatch(/`max_attempts - 1` retries/);
      expect(words).toMatch(/-1 [^.]*unlimited/);
      expect(words).toMatch(/unspecified[^.]* default/);
    });

    it('a task ends only when both maxAttempts and maxRetryDuration are over', () => {
      const words = wordsOf(queueProto, 'int32 max_attempts', 'max_retry_duration = 2');
      expect(words).toMatch(/max_retry_duration[^.]* \*and\* [^.]*attempted/);
      expect(words).toMatch(/zero, [^.]* unlimited/);
    });
  });

  describe('backoff', () => {
    it('minBackoff doubles maxDoublings times, then grows by the same each time, up to maxBackoff', () => {
      const words = wordsOf(queueProto, 'The time between retries will double', 'int32 max_doublings');
      expect(words).toMatch(/then [^.]*linearly/);
    });
  });

  describe('time', () => {
    it('no dispatchDeadline is sent unless it is said: 10 minutes, from 15 seconds to 30 minutes', async () => {
      expect(await createTask({ httpRequest })).not.toHaveProperty('dispatchDeadline');
      const words = wordsOf(
        taskProto,
        'The deadline for requests sent to the worker',
        'dispatch_deadline = 6',
      );
      expect(words).toMatch(/default is 10 minutes/);
      expect(words).toMatch(/\[15 seconds, 30 minutes\]/);
    });

    it('dispatchDeadline is sent as it is', async () => {
      expect(await createTask({ httpRequest, dispatchDeadline: { seconds: 60 } })).toMatchObject({
        dispatchDeadline: { seconds: 60 },
      });
    });
  });

  describe('acknowledgement', () => {
    it('a task is done when its route answers with a status from 200 to 299', () => {
      const words = wordsOf(targetProto, 'HTTP request.', 'message HttpRequest');
      expect(words).toMatch(/acknowledges[^.]*\[`200` - `299`\]/);
      expect(words).toMatch(/any other[^.]* retried/);
    });
  });

  describe('payload', () => {
    async function bodyOf(body: unknown): Promise<string> {
      const task = await createTask({ httpRequest: { ...httpRequest, body } });
      return ((task['httpRequest'] as { body?: Buffer }).body ?? '').toString();
    }

    it('the body is bytes, or the base64 of them', async () => {
      expect(await bodyOf(Buffer.from('{"nr":1}'))).toBe('{"nr":1}');
      asked = [];
      expect(await bodyOf(Buffer.from('{"nr":1}').toString('base64'))).toBe('{"nr":1}');
    });

    it('an object as the body is accepted, and is lost', async () => {
      expect(await bodyOf({ nr: 1 })).toBe('');
    });

    it('a text that is not base64 makes createTask reject', async () => {
      await expect(bodyOf('{"nr":1}')).rejects.toThrow('invalid encoding');
      expect(asked).toEqual([]);
    });
  });

  describe('deduplication', () => {
    it('the name of a task is sent, and none is made up', async () => {
      expect(await createTask({ httpRequest })).not.toHaveProperty('name');
      asked = [];
      expect(await createTask({ httpRequest, name: `${parent}/tasks/order-1` })).toMatchObject({
        name: `${parent}/tasks/order-1`,
      });
      const words = wordsOf(tasksProto, 'Task De-duplication', 'Task task = 2');
      expect(words).toMatch(/identical[^.]*existing task or[^.]*recently/);
    });
  });
});
