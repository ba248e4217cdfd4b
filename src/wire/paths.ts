import { getPath } from "hono/utils/url";
import { splitSuffix } from "./negotiate.ts";

/** The visitor dialect has a case of its own and ids with dots. */
const EXACT = "/api/v2/";

/** Paths whose routing is remembered, and how long each may be. */
const REMEMBERED = 1000;
const LONGEST = 200;

type Routes = readonly { path: string }[];

/** What may follow a part of a path: literals, by their lower-case spelling, and a parameter. */
type Branch = { literals: Map<string, Branch>; spelling: string; parameter: Branch | undefined; isEnd: boolean };

/**
 * The path by which a request is routed: literals in any case and parameters as they came, without a slash at its end, without a suffix
 * that names a format (a route that has such a suffix of its own keeps it). `routes` is asked once, at the first request, when all are
 * mounted.
 */
export function routingPath(routes: () => Routes): (request: Request) => string {
	let known: KnownPaths | undefined;
	// The walk takes 4 us, a look-up a tenth of it (2026-11-22).
	const found = new Map<string, string>();
	return (request) => {
		const asked = getPath(request);
		if (asked.startsWith(EXACT)) return asked;
		const remembered = found.get(asked);
		if (remembered !== undefined) return remembered;
		const path = routed(asked, (known ??= knownPaths(routes())));
		if (found.size >= REMEMBERED) found.clear();
		if (asked.length <= LONGEST) found.set(asked, path);
		return path;
	};
}

function routed(asked: string, { root, suffixed }: KnownPaths): string {
	const path = asked.length > 1 && asked.endsWith("/") ? asked.slice(0, -1) : asked;
	const stripped = suffixed.has(path.toLowerCase()) ? path : splitSuffix(path).path;
	return spelled(root, stripped.split("/"))?.join("/") ?? stripped;
}

type KnownPaths = { root: Branch; suffixed: ReadonlySet<string> };

function knownPaths(routes: Routes): KnownPaths {
	// What has a star is middleware.
	const paths = routes.map(({ path }) => path).filter((path) => !path.startsWith(EXACT) && !path.includes("*"));
	const root = branch("");
	for (const path of paths) grow([root], path.split("/"));
	return {
		root,
		suffixed: new Set(paths.filter((path) => splitSuffix(path).format).map((path) => path.toLowerCase())),
	};
}

function branch(spelling: string): Branch {
	return { literals: new Map(), spelling, parameter: undefined, isEnd: false };
}

function grow(from: Branch[], [segment, ...rest]: string[]): void {
	if (segment === undefined) {
		for (const end of from) end.isEnd = true;
		return;
	}
	// A parameter that is one of a few words is each of them.
	const words =
		/^:\w+\{(?:\(\?:)?([\w|]+)\)?\}$/.exec(segment)?.[1]?.split("|") ?? (segment.startsWith(":") ? [] : [segment]);
	grow(
		from.flatMap((at) => (words.length === 0 ? [(at.parameter ??= branch(""))] : words.map((word) => below(at, word)))),
		rest,
	);
}

function below({ literals }: Branch, word: string): Branch {
	const key = word.toLowerCase();
	const found = literals.get(key) ?? branch(word);
	literals.set(key, found);
	return found;
}

/** The segments as the route spells them that they lead to; undefined when they lead to none. A literal goes before a parameter. */
function spelled(at: Branch, segments: readonly string[], depth = 0): string[] | undefined {
	const segment = segments[depth];
	if (segment === undefined) return at.isEnd ? [] : undefined;
	const literal = at.literals.get(segment.toLowerCase());
	const rest = literal && spelled(literal, segments, depth + 1);
	if (literal && rest) return [literal.spelling, ...rest];
	const parameter = at.parameter && spelled(at.parameter, segments, depth + 1);
	return parameter && [segment, ...parameter];
}
