'use strict';

/** Where the requirements of a module of a service are. */

const { DEFAULT_FILE } = require('./python-requirements');
const { Problem } = require('./problem');

/** Lock files that are not read, what they need to be to be read, and the key with which nobody asks for them. */
const FOREIGN = {
  'Pipfile.lock': ['pipenv requirements > requirements.txt', 'usePipenv'],
  'poetry.lock': ['poetry export -o requirements.txt', 'usePoetry'],
  'uv.lock': ['uv export --no-emit-project -o requirements.txt', 'useUv'],
};

/**
 * The files that say the requirements of one module: the named one, else pylock.toml, else a pyproject.toml that
 * has a project. Throws Problem when there are only lock files that lbuild does not read.
 *
 * @param {string} module a folder as seen from the service's
 * @param {{fileName: string}} taken what `custom.pythonRequirements` says
 * @param {(path: string) => string | null} read the text of a file of the service; null where there is none
 * @returns {{requirements: string[], notices: string[]}}
 */
function requirementsOf(module, taken, read) {
  const at = (name) => (module === '.' ? name : `${module}/${name}`);
  const chosen =
    [taken.fileName, ...(taken.fileName === DEFAULT_FILE ? ['pylock.toml'] : [])].find(
      (name) => read(at(name)) !== null
    ) || (/^\[project\]/m.test(read(at('pyproject.toml')) || '') ? 'pyproject.toml' : null);
  const foreign = Object.keys(FOREIGN).find((name) => read(at(name)) !== null);
  if (chosen !== null) {
    const notices = foreign ? [`\`${at(foreign)}\` is not read: \`${at(chosen)}\` decides`] : [];
    return { requirements: [at(chosen)], notices };
  }
  if (foreign) {
    throw new Problem(`\`${at(foreign)}\` cannot be read`, {
      evidence: [`there is neither \`${at(taken.fileName)}\` nor \`${at('pylock.toml')}\``],
      hint: `Run \`${FOREIGN[foreign][0]}\``,
      code: 'input-not-found',
    });
  }
  return { requirements: [], notices: [`\`${at(taken.fileName)}\` does not exist: nothing but the source is packaged`] };
}

module.exports = { requirementsOf };
