import ts from 'typescript';
import type { BackoffSpec, TimeLimitSpec, TimeUnit } from '../libraries/define.js';
import type { Library } from '../libraries/vocabulary.js';
import type { Code } from '../typescript/code.js';
import { property } from '../typescript/properties.js';
import { alternatives, merged, openOf, type Open, type Value } from '../typescript/value.js';
import type { Backoff, Setting } from './model.js';

const milliseconds: Readonly<Record<TimeUnit, number>> = { ms: 1, s: 1000, min: 60_000 };

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
    private readonly version: string | undefined,
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
  get acknowledgement(): Setting<'early' | 'late' | 'manual'> {
    return this.#once('acknowledgement', () => {
      const spec = this.library.acknowledgement;
      return this.#read(spec?.option, spec?.default ?? 'early', (value) =>
        typeof value === 'boolean' ? (value ? 'late' : 'early') : undefined,
      );
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
        if (!appliesTo(this.version, since, before)) continue;
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

  #once<T>(name: string, read: () => Setting<T>): Setting<T> {
    const known = this.#settings.get(name);
    if (known) return known as Setting<T>;
    const setting = read();
    this.#settings.set(name, setting);
    return setting;
  }

  #option(layers: readonly Value[], path: string): Value {
    let value = merged(layers, this.node);
    for (const key of path.split('.')) value = property(this.code, value, key);
    return value;
  }

  #attemptsOf(layers: readonly Value[]): Setting<number> {
    const spec = this.library.attempts;
    if (!spec) return { state: 'unknown', why: 'the library has no such setting', at: this.node };
    const runs = spec.default === 'unlimited' ? Infinity : spec.default;
    return this.#read(
      spec.option,
      runs,
      (value) => {
        if (value === null) return 1;
        if (typeof value !== 'number' && typeof value !== 'string') return undefined;
        const number = Number(value);
        if (spec.unlimited?.includes(number)) return Infinity;
        const counted = spec.counts === 'retries' ? number + 1 : number;
        return Number.isNaN(counted) ? undefined : Math.max(1, counted);
      },
      layers,
    );
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
    return this.#read<number | 'none'>(spec?.option, spec?.default ?? 'none', (value) => {
      if (typeof value !== 'number') return undefined;
      return value === 0 || value === Infinity ? 'none' : value * milliseconds[spec?.unit ?? 'ms'];
    });
  }

  #backoffOf(layers: readonly Value[]): Setting<Backoff> {
    const spec = this.library.backoff;
    if (!spec) return { state: 'unknown', why: 'the library has no such setting', at: this.node };
    const nothing: Setting<Backoff> = { state: 'defaulted', value: { kind: spec.default, delay: undefined } };
    const { option } = spec;
    if (option === undefined) return nothing;
    const whole = this.#option(layers, option);
    return combine(
      alternatives(whole).map((value): Setting<Backoff> => {
        if (value.kind === 'absent') return nothing;
        if (value.kind === 'constant' && value.value === undefined)
          return { ...nothing, erasedAt: value.node };
        const kind = this.#backoffKind(spec, value);
        if (kind === undefined) {
          return {
            state: 'unknown',
            why: value.kind === 'unknown' ? value.why : 'it is not read',
            at: value.node,
            open: openOf(value),
          };
        }
        const delay = this.#backoffDelay(spec, value, layers);
        return { state: 'stated', values: [{ kind, delay }], at: value.node };
      }),
      openOf(whole),
    );
  }

  #backoffKind(spec: BackoffSpec, value: Value): Backoff['kind'] | undefined {
    if (value.kind === 'function') return 'custom';
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

  #backoffDelay(spec: BackoffSpec, value: Value, layers: readonly Value[]): number | undefined {
    const unit = milliseconds[spec.unit ?? 'ms'];
    if (value.kind === 'constant' && typeof value.value === 'number') return value.value * unit;
    if (spec.delay === undefined) return spec.delayDefault;
    // The delay of one alternative stands within it.
    const own = spec.option !== undefined && spec.delay.startsWith(`${spec.option}.`);
    const delay = own
      ? property(this.code, value, spec.delay.slice(spec.delay.indexOf('.') + 1))
      : this.#option(layers, spec.delay);
    if (delay.kind === 'absent') return spec.delayDefault;
    return delay.kind === 'constant' && typeof delay.value === 'number' ? delay.value * unit : undefined;
  }
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

/** Is this version within the bounds? An unknown version is taken for the newest. */
export function appliesTo(
  version: string | undefined,
  since: string | undefined,
  before: string | undefined,
): boolean {
  if (since !== undefined && version !== undefined && compare(version, since) < 0) return false;
  if (before !== undefined && (version === undefined || compare(version, before) >= 0)) return false;
  return true;
}

function compare(left: string, right: string): number {
  const numbers = (version: string): number[] =>
    version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(left), numbers(right)];
  for (const index of [0, 1, 2]) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
