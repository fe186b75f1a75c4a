/**
 * Everything that must hold, one check after the other; a failure does not end the run. The last line counts
 * every test and every check that was run: `N passed, N failed`.
 *
 *     npm test                  the evidence tests run where the servers that they start are installed
 *     npm test -- --evidence    they run in any case, and fail where one is missing
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { missingServers } from '../test/evidence/server.js';
import { type Outcome, root, run, runBin } from './support.js';

interface Count {
  readonly passed: number;
  readonly failed: number;
  /** What did not run. */
  readonly skipped: number;
}

/** What of vitest's JSON report is read. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

const reports = join(root, '.cache/test');
mkdirSync(reports, { recursive: true });
const summary: string[] = [];
let passed = 0;
let failed = 0;

const silent = { silent: true };
const script =
  (name: string, ...args: string[]) =>
  (): Promise<Outcome> =>
    run(process.execPath, ['--import', 'tsx', join(root, 'scripts', name), ...args], silent);
const bin =
  (name: string, ...args: string[]) =>
  (): Promise<Outcome> =>
    runBin(name, args, silent);

await check('generate:prisma', script('generate-prisma.ts'));
await check('build', script('build.ts'));
// None of these writes, and each uses one core.
await Promise.all([
  check('typecheck', script('typecheck.ts')),
  check('lint', bin('eslint', '.', '--max-warnings', '0')),
  check('format:check', bin('prettier', '--check', '.', '--log-level', 'warn')),
  check('generate:check', script('generate.ts', '--check', '--built')),
  check('knip', bin('knip')),
  check('start', script('start.ts')),
]);
await vitest('test:unit', []);
await vitest('test:compat', ['-c', 'vitest.compat.config.ts']);
const missing = missingServers().map(({ program }) => program);
if (process.argv.includes('--evidence') || missing.length === 0) {
  await vitest('test:evidence', ['-c', 'vitest.evidence.config.ts']);
} else {
  summary.push(
    `-           test:evidence: skipped, without ${missing.join(' and ')} (npm run test:evidence says how to get it)`,
  );
}

console.log(`\n${summary.join('\n')}\n`);
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${String(passed)} passed, ${String(failed)} failed`);

/** One check that passes or fails as a whole; what it prints is shown when it fails. */
async function check(name: string, work: () => Promise<Outcome>): Promise<void> {
  await counted(name, async () => {
    const { ok, output } = await work();
    if (!ok) console.log(`\n${name}\n${output}`);
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  });
}

async function vitest(name: string, args: readonly string[]): Promise<void> {
  await counted(name, async () => {
    const file = join(reports, `${name.replace(':', '-')}.json`);
    rmSync(file, { force: true });
    const { ok } = await runBin('vitest', [
      'run',
      ...args,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ]);
    const count = countOf(file);
    // Errors outside of any test fail the run, although each test passed.
    return ok || count.failed > 0 ? count : { ...count, failed: 1 };
  });
}

function countOf(file: string): Count {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // A file that could not even be loaded has no tests to count.
  const broken = report.testResults.filter(
    (each) => each.status === 'failed' && each.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function counted(name: string, work: () => Promise<Count>): Promise<void> {
  console.log(`\n— ${name}`);
  const start = performance.now();
  const count = await work();
  passed += count.passed;
  failed += count.failed;
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const numbers =
    count.passed + count.failed + count.skipped === 1
      ? ''
      : `: ${String(count.passed)} passed, ${String(count.failed)} failed${count.skipped > 0 ? `, ${String(count.skipped)} skipped` : ''}`;
  summary.push(`${count.failed === 0 ? '✓' : '✗'} ${seconds.padStart(9)} ${name}${numbers}`);
}
