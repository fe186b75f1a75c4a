import ts from 'typescript';
import type { Library } from '../libraries/vocabulary.js';
import type { Code } from '../typescript/code.js';
import { branchAround } from '../typescript/branches.js';
import { areLoadedTogether } from '../typescript/imports.js';
import { objectNamed } from '../typescript/objects.js';
import { applicationOf, isAside } from './aside.js';
import { groupBy } from './grouping.js';
import { casesIn } from './cases.js';
import type { Dispatch, Handler, Setting } from './model.js';

/** Two handlers of which there may be one. */
export interface SameName {
  readonly handler: Handler;
  /** The one that stands before it. */
  readonly first: Handler;
  readonly name: string;
}

/** What is run without a handler in the text: a queue's tasks, one task, or any of the library's. */
export interface Rest {
  readonly library: string;
  readonly queue?: string | undefined;
  readonly task?: string | undefined;
  readonly node: ts.Node;
}

/** The handlers among which a dispatch finds its own, and all names that they have. */
export interface Routes {
  readonly handlers: readonly Handler[];
  /** Each name, with the text that says it. */
  readonly names: ReadonlyMap<string, ts.Node>;
}

/** The names of one program's tasks: who has the same, and who runs what is dispatched under one. */
export class Names {
  readonly #routes = new Map<string, { readonly routes: Routes | undefined }>();
  #rest: readonly Rest[] | undefined;
  #same: ReadonlyMap<ts.SourceFile, readonly SameName[]> | undefined;

  constructor(
    private readonly code: Code,
    private readonly folder: string,
    private readonly handlers: readonly Handler[],
    private readonly readRest: () => readonly Rest[],
  ) {}

  /** What a dispatch's name is looked up in; undefined where not all of it is known, or nothing of it is here. */
  routesOf(dispatch: Dispatch): Routes | undefined {
    const { library, site, node } = dispatch;
    const { routes } = library;
    const file = node.getSourceFile();
    if (!routes || site.event || !this.#counts(file)) return undefined;
    const queue = only(dispatch.queue);
    if (routes.by !== 'task' && queue === undefined) return undefined;
    this.#rest ??= this.readRest();
    const isOpen = this.#rest.some(
      (rest) =>
        rest.library === library.base &&
        rest.task === undefined &&
        (rest.queue === undefined || (rest.queue === queue && routes.by !== 'task')),
    );
    if (isOpen) return undefined;
    const key = routes.by === 'task-in-queue' ? `${library.base}\n${queue ?? ''}` : library.base;
    let found = this.#routes.get(key);
    if (!found) this.#routes.set(key, (found = { routes: this.#readRoutes(library, queue) }));
    // Who only dispatches may have its workers elsewhere.
    const isHere = found.routes?.handlers.some((handler) =>
      this.#isBeside(handler.node.getSourceFile(), file),
    );
    return isHere ? found.routes : undefined;
  }

  /** The handlers that take what is dispatched here, as far as their names tell; tests and examples left out. */
  handlersOf(dispatch: Dispatch): readonly Handler[] {
    const { library, queue, task, site, node } = dispatch;
    const by = library.routes?.by;
    if (by === undefined || site.event || !this.#counts(node.getSourceFile())) return [];
    const [inQueue, name] = [only(queue), only(task)];
    if ((by !== 'task' && inQueue === undefined) || (by !== 'queue' && name === undefined)) return [];
    return this.handlers.filter((handler) => {
      if (handler.library.base !== library.base || !handler.registered || handler.definitionOnly)
        return false;
      if (handler.step || !this.#counts(handler.node.getSourceFile())) return false;
      if (by !== 'task' && only(handler.queue) !== inQueue) return false;
      return by === 'queue' || handler.site.taskIn !== undefined || only(handler.task) === name;
    });
  }

  #readRoutes({ base, routes }: Library, queue: string | undefined): Routes | undefined {
    const names = new Map<string, ts.Node>();
    const found: Handler[] = [];
    const answered = new Set(this.handlers.map(({ through }) => through));
    for (const handler of this.handlers) {
      if (handler.library.base !== base || handler.definitionOnly || handler.step) continue;
      // A function that only has the type of a handler runs where it is registered.
      if (!handler.registered) continue;
      const isForwarding = answered.has(handler);
      if (routes?.by === 'task-in-queue') {
        if (handler.queue.state !== 'stated' && isForwarding) continue;
        if (handler.queue.state !== 'stated') return undefined;
        if (!handler.queue.values.includes(queue ?? '')) continue;
      }
      const own = routes?.by === 'queue' ? namesIn(handler.queue) : this.#namesOf(handler);
      if (!own && isForwarding) continue;
      if (!own || (routes?.catchAll !== undefined && own.has(routes.catchAll))) return undefined;
      for (const [name, at] of own) names.set(name, at);
      found.push(handler);
    }
    for (const rest of this.#rest ?? [])
      if (rest.library === base && rest.task !== undefined) names.set(rest.task, rest.node);
    return found.length === 0 ? undefined : { handlers: found, names };
  }

  #namesOf({ site, task, body }: Handler): ReadonlyMap<string, ts.Node> | undefined {
    return site.taskIn === undefined ? namesIn(task) : body && casesIn(this.code, body, site.taskIn);
  }

  /** Are two files of one package and application? */
  #isBeside(left: ts.SourceFile, right: ts.SourceFile): boolean {
    return (
      this.#folderOf(left) === this.#folderOf(right) &&
      applicationOf(left, this.folder) === applicationOf(right, this.folder) &&
      this.#counts(left)
    );
  }

  /** The handlers of a file whose name another one has already. */
  sameIn(file: ts.SourceFile): readonly SameName[] {
    this.#same ??= groupBy(this.#findSame(), ({ handler }) => handler.node.getSourceFile());
    return this.#same.get(file) ?? [];
  }

  *#findSame(): Generator<SameName> {
    const unique = this.handlers.filter(
      ({ site, node }) => site.unique !== undefined && this.#counts(node.getSourceFile()),
    );
    const scopes = new Map<ts.Node, number>();
    const keyOf = (handler: Handler): string => {
      const name = nameOf(handler);
      const scope = name === undefined ? undefined : this.#scopeOf(handler);
      if (scope === undefined) return '';
      if (typeof scope !== 'string' && !scopes.has(scope)) scopes.set(scope, scopes.size);
      const text = typeof scope === 'string' ? scope : String(scopes.get(scope));
      return [handler.library.base, text, name].join('\n');
    };
    for (const [key, handlers] of groupBy(unique, keyOf)) {
      if (key === '') continue;
      for (const [index, handler] of handlers.entries()) {
        const first = handlers.slice(0, index).find((each) => this.#bothRun(each, handler));
        if (first) yield { handler, first, name: nameOf(handler) ?? '' };
      }
    }
  }

  #counts(file: ts.SourceFile): boolean {
    return !isAside(file, this.folder);
  }

  /** Within what a handler's name is its own; undefined where that is not known. */
  #scopeOf(handler: Handler): ts.Node | string | undefined {
    const { site, queue } = handler;
    if (site.unique === 'object') {
      const { node } = innermost(handler);
      const callee = ts.isCallExpression(node) ? node.expression : undefined;
      return callee && ts.isPropertyAccessExpression(callee)
        ? objectNamed(this.code, callee.expression)
        : undefined;
    }
    const application = `${this.#folderOf(handler.node.getSourceFile())} ${site.unique ?? ''}`;
    if (site.unique !== 'queue') return application;
    const name = only(queue);
    return name === undefined ? undefined : `${application} ${name}`;
  }

  /** The folder of the package that a file is of. */
  #folderOf({ fileName }: ts.SourceFile): string {
    return this.code.packageOf(fileName)?.folder ?? '';
  }

  /** Does one application run both, as far as the text tells? */
  #bothRun(first: Handler, second: Handler): boolean {
    const [left, right] = [first.node, second.node];
    // One node registers several functions one after the other, or under several names.
    if (left === right || branchAround(left) !== branchAround(right)) return false;
    const files = [left.getSourceFile(), right.getSourceFile()] as const;
    if (files[0] === files[1]) return true;
    // The same function in two programs, each of which registers it for itself.
    if (first.body === second.body) return false;
    const [one, other] = files.map((file) => applicationOf(file, this.folder));
    if (one !== undefined && other !== undefined && one !== other) return false;
    return (
      first.site.unique !== 'object' || areLoadedTogether(this.code, ...files, (file) => this.#counts(file))
    );
  }
}

/** The name of a handler that says it itself; '' for one of a site that knows no names. */
function nameOf({ site, task, through }: Handler): string | undefined {
  if (site.task === undefined && site.taskDefault === undefined) return through ? undefined : '';
  // What the project function that is called says, it says once.
  return through?.task.state === 'stated' ? undefined : only(task);
}

function namesIn(setting: Setting<string>): ReadonlyMap<string, ts.Node> | undefined {
  return setting.state === 'stated' ? new Map(setting.values.map((name) => [name, setting.at])) : undefined;
}

function only(setting: Setting<string>): string | undefined {
  return setting.state === 'stated' && setting.values.length === 1 ? setting.values[0] : undefined;
}

/** The library's own call, at the end of all functions that forward to it. */
function innermost(handler: Handler): Handler {
  let at = handler;
  while (at.through) at = at.through;
  return at;
}
