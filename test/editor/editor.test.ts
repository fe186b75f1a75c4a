import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository } from '../examples.js';
import { Editor, type Squiggle } from './server.js';

/*
 * The example application in an editor: the ESLint server of VS Code lints it as somebody types. It lints a copy,
 * beneath the repository so that its packages resolve, with the plugin as it was built.
 */

const timeout = 300_000;
const folder = join(repository, '.cache/editor/shop');
const webhooks = 'src/webhooks/webhooks.ts';

let editor: Editor;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(repository, 'fixtures/shop'), folder, { recursive: true });
  editor = await Editor.open(folder);
}, timeout);

afterAll(async () => {
  expect(editor.complaints).toEqual([]);
  await editor.close();
}, timeout);

function onDisk(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

/** A text with one part replaced, which must be there. */
function replaced(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

function lines(squiggles: readonly Squiggle[]): readonly string[] {
  return squiggles.map(({ line, rule, text }) => `${line} ${rule}: ${text}`);
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  return [await work(), performance.now() - start];
}

test(
  'the first lint, and the lints while somebody types',
  async () => {
    const text = onDisk(webhooks);
    await editor.show(webhooks, text);
    const [first, cold] = await timed(() => editor.squiggles(webhooks));
    const warm: number[] = [];
    for (const typed of ['/', '//', '// w', '// who', '// who calls?']) {
      await editor.type(webhooks, `${text}${typed}`);
      const [squiggles, time] = await timed(() => editor.squiggles(webhooks));
      // A slash alone is no TypeScript.
      if (typed !== '/') expect(lines(squiggles)).toEqual(lines(first));
      if (typed !== '/') warm.push(time);
    }
    const [median = Infinity] = warm.sort((a, b) => a - b).slice(Math.floor(warm.length / 2));
    console.log(`In the editor: first lint ${cold.toFixed(0)} ms, while typing ${median.toFixed(0)} ms`);
    expect(median).toBeLessThan(cold);
  },
  timeout,
);

test(
  'half a statement says what the parser says; mended, all is as it was',
  async () => {
    const text = onDisk(webhooks);
    await editor.type(webhooks, text);
    const before = await editor.squiggles(webhooks);
    const half = replaced(text, '{ orderId, trackingCode }, RETRIES);\n}\n', '{ orderId, \n');
    await editor.type(webhooks, half);
    const broken = await editor.squiggles(webhooks);
    expect(broken).toHaveLength(1);
    expect(broken[0]?.diagnostic.message).toMatch(/^Parsing error: /);
    await editor.type(webhooks, text);
    expect(lines(await editor.squiggles(webhooks))).toEqual(lines(before));

    // What parses is judged, however little sense it makes.
    await editor.type(webhooks, `${text}webhookQueue.\nadd();\nnew Queue();\n`);
    expect(lines(await editor.squiggles(webhooks))).toEqual(
      expect.arrayContaining(lines(before) as string[]),
    );
    await editor.type(webhooks, text);
  },
  timeout,
);

test(
  'what is underlined, and what is said of it',
  async () => {
    const squiggles = await editor.squiggles(webhooks);
    expect(lines(squiggles)).toEqual([
      '12 require-retry-limit: add',
      '20 require-retry-limit: { jobId: `returned-${orderId}` }',
      '24 require-retry-limit: add',
      '24 no-unserializable-payload: new Date()',
      '29 require-retry-backoff: attempts: 5',
      '33 require-retry-backoff: backoff: undefined',
      "41 require-retry-limit: { name: 'ping', data: { url } }",
      '62 no-ineffective-option: jobId: `packed:${orderId}`',
      '67 no-floating-dispatch: add',
    ]);
    for (const { rule, diagnostic } of squiggles) {
      expect(diagnostic.source).toBe('eslint');
      expect(diagnostic.severity).toBe(1);
      expect(diagnostic.code).toBe(`tasks/${rule}`);
      expect(diagnostic.codeDescription?.href).toMatch(new RegExp(`^https://.+/rules/${rule}\\.md$`));
    }
  },
  timeout,
);

interface Offer {
  readonly kind: string;
  readonly file: string;
  /** Typed first: this, in place of that. */
  readonly typed?: readonly [from: string, to: string];
  readonly rule: string;
  readonly title: string;
  /** What then stands in the file, once more than before. */
  readonly makes: string;
}

/** One of each kind. */
const offers: readonly Offer[] = [
  {
    kind: 'insert an option',
    file: 'src/imports/import.queues.ts',
    rule: 'require-retry-backoff',
    title: 'Add `backoff',
    makes: "attempts: 3, backoff: { type: 'exponential', delay: 1000, jitter: 0.5 }",
  },
  {
    kind: 'insert an argument',
    file: 'src/exports/exports.service.ts',
    rule: 'require-retry-limit',
    title: 'State that it runs once',
    makes: "this.queue.add('orders', { exportId, month, requestedAt }, { attempts: 1 })",
  },
  {
    kind: 'insert an option of a decorator',
    file: 'src/tasks/loyalty.tasks.ts',
    rule: 'require-time-limit',
    title: 'Add `timeLimit',
    makes: 'timeLimit: 60',
  },
  {
    kind: 'replace a value',
    file: 'src/imports/import.workers.ts',
    rule: 'no-conflicting-time-limits',
    title: 'Make it `30_000`',
    makes: 'lockDuration: 30_000',
  },
  {
    kind: 'replace a text',
    file: 'src/reminders/reminder.scheduler.ts',
    rule: 'valid-schedule',
    title: 'Make it `0 8 * * 1`',
    makes: "pattern: '0 8 * * 1'",
  },
  {
    kind: 'pass less',
    file: 'src/orders/orders.service.ts',
    rule: 'no-model-payload',
    title: 'Pass the identifier',
    makes: 'this.queue.add(OrderJob.Placed, { id: order.id })',
  },
  {
    kind: 'convert a value',
    file: 'src/billing/billing.service.ts',
    rule: 'no-unserializable-payload',
    title: 'Pass `price.toMinor().toString()`',
    makes: 'total: price.toMinor().toString()',
  },
  {
    kind: 'change arguments',
    file: 'src/warehouse/warehouse.consumers.ts',
    rule: 'no-unsafe-requeue',
    title: 'Do not put it back',
    makes: 'channel.nack(message, false, false)',
  },
  {
    kind: 'insert a statement',
    file: 'src/tasks/newsletter.tasks.ts',
    rule: 'no-swallowed-failure',
    title: 'Throw the error on',
    makes: 'throw error;',
  },
  {
    kind: 'chain a call',
    file: 'src/warehouse/warehouse.broker.ts',
    rule: 'require-error-listener',
    title: 'Add `.on(',
    makes: ".on('error', console.error)",
  },
  {
    kind: 'await',
    file: webhooks,
    typed: ["await webhookQueue.add('order.shipped'", "webhookQueue.add('order.shipped'"],
    rule: 'no-floating-dispatch',
    title: 'Await it.',
    makes: "await webhookQueue.add('order.shipped'",
  },
  {
    kind: 'wrap a list of promises',
    file: webhooks,
    typed: [
      "await webhookQueue.addBulk(skus.map((sku) => ({ name: 'catalog.changed', data: { sku }, opts: RETRIES })));",
      "skus.map((sku) => webhookQueue.add('catalog.changed', { sku }, RETRIES));",
    ],
    rule: 'no-floating-dispatch',
    title: 'Await all of them.',
    makes: "await Promise.all(skus.map((sku) => webhookQueue.add('catalog.changed', { sku }, RETRIES)));",
  },
  {
    kind: 'remove an option',
    file: webhooks,
    typed: ['{ url }, { attempts: 1, removeOnFail: true }', '{ url }, { attempts: 1, timeout: 5_000 }'],
    rule: 'no-ineffective-option',
    title: 'Take `timeout: 5_000` out.',
    makes: '{ url }, { attempts: 1 }',
  },
  {
    kind: 'write a comment',
    file: 'src/invoices/invoice.tasks.ts',
    rule: 'require-idempotency-annotation',
    title: 'Declare it idempotent',
    makes: '/** @idempotent TODO: say why running this twice is harmless. */',
  },
];

describe('the light bulb', () => {
  test.each(offers)(
    'can $kind: $rule',
    async ({ file, typed = ['', ''], rule, title, makes }) => {
      const text = replaced(onDisk(file), ...typed);
      await editor.show(file, text);
      const before = await editor.squiggles(file);
      const squiggle = before.find((each) => each.rule === rule);
      if (!squiggle) throw new Error(`${rule} is silent on ${file}`);
      const offer = (await editor.offers(file, squiggle)).find((each) => each.title.startsWith(title));
      if (!offer) throw new Error(`Nobody offers: ${title}`);
      await editor.take(offer);
      expect(editor.text(file).split(makes).length).toBe(text.split(makes).length + 1);
      const after = await editor.squiggles(file);
      const same = (each: Squiggle) => each.rule === rule && each.text === squiggle.text;
      expect(after.filter(same)).toHaveLength(before.filter(same).length - 1);
      expect(after).toHaveLength(before.length - 1);
      await editor.dismiss(file);
    },
    timeout,
  );
});

describe('an option that another file states', () => {
  const sender = 'src/exports/exports.service.ts';
  const queues = 'src/queue/queue.module.ts';
  const reported = ['16 require-retry-limit: add'];
  const decided = () =>
    replaced(
      readFileSync(join(repository, 'fixtures/shop', queues), 'utf8'),
      'defaultJobOptions: { removeOnComplete: { age: 3_600 } }',
      'defaultJobOptions: { attempts: 1 }',
    );
  const undecided = () => readFileSync(join(repository, 'fixtures/shop', queues), 'utf8');

  async function restart(): Promise<void> {
    expect(editor.complaints).toEqual([]);
    await editor.close();
    editor = await Editor.open(folder);
    await editor.show(sender, onDisk(sender));
  }

  test(
    'typed in an open file, it counts from the next lint on, unsaved as it is',
    async () => {
      await restart();
      expect(lines(await editor.squiggles(sender))).toEqual(reported);
      await editor.show(queues, undecided());
      await editor.type(queues, decided());
      // An editor asks for the file that was typed in; until then the other one does not know.
      expect(lines(await editor.squiggles(sender))).toEqual(reported);
      await editor.squiggles(queues);
      expect(lines(await editor.squiggles(sender))).toEqual([]);
      await editor.type(queues, undecided());
      await editor.squiggles(queues);
      expect(lines(await editor.squiggles(sender))).toEqual(reported);
    },
    timeout,
  );

  test(
    'thrown away with its file, it stays until the file is opened again',
    async () => {
      await editor.type(queues, decided());
      await editor.squiggles(queues);
      await editor.dismiss(queues);
      expect(onDisk(queues)).toBe(undecided());
      expect(lines(await editor.squiggles(sender))).toEqual([]);
      await editor.show(queues, onDisk(queues));
      await editor.squiggles(queues);
      expect(lines(await editor.squiggles(sender))).toEqual(reported);
      await editor.dismiss(queues);
    },
    timeout,
  );

  test(
    'changed on disk, it is seen when that file is opened, or the server started anew',
    async () => {
      await restart();
      expect(lines(await editor.squiggles(sender))).toEqual(reported);
      writeFileSync(join(folder, queues), decided());
      await editor.type(sender, `${onDisk(sender)}\n// typed\n`);
      expect(lines(await editor.squiggles(sender))).toEqual(reported);
      // Neither does it help that ESLint's configuration is read again.
      await editor.changedOnDisk('eslint.config.js');
      expect(lines(await editor.squiggles(sender))).toEqual(reported);
      expect(editor.refreshes).toBe(1);

      await editor.show(queues, onDisk(queues));
      await editor.squiggles(queues);
      expect(lines(await editor.squiggles(sender))).toEqual([]);

      writeFileSync(join(folder, queues), undecided());
      expect(lines(await editor.squiggles(sender))).toEqual([]);
      await restart();
      expect(lines(await editor.squiggles(sender))).toEqual(reported);
    },
    timeout,
  );
});
