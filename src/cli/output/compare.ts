/** Orders texts by code unit, as Kubernetes orders names, whatever the language of the machine. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
