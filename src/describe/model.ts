import type { Access } from "../auth/authenticate.ts";
import type { Family } from "../wire/family.ts";

/** Kinds of types that need no more words. `parameter` is the T of a generic type. */
export type SimpleKind = "text" | "guid" | "instant" | "integer" | "number" | "boolean" | "any" | "parameter";

/** The type of a member as clients see it. */
export type Type =
	| { kind: SimpleKind }
	| { kind: "list" | "map"; of: Type }
	| { kind: "enum"; name: string }
	| { kind: "object"; name: string; argument?: Type };

export type TypeReference = Extract<Type, { kind: "object" }>;

export type Member = {
	/** In camel case, as JSON has it. */
	name: string;
	type: Type;
	/** Without it the request is refused. */
	isRequired: boolean;
	/** It may be absent; one with a default never is. */
	isOptional: boolean;
	description: string | undefined;
};

export type ObjectType = {
	kind: "object";
	name: string;
	description: string | undefined;
	/** Its own members, those of the base left out. */
	members: Member[];
	base: TypeReference | undefined;
	isGeneric: boolean;
};

type EnumType = { kind: "enum"; name: string; values: readonly string[] };

/** A map that has a name. */
type DictionaryType = { kind: "dictionary"; name: string; of: Type };

export type NamedType = ObjectType | EnumType | DictionaryType;

/** One path of an operation with all of its methods. `path` has its variables in braces. */
export type OperationRoute = { path: string; methods: string[]; access: Access[] };

export type DescribedOperation = {
	name: string;
	summary: string;
	family: Family;
	routes: OperationRoute[];
	request: ObjectType;
	/** Undefined where a success has no body. */
	answer: TypeReference | undefined;
	/** The member of the answer that is the table in CSV and JSONL. */
	table: string | undefined;
	/** What the clients of generated types call it with. */
	method: string;
};

/** Every operation, and every type that their requests and answers are made of: what a type needs stands before it. */
export type Catalog = { operations: DescribedOperation[]; types: ReadonlyMap<string, NamedType> };

/** The names of types that a type needs at once. */
export function namesIn(type: Type): string[] {
	switch (type.kind) {
		case "list":
		case "map":
			return namesIn(type.of);
		case "enum":
			return [type.name];
		case "object":
			return [...(type.argument ? namesIn(type.argument) : []), type.name];
		default:
			return [];
	}
}

/** The names of types that a named type is made of: its base first. */
function neededBy(type: NamedType): string[] {
	if (type.kind === "enum") return [];
	if (type.kind === "dictionary") return namesIn(type.of);
	return [...(type.base ? namesIn(type.base) : []), ...type.members.flatMap((member) => namesIn(member.type))];
}

/** All the types that an operation's answer and request are made of, without the request itself, each after what it needs. */
export function typesOf(operation: DescribedOperation, { types }: Catalog): NamedType[] {
	const found = new Map<string, NamedType>();
	const seen = new Set<string>();
	const visit = (name: string): void => {
		const type = types.get(name);
		if (!type || seen.has(name)) return;
		seen.add(name);
		neededBy(type).forEach(visit);
		found.set(name, type);
	};
	if (operation.answer) namesIn(operation.answer).forEach(visit);
	neededBy(operation.request).forEach(visit);
	return [...found.values()];
}
