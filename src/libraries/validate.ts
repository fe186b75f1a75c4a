import { parsePlace } from './place.js';

/** Says what is wrong with a value at a path, or nothing. */
type Check = (value: unknown, path: string) => string[];

const text: Check = (value, path) =>
  typeof value === 'string' && value !== '' ? [] : [`${path} must be a text, not ${show(value)}`];
const flag: Check = (value, path) =>
  typeof value === 'boolean' ? [] : [`${path} must be true or false, not ${show(value)}`];
const amount: Check = (value, path) =>
  typeof value === 'number' && value >= 0
    ? []
    : [`${path} must be a number of at least 0, not ${show(value)}`];

/** Runs in all: the first one always takes place. */
const runs: Check = (value, path) =>
  typeof value === 'number' && value >= 1
    ? []
    : [`${path} must be a number of runs in all, so at least 1, not ${show(value)}`];
const number: Check = (value, path) =>
  typeof value === 'number' ? [] : [`${path} must be a number, not ${show(value)}`];

const oneOf =
  (...allowed: readonly (string | Check)[]): Check =>
  (value, path) => {
    if (
      allowed.some((each) => (typeof each === 'string' ? each === value : each(value, path).length === 0))
    ) {
      return [];
    }
    const words = allowed.filter((each) => typeof each === 'string').map((each) => `'${each}'`);
    const checks = allowed.filter((each) => typeof each === 'function').flatMap((each) => each(value, path));
    return words.length > 0
      ? [
          `${path} must be ${[...words, ...(checks.length > 0 ? ['as documented'] : [])].join(', ')}, not ${show(value)}`,
        ]
      : checks.slice(0, 1);
  };

const list =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => check(each, `${path}[${String(index)}]`))
      : [`${path} must be a list, not ${show(value)}`];

const record =
  (check: Check): Check =>
  (value, path) =>
    isRecord(value)
      ? Object.entries(value).flatMap(([key, each]) => check(each, `${path}.${key}`))
      : [`${path} must be an object, not ${show(value)}`];

/** An object of these keys and no others; those in `required` must be there. */
const shape =
  (keys: Readonly<Record<string, Check>>, required: readonly string[] = []): Check =>
  (value, path) => {
    if (!isRecord(value)) return [`${path} must be an object, not ${show(value)}`];
    const at = path === '' ? '' : `${path}.`;
    return [
      ...required.filter((key) => value[key] === undefined).map((key) => `${at}${key} is missing`),
      ...Object.entries(value).flatMap(([key, each]) => {
        const check = Object.hasOwn(keys, key) ? keys[key] : undefined;
        if (!check) return [`${at}${key} is not known here; known are ${Object.keys(keys).join(', ')}`];
        return each === undefined ? [] : check(each, `${at}${key}`);
      }),
    ];
  };

const place: Check = (value, path) => {
  if (typeof value !== 'string')
    return [`${path} must be a place such as 'arg0' or 'arg1.options', not ${show(value)}`];
  const parsed = parsePlace(value);
  return 'problem' in parsed ? [`${path} is '${value}': ${parsed.problem}`] : [];
};
const places: Check = (value, path) => (Array.isArray(value) ? list(place) : place)(value, path);

const matchers = [
  'construct',
  'call',
  'method',
  'property',
  'decorator',
  'extends',
  'directive',
  'typed',
  'takes',
] as const;

const valueKind = oneOf('string', 'object', 'array', 'function', 'number', 'none');
const wanted = oneOf(valueKind, list(valueKind), shape({ is: text }, ['is']));
/** A class and one of its members. */
const member: Check = (value, path) =>
  typeof value === 'string' && /^[\w$]+\.[\w$]+$/.test(value)
    ? []
    : [`${path} must be a class and a method such as 'Queue.add', not ${show(value)}`];

const matcher = {
  construct: text,
  call: text,
  method: member,
  property: member,
  decorator: text,
  extends: text,
  directive: text,
  typed: text,
  takes: text,
  named: text,
  when: shape({
    arguments: oneOf(amount, shape({ min: amount, max: amount })),
    arg0: wanted,
    arg1: wanted,
    arg2: wanted,
  }),
  since: text,
  before: text,
};

/** A shape whose object has exactly one of the keys that say what it looks like. */
const site =
  (keys: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    const problems = shape({ ...matcher, ...keys })(value, path);
    if (!isRecord(value)) return problems;
    const given = matchers.filter((key) => value[key] !== undefined);
    if (given.length === 1) return problems;
    const found = given.length === 0 ? 'none' : given.join(' and ');
    return [...problems, `${path} must have exactly one of ${matchers.join(', ')}; it has ${found}`];
  };

const backoffKind = oneOf('none', 'fixed', 'exponential', 'custom');
const unit = oneOf('ms', 's', 'min', 'h');
const timeLimit = shape(
  {
    option: oneOf(text, list(text)),
    unit,
    units: record(unit),
    default: oneOf('none', amount),
    at: oneOf('definition', 'dispatch'),
    error: text,
    without: text,
  },
  ['default'],
);
const attempts = shape(
  {
    option: text,
    counts: oneOf('runs', 'retries'),
    queueCounts: oneOf('runs', 'retries'),
    aliases: list(text),
    unlimited: list(number),
    means: record(runs),
    zeroIsUnset: flag,
    countsLost: flag,
    ceiling: runs,
    boundedBy: list(text),
    switch: shape({ option: text, includes: text, required: flag, default: oneOf('unlimited', runs) }, [
      'option',
      'default',
    ]),
    default: oneOf('unlimited', runs),
    infinity: text,
  },
  ['counts', 'default'],
);
const backoff = shape(
  {
    option: text,
    number: backoffKind,
    true: backoffKind,
    type: shape({ key: text, values: record(backoffKind) }, ['key', 'values']),
    object: backoffKind,
    delay: text,
    unit,
    delayDefault: amount,
    delayLeast: amount,
    delayAlone: backoffKind,
    factor: text,
    jitter: text,
    jitterSince: text,
    default: backoffKind,
    jittered: flag,
  },
  ['default'],
);
const acknowledged = oneOf('early', 'late', 'manual');
const acknowledgement = shape(
  {
    option: text,
    true: acknowledged,
    false: acknowledged,
    default: acknowledged,
    parameter: amount,
    unsettled: text,
    twice: text,
    uncaught: text,
    byChoice: flag,
    refuse: text,
    parameterRequeues: shape({ argument: amount, key: text, unless: list(text) }, ['argument', 'key']),
  },
  ['default'],
);
/** A way to a signal: names, calls without arguments, and the elements of a list. */
const way: Check = (value, path) =>
  typeof value === 'string' && /^[A-Za-z$_][\w$]*(?:\(\)|\[\])?(?:\.[\w$]+(?:\(\))?)*$/.test(value)
    ? []
    : [`${path} must be a way such as 'param0.signal' or 'current().signal', not ${show(value)}`];
const signal = shape({ at: way, asked: flag, aborts: text }, ['at', 'aborts']);
const lock = shape({ lasts: amount, then: text }, ['lasts', 'then']);
const requeues = shape({
  argument: place,
  is: oneOf(flag, number),
  default: flag,
  limitedOutside: flag,
  instead: list(text),
});
const requeuesErrors = shape(
  {
    option: text,
    values: list(text),
    default: flag,
    unless: list(text),
    elsewhere: list(text),
    takenBy: list(text),
    instead: shape({ text, value: text }, ['text', 'value']),
  },
  ['option', 'values'],
);
const failedResults = shape({ nothing: flag, object: flag, keys: list(text) });
const bulk = shape(
  {
    name: text,
    leading: list(amount),
    item: oneOf(amount, record(amount)),
    since: text,
    before: text,
  },
  ['name'],
);
const layers = list(oneOf('config', 'queue', 'definition', 'dispatch'));
const serializer = oneOf(
  'json',
  'superjson',
  'devalue',
  'structured-clone',
  'bson',
  'bytes',
  'json-quiet',
  'json-or-bytes',
);
const suggest = shape({
  attempts: text,
  runOnce: text,
  backoff: text,
  jitter: text,
  timeLimit: text,
  softTimeLimit: text,
});
const constant: Check = (value, path) =>
  ['string', 'number', 'boolean'].includes(typeof value)
    ? []
    : [`${path} must be a text, a number, true or false, not ${show(value)}`];
const pattern: Check = (value, path) => {
  try {
    return typeof value === 'string' && RegExp(value).source !== '' ? [] : [`${path} must be a pattern`];
  } catch {
    return [`${path} is no regular expression`];
  }
};
/** A dispatch's method or function. */
const callee: Check = (value, path) => text(value, path);
const trap = shape(
  {
    option: text,
    methods: list(callee),
    is: list(constant),
    below: number,
    above: number,
    fraction: flag,
    number: flag,
    matches: pattern,
    without: list(text),
    with: text,
    overrides: flag,
    unlessQueue: place,
    since: text,
    before: text,
    effect: oneOf('ignored', 'rejected', 'misread'),
    because: text,
    instead: text,
    decidesAttempts: flag,
    write: shape({
      remove: flag,
      value: text,
      rename: text,
      times: number,
      add: text,
      character: text,
      by: text,
    }),
  },
  ['effect', 'because', 'instead'],
);
const relation = shape(
  {
    option: text,
    unit,
    than: text,
    thanUnit: unit,
    thanDefault: amount,
    orEqual: flag,
    unless: text,
    since: text,
    before: text,
    because: text,
  },
  ['option', 'than', 'because'],
);
const timeAmount = shape({ option: text, unit, least: amount, most: amount, because: text }, [
  'option',
  'unit',
  'because',
]);
const dialect = shape(
  {
    fields: list(amount),
    sixth: oneOf('seconds', 'year'),
    nicknames: list(text),
    extra: text,
    names: flag,
    lastWeekday: number,
    openSteps: flag,
    plainRanges: flag,
    wrapping: flag,
    prefix: flag,
    crontab: flag,
    otherwise: flag,
  },
  ['fields'],
);
const logger = shape(
  {
    shown: text,
    parameter: place,
    import: shape({ name: text, from: list(text), path: text }, ['name', 'from']),
    member: shape({ type: text, from: text }, ['type', 'from']),
    methods: record(text),
    text: flag,
    awaited: flag,
  },
  ['shown'],
);
const orNull =
  (check: Check): Check =>
  (value, path) =>
    value === null ? [] : check(value, path);
const claim = {
  attempts: text,
  backoff: text,
  time: text,
  acknowledgement: text,
  payload: text,
  waits: text,
  deduplication: text,
  sameName: text,
  routes: text,
  signal: text,
  lock: text,
  emitters: text,
  transaction: text,
  traps: text,
  schedules: text,
  times: text,
};

const library = shape(
  {
    name: text,
    packages: list(text),
    files: list(text),
    ambient: list(text),
    extends: text,
    defaultExport: text,
    queues: list(
      site({
        each: place,
        name: places,
        nameDefault: text,
        makes: text,
        options: places,
        root: flag,
        returnsItself: list(text),
        standsAlone: list(text),
        rootKey: places,
      }),
    ),
    injections: list(shape({ decorator: text, name: place, default: text }, ['decorator', 'name'])),
    dispatches: list(
      site({
        each: place,
        nested: text,
        queue: places,
        task: places,
        definition: places,
        payload: places,
        options: places,
        transaction: places,
        defaults: places,
        ignoresQueue: flag,
        queueDefault: text,
        taskDefault: text,
        event: flag,
        chain: shape(
          {
            ends: list(text),
            collectors: list(text),
            lazy: list(text),
            setters: record(oneOf(text, list(text))),
          },
          ['ends', 'setters'],
        ),
        curried: flag,
        bulk: oneOf(bulk, list(bulk)),
        sync: flag,
        optionsNeed: text,
      }),
    ),
    handlers: list(
      site({
        queue: places,
        queueDefault: text,
        owner: shape({ decorator: text, queue: places }, ['decorator', 'queue']),
        task: places,
        taskDefault: text,
        taskIn: place,
        unique: oneOf('object', 'queue', 'application'),
        further: places,
        parses: flag,
        handler: places,
        each: place,
        payload: place,
        options: places,
        defaults: places,
        ignoresQueue: flag,
        step: flag,
        durable: flag,
        elsewhere: flag,
        ownProcess: flag,
        answers: flag,
        requeuesErrors,
      }),
    ),
    waits: list(site({ durable: flag, polling: flag, holds: flag, curried: flag })),
    settlements: list(site({ outcome: oneOf('done', 'again', 'failed'), requeues })),
    pulls: list(site({ queue: places, task: places })),
    emitters: list(site({ emitter: place, unheard: oneOf('exits', 'closes', 'asked') })),
    listeners: list(shape({ decorator: text, event: text }, ['decorator', 'event'])),
    settings: list(
      site({
        options: places,
        traps: list(trap),
        relations: list(relation),
        amounts: list(timeAmount),
      }),
    ),
    schedules: list(site({ each: place, expression: places, zone: places, dialect })),
    cron: dialect,
    traps: list(trap),
    relations: list(relation),
    amounts: list(timeAmount),
    failures: shape(
      {
        observer: text,
        events: list(text),
        of: oneOf('made', 'receiver'),
        options: list(text),
        mentions: list(text),
      },
      ['observer'],
    ),
    logger,
    brokers: list(site({ database: text, address: places, addresses: record(text) })),
    inline: list(site({ mode: text, option: place, value: oneOf(flag, text) })),
    calledDirectly: flag,
    configs: list(shape({ file: text, options: text, as: text }, ['file', 'options'])),
    builders: record(place),
    sameName: text,
    routes: shape({ by: oneOf('task', 'task-in-queue', 'queue'), catchAll: text, without: text }, [
      'by',
      'without',
    ]),
    unregistered: flag,
    queueDefaults: text,
    defaultsAt: text,
    defaultQueue: text,
    layers,
    attempts,
    backoff,
    timeLimit,
    softTimeLimit: timeLimit,
    acknowledgement,
    signal,
    lock,
    failedResults,
    resultNames: list(text),
    deduplication: list(shape({ option: text, since: text, before: text }, ['option'])),
    idempotent: text,
    flow: shape({ name: text, later: list(text) }, ['name']),
    serializer,
    encryption: list(text),
    serializerOption: shape({ option: text, values: record(serializer) }, ['option', 'values']),
    suggest,
    versions: list(
      shape(
        {
          before: text,
          unregistered: flag,
          defaultsAt: text,
          layers,
          attempts: orNull(attempts),
          backoff: orNull(backoff),
          timeLimit: orNull(timeLimit),
          acknowledgement: orNull(acknowledgement),
          signal: orNull(signal),
          lock: orNull(lock),
          failedResults: orNull(failedResults),
          serializer,
          suggest: orNull(suggest),
          sameName: text,
        },
        ['before'],
      ),
    ),
    evidence: text,
    documented: shape(claim),
  },
  ['name'],
);

/** What is wrong with a library definition, a sentence each; empty when nothing is. */
export function problemsOf(definition: unknown, path = ''): readonly string[] {
  const problems = library(definition, path);
  if (isRecord(definition) && definition['packages'] === undefined && definition['files'] === undefined) {
    const at = path === '' ? 'the library' : path;
    problems.push(`${at} names neither packages nor files, so nothing could ever match`);
  }
  return problems;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
