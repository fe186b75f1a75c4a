import type { ESLint, Linter } from 'eslint';
import type { Preset, TaskRule } from './rule.js';

/** The names of the configurations that the plugin offers. */
export type ConfigName = Preset | 'all';

/** The presets and `all`, worked out from what each rule says of itself. Severity is always `error`. */
export function configsOf(
  plugin: ESLint.Plugin,
  rules: Readonly<Record<string, TaskRule>>,
): Record<ConfigName, Linter.Config> {
  const config = (name: ConfigName): Linter.Config => {
    const entries = Object.entries(rules).flatMap(([rule, { meta }]): [string, Linter.RuleEntry][] => {
      if (name === 'all') return [[`tasks/${rule}`, 'error']];
      const options = meta.docs.presets[name];
      if (options === undefined) return [];
      return [[`tasks/${rule}`, Object.keys(options).length > 0 ? ['error', options] : 'error']];
    });
    return { name: `tasks/${name}`, plugins: { tasks: plugin }, rules: Object.fromEntries(entries) };
  };
  return {
    recommended: config('recommended'),
    strict: config('strict'),
    checklist: config('checklist'),
    all: config('all'),
  };
}
