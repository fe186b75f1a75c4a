import { defineConfig, globalIgnores } from 'eslint/config';
import eslintPlugin from 'eslint-plugin-eslint-plugin';
import tseslint from 'typescript-eslint';

/** The plugin lints itself, as built; before the first build there is nothing to lint with. */
const tasks = await import('eslint-plugin-tasks').then(
  (module) => module.default,
  () => undefined,
);

/** Which way the arrows point: `rules → src/tasks → src/libraries → src/typescript`. */
const layer = (folder, forbidden, why) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(?:\\.{1,2}/)+(?:src/)?(?:${forbidden.join('|')})(?:/|\\.js$)`,
            message: why,
          },
          {
            regex: '^eslint(?:/|$)|^@typescript-eslint/',
            message: 'Only src/rule.ts and rules/ know ESLint.',
          },
        ],
      },
    ],
  },
});

const shell = ['rules', 'rule', 'configs', 'index', 'explain', 'explain-rule', 'cli'];

export default defineConfig([
  // The code of the fixtures is wrong on purpose; `npm start` lints the shop with a configuration of its own.
  globalIgnores(['**/dist/', 'coverage/', '.cache/', 'fixtures/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // It asks for `!`, which `no-non-null-assertion` forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Tests write handlers as the libraries want them: async, empty, static.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.strict],
  },
  {
    // `createRule` of src/rule.ts makes the rules, and no rule of eslint-plugin-eslint-plugin sees through it:
    // what it would check in `meta` is checked on the rules themselves, in test/generated.test.ts.
    files: ['rules/*.ts', 'src/rule.ts', 'test/rules/**/*.ts'],
    extends: [eslintPlugin.configs.recommended],
  },
  layer('src/typescript', ['tasks', 'libraries', ...shell], 'src/typescript knows nothing of tasks.'),
  layer('src/libraries', ['tasks', ...shell], 'src/libraries knows only src/typescript.'),
  layer('src/tasks', shell, 'src/tasks knows nothing of rules.'),
  ...(tasks ? [{ files: ['**/*.ts'], extends: [tasks.configs.recommended] }] : []),
  {
    files: ['test/evidence/**'],
    rules: {
      // What arrives in a handler is `any` in these libraries, and what arrives is what is tested.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      // `async () => void runs++` is a handler that only counts, and `answer` waits for what comes later.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      // Evidence is made of what is wrong: no retries, no limits, payloads that are lost.
      ...(tasks ? Object.fromEntries(Object.keys(tasks.configs.all.rules).map((rule) => [rule, 'off'])) : {}),
    },
  },
]);
