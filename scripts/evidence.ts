/** Runs the claims about the libraries against the libraries themselves and a real Redis. */
import { isOnPath, runBin } from './support.js';

if (!isOnPath('redis-server')) {
  console.error(
    [
      'The evidence tests start a Redis of their own, and redis-server is not on PATH. Install it:',
      '  Debian, Ubuntu   apt-get update && apt-get install -y redis-server',
      '  macOS            brew install redis',
    ].join('\n'),
  );
  process.exit(1);
}
const { ok } = await runBin('vitest', ['run', '-c', 'vitest.evidence.config.ts', ...process.argv.slice(2)]);
process.exitCode = ok ? 0 : 1;
