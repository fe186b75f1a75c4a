import { problemsOf } from './validate.js';

/**
 * The vocabulary in which a task library is described: what its dispatches, handlers, queues and waits
 * look like, and what its options mean. Built-in libraries and a team's own framework use the same words.
 * Everything is plain data, so that a definition can stand in an ESLint configuration as it is.
 */

/**
 * Where something stands in a match. A root, then keys:
 *
 * - `arg0`, `arg1.defaultJobOptions`, `argLast`, `args` (all arguments, as a list), `argsFrom1` (but the first):
 *   of the call, `new` or decorator;
 * - `item.data`: of each element of `each`;
 * - `next.arg0`, `next.args`: of the second call of a curried one, `start(fn)(payload)`; `next.name`: the
 *   name of the method, where the second call is one, `start(Class).method(payload)`;
 * - `end.arg0`, `end.args`: of the call that ends a builder chain, `.save()`;
 * - `chain`: the options that a builder chain collected;
 * - `self`: the decorated method, the function with the directive, the value with the type;
 * - `holder`: the name of the variable or property that the call's value is put in;
 * - `receiver`: what the method is called on;
 * - `around`: the function in which the call or `new` stands;
 * - `key`: the name under which an item stands in the object that `each` names;
 * - `member.process`: an instance member of the decorated or extending class; `static.options`: a static one;
 * - `name`: the name of the function, method or class that was matched;
 * - `typeArg0`: the text that a type argument is: of `typed`'s type, or of the call;
 * - `param0.data`, `params`: of the handler's own parameters (only in `payload` of a handler).
 *
 * A key is `.name`, each element of a list is `[]`, the value that a function returns is `()`, what a call
 * was given is `(0)`; `{queue}` stands for the queue's name.
 */
export type Place = Root | `${Root}.${string}` | `${Root}[]${string}` | `${Root}(${string}`;
type Root =
  | `arg${number}`
  | 'argLast'
  | 'args'
  | `argsFrom${number}`
  | 'item'
  | `next.arg${number}`
  | 'next.args'
  | 'next.name'
  | `end.arg${number}`
  | 'end.args'
  | 'chain'
  | 'self'
  | 'receiver'
  | 'holder'
  | 'around'
  | 'key'
  | 'name'
  | `typeArg${number}`
  | `member.${string}`
  | `static.${string}`
  | `param${number}`
  | 'params';

/** One place, or several of which the first that is there counts. */
export type Places = Place | readonly Place[];

/** What kind of value stands in an argument; `none` when there is no such argument. */
export type ValueKind = 'string' | 'object' | 'array' | 'function' | 'number' | 'none';

/** A kind of value, one of several, or this very text. */
export type Wanted = ValueKind | readonly ValueKind[] | { readonly is: string };

/** Further conditions of a match. */
export interface When {
  /** How many arguments: exactly, or at least and at most. */
  readonly arguments?: number | { readonly min?: number; readonly max?: number };
  /** What kind of value an argument is, decided by its syntax, then by its type. */
  readonly arg0?: Wanted;
  readonly arg1?: Wanted;
  readonly arg2?: Wanted;
}

/** What a site looks like; exactly one of the first nine keys. */
export interface Matcher {
  /** `new Worker(…)`, subclasses included: the exported class. */
  readonly construct?: string;
  /** `registerTask(…)`: an exported function, or `Bull(…)`, one that is also a class. */
  readonly call?: string;
  /** `Queue.add`: a method of an exported class or interface, of its instances or static. */
  readonly method?: string;
  /** `Run.returnValue`: a property that is read; only of waits. */
  readonly property?: string;
  /** `Processor`: an exported decorator, on a class or one of its methods. */
  readonly decorator?: string;
  /** `WorkerHost`: a class that extends this one. */
  readonly extends?: string;
  /** `use workflow`: a function that begins with this directive. */
  readonly directive?: string;
  /** `Task`: a function, or an object, whose declared type is this exported type. */
  readonly typed?: string;
  /** `SandboxedJob`: an exported function whose first parameter is declared with this exported type. */
  readonly takes?: string;
  /** With `takes`: only a function or method of this name, exported or not. */
  readonly named?: string;
  readonly when?: When;
  /** From this version of the library on, e.g. `11`. */
  readonly since?: string;
  /** Before this version of the library, e.g. `6`. */
  readonly before?: string;
}

/** A builder: `createJob(data).retries(3).save()`. */
export interface Chain {
  /** The methods that really enqueue; without one of them nothing is dispatched. Empty where none is needed. */
  readonly ends: readonly string[];
  /** Methods that enqueue the builders in the list that they are given: `queue.saveAll([job, …])`. */
  readonly collectors?: readonly string[];
  /** With no `ends`: it enqueues when it is awaited, or when one of these is called, and not before. */
  readonly lazy?: readonly string[];
  /** Which option each setter method fills: one key for its first argument, or a key for each. */
  readonly setters: Readonly<Record<string, string | readonly string[]>>;
}

/** What hands over many tasks in one call, in place of a loop of single dispatches. */
export interface Bulk {
  /** Its name, which is called on what the single one is called on: `addBulk`. */
  readonly name: string;
  /** What stands before the list, of the single call's arguments: 0 for the first. */
  readonly leading?: readonly number[];
  /**
   * An element of the list: one of the single call's arguments, or an object of some. Without it, nobody is
   * suggested how to write it.
   */
  readonly item?: number | Readonly<Record<string, number>>;
  readonly since?: string;
  readonly before?: string;
}

/** How the library runs tasks one after another as a whole. */
export interface FlowSpec {
  /** What it is called: `FlowProducer`. */
  readonly name: string;
  /** Options of a dispatch by which it is no successor but a task for later: `delay`. */
  readonly later?: readonly string[];
}

/** A call that hands a task to a queue. */
export interface DispatchSite extends Matcher {
  /** A list of items, each a dispatch of its own; the other places then start at `item`. */
  readonly each?: Place;
  /** The key under which an item holds further items of the same shape. */
  readonly nested?: string;
  /** The queue's name; without it the receiver of the method is the queue. */
  readonly queue?: Places;
  /** The queue's name when none is given. */
  readonly queueDefault?: string;
  readonly task?: Places;
  /** The task's name when none is given. */
  readonly taskDefault?: string;
  /** The name is an event's: who listens is not told by it, and nobody need. */
  readonly event?: boolean;
  /** What is dispatched, as the definition itself or by its name: its options then hold, too. */
  readonly definition?: Places;
  readonly payload?: Places;
  readonly options?: Places;
  /** Where it is given the database transaction to queue the task in. */
  readonly transaction?: Places;
  /** Defaults that this call itself brings, in place of the queue's. */
  readonly defaults?: Places;
  /** The queue's defaults do not reach this dispatch. */
  readonly ignoresQueue?: boolean;
  readonly chain?: Chain;
  /** `start(fn)(payload)`: the second call is part of the dispatch. */
  readonly curried?: boolean;
  /** What takes many of these at once; of several the first that this version has. */
  readonly bulk?: Bulk | readonly Bulk[];
  /** It returns no promise. Where there are types they say so; this is for code without. */
  readonly sync?: boolean;
  /** What its options must have besides, where a suggestion writes the first of them: `backfillPeriod: 0`. */
  readonly optionsNeed?: string;
}

/** A place that makes a function the handler of tasks. A site without `handler` only states a policy. */
export interface HandlerSite extends Matcher {
  readonly queue?: Places;
  /** The queue's name when none is given. */
  readonly queueDefault?: string;
  /** For a method's decorator: the decorator of its class that names the queue. */
  readonly owner?: { readonly decorator: string; readonly queue: Places };
  readonly task?: Places;
  /** The task's name when none is given. */
  readonly taskDefault?: string;
  /** Where a function that is given tasks of all names finds the name of the one that it is to run. */
  readonly taskIn?: Place;
  /**
   * There may be one handler of a name: on the object that it is registered on, for a queue of this name, or in
   * the application. What becomes of a second one, the library's `sameName` says.
   */
  readonly unique?: 'object' | 'queue' | 'application';
  /** The payload is parsed before the function is given it, so that what it declares is not what is dispatched. */
  readonly parses?: boolean;
  /** Where something stands here, further handlers come from outside the text: a folder, say. */
  readonly further?: Places;
  /** A list or an object of which each member is a handler; the other places then start at `item`. */
  readonly each?: Place;
  /** The function, or a file that exports it by default. */
  readonly handler?: Places;
  /** Options that hold for several handlers, where their own say nothing else. */
  readonly defaults?: Places;
  /** The queue's defaults do not reach it: it is defined by itself. */
  readonly ignoresQueue?: boolean;
  /** One step of a durable function: what it is handed is that function's own state. */
  readonly step?: boolean;
  /** The engine checkpoints this function wherever it waits, so its waits hold no worker. */
  readonly durable?: boolean;
  /** It runs in a process or thread of its own, where it keeps nobody waiting. */
  readonly ownProcess?: boolean;
  /** What holds for it is stated by another site, or outside the text: nothing is known of it here. */
  readonly elsewhere?: boolean;
  readonly payload?: Place;
  readonly options?: Places;
  /** What it returns is read by who asked for it, so that an error may be an answer. */
  readonly answers?: boolean;
  /** What an error of it does to its message. */
  readonly requeuesErrors?: ErrorRequeueSpec;
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
  /** It holds its caller also in a durable function: it goes round the engine. */
  readonly holds?: boolean;
  /** It makes a client, and waits when a method of that is called at once: `serviceClient(mail).send(to)`. */
  readonly curried?: boolean;
}

/** What settles a message by hand: `channel.ack(message)`, `new DeleteMessageCommand(…)`. */
export interface SettlementSite extends Matcher {
  /** What becomes of the message. */
  readonly outcome: 'done' | 'again' | 'failed';
  /** It puts the message straight back: always, or as an argument says. */
  readonly requeues?: RequeueSpec;
}

/** When a settlement puts its message straight back, so that a failing message comes again at once. */
export interface RequeueSpec {
  /** The argument that decides; without it the call always does. */
  readonly argument?: Place;
  /** The value that puts it back; true unless said. */
  readonly is?: boolean | number;
  /** It does where the argument is left out. */
  readonly default?: boolean;
  /** A limit may be set outside of the text: a redrive or dead-letter policy. */
  readonly limitedOutside?: boolean;
  /** The arguments that settle it without putting it back: places of the call's own, and words as they are. */
  readonly instead?: readonly string[];
}

/** What becomes of a message whose handler throws, where the library may put it straight back. */
export interface ErrorRequeueSpec {
  /** The option that decides, and its values that put the message back. */
  readonly option: string;
  readonly values: readonly string[];
  /** It does where nobody says. */
  readonly default?: boolean;
  /** Options that take its place. */
  readonly unless?: readonly string[];
  /** What the application calls a default of its own: where the program has it, that decides. */
  readonly elsewhere?: readonly string[];
  /** Decorators of the method, or of its class, that take the errors before the library does. */
  readonly takenBy?: readonly string[];
  /** What to write in place of it: the option, and the name of the value where an enum has it. */
  readonly instead?: { readonly text: string; readonly value: string };
}

/** A call by which tasks are run that no handler stands for: one takes them off a queue by hand, say. */
export interface PullSite extends Matcher {
  /** The queue's name; without it any queue's tasks may be run. */
  readonly queue?: Places;
  /** The task's name; without it any task may be run. */
  readonly task?: Places;
}

/** What tells of its own trouble by an `error` event. */
export interface EmitterSite extends Matcher {
  /** What emits, where it is not what the call or `new` makes: `receiver`. */
  readonly emitter?: Place;
  /**
   * What an `error` does that nobody listens to: Node.js ends the process; the library closes the connection
   * with all that consumes over it; or nothing much, but the library's documentation asks for a listener.
   */
  readonly unheard: 'exits' | 'closes' | 'asked';
}

/** A decorator that makes a method the listener to an event: `@OnWorkerEvent('failed')`. */
export interface ListenerSite {
  readonly decorator: string;
  /** The event, or where the decorator is given it. */
  readonly event: string;
}

/** Options that are no task's own: a worker's, a queue's, a client's; and calls that are themselves a trap. */
export interface SettingsSite extends Matcher {
  readonly options?: Places;
  readonly traps?: readonly TrapSpec[];
  readonly relations?: readonly TimeRelation[];
  readonly amounts?: readonly TimeAmount[];
}

/** An option that the library does not take the way it is written. */
export interface TrapSpec {
  /** The option's path in the options; without it the call as a whole, in a site of `settings`. */
  readonly option?: string;
  /** Of which tasks' options: those of these dispatches alone, by their method or function. */
  readonly methods?: readonly string[];
  /** One of these constants; without any condition on the value, whatever is written. */
  readonly is?: readonly (string | number | boolean)[];
  /** A number below, or above, this one. */
  readonly below?: number;
  readonly above?: number;
  /** A number that is no integer. */
  readonly fraction?: boolean;
  /** A number at all. */
  readonly number?: boolean;
  /** A text that this regular expression fits. What stands in a template for an unknown part is `…`. */
  readonly matches?: string;
  /** Only where none of these options is there. */
  readonly without?: readonly string[];
  /** Only where this option is there, too. */
  readonly with?: string;
  /** Only where a weaker layer says otherwise. */
  readonly overrides?: boolean;
  /** Not where a queue of the program has `true` at this place of its site, or something unknown. */
  readonly unlessQueue?: Place;
  readonly since?: string;
  readonly before?: string;
  /** What the library does with it: nothing, an exception, or something else than it says. */
  readonly effect: 'ignored' | 'rejected' | 'misread';
  /** The consequence, as the end of a sentence. */
  readonly because: string;
  /** What to do, as a sentence. */
  readonly instead: string;
  /** The rule about the number of runs leaves it to this row. */
  readonly decidesAttempts?: boolean;
  /** The right code, where it is known. */
  readonly write?: TrapEdit;
}

/** What to make of a trap: take the option out, give it another value, another name, company, or another character. */
export type TrapEdit =
  | { readonly remove: true }
  | { readonly value: string }
  | { readonly rename: string; readonly times?: number }
  | { readonly add: string }
  /** Another character in a text, also in the known parts of a template. */
  | { readonly character: string; readonly by: string };

/** Where a time plan stands, and in whose dialect. */
export interface ScheduleSite extends Matcher {
  /** A list of items, each with a schedule of its own; the other places then start at `item`. */
  readonly each?: Place;
  readonly expression: Places;
  readonly zone?: Places;
  /** Where it is another than the library's `cron`. */
  readonly dialect?: CronDialect;
}

/** Which cron expressions a library's parser takes. */
export interface CronDialect {
  /** How many fields there may be. */
  readonly fields: readonly number[];
  /** What the sixth field is: the first of six are the seconds, or the last of them is the year. */
  readonly sixth?: 'seconds' | 'year';
  /** The nicknames that it knows: `@daily`. */
  readonly nicknames?: readonly string[];
  /** Characters beyond numbers, names, `*`, `,`, `-` and `/` that it knows: `L`, `W`, `#`, `?`, `H`. */
  readonly extra?: string;
  /** Names of months and days. */
  readonly names?: boolean;
  /** The largest number of a day of the week. */
  readonly lastWeekday?: 6 | 7;
  /** It takes `5/10`: from 5 on, each tenth. */
  readonly openSteps?: boolean;
  /** A range has no step: `9-17/2` is refused. */
  readonly plainRanges?: boolean;
  /** It takes a range that goes round: `22-6`. */
  readonly wrapping?: boolean;
  /** A time zone stands before the fields: `TZ=Europe/Paris 0 12 * * *`. */
  readonly prefix?: boolean;
  /** It is several lines, each with a task's name behind the five fields. */
  readonly crontab?: boolean;
  /** Other languages than cron are written here, too: what does not look like cron is left alone. */
  readonly otherwise?: boolean;
}

/** Two times of which one must be smaller. */
export interface TimeRelation {
  readonly option: string;
  readonly unit?: TimeUnit;
  readonly than: string;
  readonly thanUnit?: TimeUnit;
  /** Milliseconds of the other one where nobody says. */
  readonly thanDefault?: number;
  /** They may be equal. */
  readonly orEqual?: boolean;
  /** Not where this option is there. */
  readonly unless?: string;
  readonly since?: string;
  readonly before?: string;
  /** What happens otherwise, as the end of a sentence. */
  readonly because: string;
}

/** A time whose size shows that another unit was meant. */
export interface TimeAmount {
  readonly option: string;
  readonly unit: TimeUnit;
  /** Milliseconds below which nobody can mean it: seconds were given for milliseconds. Never of 0. */
  readonly least?: number;
  /** Milliseconds above which nobody can mean it: milliseconds were given for seconds. */
  readonly most?: number;
  /** What happens, as the end of a sentence. */
  readonly because: string;
}

/** How somebody learns that a task has failed. */
export interface FailuresSpec {
  /** What to add, for messages: `worker.on('failed', …)`. */
  readonly observer: string;
  /** The events that tell of it: of what the handler's site makes, or of what its method is called on. */
  readonly events?: readonly string[];
  readonly of?: 'made' | 'receiver';
  /** The options that name an observer, or a queue for what failed. */
  readonly options?: readonly string[];
  /** Words that show, wherever they stand in the project, that it deals with what failed. */
  readonly mentions?: readonly string[];
}

/** A place that opens a broker. */
export interface BrokerSite extends Matcher {
  /** The relational database that it certainly is: `PostgreSQL`. */
  readonly database?: string;
  /** The address, or the name of the driver, that says which one it is. */
  readonly address?: Places;
  /** The relational databases among the addresses, by how these begin: `{ 'sqla+': 'a relational database' }`. */
  readonly addresses?: Readonly<Record<string, string>>;
}

/** A place that makes tasks run where they are dispatched, in the same process, as tests want it. */
export interface InlineSite extends Matcher {
  /** What it is called, for messages: `isDev: true`. */
  readonly mode: string;
  /** The option that says so, and the value with which it does; without it the call itself does. */
  readonly option?: Place;
  readonly value?: boolean | string;
}

/** A logger whose lines belong to the run, or at least to the application's log. */
export interface LoggerSpec {
  /** As people write it, for messages: `job.log(…)`. */
  readonly shown: string;
  /** Where the handler is given it: `param1.logger`. */
  readonly parameter?: Place;
  /** The export that it is, or under whose `path` it stands. */
  readonly import?: { readonly name: string; readonly from: readonly string[]; readonly path?: string };
  /** The type of the class's own member that it is: an exported class, and its package. */
  readonly member?: { readonly type: string; readonly from: string };
  /** What methods of the console are called there, where that differs. */
  readonly methods?: Readonly<Record<string, string>>;
  /** One text is all that it takes for certain. */
  readonly text?: boolean;
  /** It gives a promise. */
  readonly awaited?: boolean;
}

/** A file whose settings reach every task of the project: `trigger.config.ts`, `wrangler.jsonc`. */
export interface ConfigSite {
  /** The file's base name; it is looked for from the folder of a task's file upwards. */
  readonly file: string;
  /** Where in the default export (or in the JSON or TOML): `retries.default`. A list counts if it has one element. */
  readonly options: string;
  /** Which of the options the value is, where it is not all of them: `retry`. */
  readonly as?: string;
}

/** How the number of runs is written. */
export interface AttemptsSpec {
  /** The option's path in the effective options; without it the library has no such setting. */
  readonly option?: string;
  /** Does the number count all runs, or the runs after the first? */
  readonly counts: 'runs' | 'retries';
  /** What the number counts where the queue says it and not the dispatch, if something else. */
  readonly queueCounts?: 'runs' | 'retries';
  /** Other spellings of the option. */
  readonly aliases?: readonly string[];
  /** Numbers that mean without end, such as -1. */
  readonly unlimited?: readonly number[];
  /** Numbers that mean another number of runs than they say: graphile-worker takes 0 for its default. */
  readonly means?: Readonly<Record<string, number>>;
  /** Options that bound the runs by time, where no number does. */
  readonly boundedBy?: readonly string[];
  /** Where 0 is written and a weaker layer says otherwise, that one holds. */
  readonly zeroIsUnset?: boolean;
  /** A run whose worker died counts as well: where one run is stated, no second one follows. */
  readonly countsLost?: boolean;
  /** More runs than this are not certain: something else in the library has a limit of its own. */
  readonly ceiling?: number;
  /** The option that switches retries on; without it the number is not read. */
  readonly switch?: {
    readonly option: string;
    /** It is a list, and this must be in it. */
    readonly includes?: string;
    /** False where the number counts without it, too. */
    readonly required?: boolean;
    /** Runs in all when it is on and no number says. */
    readonly default: number | 'unlimited';
  };
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
  /** A shorter delay than these milliseconds is taken for as many. */
  readonly delayLeast?: number;
  /** What a delay alone makes, where the option is not there. */
  readonly delayAlone?: BackoffKind;
  /** The path of the growth factor: 1 makes the pause the same each time. */
  readonly factor?: string;
  /** The path of the random part in the effective options. */
  readonly jitter?: string;
  /** The first version that knows the random part. */
  readonly jitterSince?: string;
  /** What holds when nobody says. */
  readonly default: BackoffKind;
  /** The default, or any backoff of this library, has a random part without being asked. */
  readonly jittered?: boolean;
}

export type TimeUnit = 'ms' | 's' | 'min' | 'h';

/** How the longest run time is written: a number, a text such as `5m` or `1 minute`, `{ minutes: 5 }`. */
export interface TimeLimitSpec {
  /** The option, or several of which the first that is there counts. */
  readonly option?: string | readonly string[];
  readonly unit?: TimeUnit;
  /** The units of the options that have another one. */
  readonly units?: Readonly<Record<string, TimeUnit>>;
  /** Milliseconds when nobody says; `none` when a task may then run for ever. */
  readonly default: number | 'none';
  /** Where the option stands: in the handler's or definition's options, or in the dispatch's (and queue's). */
  readonly at?: 'definition' | 'dispatch';
  /** The exception by which a handler learns of a soft limit. */
  readonly error?: string;
  /** What the library does where nobody says, as a sentence, where it does not simply run on. */
  readonly without?: string;
}

/**
 * When a message is acknowledged: before the work (early), by the library after it (late), or by the
 * handler (manual): then it is early or late as the handler's text has it.
 */
export type Acknowledged = 'early' | 'late' | 'manual';

export interface AcknowledgementSpec {
  /** A boolean option. */
  readonly option?: string;
  /** What `true` there means; late unless said. */
  readonly true?: Acknowledged;
  /** What `false` there means; early unless said. */
  readonly false?: Acknowledged;
  readonly default: Acknowledged;
  /** The handler settles by calling one of its parameters: `(message, content, ackOrNack)` has 2. */
  readonly parameter?: number;
  /** What becomes of a message that is never settled, as the end of a sentence. */
  readonly unsettled?: string;
  /** What settling a message twice does, as the end of a sentence. */
  readonly twice?: string;
  /** What an error that leaves the handler does, as the end of a sentence. */
  readonly uncaught?: string;
  /** Whether a handler must settle is said elsewhere: only one that settles at all is known to. */
  readonly byChoice?: boolean;
  /** A settlement for a message that failed, of `{receiver}` and `{message}`: `{receiver}.nack({message})`. */
  readonly refuse?: string;
  /** The argument of that call, and the key in it, that put the message straight back; not with one of `unless`. */
  readonly parameterRequeues?: {
    readonly argument: number;
    readonly key: string;
    readonly unless?: readonly string[];
  };
}

/** What a handler returns that its library takes for a failure. */
export interface FailedResults {
  /** Nothing: `undefined`. */
  readonly nothing?: boolean;
  /** An object. */
  readonly object?: boolean;
  /** An object with one of these keys: `batchItemFailures`. */
  readonly keys?: readonly string[];
}

/** The `AbortSignal` by which a handler learns that nobody waits for it any more. */
export interface SignalSpec {
  /**
   * Where the handler has it: a parameter (`param2`, `param0.signal`, `param0[].signal` where the parameter is a
   * list), its object (`this.signal`), or a call of the library's own functions (`current().signal`).
   */
  readonly at: string;
  /** Only a handler that takes it is judged: who does not is ended with its process, or never cancelled. */
  readonly asked?: boolean;
  /** When it is aborted, as the end of a sentence: `when the job expires`. */
  readonly aborts: string;
}

/** What a worker must renew while a handler runs, on the event loop that the handler runs on. */
export interface LockSpec {
  /** Milliseconds that it lasts without being renewed. */
  readonly lasts: number;
  /** What becomes of the task then, as a part of a sentence: `another worker runs the job a second time`. */
  readonly then: string;
}

/** An option that keeps the same work from being done twice. */
export interface DeduplicationOption {
  readonly option: string;
  readonly since?: string;
  readonly before?: string;
}

/**
 * A serializer by name. `bytes`: the project makes text or bytes by itself; what JSON.stringify is given counts.
 * `json-quiet`: JSON that drops what it cannot write. `json-or-bytes`: JSON, but bytes may go as they are.
 */
export type SerializerName =
  'json' | 'superjson' | 'devalue' | 'structured-clone' | 'bson' | 'bytes' | 'json-quiet' | 'json-or-bytes';

/** Where settings come from, weakest first. */
export type Layer = 'config' | 'queue' | 'definition' | 'dispatch';

/** What rules rely on: each is proven by a test of this name, or documented. */
export type Claim =
  | 'attempts'
  | 'backoff'
  | 'time'
  | 'acknowledgement'
  | 'payload'
  | 'waits'
  | 'deduplication'
  | 'sameName'
  | 'routes'
  | 'signal'
  | 'lock'
  | 'emitters'
  | 'transaction'
  | 'traps'
  | 'schedules'
  | 'times';

/** How a task finds the function that runs it. */
export interface RoutesSpec {
  /** By its name wherever it is queued, by its name within its queue, or by its queue alone. */
  readonly by: 'task' | 'task-in-queue' | 'queue';
  /** The name under which a handler takes all that no other one does. */
  readonly catchAll?: string;
  /** What becomes of a task for which there is no handler, as the rest of a sentence about it. */
  readonly without: string;
}

/** What an older version of the library does otherwise; `null` for what it does not have. */
export interface OlderVersion {
  /** The first version for which this does not hold any more. */
  readonly before: string;
  readonly unregistered?: boolean;
  readonly defaultsAt?: string;
  readonly layers?: readonly Layer[];
  readonly attempts?: AttemptsSpec | null;
  readonly backoff?: BackoffSpec | null;
  readonly timeLimit?: TimeLimitSpec | null;
  readonly acknowledgement?: AcknowledgementSpec | null;
  readonly signal?: SignalSpec | null;
  readonly lock?: LockSpec | null;
  readonly failedResults?: FailedResults | null;
  readonly serializer?: SerializerName;
  readonly suggest?: LibraryDefinition['suggest'] | null;
  readonly sameName?: string;
}

/** A task library. */
export interface LibraryDefinition {
  /** As people call it, for messages. */
  readonly name: string;
  /** The npm packages whose exports the sites name. */
  readonly packages?: readonly string[];
  /** Project files or folders, relative to the ESLint working directory, whose exports the sites name. */
  readonly files?: readonly string[];
  /** Base names of generated declaration files whose global types the sites name: `worker-configuration.d.ts`. */
  readonly ambient?: readonly string[];
  /** The library whose options, layers and serializer hold here too. */
  readonly extends?: string;
  /** The exported name that the default export, and the module itself, goes by in the sites. */
  readonly defaultExport?: string;

  readonly queues?: readonly QueueSite[];
  readonly injections?: readonly InjectionSite[];
  readonly dispatches?: readonly DispatchSite[];
  readonly handlers?: readonly HandlerSite[];
  readonly waits?: readonly WaitSite[];
  readonly settlements?: readonly SettlementSite[];
  readonly pulls?: readonly PullSite[];
  readonly emitters?: readonly EmitterSite[];
  readonly listeners?: readonly ListenerSite[];
  /** Options of other things than tasks, and what is wrong in them. */
  readonly settings?: readonly SettingsSite[];
  readonly schedules?: readonly ScheduleSite[];
  /** The dialect of its cron expressions. */
  readonly cron?: CronDialect;
  readonly failures?: FailuresSpec;
  readonly logger?: LoggerSpec;
  readonly brokers?: readonly BrokerSite[];
  readonly inline?: readonly InlineSite[];
  /** To call a task's function is this library's own way to run it as a task. */
  readonly calledDirectly?: boolean;
  readonly configs?: readonly ConfigSite[];
  /**
   * The library's functions that make an option's value, and where they are given it: `exponential({ … })`
   * reads as the object, with the function's name under `type`.
   */
  readonly builders?: Readonly<Record<string, Place>>;

  /** What becomes of a second handler of one name, as a sentence; for the sites that say `unique`. */
  readonly sameName?: string;
  /** Where a task's name decides which function runs it, and nothing else does. */
  readonly routes?: RoutesSpec;

  /** A queue need not be made before it is used: one that nobody registers has the library's defaults. */
  readonly unregistered?: boolean;
  /** The key of a queue's options that holds the defaults of its tasks. */
  readonly queueDefaults?: string;
  /** Where the library takes what holds for all tasks of a queue, or of the project, as a message says it. */
  readonly defaultsAt?: string;
  /** The queue in which everything is that names none. */
  readonly defaultQueue?: string;
  /** Default: those that the sites show: a config file, queues, handlers with options, and the dispatch itself. */
  readonly layers?: readonly Layer[];
  readonly attempts?: AttemptsSpec;
  readonly backoff?: BackoffSpec;
  readonly timeLimit?: TimeLimitSpec;
  readonly softTimeLimit?: TimeLimitSpec;
  readonly acknowledgement?: AcknowledgementSpec;
  readonly signal?: SignalSpec;
  readonly lock?: LockSpec;
  /** Results of a handler that are failures, where not every return is success. */
  readonly failedResults?: FailedResults;
  /** Names by which a project reads what a handler returned: then errors in it may be looked at, too. */
  readonly resultNames?: readonly string[];
  readonly deduplication?: readonly DeduplicationOption[];
  /** A boolean option by which a task is declared idempotent. */
  readonly idempotent?: string;
  /** Options of its tasks that it ignores, refuses, or reads otherwise than written. */
  readonly traps?: readonly TrapSpec[];
  /** Times of its tasks of which one must be smaller than the other. */
  readonly relations?: readonly TimeRelation[];
  /** Times of its tasks whose size shows that another unit was meant. */
  readonly amounts?: readonly TimeAmount[];
  readonly serializer?: SerializerName;
  readonly flow?: FlowSpec;
  /** Names of what encrypts payloads: where a program uses one, what is handed over is taken for encrypted. */
  readonly encryption?: readonly string[];
  /** The dispatch's option that chooses another serializer. */
  readonly serializerOption?: {
    readonly option: string;
    readonly values: Readonly<Record<string, SerializerName>>;
  };
  /** What to write, in this library's spelling and units, when a rule suggests it: options, or `.retries(3)` of a builder. */
  readonly suggest?: {
    readonly attempts?: string;
    readonly runOnce?: string;
    readonly backoff?: string;
    /** What makes a backoff random, for the backoff's own object: `jitter: 0.5`. */
    readonly jitter?: string;
    readonly timeLimit?: string;
    readonly softTimeLimit?: string;
  };
  /** What older versions do otherwise, the oldest first. */
  readonly versions?: readonly OlderVersion[];
  /** The test file that proves the claims made here: it has a `describe` for each, by its name. */
  readonly evidence?: string;
  /** The sources of the claims that no test here can prove. */
  readonly documented?: Readonly<Partial<Record<Claim, string>>>;
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
