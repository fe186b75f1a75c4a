import type ts from 'typescript';

/** Folders and names of files that are no part of what runs in production. */
const aside =
  /(?:^|\/)(?:__tests__|__mocks__|tests?|specs?|e2e|examples?|samples?|demos?|fixtures?|playgrounds?|sandbox|benchmarks?|bench|stories|templates?|tutorials?|references)\/|[.-](?:test|tests|spec|e2e|bench|stories|mock)\.[cm]?[jt]sx?$/;

/** Is this file a test, an example, or the like, by its path within the folder that ESLint works in? */
export function isAside(file: ts.SourceFile, folder: string): boolean {
  return aside.test(pathWithin(file.fileName, folder));
}

/**
 * Which application of a repository a file is of: NestJS and Nx keep several under `apps`, with one package
 * for all; undefined for one that may be part of any.
 */
export function applicationOf(file: ts.SourceFile, folder: string): string | undefined {
  return /(?:^|\/)(?:apps|applications)\/(?<name>[^/]+)\//.exec(pathWithin(file.fileName, folder))?.groups?.[
    'name'
  ];
}

function pathWithin(fileName: string, folder: string): string {
  return fileName.startsWith(`${folder}/`) ? fileName.slice(folder.length + 1) : fileName;
}
