import ts from 'typescript';
import type { Library, Site, Vocabulary } from '../libraries/vocabulary.js';
import { classesFrom, constructorOf, superCall } from '../typescript/classes.js';
import type { Code } from '../typescript/code.js';
import { evaluate } from '../typescript/evaluate.js';
import { originOf } from '../typescript/identity.js';
import { bindingsIn, instanceOf } from '../typescript/instances.js';
import { property } from '../typescript/properties.js';
import {
  alternatives,
  type Bindings,
  choice,
  Lazy,
  merged,
  noBindings,
  openOf,
  present,
  unknownElsewhere,
  type MadeValue,
  type SelfValue,
  type Value,
} from '../typescript/value.js';
import type { Candidates } from './candidates.js';
import { groupBy, once } from './grouping.js';
import type { Match, SiteFinder } from './match.js';
import type { Queue, Setting } from './model.js';
import { combine, Policy } from './policy.js';
import { textSetting } from './text-setting.js';

/** What is known of the queue that a dispatch or handler uses. */
export interface QueueSettings {
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

/** What the readers of one program share. */
export interface Reading {
  readonly code: Code;
  readonly vocabulary: Vocabulary;
  readonly finder: SiteFinder;
  /** The files in which something about tasks may stand. */
  readonly files: readonly ts.SourceFile[];
  readonly candidatesIn: (file: ts.SourceFile) => Candidates;
}

/** The queues of one program: those that are made, and what is registered for a name. */
export class Queues {
  readonly #registrations = new WeakMap<ts.SourceFile, readonly Registration[]>();
  #named: ReadonlyMap<string, readonly Registration[]> | undefined;
  #roots: readonly Registration[] | undefined;

  constructor(private readonly reading: Reading) {}

  /** The settings of the queue that an expression is worth. */
  settingsOf(value: Value): QueueSettings {
    // Nothing can be done to what is not there.
    const there = present(value);
    const open = openOf(there);
    const each = alternatives(there).map((one) => this.#settingsOfOne(one));
    const [only] = each;
    if (only && each.length === 1) return only;
    return {
      name: combine(
        each.map((one) => one.name),
        open,
      ),
      defaults: choice(
        each.map((one) => one.defaults),
        value.node,
        open,
      ),
      replaced: undefined,
    };
  }

  #settingsOfOne(value: Value): QueueSettings {
    if (value.kind === 'made') {
      const match = this.reading.finder.queueMadeBy(value.node, value.bindings);
      if (match) return this.#settingsOfMade(match);
      const itself = this.#queueReturnedBy(value);
      return itself
        ? this.#settingsOfMade(itself)
        : unknownQueue(unknownElsewhere(value.node, 'made by a call that is not followed'));
    }
    if (value.kind === 'declared') return this.#settingsOfInjected(value.node);
    const match = value.kind === 'self' ? this.#queueExtendedBy(value) : undefined;
    return match ? this.#settingsOfMade(match) : unknownQueue(value);
  }

  /** `await queue.isReady()`: the queue again, where its library says so. */
  #queueReturnedBy({ node, bindings }: MadeValue): Match | undefined {
    const callee = ts.isCallExpression(node) ? node.expression : undefined;
    if (!callee || !ts.isPropertyAccessExpression(callee)) return undefined;
    const queue = present(evaluate(this.reading.code, callee.expression, bindings));
    const match =
      queue.kind === 'made' ? this.reading.finder.queueMadeBy(queue.node, queue.bindings) : undefined;
    return match?.site.purpose === 'queue' && match.site.site.returnsItself?.includes(callee.name.text)
      ? match
      : undefined;
  }

  /** The queue that an object of a project class is, by the `super(…)` of its class. */
  #queueExtendedBy(value: SelfValue): Match | undefined {
    const instance = instanceOf(this.reading.code, value);
    for (const at of classesFrom(this.reading.code, value.node)) {
      const body = constructorOf(at)?.body;
      const call = body && superCall(body);
      if (call && instance) return this.reading.finder.queueMadeBy(call, bindingsIn(instance, at));
    }
    return undefined;
  }

  #settingsOfMade(match: Match): QueueSettings {
    const [registration] = this.#registrationsOf(match);
    return registration ? this.#settingsOfRegistration(registration) : nothingOf(match.node);
  }

  #settingsOfInjected(node: ts.ParameterDeclaration | ts.PropertyDeclaration): QueueSettings {
    for (const decorator of ts.getDecorators(node) ?? []) {
      const expression = decorator.expression;
      const callee = ts.isCallExpression(expression) ? expression.expression : expression;
      const origin = originOf(this.reading.code, callee);
      if (!origin) continue;
      for (const { library, site } of this.reading.vocabulary.injections.get(origin.name) ?? []) {
        if (!this.reading.vocabulary.owns(library, origin)) continue;
        const argument = ts.isCallExpression(expression) ? expression.arguments[0] : undefined;
        const name: Value = argument
          ? evaluate(this.reading.code, argument)
          : { kind: 'constant', value: site.default, node: decorator };
        return this.registered(library, name, decorator);
      }
    }
    return unknownQueue(unknownElsewhere(node, 'injected by something that is no queue'));
  }

  /** The settings registered for a name: all registrations of it must agree. */
  registered(library: Library, name: Value, node: ts.Node, bindings: Bindings = noBindings): QueueSettings {
    if (name.kind !== 'constant' || typeof name.value !== 'string') {
      return unknownQueue(
        name.kind === 'unknown' ? name : unknownElsewhere(node, 'a queue whose name is not constant'),
      );
    }
    const wanted = name.value;
    const same = this.#registrationsNamed(wanted).filter((each) => each.match.site.library === library);
    const stated: Setting<string> = { state: 'stated', values: [wanted], at: name.node };
    if (same.length === 0 && library.unregistered) {
      const root = this.#rootOf(library, undefined, node, bindings);
      return { name: stated, defaults: root ?? absent(node), replaced: undefined };
    }
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

  /** A queue of which nobody says which it is: the root's defaults hold. */
  unnamed(library: Library, node: ts.Node): QueueSettings {
    const root = this.#rootOf(library, undefined, node, noBindings);
    return { ...nothingOf(node), defaults: root ?? absent(node) };
  }

  /** Registrations under a name (not constructions: two `new Queue('x')` know nothing of each other). */
  #registrationsNamed(name: string): readonly Registration[] {
    this.#named ??= groupBy(
      this.reading.files
        .flatMap((file) => this.registrationsIn(file))
        .filter(({ match: { site } }) => !site.site.root && !site.site.construct && !site.site.call)
        // One call in a loop registers one queue after the other.
        .flatMap((each) =>
          each.name ? alternatives(each.name).map((value) => ({ ...each, name: value })) : [each],
        ),
      (each) => (each.name?.kind === 'constant' ? String(each.name.value) : ''),
    );
    return this.#named.get(name) ?? [];
  }

  #settingsOfRegistration(registration: Registration): QueueSettings {
    const { library, site } = registration.match.site;
    const { node } = registration.match;
    const name = registration.name
      ? textSetting(Lazy.known(registration.name), node)
      : ({ state: 'unknown', why: 'no name', at: node } as const);
    const key = library.queueDefaults;
    if (key === undefined) {
      const root = site.root ? undefined : this.#rootFor(registration);
      const defaults = root ? merged([root, registration.options], node) : registration.options;
      return { name, defaults, replaced: undefined };
    }
    const own = property(this.reading.code, registration.options, key);
    const hasRoots = library.queues?.some((each) => each.root) === true;
    if (!hasRoots || site.root) return { name, defaults: own, replaced: undefined };

    const root = this.#rootFor(registration);
    if (!root) {
      const whole = site.standsAlone?.some(
        (each) => property(this.reading.code, registration.options, each).kind !== 'absent',
      );
      return whole || own.kind !== 'absent'
        ? { name, defaults: own, replaced: undefined }
        : {
            name,
            defaults: unknownElsewhere(node, 'the root configuration is not in this program'),
            replaced: undefined,
          };
    }
    const underlying = property(this.reading.code, root, key);
    if (own.kind === 'absent') return { name, defaults: underlying, replaced: undefined };
    const both = property(this.reading.code, merged([root, registration.options], node), key);
    return { name, defaults: both, replaced: underlying.kind === 'absent' ? undefined : underlying };
  }

  /** The root configuration that a registration is merged into; a choice where there are several. */
  #rootFor(registration: Registration): Value | undefined {
    const { match, item } = registration;
    return this.#rootOf(match.site.library, this.#rootKey(match, item), match.node, match.bindings);
  }

  #rootOf(
    library: Library,
    wanted: string | undefined,
    node: ts.Node,
    bindings: Bindings,
  ): Value | undefined {
    this.#roots ??= this.reading.files
      .flatMap((file) => this.registrationsIn(file))
      .filter((each) => each.match.site.site.root);
    let roots = this.#roots
      .filter((each) => each.match.site.library === library)
      .filter((each) => this.#rootKey(each.match, each.item) === wanted);
    // Where the root is an object, its own methods are called on it.
    const callee = roots.length > 1 && ts.isCallExpression(node) ? node.expression : undefined;
    if (callee && ts.isPropertyAccessExpression(callee)) {
      const receiver = present(evaluate(this.reading.code, callee.expression, bindings));
      const own = roots.filter((each) => receiver.kind === 'made' && each.match.node === receiver.node);
      if (own.length > 0) roots = own;
    }
    return roots.length === 0
      ? undefined
      : choice(
          roots.map((each) => each.options),
          node,
        );
  }

  #rootKey(match: Registration['match'], item: Lazy | undefined): string | undefined {
    const key = this.reading.finder.locate(match, match.site.site.rootKey, item)?.value;
    return key?.kind === 'constant' && typeof key.value === 'string' ? key.value : undefined;
  }

  registrationsIn(file: ts.SourceFile): readonly Registration[] {
    return once(this.#registrations, file, () => {
      const { calls, news } = this.reading.candidatesIn(file);
      const matches = [
        ...news.flatMap((node) => [...this.reading.finder.construct(node, 'queue')]),
        ...calls.flatMap((node) => [...this.reading.finder.call(node, 'queue')]),
      ];
      return matches.flatMap((match) => this.#registrationsOf(match));
    });
  }

  #registrationsOf(match: Match): readonly Registration[] {
    if (match.site.purpose !== 'queue') return [];
    const { each, name, nameDefault, options } = match.site.site;
    const list = each === undefined ? undefined : this.reading.finder.locate(match, each)?.value;
    const items: readonly { readonly item: Lazy | undefined; readonly key?: string | undefined }[] =
      list?.kind === 'object'
        ? list.parts.flatMap((part) => ('key' in part ? [{ item: part.value, key: part.key }] : []))
        : list?.kind === 'array'
          ? list.elements.map((item) => ({ item }))
          : [{ item: undefined }];
    return items.map(({ item, key }): Registration => {
      const named = this.reading.finder.locate({ ...match, key }, name, item)?.value;
      return {
        match: match as Registration['match'],
        item,
        name:
          named ??
          (nameDefault === undefined
            ? undefined
            : { kind: 'constant', value: nameDefault, node: match.name }),
        options: this.reading.finder.locate(match, options, item)?.value ?? absent(match.node),
      };
    });
  }

  queueModel(registration: Registration): Queue {
    const { match } = registration;
    const { library, site } = match.site;
    const { name, defaults, replaced } = this.#settingsOfRegistration(registration);
    return {
      kind: 'queue',
      site,
      library,
      node: match.node,
      name,
      root: site.root === true,
      policy: new Policy(this.reading.code, library, [defaults], match.node, replaced, match.version),
    };
  }
}

export function absent(node: ts.Node): Value {
  return { kind: 'absent', node };
}

export function nothingOf(node: ts.Node): QueueSettings {
  return {
    name: { state: 'unknown', why: 'no queue', at: node },
    defaults: absent(node),
    replaced: undefined,
  };
}

export function unknownQueue(value: Value): QueueSettings {
  const why = value.kind === 'unknown' ? value.why : 'no queue that is known';
  return {
    name: { state: 'unknown', why, at: value.node, open: openOf(value) },
    defaults: unknownElsewhere(value.node, why, openOf(value)),
    replaced: undefined,
  };
}
