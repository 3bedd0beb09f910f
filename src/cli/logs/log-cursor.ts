/** How far a log has been printed: lines are told apart by their time, and by their place among those of the same time. */
export class LogCursor {
  /** The time of the last line, as RFC 3339; undefined before the first. */
  timeText: string | undefined;
  #printedAtTime = 0;

  /** The lines of `text`, which begin with their times, that have not been printed yet. */
  take(text: string): { readonly time: string; readonly line: string }[] {
    const lines = text.split('\n').slice(0, -1).map(splitLine);
    const known = lines.findIndex(({ time }) => time !== this.timeText);
    const repeated = known < 0 ? lines.length : known;
    const fresh = lines.slice(Math.min(repeated, this.#printedAtTime));
    for (const { time } of fresh) {
      this.#printedAtTime = time === this.timeText ? this.#printedAtTime + 1 : 1;
      this.timeText = time;
    }
    return fresh;
  }
}

function splitLine(text: string): { time: string; line: string } {
  const at = text.indexOf(' ');
  return { time: text.slice(0, at), line: text.slice(at + 1) };
}
