import ts from 'typescript';
import type { Site } from '../libraries/vocabulary.js';
import { evaluate } from '../typescript/evaluate.js';
import { type Lazy, unknownElsewhere, type Value } from '../typescript/value.js';
import type { Configs } from './config-files.js';
import type { Match } from './match.js';
import type { Dispatch } from './model.js';
import { Policy } from './policy.js';
import { absent, nothingOf, unknownQueue, type Queues, type QueueSettings, type Reading } from './queues.js';
import { textSetting } from './text-setting.js';

/** A bulk dispatch whose elements are nested deeper than this is read no further. */
const maximumNesting = 6;

/** Reads the dispatches that a call makes. */
export class Dispatches {
  constructor(
    private readonly reading: Reading,
    private readonly queues: Queues,
    private readonly configs: Configs,
  ) {}

  /** All that a call hands over: itself, or each element of a bulk. */
  dispatchesOf(match: Match, node: ts.CallExpression | ts.NewExpression): readonly Dispatch[] {
    if (match.site.purpose !== 'dispatch') return [];
    const { each, chain } = match.site.site;
    // A builder that is never finished hands nothing over.
    if (chain && !match.chain?.end) return [];
    if (each === undefined) return [this.#dispatch(match, node, undefined)];
    const list = this.reading.finder.locate(match, each);
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
    const children =
      key === undefined || depth >= maximumNesting ? undefined : this.reading.finder.keyOf(item, key);
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
    const options = this.reading.finder.locate(match, site.options, item, queueName);
    const defaults = this.reading.finder.locate(match, site.defaults, item, queueName);
    const layers = library.layers.flatMap((layer): readonly Value[] => {
      switch (layer) {
        case 'config':
          return [this.configs.of(library)];
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
      through: undefined,
      runs: undefined,
      library,
      node,
      name: match.name,
      item,
      queue: queue.name,
      task: textSetting(this.reading.finder.locate(match, site.task, item), node),
      payload: this.reading.finder.locate(match, site.payload, item, queueName),
      options,
      optionsIndex: optionsIndex(site.options),
      ignoresQueue: site.ignoresQueue === true,
      policy: new Policy(this.reading.code, library, layers, node, queue.replaced, match.version),
    };
  }

  #queueOfDispatch(match: Match, node: ts.Node, item: Lazy | undefined): QueueSettings {
    const { site } = match.site as Extract<Site, { purpose: 'dispatch' }>;
    if (site.queue !== undefined) {
      const name = this.reading.finder.locate(match, site.queue, item);
      if (site.ignoresQueue) return { ...nothingOf(node), name: textSetting(name, node) };
      return name ? this.queues.registered(match.site.library, name.value, node) : nothingOf(node);
    }
    if (!match.site.library.layers.includes('queue')) return nothingOf(node);
    const callee = ts.isCallExpression(node) ? node.expression : undefined;
    return callee && ts.isPropertyAccessExpression(callee)
      ? this.queues.settingsOf(evaluate(this.reading.code, callee.expression, match.bindings))
      : unknownQueue(unknownElsewhere(node, 'no receiver'));
  }
}

/** Which argument the options are, when they are a whole argument of the call. */
function optionsIndex(places: string | readonly string[] | undefined): number | undefined {
  const place = typeof places === 'string' ? places : places?.[0];
  const index = /^arg(\d+)$/.exec(place ?? '')?.[1];
  return index === undefined ? undefined : Number(index);
}
