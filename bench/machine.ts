import fs from 'node:fs';
import os from 'node:os';

/** What the figures were measured on, in one line. */
export function describeMachine(): string {
  const cpus = os.cpus();
  const model = cpus[0]?.model.trim() || 'unknown processor';
  const memoryGib = Math.round(os.totalmem() / 2 ** 30);
  const cores = os.availableParallelism();
  return [
    `${cores} ${cores === 1 ? 'core' : 'cores'} (${model})`,
    `${memoryGib} GiB`,
    `${distribution()} (${os.type()} ${os.release().split('-')[0]})`,
    `Node.js ${process.versions.node}`,
  ].join(', ');
}

function distribution(): string {
  try {
    const text = fs.readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(text)?.[1] ?? os.platform();
  } catch {
    // Ignored: only Linux has this file.
    return os.platform();
  }
}
