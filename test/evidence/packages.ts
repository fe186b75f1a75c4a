import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LIBRARIES = new URL('../../fixtures/libraries/', import.meta.url);

/** What `exports` of a package.json may hold. */
type Exports = string | null | readonly Exports[] | { readonly [key: string]: Exports };

interface Manifest {
  readonly version: string;
  readonly main?: string;
  readonly exports?: Exports;
}

/** The packages as one folder of fixtures/libraries sees them: the fixture decides which version that is. */
export interface Packages {
  /** The module, imported as a program in that folder would import it. The caller says what is in it. */
  load<T>(specifier: string): Promise<T>;
  /** Its `file:` address, for the program text of a child process: `import(process.argv[1])`. */
  url(specifier: string): string;
  /** The file of the module, or any file of a package: `packages.file('pg-boss/package.json')`. */
  file(specifier: string): string;
  /** The version of a package that is installed. */
  version(name: string): string;
}

export function packagesOf(fixture: string): Packages {
  const require = createRequire(new URL(`${fixture}/package.json`, LIBRARIES));
  const url = (specifier: string): string => pathToFileURL(resolve(require, specifier)).href;
  return {
    url,
    file: (specifier) => fileURLToPath(url(specifier)),
    load: async <T>(specifier: string): Promise<T> => (await import(/* @vite-ignore */ url(specifier))) as T,
    version: (name) => manifest(folder(require, name)).version,
  };
}

/**
 * `require.resolve` does not find packages that are for `import` alone, and finds the wrong build of those that
 * are for both, so `exports` is read here. A path that `exports` does not show is a file of the package.
 */
function resolve(require: NodeJS.Require, specifier: string): string {
  const [, name = specifier, rest = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.+)?$/.exec(specifier) ?? [];
  const at = folder(require, name);
  const { exports } = manifest(at);
  const target = exports === undefined ? undefined : exported(exports, `.${rest}`);
  if (target) return join(at, target);
  return exports === undefined ? require.resolve(specifier) : join(at, rest);
}

/** The folder of a package, whether or not its `exports` shows its package.json. */
function folder(require: NodeJS.Require, name: string): string {
  for (const modules of require.resolve.paths(name) ?? []) {
    try {
      manifest(join(modules, name));
      return join(modules, name);
    } catch {
      // not in this directory
    }
  }
  throw new Error(`${name} is not installed: npm install`);
}

const manifest = (at: string): Manifest =>
  JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as Manifest;

function exported(exports: Exports, path: string): string | undefined {
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports)) {
    return path === '.' ? chosen(exports) : undefined;
  }
  const entries = Object.entries(exports);
  if (!entries.some(([key]) => key.startsWith('.'))) return path === '.' ? chosen(exports) : undefined;
  for (const [key, target] of entries) {
    if (key === path) return chosen(target);
    const [before = '', after] = key.split('*');
    if (after === undefined || !path.startsWith(before) || !path.endsWith(after)) continue;
    return chosen(target)?.replaceAll('*', path.slice(before.length, path.length - after.length));
  }
  return undefined;
}

/** The file that the conditions of Node's `import` lead to. */
function chosen(target: Exports): string | undefined {
  if (typeof target === 'string') return target;
  if (target === null) return undefined;
  if (Array.isArray(target)) return (target as readonly Exports[]).map(chosen).find(Boolean);
  for (const [condition, next] of Object.entries(target)) {
    if (!['node', 'import', 'default'].includes(condition)) continue;
    const file = chosen(next);
    if (file) return file;
  }
  return undefined;
}
