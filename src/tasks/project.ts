import ts from 'typescript';
import type { Library, Site, Vocabulary } from '../libraries/vocabulary.js';
import { namesLeadingTo } from '../typescript/calls.js';
import type { Code } from '../typescript/code.js';
import { originOf } from '../typescript/identity.js';
import { superCall } from '../typescript/construction.js';
import {
  alternatives,
  choice,
  evaluate,
  heritageOf,
  Lazy,
  merged,
  noBindings,
  property,
  unknownElsewhere,
  type Value,
} from '../typescript/value.js';
import { type Candidates, candidatesIn, Gate } from './candidates.js';
import { fileNamedBy } from './file-name.js';
import { type Match, SiteFinder } from './match.js';
import type { Dispatch, Handler, Queue, Setting, Wait } from './model.js';
import { combine, Policy } from './policy.js';

/** What is known of the queue that a dispatch or handler uses. */
interface QueueSettings {
  readonly name: Setting<string>;
  /** The defaults of its tasks: `absent` for none. */
  readonly defaults: Value;
  /** Defaults that its own replaced whole. */
  readonly replaced: Value | undefined;
}

/** A queue site that was found: what makes one, or registers settings for one. */
interface Registration {
  readonly match: Match<Extract<Site, { purpose: 'queue' }>>;
  readonly item: Lazy | undefined;
  readonly name: Value | undefined;
  readonly options: Value;
}

/** A bulk dispatch whose elements are nested deeper than this is read no further. */
const maximumNesting = 6;

const projects = new WeakMap<Code, WeakMap<Vocabulary, Project>>();

/** The tasks of one program: each file's own, and what the files know of each other. */
export class Project {
  readonly #finder: SiteFinder;
  readonly #gate: Gate;
  readonly #derived: ReadonlySet<string>;
  readonly #dispatches = new WeakMap<ts.SourceFile, readonly Dispatch[]>();
  readonly #handlers = new WeakMap<ts.SourceFile, readonly Handler[]>();
  readonly #registrations = new WeakMap<ts.SourceFile, readonly Registration[]>();
  readonly #queueModels = new WeakMap<ts.SourceFile, readonly Queue[]>();
  readonly #waits = new WeakMap<ts.SourceFile, readonly Wait[]>();
  #files: readonly ts.SourceFile[] | undefined;
  #bodies: ReadonlyMap<ts.Node, Handler> | undefined;
  #bodiesByFile: ReadonlyMap<ts.SourceFile | undefined, readonly Handler[]> | undefined;
  #named: ReadonlyMap<string, readonly Registration[]> | undefined;
  #roots: readonly Registration[] | undefined;
  readonly #configs = new Map<Library, Value>();
  #namesOfWaits: ReadonlySet<string> | undefined;
  #mentions: ReadonlyMap<ts.SourceFile, readonly (Dispatch | Queue)[]> | undefined;

  private constructor(
    readonly code: Code,
    readonly vocabulary: Vocabulary,
  ) {
    this.#finder = new SiteFinder(code, vocabulary);
    this.#derived = namesOfSubclasses(code, vocabulary);
    this.#gate = new Gate(vocabulary, this.#derived);
  }

  static of(code: Code, vocabulary: Vocabulary): Project {
    let ofCode = projects.get(code);
    if (!ofCode) projects.set(code, (ofCode = new WeakMap()));
    let project = ofCode.get(vocabulary);
    if (!project) ofCode.set(vocabulary, (project = new Project(code, vocabulary)));
    return project;
  }

  /** The project's own files in which something about tasks may stand, in a stable order. */
  get files(): readonly ts.SourceFile[] {
    return (this.#files ??= this.code.ownFiles
      .filter((file) => this.#gate.passes(file.text))
      .sort((a, b) => (a.fileName < b.fileName ? -1 : 1)));
  }

  /** May something about tasks stand in this file? One search of its text. */
  concerns(file: ts.SourceFile): boolean {
    return this.#gate.passes(file.text) || this.#gate.mentionsOption(file.text);
  }

  dispatchesIn(file: ts.SourceFile): readonly Dispatch[] {
    return once(this.#dispatches, file, () => this.#readDispatches(this.#candidates(file)));
  }

  handlersIn(file: ts.SourceFile): readonly Handler[] {
    return once(this.#handlers, file, () => this.#readHandlers(this.#candidates(file)));
  }

  queuesIn(file: ts.SourceFile): readonly Queue[] {
    return once(this.#queueModels, file, () =>
      this.#registrationsIn(file).map((each) => this.#queueModel(each)),
    );
  }

  waitsIn(file: ts.SourceFile): readonly Wait[] {
    return once(this.#waits, file, () => {
      const waits: Wait[] = [];
      for (const node of this.#candidates(file).calls) {
        for (const { site, name } of this.#finder.call(node, 'wait')) {
          if (site.purpose !== 'wait') continue;
          const { durable = false, polling = false } = site.site;
          waits.push({ library: site.library, node, name, durable, polling });
        }
      }
      return waits;
    });
  }

  /** Names of the functions through which a wait that holds a worker can be reached; empty for none. */
  get namesOfWaits(): ReadonlySet<string> {
    if (!this.#namesOfWaits) {
      const waits = this.files.flatMap((file) => this.waitsIn(file)).filter((wait) => !wait.durable);
      const nodes = waits.map((wait) => wait.node);
      this.#namesOfWaits = nodes.length === 0 ? new Set() : namesLeadingTo(this.code.ownFiles, nodes);
    }
    return this.#namesOfWaits;
  }

  /** Every dispatch of the program. Costs a reading of all its task files, once. */
  get dispatches(): readonly Dispatch[] {
    return this.files.flatMap((file) => this.dispatchesIn(file));
  }

  /** Every queue of the program, with registrations. */
  get queues(): readonly Queue[] {
    return this.files.flatMap((file) => this.queuesIn(file));
  }

  /**
   * Dispatches and queues of the whole program whose number of runs (or backoff) is stated in this file,
   * although they may stand in another: a constant, the defaults of a queue.
   */
  policiesMentionedIn(file: ts.SourceFile): readonly (Dispatch | Queue)[] {
    if (!this.#gate.mentionsOption(file.text)) return [];
    return this.#policiesByFile.get(file) ?? [];
  }

  get #policiesByFile(): ReadonlyMap<ts.SourceFile, readonly (Dispatch | Queue)[]> {
    if (this.#mentions) return this.#mentions;
    const byFile = new Map<ts.SourceFile, (Dispatch | Queue)[]>();
    for (const subject of [...this.queues, ...this.dispatches]) {
      const { attempts, backoff } = subject.policy;
      const places = [attempts, backoff].flatMap((setting) => (setting.state === 'stated' ? setting.at : []));
      for (const file of new Set(places.map((place) => place.getSourceFile()))) {
        const list = byFile.get(file);
        if (list) list.push(subject);
        else byFile.set(file, [subject]);
      }
    }
    return (this.#mentions = byFile);
  }

  /** Function bodies that a worker runs, whichever file says so. */
  get bodies(): ReadonlyMap<ts.Node, Handler> {
    if (this.#bodies) return this.#bodies;
    const bodies = new Map<ts.Node, Handler>();
    for (const handler of this.files.flatMap((file) => this.handlersIn(file))) {
      if (!handler.body) continue;
      const known = bodies.get(handler.body);
      if (!known || (!known.registered && handler.registered)) bodies.set(handler.body, handler);
    }
    return (this.#bodies = bodies);
  }

  /** The handlers whose function stands in this file, whichever file registers it. */
  bodiesIn(file: ts.SourceFile): readonly Handler[] {
    this.#bodiesByFile ??= groupBy(this.bodies.values(), ({ body }) => body?.getSourceFile());
    return this.#bodiesByFile.get(file) ?? [];
  }

  #candidates(file: ts.SourceFile): Candidates {
    return candidatesIn(file, this.vocabulary, this.#gate, this.#derived);
  }

  // ---------------------------------------------------------------- dispatches

  #readDispatches({ calls, news }: Candidates): readonly Dispatch[] {
    const found: Dispatch[] = [];
    for (const node of calls) {
      for (const match of this.#finder.call(node, 'dispatch')) found.push(...this.#dispatchesOf(match, node));
    }
    for (const node of news) {
      for (const match of this.#finder.construct(node, 'dispatch'))
        found.push(...this.#dispatchesOf(match, node));
    }
    return found;
  }

  #dispatchesOf(match: Match, node: ts.CallExpression | ts.NewExpression): readonly Dispatch[] {
    if (match.site.purpose !== 'dispatch') return [];
    const { each, chain } = match.site.site;
    // A builder that is never finished hands nothing over.
    if (chain && !match.chain?.end) return [];
    if (each === undefined) return [this.#dispatch(match, node, undefined)];
    const list = this.#finder.locate(match, each);
    if (!list) return [];
    const { value } = list;
    const items = value.kind === 'array' ? value.elements : [list];
    return items.flatMap((item) => this.#itemDispatches(match, node, item, 0));
  }

  #itemDispatches(
    match: Match,
    node: ts.CallExpression | ts.NewExpression,
    item: Lazy,
    depth: number,
  ): readonly Dispatch[] {
    const own = this.#dispatch(match, node, item);
    const key = match.site.purpose === 'dispatch' ? match.site.site.nested : undefined;
    const children = key === undefined || depth >= maximumNesting ? undefined : this.#finder.keyOf(item, key);
    if (children?.value.kind !== 'array') return [own];
    return [
      own,
      ...children.value.elements.flatMap((child) => this.#itemDispatches(match, node, child, depth + 1)),
    ];
  }

  #dispatch(match: Match, node: ts.CallExpression | ts.NewExpression, item: Lazy | undefined): Dispatch {
    const { library, site } = match.site as Extract<Site, { purpose: 'dispatch' }>;
    const queue = this.#queueOfDispatch(match, node, item);
    const queueName = queue.name.state === 'stated' ? queue.name.values[0] : undefined;
    const options = this.#finder.locate(match, site.options, item, queueName);
    const defaults = this.#finder.locate(match, site.defaults, item, queueName);
    const layers = library.layers.flatMap((layer): readonly Value[] => {
      switch (layer) {
        case 'config':
          return [this.#configOf(library)];
        case 'queue':
          return [site.ignoresQueue ? (defaults?.value ?? absent(node)) : queue.defaults];
        case 'definition':
          // Which definition a dispatch reaches is not followed, so what it says is not known here.
          return [
            library.attempts?.option === undefined
              ? absent(node)
              : unknownElsewhere(node, 'its definition is elsewhere'),
          ];
        case 'dispatch':
          return [options?.value ?? absent(node)];
      }
    });
    return {
      kind: 'dispatch',
      library,
      node,
      name: match.name,
      item,
      queue: queue.name,
      task: this.#text(this.#finder.locate(match, site.task, item), node),
      payload: this.#finder.locate(match, site.payload, item, queueName),
      options,
      optionsIndex: optionsIndex(site.options),
      ignoresQueue: site.ignoresQueue === true,
      policy: new Policy(this.code, library, layers, node, queue.replaced, match.version),
    };
  }

  #queueOfDispatch(match: Match, node: ts.Node, item: Lazy | undefined): QueueSettings {
    const { site } = match.site as Extract<Site, { purpose: 'dispatch' }>;
    if (site.queue !== undefined) {
      const name = this.#finder.locate(match, site.queue, item);
      if (site.ignoresQueue) return { ...nothingOf(node), name: this.#text(name, node) };
      return name ? this.#registered(match.site.library, name.value, node) : nothingOf(node);
    }
    if (!match.site.library.layers.includes('queue')) return nothingOf(node);
    const callee = ts.isCallExpression(node) ? node.expression : undefined;
    return callee && ts.isPropertyAccessExpression(callee)
      ? this.#settingsOf(evaluate(this.code, callee.expression))
      : unknownQueue(unknownElsewhere(node, 'no receiver'));
  }

  // ---------------------------------------------------------------- queues

  /** The settings of the queue that an expression is worth. */
  #settingsOf(value: Value): QueueSettings {
    const each = alternatives(value).map((one) => this.#settingsOfOne(one));
    const [only] = each;
    if (only && each.length === 1) return only;
    return {
      name: combine(each.map((one) => one.name)),
      defaults: choice(
        each.map((one) => one.defaults),
        value.node,
      ),
      replaced: undefined,
    };
  }

  #settingsOfOne(value: Value): QueueSettings {
    if (value.kind === 'made') {
      const match = this.#finder.queueMadeBy(value.node, value.bindings);
      return match
        ? this.#settingsOfMade(match)
        : unknownQueue(unknownElsewhere(value.node, 'made by a call that is not followed'));
    }
    if (value.kind === 'declared') return this.#settingsOfInjected(value.node);
    if (value.kind === 'self') {
      const constructor = value.node.members.find(ts.isConstructorDeclaration);
      const call = constructor?.body && superCall(constructor.body);
      const match = call && this.#finder.queueMadeBy(call, noBindings);
      if (match) return this.#settingsOfMade(match);
    }
    return unknownQueue(value);
  }

  #settingsOfMade(match: Match): QueueSettings {
    const [registration] = this.#registrationsOf(match);
    return registration ? this.#settingsOfRegistration(registration) : nothingOf(match.node);
  }

  #settingsOfInjected(node: ts.ParameterDeclaration | ts.PropertyDeclaration): QueueSettings {
    for (const decorator of ts.getDecorators(node) ?? []) {
      const expression = decorator.expression;
      const callee = ts.isCallExpression(expression) ? expression.expression : expression;
      const origin = originOf(this.code, callee);
      if (!origin) continue;
      for (const { library, site } of this.vocabulary.injections.get(origin.name) ?? []) {
        if (!this.vocabulary.owns(library, origin)) continue;
        const argument = ts.isCallExpression(expression) ? expression.arguments[0] : undefined;
        const name: Value = argument
          ? evaluate(this.code, argument)
          : { kind: 'constant', value: site.default, node: decorator };
        return this.#registered(library, name, decorator);
      }
    }
    return unknownQueue(unknownElsewhere(node, 'injected by something that is no queue'));
  }

  /** The settings registered for a name: all registrations of it must agree. */
  #registered(library: Library, name: Value, node: ts.Node): QueueSettings {
    if (name.kind !== 'constant' || typeof name.value !== 'string') {
      return unknownQueue(
        name.kind === 'unknown' ? name : unknownElsewhere(node, 'a queue whose name is not constant'),
      );
    }
    const wanted = name.value;
    const same = this.#registrationsNamed(wanted).filter((each) => each.match.site.library === library);
    const stated: Setting<string> = { state: 'stated', values: [wanted], at: name.node };
    if (same.length === 0) {
      return {
        ...unknownQueue(unknownElsewhere(node, `no registration of \`${wanted}\` in this program`)),
        name: stated,
      };
    }
    const settings = same.map((each) => this.#settingsOfRegistration(each));
    return {
      name: stated,
      defaults: choice(
        settings.map((each) => each.defaults),
        node,
      ),
      replaced: settings.find((each) => each.replaced)?.replaced,
    };
  }

  /** Registrations under a name (not constructions: two `new Queue('x')` know nothing of each other). */
  #registrationsNamed(name: string): readonly Registration[] {
    this.#named ??= groupBy(
      this.files
        .flatMap((file) => this.#registrationsIn(file))
        .filter(({ match: { site } }) => !site.site.root && !site.site.construct && !site.site.call),
      (each) => (each.name?.kind === 'constant' ? String(each.name.value) : ''),
    );
    return this.#named.get(name) ?? [];
  }

  #settingsOfRegistration(registration: Registration): QueueSettings {
    const { library, site } = registration.match.site;
    const { node } = registration.match;
    const name = registration.name
      ? this.#text(Lazy.known(registration.name), node)
      : ({ state: 'unknown', why: 'no name', at: node } as const);
    const key = library.queueDefaults;
    if (key === undefined) return { name, defaults: registration.options, replaced: undefined };
    const own = property(this.code, registration.options, key);
    const hasRoots = library.queues?.some((each) => each.root) === true;
    if (!hasRoots || site.root) return { name, defaults: own, replaced: undefined };

    const root = this.#rootFor(registration);
    if (!root) {
      const whole = site.standsAlone?.some(
        (each) => property(this.code, registration.options, each).kind !== 'absent',
      );
      return whole || own.kind !== 'absent'
        ? { name, defaults: own, replaced: undefined }
        : {
            name,
            defaults: unknownElsewhere(node, 'the root configuration is not in this program'),
            replaced: undefined,
          };
    }
    const underlying = property(this.code, root, key);
    if (own.kind === 'absent') return { name, defaults: underlying, replaced: undefined };
    const both = property(this.code, merged([root, registration.options], node), key);
    return { name, defaults: both, replaced: underlying.kind === 'absent' ? undefined : underlying };
  }

  /** The root configuration that a registration is merged into; a choice where there are several. */
  #rootFor(registration: Registration): Value | undefined {
    const { match, item } = registration;
    const wanted = this.#rootKey(match, item);
    this.#roots ??= this.files
      .flatMap((file) => this.#registrationsIn(file))
      .filter((each) => each.match.site.site.root);
    const roots = this.#roots
      .filter((each) => each.match.site.library === match.site.library)
      .filter((each) => this.#rootKey(each.match, each.item) === wanted);
    return roots.length === 0
      ? undefined
      : choice(
          roots.map((each) => each.options),
          match.node,
        );
  }

  #rootKey(match: Registration['match'], item: Lazy | undefined): string | undefined {
    const key = this.#finder.locate(match, match.site.site.rootKey, item)?.value;
    return key?.kind === 'constant' && typeof key.value === 'string' ? key.value : undefined;
  }

  #registrationsIn(file: ts.SourceFile): readonly Registration[] {
    return once(this.#registrations, file, () => {
      const { calls, news } = this.#candidates(file);
      const matches = [
        ...news.flatMap((node) => [...this.#finder.construct(node, 'queue')]),
        ...calls.flatMap((node) => [...this.#finder.call(node, 'queue')]),
      ];
      return matches.flatMap((match) => this.#registrationsOf(match));
    });
  }

  #registrationsOf(match: Match): readonly Registration[] {
    if (match.site.purpose !== 'queue') return [];
    const { each, name, nameDefault, options } = match.site.site;
    const list = each === undefined ? undefined : this.#finder.locate(match, each)?.value;
    const items = list?.kind === 'array' ? list.elements : [undefined];
    return items.map((item): Registration => {
      const named = this.#finder.locate(match, name, item)?.value;
      return {
        match: match as Registration['match'],
        item,
        name:
          named ??
          (nameDefault === undefined
            ? undefined
            : { kind: 'constant', value: nameDefault, node: match.name }),
        options: this.#finder.locate(match, options, item)?.value ?? absent(match.node),
      };
    });
  }

  #queueModel(registration: Registration): Queue {
    const { match } = registration;
    const { library, site } = match.site;
    const { name, defaults, replaced } = this.#settingsOfRegistration(registration);
    return {
      kind: 'queue',
      library,
      node: match.node,
      name,
      root: site.root === true,
      policy: new Policy(this.code, library, [defaults], match.node, replaced, match.version),
    };
  }

  // ---------------------------------------------------------------- handlers

  #readHandlers({ calls, news, decorators, classes, functions }: Candidates): readonly Handler[] {
    const matches = [
      ...calls.flatMap((node) => [...this.#finder.call(node, 'handler')]),
      ...news.flatMap((node) => [...this.#finder.construct(node, 'handler')]),
      ...decorators.flatMap((node) => [...this.#finder.decorator(node, 'handler')]),
      ...classes.flatMap((node) => [...this.#finder.extending(node, 'handler')]),
      ...functions.flatMap((node) => [...this.#finder.function(node, 'handler')]),
    ];
    return matches.flatMap((match) => this.#handlersOf(match));
  }

  #handlersOf(match: Match): readonly Handler[] {
    if (match.site.purpose !== 'handler') return [];
    const { library, site } = match.site;
    const { node } = match;
    const place = this.#finder.locate(match, site.handler);
    const definitionOnly = site.handler === undefined;
    // A worker without a function, a base class that is still abstract: nothing is run here.
    if (!definitionOnly && (!place || isNothing(place.value))) return [];
    const options = this.#finder.locate(match, site.options);
    const queue = this.#queueOfHandler(match);
    const layers = library.layers.flatMap((layer): readonly Value[] => {
      switch (layer) {
        case 'config':
          return [this.#configOf(library)];
        case 'queue':
          return [queue.defaults];
        case 'definition':
          return [options?.value ?? absent(node)];
        case 'dispatch':
          return [];
      }
    });
    const payload = site.payload === undefined ? undefined : parameterPlace(site.payload);
    return [
      {
        kind: 'handler',
        library,
        node,
        name: match.name,
        queue: queue.name,
        task: this.#text(this.#finder.locate(match, site.task), node),
        body: place && this.#bodyOf(place),
        definitionOnly,
        registered: site.typed === undefined && site.takes === undefined,
        payload,
        options,
        policy: new Policy(this.code, library, layers, node, undefined, match.version),
      },
    ];
  }

  #queueOfHandler(match: Match): QueueSettings {
    const { library, site } = match.site as Extract<Site, { purpose: 'handler' }>;
    const { node } = match;
    const owner = site.owner && this.#ownerPlace(match, site.owner.decorator, site.owner.queue);
    const place = owner ?? this.#finder.locate(match, site.queue);
    const name: Value | undefined =
      place?.value ??
      (site.queueDefault === undefined ? undefined : { kind: 'constant', value: site.queueDefault, node });
    const registersByName = library.queues?.some(
      (each) => each.construct === undefined && each.call === undefined,
    );
    if (name && registersByName) return this.#registered(library, name, node);
    if (name)
      return {
        ...unknownQueue(unknownElsewhere(node, 'the queue is another object')),
        name: this.#text(place, node),
      };
    const callee = ts.isCallExpression(node) ? node.expression : undefined;
    if (library.layers.includes('queue') && callee && ts.isPropertyAccessExpression(callee)) {
      return this.#settingsOf(evaluate(this.code, callee.expression));
    }
    return nothingOf(node);
  }

  /** A place in the decorator of the class whose method was matched. */
  #ownerPlace(match: Match, name: string, places: Parameters<SiteFinder['locate']>[1]): Lazy | undefined {
    for (const decorator of (match.owner && ts.getDecorators(match.owner)) ?? []) {
      const expression = decorator.expression;
      const callee = ts.isCallExpression(expression) ? expression.expression : expression;
      const origin = originOf(this.code, callee);
      if (origin?.name !== name || !this.vocabulary.owns(match.site.library, origin)) continue;
      const args = ts.isCallExpression(expression)
        ? expression.arguments.map((each) => Lazy.of(this.code, each, noBindings))
        : [];
      return this.#finder.locate({ ...match, args: { values: args, complete: true } }, places);
    }
    return undefined;
  }

  /** The function that a value stands for: itself, a method, one that is wrapped, or a file's default export. */
  #bodyOf(place: Lazy, depth = 0): ts.FunctionLikeDeclaration | undefined {
    const { value } = place;
    if (value.kind === 'function') return value.node.body ? value.node : undefined;
    if (depth > 3) return undefined;
    const named = fileNamedBy(this.code, place.node, value);
    if (named !== undefined) return this.#defaultExportOf(named);
    if (value.kind !== 'made' || !ts.isCallExpression(value.node)) return undefined;
    const { node, bindings } = value;
    const callee = node.expression;
    // `this.run.bind(this)`
    if (ts.isPropertyAccessExpression(callee) && callee.name.text === 'bind') {
      return this.#bodyOf(Lazy.of(this.code, callee.expression, bindings), depth + 1);
    }
    // `withMonitoring(async (job) => …)`: the one function among the arguments is what does the work.
    const functions = node.arguments
      .map((each) => this.#bodyOf(Lazy.of(this.code, each, bindings), depth + 1))
      .filter((each) => each !== undefined);
    return functions.length === 1 ? functions[0] : undefined;
  }

  #defaultExportOf(fileName: string): ts.FunctionLikeDeclaration | undefined {
    const bare = fileName.replace(/\.[cm]?[jt]sx?$/, '');
    const file = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '/index.ts']
      .map((extension) => this.code.program.getSourceFile(bare + extension))
      .find((each) => each !== undefined);
    const value = file && exportedValue(this.code, file);
    return value?.kind === 'function' ? value.node : undefined;
  }

  // ---------------------------------------------------------------- shared

  #configOf(library: Library): Value {
    const known = this.#configs.get(library);
    if (known) return known;
    const value = this.#readConfig(library);
    this.#configs.set(library, value);
    return value;
  }

  #readConfig(library: Library): Value {
    for (const { file, options } of library.configs ?? []) {
      const found = this.code.ownFiles.find((each) => each.fileName.endsWith(`/${file}`));
      const exported = found && exportedValue(this.code, found);
      if (!found) continue;
      let value = exported ?? unknownElsewhere(found, 'a configuration without a default export');
      // `export default defineConfig({ … })`
      if (value.kind === 'made' && value.node.arguments?.[0])
        value = evaluate(this.code, value.node.arguments[0], value.bindings);
      for (const key of options.split('.')) value = property(this.code, value, key);
      return value;
    }
    const [file] = this.code.program.getSourceFiles();
    return absent(file as ts.Node);
  }

  #text(place: Lazy | undefined, node: ts.Node): Setting<string> {
    if (!place) return { state: 'unknown', why: 'it is not given', at: node };
    return combine(
      alternatives(place.value).map((value): Setting<string> => {
        if (value.kind === 'constant')
          return { state: 'stated', values: [String(value.value)], at: place.node };
        return {
          state: 'unknown',
          why: value.kind === 'unknown' ? value.why : 'it is not constant',
          at: value.node,
        };
      }),
    );
  }
}

/** Is there certainly no function here? */
function isNothing(value: Value): boolean {
  return value.kind === 'constant' && (value.value === null || value.value === undefined);
}

/** What a file exports by default, also as `module.exports = …` or `export = …`. */
function exportedValue(code: Code, file: ts.SourceFile): Value | undefined {
  for (const statement of file.statements) {
    if (ts.isExportAssignment(statement)) return evaluate(code, statement.expression);
    if (
      (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) &&
      ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)
    ) {
      return ts.isFunctionDeclaration(statement)
        ? { kind: 'function', node: statement, bindings: noBindings }
        : { kind: 'class', node: statement };
    }
    if (
      ts.isExpressionStatement(statement) &&
      ts.isBinaryExpression(statement.expression) &&
      statement.expression.left.getText() === 'module.exports'
    ) {
      return evaluate(code, statement.expression.right);
    }
  }
  return undefined;
}

/**
 * Names of project classes that extend a library's class, and of re-exports that rename one: a file that
 * uses them need not name the library.
 */
function namesOfSubclasses(code: Code, vocabulary: Vocabulary): ReadonlySet<string> {
  const wanted = new Set([...vocabulary.constructs.keys(), ...vocabulary.bases.keys()]);
  const names = new Set<string>();
  const packages = [...vocabulary.packages];
  if (!code.typed || wanted.size === 0) return names;
  for (const file of code.ownFiles) {
    if (!packages.some((each) => file.text.includes(each)) || !/\bextends\b|\bexport\s*\{/.test(file.text))
      continue;
    for (const statement of file.statements) {
      if (ts.isClassDeclaration(statement) && statement.name) {
        const heritage = heritageOf(statement);
        if (
          heritage &&
          ts.isIdentifier(heritage) &&
          (wanted.has(heritage.text) || names.has(heritage.text))
        ) {
          names.add(statement.name.text);
        }
      }
      if (
        ts.isExportDeclaration(statement) &&
        statement.exportClause &&
        ts.isNamedExports(statement.exportClause)
      ) {
        for (const { propertyName, name } of statement.exportClause.elements) {
          if (propertyName && wanted.has(propertyName.text)) names.add(name.text);
        }
      }
    }
  }
  return names;
}

/** Which argument the options are, when they are a whole argument of the call. */
function optionsIndex(places: string | readonly string[] | undefined): number | undefined {
  const place = typeof places === 'string' ? places : places?.[0];
  const index = /^arg(\d+)$/.exec(place ?? '')?.[1];
  return index === undefined ? undefined : Number(index);
}

function parameterPlace(
  place: string,
): { readonly parameter: number; readonly path: readonly string[] } | undefined {
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

function groupBy<K, V>(values: Iterable<V>, keyOf: (value: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

function absent(node: ts.Node): Value {
  return { kind: 'absent', node };
}

function nothingOf(node: ts.Node): QueueSettings {
  return {
    name: { state: 'unknown', why: 'no queue', at: node },
    defaults: absent(node),
    replaced: undefined,
  };
}

function unknownQueue(value: Value): QueueSettings {
  const why = value.kind === 'unknown' ? value.why : 'no queue that is known';
  return {
    name: { state: 'unknown', why, at: value.node },
    defaults: unknownElsewhere(value.node, why),
    replaced: undefined,
  };
}

function once<K extends object, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
