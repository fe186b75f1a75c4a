import { createRequire } from 'node:module';
import type { ESLint, Linter } from 'eslint';
import { type ConfigName, configsOf } from './configs.js';
import { defineLibrary, type LibraryDefinition } from './libraries/define.js';
import { rules } from './rules.js';

export type * from './libraries/define.js';
export type { ConfigName } from './configs.js';
export { defineLibrary };

/** What may stand under `settings.tasks` in an ESLint configuration. */
export interface TasksSettings {
  /** The team's own task frameworks; see `defineLibrary`. */
  readonly libraries?: readonly LibraryDefinition[];
}

/** The plugin. */
export interface TasksPlugin extends ESLint.Plugin {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly rules: typeof rules;
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
