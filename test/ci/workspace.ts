import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeUserProject } from '../user-project.js';

/** A queue that leaves the number of its jobs' attempts open, and code of another package that dispatches to it. */
export const queue = `import { Queue } from 'bullmq';
export const mails = new Queue('mails', { connection: {} });
`;
export const dispatch = `import { mails } from '@user/queues';
export const send = (to: string) => mails.add('mail', { to });
`;
/** The queue that states it for all of its jobs. */
export const decided = queue.replace('connection: {}', 'connection: {}, defaultJobOptions: { attempts: 1 }');

export const queueFile = 'packages/queues/src/index.ts';

/**
 * Writes a workspace of two packages into a folder: `queues` makes the queue, two files of `app` dispatch to it,
 * and so lint with what the other package says. Each has a configuration of its own, and so has the whole.
 */
export function writeWorkspace(place: string, ofQueue: string, scripts: Record<string, string> = {}): void {
  rmSync(join(place, 'packages'), { recursive: true, force: true });
  const packages = {
    queues: { sources: { 'src/index.ts': ofQueue }, dependencies: {} },
    app: {
      sources: { 'src/send.ts': dispatch, 'src/again.ts': dispatch.replace('send', 'again') },
      dependencies: { '@user/queues': '*' },
    },
  };
  for (const [name, { sources, dependencies }] of Object.entries(packages)) {
    const folder = join(place, 'packages', name);
    writeUserProject(folder, sources);
    const exports = './src/index.ts';
    const manifest = { name: `@user/${name}`, private: true, type: 'module', exports, scripts, dependencies };
    write(join(folder, 'package.json'), JSON.stringify(manifest));
  }
  const config = readFileSync(join(place, 'packages/app/eslint.config.js'), 'utf8');
  write(join(place, 'eslint.config.js'), config.replace('src/**/*.ts', 'packages/*/src/**/*.ts'));
  const link = join(place, 'node_modules/@user/queues');
  rmSync(link, { recursive: true, force: true });
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(place, 'packages/queues'), link, 'junction');
}

/** Writes a file, in folders that may have to be made. */
export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
