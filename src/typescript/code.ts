import ts from 'typescript';

/** The npm package that a file belongs to, as its nearest package.json says. */
export interface PackageInfo {
  /** `@types/x` is given as `x`. */
  readonly name: string;
  readonly version: string | undefined;
  readonly folder: string;
  /** What it depends on, in whichever way. */
  readonly dependencies: ReadonlySet<string>;
}

const codes = new WeakMap<ts.Program, Code>();

/**
 * One `ts.Program` and what was learnt about it. Everything semantic hangs here: an editor's next
 * keystroke makes a new program, and the old knowledge goes with the old one.
 */
export class Code {
  readonly checker: ts.TypeChecker;
  #ownFiles: readonly ts.SourceFile[] | undefined;
  /** Codes of packages of the same workspace that are imported as built, by the files of their sources. */
  #neighbours: Map<ts.SourceFile, Code> | undefined;
  readonly #packages = new Map<string, PackageInfo | undefined>();

  private constructor(
    readonly program: ts.Program,
    /** False where a single file was parsed on its own: imports lead nowhere, types are guesses. */
    readonly typed: boolean,
    /** The code for which this one was read, where this is the source of a package that it imports. */
    private readonly root: Code | undefined,
  ) {
    this.checker = program.getTypeChecker();
  }

  static of(program: ts.Program, typed = true, root?: Code): Code {
    let code = codes.get(program);
    if (!code) codes.set(program, (code = new Code(program, typed, root)));
    return code;
  }

  /** The code that a node is of: this one, or another package's source that is read beside it. */
  at(node: ts.Node): Code {
    const root = this.root ?? this;
    if (!root.#neighbours) return root;
    return root.#neighbours.get(node.getSourceFile()) ?? root;
  }

  /** Takes the source of another package of the workspace in. */
  addNeighbour(code: Code): void {
    const root = this.root ?? this;
    root.#neighbours ??= new Map();
    for (const file of code.ownFiles) root.#neighbours.set(file, code);
  }

  /**
   * The files that somebody of this project wrote: no declarations, nothing out of packages. In the order of
   * their names, so that no answer hangs on the order in which a program was given them.
   */
  get ownFiles(): readonly ts.SourceFile[] {
    return (this.#ownFiles ??= this.program
      .getSourceFiles()
      .filter((file) => !file.isDeclarationFile && !this.program.isSourceFileFromExternalLibrary(file))
      .sort((a, b) => (a.fileName < b.fileName ? -1 : 1)));
  }

  /** The package of a file, from the nearest package.json that has a name; undefined where there is none. */
  packageOf(fileName: string): PackageInfo | undefined {
    return this.#packageOfFolder(folderOf(fileName));
  }

  #packageOfFolder(folder: string): PackageInfo | undefined {
    if (this.#packages.has(folder)) return this.#packages.get(folder);
    const parent = folderOf(folder);
    const found = readPackage(folder) ?? (parent === folder ? undefined : this.#packageOfFolder(parent));
    this.#packages.set(folder, found);
    return found;
  }
}

function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

function readPackage(folder: string): PackageInfo | undefined {
  let text: string | undefined;
  try {
    text = ts.sys.readFile(`${folder}/package.json`);
  } catch {
    return undefined;
  }
  if (text === undefined) return undefined;
  try {
    const { name, version, ...rest } = JSON.parse(text) as { name?: unknown; version?: unknown };
    // A package.json without a name only sets the module type of a folder (`dist/esm/package.json`).
    if (typeof name !== 'string') return undefined;
    return {
      name: withoutTypesScope(name),
      version: typeof version === 'string' ? version : undefined,
      folder,
      dependencies: dependenciesOf(rest),
    };
  } catch {
    return undefined;
  }
}

function dependenciesOf(manifest: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const all = ['dependencies', 'devDependencies', 'peerDependencies'].map((key) => manifest[key]);
  return new Set(all.flatMap((each) => (typeof each === 'object' && each !== null ? Object.keys(each) : [])));
}

/** `@types/amqplib` stands for `amqplib`, `@types/foo__bar` for `@foo/bar`. */
function withoutTypesScope(name: string): string {
  if (!name.startsWith('@types/')) return name;
  const bare = name.slice('@types/'.length);
  const scoped = bare.indexOf('__');
  return scoped < 0 ? bare : `@${bare.slice(0, scoped)}/${bare.slice(scoped + 2)}`;
}

/** What is worked out once for a key of one program; it goes with the program. */
export class PerCode<K extends object, V> {
  readonly #all = new WeakMap<Code, WeakMap<K, { readonly value: V }>>();

  once(code: Code, key: K, make: () => V): V {
    let known = this.#all.get(code);
    if (!known) this.#all.set(code, (known = new WeakMap()));
    let found = known.get(key);
    if (!found) known.set(key, (found = { value: make() }));
    return found.value;
  }
}
