import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * A load generator in a process of its own, so that its work delays nobody's but its own. It gets messages, and answers
 * each with one.
 */
export class LoadProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  #ended: Error | undefined;

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    child.once('exit', (code) => {
      this.#ended = new Error(`the load generator ${name} ended with ${code}`);
    });
  }

  /** @param name Of a file beside this one, without `.ts`. */
  static start(name: string): LoadProcess {
    const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
    return new LoadProcess(fork(file, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }), name);
  }

  ask<Answer>(question: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(this.#ended ?? new Error('the load generator has ended'));
      this.#child.once('exit', onExit);
      this.#child.once('message', (answer) => {
        this.#child.off('exit', onExit);
        resolve(answer as Answer);
      });
      this.#child.send(question as object);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await exited;
  }
}

/** The other end: answers each question by what `answer` makes of it. */
export function serveQuestions<Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
): void {
  process.on('message', (question) => {
    answer(question as Question).then(
      (result) => process.send?.(result as object),
      (error) => {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
        process.exit(1);
      },
    );
  });
}
