import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packagesOf } from './packages.js';
import { until } from './support.js';

/*
 * The shipped runtime, with the shipped local world: it keeps runs in files and hands messages over in the process.
 * What a platform would do with a message that is to come again later is only written down here.
 */

type Anything = (...args: unknown[]) => unknown;
type Route = (request: Request) => Promise<Response>;
type Step = Anything & { maxRetries?: number | undefined };

interface Run {
  readonly runId: string;
  readonly returnValue: Promise<unknown>;
}
interface World {
  registerHandler(prefix: string, route: Route): void;
  start(): Promise<void>;
  close(): Promise<void>;
  readonly runs: { get(id: string): Promise<{ readonly status: string }> };
}
interface Runtime {
  workflowEntrypoint: (code: string) => Route;
  readonly stepEntrypoint: Route;
  start(workflow: Anything, args: unknown[]): Promise<Run>;
  setWorld(world: World): void;
}
interface Local {
  createLocalWorld: (options: object) => World;
}
interface Library {
  readonly FatalError: new (message: string) => Error;
  readonly RetryableError: new (message: string, options: object) => Error;
  getStepMetadata(): { readonly stepId: string; readonly attempt: number };
}
const packages = packagesOf('vercel-workflow');

/** A project file; it is compiled as the plugins of the package do it. */
const SOURCE = `
  // What sleep of 'workflow' is in a workflow.
  const sleep = (time) => globalThis[Symbol.for('WORKFLOW_SLEEP')](time);

  export async function act(name, ...args) { 'use step'; return globalThis.evidence(name, args); }
  export async function other(name, ...args) { 'use step'; return globalThis.evidence(name, args); }
  other.maxRetries = 1;

  export async function one(name, ...args) { 'use workflow'; return act(name, ...args); }
  export async function limited(name) { 'use workflow'; return other(name); }
  export async function two(first, second) { 'use workflow'; return [await act(first), await act(second)]; }
  export async function swallows(name) { 'use workflow'; await act(name).catch(() => undefined); return 'done'; }
  export async function throws() { 'use workflow'; throw new Error('boom'); }
  export async function rests(time) { 'use workflow'; await sleep(time); return 'done'; }
  export async function timer() { 'use workflow'; await new Promise((resolve) => setTimeout(resolve, 1)); }
  export async function clock() {
    'use workflow';
    const seen = [new Date().getTime(), Math.random()];
    await act('note', ...seen);
    await act('note', ...seen);
  }
  export async function instance() {
    'use workflow';
    class Money { amount = 5; }
    return act('note', new Money());
  }
  export async function mutation() {
    'use workflow';
    const list = [1];
    await act('push', list);
    return list;
  }
`;

const MODES = ['workflow', 'step', 'client'] as const;

/** In a process of its own: the compiler leaves a cache where it runs. */
function compile(directory: string): Record<(typeof MODES)[number], string> {
  const program = `
    const { applySwcTransform } = await import(process.argv[1]);
    const [source, file, modes] = JSON.parse(process.argv[2]);
    const compiled = {};
    for (const mode of modes) {
      const { code } = await applySwcTransform('flow.js', source, mode, file, process.cwd());
      compiled[mode] = code;
    }
    process.stdout.write(JSON.stringify(compiled));`;
  const input = JSON.stringify([SOURCE, join(directory, 'flow.js'), MODES]);
  const options = ['--input-type=module', '-e', program, packages.url('@workflow/builders'), input];
  const text = execFileSync(process.execPath, options, { cwd: directory, encoding: 'utf8' });
  return JSON.parse(text) as Record<(typeof MODES)[number], string>;
}

type Steps = Readonly<Record<string, Anything>>;
declare global {
  var evidence: ((name: string, args: unknown[]) => unknown) | undefined;
}

describe('Vercel Workflow', () => {
  let directory: string;
  let world: World;
  let runtime: Runtime;
  let library: Library;
  /** The functions as the steps' bundle and as the rest of a project have them. */
  let bundle: Record<string, Step>;
  let project: Record<string, Anything>;
  let stepRoute: Route;

  let steps: Steps = {};
  /** The names of the steps that ran. */
  let ran: string[] = [];
  /** For how many seconds each message was put off; -1 where the message was not taken. */
  let putOff: number[] = [];
  let flows = 0;
  let last: Request | undefined;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tasks-evidence-'));
    symlinkSync(dirname(dirname(packages.file('workflow/package.json'))), join(directory, 'node_modules'));
    const compiled = compile(directory);
    writeFileSync(join(directory, 'step.mjs'), compiled.step);
    writeFileSync(join(directory, 'client.mjs'), compiled.client);

    const local = await packages.load<Local>('@workflow/world-local');
    world = local.createLocalWorld({ dataDir: join(directory, 'data'), recoverActiveRuns: false });
    runtime = await packages.load<Runtime>('@workflow/core/runtime');
    library = await packages.load<Library>('workflow');
    runtime.setWorld(world);
    await world.start();

    const load = (name: string): Promise<unknown> =>
      import(/* @vite-ignore */ pathToFileURL(join(directory, name)).href);
    bundle = (await load('step.mjs')) as Record<string, Step>;
    project = (await load('client.mjs')) as Record<string, Anything>;

    const code = compiled.workflow.replace(/^export /gm, '');
    const flow = runtime.workflowEntrypoint(`globalThis.__private_workflows = new Map();\n${code}`);
    stepRoute = runtime.stepEntrypoint;
    /** Nobody waits here: what is to come again soon does so at once, and what is to come later does not. */
    const atOnce =
      (route: Route): Route =>
      async (request) => {
        const response = await route(request);
        if (!response.ok) {
          putOff.push(-1);
          return Response.json({ timeoutSeconds: 0 });
        }
        const answer = (await response.json()) as { timeoutSeconds?: number };
        if (typeof answer.timeoutSeconds !== 'number') return Response.json(answer, response);
        putOff.push(answer.timeoutSeconds);
        return Response.json(answer.timeoutSeconds > 2 ? { ok: true } : { timeoutSeconds: 0 });
      };
    const routeFlow = atOnce(flow);
    const routeStep = atOnce(stepRoute);
    world.registerHandler('__wkf_workflow_', (request) => {
      flows++;
      return routeFlow(request);
    });
    world.registerHandler('__wkf_step_', (request) => {
      last = request.clone();
      return routeStep(request);
    });
    globalThis.evidence = (name, args) => {
      ran.push(name);
      return (steps[name] ?? expect.fail(`There is no step ${name}`))(...args);
    };
  });
  afterAll(async () => {
    await world.close();
    globalThis.evidence = undefined;
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    steps = {};
    ran = [];
    putOff = [];
    flows = 0;
    // The runtime prints all that fails.
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
    delete bundle['act']?.maxRetries;
  });

  const begin = (workflow: string, ...args: unknown[]): Promise<Run> =>
    runtime.start(project[workflow] ?? expect.fail(`There is no workflow ${workflow}`), args);

  /** Waits for the end of a run; asks the world, since the run itself asks only once a second. */
  async function end(workflow: string, ...args: unknown[]): Promise<unknown> {
    const run = await begin(workflow, ...args);
    await until('the run has ended', async () =>
      ['completed', 'failed'].includes((await world.runs.get(run.runId)).status),
    );
    return run.returnValue;
  }
  const boom = (): never => {
    throw new Error('boom');
  };
  /** How often a step that always fails runs. */
  async function runsOf(maxRetries?: number): Promise<number> {
    steps = { fail: boom };
    Object.assign(bundle['act'] ?? {}, { maxRetries });
    ran = [];
    await expect(end('one', 'fail')).rejects.toThrow('boom');
    return ran.length;
  }

  describe('attempts', () => {
    it('a step that fails runs 4 times by default', async () => {
      expect(await runsOf()).toBe(4);
    });

    it('maxRetries counts the runs after the first', async () => {
      expect(await runsOf(2)).toBe(3);
      expect(await runsOf(0)).toBe(1);
    });

    it('maxRetries as the project writes it holds', async () => {
      steps = { fail: boom };
      await expect(end('limited', 'fail')).rejects.toThrow('boom');
      expect(ran).toHaveLength(2);
    });

    it('maxRetries: Infinity has no end', async () => {
      steps = { fail: boom };
      Object.assign(bundle['act'] ?? {}, { maxRetries: Infinity });
      await begin('one', 'fail');
      await until('it has run 20 times', () => ran.length >= 20);
      steps = { fail: () => 'done' };
    });

    it('a FatalError ends the tries', async () => {
      steps = {
        fail: () => {
          throw new library.FatalError('no');
        },
      };
      await expect(end('one', 'fail')).rejects.toThrow('no');
      expect(ran).toHaveLength(1);
    });

    it('a workflow that throws has failed, and is not run again', async () => {
      await expect(end('throws')).rejects.toThrow('boom');
      expect({ flows, putOff }).toEqual({ flows: 1, putOff: [] });
    });
  });

  describe('backoff', () => {
    it('a step comes again after one second, each time', async () => {
      expect(await runsOf(3)).toBe(4);
      expect(putOff).toEqual([1, 1, 1]);
    });

    it.each([
      [60_000, 60],
      ['5m', 300],
      [() => new Date(Date.now() + 3_600_000), 3_600],
    ])(
      'retryAfter %o of a RetryableError is milliseconds, a text with a unit, or a Date',
      async (after, seconds) => {
        steps = {
          fail: () => {
            const retryAfter = typeof after === 'function' ? after() : after;
            throw new library.RetryableError('later', { retryAfter });
          },
        };
        await begin('one', 'fail');
        await until('it is put off', () => putOff.length === 1);
        expect(putOff[0]).toBeGreaterThan(seconds - 30);
        expect(putOff[0]).toBeLessThanOrEqual(seconds);
      },
    );
  });

  describe('acknowledgement', () => {
    it('a step that has ended is not run again, the workflow around it is', async () => {
      steps = { a: () => 'A', b: () => 'B' };
      expect(await end('two', 'a', 'b')).toEqual(['A', 'B']);
      expect(ran).toEqual(['a', 'b']);
      expect(flows).toBeGreaterThanOrEqual(3);
    });

    it('the message of a step that comes twice does not run it twice', async () => {
      steps = { a: () => 'A' };
      await end('one', 'a');
      const again = last ?? expect.fail('There was no message');
      expect((await stepRoute(again)).status).toBe(200);
      expect(ran).toEqual(['a']);
    });

    it('an error that a workflow swallows does not fail its run', async () => {
      steps = { fail: boom };
      Object.assign(bundle['act'] ?? {}, { maxRetries: 0 });
      expect(await end('swallows', 'fail')).toBe('done');
    });
  });

  describe('payload', () => {
    class Money {
      amount = 5;
    }

    /** From start through a workflow to a step, and back. */
    async function received(value: unknown): Promise<{ step: unknown; back: unknown }> {
      const seen: unknown[] = [];
      steps = {
        note: (given) => {
          seen.push(given);
          return given;
        },
      };
      const back = await end('one', 'note', value);
      expect(seen).toHaveLength(1);
      return { step: seen[0], back };
    }

    it.each([
      ['a Date', new Date(0)],
      ['a Map', new Map([['a', 1]])],
      ['a Set', new Set([1, 2])],
      ['a RegExp', /a/g],
      ['a bigint', 1n],
      ['undefined', undefined],
      ['NaN', NaN],
      ['a typed array', new Uint8Array([7, 8])],
      ['an ArrayBuffer', new Uint8Array([7, 8]).buffer],
      ['a URL', new URL('http://a.example/b')],
    ])('%s arrives as it is', async (_kind, value) => {
      expect(await received({ value })).toStrictEqual({ step: { value }, back: { value } });
    });

    it('an Error arrives as an Error, with its message', async () => {
      const { step } = (await received({ value: new Error('no') })) as { step: { value: Error } };
      expect(step.value).toBeInstanceOf(Error);
      expect(step.value.message).toBe('no');
    });

    it('a Buffer arrives as a Uint8Array', async () => {
      const bytes = new Uint8Array([104, 105]);
      expect(await received({ value: Buffer.from('hi') })).toStrictEqual({
        step: { value: bytes },
        back: { value: bytes },
      });
    });

    it.each([
      ['a class instance', new Money()],
      ['a function', () => 1],
      ['a symbol', Symbol('a')],
      ['a WeakMap', new WeakMap()],
      ['a Promise', Promise.resolve(1)],
    ])('%s makes start reject', async (_kind, value) => {
      await expect(begin('one', 'note', { value })).rejects.toThrow('Failed to serialize workflow arguments');
      expect(ran).toEqual([]);
    });

    it('a class instance as the argument of a step fails the run, and no step is run', async () => {
      steps = { note: () => 1 };
      await expect(end('instance')).rejects.toThrow('Failed to serialize step arguments');
      expect(ran).toEqual([]);
    });

    it('a class instance that a step returns has the step run again, until there are no retries left', async () => {
      steps = { note: () => new Money() };
      await expect(end('one', 'note')).rejects.toThrow('exceeded max retries');
      expect(ran).toHaveLength(4);
      // The messages were refused: how soon they come again is up to the platform.
      expect(putOff).toEqual([-1, -1, -1, -1]);
    });

    it('a step gets a copy: what it changes is lost', async () => {
      steps = { push: (list) => void (list as number[]).push(2) };
      expect(await end('mutation')).toEqual([1]);
    });
  });

  describe('waits', () => {
    it.each([
      ['1h', 3_600],
      [90_000, 90],
    ])('sleep(%j) in a workflow puts the message off; a number is milliseconds', async (time, seconds) => {
      const run = await begin('rests', time);
      await until('it is put off', () => putOff.length === 1);
      expect(putOff[0]).toBeGreaterThan(seconds - 30);
      expect(putOff[0]).toBeLessThanOrEqual(seconds);
      expect((await world.runs.get(run.runId)).status).toBe('running');
    });

    it('a step ends the request of its workflow, which is run anew afterwards', async () => {
      steps = { a: () => 'A' };
      await end('one', 'a');
      expect(flows).toBe(2);
    });

    it('setTimeout in a workflow fails the run', async () => {
      await expect(end('timer')).rejects.toThrow('are not supported in workflow functions');
    });

    it('Date and Math.random in a workflow are the same each time it is run anew', async () => {
      const seen: unknown[][] = [];
      steps = { note: (...args) => void seen.push(args) };
      await end('clock');
      expect(seen).toHaveLength(2);
      expect(seen[1]).toEqual(seen[0]);
    });

    it('a workflow that is called like any function throws, a step is just run', async () => {
      await expect(project['one']?.('note')).rejects.toThrow('execute workflow one function directly');
      steps = { fail: boom };
      await expect(project['act']?.('fail')).rejects.toThrow('boom');
      expect(ran).toEqual(['fail']);
    });

    it('start needs a workflow', async () => {
      await expect(runtime.start(() => 1, [])).rejects.toThrow('invalid workflow function');
    });
  });

  describe('deduplication', () => {
    it('start has no key: the same call twice is two runs', async () => {
      steps = { a: () => 'A' };
      const [first, second] = [await begin('one', 'a'), await begin('one', 'a')];
      expect(second.runId).not.toBe(first.runId);
      await until('both steps have run', () => ran.length === 2);
    });

    it('the stepId is the same at each try of a step', async () => {
      const seen: { stepId: string; attempt: number }[] = [];
      steps = {
        fail: () => {
          const { stepId, attempt } = library.getStepMetadata();
          seen.push({ stepId, attempt });
          throw new Error('boom');
        },
      };
      Object.assign(bundle['act'] ?? {}, { maxRetries: 1 });
      await expect(end('one', 'fail')).rejects.toThrow('boom');
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2]);
      expect(seen[1]?.stepId).toBe(seen[0]?.stepId);
    });
  });
});
