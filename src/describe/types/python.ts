import { pascalCase, snakeCase } from "../../wire/formats/names.ts";
import {
	namesIn,
	type DescribedOperation,
	type Member,
	type NamedType,
	type ObjectType,
	type SimpleKind,
	type Type,
} from "../model.ts";
import { isOperation, libraryTypes, memberAttribute, quoted, routeAttributes, type Language } from "./language.ts";

const imports = `import datetime
import decimal
from marshmallow.fields import *
from servicestack import *
from typing import *
from dataclasses import dataclass, field
from dataclasses_json import dataclass_json, LetterCase, Undefined, config
from enum import Enum, IntEnum`;

const decorators = `@dataclass_json(letter_case=LetterCase.CAMEL, undefined=Undefined.EXCLUDE)\n@dataclass\n`;

/** ServiceStack's Python: dataclasses whose names on the wire are in camel case. */
export const python: Language = {
	label: "Python",
	preamble: imports,
	comment: ['"""', "#", '"""'],
	library: libraryTypes,
	type: declare,
	request: (operation) => {
		const routes = routeAttributes(operation).map((route) => `# @${route}\n`);
		return routes.join("") + declareClass(operation.request, bases(operation), operation);
	},
	file: (header, types, selection) => {
		const isGeneric = selection.types.some((type) => !isOperation(type) && type.kind === "object" && type.isGeneric);
		return `${header}\n\n${[imports, ...(isGeneric ? ["T = TypeVar('T')"] : []), ...types].join("\n\n\n")}\n`;
	},
};

function bases({ request, answer }: DescribedOperation): string[] {
	const returned = answer ? `IReturn[${typeName(answer, request.name)}]` : "IReturnVoid";
	return [...(request.base ? [typeName(request.base, request.name)] : []), returned];
}

function declare(type: NamedType): string {
	if (type.kind === "dictionary")
		return `${decorators}class ${type.name}(Dict[str,${typeName(type.of, type.name)}]):\n    pass`;
	if (type.kind === "enum") {
		const values = type.values.map((value) => `    ${constant(value)} = '${value}'`);
		return `class ${type.name}(str, Enum):\n${values.join("\n")}`;
	}
	const base = type.base ? [typeName(type.base, type.name)] : [];
	return declareClass(type, [...base, ...(type.isGeneric ? ["Generic[T]"] : [])]);
}

function declareClass(type: ObjectType, bases: readonly string[], operation?: DescribedOperation): string {
	const { description } = type;
	const api = description === undefined ? "" : `# @Api(Description=${quoted(description)})\n`;
	const doc = description === undefined ? [] : [`    """\n    ${inDoc(description)}\n    """\n`];
	const members = type.members.map((member) => declareMember(member, type, operation !== undefined));
	const body = [...doc, ...members].join("\n") || "    pass";
	const inherited = bases.length === 0 ? "" : `(${bases.join(", ")})`;
	return `${api}${decorators}class ${type.name}${inherited}:\n${body.trimEnd()}`;
}

function declareMember(member: Member, owner: ObjectType, isRequest: boolean): string {
	const attribute = memberAttribute(member, isRequest);
	const declared = `    ${declaration(member, owner)}`;
	return attribute === undefined
		? declared
		: `    # @${attribute}\n${declared}\n    """\n    ${inDoc(member.description ?? "")}\n    """\n`;
}

/** Value types have a value from the start, as in .NET; lists that are always there begin empty; all else is None. */
function declaration(member: Member, owner: ObjectType): string {
	const name = snakeCase(pascalCase(member.name));
	const type = typeName(member.type, owner.name);
	const initial = member.isOptional ? undefined : initialValues[member.type.kind];
	const [annotated, value] = initial === undefined ? [`Optional[${type}]`, "None"] : [type, initial];
	if (!RESERVED.has(name)) return `${name}: ${annotated} = ${value}`;
	const start = value.startsWith("field(") ? "default_factory=list" : `default=${value}`;
	return `${name}_: ${annotated} = field(metadata=config(field_name='${name}'), ${start})`;
}

const initialValues: Partial<Record<Type["kind"], string>> = {
	integer: "0",
	number: "0.0",
	boolean: "False",
	instant: "datetime.datetime(1, 1, 1)",
	list: "field(default_factory=list)",
	map: "field(default_factory=dict)",
};

const simple: Record<SimpleKind, string> = {
	text: "str",
	guid: "str",
	instant: "datetime.datetime",
	integer: "int",
	number: "float",
	boolean: "bool",
	any: "Any",
	parameter: "T",
};

/** A type by its name; in quotes where it is the owner itself, which is not there yet. */
function typeName(type: Type, owner: string): string {
	switch (type.kind) {
		case "list":
			return `List[${typeName(type.of, owner)}]`;
		case "map":
			return `Dict[str,${typeName(type.of, owner)}]`;
		case "enum":
			return type.name;
		case "object":
			if (namesIn(type).includes(owner)) return `"${type.name}"`;
			return type.argument ? `${type.name}[${typeName(type.argument, owner)}]` : type.name;
		default:
			return simple[type.kind];
	}
}

/** `GeekBlue` as `GEEK_BLUE`. */
function constant(value: string): string {
	return snakeCase(value).toUpperCase().replace(/\W/g, "_");
}

function inDoc(text: string): string {
	return text.replaceAll("\\", "\\\\").replaceAll('"""', "'''");
}

/** Keywords, and the names of the types that the declarations themselves use. */
const RESERVED = new Set(
	"and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield int float bool str bytes list dict field datetime decimal config".split(
		" ",
	),
);
