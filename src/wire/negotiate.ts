/** Which format an answer has, and which a body: sections 1.1 to 1.3 of the ServiceStack reference. */

export type Format = "json" | "jsv" | "csv" | "xml" | "jsonl" | "html";

/** By suffix, `?format=` and path segment. `other` is what the publishers' pages call JSONL. */
const names: Record<string, Format> = {
	json: "json",
	jsv: "jsv",
	csv: "csv",
	xml: "xml",
	jsonl: "jsonl",
	other: "jsonl",
	html: "html",
};

const types: readonly [pattern: RegExp, format: Format][] = [
	[/^(application|text)\/json$|^application\/[\w.-]+\+json$/, "json"],
	[/^(text|application)\/jsv$/, "jsv"],
	[/^text\/csv$/, "csv"],
	[/^(application|text)\/xml$/, "xml"],
	[/^(text|application)\/(jsonl|x-ndjson)$/, "jsonl"],
	[/^text\/html$|^application\/xhtml\+xml$/, "html"],
];

/** The format of a name, in any case. */
export function formatNamed(name: string | undefined | null): Format | undefined {
	const lower = name?.toLowerCase();
	return lower !== undefined && Object.hasOwn(names, lower) ? names[lower] : undefined;
}

/** The format of a media type, its parameters aside. */
export function formatOfType(type: string | undefined | null): Format | undefined {
	if (type === "application/json") return "json";
	const bare = type?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
	return types.find(([pattern]) => pattern.test(bare))?.[1];
}

/** A path without the suffix that names a format, and that format. */
export function splitSuffix(path: string): { path: string; format: Format | undefined } {
	const dot = path.lastIndexOf(".");
	const format = dot > path.lastIndexOf("/") ? formatNamed(path.slice(dot + 1)) : undefined;
	return format ? { path: path.slice(0, dot), format } : { path, format: undefined };
}

/**
 * The format of the answer: path suffix, then `?format=`, then Accept with its weights, then the request's own type where Accept takes
 * anything, then JSON. Never a 406.
 */
export function answerFormat(address: string, headers: Headers): Format {
	const named = formatInAddress(address);
	if (named) return named;
	const { format, takesAnything } = accepted(headers.get("Accept") || "*/*");
	if (format || !takesAnything) return format ?? "json";
	const own = formatOfType(headers.get("Content-Type"));
	return own && own !== "html" ? own : "json";
}

/** The format that the suffix of the path names, or else `?format=`. */
export function formatInAddress(address: string): Format | undefined {
	const start = address.indexOf("?");
	const path = start < 0 ? address : address.slice(0, start);
	return splitSuffix(path).format ?? formatNamed(control(address, "format")?.split(".")[0]);
}

/** A query member that speaks to this layer and not to an operation, its name in any case. */
export function control(address: string, name: "format" | "jsconfig"): string | undefined {
	// Parsing an address takes longer than all else that is done for an answer in JSON.
	const start = address.indexOf("?");
	if (start < 0 || !address.toLowerCase().includes(`${name}=`, start)) return undefined;
	return [...new URL(address).searchParams].find(([key]) => key.toLowerCase() === name)?.[1];
}

type Accepted = { format: Format | undefined; takesAnything: boolean };

/** Few clients have many ways to ask, and taking a header apart for each request costs more than the rest of its negotiation. */
const known = new Map<string, Accepted>();
const REMEMBERED = 500;

/** What an Accept header asks for before it takes anything. */
function accepted(accept: string): Accepted {
	const remembered = known.get(accept);
	if (remembered) return remembered;
	const ranges = preferred(accept);
	const anything = ranges.indexOf("*/*");
	const wanted = anything < 0 ? ranges : ranges.slice(0, anything);
	const formats = wanted.map(formatOfType).filter((format) => format !== undefined);
	const result = { format: formats[0], takesAnything: anything >= 0 };
	if (known.size >= REMEMBERED) known.clear();
	known.set(accept, result);
	return result;
}

/** The media ranges of an Accept header, the most wanted first; those of weight 0 are left out. */
function preferred(accept: string): string[] {
	return accept
		.split(",")
		.map((range) => {
			const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
			const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
			return { type, weight: weight === undefined ? 1 : Number(weight) };
		})
		.filter(({ type, weight }) => type !== "" && weight > 0)
		.sort((a, b) => b.weight - a.weight)
		.map(({ type }) => type);
}
