'use strict';

/** Where the requirements of a module of a service are: as serverless-python-requirements looks for them. */

const { DEFAULT_FILE } = require('./python-requirements');
const { Problem } = require('./problem');

/**
 * The files that say the requirements of one module: the lock of Poetry or pipenv, else the named file, else
 * pylock.toml, uv.lock, or a pyproject.toml that has a project.
 *
 * @param {string} module a folder as seen from the service's
 * @param {object} taken of `readPythonRequirements`
 * @param {(path: string) => string | null} read the text of a file of the service; null where there is none
 * @returns {{requirements: string[], groups: string[], notices: string[]}} `groups`: dependency groups that belong
 */
function requirementsOf(module, taken, read) {
  const at = (name) => (module === '.' ? name : `${module}/${name}`);
  const isThere = (name) => read(at(name)) !== null;
  if (taken.demandsPoetryLock && isPoetry(read(at('pyproject.toml'))) && !isThere('poetry.lock')) {
    throw new Problem(`\`${at('poetry.lock')}\` does not exist`, {
      evidence: ['`requirePoetryLockFile` of `custom.pythonRequirements` demands it'],
      hint: 'Run `poetry lock`',
      code: 'input-not-found',
    });
  }
  const found = [
    ...(taken.usePoetry ? ['poetry.lock'] : []),
    ...(taken.usePipenv ? ['Pipfile.lock'] : []),
    taken.fileName,
    ...(taken.fileName === DEFAULT_FILE ? ['pylock.toml', 'uv.lock'] : []),
  ].filter(isThere);
  if (found.length === 0 && /^\[project\]/m.test(read(at('pyproject.toml')) || '')) found.push('pyproject.toml');
  if (found.length === 0) {
    const notices = [`\`${at(taken.fileName)}\` does not exist: nothing but the source is packaged`];
    return { requirements: [], groups: [], notices };
  }
  const [chosen, ...others] = found;
  return {
    requirements: [at(chosen)],
    groups: { 'poetry.lock': taken.poetryGroups, 'pyproject.toml': taken.pyprojectGroups }[chosen] || [],
    notices: others.map((name) => `\`${at(name)}\` is not read: \`${at(chosen)}\` decides`),
  };
}

function isPoetry(text) {
  return /^\[tool\.poetry\b/m.test(text || '');
}

module.exports = { requirementsOf };
