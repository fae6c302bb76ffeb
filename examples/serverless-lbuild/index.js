'use strict';

/**
 * The Serverless Framework's Python functions, bundled by the `lbuild` command: one run for all of a service.
 * Works with osls 3 and 4 and with the Serverless Framework 3 and 4.
 */

const fs = require('fs');
const path = require('path');

const artefacts = require('./lib/artefacts');
const { readOwnOptions } = require('./lib/own-options');
const { Problem } = require('./lib/problem');
const { bundlesOf, projectOf } = require('./lib/project');
const { readPythonRequirements } = require('./lib/python-requirements');
const { runLbuild } = require('./lib/run-lbuild');
const { pythonFunctions, idleModules, LAYER } = require('./lib/service');
const { placesOf, stage, vendored } = require('./lib/staging');

/** In the output folder: the sources of bundles, while lbuild runs. */
const STAGED = 'serverless-lbuild-sources';
const PEER = 'serverless-python-requirements';

class ServerlessLbuild {
  constructor(serverless, options, { log, progress } = {}) {
    this.serverless = serverless;
    this.options = options || {};
    this.log = log;
    this.progress = progress;
    if (!this.besidePeer()) defineKeys(serverless.configSchemaHandler);
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.told(() => this.packageService()),
      'before:deploy:function:packageFunction': () => this.told(() => this.packageFunction(this.options.function)),
    };
  }

  /** All functions have their artefacts. */
  async packageService() {
    await this.build(() => true);
  }

  /** One has. */
  async packageFunction(name) {
    await this.build((bundle) => bundle.functions.some((each) => each.name === name));
  }

  async build(isWanted) {
    const { service, serviceDir } = this.serverless;
    this.demandService();
    const own = readOwnOptions(service.custom);
    const taken = readPythonRequirements(service.custom);
    const functions = pythonFunctions(service);
    const bundles = bundlesOf(service.service, functions, functions.length === Object.keys(service.functions || {}).length);
    const wanted = bundles.filter(isWanted);
    const read = (file) => readText(path.join(serviceDir, file));
    if (functions.length === 0 && taken.layer === null) {
      this.log.warning('lbuild: the service has no Python functions that are to be packaged');
    }
    keepOut(service, own.output);
    const staged = path.join(serviceDir, own.output, STAGED);
    const sourceOf = (bundle) => path.posix.join(own.output, STAGED, bundle.name);
    const { document, layerAlone, notices } = projectOf(bundles, own, taken, read, sourceOf);
    for (const notice of [...taken.notices, ...idleModules(service, functions), ...notices]) {
      this.log.notice(`lbuild: ${notice}`);
    }
    try {
      // All of them, for a layer's content depends on every function that has it.
      for (const bundle of bundles) await this.stageSource(bundle, own, taken, path.join(staged, bundle.name));
      if (wanted.length > 0) await this.buildFunctions(document, bundles, wanted, own, taken);
      if (layerAlone !== null && wanted.length === bundles.length) await this.buildLayer(layerAlone, own, taken);
    } finally {
      fs.rmSync(staged, { recursive: true, force: true });
    }
  }

  async buildFunctions(document, bundles, wanted, own, taken) {
    const { service, serviceDir } = this.serverless;
    const alone = wanted.length < bundles.length;
    // Which layers a function has that is deployed alone nobody can say: so its bundle has all that it needs, and the
    // folder in which planned layers stay where they are is another one.
    const output = path.join(own.output, alone ? 'alone' : 'out');
    const names = alone ? [...wanted.map(({ name }) => name), '--no-layers'] : [];
    const words = ['build', ...names, '--project', '-', '--output', output, ...taken.words, ...own.args];
    const { manifest } = await this.lbuild(own, words, document);
    const placed = (entry, name) => {
      this.log.notice(artefacts.line(name, entry));
      return artefacts.place(serviceDir, path.join(serviceDir, output, entry.file), name);
    };
    for (const bundle of wanted) {
      artefacts.useArtefact(service, bundle, placed(manifest.functions[bundle.name], bundle.name));
    }
    if (alone) {
      if (own.shareLayers) artefacts.keepLayers(service, wanted);
      return;
    }
    const provider = this.serverless.getProvider('aws');
    const logicalId = (name) => provider.naming.getLambdaLayerLogicalId(name);
    artefacts.addPlannedLayers(service, provider.getStage(), bundles, manifest, logicalId, placed);
    const named = manifest.layers[LAYER];
    if (named) {
      const target = { runtime: named.compatible_runtimes[0], architecture: named.compatible_architectures[0] };
      artefacts.addNamedLayer(service, provider.getStage(), target, taken.layer, placed(named, LAYER));
    }
  }

  /** The layer that functions of other services have. */
  async buildLayer({ requirements, constraints, 'dependency-groups': groups = [] }, own, taken) {
    const { service, serviceDir } = this.serverless;
    const { runtime, architecture = 'x86_64' } = service.provider;
    if (!runtime) {
      throw new Problem('The layer has no runtime', { hint: 'Set `provider.runtime`', code: 'configuration' });
    }
    const output = path.join(own.output, `${LAYER}.zip`);
    fs.mkdirSync(path.join(serviceDir, own.output), { recursive: true });
    const slim = own.slim || taken.slim;
    const words = [
      ...['bundle', ...requirements, '--layer', '--output', output, '--runtime', runtime, '--arch', architecture],
      ...constraints.flatMap((file) => ['--constraint', file]),
      ...groups.flatMap((group) => ['--group', group]),
      ...[...(own.exclude || []), ...taken.exclude].flatMap((each) => ['--exclude', each]),
      ...(own.excludeRuntimePackages ? ['--exclude-runtime-packages'] : []),
      ...(slim ? ['--slim', slim] : []),
      ...(own.bytecode ? ['--bytecode', own.bytecode] : []),
      ...taken.words,
      ...own.args,
    ];
    const { bundle } = await this.lbuild(own, words);
    this.log.notice(artefacts.line(LAYER, bundle));
    const artifact = artefacts.place(serviceDir, path.join(serviceDir, output), LAYER);
    const stageName = this.serverless.getProvider('aws').getStage();
    artefacts.addNamedLayer(service, stageName, { runtime, architecture }, taken.layer, artifact);
  }

  async lbuild(own, words, input) {
    const onLine = (line) => this.log.info(line);
    const report = await runLbuild(own.command, words, { cwd: this.serverless.serviceDir, input, onLine });
    for (const warning of report.warnings || []) this.log.warning(`lbuild: ${warning}`);
    return report;
  }

  async stageSource(bundle, own, taken, folder) {
    const { serviceDir } = this.serverless;
    const packager = this.packager();
    const files = bundle.individually
      ? await packager.resolveFilePathsFunction(bundle.name)
      : await packager.resolveFilePathsAll();
    const vendor = (bundle.individually && bundle.functions[0].vendor) || taken.vendor;
    const without = [path.posix.normalize(own.output), ...(vendor ? [path.posix.normalize(vendor)] : [])];
    const places = placesOf(files, bundle.module, without);
    stage(serviceDir, folder, places, vendor ? vendored(serviceDir, vendor) : undefined);
  }

  /** The framework's plug-in that knows which files are packaged. */
  packager() {
    const found = this.serverless.pluginManager.plugins.find(
      (each) => typeof each.resolveFilePathsFunction === 'function' && typeof each.resolveFilePathsAll === 'function'
    );
    if (found) return found;
    throw new Problem('This framework does not tell which files it packages', {
      hint: 'Use osls 3 or 4, or the Serverless Framework 3 or 4',
      code: 'environment',
    });
  }

  demandService() {
    const { provider } = this.serverless.service;
    if (provider.name !== 'aws') {
      throw new Problem(`lbuild builds for AWS Lambda, not for \`${provider.name}\``, { code: 'configuration' });
    }
    if (this.besidePeer()) {
      throw new Problem(`Both serverless-lbuild and ${PEER} would package this service`, {
        hint: `Take ${PEER} out of \`plugins\`; its block in \`custom\` may stay`,
        code: 'configuration',
      });
    }
  }

  besidePeer() {
    const plugins = this.serverless.service.plugins || [];
    return (Array.isArray(plugins) ? plugins : plugins.modules || []).includes(PEER);
  }

  /** What goes wrong is told as the framework tells its users' mistakes: no stack trace. */
  async told(action) {
    const bar = this.progress && this.progress.create ? this.progress.create({ name: 'lbuild' }) : null;
    if (bar) bar.update('Building Python functions with lbuild');
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new this.serverless.classes.Error(error.message, error.frameworkCode);
    } finally {
      if (bar) bar.remove();
    }
  }
}

/** What the framework itself packages has nothing of lbuild's folder in it. */
function keepOut(service, output) {
  const pattern = `!${path.posix.normalize(output)}/**`;
  const patterns = (service.package && service.package.patterns) || [];
  if (!patterns.includes(pattern)) service.package = { ...service.package, patterns: [...patterns, pattern] };
}

function defineKeys(schema) {
  if (!schema) return;
  schema.defineFunctionProperties('aws', { properties: { module: { type: 'string' }, vendor: { type: 'string' } } });
  // Read and checked by this plug-in, with better words.
  schema.defineCustomProperties({ type: 'object', properties: { lbuild: {}, pythonRequirements: {} } });
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new Problem(`\`${file}\` cannot be read`, { evidence: [error.message], code: 'input-not-found' });
  }
}

module.exports = ServerlessLbuild;
