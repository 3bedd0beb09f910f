/** Something that must hold for a server to be alive, or ready. */
export interface HealthCheck {
  readonly name: string;
  /** Throws, or rejects, with what is wrong. It is logged, and not told to whoever asks. */
  readonly check: () => void | Promise<void>;
}

export interface HealthRequest {
  /** `livez`, `readyz`, `healthz`: what the answer calls itself. */
  readonly endpoint: string;
  /** Whether the checks are told one by one although all is well. */
  readonly isVerbose: boolean;
  /** Names of checks that do not matter. */
  readonly excluded: readonly string[];
}

export interface HealthAnswer {
  readonly code: 200 | 500;
  readonly text: string;
  /** What failed, for the log. */
  readonly failures: readonly { readonly name: string; readonly reason: unknown }[];
}

interface CheckResult {
  readonly name: string;
  readonly line: string;
  readonly failure?: { readonly name: string; readonly reason: unknown };
}

/** Runs `checks` and words the answer as kube-apiserver does: "ok", or one line a check. */
export async function answerHealth(
  checks: readonly HealthCheck[],
  { endpoint, excluded, isVerbose }: HealthRequest,
): Promise<HealthAnswer> {
  const results = await Promise.all(checks.map((each) => run(each, excluded)));
  const failures = results.flatMap(({ failure }) => failure ?? []);
  const lines = results.map(({ line }) => `${line}\n`).join('');
  const unknown = excluded.filter((name) => !checks.some((check) => check.name === name));
  const details = lines + unmatched(unknown);
  if (failures.length > 0) {
    return { code: 500, text: `${details}${endpoint} check failed\n`, failures };
  }
  return { code: 200, text: isVerbose ? `${details}${endpoint} check passed\n` : 'ok', failures };
}

async function run(
  { check, name }: HealthCheck,
  excluded: readonly string[],
): Promise<CheckResult> {
  if (excluded.includes(name)) return { name, line: `[+]${name} excluded: ok` };
  try {
    await check();
    return { name, line: `[+]${name} ok` };
  } catch (reason) {
    return { name, line: `[-]${name} failed: reason withheld`, failure: { name, reason } };
  }
}

function unmatched(names: readonly string[]): string {
  if (names.length === 0) return '';
  const list = names.map((name) => `"${name}"`).join(',');
  return `warn: some health checks cannot be excluded: no matches for ${list}\n`;
}
