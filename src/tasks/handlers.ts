import ts from 'typescript';
import type { Places } from '../libraries/define.js';
import type { Site } from '../libraries/vocabulary.js';
import { evaluate } from '../typescript/evaluate.js';
import type { Code } from '../typescript/code.js';
import { lazyOf, makesFunction } from '../typescript/functions.js';
import { property } from '../typescript/properties.js';
import { originOf } from '../typescript/identity.js';
import { skipOuter } from '../typescript/syntax.js';
import {
  alternatives,
  isNullish,
  Lazy,
  noBindings,
  openOf,
  unknownElsewhere,
  type Open,
  type Value,
} from '../typescript/value.js';
import { exportedValue, type Configs } from './config-files.js';
import { hasQueues } from './dispatches.js';
import { fileNamedBy } from './file-name.js';
import type { Match, SiteFinder } from './match.js';
import type { Handler } from './model.js';
import { Policy } from './policy.js';
import { absent, nothingOf, unknownQueue, type Queues, type QueueSettings, type Reading } from './queues.js';
import { textSetting } from './text-setting.js';

/** How often a function may only hand on to another one. */
const maximumForwards = 4;

interface Body {
  readonly body: ts.FunctionLikeDeclaration | undefined;
  /** Who says which function it is. */
  readonly open: Open | undefined;
}
const noBody: Body = { body: undefined, open: undefined };

/** Reads the handlers that a site makes. */
export class Handlers {
  constructor(
    private readonly reading: Reading,
    private readonly queues: Queues,
    private readonly configs: Configs,
  ) {}

  handlersOf(match: Match): readonly Handler[] {
    if (match.site.purpose !== 'handler') return [];
    const { each } = match.site.site;
    if (each === undefined) return this.#handlersOf(match, undefined);
    const here = (name: ts.Node | undefined): ts.Node | undefined =>
      name?.getSourceFile() === match.node.getSourceFile() ? name : undefined;
    const members = this.reading.finder.locate(match, each);
    // An object that says by its type what it is speaks for itself, where it stands.
    const { node } = members?.value ?? match;
    if (match.self === undefined && ts.isObjectLiteralExpression(node))
      for (const typed of this.reading.finder.object(node, 'handler'))
        if (typed.site.library === match.site.library) return [];
    return members
      ? membersOf(this.reading.code, members.value).flatMap(({ key, value, name }) =>
          this.#handlersOf({ ...match, key, name: here(name) ?? match.name }, value),
        )
      : [];
  }

  /** May a site make further handlers than those that its text names? */
  mayHaveMore(match: Match<Extract<Site, { purpose: 'handler' }>>): boolean {
    const { each, further } = match.site.site;
    const more = this.reading.finder.locate(match, further)?.value;
    if (more && !isNullish(more)) return true;
    const list = each === undefined ? undefined : this.reading.finder.locate(match, each)?.value;
    return list !== undefined && !isWhole(list);
  }

  #handlersOf(match: Match, item: Lazy | undefined): readonly Handler[] {
    const { library, site } = match.site as Extract<Site, { purpose: 'handler' }>;
    const { node } = match;
    const place = this.reading.finder.locate(match, site.handler, item);
    const definitionOnly = site.handler === undefined;
    // A worker without a function, a base class that is still abstract: nothing is run here.
    if (!definitionOnly && (!place || isNothing(place.value))) return [];
    const options = this.reading.finder.locate(match, site.options, item);
    const defaults = this.reading.finder.locate(match, site.defaults, item);
    const queue = this.#queueOfHandler(match, item);
    const layers = library.layers.flatMap((layer): readonly Value[] => {
      switch (layer) {
        case 'config':
          return [this.configs.of(library, node)];
        case 'queue':
          return [queue.defaults];
        case 'definition':
          return [defaults?.value ?? absent(node), options?.value ?? absent(node)];
        case 'dispatch':
          return [];
      }
    });
    if (site.elsewhere) layers.push(unknownElsewhere(node, 'its policy is stated elsewhere'));
    const payload = site.payload === undefined ? undefined : parameterPlace(site.payload);
    const common = {
      kind: 'handler' as const,
      site,
      through: undefined,
      runs: undefined,
      library,
      node,
      name: match.name,
      queue: queue.name,
      task: textSetting(this.reading.finder.locate(match, site.task, item), node, site.taskDefault),
      definitionOnly,
      registered: (site.typed === undefined || site.each !== undefined) && site.takes === undefined,
      durable: site.durable === true,
      ownProcess: site.ownProcess === true,
      step: site.step === true,
      payload,
      options,
      layers,
      policy: new Policy(this.reading.code, library, layers, node, undefined, match.version),
    };
    if (!place) return [{ ...common, body: undefined, openBody: undefined }];
    const named = memberNamed(place.node, site.handler);
    if (named?.getSourceFile() === node.getSourceFile()) common.name = named;
    // A loop over a list of tasks registers one function after the other.
    return alternatives(place.value)
      .filter((value) => !isNothing(value))
      .map((value) => {
        const one = place.value === value ? place : new Lazy(place.node, () => value, place.bindings);
        const { body, open } = this.#bodyOf(one);
        const isFile =
          value.kind !== 'function' && fileNamedBy(this.reading.code, place.node, value) !== undefined;
        const ownProcess = common.ownProcess || isFile;
        return { ...common, ownProcess, body, openBody: open ?? openOf(place.value) };
      });
  }

  #queueOfHandler(match: Match, item: Lazy | undefined): QueueSettings {
    const { library, site } = match.site as Extract<Site, { purpose: 'handler' }>;
    const { node } = match;
    if (site.ignoresQueue) {
      const named = this.reading.finder.locate(match, site.queue, item);
      return { ...nothingOf(node), name: textSetting(named, node) };
    }
    const owner = site.owner && this.#ownerPlace(match, site.owner.decorator, site.owner.queue);
    const place = owner ?? this.reading.finder.locate(match, site.queue, item);
    const name: Value | undefined =
      place?.value ??
      (site.queueDefault === undefined ? undefined : { kind: 'constant', value: site.queueDefault, node });
    const registersByName = library.queues?.some(
      (each) => each.construct === undefined && each.call === undefined,
    );
    // The queue itself, as an object.
    if (name && name.kind !== 'constant' && hasQueues(library) && !registersByName)
      return this.queues.settingsOf(name);
    if (name && registersByName) return this.queues.registered(library, name, node);
    if (name)
      return {
        ...unknownQueue(unknownElsewhere(node, 'the queue is another object')),
        name: textSetting(place ?? Lazy.known(name), node),
      };
    const callee = ts.isCallExpression(node) ? node.expression : undefined;
    if (hasQueues(library) && callee && ts.isPropertyAccessExpression(callee)) {
      return this.queues.settingsOf(evaluate(this.reading.code, callee.expression));
    }
    return nothingOf(node);
  }

  /** A place in the decorator of the class whose method was matched. */
  #ownerPlace(match: Match, name: string, places: Parameters<SiteFinder['locate']>[1]): Lazy | undefined {
    for (const decorator of (match.owner && ts.getDecorators(match.owner)) ?? []) {
      const expression = decorator.expression;
      const callee = ts.isCallExpression(expression) ? expression.expression : expression;
      const origin = originOf(this.reading.code, callee);
      if (origin?.name !== name || !this.reading.vocabulary.owns(match.site.library, origin)) continue;
      const args = ts.isCallExpression(expression)
        ? expression.arguments.map((each) => lazyOf(this.reading.code, each, noBindings))
        : [];
      return this.reading.finder.locate({ ...match, args: { values: args, complete: true } }, places);
    }
    return undefined;
  }

  /**
   * The function that a value stands for: itself, a method, one that is wrapped, the one that it only hands
   * its parameters on to, or a file's default export.
   */
  #bodyOf(place: Lazy, depth = 0): Body {
    const { code } = this.reading;
    const { value } = place;
    if (value.kind === 'function') {
      const callee = depth < maximumForwards ? calleeForwardedTo(value.node) : undefined;
      const target = callee && evaluate(code, callee, value.bindings);
      if (callee && target?.kind === 'function' && target.node.body)
        return this.#bodyOf(new Lazy(callee, () => target), depth + 1);
      const open = target && openOf(target);
      // Which method it is, the classes below decide.
      return { body: open ? undefined : value.node.body && value.node, open };
    }
    if (depth >= maximumForwards) return noBody;
    const named = fileNamedBy(code, place.node, value);
    if (named !== undefined) return { body: this.#defaultExportOf(named), open: undefined };
    if (value.kind !== 'made' || !ts.isCallExpression(value.node)) return noBody;
    const { node, bindings } = value;
    const callee = node.expression;
    // `this.run.bind(this)`
    if (ts.isPropertyAccessExpression(callee) && callee.name.text === 'bind') {
      return this.#bodyOf(lazyOf(code, callee.expression, bindings), depth + 1);
    }
    // `withMonitoring(async (job) => …)`: the one function among the arguments is what does the work.
    const found = node.arguments.map((each) => this.#bodyOf(lazyOf(code, each, bindings), depth + 1));
    const functions = found.filter(({ body }) => body !== undefined);
    const open = found.map((each) => each.open).find((each) => each !== undefined);
    return functions.length === 1 && functions[0] ? functions[0] : { body: undefined, open };
  }

  #defaultExportOf(fileName: string): ts.FunctionLikeDeclaration | undefined {
    const bare = fileName.replace(/\.[cm]?[jt]sx?$/, '');
    const file = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '/index.ts']
      .map((extension) => this.reading.code.program.getSourceFile(bare + extension))
      .find((each) => each !== undefined);
    const value = file && exportedValue(this.reading.code, file);
    return value?.kind === 'function' ? value.node : undefined;
  }
}

/** `(job) => this.process(job)`: the callee of a function that does nothing but hand its parameters on. */
function calleeForwardedTo({ body, parameters }: ts.FunctionLikeDeclaration): ts.Expression | undefined {
  const [statement] = body && ts.isBlock(body) ? body.statements : [];
  const only = body && ts.isBlock(body) && body.statements.length > 1 ? undefined : statement;
  let returned: ts.Node | undefined = body && !ts.isBlock(body) ? body : undefined;
  if (only && (ts.isReturnStatement(only) || ts.isExpressionStatement(only))) returned = only.expression;
  let at = returned && skipOuter(returned);
  if (at && ts.isAwaitExpression(at)) at = skipOuter(at.expression);
  if (!at || !ts.isCallExpression(at) || at.arguments.length === 0) return undefined;
  const same = at.arguments.every(
    (each, index) => ts.isIdentifier(each) && each.text === parameters[index]?.name.getText(),
  );
  return same ? at.expression : undefined;
}

/** For an object that holds handlers: the name of the one that a place leads to. */
function memberNamed(at: ts.Node, place: Places | undefined): ts.Node | undefined {
  if (typeof place !== 'string' || !place.startsWith('self.')) return undefined;
  if (ts.isMethodDeclaration(at)) return at.name;
  return ts.isPropertyAssignment(at.parent) ? at.parent.name : undefined;
}

interface Member {
  readonly key: string | undefined;
  readonly value: Lazy;
  /** The text that names it. */
  readonly name: ts.Node | undefined;
}

/** The members of a list or an object, spreads followed; what is not known of it is left out. */
function membersOf(code: Code, value: Value): readonly Member[] {
  if (value.kind === 'choice') return alternatives(value).flatMap((each) => membersOf(code, each));
  // `import * as activities`: all that a file exports.
  if (value.kind === 'module') {
    return code.checker.getExportsOfModule(value.symbol).flatMap(({ name: key }): readonly Member[] => {
      const member = property(code, value, key);
      // Exported beside the tasks, it makes one: nobody sends it anything.
      if (member.kind === 'function' && makesFunction(member.node)) return [];
      return [{ key, value: Lazy.known(member), name: undefined }];
    });
  }
  if (value.kind === 'array')
    return value.elements.map((each) => ({ key: undefined, value: each, name: undefined }));
  if (value.kind !== 'object') return [];
  const members = new Map<string, Member>();
  for (const part of value.parts) {
    if ('spread' in part) {
      for (const each of membersOf(code, part.spread.value)) members.set(each.key ?? '', each);
    } else if ('key' in part) {
      const holder = part.value.node.parent;
      const method = ts.isMethodDeclaration(part.value.node) ? part.value.node.name : undefined;
      const name = method ?? (ts.isObjectLiteralElementLike(holder) ? holder.name : undefined);
      members.set(part.key, { key: part.key, value: part.value, name });
    }
  }
  return [...members.values()];
}

/** Is each member of a list or an object known by its name? */
function isWhole(value: Value): boolean {
  switch (value.kind) {
    case 'choice':
      return value.values.every(isWhole);
    case 'object':
      return value.parts.every((part) => 'key' in part || ('spread' in part && isWhole(part.spread.value)));
    case 'array':
    case 'module':
    case 'absent':
      return true;
    default:
      return isNullish(value);
  }
}

/** Is there certainly no function here? */
function isNothing(value: Value): boolean {
  return value.kind === 'constant' && (value.value === null || value.value === undefined);
}

function parameterPlace(place: string): Handler['payload'] {
  if (place === 'params') return { parameter: 'all', path: [] };
  const found = /^param(?<index>\d+)(?<path>(?:\.[\w$]+|\[\])*)$/.exec(place)?.groups;
  if (!found) return undefined;
  return {
    parameter: Number(found['index']),
    path: (found['path'] ?? '')
      .replace(/\[\]/g, '.[]')
      .split('.')
      .filter((key) => key !== ''),
  };
}
