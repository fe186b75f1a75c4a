import ts from 'typescript';
import { expect, test } from 'vitest';
import { Code } from '../../src/typescript/code.js';
import { evaluate } from '../../src/typescript/evaluate.js';
import { property } from '../../src/typescript/properties.js';
import type { Value } from '../../src/typescript/value.js';
import { programOf, root } from '../harness.js';

/** What a key of the constant `it` is worth, as text: `3`, `absent`, `1 | 2`, `unknown`. */
function keyOfIt(text: string, key: string): string {
  const program = programOf({ 'it.ts': text });
  const file = program.getSourceFile(`${root}/it.ts`);
  let found: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === 'it') found = node.initializer;
    ts.forEachChild(node, visit);
  };
  if (file) visit(file);
  if (!found) throw new Error('no constant named it');
  const code = Code.of(program);
  return textOf(property(code, evaluate(code, found), key));
}

function textOf(value: Value): string {
  if (value.kind === 'constant') return String(value.value);
  return value.kind === 'choice' ? value.values.map(textOf).join(' | ') : value.kind;
}

test.each([
  ['a key', 'const it = { n: 3 };', '3'],
  ['a key that is not there', 'const it = { m: 3 };', 'absent'],
  ['the last one wins', 'const base = { n: 1 }; const it = { ...base, n: 2 };', '2'],
  ['a later spread wins', 'const base = { n: 1 }; const it = { n: 2, ...base };', '1'],
  [
    'an explicit undefined erases',
    'const base = { n: 1 }; const it = { ...base, n: undefined };',
    'undefined',
  ],
  ['a condition is a choice', 'declare const c: boolean; const it = c ? { n: 1 } : { n: 2 };', '1 | 2'],
  [
    'a conditional spread may leave what was there',
    'declare const c: boolean; const it = { n: 1, ...(c && { n: 2 }) };',
    '2 | 1',
  ],
  ['arithmetic', 'const S = 1000; const it = { n: 5 * 60 * S };', '300000'],
  ['the environment is unknown', "const it = { n: Number(process.env['N']) };", 'made'],
  ['a spread whose type has the key', 'declare const o: { n?: number }; const it = { ...o };', 'unknown'],
  ['a spread whose type lacks the key', 'declare const o: { m: number }; const it = { n: 1, ...o };', '1'],
  ['a function that returns it', 'function make(n: number) { return { n }; } const it = make(4);', '4'],
  ['an enum', 'enum E { A = 7 } const it = { n: E.A };', '7'],
  ['a cycle ends', 'const a: any = { ...b }; const b: any = { ...a }; const it = { ...a, ...b };', 'unknown'],
  [
    'classes that extend each other end',
    'class A extends B { static m = 1 } class B extends A {} const it = A;',
    'absent',
  ],
  [
    'a recursive function ends',
    'function make(n: number): any { return { ...make(n), ...make(n + 1) }; } const it = make(1);',
    'unknown',
  ],
])('%s', (_, text, expected) => {
  expect(keyOfIt(text, 'n')).toBe(expected);
});

test('two hundred spreads end, whatever the answer', () => {
  const lines = Array.from(
    { length: 200 },
    (__, index) => `const o${String(index + 1)} = { ...o${String(index)} };`,
  );
  expect(['3', 'unknown']).toContain(
    keyOfIt(`const o0 = { n: 3 };\n${lines.join('\n')}\nconst it = { ...o200 };`, 'n'),
  );
});
