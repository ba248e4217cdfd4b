import { pascalCase } from "../../wire/formats/names.ts";
import type { Member, NamedType, ObjectType, SimpleKind, Type } from "../model.ts";
import { libraryTypes, memberAttribute, quoted, routeAttributes, type Language } from "./language.ts";

const usings = ["System", "System.Collections.Generic", "ServiceStack", "ServiceStack.DataAnnotations"];

/** ServiceStack's C#, for `JsonServiceClient` with `#nullable disable` as its own generator has it. */
export const csharp: Language = {
	label: "C#",
	comment: ["/*", "//", "*/"],
	library: libraryTypes,
	type: declare,
	request: (operation) => {
		const routes = routeAttributes(operation).map((route) => `[${route}]`);
		const returned = operation.answer ? `IReturn<${typeName(operation.answer)}>` : "IReturnVoid";
		return declareClass(operation.request, [returned], routes);
	},
	file: (header, types) => {
		const parts = types.map((source) => indent(source));
		const using = usings.map((name) => `using ${name};`).join("\n");
		return `${header}\n\n${using}\n\n#nullable disable\n\nnamespace Foyer.ServiceModel\n{\n${parts.join("\n\n")}\n}\n`;
	},
};

function declare(type: NamedType): string {
	if (type.kind === "object") return declareClass(type, [], []);
	if (type.kind === "dictionary")
		return `public partial class ${type.name} : Dictionary<string, ${typeName(type.of)}>\n{\n}`;
	return `public enum ${type.name}\n{\n${type.values.map((value) => `    ${value},`).join("\n")}\n}`;
}

function declareClass(type: ObjectType, returned: readonly string[], attributes: readonly string[]): string {
	const summary =
		type.description === undefined ? [] : [`///<summary>`, `///${inDoc(type.description)}`, `///</summary>`];
	const bases = [...(type.base ? [typeName(type.base)] : []), ...returned];
	const name = type.isGeneric ? `${type.name}<T>` : type.name;
	const members = type.members.map((member) => indent(declareMember(member, type, returned.length > 0)));
	return [
		...summary,
		...attributes,
		`public partial class ${name}${bases.length === 0 ? "" : ` : ${bases.join(", ")}`}`,
		"{",
		...(members.length === 0 ? [] : [members.join("\n\n")]),
		"}",
	].join("\n");
}

function declareMember(member: Member, owner: ObjectType, isRequest: boolean): string {
	const { description, type, isOptional } = member;
	const summary = description === undefined ? [] : [`///<summary>`, `///${inDoc(description)}`, `///</summary>`];
	const attribute = memberAttribute(member, isRequest);
	// A member may not be called like the type that holds it.
	const isTaken = pascalCase(member.name) === owner.name;
	const name = isTaken ? `${owner.name}Value` : pascalCase(member.name);
	const renamed = isTaken ? [`[System.Runtime.Serialization.DataMember(Name=${quoted(pascalCase(member.name))})]`] : [];
	const initial = !isOptional && type.kind === "list" ? " = [];" : "";
	const declared = `public virtual ${dotNetName(member)} ${name} { get; set; }${initial}`;
	return [...summary, ...(attribute === undefined ? [] : [`[${attribute}]`]), ...renamed, declared].join("\n");
}

/** Types that are never null by themselves. */
export function isValueType(type: Type): boolean {
	return ["guid", "instant", "integer", "number", "boolean", "enum"].includes(type.kind);
}

/** The type of a member as C# has it: `Guid`, `int?`, `List<string>`. */
export function dotNetName({ type, isOptional }: Member): string {
	return `${typeName(type)}${isOptional && isValueType(type) ? "?" : ""}`;
}

const simple: Record<SimpleKind, string> = {
	text: "string",
	guid: "Guid",
	instant: "DateTime",
	integer: "int",
	number: "double",
	boolean: "bool",
	any: "object",
	parameter: "T",
};

function typeName(type: Type): string {
	switch (type.kind) {
		case "list":
			return `List<${typeName(type.of)}>`;
		case "map":
			return `Dictionary<string, ${typeName(type.of)}>`;
		case "enum":
			return type.name;
		case "object":
			return type.argument ? `${type.name}<${typeName(type.argument)}>` : type.name;
		default:
			return simple[type.kind];
	}
}

function inDoc(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function indent(source: string): string {
	return source.replace(/^(?=.)/gm, "    ");
}
