import { typesOf, type Catalog, type DescribedOperation, type NamedType, type ObjectType } from "../model.ts";

/** A language that the types can be had in. */
export type Language = {
	/** As people call it. */
	label: string;
	/** One type; of an operation's request its members only. */
	type(type: NamedType): string;
	/** The request of an operation, with its routes and what it returns. */
	request(operation: DescribedOperation): string;
	/** All of a file: its options in a comment, what it needs, and the types. */
	file(header: string, types: readonly string[], selection: Selection): string;
	/** Types that ServiceStack's library for the language has already: files of types leave them out. */
	library: ReadonlySet<string>;
	/** What stands before the types on the page of an operation. */
	preamble?: string;
	/** Opens, begins and closes the comment that holds the options. */
	comment: readonly [open: string, off: string, close: string];
};

/** The types of a file in an order in which each stands after what it needs, operations' requests among them. */
export type Selection = { types: readonly (NamedType | DescribedOperation)[] };

/** What the query of `/types/…` may ask for: ServiceStack's names, `ChatRequest.*` for a type with all that it needs. */
export type TypesOptions = { baseUrl: string; include: readonly string[]; exclude: readonly string[]; version: string };

/** The types that were asked for. */
export function selected(catalog: Catalog, { include, exclude }: Pick<TypesOptions, "include" | "exclude">): Selection {
	const all = new Map<string, NamedType | DescribedOperation>();
	for (const operation of catalog.operations) {
		for (const type of typesOf(operation, catalog)) all.set(type.name, type);
		all.set(operation.name, operation);
	}
	const wanted = new Set(include.flatMap((name) => withNeeds(name, catalog)));
	const types = Array.from(all.values()).filter(
		({ name }) => (wanted.size === 0 || wanted.has(name)) && !exclude.includes(name),
	);
	return { types };
}

function withNeeds(asked: string, catalog: Catalog): string[] {
	if (!asked.endsWith(".*")) return [asked];
	const name = asked.slice(0, -2);
	const operation = catalog.operations.find((one) => one.name === name);
	return operation ? [...typesOf(operation, catalog).map((type) => type.name), name] : [name];
}

/** Whether it is an operation's request or any other type. */
export function isOperation(type: NamedType | DescribedOperation): type is DescribedOperation {
	return "request" in type;
}

/** A file of types in a language. */
export function typesFile(language: Language, catalog: Catalog, options: TypesOptions): string {
	const selection = withoutLibrary(language, selected(catalog, options));
	const sources = selection.types.map((type) => (isOperation(type) ? language.request(type) : language.type(type)));
	return language.file(header(language, options), sources, selection);
}

function withoutLibrary({ library }: Language, { types }: Selection): Selection {
	return { types: types.filter(({ name }) => !library.has(name)) };
}

/** What ServiceStack's libraries for compiled and typed languages have; its TypeScript package leaves them to the generated file. */
export const libraryTypes: ReadonlySet<string> = new Set([
	"ResponseStatus",
	"ResponseError",
	"Authenticate",
	"AuthenticateResponse",
	"GetAccessToken",
	"GetAccessTokenResponse",
]);

/** The options as a comment, which ServiceStack's tools read back to update a file. */
function header({ comment: [open, off, close] }: Language, options: TypesOptions): string {
	const option = (name: string, value: readonly string[]) =>
		value.length === 0 ? `${off}${name}: ` : `${name}: ${value.join(",")}`;
	return [
		`${open} Options:`,
		`Date: ${new Date().toISOString().slice(0, 19).replace("T", " ")}`,
		`Version: ${options.version}`,
		`Tip: To override a DTO option, remove "${off}" prefix before updating`,
		`BaseUrl: ${options.baseUrl}`,
		"",
		option("IncludeTypes", options.include),
		option("ExcludeTypes", options.exclude),
		close,
	].join("\n");
}

/** `GET,POST,OPTIONS`; undefined for a route that takes every method. */
export function verbsOf(operation: DescribedOperation, methods: readonly string[]): string | undefined {
	if (["GET", "POST", "PUT", "PATCH", "DELETE"].every((method) => methods.includes(method))) return undefined;
	return [...methods, ...(operation.family.listsOptions ? ["OPTIONS"] : [])].join(",");
}

/** The routes as attributes are written: `@Route("/v1/Chat", "GET,POST,OPTIONS")`. */
export function routeAttributes(operation: DescribedOperation): string[] {
	return operation.routes.map(({ path, methods }) => {
		const verbs = verbsOf(operation, methods);
		return `Route(${quoted(path)}${verbs === undefined ? "" : `, ${quoted(verbs)}`})`;
	});
}

/** `ApiMember(Description="…", IsRequired=true)`; undefined for a member of which nothing is said. */
export function memberAttribute(member: ObjectType["members"][number], isRequest: boolean): string | undefined {
	if (member.description === undefined) return undefined;
	return `ApiMember(Description=${quoted(member.description)}${isRequest && member.isRequired ? ", IsRequired=true" : ""})`;
}

/** A text in double quotes, on one line. */
export function quoted(text: string): string {
	return JSON.stringify(text);
}
