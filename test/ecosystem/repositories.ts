import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of a repository with a tsconfig, as its owner would lint it. */
export interface Package {
  /** Relative to the repository. */
  readonly folder: string;
  /** As in a tsconfig's `include`, relative to the folder. */
  readonly files: readonly string[];
  /** Relative to the folder. */
  readonly tsconfig: string;
}

export interface Repository {
  /** `owner/name` on GitHub. */
  readonly repository: string;
  readonly commit: string;
  readonly packages: readonly Package[];
  /** How its dependencies were installed, in a few words. */
  readonly install: string;
}

export const folder = import.meta.dirname;

export function readRepositories(): readonly Repository[] {
  return JSON.parse(readFileSync(join(folder, 'repositories.json'), 'utf8')) as readonly Repository[];
}

/** The folder that `git clone` makes. */
export function nameOf(repository: string): string {
  return repository.slice(repository.indexOf('/') + 1);
}
