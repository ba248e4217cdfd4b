import type * as z from "zod";
import { camelCase, pascalCase } from "../wire/formats/names.ts";
import type { Member, NamedType, ObjectType, Type, TypeReference } from "./model.ts";

type Schema = z.core.$ZodType;

/**
 * The types that schemas describe, by name. What a schema says beyond its shape stands in its `.meta()`: `dto` is the name of its type,
 * `base` the schema that its type extends, `argument` the schema that fills the T of a generic type, `description` a sentence. An object or
 * enum without a name is called after the member that holds it.
 */
export class TypeTable {
	readonly types = new Map<string, NamedType>();

	/** The type of a schema; `hint` names it where it has no name of its own. */
	typeOf(schema: Schema, hint: string, parameter?: Schema): Type {
		const layers = layersOf(schema);
		if (parameter && layers.includes(parameter)) return { kind: "parameter" };
		const inner = layers.at(-1) ?? schema;
		const { def } = inner._zod;
		switch (def.type) {
			case "object":
				return this.#objectOf(schema, inner as z.core.$ZodObject, hint);
			case "array":
				return { kind: "list", of: this.typeOf((inner as z.core.$ZodArray)._zod.def.element, hint, parameter) };
			case "record":
				return this.#mapOf(schema, inner as z.core.$ZodRecord, hint);
			case "enum":
				return this.#enumOf(schema, Object.values((inner as z.core.$ZodEnum)._zod.def.entries), hint);
			case "literal":
				return { kind: typeof (inner as z.core.$ZodLiteral)._zod.def.values[0] === "number" ? "integer" : "text" };
			case "string":
				return { kind: textKind(metaOf(schema, "format")) };
			case "number":
				return { kind: (inner as z.ZodNumber).isInt ? "integer" : "number" };
			case "boolean":
				return { kind: "boolean" };
			case "union":
				return this.#unionOf((inner as z.core.$ZodUnion)._zod.def.options, hint);
			default:
				return { kind: "any" };
		}
	}

	/** The members of an object, in their order, without those of its base. */
	membersOf(object: z.core.$ZodObject, owner: string, parameter?: Schema): Member[] {
		const base = baseOf(object);
		const inherited = base ? (layersOf(base).at(-1) as z.core.$ZodObject)._zod.def.shape : {};
		return Object.entries(object._zod.def.shape)
			.filter(([key]) => !(key in inherited))
			.map(([key, member]) => {
				const layers = layersOf(member).map(({ _zod: { def } }) => def.type);
				const isOptional = layers.includes("optional") || layers.includes("nullable");
				const hasDefault = layers.includes("default") || layers.includes("prefault");
				return {
					name: camelCase(key),
					type: this.typeOf(member, owner + pascalCase(key), parameter),
					isRequired: !isOptional && !hasDefault,
					isOptional: isOptional && !hasDefault,
					description: descriptionOf(member),
				};
			});
	}

	/** The base that a schema names, as a type. */
	baseTypeOf(schema: Schema): TypeReference | undefined {
		const base = baseOf(schema);
		return base ? (this.typeOf(base, "Base") as TypeReference) : undefined;
	}

	/** Adds a type, or to the type of that name the members that it lacks: a client may set fewer than it reads. */
	#add(type: ObjectType): void {
		const known = this.types.get(type.name);
		if (known?.kind !== "object") {
			this.types.set(type.name, type);
			return;
		}
		const names = new Set(known.members.map(({ name }) => name));
		const more = type.members.filter(({ name }) => !names.has(name));
		known.members.push(...more.map((member) => ({ ...member, isRequired: false, isOptional: true })));
	}

	#objectOf(schema: Schema, object: z.core.$ZodObject, hint: string): TypeReference {
		const name = nameOf(schema) ?? hint;
		const parameter = metaOf(schema, "argument") as Schema | undefined;
		const reference: TypeReference = { kind: "object", name };
		if (parameter) reference.argument = this.typeOf(parameter, `${name}Item`);
		if (this.#visited.has(object)) return reference;
		this.#visited.add(object);
		const base = this.baseTypeOf(schema);
		const members = this.membersOf(object, name, parameter);
		const description = objectDescription(schema);
		this.#add({ kind: "object", name, description, members, base, isGeneric: parameter !== undefined });
		return reference;
	}

	readonly #visited = new Set<Schema>();

	#mapOf(schema: Schema, record: z.core.$ZodRecord, hint: string): Type {
		const name = nameOf(schema);
		if (name !== undefined && this.#visited.has(record)) return { kind: "object", name };
		this.#visited.add(record);
		const of = this.typeOf(record._zod.def.valueType, `${hint}Value`);
		if (name === undefined) return { kind: "map", of };
		this.types.set(name, { kind: "dictionary", name, of });
		return { kind: "object", name };
	}

	#enumOf(schema: Schema, values: readonly (string | number)[], hint: string): Type {
		const name = nameOf(schema) ?? hint;
		const known = this.types.get(name);
		const others = known?.kind === "enum" ? known.values : [];
		this.types.set(name, { kind: "enum", name, values: [...new Set([...others, ...values.map(String)])] });
		return { kind: "enum", name };
	}

	/** Generated types have no unions: alternatives of one kind are that kind, others anything. */
	#unionOf(options: readonly Schema[], hint: string): Type {
		const [first, ...others] = options.map((option) => this.typeOf(option, hint));
		return first && others.every(({ kind }) => kind === first.kind) && first.kind !== "object"
			? first
			: { kind: "any" };
	}
}

/** A schema and all that it wraps, outermost first. */
export function layersOf(schema: Schema): Schema[] {
	const layers: Schema[] = [];
	for (let at: Schema | undefined = schema; at; at = innerOf(at)) layers.push(at);
	return layers;
}

function innerOf(schema: Schema): Schema | undefined {
	const def = schema._zod.def as { type: string; innerType?: Schema; in?: Schema; out?: Schema; getter?: () => Schema };
	if (def.type === "lazy") return def.getter?.();
	return def.innerType ?? (def.in?._zod.def.type === "transform" ? def.out : def.in);
}

function textKind(format: unknown): "text" | "guid" | "instant" {
	if (format === "guid") return format;
	return format === "date-time" ? "instant" : "text";
}

function metaOf(schema: Schema, key: string): unknown {
	for (const layer of layersOf(schema)) {
		const value = (layer as z.ZodType).meta?.()?.[key];
		if (value !== undefined) return value;
	}
	return undefined;
}

function nameOf(schema: Schema): string | undefined {
	return metaOf(schema, "dto") as string | undefined;
}

function baseOf(schema: Schema): Schema | undefined {
	return metaOf(schema, "base") as Schema | undefined;
}

/** What is said of a member: of the place where it stands, or else of a scalar. What is said of an object is the object's. */
function descriptionOf(schema: Schema): string | undefined {
	const layers = layersOf(schema);
	const inner = layers.at(-1);
	const own = inner && nameOf(inner) !== undefined ? layers.slice(0, -1) : layers;
	return own.map((layer) => (layer as z.ZodType).meta?.()?.description).find((text) => text !== undefined);
}

function objectDescription(schema: Schema): string | undefined {
	return (layersOf(schema).at(-1) as z.ZodType | undefined)?.meta?.()?.description;
}
