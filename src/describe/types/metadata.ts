import { pascalCase } from "../../wire/formats/names.ts";
import { rolesOf } from "../access.ts";
import type {
	Catalog,
	DescribedOperation,
	Member,
	NamedType,
	ObjectType,
	SimpleKind,
	Type,
	TypeReference,
} from "../model.ts";
import { isValueType } from "./csharp.ts";
import { isOperation, selected, verbsOf, type TypesOptions } from "./language.ts";

const NAMESPACE = "Foyer.ServiceModel";
type Json = Record<string, unknown>;

/** ServiceStack's MetadataTypes, by which its tools generate types in other languages: .NET's names of types, members in Pascal case. */
export function metadataTypes(catalog: Catalog, options: TypesOptions): Json {
	const { types } = selected(catalog, options);
	return {
		config: {
			baseUrl: options.baseUrl,
			makePartial: true,
			makeVirtual: true,
			addReturnMarker: true,
			addDescriptionAsComments: true,
			addServiceStackTypes: true,
			addResponseStatus: false,
			initializeCollections: false,
			includeTypes: options.include.length > 0 ? options.include : undefined,
			excludeTypes: options.exclude.length > 0 ? options.exclude : undefined,
			usePath: "/types/metadata",
		},
		namespaces: [NAMESPACE],
		types: types.flatMap((type) => (isOperation(type) ? [] : [namedType(type)])),
		operations: types.filter(isOperation).map((operation) => operationType(operation, catalog)),
	};
}

function operationType(operation: DescribedOperation, catalog: Catalog): Json {
	const { request, answer, routes, method, summary } = operation;
	const answered = answer && catalog.types.get(answer.name);
	const roles = rolesOf(operation);
	return {
		request: { ...objectType(request), implements: [{ name: methodMarker(method), namespace: "ServiceStack" }] },
		response: answered && namedType(answered),
		actions: [...new Set(routes.flatMap(({ methods }) => methods))],
		returnsVoid: !answer,
		method,
		returnType: answer && { name: genericName(answer), namespace: NAMESPACE, genericArgs: argumentsOf(answer) },
		routes: routes.map(({ path, methods }) => ({ path, verbs: verbsOf(operation, methods), summary })),
		requiresAuth: roles !== undefined,
		requiresAnyRole: roles && roles.length > 0 ? roles : undefined,
		tags: [],
	};
}

function methodMarker(method: string): string {
	return `I${method.charAt(0)}${method.slice(1).toLowerCase()}`;
}

function namedType(type: NamedType): Json {
	if (type.kind === "object") return objectType(type);
	const { name } = type;
	if (type.kind === "enum") return { name, namespace: NAMESPACE, isEnum: true, enumNames: type.values };
	const genericArgs = ["String", nested(type.of)];
	return { name, namespace: NAMESPACE, inherits: { name: "Dictionary`2", namespace: COLLECTIONS, genericArgs } };
}

function objectType(type: ObjectType): Json {
	return {
		name: type.isGeneric ? `${type.name}\`1` : type.name,
		namespace: NAMESPACE,
		genericArgs: type.isGeneric ? ["T"] : undefined,
		description: type.description,
		inherits: type.base && { name: genericName(type.base), namespace: NAMESPACE, genericArgs: argumentsOf(type.base) },
		isGenericTypeDef: type.isGeneric || undefined,
		properties: type.members.map((member) => property(member)),
	};
}

function property(member: Member): Json {
	const { name, namespace, genericArgs } = dotNet(member.type);
	const isNullable = member.isOptional && isValueType(member.type);
	return {
		name: pascalCase(member.name),
		type: isNullable ? "Nullable`1" : name,
		namespace: isNullable ? "System" : namespace,
		genericArgs: isNullable ? [name] : genericArgs,
		isValueType: isValueType(member.type) || undefined,
		isEnum: member.type.kind === "enum" || undefined,
		isRequired: member.isRequired || undefined,
		description: member.description,
	};
}

type DotNet = { name: string; namespace: string; genericArgs?: string[] };

const simple: Record<SimpleKind, string> = {
	text: "String",
	guid: "Guid",
	instant: "DateTime",
	integer: "Int32",
	number: "Double",
	boolean: "Boolean",
	any: "Object",
	parameter: "T",
};
const COLLECTIONS = "System.Collections.Generic";

function dotNet(type: Type): DotNet {
	switch (type.kind) {
		case "list":
			return { name: "List`1", namespace: COLLECTIONS, genericArgs: [nested(type.of)] };
		case "map":
			return { name: "Dictionary`2", namespace: COLLECTIONS, genericArgs: ["String", nested(type.of)] };
		case "enum":
			return { name: type.name, namespace: NAMESPACE };
		case "object": {
			const genericArgs = argumentsOf(type);
			return { name: genericName(type), namespace: NAMESPACE, ...(genericArgs && { genericArgs }) };
		}
		default:
			return { name: simple[type.kind], namespace: "System" };
	}
}

/** A type as an argument of another. */
function nested(type: Type): string {
	const { name, genericArgs } = dotNet(type);
	return genericArgs ? `${name.replace(/`\d+$/, "")}<${genericArgs.join(",")}>` : name;
}

function genericName({ name, argument }: TypeReference): string {
	return argument ? `${name}\`1` : name;
}

function argumentsOf({ argument }: TypeReference): string[] | undefined {
	return argument && [nested(argument)];
}
