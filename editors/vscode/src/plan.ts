// The plan of one model on one remote, as the server words it, in a preview of its own.

import * as vscode from 'vscode';

import { LANGUAGE } from './files';

/** The command of the server. It takes a document and a remote, and gives the plan as Markdown. */
const COMMAND = 'maquette.plan';

const SCHEME = 'maquette-plan';

/** How many plans are kept, for previews that are looked at again. */
const KEPT = 20;

type Next = (command: string, args: unknown[]) => vscode.ProviderResult<unknown>;

export class PlanDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #texts = new Map<string, string>();
  readonly #registrations: vscode.Disposable;

  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#registrations = vscode.Disposable.from(
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
    );
  }

  dispose(): void {
    this.#registrations.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  /** Runs a command of the server. A plan is shown; from the palette, without arguments, it is one of the active editor's. */
  async run(command: string, args: unknown[], next: Next): Promise<unknown> {
    if (command !== COMMAND) {
      return next(command, args);
    }
    const chosen = args.length > 0 ? args : await choose();
    if (chosen === undefined) {
      return undefined;
    }
    const { uri, remote } = chosen[0] as { uri: string; remote: string };
    try {
      const progress = { location: vscode.ProgressLocation.Notification, title: `Maquette: planning on ${remote}` };
      const text = await vscode.window.withProgress(progress, async () => next(command, chosen));
      if (typeof text === 'string') {
        await this.#open(vscode.Uri.parse(uri), remote, text);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(`Maquette: ${message}`);
    }
    return undefined;
  }

  async #open(model: vscode.Uri, remote: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `${model.path} on ${remote.replaceAll('/', '_')}.md` });
    this.#texts.delete(uri.toString());
    this.#texts.set(uri.toString(), text);
    for (const oldest of [...this.#texts.keys()].slice(0, -KEPT)) {
      this.#texts.delete(oldest);
    }
    this.#changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
  }
}

/** One of the plans that the server offers above the active file. */
async function choose(): Promise<unknown[] | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== LANGUAGE) {
    void vscode.window.showInformationMessage('Maquette: open a Modelfile to see its plan.');
    return undefined;
  }
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
  );
  const offered = lenses.flatMap(({ command }) => (command?.command === COMMAND ? [command] : []));
  if (offered.length === 0) {
    void vscode.window.showInformationMessage('Maquette: no remote of the manifest takes this model.');
    return undefined;
  }
  if (offered.length === 1) {
    return offered[0]?.arguments;
  }
  const items = offered.map((command) => ({ label: command.title, command }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Maquette: Plan of This Model' });
  return picked?.command.arguments;
}
