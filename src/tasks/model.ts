import type ts from 'typescript';
import type {
  BackoffKind,
  DispatchSite,
  HandlerSite,
  QueueSite,
  SettlementSite,
  WaitSite,
} from '../libraries/define.js';
import type { Library } from '../libraries/vocabulary.js';
import type { Lazy, Open, Value } from '../typescript/value.js';
import type { Policy } from './policy.js';

/** One value of a policy, with where it comes from. */
export type Setting<T> = Stated<T> | Configured<T> | Defaulted<T> | Unknown;

/** Somebody wrote it, at a place that the library reads. */
export interface Stated<T> {
  readonly state: 'stated';
  /** All that it may be; one value, unless the text chooses between several. */
  readonly values: readonly T[];
  /** The text that states it: the value of the option. */
  readonly at: ts.Node;
}
/** Somebody decided that something decides outside the text, the environment say: what, nobody knows here. */
export interface Configured<T> {
  readonly state: 'configured';
  /** What holds when nothing is decided there; undefined where that is not read. */
  readonly fallback: T | undefined;
  readonly at: ts.Node;
}
/** Nobody did; this is what the library then does. */
export interface Defaulted<T> {
  readonly state: 'defaulted';
  readonly value: T;
  /** The `undefined` that somebody wrote, which erases what holds without it. */
  readonly erasedAt?: ts.Node;
}
/** It could not be followed: rules stay silent. */
export interface Unknown {
  readonly state: 'unknown';
  readonly why: string;
  readonly at: ts.Node;
  /** The parameter of a project function, or its object, that says it: known at each of its callers. */
  readonly open?: Open | undefined;
}

/** The pause between two runs of a failing task. */
export interface Backoff {
  readonly kind: BackoffKind;
  /** Milliseconds; undefined when the text does not say. */
  readonly delay: number | undefined;
}

/** Who owns a policy: the text to report at, and the library whose words hold there. */
interface Subject {
  readonly library: Library;
  readonly policy: Policy;
}

/** A call that hands a task to a queue, itself or through the project functions that it calls. */
export interface Dispatch extends Subject {
  readonly kind: 'dispatch';
  /** The row of the library's table that found it. */
  readonly site: DispatchSite;
  readonly node: ts.CallExpression | ts.NewExpression;
  /** The same dispatch one step further in: as it stands in the project function that is called here. */
  readonly through: Dispatch | undefined;
  /** The project function that is called here, for a dispatch through one. */
  readonly runs: ts.Node | undefined;
  /** The name of the method or function called: what to report when there is nothing smaller. */
  readonly name: ts.Node;
  /** The element of a bulk dispatch, undefined for a plain one. */
  readonly item: Lazy | undefined;
  readonly queue: Setting<string>;
  readonly task: Setting<string>;
  /** Undefined when nothing is handed over. */
  readonly payload: Lazy | undefined;
  /** The options that this dispatch itself gives; undefined for none. */
  readonly options: Lazy | undefined;
  /** The database transaction that it is queued in; undefined where none is given. */
  readonly transaction: Lazy | undefined;
  /** Which argument the options are, for a plain dispatch whose options are a whole argument. */
  readonly optionsIndex: number | undefined;
  /** The queue's defaults do not reach it. */
  readonly ignoresQueue: boolean;
}

/** The call whose value tells whether a task was taken: most often the dispatch itself, once for a bulk of them. */
export interface Sending {
  readonly library: Library;
  readonly site: DispatchSite;
  /** The dispatch. */
  readonly node: ts.CallExpression | ts.NewExpression;
  /** The end of a builder, the second call of a curried one, what a command is given to; else the dispatch. */
  readonly call: ts.CallExpression | undefined;
  /** The library's, where it is known. */
  readonly version: string | undefined;
  /** What to report. */
  readonly name: ts.Node;
  /** Of a builder that nothing ends, what there is of it: nothing is dispatched. */
  readonly unfinished: ts.Expression | undefined;
  /** Nothing is dispatched before somebody awaits this value. */
  readonly lazy: boolean;
  /** The calls of project functions that lead to the library's own, from the outermost in. */
  readonly through: readonly Dispatch[];
}

/** A function that a worker runs, or a definition that states a task's policy. */
export interface Handler extends Subject {
  readonly kind: 'handler';
  readonly site: HandlerSite;
  /** The same handler as it stands in the project function that is called here. */
  readonly through: Handler | undefined;
  readonly runs: ts.Node | undefined;
  /** The `new`, call, decorator, class or function that makes it one. */
  readonly node: ts.Node;
  /** What to report: the callee, the decorator, the method's or the class's name. */
  readonly name: ts.Node;
  readonly queue: Setting<string>;
  readonly task: Setting<string>;
  readonly body: ts.FunctionLikeDeclaration | undefined;
  /** Who says which function it is, where the text around does not. */
  readonly openBody: Open | undefined;
  /** The site names no function: the policy is all that is said here. */
  readonly definitionOnly: boolean;
  /** Something runs it for certain; a function that only has the type of a handler may be unused. */
  readonly registered: boolean;
  /** The engine checkpoints it where it waits, so that its waits hold no worker. */
  readonly durable: boolean;
  /** It runs in a process or thread of its own: a file that is named is loaded there. */
  readonly ownProcess: boolean;
  /** One step of a durable function. */
  readonly step: boolean;
  /** Where the payload stands in the parameters: parameter 0, `data`; all of them are it for some libraries. */
  readonly payload: { readonly parameter: number | 'all'; readonly path: readonly string[] } | undefined;
  /** The options that state the policy; undefined for none. */
  readonly options: Lazy | undefined;
  /** All that states its policy, weakest first. */
  readonly layers: readonly Value[];
}

/** A queue, or settings registered for one. */
export interface Queue extends Subject {
  readonly kind: 'queue';
  readonly site: QueueSite;
  readonly node: ts.Node;
  readonly name: Setting<string>;
  /** Settings that underlie every queue's. */
  readonly root: boolean;
}

/** An expression that blocks on another task's outcome. */
export interface Wait {
  readonly library: Library;
  readonly site: WaitSite;
  readonly node: ts.CallExpression | ts.PropertyAccessExpression;
  readonly name: ts.Node;
  readonly durable: boolean;
  readonly polling: boolean;
  /** It holds its caller also in a durable function. */
  readonly holds: boolean;
}

/** A place where a message is settled by hand. */
export interface Settlement {
  readonly library: Library;
  readonly site: SettlementSite;
  readonly node: ts.CallExpression | ts.NewExpression;
  readonly outcome: SettlementSite['outcome'];
}
