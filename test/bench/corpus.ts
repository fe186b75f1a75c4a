import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { LibraryDefinition } from '../../src/libraries/define.js';

const repository = join(import.meta.dirname, '../..');
const shop = join(repository, 'fixtures/shop/src');
const feature = join(repository, 'fixtures/feature/src');

export interface Corpus {
  readonly folder: string;
  /** The files to lint. */
  readonly files: readonly string[];
  /** The shop's own task framework, told about each copy of it. */
  readonly settings: { readonly libraries: readonly LibraryDefinition[] };
}

/**
 * Writes a project of about this many files: copies of the example shop among many more copies of a feature
 * without tasks, about 15 % of the one. Each copy of the shop has queues of its own; the root configuration
 * is in the first, as an application has one.
 *
 * The folder is not beneath node_modules: TypeScript would take its files for a library's.
 */
export async function writeCorpus(size: number): Promise<Corpus> {
  const folder = join(repository, '.cache/bench', String(size));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });

  const shopFiles = sourcesOf(shop);
  const featureFiles = sourcesOf(feature);
  const shops = Math.max(1, Math.round(size / 400));
  const features = Math.max(0, Math.round((size - shops * shopFiles.length) / featureFiles.length));

  const files: string[] = [];
  const write = (name: string, text: string): void => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    files.push(path);
  };
  const generated = join(shop, 'generated');
  if (!existsSync(generated)) throw new Error('The Prisma client is missing: npm run generate:prisma');
  cpSync(generated, join(folder, 'src/generated'), { recursive: true });

  for (let copy = 0; copy < shops; copy += 1) {
    for (const name of shopFiles) write(`src/shop-${number(copy)}/${name}`, shopText(name, copy));
  }
  for (let copy = 0; copy < features; copy += 1) {
    for (const name of featureFiles) {
      write(`src/feature-${number(copy)}/${name}`, readFileSync(join(feature, name), 'utf8'));
    }
  }
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "bench-corpus", "private": true, "type": "module" }\n',
  );
  const tsconfig = readFileSync(join(repository, 'fixtures/shop/tsconfig.json'), 'utf8');
  writeFileSync(join(folder, 'tsconfig.json'), tsconfig);
  return { folder, files, settings: { libraries: await librariesOfShop(shops) } };
}

function sourcesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.startsWith('generated/'))
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

function shopText(name: string, copy: number): string {
  // The generated client is the same for all, one folder further up.
  const text = readFileSync(join(shop, name), 'utf8').replace(
    /(['"])((?:\.{1,2}\/)+)generated\//g,
    (_all, quote: string, up: string) => `${quote}${up === './' ? '../' : `${up}../`}generated/`,
  );
  if (copy === 0) return text;
  if (name === 'queue/queue.constants.ts') {
    return text.replace(/ = '([a-z-]+)'/g, ` = '$1-${String(copy)}'`);
  }
  return name === 'queue/queue.module.ts' ? withoutCall(text, 'BullModule.forRootAsync(') : text;
}

/** Cuts `name(…),` out of a list. */
function withoutCall(text: string, name: string): string {
  const start = text.indexOf(name);
  if (start < 0) throw new Error(`${name} is not where the benchmark expects it`);
  let end = start + name.length;
  for (let depth = 1; depth > 0; end += 1) {
    if (text[end] === '(') depth += 1;
    if (text[end] === ')') depth -= 1;
  }
  return text.slice(0, start) + text.slice(end).replace(/^\s*,/, '');
}

async function librariesOfShop(copies: number): Promise<readonly LibraryDefinition[]> {
  const path = join(repository, 'fixtures/shop/eslint.config.js');
  const { default: config } = (await import(path)) as {
    default: readonly { settings?: { tasks?: { libraries?: readonly LibraryDefinition[] } } }[];
  };
  const libraries = config.flatMap((each) => each.settings?.tasks?.libraries ?? []);
  return libraries.map((library) => ({
    ...library,
    files: (library.files ?? []).flatMap((file) => {
      const inSource = relative('src', file.replace(/^\.\//, ''));
      return Array.from({ length: copies }, (_, copy) => `src/shop-${number(copy)}/${inSource}`);
    }),
  }));
}

function number(copy: number): string {
  return String(copy).padStart(3, '0');
}
