import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import plugin from '../../src/index.js';
import { type Files, programOf, root } from '../harness.js';

/** A rule that throws is silent, except here. */
beforeAll(() => {
  process.env['ESLINT_PLUGIN_TASKS_DEBUG'] = '1';
});
afterAll(() => {
  delete process.env['ESLINT_PLUGIN_TASKS_DEBUG'];
});

const rules = Object.fromEntries(
  Object.keys(plugin.rules).map((rule) => [`tasks/${rule}`, 'error' as const]),
);

/** What all rules say of all files, with the program and the lint in the given order. */
function findings(files: Files, order: readonly string[]): readonly string[] {
  const program = programOf(Object.fromEntries(order.map((name) => [name, files[name] ?? ''])));
  const linter = new Linter({ cwd: root });
  return order
    .flatMap((name) =>
      linter
        .verify(
          files[name] ?? '',
          [
            {
              files: ['**/*.ts'],
              languageOptions: { parser, parserOptions: { programs: [program] } },
              plugins: { tasks: plugin },
              rules,
            },
          ],
          { filename: `${root}/${name}` },
        )
        .map(({ line, column, ruleId, message }) => `${name}:${line}:${column} ${ruleId ?? ''} ${message}`),
    )
    .sort();
}

/** What a function of the graph does with its options before it hands them on. */
const changes = [
  'options',
  '{ ...options }',
  '{ attempts: 2, ...options }',
  '{ ...options, attempts: 4 }',
  '{ ...options, backoff: options?.backoff ?? 100 }',
  'options ?? { attempts: 3 }',
  'data ? options : undefined',
  'undefined',
] as const;
const payloads = ['data', '{ data }', '{ ...(data as object) }', 'undefined', '{ at: new Date() }'] as const;

const calls = fc.record({
  /** Which function, or the queue itself where there is none of that number. */
  callee: fc.nat(9),
  change: fc.constantFrom(...changes),
  payload: fc.constantFrom(...payloads),
  guard: fc.constantFrom('', 'if (data) ', 'if (options?.attempts) ', 'while (Math.random() > 2) '),
});
const graph = fc.record({
  functions: fc.array(fc.array(calls, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 }),
  callers: fc.array(
    fc.record({
      callee: fc.nat(7),
      argument: fc.constantFrom(
        '',
        ', { attempts: 3 }',
        ', {}',
        ', { attempts: undefined }',
        ', JSON.parse("{}")',
      ),
      payload: fc.constantFrom('{}', 'new Map()', '{ at: new Date() }', 'undefined'),
    }),
    { maxLength: 6 },
  ),
});

/** A file for each function, so that their imports are as cyclic as their calls. */
function filesOf({ functions, callers }: typeof graph extends fc.Arbitrary<infer T> ? T : never): Files {
  const count = functions.length;
  const files: Record<string, string> = {
    'queue.ts': `import { Queue } from 'bullmq';\nexport const queue = new Queue('q');\n`,
  };
  const imports = Array.from({ length: count }, (_, index) => `import { f${index} } from './f${index}.js';`);
  for (const [index, body] of functions.entries()) {
    const lines = body.map(({ callee, change, payload, guard }) =>
      callee < count
        ? `  ${guard}await f${callee}(${payload}, ${change});`
        : `  ${guard}await queue.add('t', ${payload}, ${change});`,
    );
    files[`f${index}.ts`] = [
      `import type { JobsOptions } from 'bullmq';`,
      `import { queue } from './queue.js';`,
      ...imports.filter((_, each) => each !== index),
      `export async function f${index}(data?: unknown, options?: JobsOptions): Promise<void> {`,
      ...lines,
      '  void [queue, data, options];',
      '}',
    ].join('\n');
  }
  files['callers.ts'] = [
    ...imports,
    ...callers.map(({ callee, argument, payload }) => `await f${callee % count}(${payload}${argument});`),
    `export const all = [${Array.from({ length: count }, (_, index) => `f${index}`).join(', ')}];`,
  ].join('\n');
  return files;
}

describe('call graphs', () => {
  it('of any shape end, without an error, with the same answer for any order of files', () => {
    fc.assert(
      fc.property(graph, fc.infiniteStream(fc.nat()), (made, random) => {
        const files = filesOf(made);
        const names = Object.keys(files);
        const shuffled = names
          .map((name) => [random.next().value, name] as const)
          .toSorted(([a], [b]) => Number(a) - Number(b))
          .map(([, name]) => name);
        expect(findings(files, shuffled)).toEqual(findings(files, names));
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('of ten thousand callers take no longer than so many single ones', () => {
    const wrapper = `import { Queue, type JobsOptions } from 'bullmq';\nconst queue = new Queue('q');\nexport const send = (data: object, options?: JobsOptions) => queue.add('t', data, { ...options, delay: 1 });\n`;
    const of = (count: number): Files => ({
      'send.ts': wrapper,
      'callers.ts': `import { send } from './send.js';\n${Array.from({ length: count }, (_, index) => `await send({ id: ${index} }${index % 2 === 0 ? '' : ', { attempts: 2, backoff: 5 }'});`).join('\n')}`,
    });
    const names = ['send.ts', 'callers.ts'];
    findings(of(100), names);
    const time = (count: number): number => {
      const start = performance.now();
      const limits = findings(of(count), names).filter((each) => each.includes('require-retry-limit'));
      expect(limits).toHaveLength(count / 2);
      return performance.now() - start;
    };
    const [few, many] = [time(1000), time(10_000)];
    expect(many / few).toBeLessThan(25);
  }, 120_000);
});
