import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ESLint } from 'eslint';
import { rdjson } from './rdjson.js';
import { sarif } from './sarif.js';

export type { Diagnostic, DiagnosticResult, Range, Suggestion } from './rdjson.js';
export { rdjson, sarif };

/**
 * What `eslint -f tasks` prints: rdjson. One lint can serve both readers: where the environment names a file in
 * `ESLINT_SARIF_REPORT`, SARIF is written there.
 */
export default async function format(
  results: readonly ESLint.LintResult[],
  data: ESLint.LintResultData,
): Promise<string> {
  const report = process.env['ESLINT_SARIF_REPORT'];
  if (report) {
    const file = resolve(data.cwd, report);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(sarif(results, data)));
  }
  return JSON.stringify(rdjson(results, data));
}
