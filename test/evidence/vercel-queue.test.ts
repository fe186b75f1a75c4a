import { once } from 'node:events';
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packagesOf } from './packages.js';
import { PAYLOADS, REFUSED, gate, sleep, until } from './support.js';

/* The queue is a service of the platform. Here it is a server that writes down what the package asks of it. */

interface Metadata {
  readonly messageId: string;
  readonly deliveryCount: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}
type Handler = (message: never, metadata: Metadata) => unknown;
type Retry = (error: unknown, metadata: Metadata) => object | undefined;
interface Options {
  readonly visibilityTimeoutSeconds?: number;
  readonly retry?: Retry;
}
interface Client {
  send(topic: string, payload: unknown, options?: object): Promise<{ messageId: string }>;
  handleCallback(handler: Handler, options?: Options): (request: Request) => Promise<Response>;
}
interface Library {
  readonly QueueClient: new (options: object) => Client;
  readonly BufferTransport: new () => object;
}
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const { QueueClient, BufferTransport } = await packagesOf('vercel-queue').load<Library>('@vercel/queue');

/** The whole path of a lease is /api/v3/topic/<topic>/consumer/<group>/lease/<handle>. */
const LEASE = '/api/v3/topic/orders/consumer/group/lease/receipt';

describe('@vercel/queue', () => {
  let server: Server;
  let asked: Asked[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url: path = '', headers } = request;
        asked.push({ method, path, headers, body });
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ messageId: 'message' }));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    asked = [];
    // The package prints every failure of a handler.
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const openClient = (options: object = {}): Client => {
    const { port } = server.address() as AddressInfo;
    return new QueueClient({
      region: 'iad1',
      token: 'token',
      deploymentId: null,
      resolveBaseUrl: () => new URL(`http://127.0.0.1:${port}`),
      ...options,
    });
  };

  /** A message as the platform pushes it to the route of a consumer. */
  const delivery = (payload: unknown = {}, headers: Record<string, string> = {}): Request =>
    new Request('http://app.example/api/queue', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-type': 'com.vercel.queue.v2beta',
        'ce-vqsqueuename': 'orders',
        'ce-vqsconsumergroup': 'group',
        'ce-vqsmessageid': 'message',
        'ce-vqsreceipthandle': 'receipt',
        'ce-vqsdeliverycount': '1',
        'ce-vqscreatedat': new Date(0).toISOString(),
        ...headers,
      },
      body: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });

  async function deliver(handler: Handler, options?: Options): Promise<number> {
    return (await openClient().handleCallback(handler, options)(delivery())).status;
  }
  const boom = (): never => {
    throw new Error('boom');
  };
  const asks = (): string[] => asked.map(({ method, path }) => `${method} ${path}`);

  describe('attempts', () => {
    it('a handler that throws is answered with 500, and the message is not acknowledged: it comes again', async () => {
      expect(await deliver(boom)).toBe(500);
      expect(asks()).toEqual([]);
    });

    it('the package does not count: the thousandth delivery is treated as the first', async () => {
      const seen: number[] = [];
      const handler: Handler = (_message, { deliveryCount }) => {
        seen.push(deliveryCount);
        throw new Error('boom');
      };
      const route = openClient().handleCallback(handler);
      expect((await route(delivery({}, { 'ce-vqsdeliverycount': '1000' }))).status).toBe(500);
      expect(seen).toEqual([1_000]);
      expect(asks()).toEqual([]);
    });

    it('a message ends after a day, unless it says when', async () => {
      const seen: number[] = [];
      const route = openClient().handleCallback((_message, { createdAt, expiresAt }) => {
        seen.push(expiresAt.getTime() - createdAt.getTime());
      });
      await route(delivery());
      await route(delivery({}, { 'ce-vqsexpiresat': new Date(60_000).toISOString() }));
      expect(seen).toEqual([86_400_000, 60_000]);
    });

    it('send says nothing of retries; retentionSeconds and delaySeconds are sent in seconds', async () => {
      await openClient().send('orders', {});
      await openClient().send('orders', {}, { retentionSeconds: 60, delaySeconds: 5, retries: 3 });
      const [plain, full] = asked.map(({ headers }) => headers);
      expect([plain?.['vqs-retention-seconds'], plain?.['vqs-delay-seconds']]).toEqual([
        undefined,
        undefined,
      ]);
      expect([full?.['vqs-retention-seconds'], full?.['vqs-delay-seconds']]).toEqual(['60', '5']);
      expect(Object.keys(full ?? {}).filter((name) => name.includes('retr'))).toEqual([]);
    });

    it('retry: { acknowledge: true } ends the deliveries', async () => {
      expect(await deliver(boom, { retry: () => ({ acknowledge: true }) })).toBe(200);
      expect(asks()).toEqual([`DELETE ${LEASE}`]);
    });

    it.each([
      ['returns nothing', () => undefined],
      ['throws', boom],
    ])('a retry that %s leaves it to the platform', async (_what, retry) => {
      expect(await deliver(boom, { retry })).toBe(500);
      expect(asks()).toEqual([]);
    });

    it('retry gets the error and how often the message was delivered', async () => {
      const seen: unknown[] = [];
      await deliver(boom, {
        retry: (error, { deliveryCount }) => void seen.push(String(error), deliveryCount),
      });
      expect(seen).toEqual(['Error: boom', 1]);
    });
  });

  describe('backoff', () => {
    it('afterSeconds of retry puts the message off, in seconds', async () => {
      expect(await deliver(boom, { retry: () => ({ afterSeconds: 90 }) })).toBe(200);
      expect(asks()).toEqual([`PATCH ${LEASE}`]);
      expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ visibilityTimeoutSeconds: 90 });
    });

    it('without retry the package says nothing about when', async () => {
      await deliver(boom);
      expect(asked).toEqual([]);
    });
  });

  describe('time', () => {
    /** When, and for how long, a message is kept for a handler that takes its time. */
    async function extensions(ms: number, options?: Options): Promise<unknown[]> {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
      const released = gate();
      const route = openClient().handleCallback(() => released.opened, options);
      const answer = route(delivery());
      const end = Date.now() + ms;
      while (Date.now() < end) {
        await vi.advanceTimersByTimeAsync(1_000);
        // What is asked for goes over a real connection.
        await new Promise((resolve) => setImmediate(resolve));
      }
      vi.useRealTimers();
      await until('the service was asked', () => asked.length > 0);
      released.open();
      expect((await answer).status).toBe(200);
      return asked.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body) as unknown);
    }

    it('a message is kept for 300 s by default, and longer while its handler goes on', async () => {
      const seen = await extensions(61_000);
      expect(seen).toEqual([{ visibilityTimeoutSeconds: 300 }]);
    });

    it('visibilityTimeoutSeconds is seconds, 30 at least', async () => {
      expect((await extensions(11_000, { visibilityTimeoutSeconds: 40 }))[0]).toEqual({
        visibilityTimeoutSeconds: 40,
      });
      asked = [];
      expect((await extensions(11_000, { visibilityTimeoutSeconds: 1 }))[0]).toEqual({
        visibilityTimeoutSeconds: 30,
      });
    });

    it('the package stops no handler', async () => {
      expect(await deliver(() => sleep(100), { visibilityTimeoutSeconds: 0 })).toBe(200);
    });
  });

  describe('acknowledgement', () => {
    it('the message is acknowledged when the handler has ended, not before', async () => {
      const released = gate();
      const answer = deliver(() => released.opened);
      await sleep(50);
      expect(asks()).toEqual([]);
      released.open();
      expect(await answer).toBe(200);
      expect(asks()).toEqual([`DELETE ${LEASE}`]);
    });

    it('an error that the handler swallows is an acknowledgement', async () => {
      expect(await deliver(() => Promise.reject(new Error('boom')).catch(() => undefined))).toBe(200);
      expect(asks()).toEqual([`DELETE ${LEASE}`]);
    });

    it('what a handler does not await is lost: the message is acknowledged', async () => {
      const released = gate();
      expect(await deliver(() => void released.opened)).toBe(200);
      expect(asks()).toEqual([`DELETE ${LEASE}`]);
    });
  });

  describe('payload', () => {
    async function received(payload: unknown): Promise<unknown> {
      await openClient().send('orders', payload);
      const seen: unknown[] = [];
      await openClient().handleCallback((message) => void seen.push(message))(delivery(asked[0]?.body));
      return seen[0];
    }

    for (const { title, sent, received: expected } of PAYLOADS) {
      it(title, async () => {
        expect(await received(sent)).toStrictEqual(expected);
      });
    }

    for (const { title, sent, message } of REFUSED) {
      it(title.replace('add', 'send'), async () => {
        await expect(openClient().send('orders', sent())).rejects.toThrow(message);
        expect(asked).toEqual([]);
      });
    }

    it.each([undefined, () => 1, Symbol('a')])('the payload %o itself makes send reject', async (payload) => {
      await expect(openClient().send('orders', payload)).rejects.toThrow();
      expect(asked).toEqual([]);
    });

    it('another transport sends bytes as they are', async () => {
      await openClient({ transport: new BufferTransport() }).send('orders', Buffer.from('hi'));
      expect(asked[0]?.body).toBe('hi');
      expect(asked[0]?.headers['content-type']).toBe('application/octet-stream');
    });
  });

  describe('deduplication', () => {
    it('idempotencyKey is sent, and none is made up', async () => {
      await openClient().send('orders', {}, { idempotencyKey: 'order-1' });
      await openClient().send('orders', {});
      expect(asked.map(({ headers }) => headers['vqs-idempotency-key'])).toEqual(['order-1', undefined]);
    });
  });
});
