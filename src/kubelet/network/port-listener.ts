import type { HttpAnswer, HttpRequest } from '../../lib/container-streams.ts';
import type { Container, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { SimulatedContainer } from '../container/container.ts';
import type { PortAnswer } from '../container/images.ts';
import { answerWithEcho, answerWithFile } from './http-answers.ts';
import { type Connection, plainText, serveHttp } from './http-connection.ts';
import { serveRedis } from './redis.ts';

/** What answers at a port of a container. */
export interface PortListener {
  /** Undefined for what does not speak HTTP. */
  readonly answer: ((request: HttpRequest) => HttpAnswer) | undefined;
  serve(connection: Connection): Promise<void>;
}

/** Undefined where nothing listens. A port that the spec declares is listened at, also of an image that nobody knows. */
export function listenerOf(
  running: SimulatedContainer,
  { container, pod }: { readonly pod: Pod; readonly container: Container },
  port: number,
): PortListener | undefined {
  const { answers = [] } = running.image;
  const isDeclared = container.ports?.some(
    ({ containerPort, protocol }) => containerPort === port && (protocol ?? 'TCP') === 'TCP',
  );
  const known = answers.find((answer) => portOf(answer, running) === port);
  const answer = known ?? (isDeclared ? (answers[0] ?? { type: 'echo', port }) : undefined);
  return answer && toListener(answer, running, { container, pod });
}

/** What an argument of the server says: `-listen=:8080`. */
function argumentOf({ command }: SimulatedContainer, name: string): string | undefined {
  const prefix = new RegExp(`^--?${name}=`);
  return command.find((arg) => prefix.test(arg))?.replace(prefix, '');
}

function portOf(answer: PortAnswer, running: SimulatedContainer): number {
  const listen = answer.type === 'text' ? argumentOf(running, 'listen') : undefined;
  return Number(/:(\d+)$/.exec(listen ?? '')?.[1] ?? answer.port);
}

function toListener(
  answer: PortAnswer,
  running: SimulatedContainer,
  { container, pod }: { readonly pod: Pod; readonly container: Container },
): PortListener {
  switch (answer.type) {
    case 'redis':
      return { answer: undefined, serve: (connection) => serveRedis(connection, running.redis) };
    case 'files':
      return overHttp((request) => answerWithFile(running.files, answer, request));
    case 'echo':
      return overHttp((request) => answerWithEcho(pod, container.name, request));
    case 'text':
      return overHttp(() => plainText(200, `${argumentOf(running, 'text') ?? ''}\n`));
  }
}

function overHttp(answer: (request: HttpRequest) => HttpAnswer): PortListener {
  return { answer, serve: (connection) => serveHttp(connection, answer) };
}
