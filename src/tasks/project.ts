import ts from 'typescript';
import type { Acknowledged, Places } from '../libraries/define.js';
import type { Library, Site, Vocabulary } from '../libraries/vocabulary.js';
import { chainTo, namedCallsIn, namesLeadingTo } from '../typescript/calls.js';
import { functionAround, nameOfFunction } from '../typescript/follow.js';
import { heritageOf } from '../typescript/classes.js';
import type { Code } from '../typescript/code.js';
import { fateOf, isAsync, isThenable } from '../typescript/promises.js';
import { neighboursOf } from '../typescript/sources.js';
import { ancestorsOf, isInside } from '../typescript/syntax.js';
import { mentionsTransaction } from '../typescript/transactions.js';
import type { Lazy, Open } from '../typescript/value.js';
import { acknowledgementOf } from './acknowledgement.js';
import { candidatesIn, Gate, type Candidates } from './candidates.js';
import { Configs } from './config-files.js';
import { Dispatches } from './dispatches.js';
import { groupBy, once } from './grouping.js';
import { Listening } from './emitters.js';
import { Handlers } from './handlers.js';
import { type Match, SiteFinder } from './match.js';
import type { Dispatch, Handler, Queue, Sending, Setting, Settlement, Wait } from './model.js';
import { Names, type Rest } from './names.js';
import { opensOfPayload } from './payload-of.js';
import { Queues } from './queues.js';
import { sendingOf, sendingThrough } from './sendings.js';
import { type Template, Wrappers } from './wrappers.js';

const projects = new WeakMap<Code, WeakMap<Vocabulary, Project>>();

/** What was known of the wrappers of a program that is no more. */
interface Known {
  readonly files: WeakSet<ts.SourceFile>;
  readonly patterns: readonly RegExp[];
  /** Files with functions that a worker runs, which other files say. */
  readonly bodies: WeakSet<ts.SourceFile>;
}
const knownBefore = new WeakMap<Vocabulary, Map<string, Known>>();

/** The tasks of one program: each file's own, and what the files know of each other. */
export class Project {
  readonly #finder: SiteFinder;
  readonly #gate: Gate;
  readonly #derived: ReadonlySet<string>;
  readonly #queues: Queues;
  readonly #dispatches: Dispatches;
  readonly #handlers: Handlers;
  /** Who listens to the events of what. */
  readonly listening: Listening;
  readonly #forwarded: Wrappers<Dispatch>;
  readonly #registering: Wrappers<Handler>;
  readonly #ownDispatches = new WeakMap<ts.SourceFile, readonly Template<Dispatch>[]>();
  readonly #ownHandlers = new WeakMap<ts.SourceFile, readonly Template<Handler>[]>();
  readonly #queueModels = new WeakMap<ts.SourceFile, readonly Queue[]>();
  readonly #waits = new WeakMap<ts.SourceFile, readonly Wait[]>();
  readonly #sites = new WeakMap<ts.SourceFile, Map<Site['purpose'], readonly Match[]>>();
  readonly #sendings = new WeakMap<ts.SourceFile, readonly Sending[]>();
  readonly #settlements = new WeakMap<ts.SourceFile, readonly Settlement[]>();
  readonly #acknowledgements = new WeakMap<Handler, Setting<Acknowledged>>();
  #files: readonly ts.SourceFile[] | undefined;
  #known: Known | undefined;
  #retriedByHandlers: ReadonlySet<string> | undefined;
  #bodies: ReadonlyMap<ts.Node, Handler> | undefined;
  #bodiesByFile: ReadonlyMap<ts.SourceFile | undefined, readonly Handler[]> | undefined;
  #definitionsByName: ReadonlyMap<string, readonly Handler[]> | undefined;
  #namesOfWaits: ReadonlySet<string> | undefined;
  #namesOfDispatches: ReadonlySet<string> | undefined;
  #mentions: ReadonlyMap<ts.SourceFile, readonly (Dispatch | Queue)[]> | undefined;
  #allDispatches: readonly Dispatch[] | undefined;
  #allHandlers: readonly Handler[] | undefined;
  #names: Names | undefined;

  private constructor(
    readonly code: Code,
    readonly vocabulary: Vocabulary,
  ) {
    const finder = new SiteFinder(code, vocabulary);
    this.#finder = finder;
    this.#derived = new Set([...namesOfSubclasses(code, vocabulary), ...namesOfDecorators(code, vocabulary)]);
    this.#gate = new Gate(vocabulary, this.#derived);
    const files = (): readonly ts.SourceFile[] => this.files;
    const candidates = (file: ts.SourceFile): Candidates => this.#candidates(file);
    const reading = {
      code,
      vocabulary,
      finder,
      get files() {
        return files();
      },
      candidatesIn: candidates,
    };
    const configs = new Configs(code);
    this.listening = new Listening(code, vocabulary, finder);
    this.#queues = new Queues(reading);
    this.#dispatches = new Dispatches(reading, this.#queues, configs, {
      at: (node) =>
        this.#handlerTemplates(node.getSourceFile())
          .find((each) => each.node === node)
          ?.plain.at(0),
      named: (library, name) => this.#definitionNamed(library, name),
    });
    this.#handlers = new Handlers(reading, this.#queues, configs);
    const beside = (): readonly Project[] =>
      neighboursOf(code, (dependencies) =>
        [...vocabulary.packages].some((each) => dependencies.has(each)),
      ).map((each) => Project.of(each, vocabulary));
    this.#forwarded = new Wrappers(code, files, {
      neighbours: () => beside().map((each) => each.#forwarded),
      templatesIn: (file) => this.#dispatchTemplates(file),
      opensOf: (dispatch) => opensOfDispatch(code, dispatch),
      at: (dispatch, call, through, runs) =>
        ts.isCallExpression(call)
          ? { ...dispatch, node: call, name: nameOfCallee(call), through, runs, optionsIndex: undefined }
          : dispatch,
      ofClass: false,
    });
    this.#registering = new Wrappers(code, files, {
      neighbours: () => beside().map((each) => each.#registering),
      templatesIn: (file) => this.#handlerTemplates(file),
      opensOf: opensOfHandler,
      at: (handler, call, through, runs) => ({
        ...handler,
        node: call,
        name: ts.isCallExpression(call) ? nameOfCallee(call) : (call.name ?? call),
        through,
        runs,
      }),
      ofClass: true,
    });
  }

  /** The tasks of a program, in the words of the part of the vocabulary that it uses. */
  static of(code: Code, vocabulary: Vocabulary): Project {
    let ofCode = projects.get(code);
    if (!ofCode) projects.set(code, (ofCode = new WeakMap()));
    let project = ofCode.get(vocabulary);
    if (!project) ofCode.set(vocabulary, (project = new Project(code, vocabulary.usedIn(code))));
    return project;
  }

  /** The project's own files in which something about tasks may stand, in a stable order. */
  get files(): readonly ts.SourceFile[] {
    return (this.#files ??= this.code.ownFiles.filter((file) => this.#gate.passes(file.text)));
  }

  /** May something about tasks stand in this file, or be called from it? A few searches of its text. */
  concerns(file: ts.SourceFile): boolean {
    if (this.#gate.passes(file.text) || this.#gate.mentionsOption(file.text) || this.mentionsJudged(file))
      return true;
    const known = (this.#known ??= this.#knownBefore() ?? this.#knownNow());
    if (known.bodies.has(file) || known.patterns.some((pattern) => pattern.test(file.text))) return true;
    // What a transaction calls may dispatch in another file.
    return mentionsTransaction(file) && this.#namesWhatDispatches(file);
  }

  /** Does a file name an option that may be a trap or a time, so that another file's tasks may be given it? */
  mentionsJudged(file: ts.SourceFile): boolean {
    return this.#gate.mentionsJudged(file.text);
  }

  /** Does a file call or hand on a function through which a dispatch can be reached, as far as names tell? */
  #namesWhatDispatches(file: ts.SourceFile): boolean {
    const names = this.namesOfDispatches;
    return namedCallsIn(file).some(
      ({ node, name }) =>
        names.has(name.text) || node.arguments.some((each) => ts.isIdentifier(each) && names.has(each.text)),
    );
  }

  /**
   * What a file must contain to call a wrapper, and which files hold the functions that others register: found by
   * reading all tasks of the program.
   */
  #knownNow(): Known {
    const patterns = [...this.#forwarded.patterns, ...this.#registering.patterns, ...this.#patternOfTasks()];
    const bodies = new WeakSet([...this.bodies.keys()].map((body) => body.getSourceFile()));
    const known: Known = { files: new WeakSet(this.code.ownFiles), patterns, bodies };
    let ofVocabulary = knownBefore.get(this.vocabulary);
    if (!ofVocabulary) knownBefore.set(this.vocabulary, (ofVocabulary = new Map<string, Known>()));
    ofVocabulary.set(this.#name, known);
    return known;
  }

  /** The names of the functions that are tasks: a file may call one and mention nothing else of a library. */
  #patternOfTasks(): readonly RegExp[] {
    const names = new Set<string>();
    for (const handler of this.bodies.values()) {
      const { body } = handler;
      const name = body && isTaskByDispatchOnly(handler) ? nameOfFunction(body) : undefined;
      if (!body || name === undefined || !/^[\w$]+$/.test(name)) continue;
      const escaped = name.replace(/\$/g, '\\$');
      // Many a file says `process`; few call a method of this name.
      names.add(isMember(body) ? `\\.${escaped}\\s*\\(` : `\\b${escaped}\\b`);
    }
    return names.size === 0 ? [] : [new RegExp([...names].join('|'))];
  }

  /**
   * What the program before this one knew, where no file that changed since can have a say in it: while
   * somebody types in a file without tasks, the tasks of all others are not read again.
   */
  #knownBefore(): Known | undefined {
    const known = knownBefore.get(this.vocabulary)?.get(this.#name);
    const holds =
      known?.patterns &&
      this.code.ownFiles.every(
        (file) =>
          known.files.has(file) ||
          !(this.#gate.passes(file.text) || known.patterns.some((pattern) => pattern.test(file.text))),
      );
    return holds ? known : undefined;
  }

  /** The project's configuration file, by which it is known again when it is another program. */
  get #name(): string {
    const { configFilePath } = this.code.program.getCompilerOptions();
    return typeof configFilePath === 'string' ? configFilePath : this.code.program.getCurrentDirectory();
  }

  /** The dispatches of a file: calls of a library, and calls of project functions that forward to one. */
  dispatchesIn(file: ts.SourceFile): readonly Dispatch[] {
    return [...this.#dispatchTemplates(file), ...this.#forwarded.in(file)].flatMap(({ plain }) => plain);
  }

  /** The calls of a file whose value tells whether a task was taken, and the builders that nothing ends. */
  sendingsIn(file: ts.SourceFile): readonly Sending[] {
    return once(this.#sendings, file, () => [
      ...this.sitesIn(file, 'dispatch').flatMap((match) => sendingOf(this.code, match) ?? []),
      ...this.#forwarded.in(file).flatMap(({ plain }) => (plain[0] && sendingThrough(plain[0])) ?? []),
    ]);
  }

  /**
   * Does the call of a sending certainly give the promise of its dispatch: by its type, and by the text of the
   * project functions that it goes through, which wait for it or return it, and do not catch its failure?
   */
  isAsynchronous({ call, site, through }: Sending): boolean {
    const { code } = this;
    if (!call) return false;
    if (code.typed ? !isThenable(code, call) : site.sync === true || !through.every(runsAsync)) return false;
    return through.every(({ through: inner, runs }) => {
      if (!inner || code.at(inner.node) !== code) return false;
      const found = this.sendingsIn(inner.node.getSourceFile()).find(({ node }) => node === inner.node);
      if (!found?.call) return false;
      const { state, by } = fateOf(code, found.call);
      return state === 'carried' && by === runs;
    });
  }

  /** The handlers of a file, also those that a project function registers for its caller. */
  handlersIn(file: ts.SourceFile): readonly Handler[] {
    return [...this.#handlerTemplates(file), ...this.#registering.in(file)].flatMap(({ plain }) => plain);
  }

  queuesIn(file: ts.SourceFile): readonly Queue[] {
    return once(this.#queueModels, file, () =>
      this.#queues.registrationsIn(file).map((each) => this.#queues.queueModel(each)),
    );
  }

  waitsIn(file: ts.SourceFile): readonly Wait[] {
    return once(this.#waits, file, () => {
      const waits: Wait[] = [];
      for (const { site, node, name } of this.sitesIn(file, 'wait')) {
        if (!ts.isCallExpression(node) && !ts.isPropertyAccessExpression(node)) continue;
        const { durable = false, polling = false, holds = false, curried = false } = site.site;
        if (curried && !ts.isPropertyAccessExpression(node.parent)) continue;
        waits.push({
          library: site.library,
          site: site.site,
          node,
          name,
          durable: durable || (!holds && this.#isInDurable(node, site.library)),
          polling,
          holds,
        });
      }
      return waits;
    });
  }

  /** Does a text stand in a function that its engine puts aside while it waits? */
  #isInDurable(node: ts.Node, { base }: Library): boolean {
    if (!this.vocabulary.libraries.some(({ handlers = [] }) => handlers.some(({ durable }) => durable)))
      return false;
    const around = this.bodiesIn(node.getSourceFile()).filter(({ body }) => body && isInside(node, body));
    const innermost = around.reduce<Handler | undefined>(
      (found, each) => (found?.body && each.body && isInside(found.body, each.body) ? found : each),
      undefined,
    );
    return innermost?.durable === true && innermost.library.base === base;
  }

  /** The places of a file where messages are settled by hand. */
  settlementsIn(file: ts.SourceFile): readonly Settlement[] {
    return once(this.#settlements, file, () =>
      this.sitesIn(file, 'settlement').flatMap(({ site, node }): readonly Settlement[] =>
        ts.isCallExpression(node) || ts.isNewExpression(node)
          ? [{ library: site.library, site: site.site, node, outcome: site.site.outcome }]
          : [],
      ),
    );
  }

  /**
   * The places of a file that a library's table describes for a purpose, in no particular order. Dispatches,
   * handlers and queues have readers of their own, which also know what project functions do for their callers.
   */
  sitesIn<P extends Site['purpose']>(
    file: ts.SourceFile,
    purpose: P,
  ): readonly Match<Extract<Site, { purpose: P }>>[] {
    const known = once(this.#sites, file, () => new Map<Site['purpose'], readonly Match[]>());
    let found = known.get(purpose);
    if (!found) known.set(purpose, (found = [...this.#findSites(file, purpose)]));
    return found as readonly Match<Extract<Site, { purpose: P }>>[];
  }

  *#findSites(file: ts.SourceFile, purpose: Site['purpose']): Generator<Match> {
    const { calls, accesses, news, decorators, classes, functions, objects } = this.#candidates(file);
    const finder = this.#finder;
    for (const node of calls) yield* finder.call(node, purpose);
    for (const node of accesses) yield* finder.access(node, purpose);
    for (const node of news) yield* finder.construct(node, purpose);
    for (const node of decorators) yield* finder.decorator(node, purpose);
    for (const node of classes) yield* finder.extending(node, purpose);
    for (const node of functions) yield* finder.function(node, purpose);
    for (const node of objects) yield* finder.object(node, purpose);
  }

  /** What stands at a place of a site that was found, undefined where nothing does. */
  locate(match: Match, places: Places | undefined, item?: Lazy): Lazy | undefined {
    return this.#finder.locate(match, places, item);
  }

  /** When a handler's message is acknowledged, by its options or by its own text. */
  acknowledgementOf(handler: Handler): Setting<Acknowledged> {
    return once(this.#acknowledgements, handler, () =>
      acknowledgementOf(
        { code: this.code, files: this.files, settlementsIn: (file) => this.settlementsIn(file) },
        handler,
      ),
    );
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

  /** Names of the functions through which a dispatch can be reached at all; empty for none. */
  get namesOfDispatches(): ReadonlySet<string> {
    if (!this.#namesOfDispatches) {
      const nodes = this.dispatches.map(({ node }) => node);
      this.#namesOfDispatches = nodes.length === 0 ? new Set() : namesLeadingTo(this.code.ownFiles, nodes);
    }
    return this.#namesOfDispatches;
  }

  /** Every dispatch of the program. Costs a reading of all its task files, once. */
  get dispatches(): readonly Dispatch[] {
    return (this.#allDispatches ??= this.code.ownFiles
      .filter((file) => this.#gate.passes(file.text) || this.#forwarded.concerns(file))
      .flatMap((file) => this.dispatchesIn(file)));
  }

  /** Every handler of the program. Costs the same. */
  get handlers(): readonly Handler[] {
    return (this.#allHandlers ??= this.code.ownFiles
      .filter((file) => this.#gate.passes(file.text) || this.#registering.concerns(file))
      .flatMap((file) => this.handlersIn(file)));
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
      const places = [attempts, backoff].flatMap((setting) => placeOf(setting) ?? []);
      for (const file of new Set(places.map((place) => place.getSourceFile()))) {
        const list = byFile.get(file);
        if (list) list.push(subject);
        else byFile.set(file, [subject]);
      }
    }
    return (this.#mentions = byFile);
  }

  /**
   * Is a failing task of this dispatch's queue dispatched again by its own handler, out of a `catch`? Then the
   * project has a limit of its own, and the library's is not the one that counts.
   */
  isRetriedByItsHandler({ library, queue }: Dispatch): boolean {
    if (queue.state !== 'stated') return false;
    const found = (this.#retriedByHandlers ??= this.#findRetries());
    return queue.values.every((name) => found.has(`${library.base} ${name}`));
  }

  #findRetries(): ReadonlySet<string> {
    const again = this.dispatches.filter(({ node }) => isInCatch(node));
    const found = new Set<string>();
    for (const { library, queue, node } of again) {
      const names = queue.state === 'stated' ? queue.values : [];
      const leading = names.length > 0 ? namesLeadingTo(this.code.ownFiles, [node]) : new Set<string>();
      for (const handler of this.bodies.values()) {
        const { body } = handler;
        const own = handler.queue.state === 'stated' ? handler.queue.values : [];
        if (!body || handler.library.base !== library.base || !own.some((name) => names.includes(name)))
          continue;
        const leads = (target: ts.Node): boolean => isInside(node, target);
        if (leads(body) || chainTo(this.code, body, leads, leading))
          for (const name of names) found.add(`${library.base} ${name}`);
      }
    }
    return found;
  }

  /** The names of the program's tasks: which handlers have the same one, and who runs what is dispatched. */
  get names(): Names {
    return (this.#names ??= new Names(this.code, this.vocabulary.folder, this.handlers, () =>
      this.files.flatMap((file) => [...this.#restIn(file)]),
    ));
  }

  /** Where a file says, without its name, that more tasks are run than those with a handler in the text. */
  *#restIn(file: ts.SourceFile): Generator<Rest> {
    for (const match of this.sitesIn(file, 'handler'))
      if (this.#handlers.mayHaveMore(match)) yield { library: match.site.library.base, node: match.name };
    for (const match of this.sitesIn(file, 'pull')) {
      const { queue, task } = match.site.site;
      const [inQueue, named] = [queue, task].map((place) => {
        const value = this.locate(match, place)?.value;
        return value?.kind === 'constant' ? String(value.value) : undefined;
      });
      yield { library: match.site.library.base, queue: inQueue, task: named, node: match.name };
    }
  }

  /** Function bodies that a worker runs, whichever file says so. */
  get bodies(): ReadonlyMap<ts.Node, Handler> {
    if (this.#bodies) return this.#bodies;
    const bodies = new Map<ts.Node, Handler>();
    for (const handler of this.handlers) {
      if (!handler.body) continue;
      const known = bodies.get(handler.body);
      if (!known || (!known.registered && handler.registered)) bodies.set(handler.body, handler);
    }
    return (this.#bodies = bodies);
  }

  #definitionNamed(library: Library, name: string): Handler | undefined {
    this.#definitionsByName ??= groupBy(
      this.files
        .flatMap((file) => this.#handlerTemplates(file))
        .flatMap(({ plain }) => plain)
        .filter(({ task }) => task.state === 'stated'),
      ({ library: { base }, task }) => `${base} ${task.state === 'stated' ? String(task.values[0]) : ''}`,
    );
    const found = this.#definitionsByName.get(`${library.base} ${name}`) ?? [];
    return found.length === 1 ? found[0] : undefined;
  }

  /**
   * Is the function of this handler registered by another one, too, which then speaks for it? Where each
   * registration states a policy of its own, each speaks for itself.
   */
  isRegisteredAgain(handler: Handler): boolean {
    const { body, library, registered, through } = handler;
    // What a project function registers for its callers is judged where its own text stands.
    if (body && through?.body === body) return true;
    if (!body || (registered && library.layers.includes('definition'))) return false;
    return this.bodies.get(body) !== handler;
  }

  /** The handlers whose function stands in this file, whichever file registers it. */
  bodiesIn(file: ts.SourceFile): readonly Handler[] {
    this.#bodiesByFile ??= groupBy(this.bodies.values(), ({ body }) => body?.getSourceFile());
    return this.#bodiesByFile.get(file) ?? [];
  }

  #candidates(file: ts.SourceFile): Candidates {
    return candidatesIn(file, this.vocabulary, this.#gate, this.#derived);
  }

  /** What the library's own calls in a file hand over. */
  #dispatchTemplates(file: ts.SourceFile): readonly Template<Dispatch>[] {
    return once(this.#ownDispatches, file, () => {
      const found: Template<Dispatch>[] = [];
      for (const match of this.sitesIn(file, 'dispatch')) {
        const { node } = match;
        if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) continue;
        const plain = this.#dispatches.dispatchesOf(match, node);
        if (plain.length === 0) continue;
        const derive: Template<Dispatch>['derive'] = (bindings) =>
          this.#dispatches.dispatchesOf(this.#finder.rebind(match, bindings), node);
        found.push({ node, plain, derive, chain: [] });
      }
      return found;
    });
  }

  /** What the library's own sites in a file register. */
  #handlerTemplates(file: ts.SourceFile): readonly Template<Handler>[] {
    return once(this.#ownHandlers, file, () => {
      const finder = this.#finder;
      return this.sitesIn(file, 'handler').map((match) => ({
        node: match.node,
        plain: this.#handlers.handlersOf(match),
        derive: (bindings) => this.#handlers.handlersOf(finder.rebind(match, bindings)),
        chain: [],
      }));
    });
  }
}

function runsAsync({ runs }: Dispatch): boolean {
  return runs !== undefined && isAsync(runs);
}

/**
 * Is it the dispatch alone that makes a task of this function? Steps, functions that their engine has taken over,
 * and those that fetch their messages themselves run as what they are wherever they are called.
 */
export function isTaskByDispatchOnly({ step, library, registered, node, body }: Handler): boolean {
  return registered && !step && library.calledDirectly !== true && !(body?.body && isInside(node, body.body));
}

/** Is it reached through the object that has it? */
function isMember(body: ts.FunctionLikeDeclaration): boolean {
  const { parent } = body;
  return ts.isMethodDeclaration(body) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
}

function isInCatch(node: ts.Node): boolean {
  for (const at of ancestorsOf(node)) {
    if (ts.isCatchClause(at)) return true;
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) return false;
  }
  return false;
}

/** Where somebody wrote what a setting is, or erased what it was. */
function placeOf(setting: Setting<unknown>): ts.Node | undefined {
  if (setting.state === 'stated') return setting.at;
  return setting.state === 'defaulted' ? setting.erasedAt : undefined;
}

/** What the callers of the function around a dispatch know better than it does. */
function opensOfDispatch(code: Code, dispatch: Dispatch): readonly Open[] {
  const { policy, queue, task, library } = dispatch;
  const settings: Setting<unknown>[] = [queue, task, policy.attempts, policy.backoff];
  if (library.timeLimit?.at === 'dispatch') settings.push(policy.timeLimit);
  return [...settings.flatMap(openOfSetting), ...opensOfPayload(code, dispatch)];
}

function opensOfHandler({ queue, task, policy, library, openBody }: Handler): readonly Open[] {
  const settings: Setting<unknown>[] = [queue, task];
  if (library.layers.includes('definition')) settings.push(policy.attempts, policy.timeLimit);
  return [...settings.flatMap(openOfSetting), ...(openBody ? [openBody] : [])];
}

function openOfSetting(setting: Setting<unknown>): readonly Open[] {
  return setting.state === 'unknown' && setting.open ? [setting.open] : [];
}

function nameOfCallee({ expression }: ts.CallExpression): ts.Node {
  return ts.isPropertyAccessExpression(expression) ? expression.name : expression;
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

/** Names of project functions in whose text a library's decorator is called, other than as a decorator. */
function namesOfDecorators(code: Code, { decorators }: Vocabulary): ReadonlySet<string> {
  const names = new Set<string>();
  if (!code.typed || decorators.size === 0) return names;
  const pattern = new RegExp(`(?<![@\\w$.])(?:${[...decorators.keys()].join('|')})\\s*\\(`);
  for (const file of code.ownFiles) {
    if (!pattern.test(file.text)) continue;
    for (const { node, name } of namedCallsIn(file)) {
      if (!decorators.has(name.text) || ts.isDecorator(node.parent)) continue;
      for (let at = functionAround(node); at; at = functionAround(at)) {
        const own = nameOfFunction(at);
        if (own !== undefined) names.add(own);
      }
    }
  }
  return names;
}
