import ts from 'typescript';
import type { Library, Site } from '../libraries/vocabulary.js';
import { evaluate } from '../typescript/evaluate.js';
import { isNullish, Lazy, present, unknownElsewhere, type Value } from '../typescript/value.js';
import type { Configs } from './config-files.js';
import type { Match } from './match.js';
import type { Dispatch, Handler, Setting } from './model.js';
import { Policy } from './policy.js';
import { absent, nothingOf, unknownQueue, type Queues, type QueueSettings, type Reading } from './queues.js';
import { textSetting } from './text-setting.js';

/** A bulk dispatch whose elements are nested deeper than this is read no further. */
const maximumNesting = 6;

/** The definitions of tasks that a program holds. */
export interface Definitions {
  /** The one that a call makes. */
  readonly at: (node: ts.Node) => Handler | undefined;
  /** The one of a name, where there is one only. */
  readonly named: (library: Library, name: string) => Handler | undefined;
}

/** Reads the dispatches that a call makes. */
export class Dispatches {
  constructor(
    private readonly reading: Reading,
    private readonly queues: Queues,
    private readonly configs: Configs,
    private readonly definitions: Definitions,
  ) {}

  /** All that a call hands over: itself, or each element of a bulk. */
  dispatchesOf(match: Match, node: ts.CallExpression | ts.NewExpression): readonly Dispatch[] {
    if (match.site.purpose !== 'dispatch') return [];
    const { each, chain, curried } = match.site.site;
    // A client that is kept hands nothing over yet.
    if (curried && !match.next) return [];
    // A builder that is never finished hands nothing over.
    if (chain && chain.ends.length > 0 && !match.chain?.end) return [];
    if (each === undefined) return [this.#dispatch(match, node, undefined)];
    const list = this.reading.finder.locate(match, each);
    if (!list) return [];
    const { value } = list;
    const items = value.kind === 'array' ? value.elements : [list];
    return items.flatMap(itemThatIsThere).flatMap((item) => this.#itemDispatches(match, node, item, 0));
  }

  #itemDispatches(
    match: Match,
    node: ts.CallExpression | ts.NewExpression,
    item: Lazy,
    depth: number,
  ): readonly Dispatch[] {
    const own = this.#dispatch(match, node, item);
    const key = match.site.purpose === 'dispatch' ? match.site.site.nested : undefined;
    const children =
      key === undefined || depth >= maximumNesting ? undefined : this.reading.finder.keyOf(item, key);
    if (children?.value.kind !== 'array') return [own];
    return [
      own,
      ...children.value.elements
        .flatMap(itemThatIsThere)
        .flatMap((child) => this.#itemDispatches(match, node, child, depth + 1)),
    ];
  }

  #dispatch(match: Match, node: ts.CallExpression | ts.NewExpression, item: Lazy | undefined): Dispatch {
    const { library, site } = match.site as Extract<Site, { purpose: 'dispatch' }>;
    const queue = this.#queueOfDispatch(match, node, item);
    const queueName = queue.name.state === 'stated' ? queue.name.values[0] : undefined;
    const options = this.reading.finder.locate(match, site.options, item, queueName);
    const defaults = this.reading.finder.locate(match, site.defaults, item, queueName);
    const definition = this.#definitionOf(match, item);
    const layers = library.layers.flatMap((layer): readonly Value[] => {
      switch (layer) {
        case 'config':
          // What the configuration says holds for the definition, wherever that is.
          return definition ? [] : [this.configs.of(library, node)];
        case 'queue':
          // A definition that is found brings what its queue says with it.
          if (definition) return [];
          return [site.ignoresQueue ? (defaults?.value ?? absent(node)) : queue.defaults];
        case 'definition':
          return definition
            ? definition.layers
            : [unknownElsewhere(node, 'its definition is not in this program')];
        case 'dispatch':
          return [options?.value ?? absent(node)];
      }
    });
    return {
      kind: 'dispatch',
      site,
      through: undefined,
      runs: undefined,
      library,
      node,
      name: match.name,
      item,
      queue: queue.name.state === 'unknown' && definition ? definition.queue : queue.name,
      task: this.#taskOf(match, item, definition),
      payload: this.reading.finder.locate(match, site.payload, item, queueName),
      options,
      transaction: this.reading.finder.locate(match, site.transaction, item, queueName),
      optionsIndex: optionsIndex(site.options),
      ignoresQueue: site.ignoresQueue === true,
      policy: new Policy(this.reading.code, library, layers, node, queue.replaced, match.version),
    };
  }

  #definitionOf(match: Match, item: Lazy | undefined): Handler | undefined {
    const { library, site } = match.site as Extract<Site, { purpose: 'dispatch' }>;
    const place = this.reading.finder.locate(match, site.definition, item);
    if (!place) return undefined;
    const value = present(place.value);
    if (value.kind === 'made' || value.kind === 'class') return this.definitions.at(value.node);
    return value.kind === 'constant' && typeof value.value === 'string'
      ? this.definitions.named(library, value.value)
      : undefined;
  }

  #taskOf(match: Match, item: Lazy | undefined, definition: Handler | undefined): Setting<string> {
    const { site } = match.site as Extract<Site, { purpose: 'dispatch' }>;
    const place = this.reading.finder.locate(match, site.task, item);
    const written = textSetting(place, match.node, site.taskDefault);
    return written.state === 'unknown' && definition ? definition.task : written;
  }

  #queueOfDispatch(match: Match, node: ts.Node, item: Lazy | undefined): QueueSettings {
    const { site } = match.site as Extract<Site, { purpose: 'dispatch' }>;
    if (site.queue !== undefined) {
      const name = this.reading.finder.locate(match, site.queue, item);
      if (site.ignoresQueue) return { ...nothingOf(node), name: textSetting(name, node) };
      const { library } = match.site;
      if (name) return this.queues.registered(library, name.value, node, match.bindings);
      const unnamed = library.unregistered ? this.queues.unnamed(library, node) : nothingOf(node);
      return site.queueDefault === undefined
        ? unnamed
        : { ...unnamed, name: { state: 'stated', values: [site.queueDefault], at: node } };
    }
    if (!hasQueues(match.site.library)) return nothingOf(node);
    const callee = ts.isCallExpression(node) ? node.expression : undefined;
    return callee && ts.isPropertyAccessExpression(callee)
      ? this.queues.settingsOf(evaluate(this.reading.code, callee.expression, match.bindings))
      : unknownQueue(unknownElsewhere(node, 'no receiver'));
  }
}

/** `enabled ? item : undefined`, of which the list is filtered: what is not there is no task. */
function itemThatIsThere(item: Lazy): readonly Lazy[] {
  const { node, value, bindings } = item;
  if (isNullish(value)) return [];
  const there = present(value);
  return [there === value ? item : new Lazy(node, () => there, bindings)];
}

/** Does a library know queues as objects or by name at all, with settings of their own or without? */
export function hasQueues({ layers, queues = [] }: Library): boolean {
  return layers.includes('queue') || queues.some(({ root }) => !root);
}

/** Which argument the options are, when they are a whole argument of the call. */
function optionsIndex(places: string | readonly string[] | undefined): number | undefined {
  const place = typeof places === 'string' ? places : places?.[0];
  const index = /^arg(\d+)$/.exec(place ?? '')?.[1];
  return index === undefined ? undefined : Number(index);
}
