/**
 * Writes what is derived from the code: the index of the rules, the tables of libraries and of the checklist, the heads of the
 * rules' pages, the release that the action is used at. `--check` changes nothing and fails with the difference. Builds the plugin in between, unless
 * `--built` says that it is: eslint-doc-generator reads the built one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';
import { root, run, runBin } from './support.js';

const check = process.argv.includes('--check');
let differences = 0;

await bring('src/rules.ts', () => rulesIndex());
if (!process.argv.includes('--built')) {
  const { ok } = await run(process.execPath, ['--import', 'tsx', join(root, 'scripts/build.ts')]);
  if (!ok) process.exit(1);
}
// Imported late: it reads the sources that were just written.
const { libraryList, semanticsTable } = await import('./library-table.js');
await bring('README.md', (text) => withTag(between(text, 'libraries', libraryList())));
await bring('docs/pull-requests.md', withTag);
const { checklistTable } = await import('./checklist.js');
const { rules } = await import('../src/rules.js');
await bring('docs/checklist.md', (text) => between(text, 'checklist', checklistTable(rules)));
await bring('docs/libraries.md', (text) => between(text, 'semantics', semanticsTable()));

const documented = await runBin('eslint-doc-generator', check ? ['--check'] : []);
if (!documented.ok) differences += 1;

if (differences > 0 && check) console.log('\nGenerated files are not what the code says: npm run generate');
process.exitCode = differences === 0 ? 0 : 1;

/** Makes a file what it should be, or says where it is not. */
async function bring(name: string, make: (text: string) => string): Promise<void> {
  const path = join(root, name);
  const text = readFileSync(path, 'utf8');
  const options = await prettier.resolveConfig(path);
  const wanted = await prettier.format(make(text), { ...options, filepath: path });
  // What is not generated is prettier's own matter.
  if (wanted === (check ? await prettier.format(text, { ...options, filepath: path }) : text)) return;
  if (!check) {
    writeFileSync(path, wanted);
    console.log(`${name}: written`);
    return;
  }
  differences += 1;
  console.log(`${name}:\n${difference(text, wanted)}`);
}

function rulesIndex(): string {
  const names = readdirSync(join(root, 'rules'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
  return [
    '// Written by `npm run generate` from the files in rules/.',
    ...names.map((name) => `import ${identifier(name)} from '../rules/${name}.js';`),
    "import type { TaskRule } from './rule.js';",
    '',
    'export const rules = {',
    ...names.map((name) => `  '${name}': ${identifier(name)},`),
    '} satisfies Readonly<Record<string, TaskRule>>;',
    '',
  ].join('\n');
}

function identifier(name: string): string {
  return name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

/** The action is used at the tag of this release. */
function withTag(text: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return text.replace(/(?<=\/eslint-plugin-tasks@v)[\w.-]+/g, version);
}

/** Replaces what stands between `<!-- begin name -->` and `<!-- end name -->`. */
function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`There is no ${begin} … ${end}`);
  return `${text.slice(0, start + begin.length)}\n\n${content}\n\n${text.slice(stop)}`;
}

/** The lines that differ; both texts are short or nearly the same. */
function difference(before: string, after: string): string {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const known = new Set(fresh);
  const had = new Set(old);
  return [
    ...old.filter((line) => !known.has(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !had.has(line)).map((line) => `+ ${line}`),
  ].join('\n');
}
