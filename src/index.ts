import { createRequire } from 'node:module';
import type { ESLint, Linter } from 'eslint';
import { type ConfigName, configsOf } from './configs.js';
import { defineLibrary, type LibraryDefinition } from './libraries/define.js';
import type { TaskRule } from './rule.js';
import { rules } from './rules.js';

export type * from './libraries/define.js';
export type { ConfigName } from './configs.js';
export { defineLibrary };

/** What may stand under `settings.tasks` in an ESLint configuration. */
export interface TasksSettings {
  /** The team's own task frameworks; see `defineLibrary`. */
  readonly libraries?: readonly LibraryDefinition[];
  /**
   * `report`: a file about tasks that is linted without type information is reported, once, at its first line.
   * The default is `ignore`: the rules judge what the file alone tells, and are silent about the rest.
   */
  readonly missingTypes?: 'ignore' | 'report';
}

/** A rule's severity, alone or with its options. */
export type TasksRuleEntry<Options extends object> = keyof Options extends never
  ? Linter.RuleSeverity | readonly [Linter.RuleSeverity]
  : Linter.RuleSeverity | readonly [Linter.RuleSeverity, Partial<Options>?];

/**
 * The rules of an ESLint configuration with their options, for `satisfies`. `Prefix` is the name that the plugin
 * is registered under.
 */
export type TasksRules<Prefix extends string = 'tasks'> = {
  readonly [Name in keyof typeof rules as `${Prefix}/${Name}`]?: (typeof rules)[Name] extends TaskRule<
    infer Options
  >
    ? TasksRuleEntry<Options>
    : never;
};

/** The plugin. */
export interface TasksPlugin extends ESLint.Plugin {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly rules: Readonly<Record<string, TaskRule>>;
  readonly configs: Readonly<Record<ConfigName, Linter.Config>>;
}

const { name, version } = createRequire(import.meta.url)('eslint-plugin-tasks/package.json') as {
  name: string;
  version: string;
};

const base = { meta: { name, version, namespace: 'tasks' }, rules };
const plugin: TasksPlugin & { defineLibrary: typeof defineLibrary } = Object.assign(base, {
  // The configurations name the plugin itself, so they come second.
  configs: {} as Record<ConfigName, Linter.Config>,
  defineLibrary,
});
Object.assign(plugin.configs, configsOf(plugin, rules));

export default plugin;
// `require('eslint-plugin-tasks')` gives the plugin itself.
export { plugin as 'module.exports' };
