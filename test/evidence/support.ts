import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const HOUR = 3_600_000;

/** The packages are resolved from here, also by the child processes that these tests start. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again and again until the answer is truthy, and returns it. Slow machines only make it later. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  ms = 20_000,
): Promise<Exclude<T, false | null | undefined>> {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, false | null | undefined>;
    if (Date.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}`);
    await sleep(10);
  }
}

/** The pauses between consecutive runs. */
export const gaps = (starts: readonly number[]): number[] =>
  starts.slice(1).map((start, index) => start - (starts[index] ?? 0));

/** Some pauses may be stretched by a busy machine; the middle one is not, unless the library waits. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('The median of nothing');
  return middle;
}

/** A gate that handlers wait at, so that a test and not the clock says when they go on. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/**
 * Runs a worker in a process of its own and kills it with SIGKILL as soon as it prints `started`.
 * The child also ends when its standard input does, so that it never outlives these tests.
 */
export async function killWhenStarted(source: string, ...args: string[]): Promise<void> {
  const program = `process.stdin.resume().on('end', () => process.exit(1));\n${source}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, ...args], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  try {
    await until('the child process runs the job', () => {
      if (child.exitCode !== null) throw new Error(`The child process ended by itself: ${child.exitCode}`);
      return printed.includes('started');
    });
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

class Money {
  amount = 5;
  #currency = 'EUR';
  get label(): string {
    return `${this.amount} ${this.#currency}`;
  }
  double(): number {
    return this.amount * 2;
  }
}

/** What a handler receives for a value at `data.value`: JSON, in every library of these tests. */
export const PAYLOADS: readonly { title: string; sent: unknown; received: unknown }[] = [
  {
    title: 'a Date arrives as an ISO string',
    sent: { value: new Date(0) },
    received: { value: '1970-01-01T00:00:00.000Z' },
  },
  {
    title: 'a Map arrives as an empty object',
    sent: { value: new Map([['a', 1]]) },
    received: { value: {} },
  },
  { title: 'a Set arrives as an empty object', sent: { value: new Set([1, 2]) }, received: { value: {} } },
  { title: 'a RegExp arrives as an empty object', sent: { value: /a/g }, received: { value: {} } },
  { title: 'an Error arrives as an empty object', sent: { value: new Error('no') }, received: { value: {} } },
  {
    title: 'a class instance arrives as its own public fields, without methods and getters',
    sent: { value: new Money() },
    received: { value: { amount: 5 } },
  },
  {
    title: 'a function is dropped, and null in an array',
    sent: { value: () => 1, list: [() => 1] },
    received: { list: [null] },
  },
  {
    title: 'a symbol is dropped, and null in an array',
    sent: { value: Symbol('a'), list: [Symbol('a')] },
    received: { list: [null] },
  },
  {
    title: 'undefined is dropped, and null in an array',
    sent: { value: undefined, list: [undefined, 1] },
    received: { list: [null, 1] },
  },
  {
    title: 'NaN and Infinity arrive as null',
    sent: { value: NaN, list: [Infinity, -Infinity] },
    received: { value: null, list: [null, null] },
  },
  {
    title: 'a Buffer arrives as an object of type and data',
    sent: { value: Buffer.from('hi') },
    received: { value: { type: 'Buffer', data: [104, 105] } },
  },
  {
    title: 'a typed array arrives as an object of its indexes',
    sent: { value: new Uint8Array([7, 8]) },
    received: { value: { 0: 7, 1: 8 } },
  },
  {
    title: 'a URL arrives as a string',
    sent: { value: new URL('http://a.example/b') },
    received: { value: 'http://a.example/b' },
  },
  {
    title: 'an object with toJSON arrives as what toJSON returns',
    sent: { value: { secret: 1, toJSON: () => ({ shown: 2 }) } },
    received: { value: { shown: 2 } },
  },
];

/** What JSON.stringify refuses, and so does `add`. */
export const REFUSED: readonly { title: string; sent: () => unknown; message: string }[] = [
  { title: 'a bigint makes add reject', sent: () => ({ value: 1n }), message: 'serialize a BigInt' },
  {
    title: 'a circular object makes add reject',
    sent: () => {
      const loop: { self?: unknown } = {};
      loop.self = loop;
      return loop;
    },
    message: 'circular structure',
  },
];
