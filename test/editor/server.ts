/**
 * An editor without a screen: starts the ESLint server that VS Code, Neovim and others run, and speaks its
 * protocol with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ApplyWorkspaceEditRequest,
  type CodeAction,
  CodeActionRequest,
  ConfigurationRequest,
  createProtocolConnection,
  type Diagnostic,
  DiagnosticRefreshRequest,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  ExecuteCommandRequest,
  ExitNotification,
  FileChangeType,
  InitializedNotification,
  InitializeRequest,
  LogMessageNotification,
  type ProtocolConnection,
  type Range,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver-protocol/node';

/** A report as it is shown. */
export interface Squiggle {
  readonly rule: string;
  /** What is underlined. */
  readonly text: string;
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly diagnostic: Diagnostic;
}

interface Buffer {
  text: string;
  version: number;
}

export class Editor {
  /** What the server, or a rule that it runs, complained about. */
  readonly complaints: string[] = [];
  /** How often the server asked for all open files to be linted again. */
  refreshes = 0;
  readonly #buffers = new Map<string, Buffer>();
  /** Edits on their way back to the server. */
  readonly #sending: Promise<void>[] = [];
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #connection: ProtocolConnection;

  private constructor(folder: string) {
    this.#folder = folder;
    const manifest = createRequire(import.meta.url).resolve('vscode-langservers-extracted/package.json');
    const server = spawn(
      process.execPath,
      [join(dirname(manifest), 'bin/vscode-eslint-language-server'), '--stdio'],
      { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    this.#process = server;
    server.stderr.on('data', (data: Readonly<Uint8Array>) => this.complaints.push(String(data)));
    this.#connection = createProtocolConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    );
    // A server that dies leaves its requests without an answer; so they fail.
    server.once('exit', () => {
      this.#connection.dispose();
    });
  }

  /** Opens a folder, as an editor does with its settings as they are by default. */
  static async open(folder: string): Promise<Editor> {
    const editor = new Editor(folder);
    const connection = editor.#connection;
    const workspaceFolder = { name: 'shop', uri: pathToFileURL(folder).href };
    connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(() => ({ ...settings, workspaceFolder })),
    );
    connection.onRequest(DiagnosticRefreshRequest.type, () => {
      editor.refreshes += 1;
    });
    connection.onRequest(RegistrationRequest.type, () => undefined);
    connection.onRequest(ApplyWorkspaceEditRequest.type, ({ edit }) => {
      editor.#apply(edit);
      return { applied: true };
    });
    connection.onNotification(LogMessageNotification.type, ({ type, message }) => {
      if (type <= 2) editor.complaints.push(message);
    });
    connection.listen();
    await connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- The protocol still requires it.
      rootUri: workspaceFolder.uri,
      workspaceFolders: [workspaceFolder],
      capabilities: {
        workspace: {
          applyEdit: true,
          configuration: true,
          workspaceFolders: true,
          diagnostics: { refreshSupport: true },
          workspaceEdit: { documentChanges: true },
        },
        textDocument: {
          diagnostic: {},
          codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
        },
      },
    });
    await connection.sendNotification(InitializedNotification.type, {});
    return editor;
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    await this.#connection.sendRequest(ShutdownRequest.type);
    await this.#connection.sendNotification(ExitNotification.type);
    await ended;
  }

  text(file: string): string {
    return this.#buffer(file).text;
  }

  async show(file: string, text: string): Promise<void> {
    this.#buffers.set(this.#uri(file), { text, version: 1 });
    await this.#connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri: this.#uri(file), languageId: 'typescript', version: 1, text },
    });
  }

  /** Types: the whole text is sent, as editors do that cannot do better. */
  async type(file: string, text: string): Promise<void> {
    const buffer = this.#buffer(file);
    buffer.text = text;
    buffer.version += 1;
    await this.#connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: this.#uri(file), version: buffer.version },
      contentChanges: [{ text }],
    });
  }

  /** Closes a file without saving it. */
  async dismiss(file: string): Promise<void> {
    this.#buffers.delete(this.#uri(file));
    await this.#connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri: this.#uri(file) },
    });
  }

  /** Says that a file has changed on disk: editors watch ESLint's configuration files, and no others. */
  async changedOnDisk(file: string): Promise<void> {
    await this.#connection.sendNotification(DidChangeWatchedFilesNotification.type, {
      changes: [{ uri: this.#uri(file), type: FileChangeType.Changed }],
    });
  }

  /** Lints an open file. */
  async squiggles(file: string): Promise<readonly Squiggle[]> {
    const report = await this.#connection.sendRequest(DocumentDiagnosticRequest.type, {
      textDocument: { uri: this.#uri(file) },
    });
    if (report.kind !== 'full') throw new Error(`No full report, but ${report.kind}`);
    const { text } = this.#buffer(file);
    return report.items.map((diagnostic) => ({
      rule: String(diagnostic.code).replace('tasks/', ''),
      text: textAt(text, diagnostic.range),
      line: diagnostic.range.start.line + 1,
      diagnostic,
    }));
  }

  /** What the light bulb offers at a report, but for the switches that turn a rule off. */
  async offers(file: string, { diagnostic }: Squiggle): Promise<readonly CodeAction[]> {
    const actions = await this.#connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: this.#uri(file) },
      range: diagnostic.range,
      context: { diagnostics: [diagnostic] },
    });
    return (actions ?? [])
      .filter((action): action is CodeAction => typeof action.command !== 'string')
      .filter(({ command }) => command?.command === 'eslint.applySuggestion');
  }

  /** Takes one: the server answers with an edit of the buffer. */
  async take({ command }: CodeAction): Promise<void> {
    if (!command) throw new Error('An offer without a command');
    await this.#connection.sendRequest(ExecuteCommandRequest.type, {
      command: command.command,
      arguments: command.arguments ?? [],
    });
    await Promise.all(this.#sending.splice(0));
  }

  #apply({ documentChanges = [], changes = {} }: WorkspaceEdit): void {
    const all: readonly (readonly [string, readonly TextEdit[]])[] = [
      ...Object.entries(changes),
      ...documentChanges.flatMap((each) =>
        'textDocument' in each ? [[each.textDocument.uri, each.edits as TextEdit[]] as const] : [],
      ),
    ];
    for (const [uri, edits] of all) {
      const file = uri.slice(this.#uri('').length);
      let { text } = this.#buffer(file);
      // From the end, so that the places of the others stay what they are.
      for (const { range, newText } of [...edits].reverse()) {
        text = text.slice(0, offsetAt(text, range.start)) + newText + text.slice(offsetAt(text, range.end));
      }
      this.#sending.push(this.type(file, text));
    }
  }

  #buffer(file: string): Buffer {
    const buffer = this.#buffers.get(this.#uri(file));
    if (!buffer) throw new Error(`${file} is not open`);
    return buffer;
  }

  #uri(file: string): string {
    return `${pathToFileURL(this.#folder).href}/${file}`;
  }
}

/** What the extension of VS Code answers, as long as nobody has set anything. */
const settings = {
  validate: 'on',
  packageManager: 'npm',
  useESLintClass: true,
  useFlatConfig: true,
  experimental: { useFlatConfig: false },
  codeAction: {
    disableRuleComment: { enable: true, location: 'separateLine' },
    showDocumentation: { enable: true },
  },
  codeActionOnSave: { enable: false, mode: 'all' },
  format: false,
  quiet: false,
  onIgnoredFiles: 'off',
  options: {},
  rulesCustomizations: [],
  run: 'onType',
  problems: { shortenToSingleLine: false },
  nodePath: null,
  workingDirectory: { mode: 'location' },
};

function textAt(text: string, { start, end }: Range): string {
  return text.slice(offsetAt(text, start), offsetAt(text, end));
}

function offsetAt(text: string, { line, character }: Range['start']): number {
  let start = 0;
  for (let at = 0; at < line; at += 1) start = text.indexOf('\n', start) + 1;
  return start + character;
}
