/**
 * Secrets of type `kubernetes.io/service-account-token`: whoever makes one finds a token of the account in it that has no end.
 * The Secret goes with its account, and the account forgets a Secret that is gone.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#token-controller
 */
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coreSecrets, coreServiceAccounts } from '../../scheme/generated/resources.ts';
import type { Secret, ServiceAccount } from '../../scheme/generated/types/core-v1.ts';
import { keyOf, namespacedKey } from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { accountNameOf, isOfAccount } from '../shared/token-secrets.ts';
import { filledSecret, isTokenSecret, needsToken, withoutReference } from './plan.ts';

/** Whom a token is for, and the Secret that is to hold it. */
export interface TokenSubject {
  readonly namespace: string;
  readonly accountName: string;
  readonly accountUid: string;
  readonly secretName: string;
}

export interface ServiceAccountTokenOptions {
  /** Signs a token. @default no Secret is filled */
  readonly signToken?: ((subject: TokenSubject) => Promise<string>) | undefined;
  /** Reads the PEM of the authority that the API server's certificate is signed by. @default Secrets hold none */
  readonly rootCertificate?: (() => Promise<string>) | undefined;
}

/** Secrets by the key of their account. */
const INDEX_ACCOUNT = 'serviceAccount';
/** Accounts by the keys of the Secrets that they name. */
const INDEX_NAMED_SECRETS = 'namedSecrets';

const NO_VALUES: readonly string[] = [];

/** Its keys are those of Secrets. */
export function createServiceAccountTokenController(
  options: ServiceAccountTokenOptions,
): Controller {
  return {
    name: 'serviceaccount-token',
    serviceAccount: 'service-account-token-controller',
    setUp(context) {
      const { signToken } = options;
      if (!signToken) return async () => done;
      const reconciler = new TokenReconciler(context, { ...options, signToken });
      return async (key) => {
        await reconciler.reconcile(key);
        return done;
      };
    },
  };
}

type Options = ServiceAccountTokenOptions &
  Readonly<Record<'signToken', (subject: TokenSubject) => Promise<string>>>;

class TokenReconciler {
  readonly #context: ControllerContext;
  readonly #options: Options;
  readonly #secrets: Informer<Secret>;
  readonly #accounts: Informer<ServiceAccount>;

  constructor(context: ControllerContext, options: Options) {
    this.#context = context;
    this.#options = options;
    this.#secrets = context.informers.informer(coreSecrets);
    this.#accounts = context.informers.informer(coreServiceAccounts);
    this.#watch();
  }

  async reconcile(key: string): Promise<void> {
    const secret = this.#secrets.get(key);
    if (!secret) return this.#forget(key);
    if (!isTokenSecret(secret) || secret.metadata.deletionTimestamp) return;
    const account = await this.#accountOf(secret);
    if (isOfAccount(secret, account)) await this.#fill(secret, account as ServiceAccount);
    else await this.#remove(secret);
  }

  #watch(): void {
    const { queue } = this.#context;
    const add = (secret: Secret): void => {
      if (isTokenSecret(secret)) queue.add(keyOf(secret));
    };
    this.#secrets.addIndex(INDEX_ACCOUNT, (secret) =>
      isTokenSecret(secret)
        ? [namespacedKey(secret.metadata.namespace, accountNameOf(secret))]
        : NO_VALUES,
    );
    this.#accounts.addIndex(INDEX_NAMED_SECRETS, ({ metadata, secrets = [] }) =>
      secrets.map(({ name = '' }) => namespacedKey(metadata.namespace, name)),
    );
    this.#secrets.addHandler({ onAdd: add, onUpdate: (_, next) => add(next), onDelete: add });
    const addSecretsOf = (account: ServiceAccount): void => {
      for (const secret of this.#secrets.byIndex(INDEX_ACCOUNT, keyOf(account))) add(secret);
    };
    this.#accounts.addHandler({ onAdd: addSecretsOf, onDelete: addSecretsOf });
  }

  /** Asks the store before it says that there is none: a Secret may be seen before the account that was made with it. */
  async #accountOf(secret: Secret): Promise<ServiceAccount | undefined> {
    const { namespace } = secret.metadata;
    const name = accountNameOf(secret);
    const known = this.#accounts.get(namespacedKey(namespace, name));
    if (isOfAccount(secret, known)) return known;
    return ignoreNotFound(this.#context.client.get(coreServiceAccounts, { namespace, name }));
  }

  async #fill(secret: Secret, account: ServiceAccount): Promise<void> {
    const { rootCertificate, signToken } = this.#options;
    const { namespace = '', name: secretName = '' } = secret.metadata;
    const { name: accountName = '', uid: accountUid = '' } = account.metadata;
    const certificate = await rootCertificate?.();
    const token = needsToken(secret)
      ? await signToken({ namespace, accountName, accountUid, secretName })
      : undefined;
    const filled = filledSecret(secret, { account, certificate }, token);
    if (filled !== secret) await ignoreNotFound(this.#context.client.update(coreSecrets, filled));
  }

  async #remove({ metadata: { name = '', namespace, uid = '' } }: Secret): Promise<void> {
    try {
      const target = { namespace, name };
      await this.#context.client.delete(coreSecrets, target, { preconditions: { uid } });
    } catch (thrown) {
      // Ignored: it is gone, or another one has its name, which has a key of its own to come.
      if (!isApiError(thrown, 'NotFound', 'Conflict')) throw thrown;
    }
  }

  async #forget(key: string): Promise<void> {
    const [, name = ''] = key.split('/');
    for (const account of this.#accounts.byIndex(INDEX_NAMED_SECRETS, key)) {
      const next = withoutReference(account, name);
      await ignoreNotFound(this.#context.client.update(coreServiceAccounts, next));
    }
  }
}
