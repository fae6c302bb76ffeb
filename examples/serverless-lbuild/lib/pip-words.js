'use strict';

/** Options of `pip install` that mean the same to `lbuild build`; true: it takes a value. */
const SAME = {
  '-i': ['--index-url', true],
  '--index-url': ['--index-url', true],
  '--extra-index-url': ['--extra-index-url', true],
  '-f': ['--find-links', true],
  '--find-links': ['--find-links', true],
  '--trusted-host': ['--trusted-host', true],
  '--only-binary': ['--only-binary', true],
  '--no-binary': ['--no-binary', true],
  '--no-index': ['--no-index', false],
  '--pre': ['--pre', false],
};
/** Those that say where pip installs, or for what: the function says that. Taken with their values. */
const DECIDED = ['--platform', '--python-version', '--implementation', '--abi', '--target', '-t'];
const CONSTRAINT = ['-c', '--constraint'];

/**
 * `pipCmdExtraArgs` in lbuild's words: options for its command line, constraints files, and a notice for each
 * word that means nothing to it.
 *
 * @param {string[]} given each may hold several words, as the framework's configuration has them
 */
function readPipWords(given) {
  const words = given.flatMap((each) => each.trim().split(/\s+/)).filter(Boolean);
  const found = { words: [], constraints: [], notices: [] };
  while (words.length > 0) {
    const word = words.shift();
    const [name, joined] = splitOnce(word);
    const value = () => (joined === undefined ? words.shift() : joined);
    if (Object.hasOwn(SAME, name)) {
      const [own, valued] = SAME[name];
      found.words.push(...(valued ? [own, value() || ''] : [own]));
    } else if (CONSTRAINT.includes(name)) {
      found.constraints.push(value() || '');
    } else if (DECIDED.includes(name)) {
      value();
      found.notices.push(`\`pipCmdExtraArgs\`: \`${name}\` is ignored: runtime and architecture of the function decide`);
    } else {
      found.notices.push(`\`pipCmdExtraArgs\`: \`${word}\` is ignored: lbuild does not run pip to install`);
    }
  }
  return found;
}

function splitOnce(word) {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

module.exports = { readPipWords };
