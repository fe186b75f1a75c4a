import type { Origin } from '../typescript/identity.js';
import { bull } from './bull.js';
import { bullmq } from './bullmq.js';
import type {
  DispatchSite,
  HandlerSite,
  InjectionSite,
  Layer,
  LibraryDefinition,
  Matcher,
  QueueSite,
  WaitSite,
} from './define.js';
import { nestjsBull, nestjsBullmq } from './nestjs.js';
import { problemsOf } from './validate.js';

/** Every library that the plugin knows by itself. */
export const builtIn: readonly LibraryDefinition[] = [bullmq, nestjsBullmq, bull, nestjsBull];

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
  | { readonly purpose: 'wait'; readonly library: Library; readonly site: WaitSite };

/** All libraries of one configuration, indexed by the names that syntax shows. */
export class Vocabulary {
  readonly libraries: readonly Library[];
  /** What is wrong with the user's own definitions; those are left out. */
  readonly problems: readonly string[];
  /** Method name, then the sites that know it. */
  readonly methods = new Map<string, Site[]>();
  readonly calls = new Map<string, Site[]>();
  readonly constructs = new Map<string, Site[]>();
  readonly decorators = new Map<string, Site[]>();
  readonly bases = new Map<string, Site[]>();
  readonly directives = new Map<string, Site[]>();
  readonly types = new Map<string, Site[]>();
  readonly parameterTypes = new Map<string, Site[]>();
  readonly injections = new Map<string, { readonly library: Library; readonly site: InjectionSite }[]>();
  readonly packages: ReadonlySet<string>;
  readonly #folder: string;

  /** @param settings `settings.tasks`, unchecked; @param folder what the libraries' `files` are relative to. */
  constructor(settings: unknown, folder: string) {
    this.#folder = folder.replace(/\\/g, '/').replace(/\/$/, '');
    const problems: string[] = [];
    const definitions = [...builtIn];
    const known = isRecord(settings) ? settings : {};
    if (settings !== undefined && !isRecord(settings)) problems.push('settings.tasks must be an object');
    for (const key of Object.keys(known)) {
      if (key !== 'libraries') problems.push(`settings.tasks.${key} is not known; known is libraries`);
    }
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
    for (const site of library.injections ?? []) push(this.injections, site.decorator, { library, site });
  }

  #add(matcher: Matcher, site: Site): void {
    if (matcher.method !== undefined) push(this.methods, matcher.method.split('.')[1] ?? '', site);
    if (matcher.call !== undefined) push(this.calls, matcher.call, site);
    if (matcher.construct !== undefined) push(this.constructs, matcher.construct, site);
    if (matcher.decorator !== undefined) push(this.decorators, matcher.decorator, site);
    if (matcher.extends !== undefined) push(this.bases, matcher.extends, site);
    if (matcher.directive !== undefined) push(this.directives, matcher.directive, site);
    if (matcher.typed !== undefined) push(this.types, matcher.typed, site);
    if (matcher.takes !== undefined) push(this.parameterTypes, matcher.takes, site);
  }

  /** Does this library export what has this origin? */
  owns(library: Library, origin: Origin): boolean {
    if (origin.package !== undefined && library.packages?.includes(origin.package)) return true;
    const { file } = origin;
    if (file === undefined || !library.files) return false;
    return library.files.some((each) => {
      const path = `${this.#folder}/${each.replace(/^\.\//, '').replace(/\/$/, '')}`;
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
        configs: undefined,
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
