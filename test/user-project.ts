import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes what a project of somebody who uses the plugin consists of: its configuration, and its sources. */
export function writeUserProject(
  folder: string,
  sources: Readonly<Record<string, string>>,
  { preset = 'recommended', types = [] }: { preset?: string; types?: readonly string[] } = {},
): void {
  const compilerOptions = { module: 'nodenext', strict: true, types, noEmit: true };
  const files = {
    'package.json': '{ "name": "user", "private": true, "type": "module" }\n',
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }),
    'eslint.config.js': `import tasks from 'eslint-plugin-tasks';
import tseslint from 'typescript-eslint';

export default [
  {
    files: ['src/**/*.ts'],
    ...tasks.configs.${preset},
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
  },
];
`,
    ...sources,
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
