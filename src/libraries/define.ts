import { problemsOf } from './validate.js';

/**
 * The vocabulary in which a task library is described: what its dispatches, handlers, queues and waits
 * look like, and what its options mean. Built-in libraries and a team's own framework use the same words.
 * Everything is plain data, so that a definition can stand in an ESLint configuration as it is.
 */

/**
 * Where something stands in a match. A root, then keys:
 *
 * - `arg0`, `arg1.defaultJobOptions`, `argLast`, `args` (all arguments, as a list): of the call, `new` or decorator;
 * - `item.data`: of each element of `each`;
 * - `next.arg0`, `next.args`: of the second call of a curried one, `start(fn)(payload)`;
 * - `end.arg0`, `end.args`: of the call that ends a builder chain, `.save()`;
 * - `chain`: the options that a builder chain collected;
 * - `self`: the decorated method, the function with the directive, the value with the type;
 * - `member.process`: an instance member of the decorated or extending class; `static.options`: a static one;
 * - `name`: the name of the function, method or class that was matched;
 * - `param0.data`, `params`: of the handler's own parameters (only in `payload` of a handler).
 *
 * A key is `.name`, each element of a list is `[]`, the value that a function returns is `()`;
 * `{queue}` stands for the queue's name.
 */
export type Place = Root | `${Root}.${string}` | `${Root}[]${string}` | `${Root}()${string}`;
type Root =
  | `arg${number}`
  | 'argLast'
  | 'args'
  | 'item'
  | `next.arg${number}`
  | 'next.args'
  | `end.arg${number}`
  | 'end.args'
  | 'chain'
  | 'self'
  | 'name'
  | `member.${string}`
  | `static.${string}`
  | `param${number}`
  | 'params';

/** One place, or several of which the first that is there counts. */
export type Places = Place | readonly Place[];

/** What kind of value stands in an argument; `none` when there is no such argument. */
export type ValueKind = 'string' | 'object' | 'array' | 'function' | 'number' | 'none';

/** Further conditions of a match. */
export interface When {
  /** How many arguments: exactly, or at least and at most. */
  readonly arguments?: number | { readonly min?: number; readonly max?: number };
  /** What kind of value an argument is, decided by its syntax, then by its type. */
  readonly arg0?: ValueKind | readonly ValueKind[];
  readonly arg1?: ValueKind | readonly ValueKind[];
  readonly arg2?: ValueKind | readonly ValueKind[];
}

/** What a site looks like; exactly one of the first eight keys. */
export interface Matcher {
  /** `new Worker(…)`, subclasses included: the exported class. */
  readonly construct?: string;
  /** `registerTask(…)`: an exported function, or `Bull(…)`, one that is also a class. */
  readonly call?: string;
  /** `Queue.add`: a method of an exported class or interface, of its instances or static. */
  readonly method?: string;
  /** `Processor`: an exported decorator, on a class or one of its methods. */
  readonly decorator?: string;
  /** `WorkerHost`: a class that extends this one. */
  readonly extends?: string;
  /** `use workflow`: a function that begins with this directive. */
  readonly directive?: string;
  /** `Task`: a function whose declared type is this exported type. */
  readonly typed?: string;
  /** `SandboxedJob`: an exported function whose first parameter is declared with this exported type. */
  readonly takes?: string;
  readonly when?: When;
  /** From this version of the library on, e.g. `11`. */
  readonly since?: string;
  /** Before this version of the library, e.g. `6`. */
  readonly before?: string;
}

/** A builder: `createJob(data).retries(3).save()`. */
export interface Chain {
  /** The methods that really enqueue; without one of them nothing is dispatched. */
  readonly ends: readonly string[];
  /** Which option each setter method fills: one key for its first argument, or a key for each. */
  readonly setters: Readonly<Record<string, string | readonly string[]>>;
}

/** A call that hands a task to a queue. */
export interface DispatchSite extends Matcher {
  /** A list of items, each a dispatch of its own; the other places then start at `item`. */
  readonly each?: Place;
  /** The key under which an item holds further items of the same shape. */
  readonly nested?: string;
  /** The queue's name; without it the receiver of the method is the queue. */
  readonly queue?: Places;
  readonly task?: Places;
  readonly payload?: Places;
  readonly options?: Places;
  /** Defaults that this call itself brings, in place of the queue's. */
  readonly defaults?: Places;
  /** The queue's defaults do not reach this dispatch. */
  readonly ignoresQueue?: boolean;
  readonly chain?: Chain;
  /** `start(fn)(payload)`: the second call is part of the dispatch. */
  readonly curried?: boolean;
}

/** A place that makes a function the handler of tasks. A site without `handler` only states a policy. */
export interface HandlerSite extends Matcher {
  readonly queue?: Places;
  /** The queue's name when none is given. */
  readonly queueDefault?: string;
  /** For a method's decorator: the decorator of its class that names the queue. */
  readonly owner?: { readonly decorator: string; readonly queue: Places };
  readonly task?: Places;
  /** The function, or a file that exports it by default. */
  readonly handler?: Places;
  readonly payload?: Place;
  readonly options?: Places;
}

/** A place that makes a queue, or registers its settings under a name. */
export interface QueueSite extends Matcher {
  readonly each?: Place;
  readonly name?: Places;
  /** The queue's name when none is given. */
  readonly nameDefault?: string;
  /** The queue's own options; the library's `queueDefaults` says under which key the tasks' defaults are. */
  readonly options?: Places;
  /** The exported class or interface that what is made has, where the callee goes by another name. */
  readonly makes?: string;
  /** These options are not one queue's but underlie every queue's, merged shallowly. */
  readonly root?: boolean;
  /** Methods of the queue that give the queue itself, when they have done something: `isReady`. */
  readonly returnsItself?: readonly string[];
  /** Keys of which one makes the queue's options whole, so that it needs no root. */
  readonly standsAlone?: readonly string[];
  /** Names the root configuration that a queue uses, where there are several. */
  readonly rootKey?: Places;
}

/** A decorated parameter or property that a framework fills with the queue of this name. */
export interface InjectionSite {
  readonly decorator: string;
  readonly name: Place;
  /** The name of the queue when the decorator is given none. */
  readonly default?: string;
}

/** An expression that blocks on another task's outcome. */
export interface WaitSite extends Matcher {
  /** The engine checkpoints the waiting task, so waiting is fine. */
  readonly durable?: boolean;
  /** Only a wait where it stands in a loop: asking for a status again and again. */
  readonly polling?: boolean;
}

/** A file whose settings reach every task of the project: `trigger.config.ts`. */
export interface ConfigSite {
  /** The file's base name. */
  readonly file: string;
  /** Where in the default export: `retries.default`. */
  readonly options: string;
}

/** How the number of runs is written. */
export interface AttemptsSpec {
  /** The option's path in the effective options; without it the library has no such setting. */
  readonly option?: string;
  /** Does the number count all runs, or the runs after the first? */
  readonly counts: 'runs' | 'retries';
  /** Numbers that mean without end, such as -1. */
  readonly unlimited?: readonly number[];
  /** Runs in all when nobody says, the first included: a number from 1, or `unlimited`. */
  readonly default: number | 'unlimited';
  /** What the library makes of a number without end, as the end of a sentence. */
  readonly infinity?: string;
}

export type BackoffKind = 'none' | 'fixed' | 'exponential' | 'custom';

/** How the pause between runs is written. */
export interface BackoffSpec {
  /** The option that switches it on. */
  readonly option?: string;
  /** What a bare number there means; the number is the delay. */
  readonly number?: BackoffKind;
  /** What `true` there means. */
  readonly true?: BackoffKind;
  /** The key under the option that names the kind, and what its values mean. Other values are `custom`. */
  readonly type?: { readonly key: string; readonly values: Readonly<Record<string, BackoffKind>> };
  /** What an object there means when no key names the kind. */
  readonly object?: BackoffKind;
  /** The path of the delay in the effective options. */
  readonly delay?: string;
  /** The unit of the delay. */
  readonly unit?: TimeUnit;
  /** Milliseconds when the option is there and the delay is not. */
  readonly delayDefault?: number;
  /** The path of the random part in the effective options. */
  readonly jitter?: string;
  /** What holds when nobody says. */
  readonly default: BackoffKind;
  /** The default, or any backoff of this library, has a random part without being asked. */
  readonly jittered?: boolean;
}

export type TimeUnit = 'ms' | 's' | 'min';

/** How the longest run time is written. */
export interface TimeLimitSpec {
  readonly option?: string;
  readonly unit?: TimeUnit;
  /** Milliseconds when nobody says; `none` when a task may then run for ever. */
  readonly default: number | 'none';
  /** Where the option stands: in the handler's or definition's options, or in the dispatch's (and queue's). */
  readonly at?: 'definition' | 'dispatch';
  /** The exception by which a handler learns of a soft limit. */
  readonly error?: string;
}

/** When a message is acknowledged. */
export interface AcknowledgementSpec {
  /** A boolean option; `true` is late. */
  readonly option?: string;
  readonly default: 'early' | 'late' | 'manual';
}

/** An option that keeps the same work from being done twice. */
export interface DeduplicationOption {
  readonly option: string;
  readonly since?: string;
  readonly before?: string;
}

/** A serializer by name, or what one does to each kind of value. */
export type SerializerName = 'json' | 'superjson' | 'devalue' | 'structured-clone' | 'bson';

/** Where settings come from, weakest first. */
export type Layer = 'config' | 'queue' | 'definition' | 'dispatch';

/** A task library. */
export interface LibraryDefinition {
  /** As people call it, for messages. */
  readonly name: string;
  /** The npm packages whose exports the sites name. */
  readonly packages?: readonly string[];
  /** Project files or folders, relative to the ESLint working directory, whose exports the sites name. */
  readonly files?: readonly string[];
  /** The library whose options, layers and serializer hold here too. */
  readonly extends?: string;
  /** The exported name that the default export, and the module itself, goes by in the sites. */
  readonly defaultExport?: string;

  readonly queues?: readonly QueueSite[];
  readonly injections?: readonly InjectionSite[];
  readonly dispatches?: readonly DispatchSite[];
  readonly handlers?: readonly HandlerSite[];
  readonly waits?: readonly WaitSite[];
  readonly configs?: readonly ConfigSite[];

  /** The key of a queue's options that holds the defaults of its tasks. */
  readonly queueDefaults?: string;
  /** Default: those that the sites show: a config file, queues, handlers with options, and the dispatch itself. */
  readonly layers?: readonly Layer[];
  readonly attempts?: AttemptsSpec;
  readonly backoff?: BackoffSpec;
  readonly timeLimit?: TimeLimitSpec;
  readonly softTimeLimit?: TimeLimitSpec;
  readonly acknowledgement?: AcknowledgementSpec;
  readonly deduplication?: readonly DeduplicationOption[];
  /** A boolean option by which a task is declared idempotent. */
  readonly idempotent?: string;
  readonly serializer?: SerializerName;
  /** What to write, in this library's spelling and units, when a rule suggests it. */
  readonly suggest?: {
    readonly attempts?: string;
    readonly runOnce?: string;
    readonly backoff?: string;
    readonly timeLimit?: string;
    readonly softTimeLimit?: string;
  };
  /** For the table in the documentation; the tests that prove the claims made here. */
  readonly evidence?: readonly string[];
}

/**
 * Describes a task library, the team's own included; put the result under `settings.tasks.libraries`.
 *
 * @throws TypeError that names every mistake and where it stands.
 */
export function defineLibrary(definition: LibraryDefinition): LibraryDefinition {
  const problems = problemsOf(definition);
  if (problems.length > 0) {
    throw new TypeError(
      `This is no task library that eslint-plugin-tasks understands:\n- ${problems.join('\n- ')}`,
    );
  }
  return definition;
}
