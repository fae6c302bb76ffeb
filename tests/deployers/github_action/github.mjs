/**
 * GitHub's own reading of actions, workflows and expressions, as a filter: a JSON request on standard input, the answer on
 * standard output. The one argument is the node_modules folder.
 *
 * {"check": "action" | "workflow", "text"}   the faults of a file, as GitHub's parser tells them
 * {"evaluate": {name: text}, "contexts"}     texts with their `${{ }}` replaced; contexts are objects of texts
 */
import fs from 'node:fs';
import { register } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

// The parser is made for bundlers: it imports JSON without saying so.
const hook = `export async function load(url, context, next) {
  if (!url.endsWith('.json')) return next(url, context);
  const { readFile } = await import('node:fs/promises');
  const source = 'export default ' + (await readFile(new URL(url), 'utf8'));
  return { format: 'module', source, shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const load = (...parts) => import(pathToFileURL(path.join(process.argv[2], '@actions', ...parts)));
const request = JSON.parse(fs.readFileSync(0, 'utf8'));
const answer = request.check ? await faults(request) : await evaluated(request);
process.stdout.write(JSON.stringify(answer));

async function faults({ check, text }) {
  const { parseAction } = await load('workflow-parser', 'dist', 'actions', 'action-parser.js');
  const { parseWorkflow, NoOperationTraceWriter } = await load('workflow-parser', 'dist', 'index.js');
  const parse = { action: parseAction, workflow: parseWorkflow }[check];
  const { context } = parse({ name: `${check}.yml`, content: text }, new NoOperationTraceWriter());
  return context.errors.getErrors().map((error) => error.message);
}

async function evaluated({ evaluate, contexts }) {
  const { Lexer, Parser, Evaluator, data } = await load('expressions', 'dist', 'index.js');
  const known = Object.keys(contexts);
  const value = (expression) => {
    const tree = new Parser(new Lexer(expression).lex().tokens, known, []).parse();
    return new Evaluator(tree, dictionary(contexts)).evaluate().coerceString();
  };
  const dictionary = (object) =>
    new data.Dictionary(
      ...Object.entries(object).map(([key, each]) => ({
        key,
        value: typeof each === 'object' ? dictionary(each) : new data.StringData(String(each)),
      }))
    );
  const replaced = (text) => text.replace(/\$\{\{([^]*?)\}\}/g, (_, expression) => value(expression.trim()));
  return Object.fromEntries(Object.entries(evaluate).map(([name, text]) => [name, replaced(text)]));
}
