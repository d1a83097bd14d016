// A whole session with the language server, by the client library that VS Code's extensions are written with.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as lsp from 'vscode-languageserver-protocol/node';
import { EDITORS } from './tokens';

const PROGRAM = process.env['MAQUETTE'] ?? `${EDITORS}/../target/debug/maquette`;

/** How long the server may take to tell something. Only one that hangs takes so long. */
const PATIENCE = 60_000;

const MANIFEST = `[workspace]
name = "acme"
id = "0123456789abcdef0123456789abcdef"
models = ["models/**/*.Modelfile"]

[remotes.local]
kind = "file"
path = "export.json"
`;

/** A running server, and what it has told unasked. */
class Session {
  readonly findings = new Map<string, lsp.Diagnostic[]>();
  #heard: (() => void)[] = [];

  private constructor(
    readonly server: ChildProcess,
    readonly connection: lsp.ProtocolConnection,
    readonly folder: string,
  ) {
    connection.onNotification(lsp.PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
      this.findings.set(uri, diagnostics);
      for (const heard of this.#heard.splice(0)) {
        heard();
      }
    });
    connection.onRequest(lsp.RegistrationRequest.type, () => {});
    connection.onRequest(lsp.ConfigurationRequest.type, ({ items }) => items.map(() => null));
    connection.listen();
  }

  static async start(files: Record<string, string>, capabilities: lsp.ClientCapabilities): Promise<Session> {
    assert.ok(existsSync(PROGRAM), `there is no ${PROGRAM}: \`cargo build\` makes it, or name another one in MAQUETTE`);
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'maquette-session-')));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const server = spawn(PROGRAM, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'], cwd: folder });
    const connection = lsp.createProtocolConnection(
      new lsp.StreamMessageReader(server.stdout),
      new lsp.StreamMessageWriter(server.stdin),
    );
    const session = new Session(server, connection, folder);
    session.capabilities = (
      await connection.sendRequest(lsp.InitializeRequest.type, {
        processId: process.pid,
        rootUri: session.uri(''),
        workspaceFolders: [{ uri: session.uri(''), name: 'acme' }],
        capabilities,
      })
    ).capabilities;
    await connection.sendNotification(lsp.InitializedNotification.type, {});
    return session;
  }

  capabilities: lsp.ServerCapabilities = {};

  uri(path: string): string {
    return pathToFileURL(join(this.folder, path)).href;
  }

  async open(path: string, text: string, version = 1): Promise<string> {
    const uri = this.uri(path);
    const textDocument = { uri, languageId: 'modelfile', version, text };
    await this.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, { textDocument });
    return uri;
  }

  async change(uri: string, version: number, ...contentChanges: lsp.TextDocumentContentChangeEvent[]): Promise<void> {
    const textDocument = { uri, version };
    await this.connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
      textDocument,
      contentChanges,
    });
  }

  /** Waits until the findings of a file are as they should be. */
  async told(uri: string, rules: string[]): Promise<lsp.Diagnostic[]> {
    const late = AbortSignal.timeout(PATIENCE);
    for (;;) {
      const found = this.findings.get(uri);
      const codes = found?.map(({ code }) => code);
      if (found !== undefined && String(codes) === String(rules)) {
        return found;
      }
      assert.ok(!late.aborted, `the findings are ${codes}, not ${rules}`);
      await new Promise<void>((heard) => {
        this.#heard.push(heard);
        late.addEventListener('abort', () => heard(), { once: true });
      });
    }
  }

  /** Ends as the protocol says, and gives the program's exit code. */
  async end(): Promise<number | null> {
    const left = once(this.server, 'exit');
    await this.connection.sendRequest(lsp.ShutdownRequest.type);
    await this.connection.sendNotification(lsp.ExitNotification.type);
    const [code] = await left;
    await rm(this.folder, { recursive: true });
    return code;
  }
}

const range = (line: number, from: number, to: number): lsp.Range => ({
  start: { line, character: from },
  end: { line, character: to },
});

describe('a session', { timeout: 5 * PATIENCE }, () => {
  let session: Session;

  before(async () => {
    session = await Session.start(
      {
        'maquette.toml': MANIFEST,
        'models/support.Modelfile': 'FROM llama3.2:3b\n',
        'models/child.Modelfile': 'FROM support\nNAME Child\n',
      },
      { textDocument: { publishDiagnostics: { codeDescriptionSupport: true, relatedInformation: true } } },
    );
  });

  after(async () => {
    assert.equal(await session.end(), 0);
  });

  let support: string;

  test('findings come and go with what is typed', async () => {
    support = await session.open('models/support.Modelfile', 'FROM llama3.2:3b\n# 🦙 é\nPARAMTER temperature 0.5\n');
    const [finding] = await session.told(support, ['unknown-instruction']);
    assert.deepEqual(finding?.range.start, { line: 2, character: 0 });
    assert.match(String(finding?.message), /PARAMETER/);
    await session.change(support, 2, { range: range(2, 0, 8), text: 'PARAMETER' });
    await session.told(support, []);
  });

  test('columns count UTF-16 units, as the client has asked for nothing else', async () => {
    // The llama takes two of them: what is replaced is the letter behind it.
    await session.change(support, 3, { range: range(1, 5, 6), text: 'e' }, { range: range(2, 22, 25), text: 'hot' });
    await session.told(support, ['wrong-type']);
    await session.change(support, 4, { range: range(2, 22, 25), text: '0.7' });
    await session.told(support, []);
  });

  test('formatting gives edits', async () => {
    const uri = await session.open('models/untidy.Modelfile', 'FROM   llama3.2:3b\nNAME   Untidy\n');
    const edits = await session.connection.sendRequest(lsp.DocumentFormattingRequest.type, {
      textDocument: { uri },
      options: { tabSize: 2, insertSpaces: true },
    });
    assert.ok(edits !== null && edits.length > 0);
    await session.change(uri, 2, ...edits.map(({ range, newText: text }) => ({ range, text })).toReversed());
    const again = await session.connection.sendRequest(lsp.DocumentFormattingRequest.type, {
      textDocument: { uri },
      options: { tabSize: 2, insertSpaces: true },
    });
    assert.deepEqual(again ?? [], []);
  });

  test('the base of a model is told, found and renamed', async () => {
    const child = await session.open('models/child.Modelfile', 'FROM support\nNAME Child\n');
    await session.told(child, []);
    const position = { line: 0, character: 7 };
    const textDocument = { uri: child };
    const hover = await session.connection.sendRequest(lsp.HoverRequest.type, { textDocument, position });
    assert.ok(hover !== null && lsp.MarkupContent.is(hover.contents) && hover.contents.value.length > 0);
    const found = await session.connection.sendRequest(lsp.DefinitionRequest.type, { textDocument, position });
    const place = Array.isArray(found) ? found[0] : found;
    assert.ok(place && lsp.Location.is(place) && place.uri === support, JSON.stringify(found));
    const newName = 'helpdesk';
    const edit = await session.connection.sendRequest(lsp.RenameRequest.type, { textDocument, position, newName });
    const touched = Object.keys(edit?.changes ?? {}).concat(
      (edit?.documentChanges ?? []).flatMap((change) => ('textDocument' in change ? change.textDocument.uri : [])),
    );
    assert.deepEqual(touched.toSorted(), [child, support].toSorted());
    await assert.rejects(
      session.connection.sendRequest(lsp.RenameRequest.type, { textDocument, position, newName: 'no id' }),
      lsp.ResponseError,
    );
  });

  test('a request that nobody knows is refused, and the session goes on', async () => {
    await assert.rejects(session.connection.sendRequest('maquette/nothing', {}), {
      code: lsp.ErrorCodes.MethodNotFound,
    });
  });

  test('a file that is none of the disk, and one that nobody opened, are answered', async () => {
    const textDocument = { uri: 'untitled:Untitled-1' };
    await session.connection
      .sendRequest(lsp.DocumentFormattingRequest.type, { textDocument, options: { tabSize: 2, insertSpaces: true } })
      .catch((error: unknown) => assert.ok(error instanceof lsp.ResponseError));
    await session.change(session.uri('models/never-opened.Modelfile'), 7, { text: 'FROM a\n' });
    assert.deepEqual(await session.told(support, []), []);
  });
});

test('findings that are asked for', { timeout: 5 * PATIENCE }, async () => {
  const session = await Session.start(
    { 'maquette.toml': MANIFEST, 'models/a.Modelfile': 'FROM llama3.2:3b\nFROMM b\n' },
    { textDocument: { diagnostic: {} } },
  );
  const textDocument = { uri: session.uri('models/a.Modelfile') };
  const report = await session.connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument });
  assert.equal(report.kind, 'full');
  assert.deepEqual(report.kind === 'full' && report.items.map(({ code }) => code), ['unknown-instruction']);
  assert.equal(await session.end(), 0);
});
