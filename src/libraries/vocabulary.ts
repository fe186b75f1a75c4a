import type { Code } from '../typescript/code.js';
import type { Origin } from '../typescript/identity.js';
import { isWithin } from '../typescript/version.js';
import { agenda, hokifyAgenda } from './agenda.js';
import { beeQueue } from './bee-queue.js';
import { boringnodeQueue } from './boringnode-queue.js';
import { bull } from './bull.js';
import { bullmq } from './bullmq.js';
import type {
  BrokerSite,
  DispatchSite,
  EmitterSite,
  HandlerSite,
  InjectionSite,
  InlineSite,
  Layer,
  LibraryDefinition,
  Matcher,
  PullSite,
  QueueSite,
  ScheduleSite,
  SettingsSite,
  SettlementSite,
  WaitSite,
} from './define.js';
import { celeryNode } from './celery-node.js';
import { cloudflareQueues, cloudflareStep, cloudflareWorkflows } from './cloudflare.js';
import { nestjsSchedule } from './cron.js';
import { dbos, dbosSteps } from './dbos.js';
import { faktoryWorker } from './faktory-worker.js';
import { cloudTasks, firebase, firebaseFirst, pubsub } from './google.js';
import { graphileWorker } from './graphile-worker.js';
import { groupmq } from './groupmq.js';
import { hatchet } from './hatchet.js';
import { inngest } from './inngest.js';
import { kafkajs } from './kafka.js';
import { kue } from './kue.js';
import { nestjsBull, nestjsBullmq } from './nestjs.js';
import { nodeResque } from './node-resque.js';
import { pgBoss } from './pg-boss.js';
import { amqpConnectionManager, amqplib, golevelup, nestjsMicroservices, rascal } from './rabbitmq.js';
import { restate, restateRun } from './restate.js';
import { sidequest } from './sidequest.js';
import { lambda, nestjsSqs, sqs, sqsConsumer } from './sqs.js';
import { temporal } from './temporal.js';
import { triggerDev } from './trigger-dev.js';
import { vercelQueue, vercelStep, vercelWorkflow } from './vercel.js';
import { problemsOf } from './validate.js';

/** Every library that the plugin knows by itself. */
export const builtIn: readonly LibraryDefinition[] = [
  bullmq,
  nestjsBullmq,
  bull,
  nestjsBull,
  beeQueue,
  kue,
  nodeResque,
  groupmq,
  sidequest,
  faktoryWorker,
  celeryNode,
  boringnodeQueue,
  agenda,
  hokifyAgenda,
  pgBoss,
  graphileWorker,
  triggerDev,
  inngest,
  temporal,
  hatchet,
  dbos,
  dbosSteps,
  restate,
  restateRun,
  vercelWorkflow,
  vercelStep,
  vercelQueue,
  cloudflareQueues,
  cloudflareWorkflows,
  cloudflareStep,
  amqplib,
  amqpConnectionManager,
  golevelup,
  rascal,
  nestjsMicroservices,
  sqs,
  lambda,
  sqsConsumer,
  nestjsSqs,
  kafkajs,
  pubsub,
  cloudTasks,
  firebase,
  firebaseFirst,
  nestjsSchedule,
];

/** What may stand under `settings.tasks`; `TasksSettings` of src/index.ts says what each is. */
const settingNames: readonly string[] = ['libraries', 'missingTypes'];

/** A library with what it inherits filled in. */
export interface Library extends LibraryDefinition {
  readonly layers: readonly Layer[];
  /** The library that this one builds on, or itself: queues of one are queues of the other. */
  readonly base: string;
}

/** A site with its library and its purpose. */
export type Site =
  | { readonly purpose: 'dispatch'; readonly library: Library; readonly site: DispatchSite }
  | { readonly purpose: 'handler'; readonly library: Library; readonly site: HandlerSite }
  | { readonly purpose: 'queue'; readonly library: Library; readonly site: QueueSite }
  | { readonly purpose: 'wait'; readonly library: Library; readonly site: WaitSite }
  | { readonly purpose: 'settlement'; readonly library: Library; readonly site: SettlementSite }
  | { readonly purpose: 'pull'; readonly library: Library; readonly site: PullSite }
  | { readonly purpose: 'emitter'; readonly library: Library; readonly site: EmitterSite }
  | { readonly purpose: 'settings'; readonly library: Library; readonly site: SettingsSite }
  | { readonly purpose: 'schedule'; readonly library: Library; readonly site: ScheduleSite }
  | { readonly purpose: 'broker'; readonly library: Library; readonly site: BrokerSite }
  | { readonly purpose: 'inline'; readonly library: Library; readonly site: InlineSite };

/** All libraries of one configuration, indexed by the names that syntax shows. */
export class Vocabulary {
  readonly libraries: readonly Library[];
  /** What is wrong with the user's own definitions; those are left out. */
  readonly problems: readonly string[];
  /** Is a file about tasks to be reported when it is linted without type information? */
  readonly reportsMissingTypes: boolean;
  /** Method name, then the sites that know it. */
  readonly methods = new Map<string, Site[]>();
  readonly properties = new Map<string, Site[]>();
  readonly calls = new Map<string, Site[]>();
  readonly constructs = new Map<string, Site[]>();
  readonly decorators = new Map<string, Site[]>();
  readonly bases = new Map<string, Site[]>();
  readonly directives = new Map<string, Site[]>();
  readonly types = new Map<string, Site[]>();
  readonly parameterTypes = new Map<string, Site[]>();
  readonly injections = new Map<string, { readonly library: Library; readonly site: InjectionSite }[]>();
  readonly packages: ReadonlySet<string>;
  /** What the libraries' `files` are relative to. */
  readonly folder: string;
  readonly #settings: unknown;
  readonly #parts = new Map<string, Vocabulary>();
  readonly #older = new Map<Library, Map<string, Library>>();
  #mention: RegExp | undefined;

  /**
   * @param settings `settings.tasks`, unchecked.
   * @param folder what the libraries' `files` are relative to.
   * @param kept the names of the libraries to keep, with those that they extend; all without it.
   */
  constructor(settings: unknown, folder: string, kept?: ReadonlySet<string>) {
    this.#settings = settings;
    this.folder = folder.replace(/\\/g, '/').replace(/\/$/, '');
    const problems: string[] = [];
    const definitions = [...builtIn];
    const known = isRecord(settings) ? settings : {};
    if (settings !== undefined && !isRecord(settings)) problems.push('settings.tasks must be an object');
    for (const key of Object.keys(known)) {
      if (!settingNames.includes(key)) {
        problems.push(`settings.tasks.${key} is not known; known are ${settingNames.join(', ')}`);
      }
    }
    const missingTypes = known['missingTypes'];
    if (missingTypes !== undefined && missingTypes !== 'ignore' && missingTypes !== 'report') {
      problems.push("settings.tasks.missingTypes must be 'ignore' or 'report'");
    }
    this.reportsMissingTypes = missingTypes === 'report';
    const own = known['libraries'];
    if (own !== undefined && !Array.isArray(own)) {
      problems.push('settings.tasks.libraries must be a list of libraries');
    }
    for (const [index, each] of (Array.isArray(own) ? own : []).entries()) {
      const path = `settings.tasks.libraries[${String(index)}]`;
      const found = problemsOf(each, path);
      problems.push(...found);
      if (found.length === 0) definitions.push(each as LibraryDefinition);
    }
    const libraries: Library[] = [];
    for (const definition of definitions) {
      const base =
        definition.extends === undefined
          ? undefined
          : libraries.find((each) => each.name === definition.extends);
      if (definition.extends !== undefined && !base) {
        problems.push(`the library '${definition.name}' extends '${definition.extends}', which is not known`);
        continue;
      }
      libraries.push(complete(definition, base));
    }
    if (kept) {
      const bases = new Set(
        libraries.filter(({ name }) => kept.has(name)).map((each) => each.extends ?? each.name),
      );
      const needed = libraries.filter(({ name }) => kept.has(name) || bases.has(name));
      libraries.splice(0, libraries.length, ...needed);
    }
    this.libraries = libraries;
    this.problems = problems;
    this.packages = new Set(libraries.flatMap((library) => library.packages ?? []));
    for (const library of libraries) this.#index(library);
  }

  #index(library: Library): void {
    for (const site of library.dispatches ?? []) this.#add(site, { purpose: 'dispatch', library, site });
    for (const site of library.handlers ?? []) this.#add(site, { purpose: 'handler', library, site });
    for (const site of library.queues ?? []) this.#add(site, { purpose: 'queue', library, site });
    for (const site of library.waits ?? []) this.#add(site, { purpose: 'wait', library, site });
    for (const site of library.settlements ?? []) this.#add(site, { purpose: 'settlement', library, site });
    for (const site of library.pulls ?? []) this.#add(site, { purpose: 'pull', library, site });
    for (const site of library.emitters ?? []) this.#add(site, { purpose: 'emitter', library, site });
    for (const site of library.settings ?? []) this.#add(site, { purpose: 'settings', library, site });
    for (const site of library.schedules ?? []) this.#add(site, { purpose: 'schedule', library, site });
    for (const site of library.brokers ?? []) this.#add(site, { purpose: 'broker', library, site });
    for (const site of library.inline ?? []) this.#add(site, { purpose: 'inline', library, site });
    for (const site of library.injections ?? []) push(this.injections, site.decorator, { library, site });
  }

  #add(matcher: Matcher, site: Site): void {
    if (matcher.method !== undefined) push(this.methods, matcher.method.split('.')[1] ?? '', site);
    if (matcher.property !== undefined) push(this.properties, matcher.property.split('.')[1] ?? '', site);
    if (matcher.call !== undefined) push(this.calls, matcher.call, site);
    if (matcher.construct !== undefined) push(this.constructs, matcher.construct, site);
    if (matcher.decorator !== undefined) push(this.decorators, matcher.decorator, site);
    if (matcher.extends !== undefined) push(this.bases, matcher.extends, site);
    if (matcher.directive !== undefined) push(this.directives, matcher.directive, site);
    if (matcher.typed !== undefined) push(this.types, matcher.typed, site);
    if (matcher.takes !== undefined) push(this.parameterTypes, matcher.takes, site);
  }

  /**
   * The part of the vocabulary that a program can use at all: the libraries whose packages are in it, or are
   * imported by it. Names such as `send` and `run` are then looked for only where somebody uses their library.
   */
  usedIn(code: Code): Vocabulary {
    const found = new Set<string>();
    const seen = new Set<string>();
    for (const file of code.program.getSourceFiles()) {
      const { fileName } = file;
      const installed = installedFolder(fileName);
      if (installed !== undefined && seen.has(installed)) continue;
      if (installed !== undefined) seen.add(installed);
      // The folder of an npm alias has another name than the package in it.
      const owner = code.packageOf(installed === undefined ? fileName : `${installed}/package.json`)?.name;
      if (owner !== undefined && this.packages.has(owner)) found.add(owner);
      if (installed !== undefined) continue;
      found.add(fileName.slice(fileName.lastIndexOf('/') + 1));
      if (!file.isDeclarationFile) for (const mention of this.#mentionsIn(file.text)) found.add(mention);
    }
    return this.#part(found);
  }

  /** The packages that a text imports, and the directives in it: the word `workflow` alone says nothing. */
  #mentionsIn(text: string): readonly string[] {
    const names = (words: Iterable<string>): string => [...words].map(escape).join('|');
    this.#mention ??= new RegExp(
      [
        `\\b(?:from|import|require)\\s*\\(?\\s*['"](?<package>${names(this.packages)})(?:/[^'"]*)?['"]`,
        `^\\s*['"](?<directive>${names(this.directives.keys())})['"]\\s*;?\\s*$`,
      ].join('|'),
      'gm',
    );
    return [...text.matchAll(this.#mention)].flatMap(
      ({ groups }) => groups?.['package'] ?? groups?.['directive'] ?? [],
    );
  }

  /** May a text that is read without its program use a library at all? */
  isMentionedIn(text: string): boolean {
    return this.libraries.some(({ files }) => files !== undefined) || this.#mentionsIn(text).length > 0;
  }

  #part(found: ReadonlySet<string>): Vocabulary {
    const kept = this.libraries.filter(
      ({ files, packages = [], ambient = [], handlers = [] }) =>
        files !== undefined ||
        [...packages, ...ambient].some((each) => found.has(each)) ||
        handlers.some(({ directive }) => directive !== undefined && found.has(directive)),
    );
    const names = new Set(kept.map(({ name }) => name));
    const key = [...names].join('\n');
    let part = this.#parts.get(key);
    if (!part) this.#parts.set(key, (part = new Vocabulary(this.#settings, this.folder, names)));
    return part;
  }

  /** A library as it was at a version; an unknown version is taken for the newest. */
  at(library: Library, version: string | undefined): Library {
    const older = library.versions?.find(({ before }) => isWithin(version, undefined, before));
    if (!older) return library;
    let known = this.#older.get(library);
    if (!known) this.#older.set(library, (known = new Map<string, Library>()));
    let found = known.get(older.before);
    if (!found) {
      const { before, ...changes } = older;
      const kept = Object.entries(changes).map(([key, value]) => [key, value ?? undefined]);
      found = { ...library, ...(Object.fromEntries(kept) as Partial<Library>) };
      known.set(before, found);
    }
    return found;
  }

  /** Does this library export what has this origin? */
  owns(library: Library, origin: Origin): boolean {
    if (origin.package !== undefined && library.packages?.includes(origin.package)) return true;
    const { file } = origin;
    if (file !== undefined && library.ambient?.some((each) => file.endsWith(`/${each}`))) return true;
    if (file === undefined || !library.files) return false;
    return library.files.some((each) => {
      const path = `${this.folder}/${each.replace(/^\.\//, '').replace(/\/$/, '')}`;
      const bare = path.replace(/\.[cm]?[jt]sx?$/, '');
      return file === path || file.replace(/\.[cm]?[jt]sx?$/, '') === bare || file.startsWith(`${path}/`);
    });
  }

  /** The name under which the sites know an origin: a default export goes by the name the library gives it. */
  nameOf(library: Library, origin: Origin): string {
    return (origin.name === 'default' || origin.name === '*') && library.defaultExport !== undefined
      ? library.defaultExport
      : origin.name;
  }
}

function complete(definition: LibraryDefinition, base: Library | undefined): Library {
  const inherited: Partial<LibraryDefinition> = base
    ? ({
        ...base,
        queues: undefined,
        injections: undefined,
        dispatches: undefined,
        handlers: undefined,
        waits: undefined,
        settlements: undefined,
        pulls: undefined,
        emitters: undefined,
        listeners: undefined,
        settings: undefined,
        schedules: undefined,
        brokers: undefined,
        inline: undefined,
        configs: undefined,
        ambient: undefined,
        evidence: undefined,
        documented: undefined,
        defaultExport: undefined,
      } as unknown as Partial<LibraryDefinition>)
    : {};
  const whole = { ...inherited, ...definition };
  return { ...whole, base: base?.base ?? definition.name, layers: whole.layers ?? usualLayers(definition) };
}

/** Where the options of a library stand, as far as its own sites show. */
function usualLayers({
  handlers = [],
  queues = [],
  injections = [],
  configs = [],
}: LibraryDefinition): readonly Layer[] {
  return [
    ...(configs.length > 0 ? (['config'] as const) : []),
    ...(queues.length + injections.length > 0 ? (['queue'] as const) : []),
    ...(handlers.some((site) => site.options !== undefined) ? (['definition'] as const) : []),
    'dispatch',
  ];
}

/** The folder of the package that a path in `node_modules` is of. */
function installedFolder(fileName: string): string | undefined {
  const start = fileName.lastIndexOf('/node_modules/');
  return start < 0
    ? undefined
    : /^\/node_modules\/(?:@[^/]+\/)?[^/]+/
        .exec(fileName.slice(start))?.[0]
        .replace(/^/, fileName.slice(0, start));
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
