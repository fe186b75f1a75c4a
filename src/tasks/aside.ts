import type ts from 'typescript';

const tests =
  /(?:^|\/)(?:__tests__|__mocks__|tests?|specs?|e2e|cypress)\/|[.-](?:test|tests|spec|e2e|e2e-spec|mock|bench|stories|debug)\.[cm]?[jt]sx?$/i;
const examples =
  /(?:^|\/)(?:examples?|samples?|demos?|fixtures?|playgrounds?|sandbox|benchmarks?|bench|stories|templates?|tutorials?|references)\//i;

/** Is a file part of the project's tests, by its name or its folder's, below the folder that ESLint works in? */
export function isTestFile(file: ts.SourceFile, folder: string): boolean {
  return tests.test(pathWithin(file.fileName, folder));
}

/** Is this file a test, an example, or the like, by its path within the folder that ESLint works in? */
export function isAside(file: ts.SourceFile, folder: string): boolean {
  return isTestFile(file, folder) || examples.test(pathWithin(file.fileName, folder));
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
