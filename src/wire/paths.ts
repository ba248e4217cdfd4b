import { getPath } from "hono/utils/url";
import { splitSuffix } from "./negotiate.ts";

/** The visitor dialect has a case of its own and ids with dots. */
const EXACT = "/api/v2/";

/**
 * The path by which a request is routed: literals in any case, `%5B%5D` as `[]`, without a slash at its end, without a suffix that names a
 * format (a route that has such a suffix of its own keeps it). `routes` is asked once, at the first request, when all are mounted.
 */
export function routingPath(routes: () => readonly { path: string }[]): (request: Request) => string {
	let known: { literals: ReadonlyMap<string, string>; whole: ReadonlySet<string> } | undefined;
	return (request) => {
		const asked = getPath(request);
		if (asked.startsWith(EXACT)) return asked;
		const path = asked.length > 1 && asked.endsWith("/") ? asked.slice(0, -1) : asked;
		known ??= literalsOf(routes());
		const stripped = known.whole.has(path.toLowerCase()) ? path : splitSuffix(path).path;
		return folded(stripped, known.literals);
	};
}

function literalsOf(routes: readonly { path: string }[]) {
	const paths = routes.map(({ path }) => path).filter((path) => !path.startsWith(EXACT));
	const segments = paths.flatMap((path) => path.split("/")).filter((segment) => /^[\w.-]+$/.test(segment));
	return {
		literals: new Map(segments.map((segment) => [segment.toLowerCase(), segment])),
		whole: new Set(paths.filter((path) => splitSuffix(path).format).map((path) => path.toLowerCase())),
	};
}

/** The path with each segment that is one of our literals spelled as we do. */
function folded(path: string, literals: ReadonlyMap<string, string>): string {
	let isChanged = false;
	const segments = path.split("/").map((segment) => {
		const known = literals.get(segment.toLowerCase()) ?? segment.replace(/%5B%5D$/i, "[]");
		isChanged ||= known !== segment;
		return known;
	});
	return isChanged ? segments.join("/") : path;
}
