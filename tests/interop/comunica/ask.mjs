// Asks Comunica one query over some sources, both given as JSON on standard input:
// {"query": …, "sources": [IRI | {"type": …, "value": IRI}], "form": "bindings|boolean|quads"}.
// Prints the answer as JSON.
import { QueryEngine } from '@comunica/query-sparql';
import { readFileSync } from 'node:fs';

const { query, sources, form } = JSON.parse(readFileSync(0, 'utf8'));
const engine = new QueryEngine();
const context = { sources };
const term = (value) => value.value;

let answer;
if (form === 'boolean') {
  answer = await engine.queryBoolean(query, context);
} else if (form === 'quads') {
  const quads = await (await engine.queryQuads(query, context)).toArray();
  answer = quads.map((quad) => [quad.subject, quad.predicate, quad.object].map(term));
} else {
  const rows = await (await engine.queryBindings(query, context)).toArray();
  answer = rows.map((row) => Object.fromEntries([...row].map(([name, value]) => [name.value, value.value])));
}
process.stdout.write(JSON.stringify(answer));
