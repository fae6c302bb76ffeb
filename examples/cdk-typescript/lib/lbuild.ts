/**
 * Python functions and layers of an AWS CDK app, bundled by the `lbuild` command while the app is synthesized: without
 * Docker, and with one asset for the same content. Copy this file; it needs aws-cdk-lib, constructs and Node.js alone.
 *
 * `LbuildFunction` takes the properties of `PythonFunction`, `LbuildLayer` those of `PythonLayerVersion`.
 */
import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';

import { Stack, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';

/** Requirements that are looked for in an entry, in this order. */
const REQUIREMENTS = ['requirements.txt', 'pylock.toml', 'uv.lock', 'poetry.lock', 'Pipfile.lock', 'pyproject.toml'];
/** The versions of lbuild's reports that are understood here. */
const SCHEMA = 1;

/** How a bundle is made, beside what the function or layer says. */
export interface LbuildOptions {
  /** What lbuild takes on its command line, files as seen from the entry. Default: what the entry has of requirements. */
  readonly requirements?: string[];
  /** Constraints files, as seen from the entry. */
  readonly constraints?: string[];
  /** Projects that are left out. */
  readonly exclude?: string[];
  /** Leave out boto3 and its family where the runtime's fit. */
  readonly excludeRuntimePackages?: boolean;
  /** Default: as pyproject.toml or lbuild.toml of the folder of the app says, else `safe`. */
  readonly slim?: 'none' | 'safe' | 'small';
  /** Default: `auto`, as many compiled modules as there is room for. */
  readonly bytecode?: 'none' | 'auto' | 'all' | 'only';
  /** Further options of lbuild. */
  readonly args?: string[];
  /** The command and the words before its options. Default: `lbuild`. */
  readonly command?: string[];
}

export interface LbuildFunctionProps extends lambda.FunctionOptions {
  /** The folder of the function's source. */
  readonly entry: string;
  /** The file in it that has the handler. Default: `index.py`. */
  readonly index?: string;
  /** The handler's name in that file. Default: `handler`. */
  readonly handler?: string;
  readonly runtime: lambda.Runtime;
  readonly bundling?: LbuildOptions;
}

/** A Lambda function with its requirements, for its runtime and architecture. */
export class LbuildFunction extends lambda.Function {
  /** What Lambda will report as CodeSha256; undefined while only other stacks are bundled. */
  public readonly codeSha256?: string;

  constructor(scope: Construct, id: string, props: LbuildFunctionProps) {
    const { entry, index = 'index.py', handler = 'handler', runtime, bundling = {}, ...options } = props;
    const place = { scope, name: `${scope.node.path}/${id}` };
    if (!fs.existsSync(path.join(entry, index))) {
      throw new LbuildError(`there is no \`${index}\` in \`${entry}\``, place.name);
    }
    const architecture = options.architecture ?? lambda.Architecture.X86_64;
    const built = bundle(place, entry, runtime, architecture, false, bundling);
    const module = index.replace(/\.py$/, '').replace(/\//g, '.');
    super(scope, id, { ...options, architecture, runtime, code: built.code, handler: `${module}.${handler}` });
    this.codeSha256 = built.codeSha256;
  }
}

export interface LbuildLayerProps extends lambda.LayerVersionOptions {
  /** The folder with the requirements; its modules come into the layer too. */
  readonly entry: string;
  /** The one runtime that the layer is for. */
  readonly compatibleRuntimes: lambda.Runtime[];
  /** The one architecture. Default: x86_64. */
  readonly compatibleArchitectures?: lambda.Architecture[];
  readonly bundling?: LbuildOptions;
}

/** A layer of requirements, below `python/`. */
export class LbuildLayer extends lambda.LayerVersion {
  /** What Lambda will report as CodeSha256; undefined while only other stacks are bundled. */
  public readonly codeSha256?: string;

  constructor(scope: Construct, id: string, props: LbuildLayerProps) {
    const { entry, compatibleRuntimes, bundling = {}, ...options } = props;
    const compatibleArchitectures = options.compatibleArchitectures ?? [lambda.Architecture.X86_64];
    const place = { scope, name: `${scope.node.path}/${id}` };
    if (compatibleRuntimes.length !== 1 || compatibleArchitectures.length !== 1) {
      throw new LbuildError('a layer is for one runtime and one architecture; make another one for others', place.name);
    }
    const built = bundle(place, entry, compatibleRuntimes[0], compatibleArchitectures[0], true, bundling);
    super(scope, id, { ...options, compatibleRuntimes, compatibleArchitectures, code: built.code });
    this.codeSha256 = built.codeSha256;
  }
}

export interface LbuildProjectProps {
  /** The folder of lbuild.toml, or of a pyproject.toml with `[tool.lbuild]`. */
  readonly folder: string;
  /** Further options of `lbuild build`. */
  readonly args?: string[];
  /** The command and the words before its options. Default: `lbuild`. */
  readonly command?: string[];
}

/** The functions of a project of lbuild, with the layers that they share: built together, by one run. */
export class LbuildProject extends Construct {
  private readonly made?: Made;
  private readonly layers = new Map<string, lambda.LayerVersion>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: LbuildProjectProps,
  ) {
    super(scope, id);
    if (!Stack.of(this).bundlingRequired) return;
    const command = props.command ?? ['lbuild'];
    const words = ['build', ...(props.args ?? [])];
    const made = run<Made>(command, words, path.resolve(props.folder), this.node.path);
    if (!made.manifest || made.output === undefined) {
      throw new LbuildError('`lbuild build` told of no manifest', this.node.path);
    }
    this.made = made;
  }

  /** The function of this name; runtime, architecture, handler, code and layers are the project's. */
  public addFunction(id: string, name: string, options: lambda.FunctionOptions = {}): lambda.Function {
    if (this.made === undefined) {
      const runtime = lambda.Runtime.PYTHON_3_13;
      return new lambda.Function(this, id, { ...options, code: unbuilt(this), runtime, handler: '-' });
    }
    const { functions } = this.made.manifest;
    const entry = functions[name];
    const where = `${this.node.path}/${id}`;
    if (entry === undefined) {
      const known = Object.keys(functions).join(', ');
      throw new LbuildError(`the project has no function \`${name}\`\n  there are: ${known}`, where);
    }
    if (entry.handler === null) {
      throw new LbuildError(`\`${name}\` has no handler\nhint: Name it with \`handler\` in lbuild.toml`, where);
    }
    return new lambda.Function(this, id, {
      ...options,
      runtime: new lambda.Runtime(entry.runtime, lambda.RuntimeFamily.PYTHON),
      architecture: architectureOf(entry.architecture),
      handler: entry.handler,
      code: this.codeOf(entry),
      layers: [...entry.layers.map((each) => this.layer(each)), ...(options.layers ?? [])],
    });
  }

  private layer(name: string): lambda.LayerVersion {
    const there = this.layers.get(name);
    if (there !== undefined) return there;
    const entry = this.made!.manifest.layers[name];
    const made = new lambda.LayerVersion(this, name, {
      code: this.codeOf(entry),
      compatibleRuntimes: entry.compatible_runtimes.map((each) => new lambda.Runtime(each, lambda.RuntimeFamily.PYTHON)),
      compatibleArchitectures: entry.compatible_architectures.map(architectureOf),
    });
    this.layers.set(name, made);
    return made;
  }

  private codeOf(entry: { file: string }): lambda.Code {
    return lambda.Code.fromAsset(path.resolve(this.props.folder, this.made!.output!, entry.file));
  }
}

/** lbuild could not do what was asked; the message says which construct asked, and what to do. */
export class LbuildError extends Error {
  constructor(message: string, place: string) {
    super(`${place}: ${message}`);
    this.name = 'LbuildError';
    this.stack = `${this.name}: ${this.message}`; // Where this file stood helps nobody.
  }
}

interface Place {
  readonly scope: Construct;
  /** The path of the construct that wants a bundle. */
  readonly name: string;
}

interface Built {
  readonly code: lambda.Code;
  readonly codeSha256?: string;
}

/** What was built for one app, by the words of the run: what two functions share is built once. */
const builtFor = new WeakMap<IConstruct, Map<string, { file: string; codeSha256: string }>>();

function bundle(
  { scope, name }: Place,
  entry: string,
  runtime: lambda.Runtime,
  architecture: lambda.Architecture,
  layer: boolean,
  options: LbuildOptions,
): Built {
  if (!fs.existsSync(entry) || !fs.statSync(entry).isDirectory()) {
    throw new LbuildError(`\`${entry}\` is no folder`, name);
  }
  if (runtime.family !== lambda.RuntimeFamily.PYTHON) {
    throw new LbuildError(`\`${runtime.name}\` is no runtime of Python`, name);
  }
  if (!Stack.of(scope).bundlingRequired) return { code: unbuilt(scope) };
  const words = [
    'bundle',
    ...(options.requirements?.map((each) => wordOf(each, entry)) ?? requirementsIn(entry)),
    ...(options.constraints ?? []).flatMap((each) => ['--constraint', path.resolve(entry, each)]),
    ...['--source', path.resolve(entry), '--runtime', runtime.name, '--arch', architecture.name],
    ...(layer ? ['--layer'] : []),
    ...(options.exclude ?? []).flatMap((each) => ['--exclude', each]),
    ...(options.excludeRuntimePackages ? ['--exclude-runtime-packages'] : []),
    ...(options.slim ? ['--slim', options.slim] : []),
    ...(options.bytecode ? ['--bytecode', options.bytecode] : []),
    ...(options.args ?? []),
  ];
  const command = options.command ?? ['lbuild'];
  const folder = folderOf(scope);
  const key = JSON.stringify([command, words, folder]);
  const known = builtFor.get(scope.node.root) ?? new Map();
  builtFor.set(scope.node.root, known);
  if (!known.has(key)) known.set(key, build(command, words, folder, name));
  const { file, codeSha256 } = known.get(key)!;
  return { code: lambda.Code.fromAsset(file), codeSha256 };
}

/** Where bundles lie until the CDK has copied them. */
function folderOf(scope: Construct): string {
  return path.join(Stage.of(scope)!.assetOutdir, 'lbuild');
}

/** Code that nobody looks at: of `cdk list`, or of a command about other stacks. */
function unbuilt(scope: Construct): lambda.Code {
  const folder = path.join(folderOf(scope), 'unbuilt');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'unbuilt.txt'), 'This command did not need the code.\n');
  return lambda.Code.fromAsset(folder);
}

/** One run; the file is named by its content, for the CDK remembers files by their name. */
function build(command: string[], words: string[], folder: string, name: string) {
  fs.mkdirSync(folder, { recursive: true });
  const scratch = fs.mkdtempSync(path.join(folder, 'new-'));
  try {
    const output = path.join(scratch, 'bundle.zip');
    const report = run<Report>(command, [...words, '--output', output], process.cwd(), name);
    if (!report.bundle?.code_sha256) throw new LbuildError('lbuild told of no bundle', name);
    const file = path.join(folder, `${report.bundle.sha256}.zip`);
    fs.renameSync(output, file);
    return { file, codeSha256: report.bundle.code_sha256 };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function requirementsIn(entry: string): string[] {
  const found = REQUIREMENTS.map((each) => path.resolve(entry, each)).find((each) => fs.existsSync(each));
  return found === undefined ? [] : [found];
}

/** Files and folders of the entry by their whole paths; other words as they are. */
function wordOf(word: string, entry: string): string {
  const file = path.resolve(entry, word);
  return fs.existsSync(file) ? file : word;
}

interface Report {
  readonly bundle?: { readonly sha256: string; readonly code_sha256: string | null };
}

interface Entry {
  readonly file: string;
}

interface Made {
  /** The folder of the manifest. */
  readonly output?: string;
  readonly manifest: {
    readonly functions: Record<
      string,
      Entry & { runtime: string; architecture: string; handler: string | null; layers: string[] }
    >;
    readonly layers: Record<string, Entry & { compatible_runtimes: string[]; compatible_architectures: string[] }>;
  };
}

interface Failure {
  readonly summary: string;
  readonly evidence?: string[];
  readonly hint?: string | null;
}

/** The report of a run of lbuild, whose warnings and errors go to standard error. */
function run<Kind>(command: string[], words: string[], cwd: string, name: string): Kind {
  const [program, ...before] = command;
  process.stderr.write(`Bundling ${name} with lbuild...\n`);
  const ended = spawnSync(program, [...before, ...words, '--json', '--quiet'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: Infinity,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (ended.error !== undefined) {
    const code = (ended.error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? `\`${program}\` was not found` : `\`${program}\` cannot be run: ${ended.error.message}`;
    throw new LbuildError(`${why}\nhint: Install it with \`pip install lambda-lbuild\`, or say \`command\``, name);
  }
  const report = parsed(ended.stdout);
  if (report?.error !== undefined) throw new LbuildError(told(report.error), name);
  if (ended.status !== 0 || report === undefined) {
    const how = ended.signal ? `was ended by ${ended.signal}` : `ended with status ${ended.status}`;
    throw new LbuildError(`\`${program}\` ${how}${report === undefined ? ', and made no report' : ''}`, name);
  }
  if (report.schema !== SCHEMA) {
    throw new LbuildError(`the report of \`${program}\` has schema ${report.schema}, and ${SCHEMA} is known here`, name);
  }
  return report as Kind;
}

function parsed(text: string): { schema?: number; error?: Failure & { errors?: Failure[] } } | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

function told(failure: Failure & { errors?: Failure[] }): string {
  const all = failure.errors?.length ? failure.errors : [failure];
  return all
    .map(({ summary, evidence = [], hint }) =>
      [summary, ...evidence.map((line) => `  ${line}`), ...(hint ? [`hint: ${hint}`] : [])].join('\n'),
    )
    .join('\n');
}

function architectureOf(name: string): lambda.Architecture {
  return name === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64;
}
