'use strict';

/** What went wrong, in the form of lbuild's own errors: what failed, the evidence, what to do. */
class Problem extends Error {
  /**
   * @param {string} summary
   * @param {{evidence?: string[], hint?: string | null, code?: string}} [more] `code` is lbuild's, in kebab case
   */
  constructor(summary, { evidence = [], hint = null, code = 'usage' } = {}) {
    super([summary, ...evidence.map((line) => `  ${line}`), ...(hint ? [`hint: ${hint}`] : [])].join('\n'));
    this.name = 'Problem';
    this.summary = summary;
    this.evidence = evidence;
    this.hint = hint;
    this.code = code;
  }

  /** The code as the Serverless Framework writes codes. */
  get frameworkCode() {
    return `LBUILD_${this.code.toUpperCase().replace(/-/g, '_')}`;
  }
}

/** `Did you mean ...?` for a name that is none of `known`; null where none is near. */
function nearest(name, known) {
  const ranked = known.map((each) => [distance(name.toLowerCase(), each.toLowerCase()), each]);
  const [best] = ranked.sort(([one], [other]) => one - other);
  return best && best[0] <= Math.max(2, name.length / 3) ? `Did you mean \`${best[1]}\`?` : null;
}

/** How many letters differ (Levenshtein). */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[other.length];
}

module.exports = { Problem, nearest };
