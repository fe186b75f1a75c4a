/** What the process that lints one package is asked, and what it answers. */
export interface Job {
  /** The checkout; every path in the answer is relative to it. */
  readonly checkout: string;
  readonly folder: string;
  readonly files: readonly string[];
  readonly tsconfig: string;
  /** The built plugin. */
  readonly dist: string;
}

/** A report of the plugin. */
export interface Found {
  readonly file: string;
  readonly line: number;
  /** Bare name. */
  readonly rule: string;
  readonly message: string;
  readonly presets: readonly PresetName[];
}

export type PresetName = 'recommended' | 'strict';

/** As the model has it; `open` is what the callers of the function around it say, each for itself. */
export const settingStates = ['stated', 'configured', 'defaulted', 'open', 'unknown'] as const;
export type SettingState = (typeof settingStates)[number];

/** One setting of a policy, in words that can leave the process. */
export interface SettingSeen {
  readonly state: SettingState;
  /** What it may be, in words; none when that is not known. */
  readonly values: readonly string[];
  /** Why it is unknown. */
  readonly why: string | undefined;
  /** Where it is stated, or where the reading ended: `file:line`, and the text there. */
  readonly at: string | undefined;
  readonly text: string | undefined;
}

/** What the model says of one dispatch. */
export interface DispatchSeen {
  readonly file: string;
  /** The call begins here, ... */
  readonly line: number;
  /** ... its method's name stands here, ... */
  readonly nameLine: number;
  /** ... and here it ends. */
  readonly endLine: number;
  /** What is called: `this.queue.add`. */
  readonly text: string;
  /** Where the dispatches stand that it goes through, `file:line`: it is a call of a wrapper. */
  readonly through: readonly string[];
  readonly library: string;
  readonly queue: string | undefined;
  readonly attempts: SettingSeen;
  readonly backoff: SettingSeen;
}

/** Said before each file, for the case that there will be no answer. */
export interface Progress {
  readonly done: number;
  readonly all: number;
  readonly next: string;
}

export interface Crash {
  readonly file: string;
  readonly rule: string;
  readonly error: string;
}

export interface Linted {
  /** Where the types come from, in words. */
  readonly types: string;
  readonly files: readonly string[];
  readonly programs: number;
  readonly found: readonly Found[];
  readonly dispatches: readonly DispatchSeen[];
  readonly crashes: readonly Crash[];
  /** Files that could not be parsed, or that no project includes: they are not linted. */
  readonly unread: readonly { readonly file: string; readonly why: string }[];
  /** Modules that lead nowhere, and how many imports name them: types are missing there. */
  readonly unresolved: readonly (readonly [string, number])[];
}
