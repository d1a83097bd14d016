// The extension: starts the language server, says how it fares, and shows plans.

import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, State } from 'vscode-languageclient/node';

import { findBinary, type Machine } from './binary';
import { SELECTOR } from './files';
import { PlanDocuments } from './plan';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Maquette', { log: true });
  const plans = new PlanDocuments();
  server = new Server(log, plans, context.extension.id);
  context.subscriptions.push(
    log,
    plans,
    server,
    vscode.commands.registerCommand('maquette.restart', () => server?.restart()),
    vscode.commands.registerCommand('maquette.showLog', () => log.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server?.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('maquette.path')) {
        return server?.restart();
      }
      return undefined;
    }),
  );
  await server.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** The one server of a window. */
class Server implements vscode.Disposable {
  readonly #status: vscode.LanguageStatusItem;
  #client: LanguageClient | undefined;
  /** Starts and stops happen one after the other, however fast they are asked for. */
  #turn: Promise<void> = Promise.resolve();

  constructor(
    readonly log: vscode.LogOutputChannel,
    readonly plans: PlanDocuments,
    readonly extension: string,
  ) {
    this.#status = vscode.languages.createLanguageStatusItem('maquette', SELECTOR);
    this.#status.name = 'Maquette';
    this.#status.command = { command: 'maquette.showLog', title: 'Show Log' };
  }

  dispose(): void {
    this.#status.dispose();
  }

  restart(): Promise<void> {
    return this.#next(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  stop(): Promise<void> {
    return this.#next(() => this.#stop());
  }

  #next(step: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(step).catch((error: unknown) => this.log.error(String(error)));
    return this.#turn;
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await vscode.commands.executeCommand('setContext', 'maquette.running', false);
    await client?.dispose();
  }

  async #start(): Promise<void> {
    const setting = vscode.workspace.getConfiguration('maquette').get('path', '');
    const found = findBinary(setting, thisMachine());
    if ('missing' in found) {
      this.#show(vscode.LanguageStatusSeverity.Error, 'not found', found.missing);
      this.log.error(found.missing);
      void this.#explainMissing(found.missing);
      return;
    }
    this.log.info(`starting ${found.path}`);
    this.#show(vscode.LanguageStatusSeverity.Information, 'starting', found.path, true);
    const options: LanguageClientOptions = {
      documentSelector: SELECTOR,
      outputChannel: this.log,
      initializationOptions: told(),
      middleware: {
        executeCommand: async (command, args, next) => this.plans.run(command, args, next),
        workspace: {
          // What a folder's own settings say of trust does not count, however the server comes to ask.
          configuration: ({ items }) => items.map(({ section }) => (section === 'maquette' ? told() : null)),
          didChangeConfiguration: async () => {},
        },
      },
    };
    const client = new LanguageClient('maquette', 'Maquette', { command: found.path, args: ['lsp'] }, options);
    client.onDidChangeState(({ newState }) => {
      if (client === this.#client) {
        this.#showState(newState, found.path, client.initializeResult?.serverInfo?.version);
      }
    });
    this.#client = client;
    try {
      await client.start();
      await vscode.commands.executeCommand('setContext', 'maquette.running', true);
    } catch (error) {
      this.#show(vscode.LanguageStatusSeverity.Error, 'did not start', String(error));
      this.log.error(`\`${found.path} lsp\` did not start: ${error}`);
    }
  }

  #showState(state: State, path: string, version: string | undefined): void {
    const { Error: failed, Information: fine } = vscode.LanguageStatusSeverity;
    switch (state) {
      case State.Running: {
        const trust = vscode.workspace.isTrusted ? '' : ' (restricted: no server is asked for names)';
        this.#show(fine, version ?? 'running', path + trust);
        break;
      }
      case State.Stopped:
        this.#show(failed, 'stopped', 'see the log, and run "Maquette: Restart Server"');
        break;
      default:
        this.#show(fine, 'starting', path, true);
    }
  }

  #show(severity: vscode.LanguageStatusSeverity, text: string, detail: string, busy = false): void {
    this.#status.severity = severity;
    this.#status.text = `Maquette: ${text}`;
    this.#status.detail = detail;
    this.#status.busy = busy;
  }

  async #explainMissing(reason: string): Promise<void> {
    const settings = 'Open Settings';
    const help = 'How to Install';
    const answer = await vscode.window.showErrorMessage(`Maquette: ${reason}.`, settings, help);
    if (answer === settings) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'maquette.path');
    } else if (answer === help) {
      await vscode.commands.executeCommand('extension.open', this.extension);
    }
  }
}

/** What the server is told: in a window without trust it reads files, and asks nobody for anything. */
function told(): { trusted: boolean } {
  return { trusted: vscode.workspace.isTrusted };
}

function thisMachine(): Machine {
  return { platform: process.platform, home: homedir(), environment: process.env, isProgram };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
