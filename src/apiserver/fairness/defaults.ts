/**
 * One process does its work on one processor: what is more than this under way at once only makes everybody wait longer for
 * their answers, and does not make them more.
 */
export const DEFAULT_MAX_REQUESTS_IN_FLIGHT = 32;
