import { FunctionTable } from './functions.ts';
import { AUTHORIZER } from './library/authorizer.ts';
import { NAMED_FORMATS } from './library/formats.ts';
import { CIDR, IP } from './library/ip.ts';
import { JSON_PATCH } from './library/json-patch.ts';
import { LISTS, SETS } from './library/lists.ts';
import { MATH } from './library/math.ts';
import { OPERATORS } from './library/operators.ts';
import { OPTIONALS } from './library/optionals.ts';
import { QUANTITIES } from './library/quantities.ts';
import { REGEX } from './library/regex.ts';
import { SEMVERS } from './library/semver.ts';
import { STANDARD } from './library/standard.ts';
import { STRINGS } from './library/strings.ts';
import { URLS } from './library/url.ts';

/** Every function that Kubernetes' expressions have. */
export const FUNCTIONS = new FunctionTable([
  ...OPERATORS,
  ...STANDARD,
  ...OPTIONALS,
  ...STRINGS,
  ...REGEX,
  ...LISTS,
  ...SETS,
  ...MATH,
  ...URLS,
  ...IP,
  ...CIDR,
  ...QUANTITIES,
  ...NAMED_FORMATS,
  ...SEMVERS,
  ...AUTHORIZER,
  ...JSON_PATCH,
]);
