import { describe, expect, it } from 'vitest';
import { defineLibrary } from '../../src/libraries/define.js';
import { lint } from '../harness.js';

const hub = defineLibrary({
  name: 'Hub',
  files: ['hub.ts'],
  dispatches: [{ method: 'Hub.put', payload: 'arg0', options: 'arg1', transaction: 'arg1.within' }],
  encryption: ['sealedPayloads'],
});
const files = {
  'hub.ts': `export class Hub {\nput(data: object, options?: { within?: unknown }) {\nreturn [data, options];\n}\n}`,
};
const run = (rule: string, app: string) =>
  lint({ ...files, 'app.ts': app }, { rules: { [rule]: {} }, settings: { libraries: [hub] } }).map(
    ({ text, message }) => [text, message],
  );

describe('transaction', () => {
  const app = (options: string): string =>
    `import type { Knex } from 'knex';\nimport { Hub } from './hub.js';\nexport const order = (db: Knex) => db.transaction(async (trx) => {\nawait trx.select();\nnew Hub().put({ id: 1 }${options});\n});`;
  it('a dispatch that is given the transaction may stand in it', () => {
    expect(run('no-dispatch-in-transaction', app(', { within: trx }'))).toEqual([]);
  });
  it('one that is not is told what to pass', () => {
    const [[text, message] = []] = run('no-dispatch-in-transaction', app(', {}'));
    expect(text).toBe('put');
    expect(message).toContain('Pass the transaction as `within`');
  });
});

describe('encryption', () => {
  const app = (more: string): string =>
    `import { Hub } from './hub.js';\n${more}\nexport const send = (token: string) => new Hub().put({ token });`;
  it('what goes through is taken for encrypted where the program names it', () => {
    expect(run('no-sensitive-payload', app('export const options = { sealedPayloads: true };'))).toEqual([]);
    expect(run('no-sensitive-payload', app('')).map(([text]) => text)).toEqual(['token']);
  });
});

it('what is no place and no list of texts is refused', () => {
  expect(() =>
    defineLibrary({
      name: 'Bad',
      files: ['x.ts'],
      dispatches: [{ call: 'put', transaction: 'nowhere' as never }],
      encryption: 'all' as never,
    }),
  ).toThrow(/transaction[\s\S]*encryption/);
});
