'use strict';

/** Which functions of a service are lbuild's, and what the service says of each. */

const path = require('path');

const { Problem } = require('./problem');

const LAYER = 'pythonRequirements';
/** What functions name to have the layer of `custom.pythonRequirements.layer`. */
const LAYER_REFERENCE = 'PythonRequirementsLambdaLayer';

/**
 * The Python functions that the framework is to package, sorted by name.
 *
 * @param {object} service the framework's `serverless.service`
 * @returns {{name: string, runtime: string, architecture: string, handler: string | null, module: string,
 *   individually: boolean, vendor: string | null, layers: any[], wantsLayer: boolean}[]} `module` is a folder as
 *   seen from the service's, `.` for that itself
 */
function pythonFunctions(service) {
  const provider = service.provider || {};
  const everything = Boolean(service.package && service.package.individually);
  return Object.keys(service.functions || {})
    .sort()
    .map((name) => [name, service.functions[name] || {}])
    .filter(([, said]) => isPackaged(said) && isPython(said.runtime || provider.runtime))
    .map(([name, said]) => {
      const layers = said.layers || provider.layers || [];
      const individually = everything || Boolean(said.package && said.package.individually);
      return {
        name,
        runtime: said.runtime || provider.runtime,
        architecture: said.architecture || provider.architecture || 'x86_64',
        handler: said.handler || null,
        module: individually ? moduleOf(name, said.module) : '.',
        individually,
        vendor: said.vendor || null,
        layers,
        wantsLayer: layers.some((each) => each && each.Ref === LAYER_REFERENCE),
      };
    });
}

function isPackaged(said) {
  const own = said.package || {};
  return !said.image && !own.disable && !own.artifact;
}

function isPython(runtime) {
  return typeof runtime === 'string' && runtime.startsWith('python');
}

function moduleOf(name, said) {
  if (said === undefined || said === null) return '.';
  const folder = typeof said === 'string' ? path.posix.normalize(said.replace(/\\/g, '/')).replace(/\/$/, '') : '';
  if (!folder || folder.startsWith('..') || path.posix.isAbsolute(folder)) {
    throw new Problem(`\`module\` of the function \`${name}\` is no folder of the service`, {
      evidence: [`it is \`${said}\``],
      hint: "Name a folder as seen from the service's",
      code: 'configuration',
    });
  }
  return folder;
}

/** What the service says that has no effect. */
function idleModules(service, functions) {
  return functions
    .filter(({ name, individually }) => !individually && (service.functions[name].module || '.') !== '.')
    .map(({ name }) => `\`module\` of \`${name}\` has no effect without \`package: {individually: true}\``);
}

module.exports = { pythonFunctions, idleModules, LAYER, LAYER_REFERENCE };
