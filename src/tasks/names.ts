import ts from 'typescript';
import type { Code } from '../typescript/code.js';
import { branchAround } from '../typescript/branches.js';
import { areLoadedTogether } from '../typescript/imports.js';
import { objectNamed } from '../typescript/objects.js';
import { applicationOf, isAside } from './aside.js';
import { groupBy } from './grouping.js';
import type { Handler, Setting } from './model.js';

/** Two handlers of which there may be one. */
export interface SameName {
  readonly handler: Handler;
  /** The one that stands before it. */
  readonly first: Handler;
  readonly name: string;
}

/** The names of one program's tasks: who has the same, and who runs what is dispatched under one. */
export class Names {
  #same: ReadonlyMap<ts.SourceFile, readonly SameName[]> | undefined;

  constructor(
    private readonly code: Code,
    private readonly folder: string,
    private readonly handlers: readonly Handler[],
  ) {}

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
    const application = `${this.#packageOf(handler)} ${site.unique ?? ''}`;
    if (site.unique !== 'queue') return application;
    const name = only(queue);
    return name === undefined ? undefined : `${application} ${name}`;
  }

  #packageOf({ node }: Handler): string {
    return this.code.packageOf(node.getSourceFile().fileName)?.folder ?? '';
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

function only(setting: Setting<string>): string | undefined {
  return setting.state === 'stated' && setting.values.length === 1 ? setting.values[0] : undefined;
}

/** The library's own call, at the end of all functions that forward to it. */
function innermost(handler: Handler): Handler {
  let at = handler;
  while (at.through) at = at.through;
  return at;
}
