/** Runs the claims about the libraries against the libraries themselves and real servers. */
import { missingServers } from '../test/evidence/server.js';
import { runBin } from './support.js';

const missing = missingServers();
if (missing.length > 0) {
  const list = (key: 'name' | 'program', separator: string): string =>
    missing.map((server) => server[key]).join(separator);
  console.error(
    [
      `The evidence tests start servers of their own, and ${list('program', ' and ')} cannot be found. Install ${list('name', ' and ')}:`,
      `  Debian, Ubuntu   apt-get update && apt-get install -y ${missing.map(({ apt }) => apt).join(' ')}`,
      `  macOS            brew install ${missing.map(({ brew }) => brew).join(' ')}`,
    ].join('\n'),
  );
  process.exit(1);
}
const { ok } = await runBin('vitest', ['run', '-c', 'vitest.evidence.config.ts', ...process.argv.slice(2)]);
process.exitCode = ok ? 0 : 1;
