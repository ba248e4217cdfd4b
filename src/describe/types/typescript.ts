import type { DescribedOperation, Member, NamedType, ObjectType, SimpleKind, Type } from "../model.ts";
import { memberAttribute, routeAttributes, type Language } from "./language.ts";

const comment = ["/*", "//", "*/"] as const;

/** ServiceStack's TypeScript, but such that it compiles under `strict`: members are initialised, optional, or declared to be there. */
export const typescript: Language = {
	label: "TypeScript",
	comment,
	library: new Set(),
	type: (type) => (type.kind === "object" ? declareClass(type) : declareOther(type, "export ")),
	request: declareRequest,
	file: (header, types) => `${[header, returns, ...types].join("\n\n")}\n`,
};

/** The same types as declarations alone. */
export const typescriptDeclarations: Language = {
	label: "TypeScript declarations",
	comment,
	library: new Set(),
	type: (type) => (type.kind === "object" ? declareInterface(type) : declareOther(type, "declare ")),
	request: (operation) =>
		[...attributesOf(operation), declareInterface(operation.request, ` extends ${returned(operation)}`)].join("\n"),
	file: (header, types) =>
		`${[header, "interface IReturn<T> {}", "interface IReturnVoid {}", ...types].join("\n\n")}\n`,
};

const returns = `export interface IReturn<T>
{
    createResponse(): T;
}

export interface IReturnVoid
{
    createResponse(): void;
}`;

function declareRequest(operation: DescribedOperation): string {
	const { request } = operation;
	const answer = operation.answer ? `return new ${typeName(operation.answer)}();` : "";
	const methods = [
		`public getTypeName() { return '${request.name}'; }`,
		`public getMethod() { return '${operation.method}'; }`,
		`public createResponse() { ${answer} }`,
	];
	return [...attributesOf(operation), declareClass(request, ` implements ${returned(operation)}`, methods)].join("\n");
}

function attributesOf(operation: DescribedOperation): string[] {
	return [
		`/** @description ${inComment(operation.summary)} */`,
		...routeAttributes(operation).map((it) => `// @${it}`),
	];
}

function returned({ answer }: DescribedOperation): string {
	return answer ? `IReturn<${typeName(answer)}>` : "IReturnVoid";
}

function declareClass(type: ObjectType, implemented = "", methods: readonly string[] = []): string {
	const own = nameOf(type);
	const extended = type.base ? ` extends ${typeName(type.base)}` : "";
	const parent = type.base ? "super(init); " : "";
	const body = [
		...type.members.flatMap((member) => [
			...notesOf(member, methods.length > 0),
			`public ${declared(member, methods.length > 0)}`,
		]),
		"",
		`public constructor(init?: Partial<${own}>) { ${parent}(Object as any).assign(this, init); }`,
		...methods,
	];
	return `export class ${own}${extended}${implemented}\n{\n${indented(body)}\n}`;
}

function declareInterface(type: ObjectType, extra = ""): string {
	const extended = type.base ? `${extra ? `${extra}, ` : " extends "}${typeName(type.base)}` : extra;
	const body = type.members.map((member) => `${member.name}${member.isRequired ? "" : "?"}: ${typeName(member.type)};`);
	return `interface ${nameOf(type)}${extended}\n{\n${indented(body)}\n}`;
}

/** A list or a map that is always there begins empty; another member that is always there comes with the answer. */
function declared({ name, type, isRequired, isOptional }: Member, isRequest: boolean): string {
	if (isRequest ? !isRequired : isOptional) return `${name}?: ${typeName(type)};`;
	if (type.kind === "list") return `${name}: ${typeName(type)} = [];`;
	return type.kind === "map" ? `${name}: ${typeName(type)} = {};` : `${name}!: ${typeName(type)};`;
}

function notesOf(member: Member, isRequest: boolean): string[] {
	const attribute = memberAttribute(member, isRequest);
	return attribute === undefined
		? []
		: ["", `/** @description ${inComment(member.description ?? "")} */`, `// @${attribute}`];
}

function declareOther(type: Exclude<NamedType, ObjectType>, prefix: string): string {
	if (type.kind === "dictionary") return `${prefix}type ${type.name} = { [index:string]: ${typeName(type.of)}; };`;
	return `${prefix}enum ${type.name}\n{\n${indented(type.values.map((value) => `${identifier(value)} = '${value}',`))}\n}`;
}

function nameOf({ name, isGeneric }: ObjectType): string {
	return isGeneric ? `${name}<T>` : name;
}

const simple: Record<SimpleKind, string> = {
	text: "string",
	guid: "string",
	instant: "string",
	integer: "number",
	number: "number",
	boolean: "boolean",
	any: "any",
	parameter: "T",
};

function typeName(type: Type): string {
	switch (type.kind) {
		case "list":
			return `${typeName(type.of)}[]`;
		case "map":
			return `{ [index:string]: ${typeName(type.of)}; }`;
		case "enum":
			return type.name;
		case "object":
			return type.argument ? `${type.name}<${typeName(type.argument)}>` : type.name;
		default:
			return simple[type.kind];
	}
}

/** A name that an enum's member may have. */
function identifier(value: string): string {
	return /^[A-Za-z_]\w*$/.test(value) ? value : `'${value}'`;
}

function inComment(text: string): string {
	return text.replaceAll("*/", "* /");
}

function indented(lines: readonly string[]): string {
	const [first, ...others] = lines;
	return [...(first === "" ? [] : [first]), ...others].map((line) => (line ? `    ${line}` : "")).join("\n");
}
