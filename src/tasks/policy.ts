import ts from 'typescript';
import type {
  Acknowledged,
  AttemptsSpec,
  BackoffSpec,
  TimeLimitSpec,
  TimeUnit,
} from '../libraries/define.js';
import type { Library } from '../libraries/vocabulary.js';
import type { Code } from '../typescript/code.js';
import { argumentsOf } from '../typescript/functions.js';
import { originOf } from '../typescript/identity.js';
import { property } from '../typescript/properties.js';
import { isInside } from '../typescript/syntax.js';
import { isWithin } from '../typescript/version.js';
import {
  alternatives,
  choice,
  Lazy,
  merged,
  type ObjectValue,
  openOf,
  type Open,
  type Value,
  isNullish,
} from '../typescript/value.js';
import { durationOf, millisecondsOf } from './duration.js';
import type { Backoff, Setting } from './model.js';

const milliseconds: Readonly<Record<TimeUnit, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** More runs than this are as good as without end. */
const endless = 1_000_000;

export function isUnlimited(runs: number): boolean {
  return runs >= endless;
}

/**
 * What holds for a task when it fails, hangs or arrives twice: the layers that the library reads, merged
 * the way it merges them. Each setting is worked out when a rule asks for it.
 */
export class Policy {
  readonly #settings = new Map<string, Setting<unknown>>();

  constructor(
    private readonly code: Code,
    private readonly library: Library,
    /** Options, weakest first; `absent` for a layer that says nothing. */
    private readonly layers: readonly Value[],
    private readonly node: ts.Node,
    /** Options that a stronger layer replaced whole, so that nothing of them holds. */
    private readonly replaced: Value | undefined,
    readonly version: string | undefined,
  ) {}

  /** All runs of a failing task, the first included. */
  get attempts(): Setting<number> {
    return this.#once('attempts', () => this.#attemptsOf(this.layers));
  }

  /** What the layers below the strongest say of the number of runs: what an `undefined` erases. */
  get inheritedAttempts(): Setting<number> {
    return this.#attemptsOf(this.layers.slice(0, -1));
  }

  get backoff(): Setting<Backoff> {
    return this.#once('backoff', () => this.#backoffOf(this.layers));
  }

  get inheritedBackoff(): Setting<Backoff> {
    return this.#backoffOf(this.layers.slice(0, -1));
  }

  /** Where a number of runs is stated in options that a stronger layer replaced whole. */
  get lostAttempts(): ts.Node | undefined {
    return this.replaced && statedAt(this.#attemptsOf([this.replaced]));
  }

  /** Where a backoff is stated in options that a stronger layer replaced whole. */
  get lostBackoff(): ts.Node | undefined {
    return this.replaced && statedAt(this.#backoffOf([this.replaced]));
  }

  /** Milliseconds, or `none`. */
  get timeLimit(): Setting<number | 'none'> {
    return this.#once('timeLimit', () => this.#limit(this.library.timeLimit));
  }

  get softTimeLimit(): Setting<number | 'none'> {
    return this.#once('softTimeLimit', () => this.#limit(this.library.softTimeLimit));
  }

  /** Stated where an option chooses it; defaulted where the library acknowledges by itself. */
  get acknowledgement(): Setting<Acknowledged> {
    return this.#once('acknowledgement', () => {
      const spec = this.library.acknowledgement;
      return this.#read<Acknowledged>(spec?.option, spec?.default ?? 'early', (value) => {
        if (typeof value !== 'boolean') return undefined;
        return value ? (spec?.true ?? 'late') : (spec?.false ?? 'early');
      });
    });
  }

  /** Is the task declared idempotent by an option of its own? */
  get idempotent(): Setting<boolean> {
    return this.#once('idempotent', () =>
      this.#read(this.library.idempotent, false, (value) => (typeof value === 'boolean' ? value : undefined)),
    );
  }

  /** The keys that keep the same work from being queued twice; empty for none, unknown where one may be. */
  get deduplication(): Setting<readonly ts.Node[]> {
    return this.#once('deduplication', () => {
      for (const { option, since, before } of this.library.deduplication ?? []) {
        if (!isWithin(this.version, since, before)) continue;
        const whole = this.#option(this.layers, option);
        for (const value of alternatives(whole)) {
          if (value.kind === 'absent' || (value.kind === 'constant' && value.value === undefined)) continue;
          // A key that is calculated is a key all the same; only options that cannot be read are unknown.
          if (value.kind === 'unknown' && !isValueOfProperty(value.node)) {
            return { state: 'unknown', why: value.why, at: value.node, open: value.open };
          }
          // A key that is new each time keeps nothing from being queued twice.
          if (isNewEachTime(value.node)) continue;
          return { state: 'stated', values: [[value.node]], at: value.node };
        }
      }
      return { state: 'defaulted', value: [] };
    });
  }

  /** What holds for any option, by its path: all layers merged. */
  option(path: string): Value {
    return this.#option(this.layers, path);
  }

  /** What the layers below the strongest say of an option. */
  inheritedOption(path: string): Value {
    return this.#option(this.layers.slice(0, -1), path);
  }

  #once<T>(name: string, read: () => Setting<T>): Setting<T> {
    const known = this.#settings.get(name);
    if (known) return known as Setting<T>;
    const setting = read();
    this.#settings.set(name, setting);
    return setting;
  }

  #option(layers: readonly Value[], path: string): Value {
    let value = merged(layers, this.node);
    for (const key of path.split('.')) value = this.#built(property(this.code, value, key));
    return value;
  }

  /** `exponential({ delay: 1000 })`: what a function of the library makes an option of reads as its argument. */
  #built(value: Value): Value {
    const { builders, packages } = this.library;
    if (!builders) return value;
    if (value.kind === 'choice') {
      return choice(
        value.values.map((each) => this.#built(each)),
        value.node,
        value.open,
      );
    }
    if (value.kind !== 'made' || !ts.isCallExpression(value.node)) return value;
    const { node, bindings } = value;
    const origin = originOf(this.code, node.expression);
    if (origin?.package === undefined || !packages?.includes(origin.package)) return value;
    const place = Object.hasOwn(builders, origin.name) ? builders[origin.name] : undefined;
    if (place === undefined) return value;
    const index = Number(/^arg(?<index>\d+)$/.exec(place)?.groups?.['index']);
    const given = argumentsOf(this.code, node.arguments, bindings).values[index];
    const type: Value = { kind: 'constant', value: origin.name, node };
    return {
      kind: 'object',
      parts: [{ key: 'type', value: Lazy.known(type) }, ...(given ? [{ spread: given }] : [])],
      node,
    };
  }

  #attemptsOf(layers: readonly Value[]): Setting<number> {
    const spec = this.library.attempts;
    if (!spec) return { state: 'unknown', why: 'the library has no such setting', at: this.node };
    const fallback = runsOf(spec.default);
    const { switch: turned, boundedBy = [] } = spec;
    const bound = boundedBy.map((option) => this.#option(layers, option)).find((each) => !isNullish(each));
    const runs = (otherwise: number): Setting<number> => {
      const found = this.#runs(spec, otherwise, layers);
      return bound && found.state === 'defaulted'
        ? { state: 'unknown', why: 'the time that all runs may take bounds them', at: bound.node }
        : found;
    };
    if (!turned) return runs(fallback);
    const on = this.#isOn(turned, layers);
    switch (on.state) {
      case 'unknown':
        return on;
      case 'configured':
        return { ...on, fallback: undefined };
      case 'defaulted':
        return turned.required === false ? runs(fallback) : { ...on, value: fallback };
      case 'stated':
        if (on.values.every(Boolean)) return runs(runsOf(turned.default));
        return on.values.some(Boolean)
          ? { state: 'unknown', why: 'retries are on in one case and off in another', at: on.at }
          : { state: 'stated', values: [1], at: on.at };
    }
  }

  /** Does an option switch the retries on? Defaulted where it is not there. */
  #isOn(
    { option, includes }: NonNullable<AttemptsSpec['switch']>,
    layers: readonly Value[],
  ): Setting<boolean> {
    const whole = this.#option(layers, option);
    return combine(
      alternatives(whole).map((value): Setting<boolean> => {
        const { node: at } = value;
        const on: Setting<boolean> = { state: 'stated', values: [true], at };
        if (value.kind === 'absent') return { state: 'defaulted', value: false };
        if (value.kind === 'unknown') return { state: 'unknown', why: value.why, at, open: value.open };
        if (value.kind === 'constant') {
          if (value.value === undefined) return { state: 'defaulted', value: false, erasedAt: at };
          return value.value === null || value.value === false ? { ...on, values: [false] } : on;
        }
        if (value.kind === 'object') return on;
        if (value.kind === 'array' && includes !== undefined) {
          const named = value.elements.some(
            ({ node, value: each }) =>
              (each.kind === 'constant' && each.value === includes) ||
              (ts.isPropertyAccessExpression(node) ? node.name : node).getText() === includes,
          );
          if (named) return on;
          return value.complete
            ? { state: 'defaulted', value: false }
            : { state: 'unknown', why: 'a list that is not known whole', at };
        }
        // A function of the project decides at run time.
        return { state: 'configured', fallback: undefined, at };
      }),
      openOf(whole),
    );
  }

  #runs(spec: AttemptsSpec, fallback: number, all: readonly Value[]): Setting<number> {
    const layers = spec.zeroIsUnset ? this.#withoutZero(spec, all) : all;
    const option = this.#spellingOf(spec, layers);
    const own = layers.at(-1);
    const byQueue =
      spec.queueCounts !== undefined &&
      option !== undefined &&
      (!own || this.library.layers.length > layers.length || this.#option([own], option).kind === 'absent');
    const counts = byQueue ? spec.queueCounts : spec.counts;
    return this.#read(
      option,
      fallback,
      (value) => {
        if (value === null) return 1;
        if (typeof value !== 'number' && typeof value !== 'string') return undefined;
        const number = Number(value);
        if (spec.unlimited?.includes(number)) return Infinity;
        const meant =
          spec.means && Object.hasOwn(spec.means, String(number)) ? spec.means[String(number)] : undefined;
        const counted = meant ?? (counts === 'retries' ? number + 1 : number);
        const isUncertain = !byQueue && spec.ceiling !== undefined && counted > spec.ceiling;
        if (Number.isNaN(counted) || isUncertain) return undefined;
        return Math.max(1, counted);
      },
      layers,
    );
  }

  /** The spelling of the option that the strongest layer uses. */
  #spellingOf({ option, aliases = [] }: AttemptsSpec, layers: readonly Value[]): string | undefined {
    if (option === undefined || aliases.length === 0) return option;
    for (const layer of layers.toReversed()) {
      const found = [option, ...aliases].find((each) => this.#option([layer], each).kind !== 'absent');
      if (found !== undefined) return found;
    }
    return option;
  }

  /** The layers without those that write 0 above one that writes something else. */
  #withoutZero({ option = '' }: AttemptsSpec, layers: readonly Value[]): readonly Value[] {
    const isZero = (layer: Value): boolean => {
      const value = this.#option([layer], option);
      return value.kind === 'constant' && value.value === 0;
    };
    const others = layers.filter((layer) => !isZero(layer));
    return others.some((layer) => this.#option([layer], option).kind !== 'absent') ? others : layers;
  }

  /** Reads one option; `convert` gives undefined for a constant that it cannot read. */
  #read<T>(
    option: string | undefined,
    fallback: T,
    convert: (value: string | number | bigint | boolean | null) => T | undefined,
    layers = this.layers,
  ): Setting<T> {
    if (option === undefined) return { state: 'defaulted', value: fallback };
    const whole = this.#option(layers, option);
    return combine(
      alternatives(whole).map((value): Setting<T> => {
        if (value.kind === 'absent') return { state: 'defaulted', value: fallback };
        if (value.kind === 'unknown')
          return { state: 'unknown', why: value.why, at: value.node, open: value.open };
        if (value.kind === 'configured') {
          const { fallback: held } = value;
          return {
            state: 'configured',
            fallback: held === undefined ? undefined : convert(held),
            at: value.node,
          };
        }
        if (value.kind !== 'constant') return { state: 'unknown', why: 'it is no constant', at: value.node };
        if (value.value === undefined) return { state: 'defaulted', value: fallback, erasedAt: value.node };
        const converted = convert(value.value);
        return converted === undefined
          ? { state: 'unknown', why: 'it is not read as a number', at: value.node }
          : { state: 'stated', values: [converted], at: value.node };
      }),
      openOf(whole),
    );
  }

  #limit(spec: TimeLimitSpec | undefined): Setting<number | 'none'> {
    const options = typeof spec?.option === 'string' ? [spec.option] : (spec?.option ?? []);
    // Of several options the one in the strongest layer counts.
    const [found] = this.layers.toReversed().flatMap((layer) =>
      options
        .filter((option) => {
          const value = this.#option([layer], option);
          return options.length > 1 ? !isNullish(value) : value.kind !== 'absent';
        })
        .slice(0, 1)
        .map((option) => ({ option, layer })),
    );
    const layers = options.length > 1 && found ? [found.layer] : this.layers;
    const option = found?.option;
    const unit =
      milliseconds[(option === undefined ? undefined : spec?.units?.[option]) ?? spec?.unit ?? 'ms'];
    const duration = option === undefined ? undefined : this.#durationAt(option, layers);
    if (duration) return duration;
    return this.#read<number | 'none'>(
      option,
      spec?.default ?? 'none',
      (value) => {
        const limit = typeof value === 'string' ? durationOf(value) : value;
        if (typeof limit !== 'number') return undefined;
        if (limit === 0 || limit === Infinity) return 'none';
        return typeof value === 'string' ? limit : limit * unit;
      },
      layers,
    );
  }

  /** `{ minutes: 5 }`; undefined where no such object stands. */
  #durationAt(option: string, layers: readonly Value[]): Setting<number | 'none'> | undefined {
    const whole = this.#option(layers, option);
    if (whole.kind !== 'object') return undefined;
    const sum = durationOfObject(whole);
    if (sum === undefined) return { state: 'unknown', why: 'it is no constant', at: whole.node };
    return { state: 'stated', values: [sum === 0 ? 'none' : sum], at: whole.node };
  }

  #backoffOf(layers: readonly Value[]): Setting<Backoff> {
    const spec = this.library.backoff;
    if (!spec) return { state: 'unknown', why: 'the library has no such setting', at: this.node };
    const pause = spec.default === 'none' ? undefined : spec.delayDefault;
    const nothing: Setting<Backoff> = { state: 'defaulted', value: { kind: spec.default, delay: pause } };
    const steady = this.#steadyPace(spec, layers);
    if (steady) return steady;
    const { option } = spec;
    if (option === undefined)
      return this.#paceByDelay(spec, spec.delayAlone ?? spec.default, layers) ?? nothing;
    const whole = this.#option(layers, option);
    return combine(
      alternatives(whole).map((value): Setting<Backoff> => {
        const alone = (): Setting<Backoff> | undefined => this.#paceByDelay(spec, spec.delayAlone, layers);
        if (value.kind === 'absent') return alone() ?? nothing;
        if (value.kind === 'constant' && value.value === undefined)
          return alone() ?? { ...nothing, erasedAt: value.node };
        const kind = this.#backoffKind(spec, value);
        if (kind === undefined) {
          return {
            state: 'unknown',
            why: value.kind === 'unknown' ? value.why : 'it is not read',
            at: value.node,
            open: openOf(value),
          };
        }
        const { delay, at } = this.#backoffDelay(spec, value, layers);
        const stated: Setting<Backoff> = {
          state: 'stated',
          values: [{ kind, delay }],
          // What makes no pause of it is said where the delay is.
          at: delay === 0 ? at : value.node,
        };
        return (kind === 'none' ? alone() : undefined) ?? stated;
      }),
      openOf(whole),
    );
  }

  /** A growth factor of 1 (or less) is a pause that is the same each time. */
  #steadyPace(spec: BackoffSpec, layers: readonly Value[]): Setting<Backoff> | undefined {
    if (spec.factor === undefined) return undefined;
    const factor = this.#option(layers, spec.factor);
    if (factor.kind !== 'constant' || typeof factor.value !== 'number' || factor.value > 1) return undefined;
    const delay =
      spec.delay === undefined
        ? spec.delayDefault
        : this.#backoffDelay(spec, factor, layers, spec.delay).delay;
    return { state: 'stated', values: [{ kind: 'fixed', delay }], at: factor.node };
  }

  /** What the delay says where nothing else does. */
  #paceByDelay(
    spec: BackoffSpec,
    kind: Backoff['kind'] | undefined,
    layers: readonly Value[],
  ): Setting<Backoff> | undefined {
    if (kind === undefined || spec.delay === undefined) return undefined;
    const value = this.#option(layers, spec.delay);
    if (value.kind === 'absent' || (value.kind === 'constant' && value.value === undefined)) return undefined;
    if (value.kind === 'unknown')
      return { state: 'unknown', why: value.why, at: value.node, open: value.open };
    const delay = this.#delayOf(spec, value);
    return { state: 'stated', values: [{ kind, delay }], at: value.node };
  }

  #backoffKind(spec: BackoffSpec, value: Value): Backoff['kind'] | undefined {
    if (value.kind === 'function' || value.kind === 'array') return 'custom';
    if (value.kind === 'configured')
      return typeof value.fallback === 'number' ? (spec.number ?? 'fixed') : undefined;
    if (value.kind === 'constant') {
      if (typeof value.value === 'number') return spec.number ?? 'fixed';
      if (typeof value.value === 'boolean') return value.value ? (spec.true ?? 'custom') : 'none';
      if (typeof value.value === 'string') return spec.type?.values[value.value] ?? 'custom';
      return 'none';
    }
    if (value.kind !== 'object') return undefined;
    if (!spec.type) return spec.object ?? 'custom';
    const type = property(this.code, value, spec.type.key);
    if (type.kind === 'absent') return spec.object ?? 'custom';
    if (type.kind !== 'constant') return undefined;
    return spec.type.values[String(type.value)] ?? 'custom';
  }

  /** @param path where the delay stands in the options as a whole, when it is not within the value. */
  #backoffDelay(
    spec: BackoffSpec,
    value: Value,
    layers: readonly Value[],
    path?: string,
  ): { readonly delay: number | undefined; readonly at: ts.Node } {
    const unit = milliseconds[spec.unit ?? 'ms'];
    const { node: at } = value;
    if (path === undefined && value.kind === 'constant' && typeof value.value === 'number')
      return { delay: value.value * unit, at };
    if (spec.delay === undefined) return { delay: spec.delayDefault, at };
    // The delay of one alternative stands within it.
    const within = `${spec.option ?? ''}.`;
    const delay =
      path === undefined && spec.option !== undefined && spec.delay.startsWith(within)
        ? property(this.code, value, spec.delay.slice(within.length))
        : this.#option(layers, spec.delay);
    if (delay.kind === 'absent') return { delay: spec.delayDefault, at };
    const written = this.#delayOf(spec, delay);
    // The library raises the delay of a backoff, not one that stands alone.
    const raised = written === undefined ? undefined : Math.max(spec.delayLeast ?? 0, written);
    return { delay: raised, at: isInside(delay.node, at) ? at : delay.node };
  }

  #delayOf(spec: BackoffSpec, value: Value): number | undefined {
    return lengthOf(value, spec.unit ?? 'ms');
  }
}

/** Milliseconds of a time as it is written: a number of a unit, `5m`, `{ minutes: 5 }`. */
export function lengthOf(value: Value, unit: TimeUnit): number | undefined {
  if (value.kind === 'object') return durationOfObject(value);
  const written = value.kind === 'constant' ? value.value : undefined;
  if (typeof written === 'string') return durationOf(written);
  if (typeof written !== 'number') return undefined;
  return written * milliseconds[unit];
}

/** Milliseconds of `{ minutes: 5 }`; undefined where it is not all constant. */
function durationOfObject({ parts }: ObjectValue): number | undefined {
  let sum = 0;
  for (const part of parts) {
    const each = 'key' in part ? millisecondsOf(part.key) : undefined;
    const amount = 'key' in part ? part.value.value : undefined;
    if (each === undefined || amount?.kind !== 'constant' || typeof amount.value !== 'number')
      return undefined;
    sum += amount.value * each;
  }
  return sum;
}

function runsOf(runs: number | 'unlimited'): number {
  return runs === 'unlimited' ? Infinity : runs;
}

function statedAt(setting: Setting<unknown>): ts.Node | undefined {
  return setting.state === 'stated' ? setting.at : undefined;
}

/** Is this node what somebody wrote for a key, as opposed to options of which nothing is known? */
function isValueOfProperty(node: ts.Node): boolean {
  return ts.isPropertyAssignment(node.parent) || ts.isShorthandPropertyAssignment(node.parent);
}

/** Does this expression hold a clock, a random number or a fresh identifier? */
function isNewEachTime(node: ts.Node): boolean {
  if (
    ts.isCallExpression(node) &&
    /(?:^|\.)(?:now|random|randomUUID|nanoid|uuid|uuidv\d|v[147]|cuid|createId|ulid)$/i.test(
      node.expression.getText(),
    )
  ) {
    return true;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') return true;
  return ts.forEachChild(node, (child) => isNewEachTime(child) || undefined) === true;
}

/**
 * One setting out of all that it may be: they must all be stated, or all be left to the library.
 *
 * @param open who decides between them, where that is known.
 */
export function combine<T>(settings: readonly Setting<T>[], open?: Open): Setting<T> {
  const [first] = settings;
  if (!first || settings.length === 1) return first as Setting<T>;
  const unknown = settings.find((each) => each.state === 'unknown');
  if (unknown) return unknown.open ? unknown : { ...unknown, open };
  const decided = settings.filter((each) => each.state !== 'defaulted');
  const [one] = decided;
  if (!one) return first;
  if (decided.length < settings.length) {
    return { state: 'unknown', why: 'it is stated on one way and not on another', at: one.at, open };
  }
  const configured = decided.find((each) => each.state === 'configured');
  if (configured) return configured;
  const values = decided.flatMap((each) => (each.state === 'stated' ? each.values : []));
  return { state: 'stated', values, at: one.at };
}
