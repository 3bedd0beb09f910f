import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type KubeRelease, kubeTools } from './kube-tools.ts';

export interface ToolsOptions {
  /** The server that they talk to. */
  readonly kubeconfig: string;
  /** Whose kubectl and helm. @default '1.35' */
  readonly release?: KubeRelease;
}

export interface ToolRunOptions {
  readonly stdin?: string | Buffer;
  /** @default the tools' own home, which is empty at first */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ToolResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | NodeJS.Signals;
}

/** A tool that runs: what it has printed so far, and how it ends. Disposed, it is killed. */
export class ToolProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #output = { stdout: '', stderr: '' };
  /** Resolves when it has ended. */
  readonly result: Promise<ToolResult>;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this.#output[name] += text;
      });
    }
    this.result = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve({ ...this.#output, exitCode: code ?? signal ?? 'SIGKILL' });
      });
    });
  }

  get stdout(): string {
    return this.#output.stdout;
  }

  get stderr(): string {
    return this.#output.stderr;
  }

  /** Types into it. */
  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Ends what is typed into it. */
  endInput(text: string | Buffer = ''): void {
    // Ignored: whoever ends without reading all that is typed is judged by what it printed.
    this.#child.stdin?.once('error', () => undefined);
    this.#child.stdin?.end(text);
  }

  /** Presses Ctrl-C, and waits for the end. */
  interrupt(): Promise<ToolResult> {
    this.#child.kill('SIGINT');
    return this.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.result;
  }
}

/** A real kubectl and helm with a home and a kubeconfig of their own, which nothing of the user's gets into. */
export class KubeClientTools implements Disposable {
  /** Removed at the end. Relative paths of commands are in it. */
  readonly home: string;
  readonly #paths: { readonly kubectl: string; readonly helm: string };
  readonly #kubeconfig: string;

  constructor(paths: { kubectl: string; helm: string }, kubeconfig: string) {
    this.#paths = paths;
    this.#kubeconfig = kubeconfig;
    this.home = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-kubectl-'));
  }

  /** Runs `kubectl ARGS` to its end. */
  kubectl(args: readonly string[], options: ToolRunOptions = {}): Promise<ToolResult> {
    return runToEnd(this.startKubectl(args, options), options);
  }

  /** Runs `helm ARGS` to its end. */
  helm(args: readonly string[], options: ToolRunOptions = {}): Promise<ToolResult> {
    return runToEnd(this.#start(this.#paths.helm, args, options), options);
  }

  /** Runs a script of the shell, which finds both by their names, and prints its errors among the rest. */
  shell(script: string): Promise<ToolResult> {
    return runToEnd(this.#start('sh', ['-c', `exec 2>&1\n${script}`], {}), {});
  }

  /** Starts `kubectl ARGS`, to look at it while it runs and to type into it. */
  startKubectl(args: readonly string[], options: ToolRunOptions = {}): ToolProcess {
    return this.#start(this.#paths.kubectl, args, options);
  }

  /** Writes a file into the home, and gives its path. */
  write(name: string, content: string, mode = 0o644): string {
    const file = path.join(this.home, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode });
    return file;
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  #start(tool: string, args: readonly string[], options: ToolRunOptions): ToolProcess {
    const { cwd = this.home, env = {} } = options;
    const child = spawn(tool, args, {
      cwd,
      env: {
        PATH: `${path.dirname(this.#paths.kubectl)}:${process.env.PATH}`,
        HOME: this.home,
        KUBECONFIG: this.#kubeconfig,
        TZ: 'UTC',
        ...env,
      },
    });
    return new ToolProcess(child);
  }
}

function runToEnd(tool: ToolProcess, { stdin = '' }: ToolRunOptions): Promise<ToolResult> {
  tool.endInput(stdin);
  return tool.result;
}

/** `using tools = await kubeClientTools({ kubeconfig });` */
export async function kubeClientTools(options: ToolsOptions): Promise<KubeClientTools> {
  return new KubeClientTools(await kubeTools(options.release), options.kubeconfig);
}
