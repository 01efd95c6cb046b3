// Asks one query by following links from some IRIs alone, both given as JSON on standard input:
// {"query": …, "seeds": [IRI], "within": IRI, "refused": IRI}. Links that do not begin with `within`
// are not followed; the endpoint, which it finds and would ask instead of walking, knows nothing.
// Prints {"rows": […], "fetched": [address, …]} as JSON.
import { QueryEngine } from '@comunica/query-sparql-link-traversal';
import { readFileSync } from 'node:fs';

const { query, seeds, within, refused } = JSON.parse(readFileSync(0, 'utf8'));
const fetched = [];
const nothing = '{"head": {"vars": ["count"]}, "results": {"bindings": []}}';
const stay = async(input, init) => {
  const address = typeof input === 'string' ? input : input.url;
  if (address.startsWith(refused)) {
    return new Response(nothing, { headers: { 'content-type': 'application/sparql-results+json' }});
  }
  if (!address.startsWith(within)) {
    return new Response('', { status: 404 });
  }
  fetched.push(address);
  return await fetch(input, init);
};
const found = await new QueryEngine().queryBindings(query, { sources: seeds, lenient: true, fetch: stay });
const rows = (await found.toArray()).map(
  row => Object.fromEntries([...row].map(([name, value]) => [name.value, value.value])),
);
process.stdout.write(JSON.stringify({ rows, fetched }));
