/** What the parts of an expression cost in Kubernetes' units, when it runs and when its cost is estimated. */

/** Reading text costs a tenth of a unit a character. */
export const COST_PER_CHARACTER = 0.1;
/** A character of a pattern is a quarter of one of its parts, each of which is tried at each character of a text. */
export const COST_PER_PATTERN_CHARACTER = 0.25;

export const LIST_COST = 10;
export const MAP_COST = 30;
export const STRUCT_COST = 40;

/** Making sense of a text (an address, a time, a version) takes more than reading it. */
export const PARSE_COST = 20;
/** A part that fails and is forgiven, by `||` or by another element that decides. */
export const FORGIVEN_COST = 20;
/** Finding the offset of a time zone at a time. */
export const TIME_ZONE_COST = 200;

/** What a question to the authorizer costs: a policy may ask two in one expression. */
export const CHECK_COST = 350_000;
