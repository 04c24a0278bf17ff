import { functionsOf } from './environment.ts';
import { ARITHMETIC } from './functions/arithmetic.ts';
import { AUTHORIZATION } from './functions/authorizer.ts';
import { CONVERSIONS } from './functions/conversions.ts';
import { JSON_PATCHES } from './functions/json-patch.ts';
import { LISTS, SETS } from './functions/lists.ts';
import { NAMED_FORMATS } from './functions/named-formats.ts';
import { NETWORK } from './functions/network.ts';
import { OPTIONALS } from './functions/optionals.ts';
import { QUANTITIES } from './functions/quantity.ts';
import { REGEX } from './functions/regex.ts';
import { SEMVERS } from './functions/semver.ts';
import { STRINGS } from './functions/strings.ts';
import { TIME } from './functions/time.ts';
import { URLS } from './functions/url.ts';

/** Everything that expressions of Kubernetes 1.36 may call (apiserver `cel/environment`). */
const BASE = [
  ARITHMETIC,
  CONVERSIONS,
  STRINGS,
  TIME,
  REGEX,
  LISTS,
  SETS,
  OPTIONALS,
  URLS,
  QUANTITIES,
  NETWORK,
  SEMVERS,
  NAMED_FORMATS,
];

export const KUBERNETES_FUNCTIONS = functionsOf(...BASE);

/** Where a request is at hand, its authorizer is too. */
export const ADMISSION_FUNCTIONS = functionsOf(...BASE, AUTHORIZATION, JSON_PATCHES);
