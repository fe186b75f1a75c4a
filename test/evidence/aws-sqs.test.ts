import type * as AWS from '@aws-sdk/client-sqs';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packagesOf } from './packages.js';
import { PAYLOADS, sleep } from './support.js';

// There is no AWS here. A server of the loopback interface takes the requests of the client and answers as the
// service does: with a message as long as it is there, and with a refusal for a body that is no string.

interface Request {
  readonly action: string;
  readonly body: Record<string, unknown>;
  readonly raw: string;
}

const packages = packagesOf('aws-sqs');
const QueueUrl = 'https://sqs.example/q';
let aws: typeof AWS;
let server: Server;
let client: AWS.SQSClient;
let settings: AWS.SQSClientConfig;
let requests: Request[] = [];
/** What ReceiveMessage gives; DeleteMessage takes it away. */
let stored: { MessageId: string; ReceiptHandle: string; Body: string }[] = [];
let broken = false;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

interface Answer {
  readonly status: number;
  readonly content: unknown;
}
const refused = (type: string): Answer => ({ status: 400, content: { __type: type, message: type } });

function answer({ action, body }: Request): Answer {
  if (broken) return { status: 500, content: { message: 'InternalFailure' } };
  if (action === 'SendMessage') {
    if (body['MessageBody'] === undefined) return refused('MissingParameter');
    if (typeof body['MessageBody'] !== 'string') return refused('SerializationException');
    return { status: 200, content: { MessageId: '1', MD5OfMessageBody: md5(body['MessageBody']) } };
  }
  if (action === 'SendMessageBatch') {
    const [first, ...rest] = body['Entries'] as { Id: string; MessageBody: string }[];
    const Successful = [{ Id: first?.Id, MessageId: '1', MD5OfMessageBody: md5(first?.MessageBody ?? '') }];
    const Failed = rest.map(({ Id }) => ({ Id, SenderFault: true, Code: 'InvalidMessageContents' }));
    return { status: 200, content: { Successful, Failed } };
  }
  if (action === 'ReceiveMessage') {
    return {
      status: 200,
      content: { Messages: stored.map((message) => ({ ...message, MD5OfBody: md5(message.Body) })) },
    };
  }
  if (action === 'DeleteMessage') {
    stored = stored.filter(({ ReceiptHandle }) => ReceiptHandle !== body['ReceiptHandle']);
  }
  return { status: 200, content: {} };
}

beforeAll(async () => {
  // The package tells of the versions of Node that it means to support; that is no part of the evidence.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  aws = await packages.load<typeof AWS>('@aws-sdk/client-sqs');
  server = createServer((incoming, outgoing) => {
    let raw = '';
    incoming.on('data', (chunk: Buffer) => (raw += chunk.toString()));
    incoming.on('end', () => {
      let body: Request['body'] = {};
      try {
        body = JSON.parse(raw) as Request['body'];
      } catch {
        // A body that is no JSON is told of as it is.
      }
      const action = String(incoming.headers['x-amz-target']).replace('AmazonSQS.', '');
      requests.push({ action, body, raw });
      const { status, content } = answer({ action, body, raw });
      outgoing
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify(content));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  settings = {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
  };
  client = new aws.SQSClient(settings);
  return () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  };
});
afterEach(() => {
  requests = [];
  stored = [];
  broken = false;
});

const actions = (): string[] => requests.map(({ action }) => action);

/** A body as plain JavaScript would pass it: the types want a string. */
const send = async (body: unknown): Promise<unknown> =>
  client.send(new aws.SendMessageCommand({ QueueUrl, MessageBody: body as string }));

describe('attempts', () => {
  it('a client tries a request three times, which is not how often a message is received', async () => {
    broken = true;
    await expect(send('text')).rejects.toThrow();
    expect(actions()).toEqual(['SendMessage', 'SendMessage', 'SendMessage']);
  });
});

describe('traps', () => {
  it.each([-1, 901])(
    'DelaySeconds: %i is the service’s to refuse: the client sends it',
    async (DelaySeconds) => {
      await client.send(new aws.SendMessageCommand({ QueueUrl, MessageBody: 'text', DelaySeconds }));
      expect(requests[0]?.body).toMatchObject({ DelaySeconds });
    },
  );

  it.each([
    { WaitTimeSeconds: 21 },
    { WaitTimeSeconds: -1 },
    { MaxNumberOfMessages: 11 },
    { MaxNumberOfMessages: 0 },
  ])('so is %o', async (options) => {
    await client.send(new aws.ReceiveMessageCommand({ QueueUrl, ...options }));
    expect(requests[0]?.body).toMatchObject(options);
  });
});

describe('time', () => {
  it('VisibilityTimeout is passed on in seconds, and not at all when nobody says how long', async () => {
    await client.send(new aws.ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 90 }));
    await client.send(new aws.ReceiveMessageCommand({ QueueUrl }));
    expect(requests[0]?.body).toMatchObject({ VisibilityTimeout: 90 });
    expect(requests[1]?.body).toEqual({ QueueUrl });
  });

  it('the client does not extend it while a message is worked on', async () => {
    stored = [{ MessageId: '1', ReceiptHandle: 'r', Body: 'text' }];
    await client.send(new aws.ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 1 }));
    await sleep(1_200);
    expect(actions()).toEqual(['ReceiveMessage']);
  });
});

describe('acknowledgement', () => {
  it('nothing but DeleteMessageCommand acknowledges: without it the message comes again', async () => {
    stored = [{ MessageId: '1', ReceiptHandle: 'r', Body: 'text' }];
    const receive = async (): Promise<AWS.Message[]> => {
      const { Messages = [] } = await client.send(new aws.ReceiveMessageCommand({ QueueUrl }));
      return Messages;
    };
    expect(await receive()).toMatchObject([{ Body: 'text' }]);
    expect(await receive()).toHaveLength(1);
    expect(actions()).toEqual(['ReceiveMessage', 'ReceiveMessage']);
    await client.send(new aws.DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'r' }));
    expect(await receive()).toEqual([]);
  });

  it('a client that ends deletes nothing', async () => {
    stored = [{ MessageId: '1', ReceiptHandle: 'r', Body: 'text' }];
    const other = new aws.SQSClient(settings);
    await other.send(new aws.ReceiveMessageCommand({ QueueUrl }));
    other.destroy();
    await sleep(50);
    expect(actions()).toEqual(['ReceiveMessage']);
    expect(stored).toHaveLength(1);
  });

  it('SendMessageBatch resolves also when some of its messages were refused', async () => {
    const Entries = [
      { Id: 'a', MessageBody: 'one' },
      { Id: 'b', MessageBody: 'two' },
    ];
    const { Successful, Failed } = await client.send(new aws.SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Successful).toMatchObject([{ Id: 'a' }]);
    expect(Failed).toMatchObject([{ Id: 'b', Code: 'InvalidMessageContents' }]);
  });
});

describe('payload', () => {
  it('a body is a string, and arrives as it is', async () => {
    await expect(send('{"at":"1970"}')).resolves.toMatchObject({ MessageId: '1' });
    expect(requests[0]?.body).toEqual({ QueueUrl, MessageBody: '{"at":"1970"}' });
    stored = [{ MessageId: '1', ReceiptHandle: 'r', Body: '{"at":"1970"}' }];
    const { Messages } = await client.send(new aws.ReceiveMessageCommand({ QueueUrl }));
    expect(Messages).toMatchObject([{ Body: '{"at":"1970"}' }]);
  });

  for (const { title, sent } of PAYLOADS) {
    it(`an object is sent as it is, no text of JSON, and refused: ${title.replace(/ (arrives|is dropped).*/, '')}`, async () => {
      await expect(send(sent)).rejects.toThrow('SerializationException');
      expect(typeof requests[0]?.body['MessageBody']).not.toBe('string');
    });
  }

  it.each([[1], [true], [1n], [[1]], [new Map()], [Buffer.from('hi')], [new Error('no')]])(
    'so is %s',
    async (value) => {
      await expect(send(value)).rejects.toThrow('SerializationException');
    },
  );

  it.each([undefined, null])('%s is not sent at all', async (value) => {
    await expect(send(value)).rejects.toThrow('MissingParameter');
    expect(requests[0]?.body).toEqual({ QueueUrl });
  });

  it.each([(): number => 1, Symbol('a')])('%s makes a request that is no JSON', async (value) => {
    await expect(send(value)).rejects.toThrow();
    expect(() => JSON.parse(requests[0]?.raw ?? '') as unknown).toThrow(SyntaxError);
  });

  it('a Date is sent as a string, and the client rejects after the message was taken', async () => {
    await expect(send(new Date(0))).rejects.toThrow('InvalidChecksumError');
    expect(requests).toMatchObject([
      { action: 'SendMessage', body: { MessageBody: '1970-01-01T00:00:00.000Z' } },
    ]);
  });
});

describe('deduplication', () => {
  it('MessageDeduplicationId and MessageGroupId are passed on, and the client drops nothing', async () => {
    const fields = { MessageDeduplicationId: 'same', MessageGroupId: 'g' };
    for (const MessageBody of ['one', 'two']) {
      await client.send(new aws.SendMessageCommand({ QueueUrl, MessageBody, ...fields }));
    }
    expect(requests.map(({ body }) => body)).toMatchObject([fields, fields]);
  });
});

describe('waits', () => {
  it('sending gives the id of the message, and nothing that could be waited for', async () => {
    const sent = (await send('text')) as object;
    expect(Object.keys(sent).sort()).toEqual(['$metadata', 'MD5OfMessageBody', 'MessageId']);
  });
});
